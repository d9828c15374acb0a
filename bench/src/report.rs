//! Tables for people, one JSON object for machines.

use anyhow::Result;
use serde_json::{Map, Value, json};

use crate::machine;
use crate::measure::geomean;
use crate::node::Wasm;
use crate::rules::{Cell, Loading, Row, Table};
use crate::scan::Scan;

/// Everything that was measured.
#[derive(Debug)]
pub(crate) struct Results {
    pub(crate) parsed: Table,
    pub(crate) bytes: Table,
    pub(crate) wasm: Vec<Wasm>,
    pub(crate) scans: Vec<Scan>,
    pub(crate) loads: Vec<Loading>,
    pub(crate) allocations: u64,
}

/// For people; costs are per evaluation.
pub(crate) fn print_tables(results: &Results) {
    println!("\nNanoseconds per evaluation, data already parsed; (instructions)");
    print_rules(&results.parsed);
    println!("\nNanoseconds per evaluation, from the request's bytes; (instructions)");
    print_rules(&results.bytes);
    println!("\nBytes → decision → answer, beside scanning the same bytes and writing a fixed answer, in nanoseconds");
    println!(
        "{:<10} {:>7} {:>9} {:>9} {:>7}",
        "body", "bytes", "ours", "scan", "ratio"
    );
    for scan in &results.scans {
        let ratio = scan.ours_ns / scan.scan_ns;
        println!(
            "{:<10} {:>7} {:>9.0} {:>9.0} {ratio:>7.2}",
            scan.name, scan.bytes, scan.ours_ns, scan.scan_ns
        );
    }
    println!("\nFrom bytes in Wasm, and loading a compiled program, in nanoseconds");
    println!(
        "{:<22} {:>9} {:>9} {:>7} {:>9} {:>9} {:>7}",
        "rule", "native", "wasm", "ratio", "load", "parse", "ratio"
    );
    for (wasm, load) in results.wasm.iter().zip(&results.loads) {
        println!(
            "{:<22} {:>9.0} {:>9.0} {:>7.2} {:>9.0} {:>9.0} {:>7.3}",
            wasm.rule,
            wasm.native_ns,
            wasm.wasm_ns,
            wasm.wasm_ns / wasm.native_ns,
            load.load_ns,
            load.parse_ns,
            load.load_ns / load.parse_ns
        );
    }
    println!("\nAllocations in warm evaluations: {}\n", results.allocations);
}

fn print_rules(table: &Table) {
    let Some(first) = table.rows.first() else { return };
    let engines: Vec<_> = first.cells.iter().map(|cell| format!("{:>17}", cell.engine)).collect();
    println!("{:<22} {}  {:>7} {:>6}", "rule", engines.join(" "), "vs best", "noise");
    for row in &table.rows {
        let cells: Vec<_> = row.cells.iter().map(|cell| format!("{:>17}", words(cell))).collect();
        let ratio = row.vs_fastest_peer(time).unwrap_or(f64::NAN);
        println!("{:<22} {}  {ratio:>7.2} {:>6.2}", row.rule, cells.join(" "), noise(row));
    }
}

fn words(cell: &Cell) -> String {
    match (&cell.ns, cell.instructions) {
        (Err(_), _) => "–".to_owned(),
        (Ok(ns), None) => format!("{ns:.0}"),
        (Ok(ns), Some(instructions)) => format!("{ns:.0} ({instructions:.0})"),
    }
}

fn time(cell: &Cell) -> Option<f64> {
    cell.ns.as_ref().ok().copied()
}

fn instructions(cell: &Cell) -> Option<f64> {
    cell.instructions
}

/// The engine's second time in the same rounds ÷ its first.
fn noise(row: &Row) -> f64 {
    row.ours().and_then(time).map_or(f64::NAN, |ours| row.again_ns / ours)
}

/// Everything, with what it belongs to.
pub(crate) fn json(results: &Results) -> Result<Value> {
    Ok(json!({
        "bench": "engine",
        "ratios": ratios(results),
        "machine": machine::describe()?,
        "parsed": rules_json(&results.parsed),
        "from_bytes": rules_json(&results.bytes),
        "bytes_vs_scan": results.scans.iter().map(|scan| json!({
            "body": scan.name, "bytes": scan.bytes, "ours_ns": round(scan.ours_ns),
            "scan_ns": round(scan.scan_ns)
        })).collect::<Vec<_>>(),
        "load_vs_parse": results.loads.iter().map(|load| json!({
            "rule": load.rule, "load_ns": round(load.load_ns), "parse_ns": round(load.parse_ns)
        })).collect::<Vec<_>>(),
        "wasm_vs_native": results.wasm.iter().map(|wasm| json!({
            "rule": wasm.rule, "native_ns": round(wasm.native_ns), "wasm_ns": round(wasm.wasm_ns)
        })).collect::<Vec<_>>(),
    }))
}

/// The last line of the output.
pub(crate) fn last_line(json: &Value) -> String {
    json!({"bench": json.get("bench"), "ratios": json.get("ratios")}).to_string()
}

fn ratios(results: &Results) -> Value {
    let mut ratios = Map::new();
    let mut insert = |name: String, value: f64| ratios.insert(name, round(value).into());
    let mut compare = |prefix: &str, table: &Table, cost: fn(&Cell) -> Option<f64>| {
        let rules: Option<Vec<f64>> = table.rows.iter().map(|row| row.vs_fastest_peer(cost)).collect();
        let rules = rules.unwrap_or_default();
        insert(format!("{prefix}vs_fastest_peer_geomean"), geomean(&rules));
        insert(
            format!("{prefix}vs_fastest_peer_worst"),
            rules.iter().copied().fold(f64::INFINITY, f64::min),
        );
    };
    compare("", &results.parsed, time);
    compare("from_bytes_", &results.bytes, time);
    compare("instructions_", &results.parsed, instructions);
    compare("from_bytes_instructions_", &results.bytes, instructions);
    for scan in &results.scans {
        insert(format!("bytes_vs_scan_{}", scan.name), scan.ours_ns / scan.scan_ns);
    }
    let loads: Vec<_> = results.loads.iter().map(|load| load.load_ns / load.parse_ns).collect();
    insert("load_vs_parse".to_owned(), geomean(&loads));
    insert("load_vs_parse_worst".to_owned(), loads.into_iter().fold(0.0, f64::max));
    let wasm: Vec<_> = results.wasm.iter().map(|wasm| wasm.wasm_ns / wasm.native_ns).collect();
    insert("wasm_vs_native".to_owned(), geomean(&wasm));
    ratios.insert("allocations".to_owned(), results.allocations.into());
    ratios.into()
}

fn rules_json(table: &Table) -> Value {
    let rows = table.rows.iter().map(|row| {
        let cells: Map<String, Value> = row
            .cells
            .iter()
            .map(|cell| (cell.engine.to_owned(), cell_json(cell)))
            .collect();
        json!({
            "rule": row.rule,
            "engines": cells,
            "fastest_peer": row.fastest_peer(time).map(|(name, _)| name),
            "vs_fastest_peer": row.vs_fastest_peer(time).map(round),
            "instructions_vs_fastest_peer": row.vs_fastest_peer(instructions).map(round),
            "noise": round(noise(row)),
        })
    });
    rows.collect()
}

/// `null` where the engine cannot express the rule.
fn cell_json(cell: &Cell) -> Value {
    time(cell).map_or(
        Value::Null,
        |ns| json!({"ns": round(ns), "instructions": cell.instructions.map(f64::round)}),
    )
}

/// Three digits after the point: more would be noise.
fn round(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0
}
