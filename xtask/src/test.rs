//! `cargo xtask test`: the whole suite as CI runs it, or one part of it.
//!
//! Every step runs on its own ports and folders below the build folder, and what it started is stopped at its end,
//! also when it fails. The first failing step ends the run; the times of all steps are printed in any case.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::Result;
use clap::ValueEnum;

use crate::services::postgres::{Postgres, PostgresConfig};
use crate::toolchain::wasm::TARGET;
use crate::toolchain::{Tools, cargo, chromium};
use crate::{check, conformance, dist, fuzz, paths, ports, prepare, schemathesis, services, step, toolchain};

/// A part of the suite.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Part {
    /// The engine: unit tests, properties, some minutes of fuzzing, that it builds for wasm32, and says the same there.
    Engine,
    /// The origin: its tests on a private PostgreSQL, that `.sqlx` is up to date, and that it does what its OpenAPI
    /// document says.
    Origin,
    /// The edge: unit tests, the built Worker, and what a deployment would check.
    Edge,
    /// The whole stack over HTTP and in a browser.
    E2e,
    /// Many redemptions at once against the whole stack, in the form that takes minutes.
    Hammer,
    /// The app: unit tests, and that it builds.
    Ui,
}

/// Runs `part`, or everything.
///
/// # Errors
/// When a step fails; its output is above.
pub fn run(part: Option<Part>) -> Result<()> {
    let mut steps = Steps::default();
    let result = match part {
        None => everything(&mut steps),
        Some(part) => one(&mut steps, part),
    };
    steps.print(result.is_ok());
    result
}

fn everything(steps: &mut Steps) -> Result<()> {
    steps.run("format", format)?;
    steps.run("repository rules", || {
        check::dependencies().and_then(|()| check::migrations())
    })?;
    let tools = steps.run("tools", toolchain::ensure)?;
    steps.run("licences", check::licences)?;
    steps.run("clippy", clippy)?;
    steps.run("wasm32", || build_engine_for_wasm(&tools))?;
    steps.run("tests", || {
        cargo_test(&["--workspace", "--exclude", "tests", "--features", "ui/kit"])
    })?;
    steps.run("native = wasm", || conformance::check(&tools))?;
    steps.run("fuzz", fuzz::run_all)?;
    steps.run("queries", prepare::check)?;
    steps.run("schemathesis", schemathesis::run)?;
    steps.run("dist", || dist::build(&tools).and_then(|()| dist::print_sizes()))?;
    steps.run("entry", || test_entry(&tools))?;
    steps.run("deployment", || deploy_dry_run(&tools))?;
    steps.run("end to end", end_to_end)
}

fn one(steps: &mut Steps, part: Part) -> Result<()> {
    match part {
        Part::Engine => {
            let tools = steps.run("tools", toolchain::ensure)?;
            steps.run("wasm32", || build_engine_for_wasm(&tools))?;
            steps.run("tests", || {
                cargo_test(&[
                    "--package",
                    "engine",
                    "--package",
                    "locations",
                    "--package",
                    "conformance",
                    "--package",
                    "model",
                ])
            })?;
            steps.run("native = wasm", || conformance::check(&tools))?;
            steps.run("fuzz", fuzz::run_all)
        }
        Part::Origin => {
            steps.run("tests", || cargo_test(&["--package", "origin"]))?;
            steps.run("queries", prepare::check)?;
            steps.run("schemathesis", schemathesis::run)
        }
        Part::Edge => {
            let tools = steps.run("tools", toolchain::ensure)?;
            steps.run("tests", || cargo_test(&["--package", "edge"]))?;
            steps.run("dist", || dist::build(&tools))?;
            steps.run("entry", || test_entry(&tools))?;
            steps.run("deployment", || deploy_dry_run(&tools))
        }
        Part::E2e => steps.run("end to end", end_to_end),
        Part::Hammer => steps.run("hammer", hammer),
        Part::Ui => {
            let tools = steps.run("tools", toolchain::ensure)?;
            steps.run("tests", || {
                cargo_test(&["--package", "ui", "--package", "workbench", "--features", "ui/kit"])
            })?;
            steps.run("dist", || dist::build(&tools))
        }
    }
}

