//! The edge in the bare workerd, with its caller in the place of what is around a Worker: KV, the queues, the files.
//!
//! What wrangler puts there lives in the Worker's process and dies with it, and proxies lead to it. Here the process holds
//! the Worker and its objects alone, the objects on disk, and what the platform keeps elsewhere is elsewhere.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};

use super::edge::EdgeConfig;
use crate::paths;

/// The modules of the Worker as it is deployed, below `edge`.
const SHIPPED: [&str; 3] = ["entry.js", "build/index.js", "build/index_bg.wasm"];
/// The modules in front of them, of which the first is the entry here; below [`WORKERS`].
const IN_FRONT: [&str; 2] = ["edge.js", "tenant_from_body.js"];
/// Takes messages to the Worker, as the platform's queue does; below [`WORKERS`].
const DELIVER: &str = "deliver.js";
/// The tests' own modules.
const WORKERS: &str = "tests/e2e/workers";

/// The header that tells the caller that a message is for the dead-letter queue.
pub const DEAD_LETTER_HEADER: &str = "x-dead-letter";

/// What is around the Worker.
#[derive(Debug, Clone)]
pub struct Surroundings {
    /// The runtime.
    pub program: PathBuf,
    /// Where the caller answers as KV, as the queues, with the app's files and at the points.
    pub standin_port: u16,
    /// Where messages for the Worker are taken, on 127.0.0.1.
    pub consumer_port: u16,
    /// What the entry adds to the Worker.
    pub added: Added,
    /// `RETRY_DELAY_CAP_SECS` of the Worker.
    pub retry_delay_cap_secs: u32,
    /// `LEDGER_RESEND_SECS` of the Worker.
    pub ledger_resend_secs: u32,
}

/// What is added to the Worker from outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Added {
    /// Nothing: it is as it is deployed.
    Nothing,
    /// A command tells the caller before its object has it and after the object has written.
    Points,
    /// A mistake: rules are those of the tenant that the body names.
    TenantFromBody,
}

impl Added {
    const fn binding(self) -> &'static str {
        match self {
            Self::Nothing => "",
            Self::Points => "(name = \"POINTS\", service = \"standin\"),",
            Self::TenantFromBody => "(name = \"TENANT_FROM_BODY\", text = \"1\"),",
        }
    }
}

/// workerd with a configuration that it reads from the edge's folder.
///
/// # Errors
/// When the folder cannot be written, or the Worker is not built.
pub(super) fn command(config: &EdgeConfig, around: &Surroundings) -> Result<Command> {
    let dir = config.dir.join("workerd");
    paths::create_dir(&dir.join("build"))?;
    let objects = config.dir.join("objects");
    paths::create_dir(&objects)?;
    let copy = |from: &str, module: &str| {
        let from = paths::root().join(from).join(module);
        fs::copy(&from, dir.join(module)).with_context(|| format!("cannot copy {}", from.display()))
    };
    for module in SHIPPED {
        copy("edge", module)?;
    }
    for module in IN_FRONT.iter().chain(&[DELIVER]) {
        copy(WORKERS, module)?;
    }
    let file = dir.join("config.capnp");
    paths::write_private(&file, &configuration(config, around, &objects)?)?;
    let mut command = Command::new(&around.program);
    command.args(["serve", "--experimental"]).arg(file);
    Ok(command)
}

fn configuration(config: &EdgeConfig, around: &Surroundings, objects: &Path) -> Result<String> {
    let date = compatibility_date()?;
    let standin = format!("address = \"127.0.0.1:{}\"", around.standin_port);
    let mut modules = String::new();
    for module in IN_FRONT.iter().chain(&SHIPPED) {
        let kind = if module.ends_with(".wasm") { "wasm" } else { "esModule" };
        // Writing to memory does not fail.
        _ = writeln!(modules, "        (name = \"{module}\", {kind} = embed \"{module}\"),");
    }
    Ok(format!(
        r#"using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "edge", worker = (
      compatibilityDate = "{date}",
      modules = [
{modules}      ],
      bindings = [
        (name = "STORE", kvNamespace = "standin"), (name = "RECORDS", queue = "standin"),
        (name = "DEAD_LETTERS", queue = "dead"), (name = "ASSETS", service = "standin"), {added}
        (name = "LEDGER", durableObjectNamespace = "Ledger"), (name = "GATE", durableObjectNamespace = "Gate"),
        (name = "ORIGIN_URL", text = "{origin_url}"), (name = "INTERNAL_SECRET", text = "{secret}"),
        (name = "RETRY_DELAY_CAP_SECS", text = "{retry}"), (name = "LEDGER_RESEND_SECS", text = "{resend}"),
      ],
      durableObjectNamespaces = [
        (className = "Ledger", uniqueKey = "ledger", enableSql = true), (className = "Gate", uniqueKey = "gate", enableSql = true),
      ],
      durableObjectStorage = (localDisk = "objects"),
    )),
    (name = "deliver", worker = (
      compatibilityDate = "{date}",
      compatibilityFlags = ["service_binding_extra_handlers"],
      modules = [(name = "{DELIVER}", esModule = embed "{DELIVER}")],
      bindings = [(name = "EDGE", service = "edge")],
    )),
    (name = "standin", external = ({standin}, http = ())),
    (name = "dead", external = ({standin}, http = (injectRequestHeaders = [(name = "{DEAD_LETTER_HEADER}", value = "1")]))),
    (name = "objects", disk = (path = "{objects}", writable = true)),
    (name = "internet", network = (allow = ["public", "private"])),
  ],
  sockets = [
    (name = "edge", address = "127.0.0.1:{port}", http = (), service = "edge"),
    (name = "deliver", address = "127.0.0.1:{consumer}", http = (), service = "deliver"),
  ],
);
"#,
        added = around.added.binding(),
        origin_url = config.origin_url,
        secret = config.internal_secret,
        retry = around.retry_delay_cap_secs,
        resend = around.ledger_resend_secs,
        objects = objects.display(),
        port = config.port,
        consumer = around.consumer_port,
    ))
}

/// As the Worker is deployed with.
fn compatibility_date() -> Result<String> {
    let text = fs::read_to_string(paths::root().join("wrangler.toml")).context("cannot read wrangler.toml")?;
    let date = text.lines().find_map(|line| line.strip_prefix("compatibility_date = "));
    Ok(date
        .context("wrangler.toml has no compatibility_date")?
        .trim_matches('"')
        .to_owned())
}
