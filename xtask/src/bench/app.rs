//! The merchant app in a browser with a slowed processor: how long until a page can be used, and how long the longest task of a
//! long list takes. `tests/browser/speed.mjs` measures, on a stack of its own.

use std::fs;
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};

use crate::services::{self, Stack};
use crate::toolchain::{chromium, npm};
use crate::{dist, paths};

pub(super) fn run() -> Result<()> {
    services::build()?;
    let stack = Stack::start("bench-app")?;
    let measured = measure(&stack)?;
    for page in ["sign_in", "home"] {
        let of = |name: &str| {
            measured
                .pointer(&format!("/load/{page}/{name}"))
                .cloned()
                .unwrap_or_default()
        };
        println!(
            "{page}: usable after {} ms (the slowest {} ms), from an empty cache, {} files",
            of("median_ms"),
            of("worst_ms"),
            of("files")
        );
    }
    for form in ["full", "slowed"] {
        let of = |name: &str| {
            measured
                .pointer(&format!("/list/{form}/{name}"))
                .cloned()
                .unwrap_or_default()
        };
        println!(
            "list, {form} speed: the longest task while scrolling {} ms, while filtering {} ms",
            of("scrolled_ms"),
            of("filtered_ms")
        );
    }
    let result = json!({
        "bench": "app",
        "ratios": {},
        "first_load_gzip_bytes": dist::first_load_gzip_bytes()?,
        "measured": measured,
    });
    let results = paths::root().join("bench/results");
    paths::create_dir(&results)?;
    fs::write(results.join("app.json"), format!("{result:#}\n")).context("the results cannot be written")?;
    println!("{result}");
    Ok(())
}

fn measure(stack: &Stack) -> Result<Value> {
    let script = paths::root().join("tests/browser/speed.mjs");
    let mut command: Command = npm::ensure()?.node_command(&script);
    command.env("CHROME", chromium::ensure()?);
    command.env("BASE_URL", stack.edge_url());
    command.env("SCREENSHOT_DIR", paths::target().join("screenshots"));
    let output = command.output().context("node could not be started")?;
    let said = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    ensure!(
        output.status.success(),
        "{}\n{}",
        said(&output.stdout),
        said(&output.stderr)
    );
    serde_json::from_slice(&output.stdout).context("the measurement printed something else than its result")
}
