//! What a promotion gives when it applies.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::money::{Money, Percent};
use crate::problem::FieldError;

/// The effect of a promotion. The JSON form is the API's: `{"type": "percentage", "percent": "10"}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Effect {
    /// A share of the request's amount.
    Percentage {
        /// The share.
        percent: Percent,
        /// The most it gives.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        max_amount: Option<Money>,
    },
    /// A sum off the request's amount.
    FixedAmount {
        /// The sum.
        amount: Money,
    },
}

/// Why an effect cannot be applied to an amount.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the effect is in {effect}, the request's amount in {request}")]
pub struct CurrencyMismatch {
    /// The promotion's currency.
    pub effect: crate::money::Currency,
    /// The request's.
    pub request: crate::money::Currency,
}

impl Effect {
    /// Reads the API's form; every error has a pointer below `/effect`.
    ///
    /// # Errors
    /// All that is wrong, at once.
    pub fn parse(json: &Value) -> Result<Self, Vec<FieldError>> {
        match json.get("type").and_then(Value::as_str) {
            Some("percentage") => Self::parse_percentage(json),
            Some("fixed_amount") => {
                let amount = json.get("amount").unwrap_or(&Value::Null);
                let amount = positive_money(amount, "/effect/amount").map_err(|error| vec![error])?;
                Ok(Self::FixedAmount { amount })
            }
            Some("tiered") => Err(vec![FieldError::new(
                "/effect/type",
                "not_supported",
                "Tiered effects are not available yet: use `percentage` or `fixed_amount`.",
            )]),
            Some(_) | None => Err(vec![FieldError::new(
                "/effect/type",
                "effect_type_unknown",
                "Send an effect whose `type` is `percentage` or `fixed_amount`.",
            )]),
        }
    }

    fn parse_percentage(json: &Value) -> Result<Self, Vec<FieldError>> {
        let mut errors = Vec::new();
        let percent = json
            .get("percent")
            .and_then(Value::as_str)
            .and_then(|text| text.parse::<Percent>().ok());
        if percent.is_none() {
            errors.push(FieldError::new(
                "/effect/percent",
                "percent_invalid",
                "Send a string like \"10\" or \"12.5\": more than 0, at most 100, at most 4 decimals.",
            ));
        }
        let max_amount = match json.get("max_amount") {
            None | Some(Value::Null) => None,
            Some(amount) => positive_money(amount, "/effect/max_amount")
                .map_err(|error| errors.push(error))
                .ok(),
        };
        match percent {
            Some(percent) if errors.is_empty() => Ok(Self::Percentage { percent, max_amount }),
            Some(_) | None => Err(errors),
        }
    }

    /// The discount on `amount`: never below zero, never above `amount`. Shares are rounded half up to the minor unit.
    ///
    /// # Errors
    /// [`CurrencyMismatch`] when the effect names money of another currency.
    ///
    /// ```
    /// use engine::effect::Effect;
    /// use engine::money::Money;
    ///
    /// let effect = Effect::parse(&serde_json::json!({"type": "percentage", "percent": "10"})).unwrap();
    /// let amount = Money::new(12_055, "UYU".parse().unwrap()).unwrap();
    /// assert_eq!(effect.discount(amount).unwrap().amount(), 1_206);
    /// ```
    pub fn discount(&self, amount: Money) -> Result<Money, CurrencyMismatch> {
        let (wanted, limit) = match self {
            Self::Percentage { percent, max_amount } => (amount.share(*percent), max_amount.unwrap_or(amount)),
            Self::FixedAmount { amount: fixed } => (*fixed, amount),
        };
        for money in [wanted, limit] {
            if money.currency() != amount.currency() {
                return Err(CurrencyMismatch {
                    effect: money.currency(),
                    request: amount.currency(),
                });
            }
        }
        Ok(wanted.min_same_currency(limit).min_same_currency(amount))
    }
}

fn positive_money(json: &Value, pointer: &str) -> Result<Money, FieldError> {
    let money = Money::parse(json, pointer)?;
    if money.amount() == 0 {
        return Err(FieldError::new(
            format!("{pointer}/amount"),
            "amount_zero",
            "Send an amount of at least 1 minor unit.",
        ));
    }
    Ok(money)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn uyu(amount: u64) -> Money {
        Money::new(amount, "UYU".parse().unwrap()).unwrap()
    }

    fn check(effect: Value, amount: u64, expected: Option<u64>) {
        let discount = Effect::parse(&effect).unwrap().discount(uyu(amount));
        assert_eq!(discount.ok().map(Money::amount), expected, "{effect} of {amount}");
    }

    #[test]
    fn discounts() {
        let ten = json!({"type": "percentage", "percent": "10"});
        check(ten.clone(), 12_050, Some(1_205));
        check(ten.clone(), 12_054, Some(1_205));
        check(ten.clone(), 12_055, Some(1_206));
        check(ten.clone(), 0, Some(0));
        check(ten, crate::money::MAX_AMOUNT, Some(crate::money::MAX_AMOUNT / 10));
        check(json!({"type": "percentage", "percent": "100"}), 7, Some(7));
        check(json!({"type": "percentage", "percent": "12.5"}), 99, Some(12));
        let capped = json!({"type": "percentage", "percent": "10", "max_amount": {"amount": 500, "currency": "UYU"}});
        check(capped.clone(), 4_000, Some(400));
        check(capped, 12_050, Some(500));
        check(
            json!({"type": "fixed_amount", "amount": {"amount": 500, "currency": "UYU"}}),
            12_050,
            Some(500),
        );
        check(
            json!({"type": "fixed_amount", "amount": {"amount": 500, "currency": "UYU"}}),
            300,
            Some(300),
        );
        check(
            json!({"type": "fixed_amount", "amount": {"amount": 500, "currency": "USD"}}),
            300,
            None,
        );
    }

    #[test]
    fn refusals_have_pointers() {
        let check = |effect: Value, pointers: &[&str]| {
            let errors = Effect::parse(&effect).unwrap_err();
            assert_eq!(
                errors.iter().map(|error| error.pointer.as_str()).collect::<Vec<_>>(),
                pointers,
                "{effect}"
            );
        };
        check(json!(null), &["/effect/type"]);
        check(json!({"type": "gift"}), &["/effect/type"]);
        check(json!({"type": "tiered", "tiers": []}), &["/effect/type"]);
        for percent in [
            json!(null),
            json!(10),
            json!("0"),
            json!("-1"),
            json!("100.1"),
            json!("1e1"),
            json!("10%"),
        ] {
            check(json!({"type": "percentage", "percent": percent}), &["/effect/percent"]);
        }
        check(
            json!({"type": "percentage", "percent": "x", "max_amount": {"amount": -1, "currency": "UYU"}}),
            &["/effect/percent", "/effect/max_amount/amount"],
        );
        check(json!({"type": "fixed_amount"}), &["/effect/amount"]);
        check(
            json!({"type": "fixed_amount", "amount": {"amount": 0, "currency": "UYU"}}),
            &["/effect/amount/amount"],
        );
    }

    proptest! {
        #[test]
        fn discount_is_between_zero_and_the_amount(percent in 1_u32..=1_000_000, amount in 0..=crate::money::MAX_AMOUNT) {
            let percent = format!("{}.{:04}", percent / 10_000, percent % 10_000);
            let effect = Effect::parse(&json!({"type": "percentage", "percent": percent})).unwrap();
            let discount = effect.discount(uyu(amount)).unwrap();
            prop_assert!(discount.amount() <= amount);
        }
    }
}
