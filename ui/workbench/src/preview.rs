//! Would a draft apply to a request, and why?

use engine::coupon::{CouponKey, CouponSet};
use engine::evaluate::{Decision, EvaluateError, Evaluator};
use engine::expression::explain;
use engine::ids::{EvaluationId, OrganizationId, PromotionId};
use engine::problem::FieldError;
use engine::promotion::{Rule, Status, Terms};
use engine::wire::v1::{EvaluateAnswer, PreviewAnswer, PromotionRef, Reason};
use engine::wire::workbench::PreviewRequest;

/// The version of a draft: published ones count from 1.
const DRAFT_VERSION: u64 = 0;
/// In place of random bytes: a draft's evaluation is not recorded, so nothing goes by its identifier.
const NOT_RANDOM: [u8; 10] = [0; 10];

/// Evaluates a draft as if it were active.
///
/// # Errors
/// What is wrong with the draft (pointers below `/draft`), else with its zone, else with the request.
pub(crate) fn preview(input: PreviewRequest) -> Result<PreviewAnswer, Vec<FieldError>> {
    let terms = Terms::parse(&input.draft).map_err(below_draft)?;
    let zone = input.zone.zone();
    let zone = zone.map_err(|error| vec![FieldError::new("/zone", "zone_invalid", error.to_string())])?;
    let millis = u64::try_from(input.now.timestamp_millis()).unwrap_or_default();
    let rule = Rule::new(
        OrganizationId::from_parts(millis, NOT_RANDOM),
        PromotionId::from_parts(millis, NOT_RANDOM),
        DRAFT_VERSION,
        Status::Active,
        &terms,
        &zone,
    );
    let rule = rule.with_ledger(0, terms.limits().is_counted(), Some(any_coupon()));
    let mut evaluator = Evaluator::default();
    let body = input.request.get().as_bytes();
    let decision = match evaluator.evaluate(&rule, body, input.now) {
        Ok(evaluation) => evaluation.decision,
        Err(EvaluateError::Malformed(detail)) => return Err(vec![FieldError::new("", "malformed", detail)]),
        Err(EvaluateError::Invalid(errors)) => return Err(errors),
        // The workbench carries them along, so this is a fault of its own.
        Err(error @ EvaluateError::LocationsNeeded) => {
            return Err(vec![FieldError::new("/city", "internal", error.to_string())]);
        }
    };
    let (discount, refusal) = match decision {
        Decision::Applicable { discount } => (discount, None),
        Decision::Refused(refusal) => (None, Some(refusal)),
    };
    let answer = EvaluateAnswer {
        evaluation_id: EvaluationId::from_parts(millis, NOT_RANDOM),
        promotion: PromotionRef {
            code: terms.code().clone(),
            version: DRAFT_VERSION,
        },
        applicable: refusal.is_none(),
        reason: refusal.map(|refusal| Reason {
            code: refusal.code,
            detail: refusal.detail.to_string(),
        }),
        effect: refusal.is_none().then(|| terms.effect().clone()),
        discount,
        redemption: None,
        rule_age_seconds: 0,
    };
    // The condition is asked whatever the window says, which a preview may precede.
    let (_, trace) = explain(terms.condition(), evaluator.inputs(), &zone);
    Ok(PreviewAnswer { answer, trace })
}

/// Coupons are not known in the browser: whatever is spelled like a code counts as one.
const fn any_coupon() -> CouponSet {
    CouponSet {
        key: CouponKey::new([0; 32]),
        batches: Vec::new(),
        listed: true,
    }
}

fn below_draft(errors: Vec<FieldError>) -> Vec<FieldError> {
    let below = |error: FieldError| FieldError {
        pointer: format!("/draft{}", error.pointer),
        ..error
    };
    errors.into_iter().map(below).collect()
}
