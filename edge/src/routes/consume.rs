//! What follows an evaluation: its consumption by the ledger, the answer and the record. [`next`] says what the ledger has to
//! be asked, and [`Asked::answer`] what its outcome means; in between, two ways wait for it each in its own manner.

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
use crate::{auth, ledger, records};

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
            json: answer.to_json(),
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

/// How a judged evaluation goes on.
pub(super) enum Next {
    /// With this answer.
    Answer(Answered),
    /// With a question to the ledger.
    Ask(Box<Question>),
}

/// What the ledger is asked.
pub(super) struct Question {
    pub(super) place: Place,
    pub(super) command: Command,
    /// What its outcome is for.
    pub(super) asked: Asked,
}

/// An evaluation that waits for the ledger.
pub(super) struct Asked {
    entry: Entry,
    transaction_id: Option<String>,
    guesser: Option<Guesser>,
}

/// Has the ledger consume what applies, and answers.
///
/// Awaits the ledger at most once; repeating the same request gives the first answer.
pub(super) async fn consume(app: &App, judged: Judged) -> Result<Answered, Failure> {
    match next(app, judged)? {
        Next::Answer(answered) => Ok(answered),
        Next::Ask(question) => {
            let Question { place, command, asked } = *question;
            let outcome = ledger::call(app, &place, command).await?;
            asked.answer(app, outcome)
        }
    }
}

/// What applies is to be consumed. A refusal consumes nothing; one that the promotion's end or pause caused may meet the
/// retry of a lost answer, which still gets its first answer.
pub(super) fn next(app: &App, judged: Judged) -> Result<Next, Failure> {
    let guesser = judged.guesser();
    if let Some(guesser) = &guesser {
        guesser.admit(app, judged.entry.record.reason)?;
    }
    let Judged {
        place,
        claim,
        entry,
        redemption_id,
        transaction_id,
        until,
    } = judged;
    let (place, command) = match (place, redemption_id) {
        (Some(place), Some(id)) => {
            let redeem = Redeem {
                entry: entry.clone(),
                id,
                claim,
                transaction_id: transaction_id.clone(),
                until,
            };
            (place, Command::Redeem(Box::new(redeem)))
        }
        (_, None) if entry.answer.applicable => return Err(unexpected("an applicable evaluation consumes nothing")),
        (Some(place), None) => {
            let look_up = Command::LookUp {
                fingerprint: entry.fingerprint.clone(),
                app_key_id: entry.record.app_key_id,
            };
            (place, look_up)
        }
        (None, _) => return Ok(Next::Answer(refusal_answer(app, entry, false))),
    };
    let asked = Asked {
        entry,
        transaction_id,
        guesser,
    };
    Ok(Next::Ask(Box::new(Question { place, command, asked })))
}

impl Asked {
    /// The ledger's event holds the record of what it grants; that of a refusal is sent from here.
    pub(super) fn answer(self, app: &App, outcome: Outcome) -> Result<Answered, Failure> {
        let Self {
            entry,
            transaction_id,
            guesser,
        } = self;
        match (outcome, entry.answer.applicable) {
            (Outcome::Granted { .. }, true) => Ok(Answered::new(&entry.answer)),
            (Outcome::Refused { by }, true) => {
                if let Some(guesser) = guesser {
                    guesser.learn(app, by.refusal().code);
                }
                Ok(refusal_answer(app, refused(entry, by), by.is_exhaustion()))
            }
            (Outcome::Unused, false) => Ok(refusal_answer(app, entry, false)),
            (Outcome::Replayed(first), _) => Ok(Answered::again(&first)),
            (Outcome::Conflict, _) => Err(already_used(transaction_id.as_deref())),
            (Outcome::KeyRevoked, _) => Err(auth::revoked()),
            (
                other @ (Outcome::Granted { .. }
                | Outcome::Refused { .. }
                | Outcome::Unused
                | Outcome::Stands(_)
                | Outcome::Closed { .. }
                | Outcome::Excess { .. }
                | Outcome::Unknown
                | Outcome::NotAllowed),
                _,
            ) => Err(unexpected_outcome(&other)),
        }
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
