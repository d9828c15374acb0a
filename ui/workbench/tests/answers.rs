//! What the workbench answers, case by case, and that it answers whatever it is given.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test says what it expects by failing"
)]

use proptest::prelude::*;
use serde_json::{Value, json};

fn answer(call: fn(&str) -> String, input: &Value) -> Value {
    serde_json::from_str(&call(&input.to_string())).unwrap()
}

/// Pointers and codes of a refusal.
fn errors(answer: &Value) -> Vec<(String, String)> {
    let errors = answer["errors"].as_array().unwrap().iter();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    errors
        .map(|error| (text(&error["pointer"]), text(&error["code"])))
        .collect()
}

fn check_errors(answer: &Value, expected: &[(&str, &str)]) {
    let found = errors(answer);
    let found: Vec<_> = found
        .iter()
        .map(|(pointer, code)| (pointer.as_str(), code.as_str()))
        .collect();
    assert_eq!(found, expected, "{answer}");
}

#[test]
fn conditions_are_checked_as_by_the_api() {
    let check = |input: Value, expected: Value| assert_eq!(answer(workbench::check_condition, &input), expected);
    check(
        json!({"condition": "total >= 100 and age > 17", "attributes": {"total": "number"}}),
        json!({"valid": true, "diagnostics": [], "references": ["age", "total"]}),
    );
    let doubtful = answer(workbench::check_condition, &json!({"condition": "country == 'uy'"}));
    assert_eq!(doubtful["valid"], true);
    assert_eq!(doubtful["diagnostics"][0]["code"], "always_false");
    assert_eq!(doubtful["diagnostics"][0]["replacement"], "'UY'");
    let wrong = answer(
        workbench::check_condition,
        &json!({"condition": "totl > 1", "attributes": null}),
    );
    assert_eq!(wrong["valid"], false);
    assert_eq!(wrong["diagnostics"][0]["code"], "name_unknown");
    assert_eq!(wrong["references"], json!([]));
    let wrong = json!({"condition": "true", "attributes": {"total": "float", "now": "date"}});
    check_errors(
        &answer(workbench::check_condition, &wrong),
        &[
            ("/attributes/now", "name_built_in"),
            ("/attributes/total", "type_unknown"),
        ],
    );
}

fn draft() -> Value {
    json!({
        "code": "summer-10", "name": "Summer 10 %", "kind": "discount",
        "condition": "total >= 100 and hour(now) < 12", "attributes": {"total": "number"},
        "effect": {"type": "percentage", "percent": "10"}, "time_zone": "America/Montevideo"
    })
}

#[test]
fn promotions_are_checked_as_a_whole() {
    assert_eq!(answer(workbench::check_promotion, &draft()), json!({"errors": []}));
    let mut wrong = draft();
    wrong["code"] = json!("a b");
    wrong["condition"] = json!("total >");
    let answer = answer(workbench::check_promotion, &wrong);
    check_errors(&answer, &[("/code", "code_invalid"), ("/condition", "syntax")]);
    assert_eq!(answer["errors"][1]["start"], 7);
}

/// At 11:30 of Montevideo's clock.
fn preview(draft: Value, request: Value) -> Value {
    let zone = json!({"first_offset_minutes": -180, "transitions": []});
    let input = json!({"draft": draft, "request": request, "now": "2026-11-21T14:30:00Z", "zone": zone});
    answer(workbench::preview, &input)
}

#[test]
fn a_draft_is_tried_with_its_whole_trace() {
    let amount = json!({"amount": 12_050, "currency": "UYU"});
    let applies = preview(
        draft(),
        json!({"attributes": {"total": 120.5}, "amount": amount, "transaction_id": "t"}),
    );
    assert_eq!(applies["applicable"], true);
    assert_eq!(applies["discount"], json!({"amount": 1_205, "currency": "UYU"}));
    assert_eq!(applies["redemption"], Value::Null);
    assert_eq!(applies["promotion"], json!({"code": "summer-10", "version": 0}));
    let value = |start, end, value| json!([{"start": start, "end": end, "value": value}]);
    assert_eq!(
        applies["trace"],
        json!([
            {"start": 0, "end": 12, "outcome": "true", "values": value(0, 5, "120.5")},
            {"start": 17, "end": 31, "outcome": "true", "values": [
                {"start": 22, "end": 25, "value": "date_time('2026-11-21T14:30:00Z')"},
                {"start": 17, "end": 26, "value": "11"}]},
        ])
    );
    let refused = preview(draft(), json!({"attributes": {"total": 99}, "transaction_id": "t"}));
    assert_eq!(refused["reason"]["code"], "condition_not_met");
    assert_eq!(refused["effect"], Value::Null);
    assert_eq!(refused["trace"][1]["outcome"], "skipped");
}

#[test]
fn numbers_of_a_request_keep_their_digits() {
    let mut draft = draft();
    draft["condition"] = json!("total == 0.1234567890123456789");
    let zone = r#"{"first_offset_minutes":0,"transitions":[]}"#;
    let request = r#"{"attributes":{"total":0.1234567890123456789},"transaction_id":"t"}"#;
    let input = format!(r#"{{"draft":{draft},"request":{request},"now":"2026-11-21T14:30:00Z","zone":{zone}}}"#);
    let answer: Value = serde_json::from_str(&workbench::preview(&input)).unwrap();
    assert_eq!(answer["applicable"], true);
}

#[test]
fn whatever_is_spelled_like_a_coupon_counts_as_one() {
    let mut draft = draft();
    draft["kind"] = json!("coupon");
    let request = |code: &str| json!({"attributes": {"total": 120}, "coupon_code": code});
    assert_eq!(preview(draft.clone(), request("WELCOME-1"))["applicable"], true);
    assert_eq!(preview(draft, request("#"))["reason"]["code"], "coupon_not_found");
}

#[test]
fn a_preview_tells_what_is_wrong_with_what() {
    let mut wrong = draft();
    wrong["name"] = json!("");
    check_errors(&preview(wrong, json!({})), &[("/draft/name", "name_invalid")]);
    check_errors(
        &preview(draft(), json!({"country": "XX"})),
        &[
            ("/attributes/total", "required"),
            ("/country", "country_unknown"),
            ("/transaction_id", "required"),
        ],
    );
    let input = json!({"draft": draft(), "request": {}, "now": "2026-11-21T14:30:00Z",
        "zone": {"first_offset_minutes": 0, "transitions": [[5, 60], [5, 0]]}});
    check_errors(&answer(workbench::preview, &input), &[("/zone", "zone_invalid")]);
}

const CALLS: [fn(&str) -> String; 5] = [
    workbench::check_condition,
    workbench::check_promotion,
    workbench::preview,
    workbench::outline,
    workbench::write,
];

#[test]
fn what_is_no_input_is_refused() {
    for call in CALLS {
        for text in ["", "{", "[1]", "{\"condition\": 5}", "\u{0}", &"[".repeat(100_000)] {
            let answer: Value = serde_json::from_str(&call(text)).unwrap();
            assert_ne!(errors(&answer), [], "{text:.20}");
        }
    }
}

proptest! {
    #[test]
    fn every_condition_is_answered(condition in "[ a-z0-9_.,'\"()\\[\\]<>=!&|+*/%\\\\-é\n]{0,60}") {
        let input = json!({"condition": condition, "attributes": {"a": "number", "b": "list<string>"}}).to_string();
        for call in CALLS {
            prop_assert!(serde_json::from_str::<Value>(&call(&input)).is_ok());
        }
    }
}
