//! The built Worker in the `workerd` binary itself, beside others: `edge` measures evaluations (processor time per request,
//! rate, latency, memory), `ledger` measures redemptions. `cargo xtask bench` runs both; docs/benchmarks.md tells how and
//! why.

mod cases;
mod cpu;
mod instructions;
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

use cases::Case;
use cpu::{Cpu, Effort};
use instructions::{Counter, Instructions};
use sites::{Site, Sites};

/// Enough for evaluations to be told apart by some percent.
const EFFORT: Effort = Effort {
    first: 10_000,
    requests: 3_000,
    warm_up: 3_000,
    // Records wait up to 250 ms.
    quiet: Duration::from_millis(300),
};

/// The same for instructions, where everything takes fifty times as long.
const COUNTED: Effort = Effort {
    first: 2_000,
    requests: 400,
    warm_up: 100,
    quiet: Duration::from_secs(1),
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
    /// valgrind; without it no instructions are counted.
    #[arg(long)]
    valgrind: Option<PathBuf>,
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
    let cases = cases::cases();
    let instructions = setting.count(&sites, COUNTED, &cases, &Site::EVALUATING, &|_, _| Ok(()))?;
    if let Some(instructions) = &instructions {
        report::print_instructions(instructions);
    }
    let cpu = Cpu::measure(&sites, EFFORT, &cases, &Site::EVALUATING)?;
    report::print_cpu(&cpu);
    let rate = rate::measure(&sites)?;
    report::print_rate(&rate);
    let memory = memory::measure(&sites, &setting.workerd)?;
    report::print_memory(&memory);
    setting.finish(&json!({
        "bench": "edge",
        "ratios": report::ratios(&cpu, instructions.as_ref(), &rate, &memory, gzip_kb),
        "cpu": cpu.to_json(),
        "instructions": instructions.map(|instructions| instructions.to_json()),
        "rate": rate.to_json(),
        "memory": memory.to_json(),
        "versions": setting.versions()?,
        "machine": report::machine(),
    }))
}

fn measure_ledger(setting: &Setting) -> Result<()> {
    let sites = setting.start(&Site::WRITING)?;
    let tell = |site, port| {
        if site == Site::Ours {
            sites.publish(port)
        } else {
            Ok(())
        }
    };
    let cases = cases::redemptions();
    // Not with sixteen: where everything is so slow, the alarm of each would send next to nothing.
    let counted = cases.get(..1).unwrap_or_default();
    let instructions = setting.count(&sites, ledger::COUNTED, counted, &Site::WRITING, &tell)?;
    if let Some(instructions) = &instructions {
        ledger::print_instructions(instructions);
    }
    let cpu = ledger::measure(&sites, &cases)?;
    ledger::print(&cpu);
    setting.finish(&json!({
        "bench": "ledger",
        "ratios": ledger::ratios(&cpu, instructions.as_ref()),
        "cpu": cpu.to_json(),
        "instructions": instructions.map(|instructions| instructions.to_json()),
        "versions": setting.versions()?,
        "machine": report::machine(),
    }))
}

impl Setting {
    fn start(&self, sites: &[Site]) -> Result<Sites> {
        Sites::start(&self.workerd, &self.modules, &cases::shop()?.key, sites)
    }

    /// Instructions, where valgrind is; `tell` says something to each site before, at its port.
    fn count(
        &self,
        sites: &Sites,
        effort: Effort,
        cases: &[Case],
        at: &[Site],
        tell: &(dyn Fn(Site, u16) -> Result<()> + Sync),
    ) -> Result<Option<Instructions>> {
        let Some(valgrind) = &self.valgrind else {
            eprintln!("• valgrind is missing: no instructions are counted");
            return Ok(None);
        };
        let workerd = &self.workerd;
        let counter = Counter {
            sites,
            workerd,
            valgrind,
            effort,
            tell,
        };
        Instructions::count(&counter, cases, at).map(Some)
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
