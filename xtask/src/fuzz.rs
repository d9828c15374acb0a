//! `cargo xtask fuzz`: hostile inputs for the engine, which libFuzzer varies after the code that they reach.
//!
//! The targets and the inputs that they start from are in `engine/fuzz`; what a run adds, and the inputs that break
//! something, is kept in the build folder, so that a run goes on where the last one ended.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use clap::{Args, ValueEnum};

use crate::process::{Output, Process, StopBy, tail};
use crate::toolchain::cargo;
use crate::{paths, step};

/// The version of cargo-fuzz, which finds the flags that instrument a build.
const CARGO_FUZZ_VERSION: &str = "0.13.2";
/// How long CI fuzzes each target.
const CI_SECONDS: u64 = 60;
/// Targets that run at the same time: CI has two cores.
const PARALLEL: usize = 2;
/// An input that takes longer counts as a hang: the slowest known one takes a tenth of a second.
const HANG_SECONDS: u64 = 20;
/// How much later than planned a run may end: the last input, and the statistics.
const SLACK: Duration = Duration::from_secs(120);
/// How often a run shows that it is alive.
const HEARTBEAT: Duration = Duration::from_secs(30);

/// What is fuzzed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Target {
    /// The source of conditions.
    Source,
    /// Compiled conditions as they are stored.
    Program,
    /// The bodies of requests.
    Request,
    /// Effects, amounts and weights.
    Money,
}

impl Target {
    const fn name(self) -> &'static str {
        match self {
            Self::Source => "source",
            Self::Program => "program",
            Self::Request => "request",
            Self::Money => "money",
        }
    }

    /// Programs are damaged conditions, so both start from the words of the language.
    const fn dictionary(self) -> &'static str {
        match self {
            Self::Source | Self::Program => "source",
            Self::Request => "request",
            Self::Money => "money",
        }
    }
}

/// What to fuzz, and how long.
#[derive(Debug, Args)]
pub struct Options {
    /// All of them when left out.
    target: Option<Target>,
    /// Seconds for each target.
    #[arg(long, default_value_t = CI_SECONDS)]
    seconds: u64,
}

/// Fuzzes the targets, two at a time.
///
/// # Errors
/// When an input breaks a law of the engine: says which, and how to run it again; or when the targets do not build.
pub fn run(options: &Options) -> Result<()> {
    let targets = options
        .target
        .map_or(Target::value_variants().to_vec(), |target| vec![target]);
    fuzz(&targets, options.seconds)
}

/// Fuzzes every target as long as CI does.
///
/// # Errors
/// See [`run`].
pub fn run_all() -> Result<()> {
    fuzz(Target::value_variants(), CI_SECONDS)
}

fn fuzz(targets: &[Target], seconds: u64) -> Result<()> {
    let programs = build()?;
    for pair in targets.chunks(PARALLEL) {
        let mut runs = Vec::new();
        for target in pair {
            runs.push(Run::start(*target, &programs, seconds)?);
        }
        // Both are waited for, so that one finding does not hide the other.
        let failures: Vec<String> = runs
            .into_iter()
            .filter_map(|run| run.finish(seconds).err())
            .map(|error| format!("{error:#}"))
            .collect();
        if !failures.is_empty() {
            bail!("{}", failures.join("\n\n"));
        }
    }
    Ok(())
}

fn build_dir() -> PathBuf {
    paths::target().join("fuzz")
}

fn package() -> PathBuf {
    paths::root().join("engine/fuzz")
}

/// Builds every target, instrumented; the folder that the programs are in.
///
/// Without a sanitizer: those look for misuse of memory, which the engine's safe code cannot do, make everything slower
/// and need a nightly compiler. Overflow is checked. libFuzzer and the libraries take longer to build than the engine:
/// they are kept with the tools, so that a fresh clone builds the engine alone.
fn build() -> Result<PathBuf> {
    let cargo_fuzz = cargo::ensure("cargo-fuzz", "cargo-fuzz", CARGO_FUZZ_VERSION, &[])?;
    step::run_fetching(
        "fetching the crates of the fuzz targets",
        cargo::command()
            .args(["fetch", "--quiet", "--locked", "--manifest-path"])
            .arg(package().join("Cargo.toml")),
        "engine/fuzz/Cargo.lock does not fit the engine any more, or crates.io cannot be reached: run \
         `cargo update --workspace --manifest-path engine/fuzz/Cargo.toml`",
    )?;
    let host = host()?;
    let mut command = cargo::program(cargo_fuzz);
    command
        .args(["build", "--sanitizer", "none", "--target", &host, "--fuzz-dir"])
        .arg(package())
        .arg("--target-dir")
        .arg(build_dir())
        .env("CARGO_BUILD_BUILD_DIR", paths::cache()?.join("build/fuzz"));
    step::run_quietly("building the fuzz targets, some minutes when all is new", &mut command)?;
    Ok(build_dir().join(host).join("release"))
}

fn host() -> Result<String> {
    let version = step::read(cargo::program("rustc").arg("-vV"))?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned).context("rustc -vV names no host")
}

/// A target under way.
struct Run {
    target: Target,
    program: PathBuf,
    log: PathBuf,
    process: Process,
}

