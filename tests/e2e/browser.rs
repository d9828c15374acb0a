//! The same path in a browser; leaves pictures under `target/screenshots`.

use std::path::Path;

use anyhow::{Result, ensure};
use xtask::toolchain::{chromium, npm};

use crate::stack::Stack;

/// Runs `browser/path.mjs` in Chromium against the stack.
pub(crate) fn path(stack: &Stack) -> Result<()> {
    let screenshots = xtask::paths::target().join("screenshots");
    xtask::paths::create_dir(&screenshots)?;
    let output = npm::ensure()?
        .node_command(&Path::new(env!("CARGO_MANIFEST_DIR")).join("browser/path.mjs"))
        .env("CHROME", chromium::ensure()?)
        .env("BASE_URL", &stack.edge_url)
        .env("SCREENSHOT_DIR", &screenshots)
        .output()?;
    let said = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    ensure!(
        output.status.success(),
        "{}\n{}",
        said(&output.stdout),
        said(&output.stderr)
    );
    Ok(())
}
