//! Measures the engine beside its peers. `cargo xtask bench engine` builds and calls it.

mod instructions;
mod machine;
mod measure;
mod node;
mod report;
mod rules;
mod scan;

use std::path::PathBuf;

use anyhow::{Context as _, Result};
use bench::lanes::Start;
use clap::{Parser, Subcommand};

#[derive(Debug, Parser)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Measure everything.
    Measure(Options),
    /// Run one engine with every rule, for callgrind.
    Count {
        /// Its name in the tables.
        engine: String,
        /// `parsed` or `bytes`.
        start: Start,
        /// For each rule in order, how often its requests are evaluated.
        times: Vec<u64>,
    },
}

#[derive(Debug, clap::Args)]
struct Options {
    /// Where the results go.
    #[arg(long)]
    results: PathBuf,
    /// The program that counts allocations.
    #[arg(long)]
    allocations: PathBuf,
    /// Node 22 or newer.
    #[arg(long)]
    node: PathBuf,
    /// This package as a Wasm module.
    #[arg(long)]
    wasm: PathBuf,
    /// valgrind; without it no instructions are counted.
    #[arg(long)]
    valgrind: Option<PathBuf>,
}

fn main() -> Result<()> {
    match Arguments::parse().command {
        Command::Measure(options) => measure_all(&options),
        Command::Count { engine, start, times } => instructions::run(&engine, start, &times),
    }
}

fn measure_all(options: &Options) -> Result<()> {
    let cases = bench::cases::all();
    eprintln!("• checking that all engines decide alike, then measuring on parsed data …");
    let mut parsed = rules::measure(&cases, Start::Parsed)?;
    eprintln!("• measuring from bytes …");
    let mut bytes = rules::measure(&cases, Start::Bytes)?;
    eprintln!("• measuring Wasm …");
    let wasm = node::measure(&cases, &options.node, &options.wasm)?;
    eprintln!("• measuring against a scan, loading against parsing …");
    let scans = scan::measure()?;
    let loads = rules::measure_loading(&cases)?;
    let allocations = machine::count_allocations(&options.allocations)?;
    if let Some(valgrind) = &options.valgrind {
        eprintln!("• counting instructions …");
        instructions::count(valgrind, [&mut parsed, &mut bytes])?;
    } else {
        eprintln!("• valgrind is missing: no instructions are counted");
    }
    let results = report::Results {
        parsed,
        bytes,
        wasm,
        scans,
        loads,
        allocations,
    };
    report::print_tables(&results);
    let json = report::json(&results)?;
    std::fs::write(&options.results, format!("{json:#}\n"))
        .with_context(|| format!("cannot write {}", options.results.display()))?;
    println!("{}", report::last_line(&json));
    Ok(())
}
