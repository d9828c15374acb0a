//! `POST /v1/promotions/{code}/preview` for a user: what an evaluation would say, and why. Nothing is consumed or recorded.
//!
//! ```text
//! draft in the body ▶ its terms ─┐
//! stored promotion, its coupons ─┴▶ rule ▶ the engine on the body as it was written ▶ decision, trace
//! ```
//!
//! Like the edge's preview for a shop's key it answers from the rule alone: the ledger is not asked what was used. Unlike
//! it, it knows drafts, and its trace is whole, for the language's parser is here. A draft is asked as if it were active.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use engine::coupon::CouponSet;
use engine::evaluate::{Decision, EvaluateError, Evaluation, Evaluator};
use engine::expression::explain;
use engine::ids::{EvaluationId, OrganizationId, PromotionId};
use engine::problem::{FieldError, ProblemType};
use engine::promotion::{PromotionCode, Status, Terms};
use engine::wire::v1::{EvaluateAnswer, PreviewAnswer, PromotionRef, Reason};
use serde_json::{Map, Value, json};

use super::promotion::Promotion;
use super::store::rule;
use super::terms::read_terms;
use super::{PATH, not_found, parse_code};
use crate::app::App;
use crate::auth::{Allowed, PromotionsRead};
use crate::coupons::coupon_set;
use crate::db::promotions;
use crate::openapi::describe::Describe;
use crate::openapi::doc::Doc;
use crate::openapi::evaluate;
use crate::openapi::operation::Operation;
use crate::problem::Error;
use crate::random::new_id;
use crate::routes::input::{JsonText, Path};

/// The answer, in the engine's form.
#[derive(Debug)]
pub(crate) struct PreviewOut(PreviewAnswer);

impl IntoResponse for PreviewOut {
    fn into_response(self) -> Response {
        Json(self.0).into_response()
    }
}

impl Describe for PreviewOut {
    fn describe(operation: &mut Operation<'_>) {
        evaluate::describe_preview(operation);
    }
}

pub(crate) const PREVIEW_PROMOTION: Doc = Doc::new(
    "preview_promotion",
    "Tells what an evaluation would say, and why; consumes and records nothing, and asks nothing of what was used before. \
     A user gets the whole trace, and may ask drafts.",
)
.path(PATH)
.open_body(evaluate::PREVIEW, evaluate::example)
.app_key()
.problems(&[ProblemType::PromotionNotFound, ProblemType::RateLimited]);

/// `POST /v1/promotions/{code}/preview`: the newest stored terms, whatever became of the promotion, or those of a draft
/// in the body, of which the promotion need not exist.
pub(crate) async fn preview_promotion(
    State(app): State<App>,
    Allowed { principal, .. }: Allowed<PromotionsRead>,
    Path(code): Path<String>,
    body: JsonText,
) -> Result<PreviewOut, Error> {
    let code = parse_code(&code)?;
    let now = app.clock.now();
    let find = || async {
        let mut tenant = app.db.begin(principal.organization).await?;
        let row = promotions::find_promotion(&mut tenant, &code).await?;
        let coupons = match &row {
            Some(row) => coupon_set(&mut tenant, row.id.into()).await?,
            None => None,
        };
        tenant.commit((row, coupons)).await
    };
    let (row, coupons) = app.db.transaction("preview_promotion", find).await?;
    let preview = Preview {
        organization: principal.organization,
        body: &body,
        coupons,
        now,
    };
    let promotion = match body.json.get("draft").filter(|draft| !draft.is_null()) {
        Some(draft) => Promotion::draft(
            new_id(PromotionId::from_parts, now)?,
            preview.read_draft(draft, &code)?,
            now,
        ),
        None => Promotion::from_row(row.ok_or_else(not_found)?)?,
    };
    preview.answer(&promotion).map(PreviewOut)
}

/// What is asked, and what is known beside the promotion.
struct Preview<'a> {
    organization: OrganizationId,
    body: &'a JsonText,
    coupons: Option<CouponSet>,
    now: DateTime<Utc>,
}

