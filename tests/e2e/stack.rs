//! The running parts, shared by all cases, which run one after the other.

use std::sync::{Mutex, MutexGuard, PoisonError};

use anyhow::Result;
use engine::signature::{self, Call};
use reqwest::Method;
use serde::Serialize;

use crate::client::{Answer, Api, read, wait_for};

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
        let edge = Api::new(&parts.edge_url())?;
        let origin_api = Api::new(&parts.origin_url())?;
        let edge_url = parts.edge_url();
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

    /// Starts it, and waits until the edge has found it back.
    pub(crate) fn start_origin(&self) -> Result<()> {
        self.lock().start_origin()?;
        wait_for("the edge to forward calls", || {
            Ok((self.edge.get("/.well-known/jwks.json", None)?.status == 200).then_some(()))
        })
    }

    /// Kills the edge, and starts it again on what it had written.
    pub(crate) fn kill_edge(&self) -> Result<()> {
        self.lock().kill_edge()
    }

    /// `false`: the database is not this stack's own.
    pub(crate) fn restart_postgres(&self) -> Result<bool> {
        self.lock().restart_postgres()
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

    /// Whether the origin's log names a request.
    pub(crate) fn origin_heard(&self, request_id: &str) -> Result<bool> {
        Ok(self.origin_log()?.contains(&format!("\"{request_id}\"")))
    }

    fn lock(&self) -> MutexGuard<'_, xtask::services::Stack> {
        self.parts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
