//! The parts as child processes: PostgreSQL, the mailbox, the origin, the edge; alone, or together as a [`Stack`].
//!
//! Each is started, waited for until it answers, and stopped by its value's end. Nothing else is ever stopped.

pub mod edge;
pub mod mailbox;
pub mod neighbour;
pub mod origin;
pub mod postgres;
mod postgres_binaries;
mod postgres_single;
pub mod secrets;
pub mod workerd;

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use crate::toolchain::Tools;
use crate::toolchain::npm::Npm;
use crate::{dist, paths, ports, toolchain};
use edge::{Edge, EdgeConfig, Runtime};
use mailbox::{Mailbox, MailboxConfig};
use neighbour::Neighbour;
use origin::{Origin, OriginConfig};
use postgres::{Postgres, PostgresConfig};
use secrets::Secrets;
use workerd::{Added, Surroundings};

/// What every part's start needs to have been built; quick when nothing has changed.
#[derive(Debug, Clone)]
pub struct Built {
    /// The tools that run the parts.
    pub tools: Tools,
}

/// Sets up the tools and builds the Worker, the app and the origin.
///
/// # Errors
/// When a tool is missing or something does not compile.
pub fn build() -> Result<Built> {
    let tools = toolchain::ensure()?;
    dist::build(&tools)?;
    origin::build()?;
    Ok(Built { tools })
}

/// The origin of the pages that may evaluate at a [`Stack`]'s edge.
pub const SHOP_ORIGIN: &str = "https://shop.example";

/// A private stack on free ports: PostgreSQL, mailbox, origin and edge, with secrets and state of its own, all gone at its end.
/// `DATABASE_URL`, when set, takes the place of the private PostgreSQL, unless the edge is [`Bare`].
#[derive(Debug)]
pub struct Stack {
    // In the order in which they stop.
    edge: Option<Edge>,
    edge_config: EdgeConfig,
    npm: Npm,
    origin: Option<Origin>,
    origin_config: OriginConfig,
    mailbox: Mailbox,
    postgres: Postgres,
    dir: PathBuf,
}

/// An edge in the bare workerd, and a database that keeps what was committed when it is killed.
#[derive(Debug, Clone)]
pub struct Bare {
    /// Where the caller stands in for KV and the queues.
    pub standin_port: u16,
    /// `RETRY_DELAY_CAP_SECS` of the Worker.
    pub retry_delay_cap_secs: u32,
    /// `LEDGER_RESEND_SECS` of the Worker.
    pub ledger_resend_secs: u32,
    /// Where the database is kept; the stack's own folder when left out.
    pub data: Option<PathBuf>,
}

impl Stack {
    /// Builds what is out of date and starts everything; `name` tells the folder of its logs and state.
    ///
    /// # Errors
    /// When something does not build or does not start; shows the end of its log.
    pub fn start(name: &str) -> Result<Self> {
        Self::start_with(name, None)
    }

    /// The same with another edge.
    ///
    /// # Errors
    /// As [`Self::start`].
    pub fn start_bare(name: &str, bare: &Bare) -> Result<Self> {
        Self::start_with(name, Some(bare))
    }

    fn start_with(name: &str, bare: Option<&Bare>) -> Result<Self> {
        let npm = build()?.tools.npm;
        let dir = paths::scratch().join("stack").join(name);
        if dir.exists() {
            std::fs::remove_dir_all(&dir).with_context(|| format!("cannot remove {}", dir.display()))?;
        }
        paths::create_dir(&dir)?;
        let [
            postgres_port,
            web_port,
            smtp_port,
            origin_port,
            edge_port,
            edge_extra_port,
        ] = ports::free()?;
        let secrets = Secrets::generate()?;
        let postgres = start_postgres(PostgresConfig::temporary(&dir.join("postgres"), postgres_port), bare)?;
        let mailbox = MailboxConfig {
            web_port,
            smtp_port,
            log: dir.join("mailbox.log"),
        };
        let mailbox = Mailbox::start(&npm, &mailbox)?;
        let origin_config = OriginConfig {
            port: origin_port,
            database_url: postgres.url().to_owned(),
            edge_url: format!("http://127.0.0.1:{edge_port}"),
            smtp_port,
            shows_previews: false,
            secrets: secrets.clone(),
            log: dir.join("origin.log"),
        };
        let origin = Origin::start(&origin_config)?;
        let edge_config = EdgeConfig {
            port: edge_port,
            runtime: runtime(&npm, edge_extra_port, bare)?,
            origin_url: origin.url().to_owned(),
            cors_origins: SHOP_ORIGIN,
            internal_secret: secrets.internal_secret,
            dir: dir.join("edge"),
        };
        let edge = Edge::start(&npm, &edge_config)?;
        Ok(Self {
            edge: Some(edge),
            edge_config,
            npm,
            origin: Some(origin),
            origin_config,
            mailbox,
            postgres,
            dir,
        })
    }