impl Preview<'_> {
    fn answer(self, promotion: &Promotion) -> Result<PreviewAnswer, Error> {
        let mut asked = promotion.clone();
        if asked.status == Status::Draft {
            asked.status = Status::Active;
        }
        let rule = rule(self.organization, &asked)?;
        let rule = rule.with_ledger(asked.revision, asked.is_counted(), self.coupons);
        let mut evaluator = Evaluator::default();
        let evaluation = evaluator.evaluate(&rule, &self.body.text, self.now);
        let Evaluation { decision, .. } = evaluation.map_err(refuse_body)?;
        let (discount, refusal) = match decision {
            Decision::Applicable { discount } => (discount, None),
            Decision::Refused(refusal) => (None, Some(refusal)),
        };
        let answer = EvaluateAnswer {
            evaluation_id: new_id(EvaluationId::from_parts, self.now)?,
            promotion: PromotionRef {
                code: rule.code().clone(),
                version: rule.version(),
            },
            applicable: refusal.is_none(),
            reason: refusal.map(|refusal| Reason {
                code: refusal.code,
                detail: refusal.detail.to_string(),
            }),
            effect: refusal.is_none().then(|| rule.effect().clone()),
            discount,
            redemption: None,
            rule_age_seconds: 0,
        };
        // The condition is asked whatever the promotion's state.
        let (_, trace) = explain(promotion.terms.condition(), evaluator.inputs(), rule.zone());
        Ok(PreviewAnswer { answer, trace })
    }

    /// The terms of a draft, or 422 with every error of it and of the request.
    fn read_draft(&self, draft: &Value, code: &PromotionCode) -> Result<Terms, Error> {
        let draft = with_code(draft, code);
        let parsed = read_terms(&draft);
        let differs = draft
            .get("code")
            .and_then(Value::as_str)
            .and_then(|text| text.parse().ok());
        let differs = differs.filter(|named: &PromotionCode| named != code).map(|_| {
            let detail = format!("Send `{code}`, the code of the path, or leave it out.");
            FieldError::new("/code", "code_differs", detail)
        });
        let mut errors = match (parsed, &differs) {
            (Ok(terms), None) => return Ok(terms),
            (Ok(_), Some(_)) => Vec::new(),
            (Err(errors), _) => errors,
        };
        errors.extend(differs);
        let of_request = self.request_errors(&draft, &errors, code);
        for error in &mut errors {
            error.pointer.insert_str(0, "/draft");
        }
        errors.extend(of_request);
        Err(Error::invalid(errors))
    }

    /// What is wrong with the request beside a wrong draft: what no correction of the draft's `errors` would mend.
    fn request_errors(&self, draft: &Value, errors: &[FieldError], code: &PromotionCode) -> Vec<FieldError> {
        let stand_in = stand_in(code);
        let is_wrong = |name: &str| errors.iter().any(|error| error.pointer.split('/').nth(1) == Some(name));
        // A condition is checked against the attributes: where one is wrong, the other says nothing.
        let is_open = is_wrong("condition") || is_wrong("attributes");
        let mut known = stand_in.clone();
        for (name, value) in draft.as_object().into_iter().flatten() {
            let is_doubtful = is_wrong(name) || is_open && matches!(name.as_str(), "condition" | "attributes");
            if !is_doubtful {
                known.insert(name.clone(), value.clone());
            }
        }
        let terms = read_terms(&known.into()).or_else(|_| read_terms(&stand_in.into()));
        let asked = terms.map(|terms| Promotion::draft(PromotionId::from_parts(0, [0; 10]), terms, self.now));
        let Some(rule) = asked.ok().and_then(|asked| rule(self.organization, &asked).ok()) else {
            return Vec::new();
        };
        match Evaluator::default().read(&rule, &self.body.text, self.now) {
            Ok(()) | Err(EvaluateError::Malformed(_) | EvaluateError::LocationsNeeded) => Vec::new(),
            Err(EvaluateError::Invalid(found)) => {
                // The stand-in consumes a transaction; what the draft consumes is not known.
                let has_no_kind = !draft.is_object() || is_wrong("kind");
                let is_doubtful = |error: &FieldError| error.code == "required" && error.pointer == "/transaction_id";
                found
                    .into_iter()
                    .filter(|error| !(has_no_kind && is_doubtful(error)))
                    .collect()
            }
        }
    }
}

fn refuse_body(error: EvaluateError) -> Error {
    match error {
        EvaluateError::Malformed(detail) => {
            let detail = format!("Send the body as JSON in UTF-8: {detail}.");
            Error::new(ProblemType::Malformed, detail)
        }
        EvaluateError::Invalid(errors) => Error::invalid(errors),
        // The origin's evaluators have them.
        EvaluateError::LocationsNeeded => Error::fault(error),
    }
}

/// A draft with the code of the path if it has none.
fn with_code(draft: &Value, code: &PromotionCode) -> Value {
    let mut draft = draft.clone();
    if let Some(fields) = draft.as_object_mut() {
        fields.entry("code").or_insert_with(|| code.as_str().into());
    }
    draft
}

/// A promotion that asks nothing of a request but what it consumes.
fn stand_in(code: &PromotionCode) -> Map<String, Value> {
    let promotion = json!({
        "code": code, "name": "-", "kind": "discount", "condition": "true",
        "effect": {"type": "percentage", "percent": "1"}
    });
    promotion.as_object().cloned().unwrap_or_default()
}
