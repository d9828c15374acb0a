//! What the engine says natively, as `run.mjs` prints what it says in Wasm; `cargo xtask test engine` compares the two.
//!
//! - `conformance run <first seed> <seeds> <count>`: the hash of the cases at the limits, then each seed with its hash.
//! - `conformance each <seed> <count>`: each case of a seed with its hash; `deepest` stands for those at the limits.
//! - `conformance show <seed> <number>`: a case.

use std::panic::resume_unwind;
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use conformance::{Case, Report, deepest, run, run_deepest, run_one};

const USAGE: &str = "write `run <first seed> <seeds> <count>`, `each <seed> <count>` or `show <seed> <number>`";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match arguments.as_slice() {
        ["run", first, seeds, count] => print_seeds(first, seeds, count),
        ["each", seed, count] => print_each(seed, count),
        ["show", seed, number] => show(seed, number),
        _ => None,
    };
    if done.is_none() {
        eprintln!("{USAGE}");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

/// Each processor takes the next seed that none has taken.
fn print_seeds(first: &str, seeds: &str, count: &str) -> Option<()> {
    let (first, seeds, count) = (
        first.parse::<u64>().ok()?,
        seeds.parse::<u64>().ok()?,
        count.parse().ok()?,
    );
    println!("deepest {}", hex(&run_deepest()));
    let next = AtomicU64::new(first);
    let take = || {
        let seed = next.fetch_add(1, Ordering::Relaxed);
        (seed < first.saturating_add(seeds)).then(|| (seed, run(seed, count)))
    };
    let mut reports: Vec<(u64, Report)> = thread::scope(|scope| {
        let threads = (0..processors()).map(|_| scope.spawn(|| std::iter::from_fn(take).collect::<Vec<_>>()));
        let threads: Vec<_> = threads.collect();
        threads
            .into_iter()
            .flat_map(|thread| thread.join().unwrap_or_else(|panic| resume_unwind(panic)))
            .collect()
    });
    reports.sort_by_key(|(seed, _)| *seed);
    for (seed, report) in reports {
        println!("{seed} {}", hex(&report));
    }
    Some(())
}

fn processors() -> usize {
    thread::available_parallelism().map_or(1, usize::from)
}

fn print_each(seed: &str, count: &str) -> Option<()> {
    let count: u32 = count.parse().ok()?;
    for number in 0..count {
        let Some(case) = case(seed, number)? else { break };
        println!("{number} {}", hex(&run_one(&case)));
    }
    Some(())
}

fn show(seed: &str, number: &str) -> Option<()> {
    let case = case(seed, number.parse().ok()?)??;
    println!("{case:#?}");
    Some(())
}

/// `Some(None)` past the last case at the limits.
fn case(seed: &str, number: u32) -> Option<Option<Case>> {
    if seed == "deepest" {
        return Some(deepest().into_iter().nth(usize::try_from(number).ok()?));
    }
    seed.parse().ok().map(|seed| Some(Case::generate(seed, number)))
}

fn hex(report: &Report) -> String {
    report.hash.iter().map(|byte| format!("{byte:02x}")).collect()
}
