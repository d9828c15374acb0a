//! The tools from PyPI, in a virtual environment of their own, in the versions and with the hashes of
//! `xtask/schemathesis/requirements.txt`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};

use super::{apt, find_or_install};
use crate::stamp::Stamp;
use crate::{paths, step};

/// Written last, so that an interrupted installation is not taken for a whole one.
const COMPLETE: &str = ".complete";
/// How much of the requirements' hash names the folder: enough that two of them never meet.
const HASH_CHARS: usize = 16;

/// An environment that holds schemathesis and a validator of OpenAPI documents.
#[derive(Debug, Clone)]
pub struct Python {
    dir: PathBuf,
}

impl Python {
    /// A program of the environment.
    #[must_use]
    pub fn command(&self, program: &str) -> Command {
        let mut command = Command::new(self.dir.join("bin").join(program));
        // Ours alone counts, whatever the user has installed for themselves.
        command.env("PYTHONNOUSERSITE", "1").env_remove("PYTHONPATH");
        command.env("NO_COLOR", "1");
        command
    }
}

/// Finds or installs the environment.
///
/// # Errors
/// When Python or PyPI cannot be reached; says what to install.
pub fn ensure() -> Result<Python> {
    let requirements = paths::root().join("xtask/schemathesis/requirements.txt");
    let text = fs::read_to_string(&requirements).with_context(|| format!("cannot read {}", requirements.display()))?;
    // An environment is bound to the Python that made it: after an upgrade of that another one is made.
    let version = step::read(Command::new("python3").arg("--version")).unwrap_or_default();
    let hash = Stamp::new().text(&text).text(&version).finish();
    let hash = hash.get(..HASH_CHARS).unwrap_or(&hash);
    let dir = paths::cache()?.join(format!("schemathesis-{hash}"));
    let find = || Ok(dir.join(COMPLETE).exists().then(|| Python { dir: dir.clone() }));
    find_or_install("schemathesis", find, || {
        make_environment(&dir)?;
        install(&dir, &requirements)?;
        fs::write(dir.join(COMPLETE), "").context("cannot write to the tool cache")
    })
}

/// Debian keeps the module that puts pip into an environment apart from Python.
fn make_environment(dir: &Path) -> Result<()> {
    let has_venv = step::read(Command::new("python3").args(["-c", "import ensurepip, venv"])).is_ok();
    if !has_venv {
        apt::install(&["python3-venv"])?;
    }
    let mut command = Command::new("python3");
    command.args(["-m", "venv", "--clear"]).arg(dir);
    step::run_quietly("making a Python environment", &mut command)
}

fn install(dir: &Path, requirements: &Path) -> Result<()> {
    let mut command = Command::new(dir.join("bin/python"));
    command
        .args([
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "--require-hashes",
            "-r",
        ])
        .arg(requirements);
    step::run_fetching(
        "installing schemathesis with pip",
        &mut command,
        "pip could not install schemathesis: check that PyPI can be reached and that Python is 3.11 or newer",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_requirement_is_pinned_and_names_no_registry() {
        let text = fs::read_to_string(paths::root().join("xtask/schemathesis/requirements.txt")).unwrap();
        let lines: Vec<_> = text
            .lines()
            .map(str::trim)
            .filter(|line| !line.starts_with('#'))
            .collect();
        for line in &lines {
            let pinned = line.contains("==") && line.ends_with('\\');
            assert!(pinned || line.starts_with("--hash=sha256:"), "{line}");
        }
        assert!(lines.iter().any(|line| line.starts_with("schemathesis==")));
    }
}
