use serde_json::{Value, json};

use super::*;

fn utc(_: &str, _: DateTime<Utc>) -> Option<i32> {
    Some(0)
}

/// Three hours behind UTC, or for Tokyo nine ahead.
fn offset(zone: &str, _: DateTime<Utc>) -> Option<i32> {
    Some(if zone == "Asia/Tokyo" { 32_400 } else { -10_800 })
}

fn uyu() -> Currency {
    "UYU".parse().unwrap()
}

fn body() -> Value {
    json!({
        "code": "summer-10", "name": "Summer 10 %", "kind": "discount", "condition": "total >= 100",
        "attributes": {
            "gift": {"type": "boolean", "default": true}, "note": "string?", "quantity": {"type": "integer", "default": 1},
            "serial": {"type": "number", "default": "1234567890123456"}, "tags": "list<string>", "total": "number",
        },
        "effect": {"type": "percentage", "percent": "10", "max_amount": {"amount": 50_050, "currency": "UYU"},
            "rounding": "down"},
        "starts_at": null, "ends_at": "2027-01-31T23:59:59Z", "time_zone": "America/Montevideo",
        "limits": {"total": 500, "per_customer": null, "budget": {"amount": 100_000, "currency": "UYU"}},
    })
}

fn draft_of(body: Value) -> Draft {
    let terms: Terms = serde_json::from_value(body).unwrap();
    Draft::of(&terms, "USD".parse().unwrap(), &offset)
}

fn pointers(draft: &Draft) -> Vec<String> {
    let errors = draft.body(&utc).1;
    errors.into_iter().map(|error| error.pointer).collect()
}

#[test]
fn terms_come_back() {
    let check = |body: Value| assert_eq!(draft_of(body.clone()).body(&offset), (body, Vec::new()));
    check(body());
    let with = |name: &str, value: Value| {
        let mut body = body();
        body[name] = value;
        body
    };
    let money = |amount: u64| json!({"amount": amount, "currency": "UYU"});
    check(with("effect", json!({"type": "fixed_amount", "amount": money(5)})));
    check(with("kind", json!("coupon")));
    check(with("starts_at", json!("2026-11-01T00:00:00.500Z")));
    check(with(
        "effect",
        json!({"type": "tiered", "tiers": [
            {"from": money(0), "percent": "5"}, {"from": money(10_000), "amount": money(700)},
        ]}),
    ));
    assert_eq!(draft_of(body()).ends_at, "2027-01-31T20:59:59");
    assert_eq!(draft_of(body()).currency, uyu());
}

#[test]
fn the_currency_of_terms_without_money_is_the_usual_one() {
    let mut plain = body();
    plain["effect"] = json!({"type": "percentage", "percent": "10"});
    plain["limits"] = json!({"total": null, "per_customer": null, "budget": null});
    assert_eq!(draft_of(plain).currency.code(), "USD");
}

#[test]
fn what_a_body_cannot_hold() {
    let check = |change: &dyn Fn(&mut Draft), expected: &[&str]| {
        let mut draft = draft_of(body());
        change(&mut draft);
        assert_eq!(pointers(&draft), expected);
    };
    check(&|_| {}, &[]);
    check(&|draft| draft.ends_at = "soon".to_owned(), &["/ends_at"]);
    check(&|draft| draft.limits.total = "-1".to_owned(), &["/limits/total"]);
    check(
        &|draft| draft.limits.per_customer = "+1".to_owned(),
        &["/limits/per_customer"],
    );
    check(&|draft| draft.limits.budget = "1,5".to_owned(), &["/limits/budget"]);
    let twice = |draft: &mut Draft| {
        let first = draft.attributes[0].clone();
        draft.attributes.push(first);
    };
    check(&twice, &["/attributes/gift"]);
    let tiers = |draft: &mut Draft| {
        let tier = |from: &str, gives, value: &str| TierDraft {
            from: from.to_owned(),
            gives,
            value: value.to_owned(),
        };
        draft.effect = EffectDraft::Tiered {
            tiers: vec![tier("0", TierGives::Percent, "x"), tier("1,5", TierGives::Amount, "")],
            rounding: engine::money::Rounding::default(),
        };
    };
    check(&tiers, &["/effect/tiers/1/from", "/effect/tiers/1/amount"]);
}

#[test]
fn a_change_names_what_differs() {
    let check = |change: &dyn Fn(&mut Draft), expected: &[&str]| {
        let base = draft_of(body());
        let mut draft = base.clone();
        change(&mut draft);
        let changes = draft.changes(&base, &draft.body(&offset).0);
        let names: Vec<_> = changes.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(names, expected);
    };
    check(&|_| {}, &[]);
    check(&|draft| draft.name.push('!'), &["name"]);
    check(&|draft| draft.currency = "USD".parse().unwrap(), &["effect", "limits"]);
    check(
        &|draft| draft.time_zone = "Asia/Tokyo".to_owned(),
        &["ends_at", "starts_at", "time_zone"],
    );
}

#[test]
fn own_changes_stay_and_others_are_taken_over() {
    let base = draft_of(body());
    let mut own = base.clone();
    own.name = "Mine".to_owned();
    own.limits.total = "7".to_owned();
    let mut newer = base.clone();
    newer.name = "Theirs".to_owned();
    newer.condition = "true".to_owned();
    let merged = own.rebase(&base, newer);
    assert_eq!((merged.name.as_str(), merged.condition.as_str()), ("Mine", "true"));
    assert_eq!(merged.limits.total, "7");
}

#[test]
fn unfinished_attributes_declare_nothing() {
    let row = |name: &str, kind: &str, default: &str| AttributeDraft {
        name: name.to_owned(),
        kind: kind.to_owned(),
        is_optional: true,
        default: default.to_owned(),
    };
    let rows = [
        row("", "number", ""),
        row("a b", "number", ""),
        row(" total ", "number", ""),
        row("1x", "number", ""),
        row("lines", "list<", ""),
        row("note", "integer", "x"),
    ];
    assert_eq!(schema(&rows).into_keys().collect::<Vec<_>>(), ["note", "total"]);
}
