//! `cargo xtask drill`: the long forms of tests that kill and break parts while they work; the suite runs short ones.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use clap::ValueEnum;

use crate::services::postgres::{Postgres, PostgresConfig, ROOT_DATA};
use crate::toolchain::cargo;
use crate::{paths, ports, services, step};

/// 10,000 promotions that end, and 20 kills, as `origin/tests/api/notice_drill.rs` reads them.
const NOTICES: &str = "10000 20";
/// How many coupons are guessed, as `tests/e2e/guesses.rs` reads it.
const GUESSES: &str = "100000";
/// How long the origin is away, as `tests/e2e/outages.rs` reads it.
const OUTAGE_SECS: &str = "600";
/// How often an isolate is killed under each load, as `tests/e2e/losses.rs` reads it.
const LOSS_KILLS: &str = "20";
/// A disk for an empty database of some 60 MB with its log, and some room to fill.
const DISK_SIZE: &str = "size=192m,mode=755";
/// Seconds of load, and seconds without the origin, as `tests/e2e/day.rs` reads them.
const HOUR: &str = "3600 0";
const HOUR_WITH_OUTAGE: &str = "3600 300";

/// What is drilled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Drill {
    /// The mails about promotions that ended, while the worker is killed over and over.
    Notices,
    /// Coupons guessed at the built Worker, by ever other customers of one shop.
    Guesses,
    /// The evaluations of a day within an hour, at a constant rate.
    Day,
    /// The same, and the origin is away for five minutes in the middle.
    DayWithOutage,
    /// The origin away for ten minutes, while shops go on.
    Outage,
    /// The database's disk full, while shops go on: on a small file system in memory, which only root can mount.
    Disk,
    /// The edge killed over and over while it evaluates: how many records that consume nothing are lost.
    Losses,
}

/// Runs `drill` on parts of its own, and prints its counts.
///
/// # Errors
/// When something was lost.
pub fn run(drill: Drill) -> Result<()> {
    match drill {
        Drill::Notices => notices(),
        Drill::Guesses => end_to_end("guessing coupons", "guessing_shops", ("GUESSES", GUESSES)),
        Drill::Day => day(HOUR, "day"),
        Drill::DayWithOutage => day(HOUR_WITH_OUTAGE, "day_with_outage"),
        Drill::Outage => {
            let secs = ("COUPONS_OUTAGE_SECS", OUTAGE_SECS);
            end_to_end("stopping the origin", "outage_origin", secs)
        }
        Drill::Disk => disk(),
        Drill::Losses => end_to_end("killing isolates", "losses", ("COUPONS_LOSS_KILLS", LOSS_KILLS)),
    }
}

/// Its result and its chart are written beside the benchmarks'.
fn day(form: &str, name: &str) -> Result<()> {
    let file = paths::root().join("bench/results").join(format!("{name}.json"));
    let form = format!("{form} {}", file.display());
    end_to_end("sending a day's evaluations", "day", ("COUPONS_DAY", &form))
}

/// One case of the end-to-end tests in its long form.
pub(crate) fn end_to_end(what: &str, case: &str, (variable, value): (&str, &str)) -> Result<()> {
    services::build()?;
    let mut command = cargo::command();
    command.args(["test", "--quiet", "--locked", "--package", "tests"]);
    command.args(["--", "--nocapture", "--exact", case]);
    command.env(variable, value);
    step::run_openly(what, &mut command)
}

fn disk() -> Result<()> {
    let disk = SmallDisk::mount()?;
    let path = disk.0.to_string_lossy();
    end_to_end("filling the disk", "outage_disk", ("COUPONS_SMALL_DISK", &path))
}

/// A small file system in memory. Dropping it gives it back.
struct SmallDisk(PathBuf);

impl SmallDisk {
    fn mount() -> Result<Self> {
        ensure!(
            rustix::process::getuid().is_root(),
            "a small file system is mounted for this drill: run it as root, on Linux"
        );
        let path = Path::new(ROOT_DATA).join("small-disk");
        paths::create_dir(&path)?;
        let mut command = Command::new("mount");
        command.args(["-t", "tmpfs", "-o", DISK_SIZE, "tmpfs"]).arg(&path);
        step::read(&mut command)
            .context("no small file system can be mounted: run this drill on a Linux of your own")?;
        Ok(Self(path))
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        if let Err(error) = step::read(Command::new("umount").arg(&self.0)) {
            eprintln!("{} stays mounted: {error:#}", self.0.display());
        }
    }
}

fn notices() -> Result<()> {
    let [port] = ports::free()?;
    let postgres = Postgres::start(&PostgresConfig::temporary(
        &paths::scratch().join("drill-database"),
        port,
    ))?;
    let mut command = cargo::command();
    command.args(["test", "--quiet", "--locked", "--package", "origin", "--test", "api"]);
    command.args(["--", "--nocapture", "notice_drill::"]);
    command.env("DATABASE_URL", postgres.url()).env("NOTICE_DRILL", NOTICES);
    step::run_openly("drilling the notices", &mut command)
}
