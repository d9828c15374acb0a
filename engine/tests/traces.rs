//! Traces beside their source, as snapshots in `snapshots/`: painted as an app would, and as JSON. After a change,
//! `INSTA_UPDATE=always cargo test -p engine --test traces` writes them anew: read what differs.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may fail loudly"
)]

use std::fmt::Write as _;

use engine::evaluate::Evaluator;
use engine::expression::{Condition, MAX_TRACED_ELEMENTS, Outcome, Schema, Trace, TraceOutcome, explain, outline};
use engine::promotion::{Rule, Status, Terms};
use engine::zone::Zone;
use serde::Deserialize;
use serde_json::json;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Cases {
    attributes: Schema,
    body: String,
    group: Vec<Group>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Group {
    /// Of its snapshot.
    name: String,
    cases: Vec<String>,
}

fn cases() -> Cases {
    toml::from_str(include_str!("cases/traces.toml")).unwrap()
}

fn explained(source: &str, attributes: &Schema, body: &str) -> (Outcome, Vec<Trace>) {
    let terms = json!({
        "code": "summer-10", "name": "Summer 10 %", "kind": "discount", "condition": source,
        "attributes": attributes, "effect": {"type": "percentage", "percent": "10"}
    });
    let terms = Terms::parse(&terms).unwrap_or_else(|errors| panic!("{source}: {errors:?}"));
    let organization = engine::ids::OrganizationId::from_parts(1_790_000_000_000, [1; 10]);
    let promotion = engine::ids::PromotionId::from_parts(1_790_000_000_000, [1; 10]);
    let zone = Zone::utc();
    let rule = Rule::new(organization, promotion, 1, Status::Active, &terms, &zone);
    let mut evaluator = Evaluator::default();
    let now = "2026-11-21T15:30:00Z".parse().unwrap();
    evaluator.read(&rule, body.as_bytes(), now).unwrap();
    let condition = Condition::check(source, attributes).unwrap();
    let (outcome, traces) = explain(&condition, evaluator.inputs(), &zone);
    check_outline(&outline(rule.program(), outcome), &traces, source);
    (outcome, traces)
}

/// The outline says what the traces say, without values and parts, of all but what is the same for every request: what is
/// always true, and what stands behind something that never is.
fn check_outline(outline: &[Trace], traces: &[Trace], source: &str) {
    let without_details = |trace: &Trace| Trace {
        values: Vec::new(),
        parts: Vec::new(),
        ..trace.clone()
    };
    let listed = |trace: &&Trace| {
        outline
            .iter()
            .any(|one| (one.start, one.end) == (trace.start, trace.end))
    };
    let (same, constant): (Vec<_>, Vec<_>) = traces.iter().partition(listed);
    let same: Vec<_> = same.into_iter().map(without_details).collect();
    assert_eq!(outline, same, "{source}");
    let is_constant = |trace: &&Trace| matches!(trace.outcome, TraceOutcome::True | TraceOutcome::Skipped);
    assert!(constant.iter().all(is_constant), "{source}: {constant:?}");
}

const fn paint(outcome: TraceOutcome) -> char {
    match outcome {
        TraceOutcome::True => '+',
        TraceOutcome::False => '-',
        TraceOutcome::Absent => '?',
        TraceOutcome::Fault => '!',
        TraceOutcome::Skipped => '.',
    }
}

/// A line for each trace: its outcome under its place, then what it saw.
fn draw(source: &str, traces: &[Trace], text: &mut String) {
    for trace in traces {
        let columns = |end: usize| source[..end].chars().count();
        let line: String = (0..columns(source.len()))
            .map(|column| {
                let is_inside = (columns(trace.start)..columns(trace.end)).contains(&column);
                if is_inside { paint(trace.outcome) } else { ' ' }
            })
            .collect();
        let element = trace.element.map(|element| format!("element {element}"));
        let values = trace
            .values
            .iter()
            .map(|value| format!("{} = {}", &source[value.start..value.end], value.value));
        let notes: Vec<_> = element.into_iter().chain(values).collect();
        writeln!(text, "{}", format!("{line}   {}", notes.join(", ")).trim_end()).unwrap();
        draw(source, &trace.parts, text);
    }
}

/// Parts lie inside what they are part of, in the order of the source, and so do values.
fn check_places(source: &str, traces: &[Trace], (start, end): (usize, usize)) {
    for trace in traces {
        assert!(
            start <= trace.start && trace.start < trace.end && trace.end <= end,
            "{source}: {trace:?}"
        );
        assert!(source.get(trace.start..trace.end).is_some(), "{source}: {trace:?}");
        for value in &trace.values {
            let inside = trace.start <= value.start && value.start < value.end && value.end <= trace.end;
            assert!(inside, "{source}: {value:?}");
        }
        check_places(source, &trace.parts, (trace.start, trace.end));
    }
}

/// The requirement that decided is the one that the outcome names, and none after it was looked at.
fn check_outcome(source: &str, outcome: Outcome, traces: &[Trace]) {
    let met = traces
        .iter()
        .take_while(|trace| trace.outcome == TraceOutcome::True)
        .count();
    let expected = match outcome {
        Outcome::Met => {
            assert_eq!(met, traces.len(), "{source}");
            return;
        }
        Outcome::NotMet { at, absent } => {
            assert_eq!((traces[met].start, traces[met].end), (at.start, at.end), "{source}");
            if absent {
                TraceOutcome::Absent
            } else {
                TraceOutcome::False
            }
        }
        Outcome::Fault { at, .. } => {
            assert!(traces[met].start <= at.start && at.end <= traces[met].end, "{source}");
            TraceOutcome::Fault
        }
    };
    assert_eq!(traces[met].outcome, expected, "{source}");
    let rest = &traces[met + 1..];
    assert!(
        rest.iter().all(|trace| trace.outcome == TraceOutcome::Skipped),
        "{source}"
    );
}

#[test]
fn snapshots() {
    let cases = cases();
    for group in &cases.group {
        let mut text = String::new();
        for source in &group.cases {
            let (outcome, traces) = explained(source, &cases.attributes, &cases.body);
            check_places(source, &traces, (0, source.len()));
            check_outcome(source, outcome, &traces);
            writeln!(text, "{source}").unwrap();
            draw(source, &traces, &mut text);
            for trace in &traces {
                let json = serde_json::to_string(trace).unwrap();
                assert_eq!(serde_json::from_str::<Trace>(&json).unwrap(), *trace);
                writeln!(text, "{json}").unwrap();
            }
            text.push('\n');
        }
        insta::assert_snapshot!(format!("traces_{}", group.name), text);
    }
}

#[test]
fn long_lists_show_the_first_elements_and_the_last_that_was_asked() {
    let attributes = serde_json::from_str(r#"{"numbers": "list<integer>"}"#).unwrap();
    let numbers: Vec<_> = (0..1_000).collect();
    let body = json!({"transaction_id": "t", "attributes": {"numbers": numbers}}).to_string();
    let check = |source: &str, expected: Vec<u32>| {
        let (_, traces) = explained(source, &attributes, &body);
        let elements: Vec<_> = traces[0].parts.iter().filter_map(|part| part.element).collect();
        assert_eq!(elements, expected, "{source}");
    };
    let first = 0..u32::try_from(MAX_TRACED_ELEMENTS).unwrap();
    check("any(numbers, n => n == 777)", first.clone().chain([777]).collect());
    check("any(numbers, n => n == 7)", (0..=7).collect());
    check("all(numbers, n => n < 999)", first.clone().chain([999]).collect());
    check("count(numbers, n => n >= 0) == 1000", first.chain([999]).collect());
}
