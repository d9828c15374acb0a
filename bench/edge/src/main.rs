//! The built Worker in the `workerd` binary itself, beside an empty Worker and beside other engines: processor time per
//! request, rate, latency, and memory. `cargo xtask bench edge` runs it; docs/benchmarks.md tells how and why.

mod cases;
mod cpu;
mod load;
mod memory;
mod rate;
mod report;
mod sites;
mod workerd;

use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, Result};
use clap::Parser;
use serde_json::json;

use sites::Sites;

#[derive(Debug, Parser)]
struct Arguments {
    /// The workerd binary.
    #[arg(long)]
    workerd: PathBuf,
    /// Modules of all Workers.
    #[arg(long)]
    modules: PathBuf,
    /// Where the result is written.
    #[arg(long)]
    results: PathBuf,
    /// Size of the Worker as it is uploaded, in kB of gzip.
    #[arg(long)]
    gzip_kb: f64,
    /// Versions of what is compared, as JSON.
    #[arg(long)]
    versions: String,
}

/// Writes `rules.json`, which the peers are bundled with, and `values.json`, the content of the store.
#[derive(Debug, Parser)]
struct Prepare {
    modules: PathBuf,
}

fn main() -> Result<()> {
    let mut arguments: Vec<_> = std::env::args_os().collect();
    if arguments.get(1).is_some_and(|first| first == "prepare") {
        arguments.remove(1);
        return prepare(&Prepare::parse_from(arguments));
    }
    measure(&Arguments::parse_from(arguments))
}

fn prepare(Prepare { modules }: &Prepare) -> Result<()> {
    let write = |name: &str, value: &serde_json::Value| {
        fs::write(modules.join(name), value.to_string()).with_context(|| format!("{name} cannot be written"))
    };
    write("rules.json", &cases::peer_rules())?;
    write("values.json", &cases::shop()?.values)
}

fn measure(arguments: &Arguments) -> Result<()> {
    let sites = Sites::start(&arguments.workerd, &arguments.modules, &cases::shop()?.key)?;
    sites.check()?;
    let cpu = cpu::measure(&sites)?;
    report::print_cpu(&cpu);
    let rate = rate::measure(&sites)?;
    report::print_rate(&rate);
    let memory = memory::measure(&sites, &arguments.workerd, &arguments.modules)?;
    report::print_memory(&memory);
    let result = json!({
        "bench": "edge",
        "ratios": report::ratios(&cpu, &rate, &memory, arguments.gzip_kb),
        "cpu": cpu.to_json(),
        "rate": rate.to_json(),
        "memory": memory.to_json(),
        "versions": serde_json::from_str::<serde_json::Value>(&arguments.versions)?,
        "machine": report::machine(),
    });
    fs::write(&arguments.results, format!("{result:#}\n")).context("the results cannot be written")?;
    println!("{result}");
    Ok(())
}
