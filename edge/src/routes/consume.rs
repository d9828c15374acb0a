//! What follows an evaluation: its consumption by the ledger, the answer and the record.

use chrono::{DateTime, Utc};
use engine::evaluate::Refusal;
use engine::ids::RedemptionId;
use engine::ledger::{Claim, Command, CouponClaim, Entry, Objects, Outcome, Place, Redeem, Refused};
use engine::problem::ProblemType;
use engine::promotion::{Kind, Rule};
use engine::wire::v1::{EvaluateAnswer, EvaluationRecord, Reason};

use crate::app::App;
use crate::guesses::{Guesser, is_about_a_coupon};
use crate::problem::Failure;
use crate::{answer, auth, ledger, records};

/// What this evaluation says, before the ledger has its say.
pub(super) struct Judged {
    /// Where the ledger keeps it; `None` for a refusal of what no earlier request can have been granted.
    pub(super) place: Option<Place>,
    pub(super) claim: Claim,
    pub(super) entry: Entry,
    /// What an applicable evaluation is about to consume.
    pub(super) redemption_id: Option<RedemptionId>,
    /// The shop's name for the order, if it sent one.
    pub(super) transaction_id: Option<String>,
    /// Until when to reserve; `None` consumes for good.
    pub(super) until: Option<DateTime<Utc>>,
}

/// The body of the `200` that an evaluation comes to.
pub(super) struct Answered {
    /// An [`EvaluateAnswer`].
    pub(super) json: Vec<u8>,
    /// What says so when it is the first answer to the same request, again.
    pub(super) repeated: Option<(&'static str, &'static str)>,
}

impl Answered {
    fn new(answer: &EvaluateAnswer) -> Self {
        Self {
            json: answer::to_json(answer),
            repeated: None,
        }
    }

    fn again(first: &EvaluateAnswer) -> Self {
        Self {
            repeated: Some(("Idempotent-Replayed", "true")),
            ..Self::new(first)
        }
    }
}

impl Judged {
    /// Who shows a coupon, if the answer would tell something of it.
    fn guesser(&self) -> Option<Guesser> {
        let record = &self.entry.record;
        let tells = self.claim.coupon.is_some() || record.reason.is_some_and(is_about_a_coupon);
        tells.then(|| Guesser::new(record.app_key_id, self.claim.customer_id.as_deref()))
    }
}

/// Has the ledger consume what applies, and answers.
///
/// Awaits the ledger at most once; repeating the same request gives the first answer.
pub(super) async fn consume(app: &App, judged: Judged) -> Result<Answered, Failure> {
    let guesser = judged.guesser();
    if let Some(guesser) = &guesser {
        guesser.admit(app, judged.entry.record.reason)?;
    }
    if judged.entry.answer.applicable {
        redeem(app, judged, guesser).await
    } else {
        refuse(app, judged).await
    }
}

/// The ledger's event holds the record of what it grants; that of a refusal is sent from here.
async fn redeem(app: &App, judged: Judged, guesser: Option<Guesser>) -> Result<Answered, Failure> {
    let (Some(place), Some(id)) = (judged.place, judged.redemption_id) else {
        return Err(unexpected("an applicable evaluation consumes nothing"));
    };
    let Judged {
        claim,
        entry,
        transaction_id,
        until,
        ..
    } = judged;
    let command = Command::Redeem(Box::new(Redeem {
        entry: entry.clone(),
        id,
        claim,
        transaction_id: transaction_id.clone(),
        until,
    }));
    match ledger::call(app, &place, command).await? {
        Outcome::Granted { .. } => Ok(Answered::new(&entry.answer)),
        Outcome::Refused { by } => {
            if let Some(guesser) = guesser {
                guesser.learn(app, by.refusal().code);
            }
            Ok(refusal_answer(app, refused(entry, by), by.is_exhaustion()))
        }
        Outcome::Replayed(first) => Ok(Answered::again(&first)),
        Outcome::Conflict => Err(already_used(transaction_id.as_deref())),
        Outcome::KeyRevoked => Err(auth::revoked()),
        other @ (Outcome::Unused
        | Outcome::Stands(_)
        | Outcome::Closed { .. }
        | Outcome::Excess { .. }
        | Outcome::Unknown
        | Outcome::NotAllowed) => Err(unexpected_outcome(&other)),
    }
}

