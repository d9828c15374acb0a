//! `POST /v1/promotions/{code}/evaluate` and `…/reservations`: key → body → rule → decision → ledger → answer; the record
//! follows.

use std::cell::RefCell;

use chrono::{DateTime, Utc};
use engine::evaluate::{Decision, EvaluateError, Evaluation, Evaluator, ReasonCode};
use engine::ids::EvaluationId;
use engine::ledger::Claim;
use engine::problem::{FieldError, ProblemType};
use engine::promotion::{PromotionCode, Rule};
use engine::wire::v1::{
    AppKeyEntry, EvaluateAnswer, EvaluationRecord, MAX_BODY_BYTES, PromotionRef, Redemption, RedemptionStatus, V1,
    promotion_key,
};
use worker::{Request, Response};

use super::consume::{self, Judged, Said, place, reason};
use super::{idempotency, locations, reservation};
use crate::app::App;
use crate::problem::Failure;
use crate::random::random;
use crate::rules::Read;
use crate::{answer, auth, body, rules};

/// Evaluates a promotion for a shop's request.
///
/// Awaits, when cold, the key and the rule from KV and the locations from the app's files, which change nothing; the body;
/// and the ledger, where repeating the same request gives the first answer.
pub(crate) async fn post_evaluation(app: &App, request: &mut Request, code: &str) -> Result<Response, Failure> {
    evaluate(app, request, code, Purpose::Consume).await
}

/// The same, but what applies is reserved for some time.
pub(crate) async fn post_reservation(app: &App, request: &mut Request, code: &str) -> Result<Response, Failure> {
    evaluate(app, request, code, Purpose::Reserve).await
}

#[derive(Debug, Clone, Copy)]
enum Purpose {
    Consume,
    Reserve,
}

/// What a call says besides its body.
struct Call {
    /// The caller's name for it.
    idempotency_key: Option<String>,
    /// Until when to reserve; `None` consumes for good.
    until: Result<Option<DateTime<Utc>>, FieldError>,
}

async fn evaluate(app: &App, request: &mut Request, code: &str, purpose: Purpose) -> Result<Response, Failure> {
    let key = auth::authenticate(app, request).await?;
    let code: PromotionCode = code.parse().map_err(|_| not_found(code))?;
    auth::authorize(&key, &code)?;
    body::require_json(request)?;
    let idempotency_key = idempotency::read(request)?;
    let body = body::read(request, MAX_BODY_BYTES).await?;
    let rule = rules::read::<Rule>(app, promotion_key(key.organization_id, &code)).await?;
    let rule = rule.ok_or_else(|| not_found(code.as_str()))?;
    locations::bring_for(app, &rule.value, &body).await?;
    let call = Call {
        idempotency_key,
        until: match purpose {
            Purpose::Consume => Ok(None),
            Purpose::Reserve => reservation::end(&body, app.now()).map(Some),
        },
    };
    let judged = EVALUATOR.with_borrow_mut(|evaluator| judge(app, &key, &rule, evaluator, &body, call))?;
    let answered = consume::consume(app, judged).await?;
    let response = answer::written(200, answered.json, answer::JSON);
    if let Some((name, value)) = answered.repeated {
        answer::set_header(&response, name, value);
    }
    Ok(response)
}

thread_local! {
    /// Its buffers serve one request after the other; none is borrowed across an await.
    pub(super) static EVALUATOR: RefCell<Evaluator> = RefCell::new(Evaluator::without_locations());
}

fn judge(
    app: &App,
    key: &AppKeyEntry,
    rule: &Read<Rule>,
    evaluator: &mut Evaluator,
    body: &[u8],
    call: Call,
) -> Result<Judged, Failure> {
    let (evaluation, until) = both(evaluator.evaluate(&rule.value, body, app.now()), call.until)?;
    judged(app, key, rule, evaluation, call.idempotency_key.as_deref(), until)
}

