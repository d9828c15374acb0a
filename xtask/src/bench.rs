//! `cargo xtask bench`: the measurements, whose last line is one JSON object; docs/benchmarks.md tells how and why.

mod app;
mod edge;
mod engine;
mod ledger;
mod publish;
mod store;
mod workers;

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use anyhow::{Result, bail};
use clap::ValueEnum;

use crate::process::{Output, Process, StopBy};
use crate::toolchain::{apt, chromium};

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Subject {
    /// The condition language and the evaluation, beside other engines.
    Engine,
    /// The built Worker in workerd, beside an empty Worker and beside other engines.
    Edge,
    /// Redemptions by the built Worker in workerd, beside an object that writes one row.
    Ledger,
    /// The origin's ingest and roll-up, beside a binary COPY and single INSERTs into the same table.
    Ingest,
    /// The usage report of ten million evaluations, beside the same question over their rows.
    Reports,
    /// How soon a merchant's records are stored and in the report while another merchant floods.
    Flood,
    /// The merchant app in a browser with a slowed processor.
    App,
    /// The time from a change to the edge, and that of a batch of coupons.
    Publish,
}

/// Measures `subject`, prints tables and the JSON line, and writes `bench/results/`.
///
/// # Errors
/// When something cannot be built or measured, or when engines decide differently.
pub fn run(subject: Subject) -> Result<()> {
    match subject {
        Subject::Engine => engine::run(),
        Subject::Edge => edge::run(),
        Subject::Ledger => ledger::run(),
        Subject::Ingest => store::run_ingest(),
        Subject::Reports => store::run_reports(),
        Subject::Flood => store::run_flood(),
        Subject::App => app::run(),
        Subject::Publish => publish::run(),
    }
}

/// Runs a measurement to its end.
fn run_bounded(measure: &mut Command, limit: Duration) -> Result<()> {
    let process = Process::spawn("the measurement", measure, &Output::Terminal, StopBy::Terminate)?;
    match process.wait(Some(limit), limit, || {})? {
        Some(status) if status.success() => Ok(()),
        Some(_) => bail!("the measurement failed; its output is above"),
        None => bail!(
            "the measurement took more than {} s and was ended: run it on a machine that is less busy",
            limit.as_secs()
        ),
    }
}

/// Instructions are counted where it is, or can be installed; elsewhere the times stand alone.
fn find_valgrind() -> Result<Option<PathBuf>> {
    let find = || chromium::find_in_path(&["valgrind"]);
    if find().is_none() && apt::is_usable() {
        apt::install(&["valgrind"])?;
    }
    Ok(find())
}
