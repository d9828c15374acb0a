//! An effect in words.

use engine::effect::{Effect, Tier, TierValue};
use engine::money::Rounding;

use crate::browser::{format_decimal, format_money};
use crate::i18n::promotions as text;

/// Such as `10 % off, at most 500.00 UYU`.
pub(super) fn describe(effect: &Effect) -> String {
    match effect {
        Effect::Percentage {
            percent,
            max_amount: None,
            rounding,
        } => rounded(text::percent_off(&format_decimal(&percent.to_string())), *rounding),
        Effect::Percentage {
            percent,
            max_amount: Some(cap),
            rounding,
        } => {
            let percent = format_decimal(&percent.to_string());
            rounded(text::percent_off_capped(&percent, &format_money(&cap.get())), *rounding)
        }
        Effect::FixedAmount { amount } => text::amount_off(&format_money(&amount.get())),
        Effect::Tiered { tiers, rounding } => {
            let tiers: Vec<_> = tiers.as_slice().iter().map(describe_tier).collect();
            rounded(tiers.join("; "), *rounding)
        }
    }
}

fn describe_tier(tier: &Tier) -> String {
    let gives = match tier.value() {
        TierValue::Percent(percent) => text::percent_off(&format_decimal(&percent.to_string())),
        TierValue::Amount(amount) => text::amount_off(&format_money(&amount.get())),
    };
    text::from_amount(&gives, &format_money(&tier.from()))
}

/// What most promotions do goes without saying.
fn rounded(gives: String, rounding: Rounding) -> String {
    match rounding {
        Rounding::HalfUp => gives,
        Rounding::HalfEven => text::rounded_half_even(&gives),
        Rounding::Down => text::rounded_down(&gives),
        Rounding::Up => text::rounded_up(&gives),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    #[test]
    fn effects_in_words() {
        let check = |effect: Value, expected: &str| assert_eq!(describe(&Effect::parse(&effect).unwrap()), expected);
        let uyu = |amount: u64| json!({"amount": amount, "currency": "UYU"});
        check(json!({"type": "percentage", "percent": "12.5"}), "12.5 % off");
        check(
            json!({"type": "percentage", "percent": "10", "max_amount": uyu(50_000), "rounding": "down"}),
            "10 % off, at most 500.00 UYU, rounded down",
        );
        check(json!({"type": "fixed_amount", "amount": uyu(500)}), "5.00 UYU off");
        check(
            json!({"type": "tiered", "rounding": "half_even", "tiers": [
                {"from": uyu(0), "percent": "5"}, {"from": uyu(10_000), "amount": uyu(700)},
            ]}),
            "5 % off from 0.00 UYU; 7.00 UYU off from 100.00 UYU, rounded half to even",
        );
    }
}
