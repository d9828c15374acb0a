//! The origin: built in the development profile, migrated, started, waited for.

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, Result};

use super::secrets::Secrets;
use crate::http::Client;
use crate::process::{Output, Process, StopBy};
use crate::toolchain::cargo;
use crate::{paths, step};

/// Migrations on an empty database take a second; a busy machine some more.
const READY_SECS: u64 = 60;

/// Who the mails of a local origin are from.
const MAIL_FROM: &str = "Coupons <no-reply@coupons.example.com>";

/// What an origin needs.
#[derive(Debug, Clone)]
pub struct OriginConfig {
    /// Where it listens, on 127.0.0.1.
    pub port: u16,
    /// Its database.
    pub database_url: String,
    /// Where it reaches the edge, and people the app.
    pub edge_url: String,
    /// Where a mailbox takes its mails, on 127.0.0.1.
    pub smtp_port: u16,
    /// Whether it shows what its mails look like.
    pub shows_previews: bool,
    /// Its secrets.
    pub secrets: Secrets,
    /// Where its output goes.
    pub log: PathBuf,
}

impl OriginConfig {
    /// Its address, without a trailing slash.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The program with this configuration, still without arguments.
    #[must_use]
    pub fn command(&self) -> Command {
        let mut command = Command::new(program());
        self.apply(&mut command);
        command
    }

    /// Gives a command this configuration as its environment.
    pub fn apply(&self, command: &mut Command) {
        command
            .env("DATABASE_URL", &self.database_url)
            .env("ORIGIN_LISTEN", format!("127.0.0.1:{}", self.port))
            .env("EDGE_URL", &self.edge_url)
            .env("PUBLIC_URL", &self.edge_url)
            .env("SMTP_URL", format!("smtp://127.0.0.1:{}", self.smtp_port))
            .env("MAIL_FROM", MAIL_FROM)
            .env("DEV_PREVIEW", self.shows_previews.to_string())
            .env("INTERNAL_SECRET", &self.secrets.internal_secret)
            .env("ORIGIN_SECRET", &self.secrets.origin_secret);
    }
}

/// A running origin, with its jobs.
#[derive(Debug)]
pub struct Origin {
    process: Process,
    url: String,
}

/// Builds the program.
///
/// # Errors
/// When it does not compile.
pub fn build() -> Result<()> {
    let mut command = cargo::command();
    command.args(["build", "--quiet", "--package", "origin", "--bin", "origin"]);
    step::run_quietly("building the origin", &mut command)
}

/// The built program.
#[must_use]
pub fn program() -> PathBuf {
    paths::target().join("debug").join("origin")
}

/// Brings the database's schema up to date.
///
/// # Errors
/// When the origin says so; shows what it said.
pub fn migrate(database_url: &str) -> Result<()> {
    let mut command = Command::new(program());
    command.arg("migrate").env("DATABASE_URL", database_url);
    step::read(&mut command)
        .map(drop)
        .context("the database's schema could not be brought up to date")
}

impl Origin {
    /// Migrates the database, starts the origin and waits until it is ready for traffic.
    ///
    /// # Errors
    /// When it does not become ready; shows the end of its log.
    pub fn start(config: &OriginConfig) -> Result<Self> {
        migrate(&config.database_url)?;
        let mut command = config.command();
        command.arg("serve");
        if std::env::var_os("RUST_LOG").is_none() {
            command.env("RUST_LOG", "info");
        }
        let process = Process::spawn(
            "the origin",
            &mut command,
            &Output::Log(config.log.clone()),
            StopBy::Terminate,
        )?;
        let url = config.url();
        let client = Client::new(&url);
        process.wait_ready(Duration::from_secs(READY_SECS), || client.is_ok("/readyz"))?;
        Ok(Self { process, url })
    }

    /// Ends it without a word before, whatever it is at.
    pub fn kill(self) {
        self.process.kill();
    }

    /// Its address, without a trailing slash.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Its process.
    #[must_use]
    pub const fn process(&self) -> &Process {
        &self.process
    }

    /// Stops it gracefully.
    pub fn stop(self) {
        self.process.stop();
    }
}
