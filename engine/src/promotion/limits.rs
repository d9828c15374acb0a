//! How often and how much a promotion gives.

use std::num::NonZeroU64;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::money::{MAX_AMOUNT, Money, PositiveMoney};
use crate::problem::FieldError;

/// How often and how much; `null` alone means unlimited.
///
/// ```
/// use engine::promotion::Limits;
/// use serde_json::json;
///
/// let limits = Limits::parse(&json!({"total": 500, "per_customer": null})).unwrap();
/// assert_eq!(limits.total().map(u64::from), Some(500));
/// assert!(limits.is_counted());
/// assert_eq!(Limits::parse(&json!({"total": 0})).unwrap_err()[0].code, "limit_invalid");
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Value")]
pub struct Limits {
    total: Option<NonZeroU64>,
    per_customer: Option<NonZeroU64>,
    budget: Option<PositiveMoney>,
}

impl Limits {
    /// Reads the API's form; every error has a pointer below `/limits`.
    ///
    /// # Errors
    /// All that is wrong, at once.
    pub fn parse(json: &Value) -> Result<Self, Vec<FieldError>> {
        if json.is_null() {
            return Ok(Self::default());
        }
        let Some(object) = json.as_object() else {
            let detail = "Send an object of limits, or null.";
            return Err(vec![FieldError::new("/limits", "not_an_object", detail)]);
        };
        let mut errors = Vec::new();
        let total = number(object.get("total"), "/limits/total", &mut errors);
        let per_customer = number(object.get("per_customer"), "/limits/per_customer", &mut errors);
        let budget = object.get("budget").filter(|budget| !budget.is_null());
        let budget = budget.map(|budget| PositiveMoney::parse_all(budget, "/limits/budget"));
        let budget = budget.transpose().map_err(|found| errors.extend(found)).ok().flatten();
        for name in object.keys() {
            if !["total", "per_customer", "budget"].contains(&name.as_str()) {
                let pointer = format!("/limits/{}", super::escape_pointer(name));
                let detail = "Leave it out: the limits are `total`, `per_customer` and `budget`.";
                errors.push(FieldError::new(pointer, "field_unknown", detail));
            }
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        Ok(Self {
            total,
            per_customer,
            budget,
        })
    }

    /// Limits that were read before, each at most [`MAX_AMOUNT`].
    pub(crate) fn new(total: Option<u64>, per_customer: Option<u64>, budget: Option<Money>) -> Option<Self> {
        let limit = |limit: Option<u64>| match limit {
            None => Some(None),
            Some(limit) if limit <= MAX_AMOUNT => NonZeroU64::new(limit).map(Some),
            Some(_) => None,
        };
        let budget = match budget {
            None => None,
            Some(budget) => Some(PositiveMoney::new(budget)?),
        };
        Some(Self {
            total: limit(total)?,
            per_customer: limit(per_customer)?,
            budget,
        })
    }

    /// Redemptions in all.
    pub const fn total(&self) -> Option<NonZeroU64> {
        self.total
    }

    /// Redemptions of one customer.
    pub const fn per_customer(&self) -> Option<NonZeroU64> {
        self.per_customer
    }

    /// Discounts in all.
    pub const fn budget(&self) -> Option<PositiveMoney> {
        self.budget
    }

    /// Whether anything is counted over all redemptions of the promotion.
    pub const fn is_counted(&self) -> bool {
        self.total.is_some() || self.per_customer.is_some() || self.budget.is_some()
    }
}

fn number(json: Option<&Value>, pointer: &str, errors: &mut Vec<FieldError>) -> Option<NonZeroU64> {
    let json = json.filter(|limit| !limit.is_null())?;
    // As with amounts: no more than a JavaScript client reads exactly.
    let number = json.as_u64().filter(|number| *number <= MAX_AMOUNT);
    let number = number.and_then(NonZeroU64::new);
    if number.is_none() {
        let detail = format!("Send a whole number from 1 to {MAX_AMOUNT}, or null for no limit.");
        errors.push(FieldError::new(pointer, "limit_invalid", detail));
    }
    number
}

impl TryFrom<Value> for Limits {
    type Error = String;

    fn try_from(json: Value) -> Result<Self, String> {
        Self::parse(&json).map_err(|errors| {
            let pointers: Vec<_> = errors.iter().map(|error| error.pointer.as_str()).collect();
            format!("these limits are not valid: {}", pointers.join(", "))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn stored_form_is_pinned() {
        let check = |text: &str| {
            let limits: Limits = serde_json::from_str(text).unwrap();
            assert_eq!(serde_json::to_string(&limits).unwrap(), text);
        };
        check(r#"{"total":null,"per_customer":null,"budget":null}"#);
        check(r#"{"total":500,"per_customer":1,"budget":{"amount":100000,"currency":"UYU"}}"#);
    }

    #[test]
    fn refusals() {
        let check = |json: Value, expected: &[(&str, &str)]| {
            let errors = Limits::parse(&json).unwrap_err();
            let found: Vec<_> = errors
                .iter()
                .map(|error| (error.pointer.as_str(), error.code.as_str()))
                .collect();
            assert_eq!(found, expected, "{json}");
        };
        check(json!(5), &[("/limits", "not_an_object")]);
        check(json!([]), &[("/limits", "not_an_object")]);
        for wrong in [
            json!(0),
            json!(-1),
            json!(1.5),
            json!("5"),
            json!(true),
            json!(MAX_AMOUNT + 1),
        ] {
            check(json!({"total": wrong}), &[("/limits/total", "limit_invalid")]);
        }
        let budget = json!({"amount": 0, "currency": "UYU"});
        check(
            json!({"total": 0, "per_customer": -1, "budget": budget, "weekly": 1}),
            &[
                ("/limits/total", "limit_invalid"),
                ("/limits/per_customer", "limit_invalid"),
                ("/limits/budget/amount", "amount_zero"),
                ("/limits/weekly", "field_unknown"),
            ],
        );
    }

    #[test]
    fn what_is_counted() {
        let check = |json: Value, counted| assert_eq!(Limits::parse(&json).unwrap().is_counted(), counted, "{json}");
        check(json!(null), false);
        check(json!({}), false);
        check(json!({"total": null, "per_customer": null, "budget": null}), false);
        check(json!({"total": 1}), true);
        check(json!({"per_customer": 1}), true);
        check(json!({"budget": {"amount": 1, "currency": "UYU"}}), true);
    }
}
