//! Redemptions: what one costs and how many a second there are, beside an object that writes one row, with one object and
//! with sixteen.

use std::time::Duration;

use anyhow::{Result, ensure};
use serde_json::{Value, json};

use crate::cases::{Case, REDEEMED};
use crate::cpu::{Cpu, Effort, round};
use crate::instructions::Instructions;
use crate::load::{self, Request};
use crate::sites::{Site, Sites};

/// Bytes of the requests, by their name.
const SIZE: &str = "250";

/// Some seconds of each, so that the rate has what the alarm of each second sends in it.
const EFFORT: Effort = Effort {
    first: 3_000,
    requests: 3_000,
    warm_up: 100,
    // Events wait up to a second.
    quiet: Duration::from_millis(1_200),
};

/// The same for instructions, where everything takes fifty times as long.
pub(crate) const COUNTED: Effort = Effort {
    first: 1_000,
    requests: 200,
    warm_up: 50,
    quiet: Duration::from_secs(3),
};

/// Measures `cases`, and answers every cell.
pub(crate) fn measure(sites: &Sites, cases: &[Case]) -> Result<Cpu> {
    sites.publish(sites.port(Site::Ours))?;
    check(sites, cases)?;
    let (rows, events) = (rows(sites)?, sites.records()?);
    let cpu = Cpu::measure(sites, EFFORT, cases, &Site::WRITING)?;
    let requests = EFFORT.requests_of(cases);
    ensure!(
        rows + requests == self::rows(sites)?,
        "the peer did not write {requests} rows"
    );
    // One for each redemption: what was not granted, or was granted before, tells of nothing.
    sites.wait_for_records(events + requests)?;
    Ok(cpu)
}

/// Everybody does what it is measured for.
fn check(sites: &Sites, cases: &[Case]) -> Result<()> {
    for Case { rule, body, .. } in cases {
        for (site, says) in [
            (Site::EmptyObject, "\"answer\""),
            (Site::EmptyObjectAgain, "\"answer\""),
            (Site::Ours, "\"status\":\"committed\""),
        ] {
            let (status, answer) = load::once(sites.port(site), &sites.request(rule, body))?;
            ensure!(
                status == 200 && answer.contains(says),
                "{} {rule}: expected {says}, got {status} {answer}",
                site.name()
            );
        }
    }
    sites.settle(EFFORT.quiet)
}

/// How many rows the peer has written.
fn rows(sites: &Sites) -> Result<u64> {
    let (_, text) = load::once(sites.port(Site::EmptyObject), &Request::get("/"))?;
    Ok(text.parse()?)
}

pub(crate) fn print(cpu: &Cpu) {
    println!("processor time per request in µs, and requests a second");
    println!(
        "| objects | empty object | noise | ours | ours ÷ empty object | empty object/s | ours/s | ours ÷ empty object |"
    );
    println!("|---|---:|---:|---:|---:|---:|---:|---:|");
    for rule in REDEEMED {
        println!(
            "| {rule} | {:.0} | {:.2} | {:.0} | {:.2} | {:.0} | {:.0} | {:.2} |",
            cpu.micros(rule, SIZE, Site::EmptyObject),
            cpu.ratio(rule, SIZE, Site::EmptyObjectAgain, Site::EmptyObject),
            cpu.micros(rule, SIZE, Site::Ours),
            cpu.ratio(rule, SIZE, Site::Ours, Site::EmptyObject),
            cpu.per_sec(rule, SIZE, Site::EmptyObject),
            cpu.per_sec(rule, SIZE, Site::Ours),
            cpu.rate_ratio(rule, SIZE, Site::Ours, Site::EmptyObject),
        );
    }
}

/// Of one object.
pub(crate) fn print_instructions(instructions: &Instructions) {
    let [one, _] = REDEEMED;
    println!(
        "thousand instructions per request: empty object {:.0} (noise {:.2}), ours {:.0}: {:.2}",
        instructions.per_request(one, SIZE, Site::EmptyObject) / 1e3,
        instructions.ratio(one, SIZE, Site::EmptyObjectAgain, Site::EmptyObject),
        instructions.per_request(one, SIZE, Site::Ours) / 1e3,
        instructions.ratio(one, SIZE, Site::Ours, Site::EmptyObject),
    );
}

/// Of one object and of sixteen, where it is worse for us.
pub(crate) fn ratios(cpu: &Cpu, instructions: Option<&Instructions>) -> Value {
    let against = |site| REDEEMED.map(|rule| cpu.ratio(rule, SIZE, site, Site::EmptyObject));
    let rates = REDEEMED.map(|rule| cpu.rate_ratio(rule, SIZE, Site::Ours, Site::EmptyObject));
    let [single, _] = REDEEMED;
    let counted = instructions.map(|counts| round(counts.ratio(single, SIZE, Site::Ours, Site::EmptyObject)));
    let [one, sixteen] = REDEEMED.map(|rule| cpu.micros(rule, SIZE, Site::Ours));
    json!({
        "cpu_vs_empty_object": round(worst(against(Site::Ours))),
        "instructions_vs_empty_object": counted,
        "noise": round(worst(against(Site::EmptyObjectAgain))),
        "rate_vs_empty_object": round(rates.into_iter().fold(f64::INFINITY, f64::min)),
        "cpu_sixteen_vs_one": round(sixteen / one),
    })
}

fn worst(ratios: [f64; 2]) -> f64 {
    ratios.into_iter().fold(f64::NEG_INFINITY, f64::max)
}
