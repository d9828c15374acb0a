//! The few HTTP calls that the commands make, to addresses of this machine.

use std::io;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;
use ureq::Agent;
use ureq::http::Request;

/// Longer than any answer takes on a machine that is busy building.
const TIMEOUT_SECS: u64 = 30;

/// A client of one address.
#[derive(Debug, Clone)]
pub struct Client {
    agent: Agent,
    base: String,
}

/// What a call says beside its address.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options<'a> {
    /// The token or app key of `Authorization: Bearer`.
    pub bearer: Option<&'a str>,
    /// Sent as `Idempotency-Key`.
    pub idempotency_key: Option<&'a str>,
    /// Sent as JSON.
    pub body: Option<&'a Value>,
}

/// An answer: the status and the body, null when that is not JSON.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The parsed body.
    pub body: Value,
}

impl Client {
    /// A client of `base`, such as `http://127.0.0.1:8787`.
    #[must_use]
    pub fn new(base: &str) -> Self {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(Duration::from_secs(TIMEOUT_SECS)))
            .proxy(None)
            .build();
        Self {
            agent: config.new_agent(),
            base: base.to_owned(),
        }
    }

    /// Sends `method` to `path`.
    ///
    /// # Errors
    /// When no answer comes; an answer of any status is one.
    pub fn call(&self, method: &str, path: &str, options: Options<'_>) -> Result<Answer> {
        let mut request = Request::builder().method(method).uri(format!("{}{path}", self.base));
        if let Some(token) = options.bearer {
            request = request.header("Authorization", format!("Bearer {token}"));
        }
        if let Some(key) = options.idempotency_key {
            request = request.header("Idempotency-Key", key);
        }
        let body = options.body.map(Value::to_string).unwrap_or_default();
        if options.body.is_some() {
            request = request.header("Content-Type", "application/json");
        }
        let describe = || format!("{method} {}{path} was not answered", self.base);
        let request = request.body(body).with_context(describe)?;
        let mut response = self.agent.run(request).with_context(describe)?;
        let text = response.body_mut().read_to_string().with_context(describe)?;
        Ok(Answer {
            status: response.status().as_u16(),
            body: serde_json::from_str(&text).unwrap_or(Value::Null),
        })
    }

    /// Reads what GET `path` answers to its end, and tells how many bytes it has.
    ///
    /// # Errors
    /// When it does not come whole, or with another status than 200.
    pub fn download(&self, path: &str, bearer: &str) -> Result<u64> {
        let describe = || format!("GET {}{path} was not answered in whole", self.base);
        let request = Request::builder().uri(format!("{}{path}", self.base));
        let request = request.header("Authorization", format!("Bearer {bearer}")).body(());
        let mut response = self.agent.run(request.with_context(describe)?).with_context(describe)?;
        ensure!(
            response.status() == 200,
            "GET {}{path} answered {}",
            self.base,
            response.status()
        );
        io::copy(&mut response.body_mut().as_reader(), &mut io::sink()).with_context(describe)
    }

    /// Whether GET `path` answers 200 now.
    #[must_use]
    pub fn is_ok(&self, path: &str) -> bool {
        self.call("GET", path, Options::default())
            .is_ok_and(|answer| answer.status == 200)
    }
}
