//! The edge: the built Worker in workerd, through `wrangler dev --local` or bare.

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use anyhow::Result;

use super::workerd::{self, Surroundings};
use crate::http::Client;
use crate::paths;
use crate::process::{Output, Process, StopBy};
use crate::toolchain::npm::Npm;

/// wrangler takes some seconds, and up to a minute where it builds first.
const READY_SECS: u64 = 120;

/// What an edge needs.
#[derive(Debug, Clone)]
pub struct EdgeConfig {
    /// Where it listens, on 127.0.0.1.
    pub port: u16,
    /// What runs the Worker.
    pub runtime: Runtime,
    /// Where it reaches the origin.
    pub origin_url: String,
    /// The origins of pages that may evaluate, as `CORS_ORIGINS` lists them.
    pub cors_origins: &'static str,
    /// Signs its calls to the origin.
    pub internal_secret: String,
    /// Its log, its environment and its state: KV and Durable Objects outlive it there.
    pub dir: PathBuf,
}

/// What runs the Worker.
#[derive(Debug, Clone)]
pub enum Runtime {
    /// wrangler, as people develop with it: KV, the queues and the files are there.
    Wrangler {
        /// Where its debugger listens.
        inspector_port: u16,
    },
    /// workerd alone.
    Workerd(Surroundings),
}

impl EdgeConfig {
    /// Its address, without a trailing slash.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }
}

/// A running edge.
#[derive(Debug)]
pub struct Edge {
    process: Process,
    url: String,
}

impl Edge {
    /// Starts it and waits until the Worker answers.
    ///
    /// # Errors
    /// When it does not; shows the end of its log.
    pub fn start(npm: &Npm, config: &EdgeConfig) -> Result<Self> {
        paths::create_dir(&config.dir)?;
        let mut command = match &config.runtime {
            Runtime::Wrangler { inspector_port } => wrangler(npm, config, *inspector_port)?,
            Runtime::Workerd(around) => workerd::command(config, around)?,
        };
        let log = config.dir.join("edge.log");
        let process = Process::spawn("the edge", &mut command, &Output::Log(log), StopBy::Terminate)?;
        let url = config.url();
        let client = Client::new(&url);
        process.wait_ready(Duration::from_secs(READY_SECS), || client.is_ok("/healthz"))?;
        Ok(Self { process, url })
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

    /// Stops it; its state stays.
    pub fn stop(self) {
        self.process.stop();
    }

    /// Kills it at once; its state stays as it was written. What is in its queues is lost.
    pub fn kill(self) {
        self.process.kill();
    }
}

fn wrangler(npm: &Npm, config: &EdgeConfig, inspector_port: u16) -> Result<Command> {
    let env_file = config.dir.join("env");
    paths::write_private(&env_file, &format!("INTERNAL_SECRET={}\n", config.internal_secret))?;
    let mut command = npm.wrangler();
    command.args([
        "dev",
        "--local",
        "--ip",
        "127.0.0.1",
        "--port",
        &config.port.to_string(),
    ]);
    command.args([
        "--inspector-port",
        &inspector_port.to_string(),
        "--show-interactive-dev-session=false",
    ]);
    command
        .arg("--persist-to")
        .arg(config.dir.join("state"))
        .arg("--env-file")
        .arg(env_file);
    command.args(["--var", &format!("ORIGIN_URL:{}", config.origin_url)]);
    command.args(["--var", &format!("CORS_ORIGINS:{}", config.cors_origins)]);
    // The caller has built the Worker and the app: wrangler's own build command has nothing to do.
    command.env("COUPONS_BUILT", "1");
    // What wrangler writes about itself stays with this edge, so that two of them never meet.
    command.env("WRANGLER_LOG_PATH", config.dir.join("wrangler-logs"));
    command.env("WRANGLER_REGISTRY_PATH", config.dir.join("registry"));
    Ok(command)
}
