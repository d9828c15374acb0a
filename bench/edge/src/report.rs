//! Tables for people, and the ratios.

use std::fs;

use serde_json::{Map, Value, json};

use crate::cases::{RULES, SIZES};
use crate::cpu::{Cpu, round};
use crate::memory::Memory;
use crate::rate::Rate;
use crate::sites::Site;

/// What the best service of the system that Coupons replaces reached, in requests a second.
const OLD_RATE_PER_SEC: f64 = 1_220.0;
/// A peer that is measured at or below the empty Worker counts as this much above it, so that the row stays lost.
const LEAST_ABOVE_FLOOR_MICROS: f64 = 1.0;
const PEERS: [(Site, &str); 3] = [
    (Site::CelJs, "cel_js"),
    (Site::JsonLogic, "json_logic"),
    (Site::JsonRules, "json_rules"),
];

pub(crate) fn print_cpu(cpu: &Cpu) {
    println!("processor time per request in µs; in brackets what is above the empty Worker");
    println!(
        "| rule, body | empty | noise | ours | ours ÷ empty | our engine alone | cel-js | json-logic-engine | json-rules-engine |"
    );
    println!("|---|---:|---:|---:|---:|---:|---:|---:|---:|");
    for rule in RULES {
        for (size, _) in SIZES {
            let shown = |site| {
                format!(
                    "{:.0} ({:.1})",
                    cpu.micros(rule, size, site),
                    cpu.above_floor(rule, size, site)
                )
            };
            println!(
                "| {rule}, {size} | {:.0} | {:.2} | {} | {:.2} | {} | {} | {} | {} |",
                cpu.micros(rule, size, Site::Empty),
                cpu.ratio(rule, size, Site::EmptyAgain, Site::Empty),
                shown(Site::Ours),
                cpu.ratio(rule, size, Site::Ours, Site::Empty),
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
    println!("| load | requests/s | p50 | p99 |\n|---|---:|---:|---:|");
    for row in &rate.rows {
        println!(
            "| {} % | {:.0} | {:.2} ms | {:.2} ms |",
            row.percent, row.per_sec, row.p50_ms, row.p99_ms
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

pub(crate) fn ratios(cpu: &Cpu, rate: &Rate, memory: &Memory, gzip_kb: f64) -> Value {
    let mut ratios = Map::new();
    for (size, _) in SIZES {
        let ratio = cpu.ratio("two", size, Site::Ours, Site::Empty);
        ratios.insert(format!("evaluate_vs_empty_{size}"), json!(round(ratio)));
    }
    ratios.insert(
        "noise".to_owned(),
        json!(round(cpu.ratio("two", "250", Site::EmptyAgain, Site::Empty))),
    );
    for (site, prefix) in [(Site::Ours, ""), (Site::Alone, "alone_")] {
        for (peer, name) in PEERS {
            for (size, _) in SIZES {
                let ratio = |rule| {
                    cpu.above_floor(rule, size, site) / cpu.above_floor(rule, size, peer).max(LEAST_ABOVE_FLOOR_MICROS)
                };
                // The rule where we are weaker.
                let worst = RULES.map(ratio);
                let worst = worst.into_iter().fold(f64::NEG_INFINITY, f64::max);
                ratios.insert(format!("{prefix}above_floor_vs_{name}_{size}"), json!(round(worst)));
            }
        }
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

/// The processor, as Linux names it.
pub(crate) fn machine() -> Value {
    let text = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let name = text
        .lines()
        .find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    let cores = text.lines().filter(|line| line.starts_with("processor")).count();
    json!({"processor": name.map(|(_, name)| name), "cores": cores})
}
