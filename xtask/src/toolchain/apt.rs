//! Debian packages, for machines where we are root; everywhere else a sentence says what to install.

use std::path::Path;
use std::process::Command;

use anyhow::{Result, bail};

use crate::step;

/// Whether packages can be installed: Debian or a relative, as root.
#[must_use]
pub fn is_usable() -> bool {
    Path::new("/etc/debian_version").exists() && rustix::process::getuid().is_root()
}

/// Installs `packages`.
///
/// # Errors
/// When this is not Debian as root, or the packages cannot be fetched.
pub fn install(packages: &[&str]) -> Result<()> {
    let names = packages.join(" ");
    if !is_usable() {
        bail!("the packages {names} are missing: install them (Debian: apt-get install {names}) and run this again");
    }
    let advice = format!("apt-get could not install {names}: check that Debian's package registry can be reached");
    step::run_fetching(
        "updating the list of Debian packages",
        apt_get().args(["update", "-qq"]),
        &advice,
    )?;
    let mut command = apt_get();
    command
        .args(["install", "-y", "-qq", "--no-install-recommends"])
        .args(packages);
    step::run_fetching(&format!("installing {names} with apt-get"), &mut command, &advice)
}

fn apt_get() -> Command {
    let mut command = Command::new("apt-get");
    // Another package manager may be at work for a while.
    command
        .env("DEBIAN_FRONTEND", "noninteractive")
        .args(["-o", "DPkg::Lock::Timeout=300"]);
    command
}
