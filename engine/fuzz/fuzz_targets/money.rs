//! Money: an effect in JSON on the first line, then an amount and weights in minor units.
//!
//! A discount stays within its bounds, parts sum to the whole, and what is stored reads back.

#![no_main]

use engine::effect::{Effect, EffectError};
use engine::money::{Currency, MAX_AMOUNT, MAX_PARTS, Money, SplitError};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

fuzz_target!(|input: &str| {
    let (json, numbers) = input.split_once('\n').unwrap_or((input, ""));
    let mut numbers = numbers
        .split_ascii_whitespace()
        .map_while(|number| number.parse::<u64>().ok());
    let amount = numbers.next().unwrap_or_default();
    if let Some(effect) = check_effect(json) {
        for currency in ["UYU", "JPY", "BHD"] {
            check_discount(&effect, amount, currency.parse().unwrap());
        }
    }
    check_split(amount, &numbers.collect::<Vec<_>>());
});

/// The effect, sent or stored, with the same outcome.
fn check_effect(json: &str) -> Option<Effect> {
    let value: Value = serde_json::from_str(json).ok()?;
    let stored = serde_json::from_str::<Effect>(json);
    match Effect::parse(&value) {
        Ok(effect) => {
            assert_eq!(stored.unwrap(), effect);
            let written = serde_json::to_string(&effect).unwrap();
            assert_eq!(serde_json::from_str::<Effect>(&written).unwrap(), effect);
            Some(effect)
        }
        Err(errors) => {
            assert!(stored.is_err());
            assert!(!errors.is_empty());
            assert!(
                errors.iter().all(|error| error.pointer.starts_with("/effect/")),
                "{errors:?}"
            );
            None
        }
    }
}

fn check_discount(effect: &Effect, amount: u64, currency: Currency) {
    let Some(amount) = check_money(amount, currency) else {
        return;
    };
    match effect.discount(amount) {
        Ok(discount) => {
            assert_eq!(discount.currency(), currency);
            assert!(discount.amount() <= amount.amount(), "{discount} of {amount}");
            if let Effect::FixedAmount { amount: most }
            | Effect::Percentage {
                max_amount: Some(most), ..
            } = effect
            {
                assert!(discount.amount() <= most.get().amount(), "{discount} of {amount}");
            }
        }
        Err(EffectError::CurrencyMismatch { effect, request }) => {
            assert_ne!(effect, request);
            assert_eq!(request, currency);
        }
        Err(EffectError::BelowFirstTier { first, .. }) => assert!(amount.amount() < first.amount()),
    }
}

fn check_money(amount: u64, currency: Currency) -> Option<Money> {
    let money = Money::new(amount, currency);
    assert_eq!(money.is_err(), amount > MAX_AMOUNT);
    let money = money.ok()?;
    let json = serde_json::to_value(money).unwrap();
    assert_eq!(Money::parse(&json, "").unwrap(), money);
    assert_eq!(serde_json::from_value::<Money>(json).unwrap(), money);
    Some(money)
}

fn check_split(amount: u64, weights: &[u64]) {
    let Ok(money) = Money::new(amount, "UYU".parse().unwrap()) else {
        return;
    };
    let sum: u128 = weights.iter().map(|weight| u128::from(*weight)).sum();
    let parts = match money.split(weights) {
        Ok(parts) => parts,
        Err(SplitError::NoWeight) => return assert_eq!(sum, 0),
        Err(SplitError::TooManyParts) => return assert!(weights.len() > MAX_PARTS),
    };
    assert_eq!(parts.len(), weights.len());
    assert_eq!(parts.iter().map(|part| part.amount()).sum::<u64>(), amount);
    for (part, weight) in parts.iter().zip(weights) {
        // |part − amount × weight / sum| < 1, multiplied by the sum.
        let exact = u128::from(amount) * u128::from(*weight);
        assert!(
            (u128::from(part.amount()) * sum).abs_diff(exact) < sum,
            "{part} for {weight} of {sum}"
        );
        assert!(*weight > 0 || part.amount() == 0);
        assert!(
            sum < u128::from(amount) || part.amount() <= *weight,
            "{part} for {weight}"
        );
    }
}
