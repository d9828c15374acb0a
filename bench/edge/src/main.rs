//! The built Worker in the `workerd` binary itself, beside others: `edge` measures evaluations (processor time per request,
//! rate, latency, memory), `ledger` measures redemptions. `cargo xtask bench` runs both; docs/benchmarks.md tells how and
//! why.

mod cases;
mod cpu;
mod ledger;
mod load;
mod memory;
mod rate;
mod report;
mod sites;
mod workerd;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, Result};
use clap::{Args, Parser};
use serde_json::{Value, json};

use cpu::{Cpu, Effort};
use sites::{Site, Sites};

/// Enough for evaluations to be told apart by some percent.
const EFFORT: Effort = Effort {
    first: 10_000,
    requests: 3_000,
    warm_up: 3_000,
    // Records wait up to 250 ms.
    quiet: Duration::from_millis(300),
};

#[derive(Debug, Parser)]
enum Command {
    /// Writes `rules.json`, which the peers are bundled with, and `values.json`, the content of the store.
    Prepare { modules: PathBuf },
    /// Evaluations, beside an empty Worker and beside other engines.
    Edge {
        #[command(flatten)]
        setting: Setting,
        /// Size of the Worker as it is uploaded, in kB of gzip.
        #[arg(long)]
        gzip_kb: f64,
    },
    /// Redemptions, beside an object that writes one row.
    Ledger {
        #[command(flatten)]
        setting: Setting,
    },
}

#[derive(Debug, Args)]
struct Setting {
    /// The workerd binary.
    #[arg(long)]
    workerd: PathBuf,
    /// Modules of all Workers.
    #[arg(long)]
    modules: PathBuf,
    /// Where the result is written.
    #[arg(long)]
    results: PathBuf,
    /// Versions of what is compared, as JSON.
    #[arg(long)]
    versions: String,
}

fn main() -> Result<()> {
    match Command::parse() {
        Command::Prepare { modules } => prepare(&modules),
        Command::Edge { setting, gzip_kb } => measure_edge(&setting, gzip_kb),
        Command::Ledger { setting } => measure_ledger(&setting),
    }
}

fn prepare(modules: &Path) -> Result<()> {
    let write = |name: &str, value: &Value| {
        fs::write(modules.join(name), value.to_string()).with_context(|| format!("{name} cannot be written"))
    };
    write("rules.json", &cases::peer_rules())?;
    write("values.json", &cases::shop()?.values)
}

fn measure_edge(setting: &Setting, gzip_kb: f64) -> Result<()> {
    let sites = setting.start(&Site::EVALUATING)?;
    sites.check()?;
    let cpu = Cpu::measure(&sites, EFFORT, &cases::cases(), &Site::EVALUATING)?;
    report::print_cpu(&cpu);
    let rate = rate::measure(&sites)?;
    report::print_rate(&rate);
    let memory = memory::measure(&sites, &setting.workerd, &setting.modules)?;
    report::print_memory(&memory);
    setting.finish(&json!({
        "bench": "edge",
        "ratios": report::ratios(&cpu, &rate, &memory, gzip_kb),
        "cpu": cpu.to_json(),
        "rate": rate.to_json(),
        "memory": memory.to_json(),
        "versions": setting.versions()?,
        "machine": report::machine(),
    }))
}

fn measure_ledger(setting: &Setting) -> Result<()> {
    let sites = setting.start(&Site::WRITING)?;
    let cpu = ledger::measure(&sites)?;
    ledger::print(&cpu);
    setting.finish(&json!({
        "bench": "ledger",
        "ratios": ledger::ratios(&cpu),
        "cpu": cpu.to_json(),
        "versions": setting.versions()?,
        "machine": report::machine(),
    }))
}

impl Setting {
    fn start(&self, sites: &[Site]) -> Result<Sites> {
        Sites::start(&self.workerd, &self.modules, &cases::shop()?.key, sites)
    }

    fn versions(&self) -> Result<Value> {
        serde_json::from_str(&self.versions).context("--versions is no JSON")
    }

    /// Writes the result, and prints it as the last line.
    fn finish(&self, result: &Value) -> Result<()> {
        fs::write(&self.results, format!("{result:#}\n")).context("the results cannot be written")?;
        println!("{result}");
        Ok(())
    }
}
