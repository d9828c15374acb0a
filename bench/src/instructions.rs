//! Instructions per evaluation, by callgrind: a run of N evaluations and one of 2 N differ by N evaluations, and by
//! nothing of the start. They repeat on a busy machine, where times do not.

use std::env;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use anyhow::{Context as _, Result, bail};
use bench::lanes::Start;

use crate::measure::{float, whole};
use crate::rules::{self, Cell, Table};

/// How long N evaluations take outside callgrind, which is some fifty times slower: enough to be more than the chance
/// in hash tables' seeds, little enough for all cells to be done in a minute or two.
const RUN_NS: f64 = 1_000_000.0;

/// Runs one engine with one rule.
pub(crate) fn run(engine: &str, rule: usize, start: Start, times: u64) -> Result<()> {
    let engines = rules::engines();
    let engine = engines
        .iter()
        .find(|known| known.name == engine)
        .context("no such engine")?;
    let cases = bench::cases::all();
    let case = cases.get(rule).context("no such rule")?;
    let mut lane = (engine.lane)(case).map_err(anyhow::Error::msg)?;
    lane.run(start, times);
    Ok(())
}

/// Fills in the instructions of every cell that has a time.
pub(crate) fn count(valgrind: &Path, tables: [&mut Table; 2]) -> Result<()> {
    let mut jobs: Vec<Job<'_>> = Vec::new();
    for table in tables {
        let start = table.start;
        for (rule, row) in table.rows.iter_mut().enumerate() {
            let requests = float(row.requests as u64);
            jobs.extend(row.cells.iter_mut().map(|cell| Job {
                cell,
                rule,
                start,
                requests,
            }));
        }
    }
    // A slice for each processor: the jobs are alike and many.
    let workers = thread::available_parallelism().map_or(1, usize::from);
    let done = AtomicUsize::new(0);
    let slice = jobs.len().div_ceil(workers).max(1);
    thread::scope(|scope| {
        let threads: Vec<_> = jobs
            .chunks_mut(slice)
            .map(|jobs| {
                let done = &done;
                scope.spawn(move || {
                    jobs.iter_mut().try_for_each(|job| {
                        done.fetch_add(1, Ordering::Relaxed);
                        job.count(valgrind)
                    })
                })
            })
            .collect();
        threads
            .into_iter()
            .try_for_each(|thread| thread.join().unwrap_or_else(|_| bail!("a count panicked")))
    })
}

struct Job<'a> {
    cell: &'a mut Cell,
    rule: usize,
    start: Start,
    requests: f64,
}

impl Job<'_> {
    fn count(&mut self, valgrind: &Path) -> Result<()> {
        let Ok(ns) = self.cell.ns else { return Ok(()) };
        let times = whole(RUN_NS / (ns * self.requests)).max(1);
        let once = self.collect(valgrind, times)?;
        let twice = self.collect(valgrind, 2 * times)?;
        let evaluations = float(times) * self.requests;
        self.cell.instructions = Some(float(twice.saturating_sub(once)) / evaluations);
        Ok(())
    }

    fn collect(&self, valgrind: &Path, times: u64) -> Result<u64> {
        let start = match self.start {
            Start::Parsed => "parsed",
            Start::Bytes => "bytes",
        };
        let mut command = Command::new(valgrind);
        command
            .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
            .arg(env::current_exe().context("cannot find this program")?)
            .args([
                "count",
                self.cell.engine,
                &self.rule.to_string(),
                start,
                &times.to_string(),
            ]);
        let output = command.output().context("cannot start valgrind")?;
        let log = String::from_utf8_lossy(&output.stderr);
        let collected = log.lines().find_map(|line| {
            line.split_once("Collected :")
                .and_then(|(_, count)| count.trim().parse().ok())
        });
        match collected {
            Some(collected) if output.status.success() => Ok(collected),
            Some(_) | None => bail!("callgrind failed: {log}"),
        }
    }
}
