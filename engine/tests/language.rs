//! `docs/language.md` says what is true: its examples are evaluated, its tables compared with the code.
//!
//! Its blocks of code are `condition` (a line each, with what it yields after `→`), `declaration` (a type each, with the
//! form that is stored), `body` (a request, with its errors), `trace` (a condition, whose trace is the `json` after it),
//! and once `attributes` and `request`, which all of them read.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may fail loudly"
)]

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use engine::evaluate::{EvaluateError, Evaluator};
use engine::expression::{
    Attribute, BUILT_IN_NAMES, Condition, Diagnostic, DiagnosticCode, FUEL, MAX_DEPTH, MAX_FIELDS, MAX_LIST_ELEMENTS,
    MAX_NAME_BYTES, MAX_NODES, MAX_SOURCE_BYTES, MAX_TYPE_BYTES, MAX_TYPE_DEPTH, Machine, Outcome, Program, Schema,
    Severity, explain, function_names,
};
use engine::promotion::{MAX_ATTRIBUTES, Rule, Status, Terms};
use engine::wire::v1::MAX_BODY_BYTES;
use engine::zone::{Transition, Zone};
use serde_json::{Value, json};

const DOCUMENT: &str = include_str!("../../docs/language.md");
const BODY_CONDITION: &str = "total > 1 and quantity > 1 and default(note, '') == '' and any(lines, l => l.price > 1)";

struct Block {
    kind: &'static str,
    text: &'static str,
}

fn blocks() -> Vec<Block> {
    let fenced = DOCUMENT.split("```").skip(1).step_by(2);
    fenced
        .map(|block| {
            let (kind, text) = block.split_once('\n').unwrap();
            Block { kind, text }
        })
        .collect()
}

