//! The cases of `cases/*.toml`, each through one `check`.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::wildcard_enum_match_arm,
    reason = "a test may fail loudly"
)]

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use engine::evaluate::{Decision, EvaluateError, evaluate};
use engine::expression::{AttributeType, Condition, Inputs, Schema, Value};
use engine::promotion::{Rule, Status, Terms};
use serde::Deserialize;
use serde_json::json;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ConditionCases {
    attributes: BTreeMap<String, AttributeType>,
    inputs: BTreeMap<String, toml::Value>,
    case: Vec<ConditionCase>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ConditionCase {
    source: String,
    holds: Option<bool>,
    #[serde(default)]
    diagnostics: Vec<String>,
}

fn value(value: &toml::Value) -> Value {
    match value {
        // Decimals stand as strings behind a `#`: TOML's numbers are floats.
        toml::Value::String(text) => match text.strip_prefix('#') {
            Some(number) => Value::Number(number.parse().unwrap()),
            None => Value::String(text.clone()),
        },
        toml::Value::Boolean(value) => Value::Boolean(*value),
        other => panic!("no input: {other}"),
    }
}

/// What the case says should happen, and what does.
fn check(schema: &Schema, inputs: &Inputs<'_>, case: &ConditionCase) -> Result<(), String> {
    let source = &case.source;
    let (holds, diagnostics) = match Condition::compile(source, schema) {
        Ok(condition) => (Some(condition.evaluate(inputs)), Vec::new()),
        Err(diagnostics) => (None, diagnostics),
    };
    let in_source = diagnostics.iter().all(|d| source.get(d.start..d.end).is_some());
    let shown: Vec<_> = diagnostics
        .iter()
        .map(|d| format!("{}..{} {}: {}", d.start, d.end, d.code, d.message))
        .collect();
    if holds == case.holds && shown == case.diagnostics && in_source {
        return Ok(());
    }
    Err(format!(
        "{source}\n  expected {:?} {:#?}\n  found    {holds:?} {shown:#?}",
        case.holds, case.diagnostics
    ))
}

#[test]
fn conditions() {
    let cases: ConditionCases = toml::from_str(include_str!("cases/conditions.toml")).unwrap();
    let inputs = cases
        .inputs
        .iter()
        .map(|(name, input)| (name.as_str(), value(input)))
        .collect();
    let failed: Vec<_> = cases
        .case
        .iter()
        .filter_map(|case| check(&cases.attributes, &inputs, case).err())
        .collect();
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

#[test]
fn limits() {
    let schema = Schema::from([
        ("a".to_owned(), AttributeType::Boolean),
        ("n".to_owned(), AttributeType::Number),
    ]);
    let check = |source: &str, code: Option<&str>| {
        let found = Condition::compile(source, &schema)
            .err()
            .map(|diagnostics| diagnostics[0].code.clone());
        assert_eq!(found.as_deref(), code, "{:.60}", source);
    };
    check(&format!("{}a{}", "(".repeat(31), ")".repeat(31)), None);
    check(&format!("{}a{}", "(".repeat(32), ")".repeat(32)), Some("too_deep"));
    check(&"(".repeat(4_000), Some("too_deep"));
    check(&"[".repeat(4_000), Some("too_deep"));
    check(&format!("{} a", "not ".repeat(31)), None);
    check(&format!("{} a", "not ".repeat(32)), Some("too_deep"));
    check(&format!("{}a", "!".repeat(4_000)), Some("too_deep"));
    check(&format!("a{}", " and a".repeat(254)), None);
    check(&format!("a{}", " and a".repeat(255)), Some("too_many_nodes"));
    check(&format!("n in [1{}]", ",1".repeat(999)), None);
    check(&format!("n in [1{}]", ",1".repeat(1_000)), Some("list_too_long"));
    check(&format!("n > 1{}", " ".repeat(4_096)), Some("too_long"));
    check(&format!("{} > 1", "x".repeat(65)), Some("name_too_long"));
    check(&format!("n > {}", "1".repeat(40)), Some("number_too_long"));
    check(&format!("'{}' == '('", "(".repeat(100)), None);
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EvaluationCases {
    case: Vec<EvaluationCase>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EvaluationCase {
    name: String,
    /// Replaces fields of the example promotion.
    #[serde(default)]
    promotion: serde_json::Map<String, serde_json::Value>,
    #[serde(default = "active")]
    status: Status,
    now: Option<DateTime<Utc>>,
    body: String,
    expected: String,
}

fn active() -> Status {
    Status::Active
}

fn rule(case: &EvaluationCase) -> Rule {
    let mut terms = json!({
        "code": "summer-10", "name": "Summer 10 %", "kind": "discount",
        "condition": "total >= 100 and quantity > 2 and payment_method in ['visa', 'oca']",
        "attributes": {"total": "number", "quantity": "integer", "payment_method": "string"},
        "effect": {"type": "percentage", "percent": "10"}
    });
    terms.as_object_mut().unwrap().extend(case.promotion.clone());
    let terms = Terms::parse(&terms).unwrap_or_else(|errors| panic!("{}: {errors:?}", case.name));
    let (millis, random) = (1_790_000_000_000, [1; 10]);
    let organization = engine::ids::OrganizationId::from_parts(millis, random);
    let promotion = engine::ids::PromotionId::from_parts(millis, random);
    Rule::new(organization, promotion, 1, case.status, terms)
}

fn outcome(rule: &Rule, body: &[u8], now: DateTime<Utc>) -> String {
    match evaluate(rule, body, now) {
        Ok(evaluation) => match evaluation.decision {
            Decision::Applicable {
                discount: Some(discount),
            } => format!("applicable {discount}"),
            Decision::Applicable { discount: None } => "applicable".to_owned(),
            Decision::Refused(refusal) => refusal.code.to_string(),
        },
        Err(EvaluateError::Malformed(_)) => "malformed".to_owned(),
        Err(EvaluateError::Invalid(errors)) => {
            let errors: Vec<_> = errors.iter().map(|e| format!("{} {}", e.pointer, e.code)).collect();
            errors.join(", ")
        }
    }
}

#[test]
fn evaluations() {
    let cases: EvaluationCases = toml::from_str(include_str!("cases/evaluations.toml")).unwrap();
    for case in &cases.case {
        let now = case.now.unwrap_or_else(|| "2026-11-21T12:00:00Z".parse().unwrap());
        assert_eq!(
            outcome(&rule(case), case.body.as_bytes(), now),
            case.expected,
            "{}",
            case.name
        );
    }
}

fn fingerprint(body: &str) -> String {
    let case = EvaluationCase {
        name: String::new(),
        promotion: serde_json::Map::new(),
        status: Status::Active,
        now: None,
        body: String::new(),
        expected: String::new(),
    };
    let evaluation = evaluate(&rule(&case), body.as_bytes(), "2026-11-21T12:00:00Z".parse().unwrap()).unwrap();
    evaluation.request.fingerprint().to_owned()
}

#[test]
fn fingerprints_see_values_not_spelling() {
    let first = r#"{"attributes":{"total":120.5,"quantity":3,"payment_method":"visa"},"transaction_id":"t"}"#;
    for same in [
        r#" { "transaction_id" : "t", "attributes" : {"payment_method":"v\u0069sa","total":120.50,"quantity":3.0} } "#,
        r#"{"attributes":{"total":1205e-1,"quantity":3,"payment_method":"visa","other":1},"transaction_id":"t","country":null}"#,
    ] {
        assert_eq!(fingerprint(same), fingerprint(first), "{same}");
    }
    for other in [
        r#"{"attributes":{"total":120.51,"quantity":3,"payment_method":"visa"},"transaction_id":"t"}"#,
        r#"{"attributes":{"total":120.5,"quantity":3,"payment_method":"visa"},"transaction_id":"t","country":"UY"}"#,
        r#"{"attributes":{"total":120.5,"quantity":3,"payment_method":"visa"},"transaction_id":"t","birth_date":"1990-04-05"}"#,
        r#"{"attributes":{"total":120.5,"quantity":3,"payment_method":"visa"},"transaction_id":"t","amount":{"amount":1,"currency":"UYU"}}"#,
        r#"{"attributes":{"total":120.5,"quantity":3,"payment_method":"visa"},"transaction_id":"t","customer_id":"c"}"#,
        r#"{"attributes":{"total":120.5,"quantity":3,"payment_method":"visa"},"transaction_id":"t","coupon_code":"c"}"#,
    ] {
        assert_ne!(fingerprint(other), fingerprint(first), "{other}");
    }
}
