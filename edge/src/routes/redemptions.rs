//! `/v1/redemptions/{id}`: what became of a redemption, and what changes it.

use engine::ids::RedemptionId;
use engine::ledger::{Command, Handle, Outcome, RollBack, object_of};
use engine::money::Money;
use engine::problem::{FieldError, ProblemType};
use engine::wire::v1::RedemptionStatus;
use serde::Deserialize;
use serde_json::Value;
use worker::{Request, Response};

use super::consume::unexpected_outcome;
use super::idempotency;
use crate::app::App;
use crate::problem::Failure;
use crate::{answer, auth, body, ledger};

/// Longest body of a roll-back, in bytes: an amount, with room for white space.
const MAX_ROLL_BACK_BYTES: usize = 1024;

/// What a call wants of a redemption.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wish {
    Find,
    Confirm,
    Release,
    RollBack,
}

/// Answers the redemption as it stands afterwards.
///
/// Awaits the key from KV when cold, the body of a roll-back, and the ledger's object once. Repeating is safe, but for a
/// part that is given back without `Idempotency-Key`.
pub(crate) async fn answer(app: &App, request: &mut Request, id: &str, wish: Wish) -> Result<Response, Failure> {
    let key = auth::authenticate(app, request).await?;
    let redemption_id: RedemptionId = id.parse().map_err(|_| not_found())?;
    let object = object_of(key.organization_id, redemption_id).ok_or_else(not_found)?;
    let handle = Handle {
        redemption_id,
        app_key_id: key.id,
        scope: key.promotions.clone(),
    };
    let command = match wish {
        Wish::Find => Command::Find(handle),
        Wish::Confirm => Command::Confirm(handle),
        Wish::Release => Command::Release(handle),
        Wish::RollBack => Command::RollBack(Box::new(read_roll_back(request, handle).await?)),
    };
    let is_repeatable = is_repeatable(&command);
    match ledger::call_named(app, &object, command).await {
        Ok(outcome) => respond(outcome, wish),
        Err(failure) if is_repeatable => Err(failure),
        Err(failure) => Err(failure.with_detail(
            "The ledger does not answer. Read the redemption before you send this again, or send it with an `Idempotency-Key`: a part may be given back twice else.",
        )),
    }
}

const fn is_repeatable(command: &Command) -> bool {
    match command {
        Command::RollBack(wanted) => wanted.amount.is_none() || wanted.idempotency_key.is_some(),
        Command::Redeem(_)
        | Command::LookUp { .. }
        | Command::Confirm(_)
        | Command::Release(_)
        | Command::Find(_)
        | Command::Expire => true,
    }
}

async fn read_roll_back(request: &mut Request, handle: Handle) -> Result<RollBack, Failure> {
    body::require_json(request)?;
    let idempotency_key = idempotency::read(request)?;
    let body = body::read(request, MAX_ROLL_BACK_BYTES).await?;
    Ok(RollBack {
        handle,
        amount: read_part(&body)?,
        idempotency_key,
    })
}

#[derive(Deserialize)]
struct Body {
    amount: Option<Value>,
}

/// The part that a body names; `None` for all that is left.
fn read_part(body: &[u8]) -> Result<Option<Money>, Failure> {
    if body.is_empty() {
        return Ok(None);
    }
    let body: Body = body::parse(body).map_err(|error| {
        let detail = format!("Send `{{}}`, or `{{\"amount\": …}}` for a part, as JSON: {error}.");
        Failure::rejection(ProblemType::Malformed, detail)
    })?;
    let amount = body.amount.map(|amount| Money::parse(&amount, "/amount")).transpose();
    match amount.map_err(|error| Failure::invalid(vec![error]))? {
        Some(part) if part.amount() == 0 => Err(Failure::invalid(vec![FieldError::new(
            "/amount/amount",
            "amount_invalid",
            "Send at least one minor unit, or no amount to give back all that is left.",
        )])),
        amount => Ok(amount),
    }
}

fn respond(outcome: Outcome, wish: Wish) -> Result<Response, Failure> {
    let conflict = |detail: String| Err(Failure::rejection(ProblemType::Conflict, detail));
    match outcome {
        Outcome::Stands(redemption) => Ok(answer::json(200, &redemption)),
        Outcome::Unknown => Err(not_found()),
        Outcome::NotAllowed => Err(Failure::rejection(
            ProblemType::AppKeyNotAllowed,
            "The application key is not bound to the redemption's promotion: use one that is, or bind it in the merchant app.",
        )),
        Outcome::KeyRevoked => Err(auth::revoked()),
        Outcome::Closed { status } => conflict(closed(status, wish).to_owned()),
        Outcome::Excess { left } => conflict(format!(
            "Of the discount {left} minor units are left: give back at most that, in the discount's currency."
        )),
        Outcome::Conflict => {
            conflict("This `Idempotency-Key` gave back another amount: send that again, or a new key.".to_owned())
        }
        other @ (Outcome::Granted { .. } | Outcome::Replayed(_) | Outcome::Refused { .. } | Outcome::Unused) => {
            Err(unexpected_outcome(&other))
        }
    }
}

/// What to do about a redemption that cannot go where it was to.
const fn closed(status: RedemptionStatus, wish: Wish) -> &'static str {
    match (status, wish) {
        (RedemptionStatus::Reserved, _) => "It is only reserved: release it, or confirm it before you roll it back.",
        (RedemptionStatus::Committed, _) => "It is committed: roll it back instead.",
        (RedemptionStatus::Released, Wish::RollBack) => "It was released, so there is nothing to give back.",
        (RedemptionStatus::Released, _) => "It was released: reserve again.",
        (RedemptionStatus::Expired, Wish::RollBack) => "The reservation has expired, so there is nothing to give back.",
        (RedemptionStatus::Expired, _) => "The reservation has expired: reserve again.",
        (RedemptionStatus::RolledBack, _) => "It was rolled back: reserve or evaluate again with a new transaction.",
    }
}

fn not_found() -> Failure {
    let detail = "There is no such redemption in the key's organisation: check the identifier.";
    Failure::rejection(ProblemType::NotFound, detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts() {
        let check = |body: &str, expected: Result<Option<u64>, ()>| {
            let found = read_part(body.as_bytes()).map(|part| part.map(Money::amount));
            assert_eq!(found.map_err(drop), expected, "{body}");
        };
        check("", Ok(None));
        check("{}", Ok(None));
        check(r#"{"amount": null}"#, Ok(None));
        check(r#"{"amount": {"amount": 5, "currency": "UYU"}}"#, Ok(Some(5)));
        check(r#"{"amount": {"amount": 0, "currency": "UYU"}}"#, Err(()));
        check(r#"{"amount": {"amount": 5}}"#, Err(()));
        check(r#"{"amount": 5}"#, Err(()));
        check("[", Err(()));
    }
}
