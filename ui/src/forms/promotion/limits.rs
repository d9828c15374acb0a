//! Limits as they are typed; empty for none.

use engine::money::Currency;
use engine::problem::FieldError;
use engine::promotion::Limits;
use serde_json::{Value, json};

use super::{money, typed};
use crate::i18n::forms as text;

/// Limits as they are typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct LimitsDraft {
    pub(crate) total: String,
    pub(crate) per_customer: String,
    /// In major units.
    pub(crate) budget: String,
}

impl LimitsDraft {
    /// The draft of limits.
    pub(super) fn of(limits: &Limits) -> Self {
        let number = |limit: Option<std::num::NonZeroU64>| limit.map(|limit| limit.to_string()).unwrap_or_default();
        Self {
            total: number(limits.total()),
            per_customer: number(limits.per_customer()),
            budget: limits.budget().map(|budget| typed(budget.get())).unwrap_or_default(),
        }
    }

    /// Whether nothing is limited.
    pub(crate) fn is_empty(&self) -> bool {
        [&self.total, &self.per_customer, &self.budget]
            .iter()
            .all(|typed| typed.trim().is_empty())
    }

    /// The API's form.
    pub(super) fn to_json(&self, currency: Currency, errors: &mut Vec<FieldError>) -> Value {
        let budget = (!self.budget.trim().is_empty()).then(|| money(&self.budget, currency, "/limits/budget", errors));
        json!({
            "total": number(&self.total, "/limits/total", errors),
            "per_customer": number(&self.per_customer, "/limits/per_customer", errors),
            "budget": budget.flatten(),
        })
    }
}

fn number(typed: &str, at: &str, errors: &mut Vec<FieldError>) -> Option<u64> {
    let typed = typed.trim();
    if typed.is_empty() {
        return None;
    }
    let is_digits = typed.bytes().all(|byte| byte.is_ascii_digit());
    let number = typed.parse().ok().filter(|_| is_digits);
    if number.is_none() {
        errors.push(FieldError::new(at, "limit_invalid", text::limit_invalid()));
    }
    number
}
