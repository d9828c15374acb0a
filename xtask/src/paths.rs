//! Where things are kept: the checkout, its build folder, its development state, and the user's cache of tools.

use std::env;
use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

/// Only its owner reads and writes a file that holds a secret.
const PRIVATE_MODE: u32 = 0o600;

/// The checkout's root.
#[must_use]
pub fn root() -> PathBuf {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.parent().unwrap_or(package).to_path_buf()
}

/// The build folder of native code; `CARGO_TARGET_DIR` when it is set.
#[must_use]
pub fn target() -> PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), |dir| root().join(dir))
}

/// Logs, stamps and temporary state of the commands; may be deleted at any time while none runs.
#[must_use]
pub fn scratch() -> PathBuf {
    target().join("xtask")
}

/// The git-ignored folder that `cargo xtask dev` keeps between runs.
#[must_use]
pub fn dev() -> PathBuf {
    root().join(".dev")
}

/// The per-user folder of tools: `COUPONS_CACHE`, else `XDG_CACHE_HOME/coupons`, else `~/.cache/coupons`.
///
/// # Errors
/// When none of the three variables is set.
pub fn cache() -> Result<PathBuf> {
    if let Some(dir) = non_empty("COUPONS_CACHE") {
        return Ok(dir);
    }
    let base = non_empty("XDG_CACHE_HOME").or_else(|| non_empty("HOME").map(|home| home.join(".cache")));
    Ok(base
        .context("no folder for the tools: set COUPONS_CACHE to one")?
        .join("coupons"))
}

/// Writes `text` to a file that only its owner can read, replacing it.
///
/// # Errors
/// When the file cannot be written.
pub fn write_private(path: &Path, text: &str) -> Result<()> {
    let describe = || format!("cannot write {}", path.display());
    if path.exists() {
        fs::remove_file(path).with_context(describe)?;
    }
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(PRIVATE_MODE)
        .open(path)
        .with_context(describe)?;
    file.write_all(text.as_bytes()).with_context(describe)
}

/// Creates a folder and its parents.
///
/// # Errors
/// When it cannot be created; names the folder.
pub fn create_dir(path: &Path) -> Result<()> {
    fs::create_dir_all(path).with_context(|| format!("cannot create the folder {}", path.display()))
}

fn non_empty(variable: &str) -> Option<PathBuf> {
    env::var_os(variable)
        .filter(|value| !value.is_empty())
        .map(PathBuf::from)
}
