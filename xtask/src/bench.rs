//! `cargo xtask bench`: the measurements, whose last line is one JSON object; docs/benchmarks.md tells how and why.

mod edge;
mod engine;
mod publish;

use anyhow::Result;
use clap::ValueEnum;

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Subject {
    /// The condition language and the evaluation, beside other engines.
    Engine,
    /// The built Worker in workerd, beside an empty Worker and beside other engines.
    Edge,
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
        Subject::Publish => publish::run(),
    }
}
