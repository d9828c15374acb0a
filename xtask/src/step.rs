//! Long steps, one line when they start, a heartbeat while they last, one line with the time when they are done.

use std::path::PathBuf;
use std::process::{Command, ExitStatus};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

use crate::paths;
use crate::process::{Output, Process, StopBy, tail};

/// How often a long step shows that it is alive.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// Runs a command that only needs to succeed; its output is kept in a log that is shown on failure.
///
/// # Errors
/// When it cannot be started or fails; shows the end of its log.
pub fn run_quietly(what: &str, command: &mut Command) -> Result<()> {
    let log = log_path(what);
    let status = run(what, command, &Output::Log(log.clone()), None)?;
    if status.is_none_or(|status| !status.success()) {
        bail!("{what} failed; the end of its log:\n{}", tail(&log));
    }
    Ok(())
}

/// As [`run_quietly`], for a command that fetches: what fails is nearly always the way to a registry, so the error is
/// the `advice` and the place of the log alone.
///
/// # Errors
/// When it cannot be started or fails.
pub fn run_fetching(what: &str, command: &mut Command, advice: &str) -> Result<()> {
    let log = log_path(what);
    let status = run(what, command, &Output::Log(log.clone()), None)?;
    if status.is_none_or(|status| !status.success()) {
        bail!("{advice} (what was said is in {})", log.display());
    }
    Ok(())
}

/// As [`run_quietly`], but ended after `limit`; says whether it succeeded, and leaves the reason in the returned log.
///
/// # Errors
/// When it cannot be started.
pub fn try_quietly(what: &str, command: &mut Command, limit: Duration) -> Result<bool> {
    let status = run(what, command, &Output::Log(log_path(what)), Some(limit))?;
    Ok(status.is_some_and(|status| status.success()))
}

/// Runs a command whose output people want to read: tests and lints.
///
/// # Errors
/// When it cannot be started or fails.
pub fn run_openly(what: &str, command: &mut Command) -> Result<()> {
    let status = run(what, command, &Output::Terminal, None)?;
    if status.is_none_or(|status| !status.success()) {
        bail!("{what} failed; its output is above");
    }
    Ok(())
}

/// Runs commands one after the other that only need to succeed, as one step.
///
/// # Errors
/// When one cannot be started or fails; shows what it said.
pub fn run_all(what: &str, commands: &mut [Command]) -> Result<()> {
    let (started, all) = (Instant::now(), commands.len());
    eprintln!("• {what}, {all} files …");
    let mut told = started;
    for (done, command) in commands.iter_mut().enumerate() {
        if told.elapsed() >= HEARTBEAT {
            told = Instant::now();
            eprintln!("  still {what} ({done} of {all})");
        }
        read(command)?;
    }
    eprintln!("  done after {:.1} s", started.elapsed().as_secs_f64());
    Ok(())
}

/// A command's standard output, for questions that are answered at once.
///
/// # Errors
/// When it cannot be started or fails; shows what it said.
pub fn read(command: &mut Command) -> Result<String> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = command
        .output()
        .with_context(|| format!("cannot start {program}: is it installed?"))?;
    if !output.status.success() {
        bail!("{program} failed: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Where the log of a step is kept.
#[must_use]
pub fn log_path(what: &str) -> PathBuf {
    let name: String = what
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || c == '.' { c } else { '-' })
        .collect();
    paths::scratch().join("log").join(format!("{name}.log"))
}

fn run(what: &str, command: &mut Command, output: &Output, limit: Option<Duration>) -> Result<Option<ExitStatus>> {
    let started = Instant::now();
    eprintln!("• {what} …");
    let process = Process::spawn(what, command, output, StopBy::Terminate)?;
    let status = process.wait(limit, HEARTBEAT, || {
        eprintln!("  still {what} ({} s)", started.elapsed().as_secs());
    })?;
    let outcome = if status.is_some_and(|status| status.success()) {
        "done"
    } else {
        "did not succeed"
    };
    eprintln!("  {outcome} after {:.1} s", started.elapsed().as_secs_f64());
    Ok(status)
}
