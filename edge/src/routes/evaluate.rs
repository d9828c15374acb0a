//! `POST /v1/promotions/{code}/evaluate`: key → body → rule → decision → ledger → answer; the record follows.

use engine::evaluate::{Decision, EvaluateError, Evaluation, Refusal, Request as Checked, evaluate};
use engine::ids::{EvaluationId, RedemptionId};
use engine::ledger::{Command, Entry, Outcome};
use engine::problem::ProblemType;
use engine::promotion::{PromotionCode, Rule};
use engine::wire::v1::{
    AppKeyEntry, EvaluateAnswer, EvaluationRecord, MAX_BODY_BYTES, PromotionRef, Reason, Redemption, RedemptionStatus,
    V1, promotion_key,
};
use worker::{Request, Response};

use crate::app::{App, random};
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
    let evaluation = evaluate(&rule.value, &body, app.now())?;
    match &evaluation.decision {
        Decision::Applicable { .. } => {
            let entry = new_entry(app, &key, &rule, &evaluation)?;
            redeem(app, &rule.value, &evaluation.request, entry).await
        }
        Decision::Refused(refusal) => {
            let entry = new_entry(app, &key, &rule, &evaluation)?;
            refuse(app, &rule.value, &evaluation.request, refusal, entry).await
        }
    }
}

async fn redeem(app: &App, rule: &Rule, request: &Checked, entry: Entry) -> Result<Response, Failure> {
    let command = Command::Redeem(Box::new(entry.clone()));
    match ledger::call(app, rule, request.transaction_id(), command).await? {
        Outcome::Granted => Ok(first_answer(app, entry)),
        Outcome::Replayed(first) => Ok(repeated_answer(app, *first)),
        Outcome::Conflict => Err(already_used(request)),
        Outcome::Unused => Err(Failure::fault(
            ProblemType::Internal,
            "the ledger answered a redemption with `unused`",
        )),
    }
}

/// A refusal consumes nothing. One that the promotion's end or pause caused may meet the retry of a lost answer,
/// which still gets its first answer.
async fn refuse(
    app: &App,
    rule: &Rule,
    request: &Checked,
    refusal: &Refusal,
    entry: Entry,
) -> Result<Response, Failure> {
    if !refusal.code.may_follow_a_grant() {
        return Ok(first_answer(app, entry));
    }
    let command = Command::LookUp {
        fingerprint: request.fingerprint().to_owned(),
    };
    match ledger::call(app, rule, request.transaction_id(), command).await? {
        Outcome::Unused => Ok(first_answer(app, entry)),
        Outcome::Replayed(first) => Ok(repeated_answer(app, *first)),
        Outcome::Conflict => Err(already_used(request)),
        Outcome::Granted => Err(Failure::fault(
            ProblemType::Internal,
            "the ledger answered a look-up with `granted`",
        )),
    }
}

/// The answer and the record of this evaluation, before the ledger has its say.
fn new_entry(app: &App, key: &AppKeyEntry, rule: &Read<Rule>, evaluation: &Evaluation) -> Result<Entry, Failure> {
    let Read { value: rule, age_secs } = rule;
    let id = EvaluationId::from_parts(app.started_millis(), random()?);
    let (discount, refusal) = match &evaluation.decision {
        Decision::Applicable { discount } => (*discount, None),
        Decision::Refused(refusal) => (None, Some(refusal)),
    };
    let redemption_id = match refusal {
        None => Some(RedemptionId::from_parts(app.started_millis(), random()?)),
        Some(_) => None,
    };
    let answer = EvaluateAnswer {
        evaluation_id: id,
        promotion: PromotionRef {
            code: rule.terms().code().clone(),
            version: rule.version(),
        },
        applicable: refusal.is_none(),
        reason: refusal.map(|refusal| Reason {
            code: refusal.code,
            detail: refusal.detail.clone(),
        }),
        effect: refusal.is_none().then(|| rule.terms().effect().clone()),
        discount,
        redemption: redemption_id.map(|id| Redemption {
            id,
            status: RedemptionStatus::Committed,
        }),
        rule_age_seconds: *age_secs,
    };
    let request = &evaluation.request;
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
        country: request.country().map(str::to_owned),
        city: request.city().map(str::to_owned),
        age_band: request.age_band(),
        response_ms: app.elapsed_millis(),
    };
    Ok(Entry {
        v: V1,
        fingerprint: request.fingerprint().to_owned(),
        answer,
        record,
    })
}

fn first_answer(app: &App, entry: Entry) -> Response {
    let response = answer::json(200, &entry.answer);
    records::send_after_answer(
        app,
        EvaluationRecord {
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

fn already_used(request: &Checked) -> Failure {
    let id = request.transaction_id();
    let detail = format!(
        "Transaction `{id}` used this promotion with another request: send the first request again, or a new transaction."
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
