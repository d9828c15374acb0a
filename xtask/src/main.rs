//! The command line; each command is a module of the library.

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use xtask::bench::Subject;
use xtask::drill::Drill;
use xtask::test::Part;
use xtask::{bench, dev, dist, drill, fuzz, prepare, process, shots, test, toolchain};

/// Every command of the repository.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Set up what is missing, start everything, seed a demo organisation and evaluate one of its promotions.
    Dev(dev::Options),
    /// Run the whole suite as CI does, or one part of it.
    Test {
        /// All of it when left out.
        part: Option<Part>,
    },
    /// Measure, and print one JSON object as the last line.
    Bench {
        /// What to measure.
        subject: Subject,
    },
    /// Kill and break parts while they work, longer than the suite does, and print what came of it.
    Drill {
        /// What is drilled.
        drill: Drill,
    },
    /// Take a picture of every page of the app, in both languages, light and dark, wide and narrow.
    Shots,
    /// Look for inputs that break the engine, for a minute each, or as long as wanted.
    Fuzz(fuzz::Options),
    /// Build the Worker and the app where they are out of date, and show their sizes.
    Dist,
    /// Describe the origin's queries anew, in .sqlx.
    Prepare,
    /// Set up the tools that building needs, and nothing else.
    Setup,
}

fn main() -> ExitCode {
    match run(Arguments::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nerror: {error}");
            for cause in error.chain().skip(1) {
                eprintln!("  because: {cause}");
            }
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> anyhow::Result<()> {
    process::stop_all_on_interrupt()?;
    match command {
        Command::Dev(options) => dev::run(&options),
        Command::Test { part } => test::run(part),
        Command::Bench { subject } => bench::run(subject),
        Command::Drill { drill } => drill::run(drill),
        Command::Shots => shots::run(),
        Command::Fuzz(options) => fuzz::run(&options),
        Command::Dist => toolchain::ensure()
            .and_then(|tools| dist::build(&tools))
            .and_then(|()| dist::print_sizes()),
        Command::Prepare => prepare::write(),
        Command::Setup => toolchain::ensure().map(drop),
    }
}
