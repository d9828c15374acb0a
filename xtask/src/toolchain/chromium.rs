//! The browser of the browser test.

use std::env;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use super::{apt, find_or_install};

/// Where the usual systems keep it when it is not in `PATH`.
const USUAL_PLACES: [&str; 2] = [
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
];
const USUAL_NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/// The program `CHROME` names, else one that is installed, else Debian's.
///
/// # Errors
/// When there is none and it cannot be installed.
pub fn ensure() -> Result<PathBuf> {
    if let Some(program) = env::var_os("CHROME").filter(|value| !value.is_empty()) {
        return Ok(PathBuf::from(program));
    }
    let install = || apt::install(&["chromium"]).context("no browser was found: set CHROME to a Chromium or Chrome");
    find_or_install("chromium", || Ok(find()), install)
}

/// The first program in `PATH` with one of `names`.
#[must_use]
pub fn find_in_path(names: &[&str]) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    let dirs: Vec<PathBuf> = env::split_paths(&path).collect();
    names
        .iter()
        .find_map(|name| dirs.iter().map(|dir| dir.join(name)).find(|program| program.is_file()))
}

fn find() -> Option<PathBuf> {
    find_in_path(&USUAL_NAMES).or_else(|| {
        USUAL_PLACES
            .iter()
            .map(Path::new)
            .find(|p| p.exists())
            .map(Path::to_path_buf)
    })
}
