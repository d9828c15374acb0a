//! Instructions per request in user space, by callgrind. They repeat on a busy machine, where times do not; what the kernel
//! does, and what waits for memory, is not in them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::thread;

use anyhow::{Context as _, Result, anyhow, ensure};
use serde_json::{Value, json};

use crate::cases::Case;
use crate::cpu::{Effort, median, round};
use crate::load;
use crate::sites::{Site, Sites};
use crate::workerd::Workerd;

/// How often each case is counted; the median counts. Now and then V8 collects all garbage or compiles a function anew, for
/// a hundred million instructions at once.
const TIMES: usize = 7;
/// Workers that are counted at once.
const AT_ONCE: usize = 2;
/// V8 compiles on the thread that asks for it, and neither twice nor whenever another thread is done: without these some of
/// a Worker's code is interpreted in one run and compiled in the next.
const V8_FLAGS: [&str; 2] = ["--no-liftoff", "--no-concurrent-recompilation"];

/// Instructions per request of every case at every site.
#[derive(Debug)]
pub(crate) struct Instructions(Vec<Cell>);

#[derive(Debug)]
struct Cell {
    case: Case,
    site: Site,
    per_request: f64,
}

impl Instructions {
    /// How many a request takes of each case at each site.
    pub(crate) fn count(counter: &Counter<'_>, cases: &[Case], at: &[Site]) -> Result<Self> {
        // The last ones are the slowest: begun first, they keep nobody waiting at the end.
        let left = Mutex::new(at.to_vec());
        let next = || anyhow::Ok(left.lock().map_err(|_| anyhow!("a count panicked"))?.pop());
        let count = || {
            let mut cells = Vec::new();
            while let Some(site) = next()? {
                cells.extend(counter.count(site, cases)?);
            }
            anyhow::Ok(cells)
        };
        let cells = thread::scope(|scope| {
            let counting: Vec<_> = (0..AT_ONCE).map(|_| scope.spawn(count)).collect();
            let mut cells = Vec::new();
            for thread in counting {
                cells.extend(thread.join().map_err(|_| anyhow!("a count panicked"))??);
            }
            anyhow::Ok(cells)
        })?;
        Ok(Self(cells))
    }

    /// How many a request takes.
    pub(crate) fn per_request(&self, rule: &str, size: &str, site: Site) -> f64 {
        let cell = self
            .0
            .iter()
            .find(|cell| cell.case.rule == rule && cell.case.size == size && cell.site == site);
        cell.map_or(f64::NAN, |cell| cell.per_request)
    }

    /// What a site takes more than the empty Worker.
    pub(crate) fn above_floor(&self, rule: &str, size: &str, site: Site) -> f64 {
        self.per_request(rule, size, site) - self.per_request(rule, size, Site::Empty)
    }

    /// One site's ÷ another's.
    pub(crate) fn ratio(&self, rule: &str, size: &str, site: Site, other: Site) -> f64 {
        self.per_request(rule, size, site) / self.per_request(rule, size, other)
    }

    pub(crate) fn to_json(&self) -> Value {
        let row = |cell: &Cell| {
            let Case { rule, size, .. } = cell.case;
            json!({"rule": rule, "body": size, "worker": cell.site.name(), "thousands": round(cell.per_request / 1e3)})
        };
        self.0.iter().map(row).collect()
    }
}

/// Counts each site in a process of its own.
pub(crate) struct Counter<'a> {
    pub(crate) sites: &'a Sites,
    pub(crate) workerd: &'a Path,
    pub(crate) valgrind: &'a Path,
    pub(crate) effort: Effort,
    /// What a site is told before, at its port.
    pub(crate) tell: &'a (dyn Fn(Site, u16) -> Result<()> + Sync),
}

impl Counter<'_> {
    fn count(&self, site: Site, cases: &[Case]) -> Result<Vec<Cell>> {
        let (sites, effort) = (self.sites, self.effort);
        let (mut counted, port) = Counted::start(sites, self.workerd, self.valgrind, site)?;
        (self.tell)(site, port)?;
        let send = |case: &Case, requests| load::closed(port, &sites.request(case.rule, &case.body), 1, requests);
        for case in cases {
            send(case, effort.first)?;
        }
        let mut count = |case: &Case| {
            counted.since_last()?;
            send(case, effort.requests)?;
            sites.settle(effort.quiet)?;
            Ok(counted.since_last()? as f64 / effort.requests as f64)
        };
        let cell = |case: &Case| {
            send(case, effort.warm_up)?;
            sites.settle(effort.quiet)?;
            let counts = (0..TIMES).map(|_| count(case)).collect::<Result<Vec<_>>>()?;
            Ok(Cell {
                case: case.clone(),
                site,
                per_request: median(counts.into_iter()),
            })
        };
        cases.iter().map(cell).collect()
    }
}

/// A workerd whose instructions are counted.
struct Counted {
    workerd: Workerd,
    vgdb: PathBuf,
    dumps: PathBuf,
    /// How many it has written, which are numbered from 1.
    written: u32,
}

impl Counted {
    fn start(sites: &Sites, workerd: &Path, valgrind: &Path, site: Site) -> Result<(Self, u16)> {
        let dumps = sites.modules().join(format!("{}.instructions", site.name()));
        let mut program = Command::new(valgrind);
        program
            // What V8 compiles takes the place of what it compiled before.
            .args(["--tool=callgrind", "--smc-check=all-non-file"])
            .arg(format!("--callgrind-out-file={}", dumps.display()))
            .arg(workerd);
        let (workerd, port) = sites.start_once_more(site, program, &V8_FLAGS)?;
        let counted = Self {
            workerd,
            vgdb: valgrind.with_file_name("vgdb"),
            dumps,
            written: 0,
        };
        Ok((counted, port))
    }

    /// Instructions since this was asked the last time.
    fn since_last(&mut self) -> Result<u64> {
        let mut dump = Command::new(&self.vgdb);
        dump.arg(format!("--pid={}", self.workerd.id())).arg("dump");
        let output = dump.output().context("valgrind's vgdb cannot be started")?;
        ensure!(
            output.status.success(),
            "callgrind wrote no dump: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        self.written += 1;
        let file = self.dumps.with_extension(format!("instructions.{}", self.written));
        let dump = fs::read_to_string(&file).with_context(|| format!("callgrind wrote no {}", file.display()))?;
        let total = dump.lines().find_map(|line| line.strip_prefix("totals:"));
        let total = total.with_context(|| format!("no total in {}", file.display()))?;
        total
            .trim()
            .parse()
            .with_context(|| format!("no number in {}", file.display()))
    }
}
