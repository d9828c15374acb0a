//! Effects: what they give, what a wrong one is told, how they are stored, and the laws that all of them keep.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may fail loudly")]

use engine::effect::{Effect, EffectError, MAX_TIERS};
use engine::money::{MAX_AMOUNT, Money, Rounding};
use proptest::prelude::*;
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Cases {
    discount: Vec<DiscountCase>,
    refusal: Vec<RefusalCase>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DiscountCase {
    effect: String,
    /// Amounts in UYU, each with its discount in minor units or the sentence of the error.
    gives: Vec<(u64, String)>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RefusalCase {
    effect: String,
    errors: Vec<String>,
}

fn cases() -> Cases {
    toml::from_str(include_str!("cases/effects.toml")).unwrap()
}

fn uyu(amount: u64) -> Money {
    Money::new(amount, "UYU".parse().unwrap()).unwrap()
}

#[test]
fn discounts() {
    for case in cases().discount {
        let effect: Effect = serde_json::from_str(&case.effect).unwrap();
        for (amount, expected) in case.gives {
            let found = match effect.discount(uyu(amount)) {
                Ok(discount) => discount.amount().to_string(),
                Err(error) => error.to_string(),
            };
            assert_eq!(found, expected, "{} of {amount}", case.effect);
        }
    }
}

#[test]
fn refusals() {
    for case in cases().refusal {
        let json: Value = serde_json::from_str(&case.effect).unwrap();
        let errors = Effect::parse(&json).unwrap_err();
        let found: Vec<_> = errors.iter().map(|e| format!("{} {}", e.pointer, e.code)).collect();
        assert_eq!(found, case.errors, "{}", case.effect);
        let stored = serde_json::from_str::<Effect>(&case.effect).unwrap_err().to_string();
        for error in errors {
            assert!(stored.contains(&error.detail), "{stored}");
        }
    }
}

#[test]
fn tiers_are_at_most_twenty() {
    let tiered = |count: usize| {
        let tier = |index| json!({"from": {"amount": index, "currency": "UYU"}, "percent": "5"});
        json!({"type": "tiered", "tiers": (0..count).map(tier).collect::<Vec<_>>()})
    };
    assert!(Effect::parse(&tiered(MAX_TIERS)).is_ok());
    let errors = Effect::parse(&tiered(MAX_TIERS + 1)).unwrap_err();
    assert_eq!(errors[0].pointer, "/effect/tiers");
    assert_eq!(errors[0].detail, "Send 1 to 20 tiers.");
}

#[test]
fn stored_forms_are_pinned() {
    let check = |json: &str| {
        let effect: Effect = serde_json::from_str(json).unwrap();
        assert_eq!(serde_json::to_string(&effect).unwrap(), json);
    };
    check(r#"{"type":"percentage","percent":"10"}"#);
    check(r#"{"type":"percentage","percent":"12.5","max_amount":{"amount":500,"currency":"UYU"}}"#);
    check(
        r#"{"type":"percentage","percent":"10","max_amount":{"amount":500,"currency":"UYU"},"rounding":"half_even"}"#,
    );
    check(r#"{"type":"percentage","percent":"10","rounding":"down"}"#);
    check(r#"{"type":"fixed_amount","amount":{"amount":500,"currency":"UYU"}}"#);
    check(
        r#"{"type":"tiered","tiers":[{"from":{"amount":10000,"currency":"UYU"},"percent":"5"},{"from":{"amount":50000,"currency":"UYU"},"amount":{"amount":500,"currency":"UYU"}}]}"#,
    );
    check(r#"{"type":"tiered","tiers":[{"from":{"amount":0,"currency":"JPY"},"percent":"5"}],"rounding":"up"}"#);
}

#[test]
fn the_default_is_not_written() {
    let check = |sent: Value, stored: &str| {
        let effect = Effect::parse(&sent).unwrap();
        assert_eq!(serde_json::to_string(&effect).unwrap(), stored);
    };
    let plain = r#"{"type":"percentage","percent":"10"}"#;
    check(
        json!({"type": "percentage", "percent": "10.0", "rounding": "half_up", "max_amount": null}),
        plain,
    );
    check(json!({"type": "percentage", "percent": "10", "rounding": null}), plain);
}

fn money(amounts: std::ops::RangeInclusive<u64>) -> impl Strategy<Value = Value> {
    amounts.prop_map(|amount| json!({"amount": amount, "currency": "UYU"}))
}

fn percent() -> impl Strategy<Value = Value> {
    (1_u32..=1_000_000).prop_map(|parts| json!(format!("{}.{:04}", parts / 10_000, parts % 10_000)))
}

fn amount() -> impl Strategy<Value = u64> {
    prop_oneof![0..2_000_u64, 0..=MAX_AMOUNT]
}

fn tiers() -> impl Strategy<Value = Value> {
    let starts = proptest::collection::btree_set(amount(), 1..=MAX_TIERS);
    let values = proptest::collection::vec((any::<bool>(), percent(), money(1..=MAX_AMOUNT)), MAX_TIERS);
    (starts, values).prop_map(|(starts, values)| {
        let tiers = starts.into_iter().zip(values);
        let tier = |(start, (is_percent, percent, amount))| {
            let from = json!({"amount": start, "currency": "UYU"});
            if is_percent {
                json!({"from": from, "percent": percent})
            } else {
                json!({"from": from, "amount": amount})
            }
        };
        tiers.map(tier).collect()
    })
}

fn effect() -> impl Strategy<Value = Value> {
    let rounding = prop::sample::select(Rounding::ALL.map(Rounding::as_str).to_vec());
    let capped = (percent(), money(1..=2_000), rounding.clone()).prop_map(|(percent, cap, rounding)| {
        json!({"type": "percentage", "percent": percent, "max_amount": cap, "rounding": rounding})
    });
    let free = (percent(), rounding.clone())
        .prop_map(|(percent, rounding)| json!({"type": "percentage", "percent": percent, "rounding": rounding}));
    let fixed = money(1..=MAX_AMOUNT).prop_map(|amount| json!({"type": "fixed_amount", "amount": amount}));
    let tiered = (tiers(), rounding)
        .prop_map(|(tiers, rounding)| json!({"type": "tiered", "tiers": tiers, "rounding": rounding}));
    prop_oneof![capped, free, fixed, tiered]
}

/// JSON that is nearly an effect: a valid one with one value replaced, somewhere.
fn damaged() -> impl Strategy<Value = Value> {
    let hostile = prop::sample::select(vec![
        json!(null),
        json!(-1),
        json!(0),
        json!(1.5),
        json!(u64::MAX),
        json!(""),
        json!("UYU"),
        json!("USD"),
        json!("1e9"),
        json!([]),
        json!({}),
        json!([[]]),
        json!(true),
    ]);
    (effect(), any::<prop::sample::Index>(), hostile).prop_map(|(mut effect, place, hostile)| {
        let pointers = pointers(&effect, "");
        let pointer: &String = place.get(&pointers);
        *effect.pointer_mut(pointer).unwrap() = hostile;
        effect
    })
}

fn pointers(json: &Value, at: &str) -> Vec<String> {
    let below = |name: &str, value| pointers(value, &format!("{at}/{name}"));
    let mut all = vec![at.to_owned()];
    if let Some(object) = json.as_object() {
        all.extend(object.iter().flat_map(|(name, value)| below(name, value)));
    }
    if let Some(list) = json.as_array() {
        all.extend(
            list.iter()
                .enumerate()
                .flat_map(|(index, value)| below(&index.to_string(), value)),
        );
    }
    all
}

/// The cap that the effect names for `amount`, if it names one.
fn cap(effect: &Value, amount: u64) -> Option<u64> {
    let tiers = effect["tiers"].as_array().into_iter().flatten().rev();
    let tier = tiers
        .into_iter()
        .find(|tier| tier["from"]["amount"].as_u64() <= Some(amount));
    let named = [
        &effect["max_amount"],
        &effect["amount"],
        tier.map_or(&Value::Null, |tier| &tier["amount"]),
    ];
    named.iter().find_map(|money| money["amount"].as_u64())
}

proptest! {
    #[test]
    fn a_discount_is_within_its_bounds(json in effect(), amount in amount()) {
        let effect = Effect::parse(&json).unwrap();
        match effect.discount(uyu(amount)) {
            Ok(discount) => {
                prop_assert_eq!(discount.currency().code(), "UYU");
                prop_assert!(discount.amount() <= amount);
                prop_assert!(discount.amount() <= cap(&json, amount).unwrap_or(MAX_AMOUNT));
            }
            Err(EffectError::BelowFirstTier { first, .. }) => prop_assert!(amount < first.amount()),
            Err(EffectError::CurrencyMismatch { .. }) => prop_assert!(false, "all is in UYU"),
        }
    }

    #[test]
    fn a_tier_gives_what_its_value_gives_by_itself(tiers in tiers(), amount in amount()) {
        let whole = Effect::parse(&json!({"type": "tiered", "tiers": tiers})).unwrap().discount(uyu(amount));
        let reached = tiers.as_array().unwrap().iter().rfind(|tier| tier["from"]["amount"].as_u64() <= Some(amount));
        let alone = reached.map(|tier| {
            let alone = match tier.get("percent") {
                Some(percent) => json!({"type": "percentage", "percent": percent}),
                None => json!({"type": "fixed_amount", "amount": tier["amount"]}),
            };
            Effect::parse(&alone).unwrap().discount(uyu(amount)).unwrap()
        });
        prop_assert_eq!(whole.ok(), alone);
    }

    #[test]
    fn a_greater_percentage_never_gives_less(
        percents in proptest::array::uniform2(1_u32..=1_000_000),
        cap in proptest::option::of(1..2_000_u64),
        rounding in prop::sample::select(Rounding::ALL.to_vec()),
        amount in amount(),
    ) {
        let give = |parts: u32| {
            let percent = format!("{}.{:04}", parts / 10_000, parts % 10_000);
            let cap = cap.map(|cap| json!({"amount": cap, "currency": "UYU"}));
            let effect = json!({"type": "percentage", "percent": percent, "max_amount": cap, "rounding": rounding});
            Effect::parse(&effect).unwrap().discount(uyu(amount)).unwrap().amount()
        };
        let [one, other] = percents;
        prop_assert!(give(one.min(other)) <= give(one.max(other)));
    }

    #[test]
    fn another_currency_gives_nothing(json in effect(), amount in amount()) {
        let effect = Effect::parse(&json).unwrap();
        let discount = effect.discount(Money::new(amount, "USD".parse().unwrap()).unwrap());
        let names_money = json["type"] != "percentage" || json.get("max_amount").is_some();
        prop_assert_eq!(discount.is_err(), names_money);
    }

    #[test]
    fn what_is_stored_is_read_again(json in effect()) {
        let effect = Effect::parse(&json).unwrap();
        let stored = serde_json::to_string(&effect).unwrap();
        let read: Effect = serde_json::from_str(&stored).unwrap();
        prop_assert_eq!(&read, &effect);
        prop_assert_eq!(serde_json::to_string(&read).unwrap(), stored);
    }

    #[test]
    fn a_stored_effect_is_as_valid_as_a_sent_one(json in damaged()) {
        let stored = serde_json::from_str::<Effect>(&json.to_string()).ok();
        let sent = Effect::parse(&json);
        prop_assert_eq!(stored, sent.as_ref().ok().cloned());
        match sent {
            Ok(effect) => _ = effect.discount(uyu(MAX_AMOUNT)),
            Err(errors) => {
                prop_assert!(!errors.is_empty());
                prop_assert!(errors.iter().all(|error| error.pointer.starts_with("/effect/")), "{errors:?}");
            }
        }
    }
}
