//! The origin's program: its commands, and its processes while they run.

use std::env;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use postgres::{Client, NoTls};
use ureq::Agent;

/// Longest wait for it to answer.
const PATIENCE: Duration = Duration::from_secs(60);
/// Between two looks at it.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// What everything here works with.
#[derive(Debug)]
pub(crate) struct Setting {
    program: PathBuf,
    pub(crate) url: String,
    pub(crate) internal_secret: String,
    database_url: String,
}

/// A running process. Dropping it ends it.
#[derive(Debug)]
pub(crate) struct Running(Child);

impl Setting {
    pub(crate) fn read(program: PathBuf, url: String) -> Result<Self> {
        let variable = |name: &str| env::var(name).with_context(|| format!("{name} is not set: run cargo xtask bench"));
        Ok(Self {
            program,
            url,
            internal_secret: variable("INTERNAL_SECRET")?,
            database_url: variable("DATABASE_URL")?,
        })
    }

    /// A connection of the database's owner.
    pub(crate) fn connect(&self) -> Result<Client> {
        Client::connect(&self.database_url, NoTls).context("PostgreSQL does not answer")
    }

    pub(crate) fn postgres_version(&self) -> Result<String> {
        Ok(self.connect()?.query_one("show server_version", &[])?.get(0))
    }

    /// Brings the schema, and lets the owner see and write what tenants have: the origin's roles stay bound.
    pub(crate) fn migrate(&self) -> Result<()> {
        self.run(&["migrate"])?;
        for table in ["evaluations", "roll_up_queue"] {
            let statement = format!("alter table {table} no force row level security");
            self.connect()?.batch_execute(&statement)?;
        }
        Ok(())
    }

    /// Runs a command of the program to its end.
    pub(crate) fn run(&self, arguments: &[&str]) -> Result<()> {
        let status = Command::new(&self.program)
            .args(arguments)
            .stdout(Stdio::null())
            .status()?;
        ensure!(status.success(), "`origin {}` failed; see above", arguments.join(" "));
        Ok(())
    }

    /// Serves without jobs, ready for calls.
    pub(crate) fn serve(&self) -> Result<Running> {
        let running = self.start("serve", "false")?;
        let agent = agent();
        let deadline = Instant::now() + PATIENCE;
        let is_ready = || {
            let answer = agent.get(format!("{}/readyz", self.url)).call();
            answer.is_ok_and(|answer| answer.status() == 200)
        };
        while !is_ready() {
            ensure!(Instant::now() < deadline, "the origin does not become ready; see above");
            thread::sleep(LOOK_EVERY);
        }
        Ok(running)
    }

    /// Runs the jobs alone.
    pub(crate) fn work(&self) -> Result<Running> {
        self.start("work", "true")
    }

    fn start(&self, command: &str, run_jobs: &str) -> Result<Running> {
        let child = Command::new(&self.program)
            .arg(command)
            .env("RUN_JOBS", run_jobs)
            .env("RUST_LOG", "error")
            .stdin(Stdio::null())
            .spawn()
            .with_context(|| format!("{} cannot be started", self.program.display()))?;
        Ok(Running(child))
    }
}

impl Running {
    pub(crate) fn id(&self) -> u32 {
        self.0.id()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        _ = self.0.kill();
        _ = self.0.wait();
    }
}

/// Answers of any status are answers.
pub(crate) fn agent() -> Agent {
    let config = Agent::config_builder()
        .http_status_as_error(false)
        .timeout_global(Some(PATIENCE))
        .proxy(None)
        .build();
    config.new_agent()
}