fn texts(kind: &'static str) -> Vec<&'static str> {
    let of_kind = blocks().into_iter().filter(move |block| block.kind == kind);
    of_kind.map(|block| block.text).collect()
}

fn only(kind: &'static str) -> &'static str {
    let [text] = texts(kind)[..] else { panic!("one {kind}") };
    text
}

/// The lines of all blocks of a kind, each with what it yields.
fn examples(kind: &'static str) -> Vec<(&'static str, &'static str)> {
    let lines = texts(kind).into_iter().flat_map(str::lines);
    lines
        .map(|line| {
            let (source, expected) = line.split_once("// →").unwrap_or_else(|| panic!("{line}"));
            (source.trim(), expected.trim())
        })
        .collect()
}

fn schema() -> Schema {
    serde_json::from_str(only("attributes")).unwrap()
}

fn now() -> DateTime<Utc> {
    "2026-11-21T15:30:00Z".parse().unwrap()
}

/// America/New_York in 2026.
fn new_york() -> Zone {
    let transitions = [("2026-03-08T07:00:00Z", -240), ("2026-11-01T06:00:00Z", -300)];
    let transitions = transitions.map(|(time, offset_minutes)| Transition {
        at_minutes: u32::try_from(time.parse::<DateTime<Utc>>().unwrap().timestamp() / 60).unwrap(),
        offset_minutes,
    });
    Zone::new(-300, &transitions).unwrap()
}

fn rule(condition: &str) -> Rule {
    let terms = json!({
        "code": "summer-10", "name": "Summer 10 %", "kind": "discount", "condition": condition,
        "attributes": schema(), "effect": {"type": "percentage", "percent": "10"}
    });
    let terms = Terms::parse(&terms).unwrap_or_else(|errors| panic!("{condition}: {errors:?}"));
    let organization = engine::ids::OrganizationId::from_parts(1_790_000_000_000, [1; 10]);
    let promotion = engine::ids::PromotionId::from_parts(1_790_000_000_000, [1; 10]);
    Rule::new(organization, promotion, 1, Status::Active, &terms, &new_york())
}

/// Evaluates over the document's request, as a program and as a trace.
fn evaluate(source: &str) -> Result<String, Vec<Diagnostic>> {
    let condition = Condition::check(source, &schema())?;
    let mut evaluator = Evaluator::default();
    evaluator
        .read(&rule(source), only("request").as_bytes(), now())
        .unwrap();
    let program = Program::compile(&condition, &new_york());
    let outcome = program.evaluate(evaluator.inputs(), &mut Machine::default());
    let (explained, _) = explain(&condition, evaluator.inputs(), &new_york());
    assert_eq!(outcome, explained, "{source}");
    Ok(match outcome {
        Outcome::Met => "true".to_owned(),
        Outcome::NotMet { absent: false, .. } => "false".to_owned(),
        Outcome::NotMet { absent: true, .. } => "absent".to_owned(),
        Outcome::Fault { kind, .. } => format!("refused: {kind}"),
    })
}

fn codes(diagnostics: &[Diagnostic]) -> String {
    let codes: Vec<_> = diagnostics.iter().map(|one| one.code.as_str()).collect();
    codes.join(", ")
}

/// What an example yields. A part that is no condition is compared with the expected value; an outcome that no value
/// has, with itself.
fn found(source: &str, expected: &str) -> String {
    if expected.starts_with("warning: ") {
        let condition = Condition::check(source, &schema()).unwrap();
        assert!(condition.warnings().iter().all(|one| one.severity == Severity::Warning));
        return format!("warning: {}", codes(condition.warnings()));
    }
    let errors = match evaluate(source) {
        Ok(outcome) => return outcome,
        Err(errors) => errors,
    };
    if expected.starts_with("error: ") {
        return format!("error: {}", codes(&errors));
    }
    assert_eq!(codes(&errors), "not_boolean", "{source}: {errors:?}");
    let is_outcome = expected == "absent" || expected.starts_with("refused: ");
    let other = if is_outcome { source } else { expected };
    let outcome = evaluate(&format!("({source}) == ({other})")).unwrap_or_else(|errors| panic!("{source}: {errors:?}"));
    if outcome == "true" {
        expected.to_owned()
    } else {
        outcome
    }
}

#[test]
fn conditions_yield_what_is_said() {
    let mut failed = Vec::new();
    for (source, expected) in examples("condition") {
        let found = found(source, expected);
        if found != expected {
            failed.push(format!("{source}\n  said  {expected}\n  found {found}"));
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

#[test]
fn declarations_are_stored_as_is_said() {
    for (source, expected) in examples("declaration") {
        let json: Value = serde_json::from_str(source).unwrap();
        match Attribute::parse(&json) {
            Ok(attribute) => {
                let expected: Value = serde_json::from_str(expected).unwrap_or_else(|_| panic!("{source} is valid"));
                assert_eq!(serde_json::to_value(&attribute).unwrap(), expected, "{source}");
            }
            Err(_) => assert_eq!(expected, "error", "{source}"),
        }
    }
}

#[test]
fn bodies_have_the_errors_that_are_said() {
    assert!(DOCUMENT.contains(&format!("`{BODY_CONDITION}`")));
    let rule = rule(BODY_CONDITION);
    for text in texts("body") {
        let (body, expected) = text.split_once('\n').unwrap();
        let found = match Evaluator::default().read(&rule, body.as_bytes(), now()) {
            Ok(()) => Vec::new(),
            Err(EvaluateError::Invalid(errors)) => errors,
            Err(error @ (EvaluateError::Malformed(_) | EvaluateError::LocationsNeeded)) => panic!("{error}: {body}"),
        };
        let found: String = found
            .iter()
            .map(|error| format!("→ {} {}\n", error.pointer, error.code))
            .collect();
        assert_eq!(found, expected, "{body}");
    }
}

#[test]
fn traces_are_what_is_said() {
    let blocks = blocks();
    let mut count = 0;
    for pair in blocks.windows(2) {
        let [source, expected] = pair else {
            panic!("a window of two")
        };
        if source.kind != "trace" {
            continue;
        }
        count += 1;
        let source = source.text.trim();
        let mut evaluator = Evaluator::default();
        evaluator
            .read(&rule(source), only("request").as_bytes(), now())
            .unwrap();
        let condition = Condition::check(source, &schema()).unwrap();
        let (_, traces) = explain(&condition, evaluator.inputs(), &new_york());
        let expected: Value = serde_json::from_str(expected.text).unwrap();
        assert_eq!(
            serde_json::to_value(&traces).unwrap(),
            expected,
            "{source}\n{}",
            serde_json::to_string(&traces).unwrap()
        );
    }
    assert!(count > 0);
}

/// The words in code type of the first cells of all rows.
fn first_cells() -> BTreeSet<&'static str> {
    let rows = DOCUMENT.lines().filter_map(|line| line.strip_prefix("| "));
    let cells = rows.filter_map(|row| row.split(" | ").next());
    cells.flat_map(|cell| cell.split('`').skip(1).step_by(2)).collect()
}

#[test]
fn tables_are_complete() {
    let cells = first_cells();
    for code in DiagnosticCode::ALL {
        assert!(cells.contains(code.as_str()), "{code:?}");
    }
    for name in BUILT_IN_NAMES {
        assert!(cells.contains(name), "{name}");
    }
    for name in function_names() {
        // Those of literals stand with the literals.
        let form = format!("{name}(");
        assert!(cells.iter().any(|cell| cell.starts_with(&form)), "{name}");
        let examples = examples("condition");
        assert!(
            examples.iter().any(|(source, _)| source.contains(&form)),
            "{name} has no example"
        );
    }
}

#[test]
fn limits_are_those_of_the_code() {
    let check = |text: &str, limit: usize| {
        let mut digits = limit.to_string();
        if digits.len() > 3 {
            digits.insert(digits.len() - 3, ',');
        }
        let text = text.replace("{}", &digits);
        assert!(DOCUMENT.contains(&text), "{text}");
    };
    check("| source | {} bytes |", MAX_SOURCE_BYTES);
    check("inside each other | {} |", MAX_DEPTH);
    check("do not count | {} |", MAX_NODES);
    check("and in a request | {} |", MAX_LIST_ELEMENTS);
    check("| a name | {} bytes |", MAX_NAME_BYTES);
    check("| steps of an evaluation | {} |", FUEL as usize);
    check("| attributes | {} |", MAX_ATTRIBUTES);
    check("| a type | {} bytes |", MAX_TYPE_BYTES);
    check("| types inside each other | {} |", MAX_TYPE_DEPTH);
    check("| fields of an object | {} |", MAX_FIELDS);
    check("JSON of at most {} bytes", MAX_BODY_BYTES);
}
