//! An effect in words.

use engine::effect::Effect;

use crate::i18n::promotions as text;

/// Such as `10 % off, at most 500.00 UYU`.
pub(super) fn describe(effect: &Effect) -> String {
    match effect {
        Effect::Percentage {
            percent,
            max_amount: None,
        } => text::percent_off(&percent.to_string()),
        Effect::Percentage {
            percent,
            max_amount: Some(cap),
        } => text::percent_off_capped(&percent.to_string(), &cap.to_string()),
        Effect::FixedAmount { amount } => text::amount_off(&amount.to_string()),
    }
}
