//! How many requests a second, and the latency at parts of that: an open model, whose requests come whether or not the
//! ones before are answered.

use std::time::Duration;

use anyhow::{Context as _, Result};
use serde_json::{Value, json};

use crate::cases::cases;
use crate::cpu::round;
use crate::load;
use crate::sites::{Site, Sites};

/// Enough to keep the process busy, few enough that the client does not crowd it out.
const CAPACITY_CONNECTIONS: u64 = 16;
const CAPACITY_REQUESTS: u64 = 100_000;
/// Of the capacity, in percent.
const LOADS: [u32; 4] = [30, 50, 70, 90];
/// Connections of the open model: at 90 % each waits for its answer far less than this many requests take to come.
const OPEN_CONNECTIONS: u64 = 64;
const OPEN_TIME: Duration = Duration::from_secs(15);

/// Latencies at a load.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) percent: u32,
    pub(crate) per_sec: f64,
    pub(crate) ours: Latency,
    /// The empty Worker's at the same rate: what of it is the machine's.
    pub(crate) empty: Latency,
}

/// In milliseconds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Latency {
    pub(crate) p50: f64,
    pub(crate) p99: f64,
}

impl Latency {
    /// Of `sorted` latencies.
    fn of(sorted: &[Duration]) -> Self {
        let percentile = |percent: usize| {
            let rank = (sorted.len() * percent).div_ceil(100).saturating_sub(1);
            sorted.get(rank).map_or(f64::NAN, |latency| latency.as_secs_f64() * 1e3)
        };
        Self {
            p50: percentile(50),
            p99: percentile(99),
        }
    }

    fn to_json(self) -> Value {
        json!({"p50_ms": round(self.p50), "p99_ms": round(self.p99)})
    }
}

#[derive(Debug)]
pub(crate) struct Rate {
    /// Requests a second.
    pub(crate) capacity: f64,
    /// The same for the empty Worker.
    pub(crate) empty_capacity: f64,
    pub(crate) rows: Vec<Row>,
}

pub(crate) fn measure(sites: &Sites) -> Result<Rate> {
    let case = cases().into_iter().next().context("no case")?;
    let request = sites.request(case.rule, &case.body);
    let capacity = |site| -> Result<f64> {
        let time = load::closed(sites.port(site), &request, CAPACITY_CONNECTIONS, CAPACITY_REQUESTS)?;
        Ok(CAPACITY_REQUESTS as f64 / time.as_secs_f64())
    };
    let empty_capacity = capacity(Site::Empty)?;
    let capacity = capacity(Site::Ours)?;
    let mut rows = Vec::new();
    for percent in LOADS {
        let per_sec = capacity * f64::from(percent) / 100.0;
        let latency = |site| -> Result<Latency> {
            let sorted = load::open(sites.port(site), &request, OPEN_CONNECTIONS, per_sec, OPEN_TIME)?;
            Ok(Latency::of(&sorted))
        };
        rows.push(Row {
            percent,
            per_sec,
            empty: latency(Site::Empty)?,
            ours: latency(Site::Ours)?,
        });
    }
    Ok(Rate {
        capacity,
        empty_capacity,
        rows,
    })
}

impl Rate {
    pub(crate) fn to_json(&self) -> Value {
        let row = |row: &Row| json!({"percent": row.percent, "per_sec": row.per_sec.round(), "ours": row.ours.to_json(), "empty": row.empty.to_json()});
        json!({"capacity_per_sec": self.capacity.round(), "empty_capacity_per_sec": self.empty_capacity.round(),
               "open": self.rows.iter().map(row).collect::<Vec<_>>()})
    }
}