/// A refusal consumes nothing. One that the promotion's end or pause caused may meet the retry of a lost answer,
/// which still gets its first answer.
async fn refuse(app: &App, judged: Judged) -> Result<Answered, Failure> {
    let Judged {
        place,
        entry,
        transaction_id,
        ..
    } = judged;
    let Some(place) = place else {
        return Ok(refusal_answer(app, entry, false));
    };
    let command = Command::LookUp {
        fingerprint: entry.fingerprint.clone(),
        app_key_id: entry.record.app_key_id,
    };
    match ledger::call(app, &place, command).await? {
        Outcome::Unused => Ok(refusal_answer(app, entry, false)),
        Outcome::Replayed(first) => Ok(Answered::again(&first)),
        Outcome::Conflict => Err(already_used(transaction_id.as_deref())),
        Outcome::KeyRevoked => Err(auth::revoked()),
        other @ (Outcome::Granted { .. }
        | Outcome::Refused { .. }
        | Outcome::Stands(_)
        | Outcome::Closed { .. }
        | Outcome::Excess { .. }
        | Outcome::Unknown
        | Outcome::NotAllowed) => Err(unexpected_outcome(&other)),
    }
}

fn unexpected(cause: impl Into<String>) -> Failure {
    Failure::fault(ProblemType::Internal, cause)
}

/// An outcome that the ledger has no reason for.
pub(super) fn unexpected_outcome(outcome: &Outcome) -> Failure {
    unexpected(format!("the ledger answered {outcome:?}"))
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

/// Where the ledger keeps a redemption; `unique` is this evaluation's identifier.
pub(super) fn place(
    rule: &Rule,
    request: &engine::evaluate::Request<'_>,
    coupon: Option<&CouponClaim>,
    refusal: Option<Refusal<'_>>,
    idempotency_key: Option<&str>,
    unique: &str,
) -> Option<Place> {
    if refusal.is_some_and(|refusal| !refusal.code.may_follow_a_grant()) {
        return None;
    }
    let objects = Objects::of(rule);
    let transaction_id = request.transaction_id();
    let of_coupon = |coupon| objects.of_request(transaction_id, Some(coupon), idempotency_key, unique);
    match (rule.kind(), coupon) {
        (Kind::Discount, _) => Some(objects.of_request(transaction_id, None, None, unique)),
        (Kind::Coupon, Some(coupon)) => Some(of_coupon(&coupon.code)),
        // A refusal of what has no name: it is nothing's repetition.
        (Kind::Coupon, None) if transaction_id.is_empty() && idempotency_key.is_none() => None,
        (Kind::Coupon, None) => {
            let coupon = rule.coupon(request.coupon_code()?)?;
            Some(of_coupon(&coupon.code))
        }
    }
}

fn refusal_answer(app: &App, entry: Entry, exhausted: bool) -> Answered {
    let answered = Answered::new(&entry.answer);
    let record = EvaluationRecord {
        exhausted,
        response_ms: app.elapsed_millis(),
        ..entry.record
    };
    records::send_after_answer(app, record);
    answered
}

fn already_used(transaction_id: Option<&str>) -> Failure {
    let detail = match transaction_id {
        Some(transaction_id) => format!(
            "Transaction `{transaction_id}` used this promotion with another request: send the first request again, or a new transaction."
        ),
        None => {
            "This `Idempotency-Key` used the coupon with another request: send the first request again, or a new key."
                .to_owned()
        }
    };
    Failure::rejection(ProblemType::TransactionAlreadyUsed, detail)
}

/// A refusal as the shop learns it.
pub(super) fn reason(refusal: Refusal<'_>) -> Reason {
    Reason {
        code: refusal.code,
        detail: refusal.detail.to_string(),
    }
}
