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
    /// What tells two requests apart.
    pub(super) fingerprint: String,
    pub(super) said: Said,
    /// What an applicable evaluation is about to consume.
    pub(super) redemption_id: Option<RedemptionId>,
    /// The shop's name for the order, if it sent one.
    pub(super) transaction_id: Option<String>,
    /// Until when to reserve; `None` consumes for good.
    pub(super) until: Option<DateTime<Utc>>,
}

/// What an evaluation tells the shop and the reports.
pub(super) struct Said {
    pub(super) answer: EvaluateAnswer,
    pub(super) record: EvaluationRecord,
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
        let record = &self.said.record;
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
    said: Said,
    /// The body of the answer when the ledger grants what it was asked to.
    granted: Option<Vec<u8>>,
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
        guesser.admit(app, judged.said.record.reason)?;
    }
    let Judged {
        place,
        claim,
        fingerprint,
        said,
        redemption_id,
        transaction_id,
        until,
    } = judged;
    let (place, command, granted) = match (place, redemption_id) {
        (Some(place), Some(id)) => {
            let entry = Entry::new(fingerprint, &said.answer, &said.record);
            let granted = entry.answer_json().to_vec();
            let redeem = Redeem {
                entry,
                id,
                claim,
                transaction_id: transaction_id.clone(),
                until,
            };
            (place, Command::Redeem(Box::new(redeem)), Some(granted))
        }
        (_, None) if said.answer.applicable => return Err(unexpected("an applicable evaluation consumes nothing")),
        (Some(place), None) => {
            let app_key_id = said.record.app_key_id;
            let look_up = Command::LookUp {
                fingerprint,
                app_key_id,
            };
            (place, look_up, None)
        }
        (None, _) => return Ok(Next::Answer(refusal_answer(app, said, false))),
    };
    let asked = Asked {
        said,
        granted,
        transaction_id,
        guesser,
    };
    Ok(Next::Ask(Box::new(Question { place, command, asked })))
}

impl Asked {
    /// The ledger's event holds the record of what it grants; that of a refusal is sent from here.
    pub(super) fn answer(self, app: &App, outcome: Outcome) -> Result<Answered, Failure> {
        let Self {
            said,
            granted,
            transaction_id,
            guesser,
        } = self;
        match (outcome, granted) {
            (Outcome::Granted { .. }, Some(json)) => Ok(Answered { json, repeated: None }),
            (Outcome::Refused { by }, Some(_)) => {
                if let Some(guesser) = guesser {
                    guesser.learn(app, by.refusal().code);
                }
                Ok(refusal_answer(app, refused(said, by), by.is_exhaustion()))
            }
            (Outcome::Unused, None) => Ok(refusal_answer(app, said, false)),
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
fn refused(said: Said, by: Refused) -> Said {
    let refusal = by.refusal();
    let Said { answer, record } = said;
    Said {
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

fn refusal_answer(app: &App, said: Said, exhausted: bool) -> Answered {
    let answered = Answered::new(&said.answer);
    let record = EvaluationRecord {
        exhausted,
        response_ms: app.elapsed_millis(),
        ..said.record
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
