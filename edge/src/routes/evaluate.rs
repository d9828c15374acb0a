//! `POST /v1/promotions/{code}/evaluate`: key → body → rule → decision → ledger → answer; the record follows.

use std::cell::RefCell;

use engine::evaluate::{Decision, EvaluateError, Evaluation, Evaluator};
use engine::ids::{EvaluationId, RedemptionId};
use engine::ledger::{Claim, CouponClaim, Entry};
use engine::problem::ProblemType;
use engine::promotion::{PromotionCode, Rule};
use engine::wire::v1::{
    AppKeyEntry, EvaluateAnswer, EvaluationRecord, MAX_BODY_BYTES, PromotionRef, Redemption, RedemptionStatus, V1,
    promotion_key,
};
use worker::{Request, Response};

use super::consume::{self, Judged, place, reason};
use crate::app::{App, random};
use crate::problem::Failure;
use crate::rules::Read;
use crate::{auth, body, rules};

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
    consume::consume(app, judged).await
}

thread_local! {
    /// Its buffers serve one request after the other; none is borrowed across an await.
    static EVALUATOR: RefCell<Evaluator> = RefCell::new(Evaluator::default());
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
    let record = record(app, key, rule, &request, &answer, coupon);
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

/// What the reports are told of an answer.
fn record(
    app: &App,
    key: &AppKeyEntry,
    rule: &Rule,
    request: &engine::evaluate::Request<'_>,
    answer: &EvaluateAnswer,
    coupon: Option<&CouponClaim>,
) -> EvaluationRecord {
    EvaluationRecord {
        v: V1,
        id: answer.evaluation_id,
        organization_id: rule.organization_id(),
        promotion_id: rule.promotion_id(),
        version: rule.version(),
        app_key_id: key.id,
        mode: key.mode,
        at: app.now(),
        reason: answer.reason.as_ref().map(|reason| reason.code),
        discount: answer.discount,
        redemption_id: answer.redemption.as_ref().map(|redemption| redemption.id),
        coupon: coupon.map(|coupon| coupon.code.clone()),
        exhausted: false,
        country: request.country().map(str::to_owned),
        city: request.city().map(str::to_owned),
        age_band: request.age_band(),
        response_ms: app.elapsed_millis(),
    }
}

fn not_found(code: &str) -> Failure {
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
        }
    }
}
