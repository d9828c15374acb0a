//! Tables for people, and the ratios.

use std::fs;

use serde_json::{Map, Value, json};

use crate::cases::{RULES, SIZES};
use crate::cpu::{Cpu, round};
use crate::instructions::Instructions;
use crate::memory::Memory;
use crate::rate::{Rate, Row};
use crate::sites::Site;

/// What the best service of the system that Coupons replaces reached, in requests a second.
const OLD_RATE_PER_SEC: f64 = 1_220.0;
/// A peer that is measured at or below the empty Worker counts as this much above it, so that the row stays lost.
const LEAST_ABOVE_FLOOR_MICROS: f64 = 1.0;
/// The same in instructions, of which a microsecond has some thousands.
const LEAST_ABOVE_FLOOR_INSTRUCTIONS: f64 = 3_000.0;
const PEERS: [(Site, &str); 3] = [
    (Site::CelJs, "cel_js"),
    (Site::JsonLogic, "json_logic"),
    (Site::JsonRules, "json_rules"),
];

pub(crate) fn print_cpu(cpu: &Cpu) {
    println!("processor time per request in µs; in brackets what is above the empty Worker");
    print_table(
        |rule, size, site| cpu.micros(rule, size, site),
        |rule, size, site| format!("{:.1}", cpu.above_floor(rule, size, site)),
        |rule, size, site| cpu.ratio(rule, size, site, Site::Empty),
    );
}

pub(crate) fn print_instructions(instructions: &Instructions) {
    println!("\nthousand instructions per request; in brackets what is above the empty Worker");
    print_table(
        |rule, size, site| instructions.per_request(rule, size, site) / 1e3,
        |rule, size, site| format!("{:.0}", instructions.above_floor(rule, size, site) / 1e3),
        |rule, size, site| instructions.ratio(rule, size, site, Site::Empty),
    );
}

/// A row for each rule and size: what a request costs, what of it is above the empty Worker, and the ratio to that.
fn print_table(
    cost: impl Fn(&str, &str, Site) -> f64,
    above_floor: impl Fn(&str, &str, Site) -> String,
    ratio: impl Fn(&str, &str, Site) -> f64,
) {
    println!(
        "| rule, body | empty | noise | ours | ours ÷ empty | our engine alone | cel-js | json-logic-engine | json-rules-engine |"
    );
    println!("|---|---:|---:|---:|---:|---:|---:|---:|---:|");
    for rule in RULES {
        for (size, _) in SIZES {
            let shown = |site| format!("{:.0} ({})", cost(rule, size, site), above_floor(rule, size, site));
            println!(
                "| {rule}, {size} | {:.0} | {:.2} | {} | {:.2} | {} | {} | {} | {} |",
                cost(rule, size, Site::Empty),
                ratio(rule, size, Site::EmptyAgain),
                shown(Site::Ours),
                ratio(rule, size, Site::Ours),
                shown(Site::Alone),
                shown(Site::CelJs),
                shown(Site::JsonLogic),
                shown(Site::JsonRules),
            );
        }
    }
}

pub(crate) fn print_rate(rate: &Rate) {
    println!(
        "\ncapacity {:.0}/s, of the empty Worker {:.0}/s",
        rate.capacity, rate.empty_capacity
    );
    println!("| load | requests/s | ours p50 | p99 | empty p50 | p99 |\n|---|---:|---:|---:|---:|---:|");
    for Row {
        percent,
        per_sec,
        ours,
        empty,
    } in &rate.rows
    {
        println!(
            "| {percent} % | {per_sec:.0} | {:.2} ms | {:.2} ms | {:.2} ms | {:.2} ms |",
            ours.p50, ours.p99, empty.p50, empty.p99
        );
    }
}

pub(crate) fn print_memory(memory: &Memory) {
    let megabytes = |bytes: u64| bytes as f64 / 1e6;
    println!(
        "\nlinear memory {:.1} MB after 10,000 requests, {:.1} MB after 1,000,000; the process {:.0} MB and {:.0} MB",
        megabytes(memory.first.linear),
        megabytes(memory.all.linear),
        megabytes(memory.first.resident),
        megabytes(memory.all.resident),
    );
}

pub(crate) fn ratios(
    cpu: &Cpu,
    instructions: Option<&Instructions>,
    rate: &Rate,
    memory: &Memory,
    gzip_kb: f64,
) -> Value {
    let mut ratios = Map::new();
    let noise = cpu.ratio("two", "250", Site::EmptyAgain, Site::Empty);
    ratios.insert("noise".to_owned(), json!(round(noise)));
    insert_ratios(
        &mut ratios,
        "",
        |size, site| cpu.ratio("two", size, site, Site::Empty),
        |rule, size, site| cpu.above_floor(rule, size, site),
        LEAST_ABOVE_FLOOR_MICROS,
    );
    if let Some(instructions) = instructions {
        insert_ratios(
            &mut ratios,
            "instructions_",
            |size, site| instructions.ratio("two", size, site, Site::Empty),
            |rule, size, site| instructions.above_floor(rule, size, site),
            LEAST_ABOVE_FLOOR_INSTRUCTIONS,
        );
    }
    ratios.insert(
        "rate_vs_1220".to_owned(),
        json!(round(rate.capacity / OLD_RATE_PER_SEC)),
    );
    ratios.insert("worker_gzip_kb".to_owned(), json!(gzip_kb));
    let growth = memory.all.linear as f64 / memory.first.linear as f64;
    ratios.insert("memory_growth".to_owned(), json!(round(growth)));
    ratios.into()
}

/// Of times or of instructions: what we take by the empty Worker's, and what we take above it by what peers do.
fn insert_ratios(
    ratios: &mut Map<String, Value>,
    prefix: &str,
    vs_empty: impl Fn(&str, Site) -> f64,
    above_floor: impl Fn(&str, &str, Site) -> f64,
    least: f64,
) {
    for (size, _) in SIZES {
        let ratio = vs_empty(size, Site::Ours);
        ratios.insert(format!("{prefix}evaluate_vs_empty_{size}"), json!(round(ratio)));
    }
    for (site, of) in [(Site::Ours, ""), (Site::Alone, "alone_")] {
        for (peer, name) in PEERS {
            for (size, _) in SIZES {
                let ratio = |rule| above_floor(rule, size, site) / above_floor(rule, size, peer).max(least);
                // The rule where we are weaker.
                let worst = RULES.map(ratio);
                let worst = worst.into_iter().fold(f64::NEG_INFINITY, f64::max);
                ratios.insert(format!("{prefix}{of}above_floor_vs_{name}_{size}"), json!(round(worst)));
            }
        }
    }
}

/// The processor, as Linux names it.
pub(crate) fn machine() -> Value {
    let text = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let name = text
        .lines()
        .find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    let cores = text.lines().filter(|line| line.starts_with("processor")).count();
    json!({"processor": name.map(|(_, name)| name), "cores": cores})
}
