//! `POST /v1/promotions/{code}/evaluate`: key → body → rule → decision → ledger → answer; the record follows.

use std::cell::RefCell;

use engine::evaluate::{Decision, EvaluateError, Evaluation, Evaluator, Refusal};
use engine::ids::{EvaluationId, RedemptionId};
use engine::ledger::{Claim, Command, CouponClaim, Entry, Outcome, Redeem, Refused};
use engine::problem::ProblemType;
use engine::promotion::{Kind, PromotionCode, Rule};
use engine::wire::v1::{
    AppKeyEntry, EvaluateAnswer, EvaluationRecord, MAX_BODY_BYTES, PromotionRef, Reason, Redemption, RedemptionStatus,
    V1, promotion_key,
};
use worker::{Request, Response};

use crate::app::{App, random};
use crate::ledger::{Objects, Place};
use crate::problem::Failure;
use crate::rules::Read;
use crate::{answer, auth, body, ledger, records, rules};

/// Evaluates a promotion for a shop's request.
///
/// Awaits, when cold, the key and the rule from KV, which change nothing; the body; and the ledger, where repeating
/// the same request gives the first answer.
pub(crate) async fn post_evaluation(app: &App, request: &mut Request, code: &str) -> Result<Response, Failure> {
    let key = auth::authenticate(app, request).await?;
    let code: PromotionCode = code.parse().map_err(|_| not_found(code))?;
    auth::authorize(&key, &code)?;
    body::require_json(request)?;
    let body = body::read(request, MAX_BODY_BYTES).await?;
    let rule = rules::read::<Rule>(app, promotion_key(key.organization_id, &code)).await?;
    let rule = rule.ok_or_else(|| not_found(code.as_str()))?;
    let judged = EVALUATOR.with_borrow_mut(|evaluator| judge(app, &key, &rule, evaluator, &body))?;
    if judged.entry.answer.applicable {
        redeem(app, judged).await
    } else {
        refuse(app, judged).await
    }
}

thread_local! {
    /// Its buffers serve one request after the other; none is borrowed across an await.
    static EVALUATOR: RefCell<Evaluator> = RefCell::new(Evaluator::default());
}

/// What this evaluation says, before the ledger has its say.
struct Judged {
    /// Where the ledger keeps it; `None` for a refusal of what no earlier request can have been granted.
    place: Option<Place>,
    claim: Claim,
    entry: Entry,
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

/// Evaluates, and writes the answer and the record of it.
fn judge(
    app: &App,
    key: &AppKeyEntry,
    rule: &Read<Rule>,
    evaluator: &mut Evaluator,
    body: &[u8],
) -> Result<Judged, Failure> {
    let Read { value: rule, age_secs } = rule;
    let Evaluation {
        request,
        decision,
        coupon,
    } = evaluator.evaluate(rule, body, app.now())?;
    let id = EvaluationId::from_parts(app.started_millis(), random()?);
    let (discount, refusal) = match decision {
        Decision::Applicable { discount } => (discount, None),
        Decision::Refused(refusal) => (None, Some(refusal)),
    };
    let redemption_id = match refusal {
        None => Some(RedemptionId::from_parts(app.started_millis(), random()?)),
        Some(_) => None,
    };
    let answer = EvaluateAnswer {
        evaluation_id: id,
        promotion: PromotionRef {
            code: rule.code().clone(),
            version: rule.version(),
        },
        applicable: refusal.is_none(),
        reason: refusal.map(reason),
        effect: refusal.is_none().then(|| rule.effect().clone()),
        discount,
        redemption: redemption_id.map(|id| Redemption {
            id,
            status: RedemptionStatus::Committed,
        }),
        rule_age_seconds: *age_secs,
    };
    let record = EvaluationRecord {
        v: V1,
        id,
        organization_id: rule.organization_id(),
        promotion_id: rule.promotion_id(),
        version: rule.version(),
        app_key_id: key.id,
        mode: key.mode,
        at: app.now(),
        reason: refusal.map(|refusal| refusal.code),
        discount,
        redemption_id,
        coupon: coupon.map(|coupon| coupon.code.clone()),
        exhausted: false,
        country: request.country().map(str::to_owned),
        city: request.city().map(str::to_owned),
        age_band: request.age_band(),
        response_ms: app.elapsed_millis(),
    };
    let coupon = coupon.cloned();
    Ok(Judged {
        place: place(rule, &request, coupon.as_ref(), refusal, id),
        claim: Claim {
            revision: rule.revision(),
            counted: rule.is_counted(),
            limits: *rule.limits(),
            customer_id: request.customer_id().map(str::to_owned),
            coupon,
        },
        entry: Entry {
            v: V1,
            fingerprint: request.fingerprint(),
            answer,
            record,
        },
    })
}

/// Where the ledger keeps a redemption. A coupon's use without a transaction is like no other.
fn place(
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

fn reason(refusal: Refusal<'_>) -> Reason {
    Reason {
        code: refusal.code,
        detail: refusal.detail.to_string(),
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

fn not_found(code: &str) -> Failure {
    let detail =
        format!("There is no published promotion `{code}` in the key's organisation: check the code, or activate it.");
    Failure::rejection(ProblemType::PromotionNotFound, detail)
}

fn already_used(place: &Place) -> Failure {
    let transaction_id = &place.transaction_id;
    let detail = format!(
        "Transaction `{transaction_id}` used this promotion with another request: send the first request again, or a new transaction."
    );
    Failure::rejection(ProblemType::TransactionAlreadyUsed, detail)
}

impl From<EvaluateError> for Failure {
    fn from(error: EvaluateError) -> Self {
        match error {
            EvaluateError::Malformed(detail) => Self::rejection(
                ProblemType::Malformed,
                format!("Send the body as JSON in UTF-8: {detail}."),
            ),
            EvaluateError::Invalid(errors) => Self::invalid(errors),
        }
    }
}
