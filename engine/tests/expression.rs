//! The cases of `cases/*.toml`, each through one `check`.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::wildcard_enum_match_arm,
    reason = "a test may fail loudly"
)]

use chrono::{DateTime, Utc};
use engine::evaluate::{Decision, EvaluateError, Evaluator};
use engine::expression::{AttributeType, Condition, FUEL, Machine, Outcome, Program, Schema, explain};
use engine::promotion::{Rule, Status, Terms};
use engine::zone::{Transition, Zone};
use serde::Deserialize;
use serde_json::json;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ConditionCases {
    attributes: Schema,
    request: RequestCase,
    group: Vec<ConditionGroup>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RequestCase {
    body: String,
    now: DateTime<Utc>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ConditionGroup {
    name: String,
    cases: Vec<(String, String)>,
}

/// America/New_York in 2026.
fn new_york() -> Zone {
    let at = |time: &str| {
        let seconds = time.parse::<DateTime<Utc>>().unwrap().timestamp();
        u32::try_from(seconds / 60).unwrap()
    };
    let transitions = [("2026-03-08T07:00:00Z", -240), ("2026-11-01T06:00:00Z", -300)];
    let transitions = transitions.map(|(time, offset_minutes)| Transition {
        at_minutes: at(time),
        offset_minutes,
    });
    Zone::new(-300, &transitions).unwrap()
}

fn word(outcome: Outcome) -> String {
    match outcome {
        Outcome::Met => "met".to_owned(),
        Outcome::NotMet { absent: false, .. } => "not met".to_owned(),
        Outcome::NotMet { absent: true, .. } => "absent".to_owned(),
        Outcome::Fault { kind, .. } => kind.to_string(),
    }
}

/// Every way to the decision: compiled with and without folding, stored and loaded again, walked for its trace, and all
/// that once more for the printed tree.
fn outcomes(source: &str, cases: &ConditionCases) -> Result<Vec<Outcome>, String> {
    let mut outcomes = Vec::new();
    let printed = engine::expression::parse(source)
        .map_err(|error| error.message)?
        .to_string();
    for (source, is_printed) in [(source, false), (printed.as_str(), true)] {
        let condition =
            Condition::check(source, &cases.attributes).map_err(|errors| format!("{source}: {errors:?}"))?;
        let zone = new_york();
        let program = Program::compile(&condition, &zone);
        let loaded = Program::load(&program.to_bytes()).map_err(|error| error.to_string())?;
        let mut evaluator = Evaluator::default();
        let mut machine = Machine::default();
        let rule = rule_of(source, &cases.attributes, &zone);
        let body = cases.request.body.as_bytes();
        evaluator
            .read(&rule, body, cases.request.now)
            .map_err(|error| format!("{error:?}"))?;
        let inputs = evaluator.inputs();
        let unoptimised = Program::compile_unoptimised(&condition, &zone);
        let (outcome, steps) = program.evaluate_with(inputs, &mut machine, FUEL);
        if u64::from(steps) > condition.most_steps() + 1 {
            return Err(format!("{source}: {steps} steps, at most {}", condition.most_steps()));
        }
        let (explained, traces) = explain(&condition, inputs, &zone);
        let others = [
            unoptimised.evaluate(inputs, &mut machine),
            loaded.evaluate(inputs, &mut machine),
            explained,
        ];
        if others.iter().any(|other| *other != outcome) {
            return Err(format!("{source}: {outcome:?}, but {others:?}, {traces:#?}"));
        }
        if !is_printed {
            outcomes.extend(others);
        }
        outcomes.push(outcome);
    }
    Ok(outcomes)
}

fn check(source: &str, expected: &str, cases: &ConditionCases) -> Result<(), String> {
    let found: Vec<_> = outcomes(source, cases)?.into_iter().map(word).collect();
    if found.iter().all(|found| found == expected) {
        return Ok(());
    }
    Err(format!("{source}\n  expected {expected}\n  found    {found:?}"))
}

#[test]
fn conditions() {
    let cases: ConditionCases = toml::from_str(include_str!("cases/conditions.toml")).unwrap();
    let mut failed = Vec::new();
    for group in &cases.group {
        for (source, expected) in &group.cases {
            if let Err(error) = check(source, expected, &cases) {
                failed.push(format!("{}: {error}", group.name));
            }
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

/// What a condition costs: steps that it takes for the request of the cases, which are fewer when operations are fused,
/// and the most that it can take.
#[test]
fn steps() {
    let cases: ConditionCases = toml::from_str(include_str!("cases/conditions.toml")).unwrap();
    let zone = new_york();
    let failed: Vec<_> = [
        ("true == member", 2, 9),
        ("total >= 100 and quantity > 2 and method in ['visa', 'oca']", 5, 280),
        ("quantity in prices", 4, 256),
        ("quantity in [1, 2, quantity]", 8, 265),
        ("quantity in [quantity, 2, 3, 4, 5, 6, 7, 8]", 17, 280),
        ("-quantity < 0 and not (total == quantity)", 10, 24),
        ("quantity between 1 and total", 6, 12),
        ("not member or gift or vip", 9, 18),
        ("(if member then total else quantity) > 1", 7, 18),
        ("method + 'card' == 'visacard'", 6, 12_307),
        ("method + '0123456789ab' != ''", 7, 12_307),
        ("method + '0123456789abcdefghijklmnopqr' != ''", 8, 12_310),
        ("lower('0123456789abcdefghijklmnopqrstuv' + method) != ''", 11, 49_217),
        ("starts_with(method, '0123456789abcdefghijklmnopqrstuv')", 6, 12_307),
        ("len(prices) == 3", 5, 12_301),
        ("min(total, quantity, 5) == 3", 8, 24_604),
        ("any(lines, l => l.sku == 'A')", 6, 11_005),
        ("any(lines, l => l.sku + method == 'A')", 18, 12_321_005),
        ("all(lines, l => any(l.tags, t => t == l.sku))", 10, 11_007_005),
        ("count([1, 2, 3], n => n > total) == 0", 17, 53),
        (
            "any(tags, t => t + 'x' == 'b') or any(lines, l => l.sku == 'C-9')",
            29,
            47_014,
        ),
        ("all(lines, l => l.price * l.quantity >= 0)", 13, 17_005),
        ("sum(lines, l => l.price * l.quantity) > 1", 11, 11_011),
        ("sum(lines, l => l.price) > 1", 11, 5_011),
        ("sum(lines, l => l.weight) > 1", 8, 5_011),
    ]
    .into_iter()
    .filter_map(|(source, taken, most): (&str, u32, u64)| {
        let condition = Condition::check(source, &cases.attributes).unwrap();
        let rule = rule_of(source, &cases.attributes, &zone);
        let mut evaluator = Evaluator::default();
        evaluator
            .read(&rule, cases.request.body.as_bytes(), cases.request.now)
            .unwrap();
        let program = Program::compile(&condition, &zone);
        let evaluate = |fuel| program.evaluate_with(evaluator.inputs(), &mut Machine::default(), fuel);
        let (outcome, steps) = evaluate(FUEL);
        assert_eq!(evaluate(steps), (outcome, steps), "{source}");
        let (short, all) = evaluate(steps - 1);
        assert_eq!(
            (word(short).as_str(), all),
            ("more steps than an evaluation may take", steps - 1),
            "{source}"
        );
        let found = (source, steps, condition.most_steps());
        (found != (source, taken, most)).then(|| format!("{found:?}"))
    })
    .collect();
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

/// A program is stored with what it needs.
#[test]
fn programs_are_small() {
    let cases: ConditionCases = toml::from_str(include_str!("cases/conditions.toml")).unwrap();
    let stored = |source: &str, zone: &Zone| {
        let condition = Condition::check(source, &cases.attributes).unwrap();
        Program::compile(&condition, zone).to_bytes()
    };
    let (new_york, utc) = (new_york(), Zone::utc());
    assert_eq!(stored("total > 1", &new_york), stored("total > 1", &utc));
    assert_ne!(stored("hour(now) > 1", &new_york), stored("hour(now) > 1", &utc));
    let shares = |one: &str, other: &str| {
        let size = |first: &str| stored(&format!("total == {first} and quantity == {other}"), &utc).len();
        size(one) < size("7")
    };
    assert!(shares("1", "1"));
    assert!(!shares("1", "2"));
    // They print differently.
    assert!(!shares("1", "1.0"));
}

#[test]
fn limits() {
    let schema = Schema::from([
        ("a".to_owned(), AttributeType::Boolean.into()),
        ("n".to_owned(), AttributeType::Number.into()),
    ]);
    let check = |source: &str, code: Option<&str>| {
        let found = Condition::check(source, &schema)
            .err()
            .map(|diagnostics| diagnostics[0].code.clone());
        assert_eq!(found.as_deref(), code, "{:.60}", source);
    };
    check(&format!("{}a{}", "(".repeat(31), ")".repeat(31)), None);
    check(&format!("{}a{}", "(".repeat(32), ")".repeat(32)), Some("too_deep"));
    check(&"(".repeat(4_000), Some("too_deep"));
    check(&"[".repeat(4_000), Some("too_deep"));
    // A comparison neither opens nor closes anything.
    check(&format!("n < 1{}", " or n < 1".repeat(63)), None);
    check(&format!("n > 1{}", " or n > 1".repeat(63)), None);
    for open in [
        "(1 > ",
        "(a == (1 >= n) and ",
        "any([true], x => ",
        "if 1 > (2) then a else ",
        "[1 > ",
    ] {
        check(&open.repeat(4_096 / open.len()), Some("too_deep"));
    }
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
    let rule = rule_with(&terms, case.status, &Zone::utc());
    let coupons = serde_json::from_str(include_str!("data/coupon_set.v1.json")).unwrap();
    rule.with_ledger(1, false, Some(coupons))
}

fn rule_of(condition: &str, attributes: &Schema, zone: &Zone) -> Rule {
    let terms = json!({
        "code": "summer-10", "name": "Summer 10 %", "kind": "discount",
        "condition": condition, "attributes": attributes, "effect": {"type": "percentage", "percent": "10"}
    });
    rule_with(&terms, Status::Active, zone)
}

fn rule_with(terms: &serde_json::Value, status: Status, zone: &Zone) -> Rule {
    let terms = Terms::parse(terms).unwrap_or_else(|errors| panic!("{terms}: {errors:?}"));
    let (millis, random) = (1_790_000_000_000, [1; 10]);
    let organization = engine::ids::OrganizationId::from_parts(millis, random);
    let promotion = engine::ids::PromotionId::from_parts(millis, random);
    Rule::new(organization, promotion, 1, status, &terms, zone)
}

fn outcome(evaluator: &mut Evaluator, rule: &Rule, body: &[u8], now: DateTime<Utc>) -> String {
    match evaluator.evaluate(rule, body, now) {
        Ok(evaluation) => match evaluation.decision {
            Decision::Applicable {
                discount: Some(discount),
            } => format!("applicable {discount}"),
            Decision::Applicable { discount: None } => "applicable".to_owned(),
            Decision::Refused(refusal) => refusal.code.to_string(),
        },
        Err(EvaluateError::Malformed(_)) => "malformed".to_owned(),
        Err(error @ EvaluateError::LocationsNeeded) => panic!("{error}"),
        Err(EvaluateError::Invalid(errors)) => {
            let errors: Vec<_> = errors.iter().map(|e| format!("{} {}", e.pointer, e.code)).collect();
            errors.join(", ")
        }
    }
}

#[test]
fn lists_and_errors_are_bounded() {
    let schema: Schema = serde_json::from_value(json!({
        "lines": "list<object{quantity: integer}>", "shop": "object{open: boolean}",
    }))
    .unwrap();
    let rule = rule_of("any(lines, l => l.quantity > 1) and shop.open", &schema, &Zone::utc());
    let errors = |lines: &str, shop: &str| {
        let body = format!(r#"{{"transaction_id": "t", "attributes": {{"lines": {lines}, "shop": {shop}}}}}"#);
        match Evaluator::default().evaluate(&rule, body.as_bytes(), DateTime::UNIX_EPOCH) {
            Err(EvaluateError::Invalid(errors)) => errors,
            other => panic!("{body:.60}: {other:?}"),
        }
    };
    let details = |lines: &str, shop: &str| -> Vec<_> {
        let errors = errors(lines, shop).into_iter();
        errors
            .map(|error| format!("{} {}", error.pointer, error.detail))
            .collect()
    };
    let line = r#"{"quantity": 2},"#;
    assert_eq!(
        details(&format!("[{}7]", line.repeat(1_000)), r#"{"open": true}"#),
        ["/attributes/lines Send at most 1000 elements."]
    );
    assert_eq!(
        details("{}", "[]"),
        ["/attributes/lines Send a list.", "/attributes/shop Send an object."]
    );
    assert_eq!(errors(&format!("[{}7]", "7,".repeat(59)), "{}").len(), 50);
}

#[test]
fn evaluations() {
    let cases: EvaluationCases = toml::from_str(include_str!("cases/evaluations.toml")).unwrap();
    // The order of the keys before is expected again, which must change nothing.
    let mut used = Evaluator::default();
    for case in &cases.case {
        let rule = rule(case);
        let now = case.now.unwrap_or_else(|| "2026-11-21T12:00:00Z".parse().unwrap());
        for evaluator in [&mut Evaluator::default(), &mut used] {
            let found = outcome(evaluator, &rule, case.body.as_bytes(), now);
            assert_eq!(found, case.expected, "{}", case.name);
        }
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
    let (rule, now) = (rule(&case), "2026-11-21T12:00:00Z".parse().unwrap());
    let mut evaluator = Evaluator::default();
    let evaluation = evaluator.evaluate(&rule, body.as_bytes(), now).unwrap();
    evaluation.request.fingerprint()
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

/// Retries of an order may meet two releases: both have to give it the same fingerprint.
#[test]
fn fingerprints_are_pinned() {
    let schema: Schema = serde_json::from_value(json!({
        "gift": "boolean", "weight": "number", "count": "integer", "huge": "number", "note": "string",
        "day": "date", "at": "date_time", "tags": "list<string>", "sizes": "list<number>",
        "lines": "list<object{sku: string, price: number, parts: list<object{n: integer}>}>",
        "store": "object{name: string, open: boolean}", "absent": "string?",
    }))
    .unwrap();
    let condition = "gift and weight > 0 and count > 0 and huge > 0 and note != '' and day > date('2020-01-01') and \
        at > date_time('2020-01-01T00:00') and 'a' in tags and sum(sizes, s => s) > 0 and \
        any(lines, l => l.price > 0 and l.sku != '' and any(l.parts, p => p.n > 0)) and \
        store.open and store.name != '' and default(absent, '') == ''";
    let rule = rule_of(condition, &schema, &Zone::utc());
    let body = r#"{
        "attributes": {
            "gift": true, "weight": 0.750, "count": -100, "huge": 1234567890123456789012345.60, "note": "for Ana, año",
            "day": "2026-11-21", "at": "2026-11-21T10:00:00.5-03:00", "tags": ["a", "", "b"], "sizes": [0, 1.0, 42, 9223372036854775807, -0],
            "lines": [{"sku": "x", "price": 1e3, "parts": []}, {"sku": "y", "price": 0.5, "parts": [{"n": 1}, {"n": 2}]}],
            "store": {"name": "Centro", "open": false}
        },
        "transaction_id": "t", "customer_id": "c-77", "coupon_code": "SUMMER-1", "country": "UY", "city": "MVD",
        "birth_date": "1990-04-05", "amount": {"amount": 1205, "currency": "UYU"}
    }"#;
    let mut evaluator = Evaluator::default();
    let now = "2026-11-21T12:00:00Z".parse().unwrap();
    let evaluation = evaluator.evaluate(&rule, body.as_bytes(), now).unwrap();
    assert_eq!(
        evaluation.request.fingerprint(),
        "3cfe4f6898580541ecb633434b1844dad0f01661c1322bd7cb55a76a8e00a4bd"
    );
    assert_eq!(
        fingerprint(r#"{"attributes":{"total":120.5,"quantity":3,"payment_method":"visa"},"transaction_id":"t"}"#),
        "e9bb7a2e19efaf7089e7afe72f892443e41807412be2b635b1ee8b6c5e22dcfa"
    );
}
