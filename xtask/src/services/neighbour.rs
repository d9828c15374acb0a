//! Another Worker beside an edge that wrangler runs, at the same queue: what puts messages into it that the edge never
//! would.

use std::fs;
use std::time::Duration;

use anyhow::{Context as _, Result};

use super::edge::EdgeConfig;
use crate::http::Client;
use crate::process::{Output, Process, StopBy};
use crate::toolchain::npm::Npm;
use crate::{paths, ports};

/// As for the edge.
const READY_SECS: u64 = 120;
/// What it does.
const MODULE: &str = "neighbour.js";
/// The tests' own modules.
const WORKERS: &str = "tests/e2e/workers";
/// It sends records.
const CONFIGURATION: &str = r#"
name = "neighbour"
main = "neighbour.js"
compatibility_date = "2026-11-01"

[[queues.producers]]
binding = "RECORDS"
queue = "coupons-records"
"#;

/// A running neighbour.
#[derive(Debug)]
pub struct Neighbour {
    _process: Process,
    url: String,
}

impl Neighbour {
    /// Starts it beside `edge` and waits until it answers.
    ///
    /// # Errors
    /// When it does not; shows the end of its log.
    pub fn start(npm: &Npm, edge: &EdgeConfig) -> Result<Self> {
        let dir = edge.dir.join("neighbour");
        paths::create_dir(&dir)?;
        let module = paths::root().join(WORKERS).join(MODULE);
        fs::copy(&module, dir.join(MODULE)).with_context(|| format!("cannot copy {}", module.display()))?;
        let config = dir.join("wrangler.toml");
        fs::write(&config, CONFIGURATION).with_context(|| format!("cannot write {}", config.display()))?;
        let [port, inspector_port] = ports::free()?;
        let mut command = npm.wrangler();
        command.args([
            "dev",
            "--local",
            "--ip",
            "127.0.0.1",
            "--show-interactive-dev-session=false",
        ]);
        command.args([
            "--port",
            &port.to_string(),
            "--inspector-port",
            &inspector_port.to_string(),
        ]);
        command.arg("--config").arg(config);
        command.env("WRANGLER_LOG_PATH", dir.join("wrangler-logs"));
        // Where the edge says which queues it has.
        command.env("WRANGLER_REGISTRY_PATH", edge.dir.join("registry"));
        let log = Output::Log(dir.join("neighbour.log"));
        let process = Process::spawn("the edge's neighbour", &mut command, &log, StopBy::Terminate)?;
        let url = format!("http://127.0.0.1:{port}");
        let client = Client::new(&url);
        process.wait_ready(Duration::from_secs(READY_SECS), || client.is_ok("/"))?;
        Ok(Self { _process: process, url })
    }

    /// Its address, without a trailing slash.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }
}
