//! Processor time per request, in interleaved rounds.

use std::thread;
use std::time::Duration;

use anyhow::Result;
use serde_json::{Value, json};

use crate::cases::{Case, cases};
use crate::load;
use crate::sites::{Site, Sites};

const ROUNDS: usize = 9;
/// Requests of a cell in a round.
const REQUESTS: u64 = 3_000;
/// Requests before, which are not counted: while the others had their turn, V8 put some of a Worker's code away.
const WARM_UP: u64 = 500;
const CONNECTIONS: u64 = 8;
/// After a cell, until what it started has ended: records wait up to 250 ms for others.
const SETTLE: Duration = Duration::from_millis(300);

/// Microseconds per request.
#[derive(Debug)]
pub(crate) struct Cell {
    case: Case,
    site: Site,
    /// One value for each round.
    rounds: Vec<f64>,
}

/// All cells.
#[derive(Debug)]
pub(crate) struct Cpu(Vec<Cell>);

pub(crate) fn measure(sites: &Sites) -> Result<Cpu> {
    let mut cells: Vec<_> = cases()
        .into_iter()
        .flat_map(|case| {
            Site::ALL.map(|site| Cell {
                case: case.clone(),
                site,
                rounds: Vec::new(),
            })
        })
        .collect();
    for cell in &cells {
        one_round(sites, cell)?;
    }
    for round in 0..ROUNDS {
        // Another one begins each time, so that nobody always follows the same one.
        let count = cells.len();
        for place in 0..count {
            let Some(cell) = cells.get_mut((place + round * 7) % count) else {
                continue;
            };
            let micros = one_round(sites, cell)?;
            cell.rounds.push(micros);
        }
    }
    Ok(Cpu(cells))
}

fn one_round(sites: &Sites, Cell { case, site, .. }: &Cell) -> Result<f64> {
    let request = sites.request(case.rule, &case.body);
    load::closed(sites.port(*site), &request, CONNECTIONS, WARM_UP)?;
    thread::sleep(SETTLE);
    let before = sites.workerd.cpu()?;
    load::closed(sites.port(*site), &request, CONNECTIONS, REQUESTS)?;
    thread::sleep(SETTLE);
    Ok((sites.workerd.cpu()? - before).as_secs_f64() * 1e6 / REQUESTS as f64)
}

impl Cpu {
    /// The median over the rounds.
    pub(crate) fn micros(&self, rule: &str, size: &str, site: Site) -> f64 {
        median(self.rounds(rule, size, site).to_vec())
    }

    /// The median over the rounds of one site's time ÷ another's.
    pub(crate) fn ratio(&self, rule: &str, size: &str, site: Site, other: Site) -> f64 {
        let pairs = self.rounds(rule, size, site).iter().zip(self.rounds(rule, size, other));
        median(pairs.map(|(one, other)| one / other).collect())
    }

    /// What a site takes more than the empty Worker.
    pub(crate) fn above_floor(&self, rule: &str, size: &str, site: Site) -> f64 {
        let pairs = self
            .rounds(rule, size, site)
            .iter()
            .zip(self.rounds(rule, size, Site::Empty));
        median(pairs.map(|(one, floor)| one - floor).collect())
    }

    fn rounds(&self, rule: &str, size: &str, site: Site) -> &[f64] {
        let cell = self
            .0
            .iter()
            .find(|cell| cell.case.rule == rule && cell.case.size == size && cell.site == site);
        cell.map_or(&[], |cell| &cell.rounds)
    }

    pub(crate) fn to_json(&self) -> Value {
        let row = |cell: &Cell| {
            json!({"rule": cell.case.rule, "body": cell.case.size, "worker": cell.site.name(),
                   "micros": round(median(cell.rounds.clone()))})
        };
        self.0.iter().map(row).collect()
    }
}

pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// To two decimals.
pub(crate) fn round(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}
