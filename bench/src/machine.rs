//! What the figures belong to, and the count of allocations.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, bail};
use serde::Deserialize;
use serde_json::{Value, json};

/// What can change the figures.
pub(crate) fn describe() -> Result<Value> {
    let cpu = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let cpu = cpu
        .lines()
        .find_map(|line| line.strip_prefix("model name").and_then(|line| line.split_once(": ")))
        .map(|(_, model)| model);
    Ok(json!({
        "cpu": cpu,
        "os": std::env::consts::OS,
        "arch": std::env::consts::ARCH,
        "rustc": read(Command::new("rustc").arg("--version").current_dir(env!("CARGO_MANIFEST_DIR")))?,
        "peers": peer_versions()?,
    }))
}

/// Runs the program that counts allocations; answers with their number in warm evaluations of all rules.
pub(crate) fn count_allocations(program: &Path) -> Result<u64> {
    let output = read(&mut Command::new(program))?;
    output
        .parse()
        .with_context(|| format!("the program that counts allocations said {output:?}"))
}

fn peer_versions() -> Result<Value> {
    let lock: Lock = toml::from_str(include_str!("../Cargo.lock")).context("Cargo.lock is not valid")?;
    let is_peer = |package: &Package| bench::peers::ALL.iter().any(|peer| peer.name == package.name);
    let versions = lock.package.into_iter().filter(is_peer);
    Ok(versions
        .map(|package| (package.name, Value::from(package.version)))
        .collect())
}

#[derive(Debug, Deserialize)]
struct Lock {
    package: Vec<Package>,
}

#[derive(Debug, Deserialize)]
struct Package {
    name: String,
    version: String,
}

fn read(command: &mut Command) -> Result<String> {
    let output = command.output().with_context(|| format!("cannot start {command:?}"))?;
    if !output.status.success() {
        bail!("{command:?} failed: {}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
