//! The app in a browser, against the whole stack; pictures are left under `target/screenshots`.
//!
//! A script cannot stop parts of the stack: it asks for that by a line of its output, and waits for the answer's line.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;

use anyhow::{Context, Result, bail, ensure};
use xtask::toolchain::{chromium, npm};

use crate::stack::Stack;

/// Set by `cargo xtask shots`: pictures of every page in each scheme and width.
const SHOTS: &str = "COUPONS_SHOTS";
/// What a line begins with that asks for something: see `ask` of `browser/harness.mjs`.
const REQUEST: &str = "please ";

/// A merchant's path in both languages, from signing up to the report; and the origin going away and coming back.
pub(crate) fn path(stack: &Stack) -> Result<()> {
    run(stack, "path.mjs")
}

/// Every page in both languages and schemes.
pub(crate) fn areas(stack: &Stack) -> Result<()> {
    run(stack, "areas.mjs")
}

/// An invitation, from the administrator to what the new person sees, by way of the mailbox.
pub(crate) fn team(stack: &Stack) -> Result<()> {
    run(stack, "team.mjs")
}

/// Coupons, from a batch and its file to one that is used up.
pub(crate) fn coupons(stack: &Stack) -> Result<()> {
    run(stack, "coupons.mjs")
}

/// Runs a script of `browser/` in Chromium.
fn run(stack: &Stack, script: &str) -> Result<()> {
    let screenshots = xtask::paths::target().join("screenshots");
    xtask::paths::create_dir(&screenshots)?;
    let mut command = npm::ensure()?.node_command(&Path::new(env!("CARGO_MANIFEST_DIR")).join("browser").join(script));
    command.env("CHROME", chromium::ensure()?);
    command.env("BASE_URL", &stack.edge_url);
    command.env("MAILBOX_URL", &stack.mailbox_url);
    command.env("SCREENSHOT_DIR", &screenshots);
    if std::env::var_os(SHOTS).is_some() {
        command.env("SHOTS", "all");
    }
    let (is_success, said) = converse(stack, &mut command)?;
    ensure!(is_success, "{said}");
    Ok(())
}

/// Runs a script and does what it asks for; whether it succeeded, and what it said.
fn converse(stack: &Stack, command: &mut Command) -> Result<(bool, String)> {
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut script = command.spawn()?;
    let mut answers = script.stdin.take().context("no input")?;
    let output = script.stdout.take().context("no output")?;
    let mut errors = script.stderr.take().context("no errors")?;
    // Beside the output: the script would wait for whoever does not read one of them.
    let errors = thread::spawn(move || {
        let mut said = String::new();
        errors.read_to_string(&mut said).map(|_| said)
    });
    let mut said = String::new();
    for line in BufReader::new(output).lines() {
        let line = line?;
        if let Some(request) = line.strip_prefix(REQUEST) {
            let answer = match fulfil(stack, request) {
                Ok(()) => "done".to_owned(),
                Err(error) => format!("{error:#}").replace('\n', " "),
            };
            // A script that has ended meanwhile says why by itself.
            _ = writeln!(answers, "{answer}");
        }
        said.push_str(&line);
        said.push('\n');
    }
    drop(answers);
    let is_success = script.wait()?.success();
    said.push_str(&errors.join().map_err(|_| anyhow::anyhow!("the reader panicked"))??);
    Ok((is_success, said))
}

/// What scripts may ask for.
fn fulfil(stack: &Stack, request: &str) -> Result<()> {
    match request {
        "stop the origin" => stack.stop_origin(),
        "start the origin" => stack.start_origin()?,
        _ => bail!("nobody here knows how"),
    }
    Ok(())
}
