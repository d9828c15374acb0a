//! Rules of the repository that no compiler checks.

use std::process::Command;

use anyhow::{Result, bail};

use crate::toolchain::cargo;
use crate::{paths, step};

/// Parts that depend on the engine alone; whoever else depended on one would show here.
const LEAVES: [&str; 4] = ["edge", "origin", "ui", "workbench"];
/// Only advisories need a database that may not be reached; the suite runs everywhere.
const DENY_CHECKS: [&str; 3] = ["bans", "licenses", "sources"];
/// The licence and dependency checker; its results do not depend on the exact version.
const DENY_VERSION: &str = "0.20.2";

/// Checks that edge, origin, ui and workbench are used by nothing, and that the engine uses no other part.
///
/// # Errors
/// Names the dependency that is not allowed.
pub fn dependencies() -> Result<()> {
    for part in LEAVES {
        let mut command = cargo::command();
        command.args([
            "tree",
            "--workspace",
            "--all-features",
            "--target",
            "all",
            "--prefix",
            "none",
        ]);
        command.args(["--edges", "normal,build,dev", "--invert", part]);
        refuse_others(part, &step::read(&mut command)?)?;
    }
    let mut command = cargo::command();
    command.args([
        "tree",
        "--package",
        "engine",
        "--all-features",
        "--target",
        "all",
        "--prefix",
        "none",
    ]);
    command.args(["--edges", "normal,build,dev"]);
    refuse_parts(&step::read(&mut command)?)
}

/// Checks that no commit and no pending change alters, renames or deletes a migration: databases have applied it.
///
/// # Errors
/// Names the file.
pub fn migrations() -> Result<()> {
    let git = |args: &[&str]| step::read(Command::new("git").args(args).current_dir(paths::root()));
    if git(&["rev-parse", "--verify", "HEAD"]).is_err() {
        eprintln!("  not a git checkout with a commit: the migrations' history is not checked");
        return Ok(());
    }
    let committed = git(&[
        "log",
        "--format=",
        "--name-status",
        "--diff-filter=MDRT",
        "--",
        "migrations",
    ])?;
    let pending = git(&[
        "diff",
        "--name-status",
        "--diff-filter=MDRT",
        "HEAD",
        "--",
        "migrations",
    ])?;
    let changed: Vec<&str> = committed
        .lines()
        .chain(pending.lines())
        .filter(|line| !line.is_empty())
        .collect();
    if !changed.is_empty() {
        bail!(
            "a committed migration was changed ({}): undo that and write a new migration",
            changed.join(", ")
        );
    }
    Ok(())
}

/// Checks bans, licences and sources of every dependency as deny.toml says.
///
/// # Errors
/// When one breaks a rule, or the checker cannot be installed.
pub fn licences() -> Result<()> {
    let program = cargo::ensure("cargo-deny", "cargo-deny", DENY_VERSION, &[])?;
    let mut command = Command::new(program);
    command
        .args(["--offline", "check"])
        .args(DENY_CHECKS)
        .current_dir(paths::root());
    step::run_openly("checking licences, bans and sources", &mut command)
}

/// `tree` lists who uses `part`, itself first.
fn refuse_others(part: &str, tree: &str) -> Result<()> {
    let mut users = names(tree).filter(|name| *name != part);
    match users.next() {
        None => Ok(()),
        Some(user) => bail!("{user} depends on {part}: share the code through engine instead"),
    }
}

/// `tree` lists what the engine uses.
fn refuse_parts(tree: &str) -> Result<()> {
    match names(tree).find(|name| LEAVES.contains(name) || matches!(*name, "tests" | "conformance" | "model" | "xtask"))
    {
        None => Ok(()),
        Some(part) => bail!("the engine depends on {part}: it may use no other part"),
    }
}

/// The first word of each line, a crate's name.
fn names(tree: &str) -> impl Iterator<Item = &str> {
    tree.lines()
        .filter_map(|line| line.split_whitespace().next())
        .filter(|word| !word.starts_with('['))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn users_of_a_part_are_named() {
        refuse_others("edge", "edge v0.1.0 (/checkout/edge)\n").unwrap();
        let error = refuse_others(
            "edge",
            "edge v0.1.0 (/checkout/edge)\n[dev-dependencies]\ntests v0.1.0\n",
        )
        .unwrap_err();
        assert!(error.to_string().starts_with("tests depends on edge"), "{error}");
    }

    #[test]
    fn parts_below_the_engine_are_named() {
        refuse_parts("engine v0.1.0\nserde v1.0.229\ntests-helper v1.0.0\n").unwrap();
        let error = refuse_parts("engine v0.1.0\nserde v1.0.229\n[dev-dependencies]\nxtask v0.1.0\n").unwrap_err();
        assert!(error.to_string().contains("depends on xtask"), "{error}");
    }
}
