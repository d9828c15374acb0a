//! The origin beside PostgreSQL alone, on one PostgreSQL: `ingest` stores records of evaluations, `reports` asks for the
//! usage of a month; and beside itself: `flood` looks at a merchant while another one floods. `cargo xtask bench` runs
//! them; docs/benchmarks.md tells how and why.

mod cpu;
mod events;
mod flood;
mod ingest;
mod origin;
mod reports;
mod rows;
mod shop;

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context as _, Result};
use clap::{Parser, ValueEnum};
use serde_json::{Value, json};

use origin::Setting;

/// The environment is the origin's.
#[derive(Debug, Parser)]
struct Arguments {
    subject: Subject,
    /// The origin's program.
    #[arg(long)]
    origin: PathBuf,
    /// Where it listens.
    #[arg(long)]
    origin_url: String,
    /// Where the result is written.
    #[arg(long)]
    results: PathBuf,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Subject {
    Ingest,
    Reports,
    Flood,
}

fn main() -> Result<()> {
    let Arguments {
        subject,
        origin,
        origin_url,
        results,
    } = Arguments::parse();
    let setting = Setting::read(origin, origin_url)?;
    setting.migrate()?;
    let mut result = match subject {
        Subject::Ingest => ingest::measure(&setting)?,
        Subject::Reports => reports::measure(&setting)?,
        Subject::Flood => flood::measure(&setting)?,
    };
    if let Some(fields) = result.as_object_mut() {
        fields.insert("versions".to_owned(), json!({"postgres": setting.postgres_version()?}));
        fields.insert("machine".to_owned(), machine());
    }
    fs::write(&results, format!("{result:#}\n")).context("the results cannot be written")?;
    println!("{result}");
    Ok(())
}

/// The processor, as Linux names it.
fn machine() -> Value {
    let text = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let name = text
        .lines()
        .find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    let cores = text.lines().filter(|line| line.starts_with("processor")).count();
    json!({"processor": name.map(|(_, name)| name), "cores": cores})
}

fn median(values: impl IntoIterator<Item = f64>) -> f64 {
    let mut values: Vec<_> = values.into_iter().collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

/// To four decimals.
fn round(value: f64) -> f64 {
    (value * 1e4).round() / 1e4
}