/// Writes the answer and the record of an evaluation.
pub(super) fn judged(
    app: &App,
    key: &AppKeyEntry,
    rule: &Read<Rule>,
    evaluation: Evaluation<'_>,
    idempotency_key: Option<&str>,
    until: Option<DateTime<Utc>>,
) -> Result<Judged, Failure> {
    let Read { value: rule, age_secs } = rule;
    let Evaluation {
        request,
        decision,
        coupon,
    } = evaluation;
    let id = EvaluationId::from_parts(app.started_millis(), random()?);
    let (discount, refusal) = match decision {
        Decision::Applicable { discount } => (discount, None),
        Decision::Refused(refusal) => (None, Some(refusal)),
    };
    let place = place(rule, &request, coupon, refusal, idempotency_key, &String::from(id));
    let redemption_id = match (&place, refusal) {
        (Some(place), None) => Some(place.redemption_id(app.started_millis(), random()?)),
        (None, None) | (_, Some(_)) => None,
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
            status: match until {
                Some(_) => RedemptionStatus::Reserved,
                None => RedemptionStatus::Committed,
            },
            expires_at: until,
        }),
        rule_age_seconds: *age_secs,
    };
    let record = EvaluationRecord {
        discount,
        redemption_id,
        coupon: coupon.map(|coupon| coupon.code.clone()),
        ..record(app, key, rule, &request, id, refusal.map(|refusal| refusal.code))
    };
    let transaction_id = request.transaction_id();
    Ok(Judged {
        place,
        claim: Claim {
            revision: rule.revision(),
            counted: rule.is_counted(),
            limits: *rule.limits(),
            customer_id: request.customer_id().map(str::to_owned),
            coupon: coupon.cloned(),
        },
        fingerprint: request.fingerprint(),
        said: Said { answer, record },
        redemption_id,
        transaction_id: (!transaction_id.is_empty()).then(|| transaction_id.to_owned()),
        until,
    })
}

/// All that is wrong with the body, at once.
fn both<T, U>(evaluated: Result<T, EvaluateError>, until: Result<U, FieldError>) -> Result<(T, U), Failure> {
    match (evaluated, until) {
        (Ok(evaluation), Ok(until)) => Ok((evaluation, until)),
        (Ok(_), Err(error)) => Err(Failure::invalid(vec![error])),
        (Err(EvaluateError::Invalid(mut errors)), Err(error)) => {
            errors.push(error);
            Err(Failure::invalid(errors))
        }
        (Err(error), _) => Err(error.into()),
    }
}

/// What the reports are told of an evaluation that gives and consumes nothing.
pub(super) fn record(
    app: &App,
    key: &AppKeyEntry,
    rule: &Rule,
    request: &engine::evaluate::Request<'_>,
    id: EvaluationId,
    reason: Option<ReasonCode>,
) -> EvaluationRecord {
    EvaluationRecord {
        v: V1,
        id,
        organization_id: rule.organization_id(),
        promotion_id: rule.promotion_id(),
        version: rule.version(),
        app_key_id: key.id,
        mode: key.mode,
        at: app.now(),
        reason,
        discount: None,
        redemption_id: None,
        coupon: None,
        exhausted: false,
        country: request.country().map(str::to_owned),
        city: request.city().map(str::to_owned),
        age_band: request.age_band(),
        response_ms: app.elapsed_millis(),
    }
}

pub(super) fn not_found(code: &str) -> Failure {
    let detail =
        format!("There is no published promotion `{code}` in the key's organisation: check the code, or activate it.");
    Failure::rejection(ProblemType::PromotionNotFound, detail)
}

impl From<EvaluateError> for Failure {
    fn from(error: EvaluateError) -> Self {
        match error {
            EvaluateError::Malformed(detail) => Self::rejection(
                ProblemType::Malformed,
                format!("Send the body as JSON in UTF-8: {detail}."),
            ),
            EvaluateError::Invalid(errors) => Self::invalid(errors),
            // Whoever can wait has brought them before; whoever cannot declines, as of any fault.
            EvaluateError::LocationsNeeded => Self::fault(ProblemType::Unavailable, error.to_string()),
        }
    }
}
