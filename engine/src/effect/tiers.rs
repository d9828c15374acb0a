//! Tiers: the more a shopper spends, the more a promotion gives.

use std::sync::Arc;

use serde::{Serialize, Serializer};
use serde_json::Value;

use super::EffectError;
use super::parse::{keep, parse_percent};
use crate::money::{Currency, Money, Percent, PositiveMoney};
use crate::problem::FieldError;

/// Most tiers of an effect: more than any price list shows its shoppers, and few enough to search on every request.
pub const MAX_TIERS: usize = 20;

/// From which amount on an effect gives what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Tier {
    from: Money,
    #[serde(flatten)]
    value: TierValue,
}

/// What a tier gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TierValue {
    /// A share of the whole amount.
    Percent(Percent),
    /// A sum off the whole amount.
    Amount(PositiveMoney),
}

/// 1 to [`MAX_TIERS`] tiers of one currency, each starting above the one before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tiers {
    first_from: Money,
    /// Shared, because every answer holds its effect: a clone allocates nothing.
    tiers: Arc<[Tier]>,
}

impl Tier {
    /// The least amount that reaches the tier.
    pub const fn from(&self) -> Money {
        self.from
    }

    /// What it gives.
    pub const fn value(&self) -> TierValue {
        self.value
    }
}

impl Tiers {
    /// The tiers, the lowest first.
    pub fn as_slice(&self) -> &[Tier] {
        &self.tiers
    }

    /// The currency of every tier.
    pub const fn currency(&self) -> Currency {
        self.first_from.currency()
    }

    /// The highest tier that `amount` reaches.
    pub(super) fn reached_by(&self, amount: Money) -> Result<&Tier, EffectError> {
        if amount.currency() != self.currency() {
            return Err(EffectError::CurrencyMismatch {
                effect: self.currency(),
                request: amount.currency(),
            });
        }
        let mut highest_first = self.tiers.iter().rev();
        let reached = highest_first.find(|tier| tier.from.amount() <= amount.amount());
        reached.ok_or(EffectError::BelowFirstTier {
            first: self.first_from,
            amount,
        })
    }

    pub(super) fn parse(json: Option<&Value>) -> Result<Self, Vec<FieldError>> {
        let Some(sent) = json.and_then(Value::as_array) else {
            return Err(vec![FieldError::new(
                "/effect/tiers",
                "tiers_invalid",
                "Send a list of tiers, such as [{\"from\": {\"amount\": 10000, \"currency\": \"UYU\"}, \"percent\": \"5\"}].",
            )]);
        };
        if !(1..=MAX_TIERS).contains(&sent.len()) {
            return Err(vec![FieldError::new(
                "/effect/tiers",
                "tiers_count_invalid",
                format!("Send 1 to {MAX_TIERS} tiers."),
            )]);
        }
        let mut reader = Reader::default();
        let tiers: Arc<[Tier]> = (0..)
            .zip(sent)
            .filter_map(|(index, tier)| reader.tier(index, tier))
            .collect();
        match tiers.first().map(Tier::from) {
            Some(first_from) if reader.errors.is_empty() => Ok(Self { first_from, tiers }),
            Some(_) | None => Err(reader.errors),
        }
    }
}

impl Serialize for Tiers {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.as_slice())
    }
}

/// The tiers under way, and what is wrong with them.
#[derive(Default)]
struct Reader {
    errors: Vec<FieldError>,
    /// The first currency that was read: all others have to be the same.
    currency: Option<Currency>,
    /// Where the last tier starts that could be read.
    previous: Option<Money>,
}

impl Reader {
    fn tier(&mut self, index: usize, json: &Value) -> Option<Tier> {
        let pointer = format!("/effect/tiers/{index}");
        let from = json.get("from").unwrap_or(&Value::Null);
        let from = self.from(from, &format!("{pointer}/from"));
        let value = self.value(json, &pointer);
        Some(Tier {
            from: from?,
            value: value?,
        })
    }

    fn from(&mut self, json: &Value, pointer: &str) -> Option<Money> {
        let from = keep(&mut self.errors, Money::parse_all(json, pointer))?;
        self.check_currency(from, pointer)?;
        let previous = self.previous.replace(from);
        match previous {
            Some(previous) if from.amount() <= previous.amount() => {
                self.errors.push(FieldError::new(
                    format!("{pointer}/amount"),
                    "tiers_not_ascending",
                    format!("Start above the tier before, which starts at {previous}."),
                ));
                None
            }
            Some(_) | None => Some(from),
        }
    }

    fn value(&mut self, json: &Value, pointer: &str) -> Option<TierValue> {
        let sent = |name| json.get(name).filter(|value| !value.is_null());
        let (percent, amount) = (sent("percent"), sent("amount"));
        if percent.is_some() == amount.is_some() {
            self.errors.push(FieldError::new(
                pointer,
                "percent_or_amount",
                "Give each tier either `percent` or `amount`.",
            ));
        }
        let percent = percent.and_then(|percent| {
            let percent = parse_percent(Some(percent), &format!("{pointer}/percent"));
            keep(&mut self.errors, percent)
        });
        let amount = amount.and_then(|amount| {
            let pointer = format!("{pointer}/amount");
            let amount = keep(&mut self.errors, PositiveMoney::parse_all(amount, &pointer))?;
            self.check_currency(amount.get(), &pointer)?;
            Some(amount)
        });
        percent.map(TierValue::Percent).or(amount.map(TierValue::Amount))
    }

    fn check_currency(&mut self, money: Money, pointer: &str) -> Option<()> {
        let currency = *self.currency.get_or_insert(money.currency());
        if money.currency() == currency {
            return Some(());
        }
        self.errors.push(FieldError::new(
            format!("{pointer}/currency"),
            "currency_differs",
            format!("Send {currency} as above: all tiers are of one currency."),
        ));
        None
    }
}
