//! Evaluations beside an empty Worker and beside other engines: `bench/edge` on the `workerd` binary.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result};
use serde_json::{Map, Value};

use super::workers::Workers;
use crate::toolchain::npm::{self, Modules, Npm};
use crate::{dist, step};

/// The peers' Workers, each bundled into one module.
const PEERS: [&str; 3] = ["cel_js", "json_logic", "json_rules"];
/// The packages that they are of.
const PACKAGES: [&str; 3] = ["@marcbachmann/cel-js", "json-logic-engine", "json-rules-engine"];

pub(super) fn run() -> Result<()> {
    let workers = Workers::prepare("bench-edge")?;
    let peers = npm::ensure_peers()?;
    for peer in PEERS {
        bundle(workers.npm(), &peers, workers.modules(), peer)?;
    }
    workers.measure("edge", versions(&peers)?, &["--gzip-kb", &gzip_kb()?])
}

fn bundle(npm: &Npm, peers: &Modules, modules: &Path, peer: &str) -> Result<()> {
    let mut command = Command::new(npm.esbuild());
    command
        .args(["--bundle", "--format=esm", "--minify", "--log-level=error"])
        .arg(modules.join(peer).with_extension("js"))
        .arg(format!(
            "--outfile={}",
            modules.join(peer).with_extension("out.js").display()
        ))
        .env("NODE_PATH", peers.path());
    step::run_quietly(&format!("bundling {peer}"), &mut command)
}

fn gzip_kb() -> Result<String> {
    let bytes = dist::worker_gzip_bytes()?;
    // Tenths, rounded up.
    let tenths = bytes.div_ceil(100);
    Ok(format!("{}.{}", tenths / 10, tenths % 10))
}

fn versions(peers: &Modules) -> Result<Map<String, Value>> {
    let mut versions = Map::new();
    for package in PACKAGES {
        let file = peers.path().join(package).join("package.json");
        let text = fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
        let json: Value = serde_json::from_str(&text).context("package.json is no JSON")?;
        if let Some(version) = json.get("version") {
            versions.insert(package.to_owned(), version.clone());
        }
    }
    Ok(versions)
}
