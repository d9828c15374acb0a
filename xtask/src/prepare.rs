//! `.sqlx/`: what PostgreSQL says about each checked query, so that everything compiles without a database.
//!
//! The `query!` macros write these files when they can ask a database while the origin compiles. The migrations are
//! applied by PostgreSQL itself and not by the origin, which may not compile before its new queries are known.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use anyhow::{Context as _, Result, bail};

use crate::services::postgres::{Postgres, PostgresConfig};
use crate::toolchain::cargo;
use crate::{paths, ports, step};

/// Where sqlx keeps which migrations it has applied, in its own words; it makes this table before the first one.
const MIGRATIONS_TABLE: &str = "create table _sqlx_migrations (
    version bigint primary key,
    description text not null,
    installed_on timestamptz not null default now(),
    success boolean not null,
    checksum bytea not null,
    execution_time bigint not null
)";

/// Writes `.sqlx/` anew.
///
/// # Errors
/// When the origin does not compile against its migrations.
pub fn write() -> Result<()> {
    let described = describe()?;
    let dir = paths::root().join(".sqlx");
    if dir.exists() {
        fs::remove_dir_all(&dir).context("cannot replace .sqlx")?;
    }
    paths::create_dir(&dir)?;
    for (name, content) in &described {
        fs::write(dir.join(name), content).with_context(|| format!("cannot write .sqlx/{name}"))?;
    }
    eprintln!("• .sqlx describes {} queries", described.len());
    Ok(())
}

/// Checks that `.sqlx/` is what [`write`] would write.
///
/// # Errors
/// Names a file that differs.
pub fn check() -> Result<()> {
    let (committed, described) = (read_dir(&paths::root().join(".sqlx"))?, describe()?);
    match difference(&committed, &described) {
        None => Ok(()),
        Some(what) => bail!(".sqlx is out of date ({what}): run cargo xtask prepare and commit the result"),
    }
}

/// The files that the macros write now, by name.
fn describe() -> Result<BTreeMap<String, String>> {
    let work = paths::scratch().join("prepare");
    if work.exists() {
        fs::remove_dir_all(&work).context("cannot remove what the last run left")?;
    }
    let described = work.join("sqlx");
    paths::create_dir(&described)?;
    let [port] = ports::free()?;
    let config = PostgresConfig::temporary(&work.join("postgres"), port);
    let postgres = Postgres::start_private(&config, &migrations()?)?;
    touch_origin()?;
    let mut command = cargo::command();
    command.args(["check", "--package", "origin", "--all-targets"]);
    command
        .env("DATABASE_URL", postgres.url())
        .env("SQLX_OFFLINE", "false")
        .env("SQLX_OFFLINE_DIR", &described);
    step::run_quietly("asking PostgreSQL about the origin's queries", &mut command)?;
    drop(postgres);
    read_dir(&described)
}

/// All migrations in their order, run by the role that owns the database.
fn migrations() -> Result<Vec<String>> {
    let dir = paths::root().join("migrations");
    let mut files: Vec<PathBuf> = entries(&dir)?;
    files.retain(|file| file.extension().is_some_and(|extension| extension == "sql"));
    files.sort();
    let mut statements = vec![
        "set session authorization coupons".to_owned(),
        MIGRATIONS_TABLE.to_owned(),
    ];
    for file in files {
        let sql = fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
        statements.push(sql);
    }
    Ok(statements)
}

/// The macros run when their crate is compiled, and a new database is no reason for that: newer sources are.
fn touch_origin() -> Result<()> {
    let origin = paths::root().join("origin");
    let mut files = vec![origin.join("src/lib.rs"), origin.join("src/main.rs")];
    if origin.join("tests").exists() {
        files.extend(entries(&origin.join("tests"))?);
    }
    for path in files.iter().filter(|path| path.is_file()) {
        let file = File::options().append(true).open(path);
        let touched = file.and_then(|file| file.set_modified(SystemTime::now()));
        touched.with_context(|| format!("cannot touch {}", path.display()))?;
    }
    Ok(())
}

fn read_dir(dir: &Path) -> Result<BTreeMap<String, String>> {
    let mut files = BTreeMap::new();
    for path in entries(dir)? {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let content = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        files.insert(name, content);
    }
    Ok(files)
}

fn entries(dir: &Path) -> Result<Vec<PathBuf>> {
    let describe = || format!("cannot read {}", dir.display());
    let entries = fs::read_dir(dir).with_context(describe)?;
    entries.map(|entry| Ok(entry.with_context(describe)?.path())).collect()
}

fn difference(committed: &BTreeMap<String, String>, described: &BTreeMap<String, String>) -> Option<String> {
    for (name, content) in described {
        match committed.get(name) {
            None => return Some(format!("{name} is missing")),
            Some(other) if other != content => return Some(format!("{name} has changed")),
            Some(_) => {}
        }
    }
    committed
        .keys()
        .find(|name| !described.contains_key(*name))
        .map(|name| format!("{name} belongs to no query"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_of_difference_is_named() {
        let files = |list: &[(&str, &str)]| list.iter().map(|(n, c)| ((*n).to_owned(), (*c).to_owned())).collect();
        let committed: BTreeMap<String, String> = files(&[("a.json", "1"), ("b.json", "2")]);
        let check = |described: &[(&str, &str)], expected: Option<&str>| {
            assert_eq!(difference(&committed, &files(described)).as_deref(), expected);
        };
        check(&[("a.json", "1"), ("b.json", "2")], None);
        check(
            &[("a.json", "1"), ("b.json", "2"), ("c.json", "3")],
            Some("c.json is missing"),
        );
        check(&[("a.json", "1"), ("b.json", "3")], Some("b.json has changed"));
        check(&[("a.json", "1")], Some("b.json belongs to no query"));
    }
}
