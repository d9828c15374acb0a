//! Evaluations beside an empty Worker and beside other engines: `bench/edge` on the `workerd` binary.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result};
use serde_json::{Map, Value};

use super::workers::Workers;
use crate::toolchain::Tools;
use crate::toolchain::npm::{self, Modules, Npm};
use crate::toolchain::wasm::{TARGET, WasmToolchain};
use crate::{dist, step};

/// The peers' Workers, each bundled into one module.
const PEERS: [&str; 3] = ["cel_js", "json_logic", "json_rules"];
/// The packages that they are of.
const PACKAGES: [&str; 3] = ["@marcbachmann/cel-js", "json-logic-engine", "json-rules-engine"];

/// What edge/Cargo.toml has done to the Worker.
const OPTIMISED: [&str; 3] = ["-O2", "--enable-simd", "--one-caller-inline-max-function-size=0"];

pub(super) fn run() -> Result<()> {
    let workers = Workers::prepare("bench-edge")?;
    build_alone(&workers)?;
    let peers = npm::ensure_peers()?;
    for peer in PEERS {
        bundle(&workers.tools().npm, &peers, workers.modules(), peer)?;
    }
    workers.measure("edge", versions(&peers)?, &["--gzip-kb", &gzip_kb()?])
}

/// Builds our engine alone as the Worker is built.
fn build_alone(workers: &Workers) -> Result<()> {
    let Tools { npm, wasm, .. } = workers.tools();
    let mut build = wasm.cargo(npm.node());
    build.args(["build", "--quiet", "--locked", "--release", "--target", TARGET]);
    build.args(["--manifest-path", "bench/edge/Cargo.toml", "--package", "alone"]);
    dist::compile_as_worker(&mut build);
    step::run_openly("building our engine alone", &mut build)?;
    let module = WasmToolchain::target_dir().join(TARGET).join("release/alone.wasm");
    let mut optimise = Command::new(npm.node());
    optimise.arg(npm.wasm_opt()).args(OPTIMISED).arg(module);
    optimise.arg("--output").arg(workers.modules().join("alone.wasm"));
    step::run_quietly("optimising it", &mut optimise)
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
