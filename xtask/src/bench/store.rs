//! Builds the origin as it is deployed and the package `bench/store`, and runs that on a private PostgreSQL.

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use anyhow::Result;

use super::run_bounded;
use crate::services::origin::OriginConfig;
use crate::services::postgres::{Postgres, PostgresConfig};
use crate::services::secrets::Secrets;
use crate::toolchain::cargo;
use crate::{paths, ports, step};

/// Three times what the longest measurement takes on an idle machine of two cores.
const LIMIT: Duration = Duration::from_secs(3_600);

/// Where the disk stands in a measurement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Disk {
    /// As in production, a commit ends when the disk has it.
    Awaited,
    /// What PostgreSQL itself takes.
    NotAwaited,
}

/// Records are stored twice over: what a commit waits for is the disk's matter, and single INSERTs lose most by it.
pub(super) fn run_ingest() -> Result<()> {
    build()?;
    measure("ingest", Disk::NotAwaited, "ingest-without-disk")?;
    measure("ingest", Disk::Awaited, "ingest")
}

/// Reports write nothing, so the disk would slow the loading alone.
pub(super) fn run_reports() -> Result<()> {
    build()?;
    measure("reports", Disk::NotAwaited, "reports")
}

/// Each round sums what it stored, so the disk is as in production.
pub(super) fn run_flood() -> Result<()> {
    build()?;
    measure("flood", Disk::Awaited, "flood")
}

fn build() -> Result<()> {
    let manifest = paths::root().join("bench/store/Cargo.toml");
    let mut origin = cargo::command();
    origin.args([
        "build",
        "--quiet",
        "--locked",
        "--release",
        "--package",
        "origin",
        "--bin",
        "origin",
    ]);
    step::run_openly("building the origin, some minutes once", &mut origin)?;
    let mut build = cargo::command();
    build
        .args(["build", "--quiet", "--locked", "--release", "--manifest-path"])
        .arg(manifest)
        .env("CARGO_TARGET_DIR", target());
    step::run_openly("building the measurement", &mut build)
}

fn target() -> PathBuf {
    paths::target().join("bench-store")
}

/// On an empty database.
fn measure(subject: &str, disk: Disk, result: &str) -> Result<()> {
    let program = paths::target().join("release/origin");
    let dir = paths::scratch().join("bench-store");
    let [postgres_port, origin_port, smtp_port] = ports::free()?;
    let cluster = PostgresConfig {
        safe: disk == Disk::Awaited,
        ..PostgresConfig::temporary(&dir.join("postgres"), postgres_port)
    };
    let postgres = Postgres::start_private(&cluster, &[])?;
    let config = OriginConfig {
        port: origin_port,
        database_url: postgres.url().to_owned(),
        // Nobody answers there: nothing is published and nothing is mailed.
        edge_url: "http://127.0.0.1:1".to_owned(),
        smtp_port,
        shows_previews: false,
        secrets: Secrets::generate_by(&program)?,
        log: dir.join("origin.log"),
    };
    let results = paths::root().join("bench/results");
    paths::create_dir(&results)?;
    let mut measure = Command::new(target().join("release/bench-store"));
    config.apply(&mut measure);
    measure.arg(subject).args(["--origin-url", &config.url()]);
    measure.arg("--origin").arg(&program);
    measure.arg("--results").arg(results.join(format!("{result}.json")));
    run_bounded(&mut measure, LIMIT)
}
