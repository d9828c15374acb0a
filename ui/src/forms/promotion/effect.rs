//! The effect's fields as they are typed; amounts in major units.

use engine::effect::{Effect, Tier, TierValue};
use engine::money::{Currency, Rounding};
use engine::problem::FieldError;
use serde_json::{Value, json};

use super::{money, typed};

/// An effect as it is typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum EffectDraft {
    Percentage {
        percent: String,
        /// The most that one use gives; empty for no such bound.
        cap: String,
        rounding: Rounding,
    },
    FixedAmount {
        amount: String,
    },
    Tiered {
        tiers: Vec<TierDraft>,
        rounding: Rounding,
    },
}

/// A tier as it is typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TierDraft {
    pub(crate) from: String,
    pub(crate) gives: TierGives,
    pub(crate) value: String,
}

/// What a tier gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TierGives {
    Percent,
    Amount,
}

impl EffectDraft {
    /// The draft of an effect.
    pub(super) fn of(effect: &Effect) -> Self {
        match effect {
            Effect::Percentage {
                percent,
                max_amount,
                rounding,
            } => Self::Percentage {
                percent: percent.to_string(),
                cap: max_amount.map(|cap| typed(cap.get())).unwrap_or_default(),
                rounding: *rounding,
            },
            Effect::FixedAmount { amount } => Self::FixedAmount {
                amount: typed(amount.get()),
            },
            Effect::Tiered { tiers, rounding } => Self::Tiered {
                tiers: tiers.as_slice().iter().map(TierDraft::of).collect(),
                rounding: *rounding,
            },
        }
    }

    /// The API's form.
    pub(super) fn to_json(&self, currency: Currency, errors: &mut Vec<FieldError>) -> Value {
        match self {
            Self::Percentage { percent, cap, rounding } => {
                let mut json = json!({"type": "percentage", "percent": percent.trim()});
                if let Some(fields) = json.as_object_mut() {
                    if !cap.trim().is_empty() {
                        let cap = money(cap, currency, "/effect/max_amount", errors);
                        fields.insert("max_amount".to_owned(), json!(cap));
                    }
                    insert_rounding(fields, *rounding);
                }
                json
            }
            Self::FixedAmount { amount } => {
                json!({"type": "fixed_amount", "amount": money(amount, currency, "/effect/amount", errors)})
            }
            Self::Tiered { tiers, rounding } => {
                let tiers = tiers.iter().enumerate();
                let tiers: Vec<_> = tiers
                    .map(|(index, tier)| tier.to_json(index, currency, errors))
                    .collect();
                let mut json = json!({"type": "tiered", "tiers": tiers});
                if let Some(fields) = json.as_object_mut() {
                    insert_rounding(fields, *rounding);
                }
                json
            }
        }
    }
}

/// The default is not written.
fn insert_rounding(fields: &mut serde_json::Map<String, Value>, rounding: Rounding) {
    if rounding != Rounding::default() {
        fields.insert("rounding".to_owned(), json!(rounding));
    }
}

impl TierDraft {
    fn of(tier: &Tier) -> Self {
        let (gives, value) = match tier.value() {
            TierValue::Percent(percent) => (TierGives::Percent, percent.to_string()),
            TierValue::Amount(amount) => (TierGives::Amount, typed(amount.get())),
        };
        Self {
            from: typed(tier.from()),
            gives,
            value,
        }
    }

    fn to_json(&self, index: usize, currency: Currency, errors: &mut Vec<FieldError>) -> Value {
        let at = format!("/effect/tiers/{index}");
        let from = money(&self.from, currency, &format!("{at}/from"), errors);
        match self.gives {
            TierGives::Percent => json!({"from": from, "percent": self.value.trim()}),
            TierGives::Amount => {
                json!({"from": from, "amount": money(&self.value, currency, &format!("{at}/amount"), errors)})
            }
        }
    }
}
