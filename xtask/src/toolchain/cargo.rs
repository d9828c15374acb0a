//! Programs that `cargo install` builds, in the exact versions that go with the libraries of Cargo.lock.

use std::env;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};
use serde::Deserialize;

use super::find_or_install;
use crate::{paths, step};

#[derive(Debug, Deserialize)]
struct Lock {
    package: Vec<LockedPackage>,
}

#[derive(Debug, Deserialize)]
struct LockedPackage {
    name: String,
    version: String,
}

/// The version of a crate in Cargo.lock.
///
/// # Errors
/// When Cargo.lock cannot be read or does not name the crate exactly once.
pub fn locked_version(name: &str) -> Result<String> {
    let path = paths::root().join("Cargo.lock");
    let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    version_in(&text, name)
}

/// Finds or installs `program` of the crate `name`, built with `features`.
///
/// # Errors
/// When it is missing and cannot be built.
pub fn ensure(name: &str, program: &str, version: &str, features: &[&str]) -> Result<PathBuf> {
    let dir = paths::cache()?.join(format!("{name}-{version}"));
    let path = dir.join("bin").join(program);
    find_or_install(
        name,
        || Ok(path.exists().then(|| path.clone())),
        || install(name, version, features, &dir),
    )
}

/// Cargo without the variables that `cargo run` and `cargo test` set for us: they would make it build things again.
#[must_use]
pub fn command() -> Command {
    program("cargo")
}

/// The same for a program that calls cargo.
#[must_use]
pub fn program(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    for (name, _) in env::vars_os() {
        let text = name.to_string_lossy();
        let of_this_package = ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "CARGO_CRATE_"];
        if text == "CARGO" || of_this_package.iter().any(|prefix| text.starts_with(prefix)) {
            command.env_remove(&name);
        }
    }
    command.current_dir(paths::root());
    command
}

fn install(name: &str, version: &str, features: &[&str], dir: &Path) -> Result<()> {
    let build = paths::cache()?.join("build").join(name);
    let mut command = command();
    command
        .args(["install", "--quiet", "--locked", "--root"])
        .arg(dir)
        .args([name, "--version", version, "--features"])
        .arg(features.join(","));
    command.env("CARGO_TARGET_DIR", &build);
    // These run for seconds and are built on every machine: half the optimisation is less than half the wait.
    command
        .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1")
        .env("CARGO_PROFILE_RELEASE_LTO", "off");
    command
        .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16")
        .env("CARGO_PROFILE_RELEASE_DEBUG", "false");
    step::run_fetching(
        &format!("installing {name} {version} with cargo, some minutes once"),
        &mut command,
        &format!("cargo could not install {name} {version}: check that crates.io can be reached"),
    )?;
    fs::remove_dir_all(&build).with_context(|| format!("cannot remove {}", build.display()))
}

fn version_in(lock: &str, name: &str) -> Result<String> {
    let lock: Lock = toml::from_str(lock).context("Cargo.lock is not valid: restore it with git")?;
    let mut versions = lock
        .package
        .into_iter()
        .filter(|package| package.name == name)
        .map(|package| package.version);
    match (versions.next(), versions.next()) {
        (Some(version), None) => Ok(version),
        (None, _) => anyhow::bail!("Cargo.lock names no {name}: run cargo check"),
        (Some(_), Some(_)) => anyhow::bail!("Cargo.lock names several versions of {name}: only one can be in use"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_comes_from_the_lock() {
        let lock = "version = 4\n\
            [[package]]\nname = \"worker\"\nversion = \"0.8.7\"\n\
            [[package]]\nname = \"worker-sys\"\nversion = \"0.8.6\"\n\
            [[package]]\nname = \"hex\"\nversion = \"0.4.2\"\n\
            [[package]]\nname = \"hex\"\nversion = \"0.4.3\"\n";
        assert_eq!(version_in(lock, "worker").unwrap(), "0.8.7");
        assert!(
            version_in(lock, "work")
                .unwrap_err()
                .to_string()
                .contains("names no work")
        );
        assert!(
            version_in(lock, "hex")
                .unwrap_err()
                .to_string()
                .contains("several versions")
        );
        assert!(version_in("package = 3", "hex").is_err());
    }

    #[test]
    fn this_lock_names_the_crates_whose_programs_we_install() {
        for name in ["wasm-bindgen", "worker"] {
            assert!(locked_version(name).unwrap().starts_with(|c: char| c.is_ascii_digit()));
        }
    }
}
