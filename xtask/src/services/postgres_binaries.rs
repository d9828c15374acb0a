//! PostgreSQL's programs: the machine's own, else npm's.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use super::postgres::{ROOT_DATA, User};
use crate::step;
use crate::toolchain::chromium::find_in_path;
use crate::toolchain::npm;

/// Where Debian and its relatives keep a folder for each version.
const DEBIAN_VERSIONS: &str = "/usr/lib/postgresql";
/// The oldest version that the migrations are written for.
const OLDEST: u32 = 15;

/// A folder of programs that belong together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Binaries {
    dir: PathBuf,
    /// Their major version.
    pub(super) major: u32,
}

impl Binaries {
    /// The path of one of them.
    pub(super) fn program(&self, name: &str) -> PathBuf {
        self.dir.join(name)
    }
}

/// Those that made the cluster in `data`, else the newest; `user` will run them.
pub(super) fn find(data: &Path, user: Option<User>) -> Result<Binaries> {
    let mut found: Vec<Binaries> = candidates().iter().filter_map(|dir| read_version(dir)).collect();
    found.retain(|binaries| binaries.major >= OLDEST);
    found.sort_by_key(|binaries| std::cmp::Reverse(binaries.major));
    if found.is_empty() {
        let dir = reachable(&npm::ensure_postgres()?, user)?;
        found.push(read_version(&dir).context("npm's PostgreSQL does not run here: install PostgreSQL 15 or newer")?);
    }
    let made_by = fs::read_to_string(data.join("PG_VERSION"))
        .ok()
        .and_then(|text| text.trim().parse::<u32>().ok());
    choose(found, made_by, data)
}

fn choose(found: Vec<Binaries>, made_by: Option<u32>, data: &Path) -> Result<Binaries> {
    let Some(made_by) = made_by else {
        return found
            .into_iter()
            .next()
            .context("there is no PostgreSQL: install version 15 or newer");
    };
    let Some(binaries) = found.into_iter().find(|binaries| binaries.major == made_by) else {
        bail!(
            "{} was made by PostgreSQL {made_by}, which is gone: install it again, or delete the folder",
            data.display()
        );
    };
    Ok(binaries)
}

/// Folders that may hold them. A program in `PATH` is often a link or a wrapper: the folder of its target counts.
fn candidates() -> Vec<PathBuf> {
    let versions = fs::read_dir(DEBIAN_VERSIONS).into_iter().flatten().flatten();
    let mut dirs: Vec<PathBuf> = versions.map(|entry| entry.path().join("bin")).collect();
    let in_path = find_in_path(&["initdb"]).and_then(|program| program.canonicalize().ok());
    dirs.extend(in_path.and_then(|program| program.parent().map(Path::to_path_buf)));
    dirs
}

fn read_version(dir: &Path) -> Option<Binaries> {
    if !dir.join("initdb").exists() {
        return None;
    }
    let said = step::read(Command::new(dir.join("postgres")).arg("--version")).ok()?;
    Some(Binaries {
        dir: dir.to_path_buf(),
        major: parse_major(&said)?,
    })
}

/// `postgres (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)` is 15.
fn parse_major(said: &str) -> Option<u32> {
    let version = said.split_once("(PostgreSQL) ")?.1;
    let digits: String = version.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}

/// The same programs where `user` can run them: root's cache is usually closed to others.
fn reachable(bin: &Path, user: Option<User>) -> Result<PathBuf> {
    if User::reaches(user, bin) {
        return Ok(bin.to_path_buf());
    }
    let native = bin.parent().context("npm's PostgreSQL has no folder")?;
    let key: String = native
        .to_string_lossy()
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
        .collect();
    let copy = Path::new(ROOT_DATA).join("programs").join(key.trim_matches('-'));
    if !copy.join("bin/initdb").exists() {
        crate::paths::create_dir(&copy)?;
        step::read(Command::new("cp").arg("-a").arg(native.join(".")).arg(&copy))?;
    }
    Ok(copy.join("bin"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_from_what_postgres_says() {
        assert_eq!(
            parse_major("postgres (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)"),
            Some(15)
        );
        assert_eq!(parse_major("postgres (PostgreSQL) 18beta1"), Some(18));
        assert_eq!(parse_major("postgres: command not found"), None);
    }

    #[test]
    fn a_cluster_is_run_by_the_version_that_made_it() {
        let of = |major| Binaries {
            dir: PathBuf::from(format!("/{major}")),
            major,
        };
        let check = |made_by, expected: Option<u32>| {
            let chosen = choose(vec![of(17), of(15)], made_by, Path::new("/data"))
                .ok()
                .map(|binaries| binaries.major);
            assert_eq!(chosen, expected, "{made_by:?}");
        };
        check(None, Some(17));
        check(Some(15), Some(15));
        check(Some(16), None);
    }
}
