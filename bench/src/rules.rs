//! The twelve rules by the engine and by each peer.

use anyhow::{Result, bail};
use bench::cases::Case;
use bench::lanes::{self, Start};
use bench::ours::Ours;
use bench::peers::{self, Peer};

use crate::measure::{self, Lane};

/// The engine's name in the tables.
pub(crate) const OURS: &str = "ours";

/// All twelve rules from one start.
#[derive(Debug)]
pub(crate) struct Table {
    pub(crate) start: Start,
    pub(crate) rows: Vec<Row>,
}

/// One rule.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) rule: &'static str,
    pub(crate) requests: usize,
    /// The engine first.
    pub(crate) cells: Vec<Cell>,
    /// The engine a second time in the same rounds: its distance from the first time is noise.
    pub(crate) again_ns: f64,
}

/// One engine with one rule.
#[derive(Debug)]
pub(crate) struct Cell {
    pub(crate) engine: &'static str,
    /// Per evaluation, the mean over the rule's requests; or why the engine cannot express the rule.
    pub(crate) ns: Result<f64, String>,
    /// Per evaluation; `None` when they were not counted.
    pub(crate) instructions: Option<f64>,
}

/// Loading a compiled program beside parsing its source.
#[derive(Debug)]
pub(crate) struct Loading {
    pub(crate) rule: &'static str,
    pub(crate) load_ns: f64,
    pub(crate) parse_ns: f64,
}

/// The engine and its peers.
pub(crate) fn engines() -> Vec<Peer> {
    let ours = Peer {
        name: OURS,
        lane: lanes::lane::<Ours>,
    };
    [ours].into_iter().chain(peers::ALL).collect()
}

/// Checks that all decide alike, then times each rule.
pub(crate) fn measure(cases: &[Case], start: Start) -> Result<Table> {
    let rows = cases
        .iter()
        .map(|case| measure_rule(case, start))
        .collect::<Result<_>>()?;
    Ok(Table { start, rows })
}

fn measure_rule(case: &Case, start: Start) -> Result<Row> {
    let engines = engines();
    let mut prepared = Vec::new();
    for engine in engines.iter().chain(engines.first()) {
        let mut lane = (engine.lane)(case);
        if let Ok(lane) = &mut lane {
            check_decisions(engine.name, case, lane.decisions(start))?;
        }
        prepared.push(lane);
    }
    let mut timed: Vec<Lane<'_>> = prepared
        .iter_mut()
        .filter_map(|lane| lane.as_mut().ok())
        .map(|lane| measure::lane(move |times| _ = lane.run(start, times)))
        .collect();
    let requests = case.inputs.len();
    let mut medians = measure::interleaved(&mut timed)?
        .into_iter()
        .map(|ns| ns / measure::float(requests as u64));
    drop(timed);
    let mut next = || medians.next().unwrap_or(f64::NAN);
    let mut cells = Vec::new();
    for (engine, lane) in engines.iter().zip(&prepared) {
        cells.push(Cell {
            engine: engine.name,
            ns: lane.as_ref().map(|_| next()).map_err(Clone::clone),
            instructions: None,
        });
    }
    Ok(Row {
        rule: case.name,
        requests,
        cells,
        again_ns: next(),
    })
}

/// An engine may be unable to express a rule; one that decides otherwise has been given another rule.
fn check_decisions(engine: &str, case: &Case, decisions: Result<Vec<bool>, String>) -> Result<()> {
    let expected: Vec<_> = case.inputs.iter().map(|input| input.applicable).collect();
    if decisions.as_ref() != Ok(&expected) {
        bail!(
            "{engine} decides {decisions:?} on the rule {:?}, not {expected:?}",
            case.name
        );
    }
    Ok(())
}

impl Row {
    /// The engine's own cell.
    pub(crate) fn ours(&self) -> Option<&Cell> {
        self.cells.iter().find(|cell| cell.engine == OURS)
    }

    /// The fastest peer, by `cost`.
    pub(crate) fn fastest_peer(&self, cost: impl Fn(&Cell) -> Option<f64>) -> Option<(&'static str, f64)> {
        self.cells
            .iter()
            .filter(|cell| cell.engine != OURS)
            .filter_map(|cell| cost(cell).map(|cost| (cell.engine, cost)))
            .min_by(|(_, one), (_, other)| one.total_cmp(other))
    }

    /// The fastest peer's cost ÷ ours.
    pub(crate) fn vs_fastest_peer(&self, cost: impl Fn(&Cell) -> Option<f64>) -> Option<f64> {
        let ours = self.ours().and_then(&cost)?;
        self.fastest_peer(cost).map(|(_, peer)| peer / ours)
    }
}

/// Times loading each compiled program and parsing its source.
pub(crate) fn measure_loading(cases: &[Case]) -> Result<Vec<Loading>> {
    cases.iter().map(measure_loading_rule).collect()
}

fn measure_loading_rule(case: &Case) -> Result<Loading> {
    let bytes = bench::ours::program_bytes(case).map_err(anyhow::Error::msg)?;
    let mut lanes = [
        measure::lane(|times| (0..times).for_each(|_| assert!(bench::ours::load(&bytes)))),
        measure::lane(|times| (0..times).for_each(|_| assert!(bench::ours::parse(&case.condition)))),
    ];
    let [load_ns, parse_ns] = <[f64; 2]>::try_from(measure::interleaved(&mut lanes)?).unwrap_or([f64::NAN; 2]);
    Ok(Loading {
        rule: case.name,
        load_ns,
        parse_ns,
    })
}
