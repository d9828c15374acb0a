//! The running parts, shared by all cases, which run one after the other.

use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use anyhow::{Context as _, Result};
use engine::signature::{self, Call};
use reqwest::Method;
use serde::Serialize;
use xtask::services;
use xtask::services::neighbour::Neighbour;
use xtask::services::workerd::Added;

use crate::client::{Answer, Api, read, wait_for};
use crate::hammer::is_whole;
use crate::ledger::Seller;
use crate::outages;
use crate::standin::Standin;

/// A stack of its own for this run.
pub(crate) struct Stack {
    parts: Mutex<services::Stack>,
    /// Where clients call.
    pub(crate) edge: Api,
    /// The origin's own address, which no client uses.
    pub(crate) origin_api: Api,
    /// For the browser.
    pub(crate) edge_url: String,
    /// Where the mails that were sent are read, without a trailing slash.
    pub(crate) mailbox_url: String,
    pub(crate) seller: OnceLock<Seller>,
}

/// A stack of which the edge is a bare workerd, which starts within a second and has nothing in its process but the Worker
/// and its objects; the database keeps what was committed when it is killed.
pub(crate) struct Bare {
    pub(crate) stack: Stack,
    pub(crate) standin: Standin,
}

/// How a bare edge is set.
pub(crate) struct Settings {
    /// Of the stack, so that a long form does not disturb a run of the suite.
    name: &'static str,
    retry_delay_cap_secs: u32,
    ledger_resend_secs: u32,
    /// Where the database is kept, when that matters.
    data: Option<PathBuf>,
}

impl Settings {
    /// So short that one sees it happen; for long forms as wrangler.toml sets production.
    pub(crate) fn wanted() -> Self {
        let is_long = outages::length().is_some() || is_whole();
        let (retry_delay_cap_secs, ledger_resend_secs) = if is_long { (240, 60) } else { (1, 2) };
        Self {
            name: if is_long { "long" } else { "bare" },
            retry_delay_cap_secs,
            ledger_resend_secs,
            data: outages::small_disk().map(|disk| disk.join("data")),
        }
    }
}

impl Bare {
    pub(crate) fn start(settings: Settings) -> Result<Self> {
        let standin = Standin::start()?;
        let bare = services::Bare {
            standin_port: standin.port(),
            retry_delay_cap_secs: settings.retry_delay_cap_secs,
            ledger_resend_secs: settings.ledger_resend_secs,
            data: settings.data,
        };
        let stack = Stack::new(services::Stack::start_bare(settings.name, &bare)?)?;
        standin.deliver_to(stack.lock().consumer_url().context("no consumer")?);
        Ok(Self { stack, standin })
    }
}

impl Stack {
    pub(crate) fn start() -> Result<Self> {
        Self::new(services::Stack::start("e2e")?)
    }

    fn new(parts: services::Stack) -> Result<Self> {
        let edge = Api::new(&parts.edge_url())?;
        let origin_api = Api::new(&parts.origin_url())?;
        let (edge_url, mailbox_url) = (parts.edge_url(), parts.mailbox_url().to_owned());
        Ok(Self {
            parts: Mutex::new(parts),
            edge,
            origin_api,
            edge_url,
            mailbox_url,
            seller: OnceLock::new(),
        })
    }

    /// Another Worker at the queues of the whole stack's edge.
    pub(crate) fn start_neighbour(&self) -> Result<Neighbour> {
        self.lock().start_neighbour()
    }

    pub(crate) fn stop_origin(&self) {
        self.lock().stop_origin();
    }

    /// Kills it without a word before.
    pub(crate) fn kill_origin(&self) {
        self.lock().kill_origin();
    }

    /// Starts it, and waits until the edge has found it back.
    pub(crate) fn start_origin(&self) -> Result<()> {
        self.lock().start_origin()?;
        wait_for("the edge to forward calls", || {
            Ok((self.edge.get("/.well-known/jwks.json", None)?.status == 200).then_some(()))
        })
    }

    /// Kills the edge without a word before.
    pub(crate) fn kill_edge(&self) {
        self.lock().kill_edge();
    }

    /// Starts the edge on what it had written.
    pub(crate) fn start_edge(&self) -> Result<()> {
        self.lock().start_edge()
    }

    /// Kills a bare edge, and starts it again with what is added to it.
    pub(crate) fn restart_edge(&self, added: Added) -> Result<()> {
        let mut parts = self.lock();
        parts.kill_edge();
        parts.set_added(added);
        parts.start_edge()
    }

    /// `false`: the database is not this stack's own.
    pub(crate) fn restart_postgres(&self) -> Result<bool> {
        self.lock().restart_postgres()
    }

    /// Kills the database of a bare stack.
    pub(crate) fn kill_postgres(&self) {
        self.lock().kill_postgres();
    }

    /// Runs a command of the origin's program, such as an operator's.
    pub(crate) fn run_origin(&self, arguments: &[&str]) -> Result<String> {
        self.lock().run_origin(arguments)
    }

    /// A call of the edge, signed as the origin would.
    pub(crate) fn signed_post<T: Serialize>(&self, path: &str, body: &T) -> Result<Answer> {
        let body = serde_json::to_vec(body)?;
        let now = u64::try_from(chrono::Utc::now().timestamp())?;
        let secret = self.lock().internal_secret().to_owned();
        let header = signature::sign(secret.as_bytes(), &Call::post(path, &body), now);
        let call = self.edge.raw(Method::POST, path).header(signature::HEADER, header);
        read(call.body(body))
    }

    /// What the Worker has written so far.
    pub(crate) fn edge_log(&self) -> Result<String> {
        Ok(std::fs::read_to_string(self.lock().dir().join("edge/edge.log"))?)
    }

    /// What the origin has written so far. A call has its line there before the client has its answer.
    pub(crate) fn origin_log(&self) -> Result<String> {
        Ok(std::fs::read_to_string(self.lock().dir().join("origin.log"))?)
    }

    /// What the database has written since it was started last.
    pub(crate) fn postgres_log(&self) -> Result<String> {
        Ok(std::fs::read_to_string(
            self.lock().dir().join("postgres/postgres.log"),
        )?)
    }

    /// Whether the origin's log names a request.
    pub(crate) fn origin_heard(&self, request_id: &str) -> Result<bool> {
        Ok(self.origin_log()?.contains(&format!("\"{request_id}\"")))
    }

    fn lock(&self) -> MutexGuard<'_, services::Stack> {
        self.parts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
