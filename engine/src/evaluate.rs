//! Does a promotion apply to a request? Pure: the rule, the body and the time come in, a decision goes out.
//!
//! ```text
//! body ── request::read ──▶ Request (checked against the rule) ── decide ──▶ Decision
//! ```
//!
//! The body is checked first and completely, whatever the promotion's state: a shop learns of a wrong request on the
//! day it is written, not when the promotion starts.

mod reason;
mod request;

use chrono::{DateTime, Utc};

use crate::expression::{Inputs, Value};
use crate::money::Money;
use crate::promotion::{Rule, Status};

pub use crate::demographics::AgeBand;
pub use reason::{Decision, ReasonCode, Refusal};
pub use request::{EvaluateError, MAX_REFERENCE_CHARS, Request};

/// A checked request and what was decided on it.
#[derive(Debug, Clone)]
pub struct Evaluation {
    /// What the shop sent.
    pub request: Request,
    /// What follows.
    pub decision: Decision,
}

/// Evaluates a rule for a request's body at `now`.
///
/// # Errors
/// The body is no JSON, or fields are wrong: all of them at once.
pub fn evaluate(rule: &Rule, body: &[u8], now: DateTime<Utc>) -> Result<Evaluation, EvaluateError> {
    let request = Request::read(rule, body, now)?;
    let decision = decide(rule, &request, now);
    Ok(Evaluation { request, decision })
}

fn decide(rule: &Rule, request: &Request, now: DateTime<Utc>) -> Decision {
    let terms = rule.terms();
    if rule.status() != Status::Active {
        return Decision::refused(ReasonCode::NotActive, "The promotion is not active.");
    }
    if let Some(starts_at) = terms.starts_at().filter(|starts_at| now < *starts_at) {
        return Decision::refused(
            ReasonCode::NotStarted,
            format!("The promotion starts at {}.", rfc3339(starts_at)),
        );
    }
    // Milliseconds are as fine as the host's clock; an end of 23:59:59Z includes exactly that instant.
    if let Some(ends_at) = terms.ends_at().filter(|ends_at| now > *ends_at) {
        return Decision::refused(
            ReasonCode::Expired,
            format!("The promotion ended at {}.", rfc3339(ends_at)),
        );
    }
    if !terms.condition().evaluate(&inputs(request)) {
        return Decision::refused(ReasonCode::ConditionNotMet, "The promotion's condition is not met.");
    }
    match request.amount().map(|amount| terms.effect().discount(amount)) {
        None => Decision::Applicable { discount: None },
        Some(Ok(discount)) => Decision::Applicable {
            discount: Some(discount),
        },
        Some(Err(mismatch)) => Decision::refused(ReasonCode::EffectNotApplicable, format!("No discount: {mismatch}.")),
    }
}

fn rfc3339(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true)
}

/// The names that a condition may read.
fn inputs(request: &Request) -> Inputs<'_> {
    let text = |text: &str| Value::String(text.to_owned());
    let built_in = [
        ("age", request.age_years().map(|age| Value::Number(age.into()))),
        ("amount", request.amount().map(Money::to_decimal).map(Value::Number)),
        ("city", request.city().map(text)),
        ("country", request.country().map(text)),
        ("customer_id", request.customer_id().map(text)),
    ];
    let built_in = built_in
        .into_iter()
        .filter_map(|(name, value)| value.map(|value| (name, value)));
    let declared = request
        .attributes()
        .iter()
        .map(|(name, value)| (name.as_str(), value.clone()));
    built_in.chain(declared).collect()
}
