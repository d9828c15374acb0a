//! Builds the Worker, the peers' Workers and the package `bench/edge`, and runs it on the `workerd` binary.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};

use crate::process::{Output, Process, StopBy};
use crate::toolchain::cargo;
use crate::toolchain::npm::{self, Modules, Npm};
use crate::{dist, paths, step, toolchain};

/// Three times what it takes on an idle machine of two cores.
const LIMIT: Duration = Duration::from_secs(2_400);
/// The peers' Workers, each bundled into one module.
const PEERS: [&str; 3] = ["cel_js", "json_logic", "json_rules"];

pub(super) fn run() -> Result<()> {
    let tools = toolchain::ensure()?;
    dist::build(&tools)?;
    let source = paths::root().join("bench/edge");
    let peers = npm::ensure_peers()?;
    let target = paths::target().join("bench-edge");
    let mut build = cargo::command();
    build
        .args(["build", "--quiet", "--locked", "--release", "--manifest-path"])
        .arg(source.join("Cargo.toml"))
        .env("CARGO_TARGET_DIR", &target);
    step::run_openly("building the measurement", &mut build)?;
    let program = target.join("release/bench-edge");

    let modules = paths::scratch().join("bench-edge");
    gather(&modules, &source.join("workers"))?;
    step::run_quietly(
        "writing rules and requests",
        Command::new(&program).arg("prepare").arg(&modules),
    )?;
    for peer in PEERS {
        bundle(&tools.npm, &peers, &modules, peer)?;
    }
    let results = paths::root().join("bench/results");
    paths::create_dir(&results)?;
    let mut measure = Command::new(program);
    measure.arg("--workerd").arg(tools.npm.workerd()?);
    measure.arg("--modules").arg(&modules);
    measure.arg("--results").arg(results.join("edge.json"));
    measure.args(["--gzip-kb", &gzip_kb()?]);
    measure.args(["--versions", &versions(&tools.npm, &peers)?.to_string()]);
    run_bounded(&mut measure)
}

/// Puts all Workers into one fresh folder.
fn gather(modules: &Path, workers: &Path) -> Result<()> {
    if modules.exists() {
        fs::remove_dir_all(modules).context("the Workers of the last measurement cannot be removed")?;
    }
    paths::create_dir(&modules.join("build"))?;
    let edge = paths::root().join("edge");
    let mut files: Vec<(PathBuf, PathBuf)> = ["entry.js", "build/index.js", "build/index_bg.wasm"]
        .map(|file| (edge.join(file), modules.join(file)))
        .into();
    for file in fs::read_dir(workers).context("no Workers to compare with")? {
        let path = file?.path();
        let name = path.file_name().unwrap_or_default().to_owned();
        files.push((path, modules.join(name)));
    }
    for (from, to) in files {
        fs::copy(&from, to).with_context(|| format!("cannot copy {}", from.display()))?;
    }
    Ok(())
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

fn versions(npm: &Npm, peers: &Modules) -> Result<Value> {
    let workerd = step::read(Command::new(npm.workerd()?).arg("--version"))?;
    let mut versions = json!({"workerd": workerd.trim()});
    for package in ["@marcbachmann/cel-js", "json-logic-engine", "json-rules-engine"] {
        let file = peers.path().join(package).join("package.json");
        let text = fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
        let json: Value = serde_json::from_str(&text).context("package.json is no JSON")?;
        if let (Some(versions), Some(version)) = (versions.as_object_mut(), json.get("version")) {
            versions.insert(package.to_owned(), version.clone());
        }
    }
    Ok(versions)
}

fn run_bounded(measure: &mut Command) -> Result<()> {
    let process = Process::spawn("the measurement", measure, &Output::Terminal, StopBy::Terminate)?;
    match process.wait(Some(LIMIT), LIMIT, || {})? {
        Some(status) if status.success() => Ok(()),
        Some(_) => bail!("the measurement failed; its output is above"),
        None => bail!(
            "the measurement took more than {} s and was ended: run it on a machine that is less busy",
            LIMIT.as_secs()
        ),
    }
}
