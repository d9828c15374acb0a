//! Processor time per request and the rate, in interleaved rounds.

use std::time::Duration;

use anyhow::Result;
use serde_json::{Value, json};

use crate::cases::Case;
use crate::load;
use crate::sites::{Site, Sites};

const ROUNDS: usize = 9;
const CONNECTIONS: u64 = 8;

/// How much is measured.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Effort {
    /// Requests of a cell before anything is counted: V8 compiles a function for good when it has run long enough.
    pub(crate) first: u64,
    /// Requests of a cell in a round.
    pub(crate) requests: u64,
    /// Requests before, which are not counted: while the others had their turn, V8 put some of a Worker's code away.
    pub(crate) warm_up: u64,
    /// Longer than records and events wait for others.
    pub(crate) quiet: Duration,
}

impl Effort {
    /// How many requests one site is sent.
    pub(crate) const fn requests_of(self, cases: &[Case]) -> u64 {
        (self.first + ROUNDS as u64 * (self.warm_up + self.requests)) * cases.len() as u64
    }
}

/// What one round says of a cell.
#[derive(Debug, Clone, Copy)]
struct Sample {
    /// Processor time per request.
    micros: f64,
    /// Requests a second.
    per_sec: f64,
}

/// A request at a site.
#[derive(Debug)]
pub(crate) struct Cell {
    case: Case,
    site: Site,
    rounds: Vec<Sample>,
}

/// All cells.
#[derive(Debug)]
pub(crate) struct Cpu(Vec<Cell>);

fn one_round(sites: &Sites, effort: Effort, Cell { case, site, .. }: &Cell) -> Result<Sample> {
    let Effort {
        requests,
        warm_up,
        quiet,
        ..
    } = effort;
    let request = sites.request(case.rule, &case.body);
    load::closed(sites.port(*site), &request, CONNECTIONS, warm_up)?;
    sites.settle(quiet)?;
    let before = sites.workerd.cpu()?;
    let time = load::closed(sites.port(*site), &request, CONNECTIONS, requests)?;
    sites.settle(quiet)?;
    Ok(Sample {
        micros: (sites.workerd.cpu()? - before).as_secs_f64() * 1e6 / requests as f64,
        per_sec: requests as f64 / time.as_secs_f64(),
    })
}

impl Cpu {
    /// Every case at every site.
    pub(crate) fn measure(sites: &Sites, effort: Effort, cases: &[Case], at: &[Site]) -> Result<Self> {
        let cell = |case: &Case, site: &Site| Cell {
            case: case.clone(),
            site: *site,
            rounds: Vec::new(),
        };
        let mut cells: Vec<_> = cases
            .iter()
            .flat_map(|case| at.iter().map(move |site| cell(case, site)))
            .collect();
        for Cell { case, site, .. } in &cells {
            let request = sites.request(case.rule, &case.body);
            load::closed(sites.port(*site), &request, CONNECTIONS, effort.first)?;
        }
        for round in 0..ROUNDS {
            // Another one begins each time, so that nobody always follows the same one.
            let count = cells.len();
            for place in 0..count {
                let Some(cell) = cells.get_mut((place + round * 7) % count) else {
                    continue;
                };
                let sample = one_round(sites, effort, cell)?;
                cell.rounds.push(sample);
            }
        }
        Ok(Self(cells))
    }

    /// The median over the rounds.
    pub(crate) fn micros(&self, rule: &str, size: &str, site: Site) -> f64 {
        median(self.rounds(rule, size, site).map(|sample| sample.micros))
    }

    /// The median over the rounds.
    pub(crate) fn per_sec(&self, rule: &str, size: &str, site: Site) -> f64 {
        median(self.rounds(rule, size, site).map(|sample| sample.per_sec))
    }

    /// The median over the rounds of one site's time ÷ another's.
    pub(crate) fn ratio(&self, rule: &str, size: &str, site: Site, other: Site) -> f64 {
        self.compare((rule, size, site), (rule, size, other), |one, other| {
            one.micros / other.micros
        })
    }

    /// The median over the rounds of one site's rate ÷ another's.
    pub(crate) fn rate_ratio(&self, rule: &str, size: &str, site: Site, other: Site) -> f64 {
        self.compare((rule, size, site), (rule, size, other), |one, other| {
            one.per_sec / other.per_sec
        })
    }

    /// What a site takes more than the empty Worker.
    pub(crate) fn above_floor(&self, rule: &str, size: &str, site: Site) -> f64 {
        let floor = (rule, size, Site::Empty);
        self.compare((rule, size, site), floor, |one, floor| one.micros - floor.micros)
    }

    fn compare(&self, one: (&str, &str, Site), other: (&str, &str, Site), what: impl Fn(Sample, Sample) -> f64) -> f64 {
        let rounds = |(rule, size, site)| self.rounds(rule, size, site);
        median(rounds(one).zip(rounds(other)).map(|(one, other)| what(one, other)))
    }

    fn rounds(&self, rule: &str, size: &str, site: Site) -> impl Iterator<Item = Sample> {
        let cell = self
            .0
            .iter()
            .find(|cell| cell.case.rule == rule && cell.case.size == size && cell.site == site);
        cell.into_iter().flat_map(|cell| cell.rounds.iter().copied())
    }

    pub(crate) fn to_json(&self) -> Value {
        let row = |cell: &Cell| {
            let Case { rule, size, .. } = cell.case;
            json!({"rule": rule, "body": size, "worker": cell.site.name(),
                   "micros": round(self.micros(rule, size, cell.site)),
                   "per_sec": self.per_sec(rule, size, cell.site).round()})
        };
        self.0.iter().map(row).collect()
    }
}

pub(crate) fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<_> = values.collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// To two decimals.
pub(crate) fn round(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}
