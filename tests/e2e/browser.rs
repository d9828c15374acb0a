//! The app in a browser, against the whole stack; pictures are left under `target/screenshots`.

use std::path::Path;

use anyhow::{Result, ensure};
use xtask::toolchain::{chromium, npm};

use crate::stack::Stack;

/// Set by `cargo xtask shots`: pictures of every page in each scheme and width.
const SHOTS: &str = "COUPONS_SHOTS";

/// A merchant's path, from signing up to the counts.
pub(crate) fn path(stack: &Stack) -> Result<()> {
    run(stack, "path.mjs")
}

/// Every page in both languages and schemes.
pub(crate) fn areas(stack: &Stack) -> Result<()> {
    run(stack, "areas.mjs")
}

/// Runs a script of `browser/` in Chromium.
fn run(stack: &Stack, script: &str) -> Result<()> {
    let screenshots = xtask::paths::target().join("screenshots");
    xtask::paths::create_dir(&screenshots)?;
    let mut command = npm::ensure()?.node_command(&Path::new(env!("CARGO_MANIFEST_DIR")).join("browser").join(script));
    command.env("CHROME", chromium::ensure()?);
    command.env("BASE_URL", &stack.edge_url);
    command.env("SCREENSHOT_DIR", &screenshots);
    if std::env::var_os(SHOTS).is_some() {
        command.env("SHOTS", "all");
    }
    let output = command.output()?;
    let said = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    ensure!(
        output.status.success(),
        "{}\n{}",
        said(&output.stdout),
        said(&output.stderr)
    );
    Ok(())
}
