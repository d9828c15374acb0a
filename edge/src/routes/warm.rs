//! `POST /v1/promotions/{code}/evaluate` with what the isolate's memory holds: key → rule → decision → answer, awaiting at
//! most the ledger. Whatever takes more is declined, and [`super::evaluate`] decides it in full.

use std::cell::RefCell;

use engine::evaluate::{AnswerHead, Decision, Evaluation, Evaluator, write_answer};
use engine::ids::{EvaluationId, RedemptionId};
use engine::problem::MEDIA_TYPE;
use engine::promotion::{PromotionCode, Rule};
use engine::wire::v1::{AppKeyEntry, EvaluationRecord, MAX_BODY_BYTES, promotion_key};
use worker::wasm_bindgen::JsValue;
use worker::web_sys;

use super::consume::{self, Answered, Judged, Next, Question};
use super::evaluate::{EVALUATOR, judged, record};
use crate::app::App;
use crate::guesses::is_about_a_coupon;
use crate::problem::Failure;
use crate::random::random;
use crate::rules::Read;
use crate::{answer, auth, ledger, records, rules};

thread_local! {
    /// The body of an answer while it is written.
    static ANSWER: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// What an evaluation comes to.
enum Decided {
    /// A refusal that the ledger need not hear of. Its answer is written.
    Refused(EvaluationRecord),
    /// Anything else.
    Judged(Box<Judged>),
}

/// A response, or a promise of one where the ledger has a say; `None` when key, rule or the locations that a city is looked
/// up in are not at hand, or the key is not good for this promotion. Nothing has happened then. `body` is JSON by its type;
/// `soon` is the bound on the ledger's time, see [`ledger::ask`].
pub(crate) fn answer_evaluation(
    app: App,
    code: &str,
    authorization: Option<&str>,
    body: &[u8],
    soon: &JsValue,
) -> Option<JsValue> {
    let key = auth::recall(&app, authorization)?;
    let code: PromotionCode = code.parse().ok()?;
    auth::authorize(&key, &code).ok()?;
    let rule = rules::recall::<Rule>(&promotion_key(key.organization_id, &code), app.started_millis())?;
    if body.len() > MAX_BODY_BYTES {
        return None;
    }
    match EVALUATOR.with_borrow_mut(|evaluator| decide(&app, &key, &rule, evaluator, body)) {
        Ok(Decided::Refused(record)) => {
            let response = ANSWER.with_borrow(|json| answer::from_template(200, answer::JSON, app.request_id(), json));
            records::send_after_answer(&app, record);
            Some(response.into())
        }
        Ok(Decided::Judged(judged)) => Some(consume(app, *judged, soon)),
        Err(failure) if failure.is_plain() => {
            let problem = failure.into_problem(app.request_id());
            let json = serde_json::to_vec(&problem).unwrap_or_default();
            Some(answer::from_template(problem.status, MEDIA_TYPE, app.request_id(), &json).into())
        }
        Err(_) => None,
    }
}

fn decide(
    app: &App,
    key: &AppKeyEntry,
    rule: &Read<Rule>,
    evaluator: &mut Evaluator,
    body: &[u8],
) -> Result<Decided, Failure> {
    let evaluation = evaluator.evaluate(&rule.value, body, app.now())?;
    let refused = match evaluation.decision {
        // The first may be the repetition of a grant, of the second there is a bound.
        Decision::Refused(refusal) if !refusal.code.may_follow_a_grant() && !is_about_a_coupon(refusal.code) => {
            refusal.code
        }
        Decision::Refused(_) | Decision::Applicable { .. } => return judge(app, key, rule, evaluation),
    };
    let id = EvaluationId::from_parts(app.started_millis(), random()?);
    let head = AnswerHead {
        evaluation_id: id,
        // Named by answers that apply only.
        redemption_id: RedemptionId::from_parts(0, [0; 10]),
        rule_age_seconds: rule.age_secs,
    };
    ANSWER.with_borrow_mut(|json| {
        json.clear();
        write_answer(json, &head, &rule.value, &evaluation.decision);
    });
    let record = record(app, key, &rule.value, &evaluation.request, id, Some(refused));
    Ok(Decided::Refused(record))
}

/// What is named by an `Idempotency-Key`, or is reserved, does not come here.
fn judge(app: &App, key: &AppKeyEntry, rule: &Read<Rule>, evaluation: Evaluation<'_>) -> Result<Decided, Failure> {
    let judged = judged(app, key, rule, evaluation, None, None)?;
    Ok(Decided::Judged(Box::new(judged)))
}

/// Asks the ledger at most once.
fn consume(app: App, judged: Judged, soon: &JsValue) -> JsValue {
    let question = match consume::next(&app, judged) {
        Ok(Next::Ask(question)) => *question,
        Ok(Next::Answer(answered)) => return respond(&app, Ok(answered)).into(),
        Err(failure) => return respond(&app, Err(failure)).into(),
    };
    let Question { place, command, asked } = question;
    let bindings = app.bindings().clone();
    ledger::ask(&bindings, &place, command, soon, move |outcome| {
        respond(&app, outcome.and_then(|outcome| asked.answer(&app, outcome)))
    })
}

fn respond(app: &App, answered: Result<Answered, Failure>) -> web_sys::Response {
    match answered {
        Ok(answered) => {
            let response = answer::from_template(200, answer::JSON, app.request_id(), &answered.json);
            if let Some((name, value)) = answered.repeated {
                // Refused only for names and values that are no HTTP; ours are.
                _ = response.headers().set(name, value);
            }
            response
        }
        Err(failure) => answer::finish(failure.into_response(app.request_id()), "POST", app.request_id()).into(),
    }
}