    /// The address that clients use, without a trailing slash.
    #[must_use]
    pub fn edge_url(&self) -> String {
        self.edge_config.url()
    }

    /// The origin's own address.
    #[must_use]
    pub fn origin_url(&self) -> String {
        self.origin_config.url()
    }

    /// Where the mails that were sent are read, without a trailing slash.
    #[must_use]
    pub fn mailbox_url(&self) -> &str {
        self.mailbox.url()
    }

    /// The database of the stack.
    #[must_use]
    pub fn database_url(&self) -> &str {
        self.postgres.url()
    }

    /// The secret that edge and origin share.
    #[must_use]
    pub fn internal_secret(&self) -> &str {
        &self.origin_config.secrets.internal_secret
    }

    /// The folder of its logs and state.
    #[must_use]
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Kills the edge without a word before.
    pub fn kill_edge(&mut self) {
        if let Some(edge) = self.edge.take() {
            edge.kill();
        }
    }

    /// Starts a killed edge at the same address, on what it had written.
    ///
    /// # Errors
    /// When it does not become ready.
    pub fn start_edge(&mut self) -> Result<()> {
        self.edge = Some(Edge::start(&self.npm, &self.edge_config)?);
        Ok(())
    }

    /// What is added to a bare edge from its next start on.
    pub fn set_added(&mut self, added: Added) {
        if let Runtime::Workerd(around) = &mut self.edge_config.runtime {
            around.added = added;
        }
    }

    /// Where messages for a bare edge are taken.
    #[must_use]
    pub fn consumer_url(&self) -> Option<String> {
        match &self.edge_config.runtime {
            Runtime::Workerd(around) => Some(format!("http://127.0.0.1:{}", around.consumer_port)),
            Runtime::Wrangler { .. } => None,
        }
    }

    /// Starts another Worker at the queues of an edge that wrangler runs.
    ///
    /// # Errors
    /// When it does not become ready.
    pub fn start_neighbour(&self) -> Result<Neighbour> {
        Neighbour::start(&self.npm, &self.edge_config)
    }

    /// Ends the origin; the edge and the database go on.
    pub fn stop_origin(&mut self) {
        self.origin = None;
    }

    /// Kills the origin without a word before.
    pub fn kill_origin(&mut self) {
        if let Some(origin) = self.origin.take() {
            origin.kill();
        }
    }

    /// Restarts the database under the origin. `false`: it is the server of `DATABASE_URL`, which is not ours.
    ///
    /// # Errors
    /// When it does not start again.
    pub fn restart_postgres(&mut self) -> Result<bool> {
        self.postgres.restart()
    }

    /// Kills the database under the origin. `false`: it is not ours, and goes on.
    pub fn kill_postgres(&mut self) -> bool {
        self.postgres.kill()
    }

    /// Runs a command of the origin's program with the configuration of this stack's, and answers what it prints.
    ///
    /// # Errors
    /// When it fails; shows what it said.
    pub fn run_origin(&self, arguments: &[&str]) -> Result<String> {
        crate::step::read(self.origin_config.command().args(arguments))
    }

    /// Starts the origin again, at the same address.
    ///
    /// # Errors
    /// When it does not become ready.
    pub fn start_origin(&mut self) -> Result<()> {
        self.stop_origin();
        self.origin = Some(Origin::start(&self.origin_config)?);
        Ok(())
    }
}

fn start_postgres(config: PostgresConfig, bare: Option<&Bare>) -> Result<Postgres> {
    let Some(bare) = bare else {
        return Postgres::start(&config);
    };
    let config = PostgresConfig {
        safe: true,
        data: bare.data.clone(),
        ..config
    };
    Postgres::start_private(&config, &[])
}

fn runtime(npm: &Npm, extra_port: u16, bare: Option<&Bare>) -> Result<Runtime> {
    let Some(bare) = bare else {
        return Ok(Runtime::Wrangler {
            inspector_port: extra_port,
        });
    };
    Ok(Runtime::Workerd(Surroundings {
        program: npm.workerd()?,
        standin_port: bare.standin_port,
        consumer_port: extra_port,
        added: Added::Nothing,
        retry_delay_cap_secs: bare.retry_delay_cap_secs,
        ledger_resend_secs: bare.ledger_resend_secs,
    }))
}
