//! Programs compute with small integers where they suffice, the explanation with decimals only: both give one number.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use conformance::Case;
use engine::decimal::parse_json_number;
use engine::evaluate::Evaluator;
use engine::expression::{MAX_TRACED_ELEMENTS, Machine, Outcome, Trace, explain};
use engine::ids::{OrganizationId, PromotionId};
use engine::promotion::{Rule, Status};
use serde_json::value::RawValue;

const CASES: u32 = 4_000;

/// The value that a trace tells last for a part of the source; `None` when some were left out.
fn seen<'t>(traces: &'t [Trace], source: &str, part: &str) -> Option<&'t str> {
    let values = traces.first().map(|trace| &trace.values)?;
    let is_whole = values.len() < MAX_TRACED_ELEMENTS;
    let value = values
        .iter()
        .rfind(|value| source.get(value.start..value.end) == Some(part));
    value.filter(|_| is_whole).map(|value| value.value.as_str())
}

fn rule(case: &Case) -> Option<(Rule, engine::expression::Condition)> {
    let terms = case.terms().ok()?;
    let (organization, promotion) = (
        OrganizationId::from_parts(0, [0; 10]),
        PromotionId::from_parts(0, [0; 10]),
    );
    let rule = Rule::new(organization, promotion, 1, Status::Active, &terms, &case.zone);
    Some((rule, terms.condition().clone()))
}

#[test]
fn programs_compute_the_numbers_of_the_explanation() {
    let (mut evaluator, mut machine) = (Evaluator::default(), Machine::default());
    let (mut equal, mut faults) = (0, 0);
    for number in 0..CASES {
        let case = Case::arithmetic(11, number);
        let Some((rule, condition)) = rule(&case) else { continue };
        evaluator.read(&rule, case.body.as_bytes(), case.now).unwrap();
        let (explained, traces) = explain(&condition, evaluator.inputs(), &case.zone);
        let outcome = rule.program().evaluate(evaluator.inputs(), &mut machine);
        assert_eq!(outcome, explained, "{case:#?}");
        if let Outcome::Fault { .. } = outcome {
            faults += 1;
            continue;
        }
        let computed = case.source.strip_suffix(" == expected").unwrap();
        let shown = seen(&traces, &case.source, computed);
        let Some(shown) = shown else { continue };
        let body = case.body.replace("\"expected\":0", &format!("\"expected\":{shown}"));
        evaluator.read(&rule, body.as_bytes(), case.now).unwrap();
        let outcome = rule.program().evaluate(evaluator.inputs(), &mut machine);
        assert_eq!(outcome, Outcome::Met, "{shown}\n{case:#?}");
        equal += 1;
    }
    assert!(equal > CASES / 2, "only {equal} of {CASES} were compared");
    assert!(faults > CASES / 50, "only {faults} of {CASES} failed");
}

type Holds = fn(Ordering) -> bool;

#[test]
fn numbers_compare_by_value() {
    let operators: [(&str, Holds); 6] = [
        ("==", Ordering::is_eq),
        ("!=", Ordering::is_ne),
        ("<", Ordering::is_lt),
        ("<=", Ordering::is_le),
        (">", Ordering::is_gt),
        (">=", Ordering::is_ge),
    ];
    let rules = operators.map(|(operator, holds)| {
        let case = Case::arithmetic(13, 0);
        let source = format!("a {operator} b");
        (rule(&Case { source, ..case }).unwrap().0, operator, holds)
    });
    let (mut evaluator, mut machine) = (Evaluator::default(), Machine::default());
    let mut equal = 0;
    for number in 0..CASES {
        let case = Case::arithmetic(13, number);
        let body: Body = serde_json::from_str(&case.body).unwrap();
        let [a, b] = ["a", "b"].map(|name| parse_json_number(body.attributes[name].get()).unwrap());
        equal += u32::from(a == b);
        for (rule, operator, holds) in &rules {
            evaluator.read(rule, case.body.as_bytes(), case.now).unwrap();
            let met = rule.program().evaluate(evaluator.inputs(), &mut machine) == Outcome::Met;
            assert_eq!(met, holds(a.cmp(&b)), "a {operator} b: {}", case.body);
        }
    }
    assert!(equal > CASES / 50, "only {equal} of {CASES} were equal");
}

#[derive(serde::Deserialize)]
pub(super) struct Body {
    pub(super) attributes: BTreeMap<String, Box<RawValue>>,
}

#[test]
fn a_number_is_shown_with_the_digits_that_were_sent() {
    let mut evaluator = Evaluator::default();
    let mut checked = 0;
    for number in 0..CASES {
        let case = Case::arithmetic(12, number);
        let Some((rule, condition)) = rule(&case) else { continue };
        evaluator.read(&rule, case.body.as_bytes(), case.now).unwrap();
        let (_, traces) = explain(&condition, evaluator.inputs(), &case.zone);
        let body: Body = serde_json::from_str(&case.body).unwrap();
        for (name, text) in &body.attributes {
            let exact = parse_json_number(text.get()).unwrap().to_string();
            if let Some(shown) = seen(&traces, &case.source, name) {
                assert_eq!(shown, exact, "{name} of {case:#?}");
                checked += 1;
            }
        }
    }
    assert!(checked > CASES, "only {checked} numbers were compared");
}
