//! `POST /v1/promotions/{code}/preview`: what an evaluation would say, and why. Nothing is consumed or recorded.
//!
//! A shop's key is answered here, from the rule alone: what the ledger counts (used transactions, uses of coupons, limits,
//! budgets) is not asked, and of coupons with chosen codes only the spelling is known. The trace is the compiled
//! condition's own, which names the requirements; explaining their parts takes the language's parser, which would make the
//! Worker a fifth larger. Everybody else is the origin's.

use engine::evaluate::{Decision, Evaluation, Evaluator};
use engine::expression::{Machine, outline};
use engine::ids::EvaluationId;
use engine::promotion::{PromotionCode, Rule};
use engine::wire::v1::{AppKeyEntry, EvaluateAnswer, MAX_BODY_BYTES, PreviewAnswer, PromotionRef, promotion_key};
use worker::{Request, Response};

use super::consume::reason;
use super::evaluate::{EVALUATOR, not_found};
use super::locations;
use crate::app::App;
use crate::guesses::{Guesser, is_about_a_coupon};
use crate::problem::Failure;
use crate::random::random;
use crate::rules::Read;
use crate::{answer, auth, body, gateway, rules};

/// Previews a promotion for a shop's request, or has the origin do so for a user.
///
/// Awaits, when cold, the key and the rule from KV and the locations from the app's files, and the body. Repeating it is
/// harmless.
pub(crate) async fn post_preview(
    app: &App,
    request: &mut Request,
    method: &str,
    code: &str,
) -> Result<Response, Failure> {
    if !auth::carries_app_key(request)? {
        return gateway::forward(app, request, method).await;
    }
    let key = auth::authenticate(app, request).await?;
    let code: PromotionCode = code.parse().map_err(|_| not_found(code))?;
    auth::authorize(&key, &code)?;
    body::require_json(request)?;
    let body = body::read(request, MAX_BODY_BYTES).await?;
    let rule = rules::read::<Rule>(app, promotion_key(key.organization_id, &code)).await?;
    let rule = rule.ok_or_else(|| not_found(code.as_str()))?;
    locations::bring_for(app, &rule.value, &body).await?;
    let preview = EVALUATOR.with_borrow_mut(|evaluator| preview(app, &key, &rule, evaluator, &body))?;
    Ok(answer::json(200, &preview))
}

fn preview(
    app: &App,
    key: &AppKeyEntry,
    rule: &Read<Rule>,
    evaluator: &mut Evaluator,
    body: &[u8],
) -> Result<PreviewAnswer, Failure> {
    let Read { value: rule, age_secs } = rule;
    let Evaluation {
        request,
        decision,
        coupon,
    } = evaluator.evaluate(rule, body, app.now())?;
    let (discount, refusal) = match decision {
        Decision::Applicable { discount } => (discount, None),
        Decision::Refused(refusal) => (None, Some(refusal)),
    };
    let refused_for = refusal.map(|refusal| refusal.code);
    if coupon.is_some() || refused_for.is_some_and(is_about_a_coupon) {
        Guesser::new(key.id, request.customer_id()).admit(app, refused_for)?;
    }
    let answer = EvaluateAnswer {
        evaluation_id: EvaluationId::from_parts(app.started_millis(), random()?),
        promotion: PromotionRef {
            code: rule.code().clone(),
            version: rule.version(),
        },
        applicable: refusal.is_none(),
        reason: refusal.map(reason),
        effect: refusal.is_none().then(|| rule.effect().clone()),
        discount,
        redemption: None,
        rule_age_seconds: *age_secs,
    };
    // The condition is asked whatever the promotion's state, which a preview may precede.
    let outcome = rule.program().evaluate(evaluator.inputs(), &mut Machine::default());
    let trace = outline(rule.program(), outcome);
    Ok(PreviewAnswer { answer, trace })
}
