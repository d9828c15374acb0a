//! `conformance run <first seed> <seeds> <count>` prints each seed with its hash, after those at the limits;
//! `conformance show <seed> <number>` prints a case.

use std::process::ExitCode;

use conformance::{Case, Report, run, run_deepest};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let numbers: Option<Vec<u64>> = arguments.iter().skip(1).map(|argument| argument.parse().ok()).collect();
    match (arguments.first().map(String::as_str), numbers.as_deref()) {
        (Some("run"), Some([first, seeds, count])) => {
            println!("deepest {}", hex(&run_deepest()));
            for seed in *first..first.saturating_add(*seeds) {
                println!("{seed} {}", hex(&run(seed, narrow(*count))));
            }
            ExitCode::SUCCESS
        }
        (Some("show"), Some([seed, number])) => {
            println!("{:#?}", Case::generate(*seed, narrow(*number)));
            ExitCode::SUCCESS
        }
        _ => {
            eprintln!("write `run <first seed> <seeds> <count>` or `show <seed> <number>`");
            ExitCode::FAILURE
        }
    }
}

fn narrow(number: u64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

fn hex(report: &Report) -> String {
    report.hash.iter().map(|byte| format!("{byte:02x}")).collect()
}
