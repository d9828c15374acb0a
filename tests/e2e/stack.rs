//! The running parts, shared by all cases, which run one after the other.

use std::sync::{Mutex, MutexGuard, PoisonError};

use anyhow::Result;

use crate::client::Api;

/// A stack of its own for this run.
pub(crate) struct Stack {
    parts: Mutex<xtask::services::Stack>,
    /// Where clients call.
    pub(crate) edge: Api,
    /// The origin's own address, which no client uses.
    pub(crate) origin_api: Api,
    /// For the browser.
    pub(crate) edge_url: String,
}

impl Stack {
    pub(crate) fn start() -> Result<Self> {
        let parts = xtask::services::Stack::start("e2e")?;
        let edge = Api::new(parts.edge_url())?;
        let origin_api = Api::new(&parts.origin_url())?;
        let edge_url = parts.edge_url().to_owned();
        Ok(Self {
            parts: Mutex::new(parts),
            edge,
            origin_api,
            edge_url,
        })
    }

    pub(crate) fn stop_origin(&self) {
        self.lock().stop_origin();
    }

    pub(crate) fn start_origin(&self) -> Result<()> {
        self.lock().start_origin()
    }

    /// `false`: the database is not this stack's own.
    pub(crate) fn restart_postgres(&self) -> Result<bool> {
        self.lock().restart_postgres()
    }

    /// Runs a command of the origin's program, such as an operator's.
    pub(crate) fn run_origin(&self, arguments: &[&str]) -> Result<String> {
        self.lock().run_origin(arguments)
    }

    /// What signs the calls between edge and origin.
    pub(crate) fn internal_secret(&self) -> String {
        self.lock().internal_secret().to_owned()
    }

    /// Whether the origin's log names a request. It has its line before the client has its answer.
    pub(crate) fn origin_heard(&self, request_id: &str) -> Result<bool> {
        let log = self.lock().dir().join("origin.log");
        Ok(std::fs::read_to_string(log)?.contains(&format!("\"{request_id}\"")))
    }

    fn lock(&self) -> MutexGuard<'_, xtask::services::Stack> {
        self.parts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
