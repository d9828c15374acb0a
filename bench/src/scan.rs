//! Bytes → decision → answer bytes, beside scanning the same JSON and writing a fixed answer of the same length.

use std::hint::black_box;

use anyhow::{Result, ensure};
use bench::cases::{self, Case};
use bench::lanes::Contender as _;
use bench::ours::Ours;
use serde::de::IgnoredAny;

use crate::measure;

/// Bytes of a request.
const SIZES: [(&str, usize); 3] = [("200", 200), ("1k", 1024), ("8k", 8 * 1024)];

/// One body.
#[derive(Debug)]
pub(crate) struct Scan {
    /// Part of the ratio's name.
    pub(crate) name: String,
    pub(crate) bytes: usize,
    pub(crate) ours_ns: f64,
    pub(crate) scan_ns: f64,
}

/// Times all sizes: with the example of the HTTP contract, which reads none of the cart's lines, and with a rule that
/// reads all of them.
pub(crate) fn measure() -> Result<Vec<Scan>> {
    let mut scans = Vec::new();
    for (name, size) in SIZES {
        scans.push(measure_body(name.to_owned(), &cases::example_of_size(size))?);
    }
    for (name, size) in SIZES.into_iter().skip(1) {
        scans.push(measure_body(format!("{name}_cart"), &cases::cart_of_size(size))?);
    }
    Ok(scans)
}

fn measure_body(name: String, case: &Case) -> Result<Scan> {
    let mut ours = Ours::prepare(case).map_err(anyhow::Error::msg)?;
    let body = case
        .inputs
        .first()
        .map(|input| input.body.as_slice())
        .unwrap_or_default();
    let (mut answer, mut fixed_answer) = (Vec::new(), Vec::new());
    ensure!(
        ours.answer(body, &mut answer),
        "the rule {name} does not apply to its body"
    );
    let fixed = answer.clone();
    let mut lanes = [
        measure::lane(|times| repeat(times, || ours.answer(black_box(body), &mut answer))),
        measure::lane(|times| {
            repeat(times, || {
                let scanned = serde_json::from_slice::<IgnoredAny>(black_box(body)).is_ok();
                fixed_answer.clear();
                fixed_answer.extend_from_slice(black_box(&fixed));
                scanned
            });
        }),
    ];
    let [ours_ns, scan_ns] = <[f64; 2]>::try_from(measure::interleaved(&mut lanes)?).unwrap_or([f64::NAN; 2]);
    Ok(Scan {
        name,
        bytes: body.len(),
        ours_ns,
        scan_ns,
    })
}

fn repeat(times: u64, mut run: impl FnMut() -> bool) {
    for _ in 0..times {
        black_box(run());
    }
}
