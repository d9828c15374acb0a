//! What a promotion gives when it applies.

mod parse;
mod tiers;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::money::{Currency, Money, Percent, PositiveMoney, Rounding};
use crate::problem::FieldError;

pub use tiers::{MAX_TIERS, Tier, TierValue, Tiers};

/// The effect of a promotion. The JSON form is the API's: `{"type": "percentage", "percent": "10"}`.
///
/// Reading that form by serde checks the same as [`Effect::parse`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", try_from = "Value")]
pub enum Effect {
    /// A share of the request's amount.
    Percentage {
        /// The share.
        percent: Percent,
        /// The most it gives.
        #[serde(skip_serializing_if = "Option::is_none")]
        max_amount: Option<PositiveMoney>,
        /// How the share is rounded; not written when it is the default.
        #[serde(skip_serializing_if = "is_default")]
        rounding: Rounding,
    },
    /// A sum off the request's amount.
    FixedAmount {
        /// The sum.
        amount: PositiveMoney,
    },
    /// What the highest tier gives that the request's amount reaches, on the whole amount.
    Tiered {
        /// The tiers.
        tiers: Tiers,
        /// How shares are rounded; not written when it is the default.
        #[serde(skip_serializing_if = "is_default")]
        rounding: Rounding,
    },
}

/// Why an effect cannot be applied to an amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EffectError {
    /// The effect names money of another currency.
    #[error("the effect is in {effect}, the request's amount in {request}")]
    CurrencyMismatch {
        /// The promotion's currency.
        effect: Currency,
        /// The request's.
        request: Currency,
    },
    /// The amount reaches no tier.
    #[error("the first tier starts at {first}, the request's amount is {amount}")]
    BelowFirstTier {
        /// Where the first tier starts.
        first: Money,
        /// The request's amount.
        amount: Money,
    },
}

impl Effect {
    /// Reads the API's form; every error has a pointer below `/effect`.
    ///
    /// # Errors
    /// All that is wrong, at once.
    ///
    /// ```
    /// use engine::effect::Effect;
    /// use serde_json::json;
    ///
    /// let from = |amount| json!({"amount": amount, "currency": "UYU"});
    /// let tiers = json!([{"from": from(5_000), "percent": "5"}, {"from": from(5_000), "percent": "10"}]);
    /// let errors = Effect::parse(&json!({"type": "tiered", "tiers": tiers})).unwrap_err();
    /// assert_eq!(errors[0].pointer, "/effect/tiers/1/from/amount");
    /// assert_eq!(errors[0].detail, "Start above the tier before, which starts at 50.00 UYU.");
    /// ```
    pub fn parse(json: &Value) -> Result<Self, Vec<FieldError>> {
        parse::parse(json)
    }

    /// The currency of the money that the effect names, all of which is of one; `None` when it names none.
    pub fn currency(&self) -> Option<Currency> {
        match self {
            Self::Percentage { max_amount, .. } => max_amount.map(|cap| cap.get().currency()),
            Self::FixedAmount { amount } => Some(amount.get().currency()),
            Self::Tiered { tiers, .. } => Some(tiers.currency()),
        }
    }

    /// The discount on `amount`, in its currency: never below zero, never above `amount` nor the effect's own cap.
    /// Integer arithmetic without allocation, whatever the outcome.
    ///
    /// # Errors
    /// [`EffectError::CurrencyMismatch`] when the effect names money of another currency,
    /// [`EffectError::BelowFirstTier`] when the amount reaches no tier.
    ///
    /// ```
    /// use engine::effect::Effect;
    /// use engine::money::Money;
    ///
    /// let effect = Effect::parse(&serde_json::json!({"type": "percentage", "percent": "10"})).unwrap();
    /// let amount = Money::new(12_055, "UYU".parse().unwrap()).unwrap();
    /// assert_eq!(effect.discount(amount).unwrap().amount(), 1_206);
    /// ```
    pub fn discount(&self, amount: Money) -> Result<Money, EffectError> {
        match self {
            Self::Percentage {
                percent,
                max_amount,
                rounding,
            } => {
                let share = amount.share(*percent, *rounding);
                max_amount.map_or(Ok(share), |cap| at_most(share, cap))
            }
            Self::FixedAmount { amount: sum } => at_most(amount, *sum),
            Self::Tiered { tiers, rounding } => match tiers.reached_by(amount)?.value() {
                TierValue::Percent(percent) => Ok(amount.share(percent, *rounding)),
                TierValue::Amount(sum) => at_most(amount, sum),
            },
        }
    }
}

/// The lesser of the request's `money` and the effect's `limit`.
fn at_most(money: Money, limit: PositiveMoney) -> Result<Money, EffectError> {
    let limit = limit.get();
    if limit.currency() != money.currency() {
        return Err(EffectError::CurrencyMismatch {
            effect: limit.currency(),
            request: money.currency(),
        });
    }
    Ok(if limit.amount() < money.amount() { limit } else { money })
}

fn is_default(rounding: &Rounding) -> bool {
    *rounding == Rounding::default()
}

impl TryFrom<Value> for Effect {
    type Error = EffectInvalid;

    fn try_from(json: Value) -> Result<Self, EffectInvalid> {
        Self::parse(&json).map_err(EffectInvalid)
    }
}

/// Why JSON is no effect: all that is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no valid effect: {}", sentences(.0))]
pub struct EffectInvalid(pub Vec<FieldError>);

fn sentences(errors: &[FieldError]) -> String {
    let sentences: Vec<_> = errors
        .iter()
        .map(|error| format!("{}: {}", error.pointer, error.detail))
        .collect();
    sentences.join(" ")
}
