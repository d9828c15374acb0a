//! Reading effects from JSON, with every error at once.

use serde_json::Value;

use super::{Effect, Tiers};
use crate::money::{Percent, PositiveMoney, Rounding, RoundingError};
use crate::problem::FieldError;

type Parsed<T> = Result<T, Vec<FieldError>>;

pub(super) fn parse(json: &Value) -> Parsed<Effect> {
    match json.get("type").and_then(Value::as_str) {
        Some("percentage") => parse_percentage(json),
        Some("fixed_amount") => parse_fixed_amount(json),
        Some("tiered") => parse_tiered(json),
        Some(_) | None => Err(vec![FieldError::new(
            "/effect/type",
            "effect_type_unknown",
            "Send an effect whose `type` is `percentage`, `fixed_amount` or `tiered`.",
        )]),
    }
}

fn parse_percentage(json: &Value) -> Parsed<Effect> {
    let mut errors = Vec::new();
    let percent = keep(&mut errors, parse_percent(json.get("percent"), "/effect/percent"));
    let max_amount = json.get("max_amount").filter(|sent| !sent.is_null());
    let max_amount =
        max_amount.and_then(|sent| keep(&mut errors, PositiveMoney::parse_all(sent, "/effect/max_amount")));
    let rounding = keep(&mut errors, parse_rounding(json));
    match (percent, rounding) {
        (Some(percent), Some(rounding)) if errors.is_empty() => Ok(Effect::Percentage {
            percent,
            max_amount,
            rounding,
        }),
        (Some(_) | None, Some(_) | None) => Err(errors),
    }
}

fn parse_fixed_amount(json: &Value) -> Parsed<Effect> {
    let amount = json.get("amount").unwrap_or(&Value::Null);
    let amount = PositiveMoney::parse_all(amount, "/effect/amount")?;
    Ok(Effect::FixedAmount { amount })
}

fn parse_tiered(json: &Value) -> Parsed<Effect> {
    let mut errors = Vec::new();
    let tiers = keep(&mut errors, Tiers::parse(json.get("tiers")));
    let rounding = keep(&mut errors, parse_rounding(json));
    match (tiers, rounding) {
        (Some(tiers), Some(rounding)) => Ok(Effect::Tiered { tiers, rounding }),
        (Some(_) | None, Some(_) | None) => Err(errors),
    }
}

/// What was read; what is wrong is added to `errors`.
pub(super) fn keep<T>(errors: &mut Vec<FieldError>, parsed: Parsed<T>) -> Option<T> {
    parsed.map_err(|found| errors.extend(found)).ok()
}

pub(super) fn parse_percent(json: Option<&Value>, pointer: &str) -> Parsed<Percent> {
    let percent = json.and_then(Value::as_str).and_then(|text| text.parse().ok());
    percent.ok_or_else(|| {
        vec![FieldError::new(
            pointer,
            "percent_invalid",
            "Send a string like \"10\" or \"12.5\": more than 0, at most 100, at most 4 decimals.",
        )]
    })
}

fn parse_rounding(json: &Value) -> Parsed<Rounding> {
    let sent = match json.get("rounding") {
        None | Some(Value::Null) => return Ok(Rounding::default()),
        Some(sent) => sent,
    };
    let rounding = sent.as_str().ok_or(RoundingError).and_then(str::parse);
    rounding.map_err(|_| {
        vec![FieldError::new(
            "/effect/rounding",
            "rounding_unknown",
            "Send \"half_up\", \"half_even\", \"down\" or \"up\"; without it shares are rounded half up.",
        )]
    })
}
