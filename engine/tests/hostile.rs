//! Whatever the bytes: an answer or an error, never a panic.

#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

use chrono::{DateTime, Utc};
use engine::app_key::AppKey;
use engine::demographics::Country;
use engine::evaluate::Evaluator;
use engine::expression::{AttributeType, Condition, Schema};
use engine::promotion::{PromotionCode, Rule, Terms};
use engine::signature;
use proptest::prelude::*;

fn rule() -> Rule {
    Rule::from_json(include_str!("data/rule.v3.json")).unwrap()
}

fn now() -> DateTime<Utc> {
    "2026-11-21T12:00:00Z".parse().unwrap()
}

/// Text made of the language's own words goes deeper into the parser than random characters.
fn condition() -> impl Strategy<Value = String> {
    let words = [
        "and", "or", "not", "in", "true", "a", "1", "-", "1.5", "'s'", "(", ")", "[", "]", ",", "==", "<", "!", "'",
        "é",
    ];
    proptest::collection::vec(prop::sample::select(words.to_vec()), 0..60).prop_map(|words| words.join(" "))
}

/// JSON with the request's own field names and any values.
fn body() -> impl Strategy<Value = String> {
    let names = [
        "country",
        "city",
        "birth_date",
        "attributes",
        "amount",
        "transaction_id",
        "customer_id",
        "total",
    ];
    let values = [
        "null",
        "{}",
        "[]",
        "1e999",
        "\"UY\"",
        "-0",
        "\"\\ud800\"",
        "{\"total\":1}",
        "true",
        "\"1990-02-31\"",
    ];
    let field = (
        prop::sample::select(names.to_vec()),
        prop::sample::select(values.to_vec()),
    );
    proptest::collection::vec(field, 0..10).prop_map(|fields| {
        let fields: Vec<_> = fields
            .iter()
            .map(|(name, value)| format!("\"{name}\":{value}"))
            .collect();
        format!("{{{}}}", fields.join(","))
    })
}

proptest! {
    #[test]
    fn conditions(source in prop_oneof![condition(), any::<String>()]) {
        let schema = Schema::from([("a".to_owned(), AttributeType::Number.into())]);
        if let Err(diagnostics) = Condition::check(&source, &schema) {
            prop_assert!(!diagnostics.is_empty());
            prop_assert!(diagnostics.iter().all(|d| source.get(d.start..d.end).is_some()), "{source}");
        }
    }

    #[test]
    fn bodies(text in prop_oneof![body(), any::<String>()], bytes in any::<Vec<u8>>()) {
        let rule = rule();
        _ = Evaluator::default().evaluate(&rule, text.as_bytes(), now());
        _ = Evaluator::default().evaluate(&rule, &bytes, now());
    }

    #[test]
    fn stored_rules(cut in 0..1_200_usize, byte in any::<u8>()) {
        let mut bytes = include_bytes!("data/rule.v3.json").to_vec();
        if let Some(slot) = bytes.get_mut(cut) {
            *slot = byte;
        }
        _ = Rule::from_json(&String::from_utf8_lossy(&bytes));
        bytes.truncate(cut);
        _ = Rule::from_json(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn short_texts(text in any::<String>()) {
        _ = AppKey::parse(&format!("ck_live_{text}"));
        _ = Country::parse(&text);
        _ = text.parse::<PromotionCode>();
        _ = Terms::parse(&serde_json::Value::String(text.clone()));
        _ = signature::verify(b"secret", &text, &signature::Call::post("/", b""), 0);
    }
}

#[test]
fn deep_json_is_refused_or_ignored() {
    let deep = format!("{{\"other\":{}{}}}", "[".repeat(10_000), "]".repeat(10_000));
    assert!(Evaluator::default().evaluate(&rule(), deep.as_bytes(), now()).is_err());
    let deep = format!(
        "{{\"attributes\":{{\"total\":{}{}}}}}",
        "[".repeat(10_000),
        "]".repeat(10_000)
    );
    assert!(Evaluator::default().evaluate(&rule(), deep.as_bytes(), now()).is_err());
    let amount = format!("{{\"amount\":{}{}}}", "[".repeat(10_000), "]".repeat(10_000));
    assert!(
        Evaluator::default()
            .evaluate(&rule(), amount.as_bytes(), now())
            .is_err()
    );
}
