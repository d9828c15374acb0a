//! `POST /v1/promotions/{code}/evaluate` from the isolate's memory alone: key → rule → decision → answer, awaiting
//! nothing. Whatever takes more is declined, and [`super::evaluate`] decides it in full.

use std::cell::RefCell;

use engine::evaluate::{AnswerHead, Decision, Evaluation, Evaluator, write_answer};
use engine::ids::{EvaluationId, RedemptionId};
use engine::problem::MEDIA_TYPE;
use engine::promotion::{PromotionCode, Rule};
use engine::wire::v1::{AppKeyEntry, EvaluationRecord, MAX_BODY_BYTES, promotion_key};
use worker::web_sys;

use super::evaluate::{EVALUATOR, record};
use crate::app::App;
use crate::guesses::is_about_a_coupon;
use crate::problem::Failure;
use crate::random::random;
use crate::rules::Read;
use crate::{answer, auth, body, records, rules};

/// What an evaluation takes from a request.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Call<'a> {
    /// The promotion's, from the path.
    pub(crate) code: &'a str,
    pub(crate) authorization: Option<&'a str>,
    pub(crate) content_type: Option<&'a str>,
    pub(crate) body: &'a [u8],
}

thread_local! {
    /// The body of an answer while it is written.
    static ANSWER: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// Answers what is refused by the rule, or for its body; `None` when key or rule are not at hand, or not good for this
/// promotion, and when the ledger has a say. Nothing has happened then.
pub(crate) fn answer_evaluation(app: &App, call: &Call<'_>) -> Option<web_sys::Response> {
    let key = auth::recall(app, call.authorization)?;
    let code: PromotionCode = call.code.parse().ok()?;
    auth::authorize(&key, &code).ok()?;
    let rule = rules::recall::<Rule>(&promotion_key(key.organization_id, &code), app.started_millis())?;
    if call.body.len() > MAX_BODY_BYTES {
        return None;
    }
    let decided = body::require_json_type(call.content_type)
        .map_err(Some)
        .and_then(|()| EVALUATOR.with_borrow_mut(|evaluator| refuse(app, &key, &rule, evaluator, call.body)));
    match decided {
        Ok(record) => {
            let response = ANSWER.with_borrow(|json| answer::from_template(200, answer::JSON, app.request_id(), json));
            records::send_after_answer(app, &record);
            Some(response)
        }
        Err(failure) => {
            let problem = failure.filter(Failure::is_plain)?.into_problem(app.request_id());
            let json = serde_json::to_vec(&problem).unwrap_or_default();
            Some(answer::from_template(
                problem.status,
                MEDIA_TYPE,
                app.request_id(),
                &json,
            ))
        }
    }
}

/// Writes the answer of a refusal that the ledger need not hear of. `Err(None)`: it is none.
fn refuse(
    app: &App,
    key: &AppKeyEntry,
    rule: &Read<Rule>,
    evaluator: &mut Evaluator,
    body: &[u8],
) -> Result<EvaluationRecord, Option<Failure>> {
    let Read { value: rule, age_secs } = rule;
    let evaluated = evaluator.evaluate(rule, body, app.now());
    let Evaluation { request, decision, .. } = evaluated.map_err(|error| Some(error.into()))?;
    let Decision::Refused(refusal) = decision else {
        return Err(None);
    };
    // The first may be the repetition of a grant, of the second there is a bound.
    if refusal.code.may_follow_a_grant() || is_about_a_coupon(refusal.code) {
        return Err(None);
    }
    let id = EvaluationId::from_parts(app.started_millis(), random()?);
    let head = AnswerHead {
        evaluation_id: id,
        // Named by answers that apply only.
        redemption_id: RedemptionId::from_parts(0, [0; 10]),
        rule_age_seconds: *age_secs,
    };
    ANSWER.with_borrow_mut(|json| {
        json.clear();
        write_answer(json, &head, rule, &decision);
    });
    Ok(record(app, key, rule, &request, id, Some(refusal.code)))
}