impl Run {
    fn start(target: Target, programs: &Path, seconds: u64) -> Result<Self> {
        let name = target.name();
        let program = programs.join(name);
        let found = build_dir().join("corpus").join(name);
        let broken = build_dir().join("artifacts").join(name);
        paths::create_dir(&found)?;
        paths::create_dir(&broken)?;
        let dictionary = package()
            .join("dictionaries")
            .join(format!("{}.txt", target.dictionary()));
        let mut command = Command::new(&program);
        command
            .arg(format!("-max_total_time={seconds}"))
            .arg(format!("-timeout={HANG_SECONDS}"))
            .arg(format!("-dict={}", dictionary.display()))
            // A prefix, not a folder: without the last slash the name would be glued to it.
            .arg(format!("-artifact_prefix={}/", broken.display()))
            .arg("-print_final_stats=1")
            // What is new goes to the first folder; both are read.
            .arg(found)
            .arg(package().join("corpus").join(name));
        let log = step::log_path(&format!("fuzzing {name}"));
        eprintln!("• fuzzing {name} for {seconds} s …");
        let process = Process::spawn(
            &format!("fuzzing {name}"),
            &mut command,
            &Output::Log(log.clone()),
            StopBy::Terminate,
        )?;
        Ok(Self {
            target,
            program,
            log,
            process,
        })
    }

    fn finish(self, seconds: u64) -> Result<()> {
        let name = self.target.name();
        let limit = Duration::from_secs(seconds) + SLACK;
        let status = self
            .process
            .wait(Some(limit), HEARTBEAT, || eprintln!("  still fuzzing {name}"))?;
        let log = String::from_utf8_lossy(&fs::read(&self.log).unwrap_or_default()).into_owned();
        if status.is_some_and(|status| status.success()) {
            eprintln!("  {name}: {}", summary(&log));
            return Ok(());
        }
        match broken_by(&log) {
            Some(input) => bail!(
                "fuzzing {name} broke something: {}\n  run it again: {} {input}\n  then fix the engine, and keep the \
                 input as a case of its tests and, named, in engine/fuzz/corpus/{name}",
                reason(&log),
                self.program.display()
            ),
            None => bail!(
                "fuzzing {name} did not end as it should; the end of its log:\n{}",
                tail(&self.log)
            ),
        }
    }
}

/// What a run has done, from libFuzzer's statistics.
fn summary(log: &str) -> String {
    let executions = log
        .lines()
        .find_map(|line| line.strip_prefix("stat::number_of_executed_units:"));
    let covered = log.lines().rev().find_map(|line| {
        let words = line.split_whitespace().skip_while(|word| *word != "cov:");
        words.skip(1).step_by(2).next()
    });
    format!(
        "{} inputs, {} places of the code reached, nothing broken",
        executions.unwrap_or("?").trim(),
        covered.unwrap_or("?")
    )
}

/// The path of the input that broke something.
fn broken_by(log: &str) -> Option<&str> {
    log.lines()
        .find_map(|line| line.split_once("Test unit written to "))
        .map(|(_, path)| path)
}

/// The panic's place and message, or libFuzzer's own sentence.
fn reason(log: &str) -> String {
    let mut lines = log.lines().skip_while(|line| !line.contains("panicked at"));
    if let Some(place) = lines.next() {
        return format!("{place} {}", lines.next().unwrap_or_default());
    }
    let error = log.lines().find(|line| line.contains("ERROR: "));
    error.unwrap_or("see the log").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PASSED: &str = "#2\tINITED cov: 10 ft: 20 corp: 1/1b\n#900\tDONE   cov: 1220 ft: 2290 corp: 22/2395b\n\
        Done 900 runs in 60 second(s)\nstat::number_of_executed_units: 900\nstat::peak_rss_mb: 40\n";
    const FAILED: &str = "#2\tINITED cov: 10 ft: 20 corp: 1/1b\nthread '<unnamed>' (7) panicked at src/json.rs:12:5:\n\
        attempt to subtract with overflow\n==7== ERROR: libFuzzer: deadly signal\n\
        artifact_prefix='a/'; Test unit written to a/crash-12\nBase64: AA==\n";

    #[test]
    fn statistics_are_read() {
        assert_eq!(
            summary(PASSED),
            "900 inputs, 1220 places of the code reached, nothing broken"
        );
        assert_eq!(broken_by(PASSED), None);
    }

    #[test]
    fn a_finding_is_read() {
        assert_eq!(broken_by(FAILED), Some("a/crash-12"));
        let expected = "thread '<unnamed>' (7) panicked at src/json.rs:12:5: attempt to subtract with overflow";
        assert_eq!(reason(FAILED), expected);
        assert_eq!(
            reason("==7== ERROR: libFuzzer: timeout after 20 seconds\n"),
            "==7== ERROR: libFuzzer: timeout after 20 seconds"
        );
    }

    #[test]
    fn every_target_has_inputs_and_words() {
        for target in Target::value_variants() {
            let inputs = fs::read_dir(package().join("corpus").join(target.name())).unwrap();
            assert!(inputs.count() > 9, "{target:?}");
            assert!(
                package()
                    .join("dictionaries")
                    .join(format!("{}.txt", target.dictionary()))
                    .exists()
            );
            assert!(
                package()
                    .join("fuzz_targets")
                    .join(format!("{}.rs", target.name()))
                    .exists()
            );
        }
    }
}
