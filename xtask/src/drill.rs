//! `cargo xtask drill`: the long forms of tests that kill parts while they work; the suite runs short ones.

use anyhow::Result;
use clap::ValueEnum;

use crate::services::postgres::{Postgres, PostgresConfig};
use crate::toolchain::cargo;
use crate::{paths, ports, services, step};

/// 10,000 promotions that end, and 20 kills, as `origin/tests/api/notice_drill.rs` reads them.
const NOTICES: &str = "10000 20";

/// How many coupons are guessed, as `tests/e2e/guesses.rs` reads it.
const GUESSES: &str = "100000";

/// What is drilled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Drill {
    /// The mails about promotions that ended, while the worker is killed over and over.
    Notices,
    /// Coupons guessed at the built Worker, by ever other customers of one shop.
    Guesses,
}

/// Runs `drill` on parts of its own, and prints its counts.
///
/// # Errors
/// When something was lost.
pub fn run(drill: Drill) -> Result<()> {
    match drill {
        Drill::Notices => notices(),
        Drill::Guesses => guesses(),
    }
}

fn guesses() -> Result<()> {
    services::build()?;
    let mut command = cargo::command();
    command.args(["test", "--quiet", "--locked", "--package", "tests"]);
    command.args(["--", "--nocapture", "guessing_shops"]);
    command.env("GUESSES", GUESSES);
    step::run_openly("guessing coupons", &mut command)
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
