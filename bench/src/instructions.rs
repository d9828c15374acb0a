//! Instructions per evaluation, by callgrind. They repeat on a busy machine, where times do not.
//!
//! One process runs all rules of an engine, because starting under callgrind takes a second. Callgrind writes a dump
//! whenever [`bench_mark`] returns: every second one counts exactly the evaluations of a rule.

use std::env;
use std::fs;
use std::hint::black_box;
use std::path::Path;
use std::process::Command;
use std::thread;

use anyhow::{Context as _, Result, bail, ensure};
use bench::lanes::Start;

use crate::measure::{float, whole};
use crate::rules::{self, Table};

/// How long a rule's evaluations take outside callgrind, which is some fifty times slower: enough for the marks'
/// own instructions to vanish, little enough for all cells to be done in some seconds.
const RUN_NS: f64 = 500_000.0;

/// Runs an engine with each rule as often as `times` says; 0 leaves a rule out.
pub(crate) fn run(engine: &str, start: Start, times: &[u64]) -> Result<()> {
    let engines = rules::engines();
    let engine = engines
        .iter()
        .find(|known| known.name == engine)
        .context("no such engine")?;
    for (case, &times) in bench::cases::all().iter().zip(times).filter(|(_, times)| **times > 0) {
        let mut lane = (engine.lane)(case).map_err(anyhow::Error::msg)?;
        // Buffers have grown and caches are filled after the first time.
        lane.run(start, 1);
        bench_mark();
        lane.run(start, times);
        bench_mark();
    }
    Ok(())
}

/// Where callgrind writes a dump, by this name.
#[unsafe(no_mangle)]
#[inline(never)]
extern "C" fn bench_mark() {
    black_box(());
}

/// Fills in the instructions of every cell that has a time.
pub(crate) fn count(valgrind: &Path, tables: [&mut Table; 2]) -> Result<()> {
    thread::scope(|scope| {
        let threads = tables.map(|table| scope.spawn(|| count_table(valgrind, table)));
        threads
            .into_iter()
            .try_for_each(|thread| thread.join().unwrap_or_else(|_| bail!("a count panicked")))
    })
}

fn count_table(valgrind: &Path, table: &mut Table) -> Result<()> {
    for (column, engine) in rules::engines().iter().enumerate() {
        let times: Vec<u64> = table.rows.iter().map(|row| row.times(column)).collect();
        let mut dumps = collect(valgrind, engine.name, table.start, &times)?.into_iter();
        for (row, &times) in table.rows.iter_mut().zip(&times).filter(|(_, times)| **times > 0) {
            let instructions = dumps.next().context("callgrind wrote too few dumps")?;
            let evaluations = float(times) * float(row.requests as u64);
            if let Some(cell) = row.cells.get_mut(column) {
                cell.instructions = Some(float(instructions) / evaluations);
            }
        }
    }
    Ok(())
}

impl rules::Row {
    /// How often to run the rule; 0 when the engine cannot express it.
    fn times(&self, column: usize) -> u64 {
        let ns = self.cells.get(column).and_then(|cell| cell.ns.as_ref().ok());
        ns.map_or(0, |ns| whole(RUN_NS / (ns * float(self.requests as u64))).max(1))
    }
}

/// The instructions of each rule that runs, in order.
fn collect(valgrind: &Path, engine: &str, start: Start, times: &[u64]) -> Result<Vec<u64>> {
    let start = match start {
        Start::Parsed => "parsed",
        Start::Bytes => "bytes",
    };
    let folder = tempfile::tempdir().context("cannot create a temporary folder")?;
    let dumps = folder.path().join("dump");
    let mut command = Command::new(valgrind);
    command
        .args(["--tool=callgrind", "--dump-after=bench_mark"])
        .arg(format!("--callgrind-out-file={}", dumps.display()))
        .arg(env::current_exe().context("cannot find this program")?)
        .args(["count", engine, start])
        .args(times.iter().map(u64::to_string));
    let output = command.output().context("cannot start valgrind")?;
    ensure!(
        output.status.success(),
        "callgrind failed: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    let rules = times.iter().filter(|times| **times > 0).count();
    // The dumps are numbered from 1; the odd ones hold what was between two rules.
    (1..=rules)
        .map(|rule| read_dump(&dumps.with_extension((2 * rule).to_string())))
        .collect()
}

fn read_dump(path: &Path) -> Result<u64> {
    let dump = fs::read_to_string(path).with_context(|| format!("callgrind wrote no {}", path.display()))?;
    let total = dump.lines().find_map(|line| line.strip_prefix("summary:"));
    let total = total.with_context(|| format!("no summary in {}", path.display()))?;
    total
        .trim()
        .parse()
        .with_context(|| format!("no number in {}", path.display()))
}