fn format() -> Result<()> {
    // The fuzz targets are a workspace of their own.
    for (what, manifest) in [
        ("checking the format", "Cargo.toml"),
        ("checking the format of the fuzz targets", "engine/fuzz/Cargo.toml"),
    ] {
        let mut command = cargo::command();
        command.args(["fmt", "--all", "--check", "--manifest-path", manifest]);
        step::run_openly(what, &mut command)?;
    }
    Ok(())
}

fn clippy() -> Result<()> {
    let mut command = cargo::command();
    command.args([
        "clippy",
        "--quiet",
        "--locked",
        "--workspace",
        "--all-targets",
        "--features",
        "ui/kit",
        "--",
        "-D",
        "warnings",
    ]);
    step::run_openly("checking with clippy", &mut command)
}

fn build_engine_for_wasm(tools: &Tools) -> Result<()> {
    let mut command = tools.wasm.cargo(tools.npm.node());
    command.args([
        "build",
        "--quiet",
        "--locked",
        "--release",
        "--package",
        "engine",
        "--target",
        TARGET,
    ]);
    dist::compile_as_worker(&mut command);
    step::run_openly("building the engine for wasm32", &mut command)
}

/// Tests of crates that may need a database: a private one is there.
fn cargo_test(selection: &[&str]) -> Result<()> {
    let [port] = ports::free()?;
    let postgres = Postgres::start(&PostgresConfig::temporary(
        &paths::scratch().join("test-database"),
        port,
    ))?;
    let mut command = cargo::command();
    command
        .args(["test", "--quiet", "--locked"])
        .args(selection)
        .env("DATABASE_URL", postgres.url());
    step::run_openly(&format!("testing {}", selection.join(" ")), &mut command)
}

fn test_entry(tools: &Tools) -> Result<()> {
    let mut command = Command::new(tools.npm.node());
    command.args(["--test", "--test-reporter=dot", "edge/tests/entry.test.mjs"]);
    step::run_openly("testing the Worker's entry", command.current_dir(paths::root()))
}

fn deploy_dry_run(tools: &Tools) -> Result<()> {
    let mut command = tools.npm.wrangler();
    let out: &Path = &paths::scratch().join("deploy");
    command
        .args(["deploy", "--dry-run", "--env", "production", "--outdir"])
        .arg(out);
    command
        .env("WRANGLER_LOG_PATH", out.join("logs"))
        .env("COUPONS_BUILT", "1");
    step::run_openly("checking the deployment with wrangler", &mut command)
}

/// The browser is installed and everything is built before, so that the tests' time is theirs.
fn hammer() -> Result<()> {
    services::build()?;
    let mut command = cargo::command();
    command.args(["test", "--locked", "--package", "tests", "--", "hammer"]);
    command.env("COUPONS_HAMMER", "whole");
    step::run_openly("hammering the ledger", &mut command)
}

fn end_to_end() -> Result<()> {
    chromium::ensure()?;
    services::build()?;
    let mut command = cargo::command();
    command.args(["test", "--locked", "--package", "tests"]);
    step::run_openly("testing end to end", &mut command)
}

/// The steps that have run, with their times.
#[derive(Debug, Default)]
struct Steps(Vec<(&'static str, Duration)>);

impl Steps {
    fn run<T>(&mut self, name: &'static str, step: impl FnOnce() -> Result<T>) -> Result<T> {
        let started = Instant::now();
        let result = step();
        self.0.push((name, started.elapsed()));
        result
    }

    /// One line: each step with its seconds, a failed one last.
    fn print(&self, passed: bool) {
        let total: Duration = self.0.iter().map(|(_, time)| *time).sum();
        let steps: Vec<String> = self
            .0
            .iter()
            .map(|(name, time)| format!("{name} {:.0} s", time.as_secs_f64()))
            .collect();
        let outcome = if passed { "passed" } else { "failed" };
        println!("{outcome} after {:.0} s: {}", total.as_secs_f64(), steps.join(", "));
    }
}
