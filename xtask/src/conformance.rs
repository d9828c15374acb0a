//! The engine says the same natively and as Wasm: the package `conformance` runs the same random cases in both, and
//! their hashes are compared.
//!
//! ```text
//! conformance run ──▶ one hash a seed ─┐
//! node run.mjs run ─▶ one hash a seed ─┴─ equal? else each case of the seed by itself ──▶ the first that differs, shown
//! ```

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};

use crate::process::{Output, Process, StopBy};
use crate::toolchain::Tools;
use crate::toolchain::wasm::{TARGET, WasmToolchain};
use crate::{dist, paths, step};

/// Seeds × cases are 100,000 conditions, each with a request.
const SEEDS: u64 = 100;
const CASES: u32 = 1_000;
/// Ten times what it takes on an idle machine of two cores.
const LIMIT: Duration = Duration::from_secs(450);
const HEARTBEAT: Duration = Duration::from_secs(15);

/// Runs the cases natively and in V8, and compares. The native program is the one that the package's tests have built:
/// building it by itself would build the engine once more, with other features of its dependencies.
///
/// # Errors
/// When a case differs; shows it.
pub fn check(tools: &Tools) -> Result<()> {
    let native = Side {
        name: "native",
        command: vec![program()?],
    };
    let wasm = Side {
        name: "wasm",
        command: vec![
            tools.npm.node().to_path_buf(),
            paths::root().join("tests/conformance/run.mjs"),
            module_path(),
        ],
    };
    let of_native = native.start()?;
    build_module(tools)?;
    let of_wasm = wasm.start()?;
    let (of_native, of_wasm) = (native.finish(of_native)?, wasm.finish(of_wasm)?);
    let cases = SEEDS * u64::from(CASES);
    match first_difference(&of_native, &of_wasm) {
        None if of_native.lines().count() as u64 == SEEDS + 1 => {
            eprintln!("  {cases} conditions and those at the limits: the same natively and as Wasm");
            Ok(())
        }
        None => bail!("not every seed was run; what was said is in {}", native.log().display()),
        Some(seed) => bail!("{}", difference(&native, &wasm, seed)?),
    }
}

/// One of the two that are compared.
struct Side {
    name: &'static str,
    /// A program and its first arguments.
    command: Vec<PathBuf>,
}

impl Side {
    fn command(&self, arguments: &[&str]) -> Command {
        let mut words = self.command.iter();
        let mut command = Command::new(words.next().map(PathBuf::as_path).unwrap_or(Path::new("")));
        command.args(words).args(arguments);
        command
    }

    fn log(&self) -> PathBuf {
        step::log_path(&format!("conformance {}", self.name))
    }

    fn start(&self) -> Result<Process> {
        let mut command = self.command(&["run", "0", &SEEDS.to_string(), &CASES.to_string()]);
        Process::spawn(self.name, &mut command, &Output::Log(self.log()), StopBy::Terminate)
    }

    /// What it printed.
    fn finish(&self, process: Process) -> Result<String> {
        let still = || eprintln!("  still running the cases ({})", self.name);
        let status = process.wait(Some(LIMIT), HEARTBEAT, still)?;
        let log = self.log();
        match status {
            Some(status) if status.success() => {
                fs::read_to_string(&log).with_context(|| format!("cannot read {}", log.display()))
            }
            Some(_) => bail!("the {} cases failed; what was said is in {}", self.name, log.display()),
            None => bail!(
                "the {} cases took more than {} s and were ended",
                self.name,
                LIMIT.as_secs()
            ),
        }
    }
}

/// The name of the first line that differs: each begins with its name.
fn first_difference<'t>(a: &'t str, b: &'t str) -> Option<&'t str> {
    let (mut a, mut b) = (a.lines(), b.lines());
    loop {
        let (left, right) = (a.next(), b.next());
        if left != right {
            return left.or(right).and_then(|line| line.split_whitespace().next());
        }
        left?;
    }
}

/// The first case of a seed that differs, for people.
fn difference(native: &Side, wasm: &Side, seed: &str) -> Result<String> {
    let each = ["each", seed, &CASES.to_string()];
    let (of_native, of_wasm) = (
        step::read(&mut native.command(&each))?,
        step::read(&mut wasm.command(&each))?,
    );
    let Some(number) = first_difference(&of_native, &of_wasm) else {
        return Ok(format!(
            "seed {seed} differs between native and Wasm, but none of its cases by itself: a case leaves something for \
             the next"
        ));
    };
    let case = step::read(&mut native.command(&["show", seed, number]))?;
    Ok(format!(
        "native and Wasm differ for case {number} of seed {seed}:\n{case}"
    ))
}

fn program() -> Result<PathBuf> {
    let program = paths::target().join("debug/conformance");
    if !program.exists() {
        bail!(
            "{} is missing: run cargo test --package conformance first",
            program.display()
        );
    }
    Ok(program)
}

fn module_path() -> PathBuf {
    WasmToolchain::target_dir()
        .join(TARGET)
        .join("release/conformance.wasm")
}

fn build_module(tools: &Tools) -> Result<()> {
    let mut command = tools.wasm.cargo(tools.npm.node());
    // Said here, not in Cargo.toml: a library that is an rlib too is not optimised at link time.
    command.args(["rustc", "--quiet", "--locked", "--release", "--package", "conformance"]);
    command.args(["--lib", "--crate-type", "cdylib", "--target", TARGET]);
    dist::compile_as_worker(&mut command);
    step::run_openly("building the random cases for wasm32", &mut command)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_that_differs_is_named() {
        let check = |a: &str, b: &str, expected: Option<&str>| assert_eq!(first_difference(a, b), expected);
        check("deepest aa\n0 bb\n", "deepest aa\n0 bb\n", None);
        check("deepest aa\n0 bb\n", "deepest aa\n0 bc\n", Some("0"));
        check("deepest aa\n", "deepest ab\n", Some("deepest"));
        check("deepest aa\n0 bb\n", "deepest aa\n", Some("0"));
        check("deepest aa\n", "deepest aa\n0 bb\n", Some("0"));
    }
}
