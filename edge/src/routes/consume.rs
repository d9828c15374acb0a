//! What follows an evaluation: its consumption by the ledger, the answer and the record.

use engine::evaluate::Refusal;
use engine::ids::EvaluationId;
use engine::ledger::{Claim, Command, CouponClaim, Entry, Outcome, Redeem, Refused};
use engine::problem::ProblemType;
use engine::promotion::{Kind, Rule};
use engine::wire::v1::{EvaluateAnswer, EvaluationRecord, Reason};
use worker::Response;

use crate::app::App;
use crate::ledger::{Objects, Place};
use crate::problem::Failure;
use crate::{answer, ledger, records};

/// What this evaluation says, before the ledger has its say.
pub(super) struct Judged {
    /// Where the ledger keeps it; `None` for a refusal of what no earlier request can have been granted.
    pub(super) place: Option<Place>,
    pub(super) claim: Claim,
    pub(super) entry: Entry,
}

/// Has the ledger consume what applies, and answers.
///
/// Awaits the ledger at most once; repeating the same request gives the first answer.
pub(super) async fn consume(app: &App, judged: Judged) -> Result<Response, Failure> {
    if judged.entry.answer.applicable {
        redeem(app, judged).await
    } else {
        refuse(app, judged).await
    }
}

async fn redeem(app: &App, judged: Judged) -> Result<Response, Failure> {
    let Judged { place, claim, entry } = judged;
    let unexpected = |what| Failure::fault(ProblemType::Internal, what);
    let place = place.ok_or_else(|| unexpected("an applicable evaluation consumes nothing"))?;
    let command = Command::Redeem(Box::new(Redeem {
        entry: entry.clone(),
        claim: Some(claim),
    }));
    match ledger::call(app, &place, command).await? {
        Outcome::Granted { exhausted } => Ok(first_answer(app, entry, exhausted)),
        Outcome::Refused { by } => Ok(first_answer(app, refused(entry, by), by.is_exhaustion())),
        Outcome::Replayed(first) => Ok(repeated_answer(app, *first)),
        Outcome::Conflict => Err(already_used(&place)),
        Outcome::Unused => Err(unexpected("the ledger answered a redemption with `unused`")),
    }
}

/// A refusal consumes nothing. One that the promotion's end or pause caused may meet the retry of a lost answer,
/// which still gets its first answer.
async fn refuse(app: &App, judged: Judged) -> Result<Response, Failure> {
    let Judged { place, entry, .. } = judged;
    let Some(place) = place else {
        return Ok(first_answer(app, entry, false));
    };
    let command = Command::LookUp {
        fingerprint: entry.fingerprint.clone(),
    };
    match ledger::call(app, &place, command).await? {
        Outcome::Unused => Ok(first_answer(app, entry, false)),
        Outcome::Replayed(first) => Ok(repeated_answer(app, *first)),
        Outcome::Conflict => Err(already_used(&place)),
        Outcome::Granted { .. } | Outcome::Refused { .. } => Err(Failure::fault(
            ProblemType::Internal,
            "the ledger decided where it was only asked",
        )),
    }
}

/// The answer and the record of what the ledger refuses.
fn refused(entry: Entry, by: Refused) -> Entry {
    let refusal = by.refusal();
    let Entry {
        v,
        fingerprint,
        answer,
        record,
    } = entry;
    Entry {
        v,
        fingerprint,
        answer: EvaluateAnswer {
            applicable: false,
            reason: Some(reason(refusal)),
            effect: None,
            discount: None,
            redemption: None,
            ..answer
        },
        record: EvaluationRecord {
            reason: Some(refusal.code),
            discount: None,
            redemption_id: None,
            coupon: None,
            ..record
        },
    }
}

/// Where the ledger keeps a redemption. A coupon's use without a transaction is like no other.
pub(super) fn place(
    rule: &Rule,
    request: &engine::evaluate::Request<'_>,
    coupon: Option<&CouponClaim>,
    refusal: Option<Refusal<'_>>,
    id: EvaluationId,
) -> Option<Place> {
    if refusal.is_some_and(|refusal| !refusal.code.may_follow_a_grant()) {
        return None;
    }
    let objects = Objects::of(rule);
    let transaction_id = request.transaction_id();
    match (rule.kind(), coupon) {
        (Kind::Discount, _) => Some(objects.of_transaction(transaction_id)),
        (Kind::Coupon, Some(coupon)) if transaction_id.is_empty() => {
            Some(objects.of_use(&coupon.code, &id.to_string()))
        }
        (Kind::Coupon, Some(coupon)) => Some(objects.of_use(&coupon.code, transaction_id)),
        (Kind::Coupon, None) if transaction_id.is_empty() => None,
        (Kind::Coupon, None) => {
            let coupon = rule.coupon(request.coupon_code()?)?;
            Some(objects.of_use(&coupon.code, transaction_id))
        }
    }
}

fn first_answer(app: &App, entry: Entry, exhausted: bool) -> Response {
    let response = answer::json(200, &entry.answer);
    records::send_after_answer(
        app,
        EvaluationRecord {
            exhausted,
            response_ms: app.elapsed_millis(),
            ..entry.record
        },
    );
    response
}

/// The first answer again. Its record too, because whatever lost the answer may have lost the record.
fn repeated_answer(app: &App, first: Entry) -> Response {
    let response = answer::json(200, &first.answer);
    answer::set_header(&response, "Idempotent-Replayed", "true");
    records::send_after_answer(app, first.record);
    response
}

fn already_used(place: &Place) -> Failure {
    let transaction_id = &place.transaction_id;
    let detail = format!(
        "Transaction `{transaction_id}` used this promotion with another request: send the first request again, or a new transaction."
    );
    Failure::rejection(ProblemType::TransactionAlreadyUsed, detail)
}

/// A refusal as the shop learns it.
pub(super) fn reason(refusal: Refusal<'_>) -> Reason {
    Reason {
        code: refusal.code,
        detail: refusal.detail.to_string(),
    }
}
