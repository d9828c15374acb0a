//! One evaluation by its identifier: what its record holds, for whoever asks why.
//!
//! It is no report: it reads the raw record, which is one of many, and is gone when records are dropped.

use axum::Json;
use axum::extract::State;
use chrono::{DateTime, Utc};
use engine::evaluate::{Detail, ReasonCode};
use engine::ids::{AppKeyId, EvaluationId, PromotionId, RedemptionId};
use engine::money::{Currency, Money};
use engine::wire::v1::Reason;
use schemars::JsonSchema;
use serde::Serialize;

use super::input::Path;
use crate::app::App;
use crate::auth::{Allowed, ReportsRead};
use crate::db::evaluations::EvaluationRow;
use crate::db::promotions::find_promotion_code;
use crate::openapi::doc::{Doc, MakeSchema};
use crate::openapi::schema::{self, Id};
use crate::openapi::{evaluate, promotion as openapi};
use crate::problem::Error;
use crate::store::EvaluationStore;

/// A record.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "EvaluationRecord")]
pub(crate) struct EvaluationOut {
    #[schemars(with = "Id<EvaluationId>")]
    id: EvaluationId,
    promotion: PromotionOut,
    /// When it was asked.
    at: DateTime<Utc>,
    /// When its record came.
    received_at: DateTime<Utc>,
    #[schemars(with = "Id<AppKeyId>")]
    app_key_id: AppKeyId,
    #[schemars(schema_with = "schema::mode")]
    mode: String,
    applicable: bool,
    /// Why not; null when applicable. A record keeps the code: the sentence goes by that alone.
    #[schemars(with = "Option<evaluate::Reason>")]
    reason: Option<Reason>,
    /// What it gave; null when not applicable, when the request named no amount, and for what was only reserved.
    #[schemars(with = "Option<openapi::Money>")]
    discount: Option<Money>,
    /// What it consumed at once; null when nothing, and for what was only reserved.
    #[schemars(with = "Option<Id<RedemptionId>>")]
    redemption_id: Option<RedemptionId>,
    /// ISO 3166-1 alpha-2; null when the request said none.
    country: Option<String>,
    /// The UN/LOCODE location in the country; null when the request said none.
    city: Option<String>,
    /// Such as `25-34`, from the birth date, which is stored nowhere; null when the request said none.
    age_band: Option<String>,
    /// From the request to the answer at the edge, in milliseconds.
    response_ms: u64,
}

/// A promotion as it was then.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "EvaluatedPromotion")]
struct PromotionOut {
    code: String,
    /// The version that was asked: its terms are those of `…/versions/{version}`.
    version: u64,
}

impl EvaluationOut {
    fn new(id: EvaluationId, code: String, row: EvaluationRow) -> Result<Self, Error> {
        let promotion = PromotionOut {
            code,
            version: u64::try_from(row.promotion_version).map_err(Error::fault)?,
        };
        Ok(Self {
            id,
            promotion,
            at: row.at,
            received_at: row.received_at,
            app_key_id: row.app_key_id.into(),
            mode: row.mode,
            applicable: row.reason.is_none(),
            reason: row.reason.as_deref().map(parse_reason).transpose()?,
            discount: parse_discount(row.discount_amount, row.discount_currency.as_deref())?,
            redemption_id: row.redemption_id.map(RedemptionId::from),
            country: row.country,
            city: row.city,
            age_band: row.age_band,
            response_ms: u64::try_from(row.response_ms).map_err(Error::fault)?,
        })
    }
}

const PATH: &[(&str, MakeSchema)] = &[("id", schema::id::<EvaluationId>)];

pub(crate) const GET_EVALUATION: Doc = Doc::new(
    "get_evaluation",
    "What is kept of one evaluation, by the `evaluation_id` of its answer: some seconds after it, and until its record is \
     dropped.",
)
.path(PATH);

/// `GET /v1/evaluations/{id}`.
pub(crate) async fn get_evaluation(
    State(app): State<App>,
    Allowed { principal, .. }: Allowed<ReportsRead>,
    Path(id): Path<String>,
) -> Result<Json<EvaluationOut>, Error> {
    let missing = || {
        let days = app.retention.num_days();
        Error::not_found(format!(
            "No evaluation with this id is kept: a record is here some seconds after the answer, and for {days} days. \
             Compare the id with the answer's `evaluation_id`, or ask again in a moment."
        ))
    };
    let id: EvaluationId = id.parse().map_err(|_| missing())?;
    let find = || async {
        let mut tenant = app.db.begin(principal.organization).await?;
        let row = app.store.find(&mut tenant, id).await?.ok_or_else(missing)?;
        let code = find_promotion_code(&mut tenant, PromotionId::from(row.promotion_id)).await?;
        let code = code.ok_or_else(missing)?;
        tenant.commit((code, row)).await
    };
    let (code, row) = app.db.transaction("get_evaluation", find).await?;
    EvaluationOut::new(id, code, row).map(Json)
}

fn parse_discount(amount: Option<i64>, currency: Option<&str>) -> Result<Option<Money>, Error> {
    let Some((amount, currency)) = amount.zip(currency) else {
        return Ok(None);
    };
    let amount = u64::try_from(amount).map_err(Error::fault)?;
    let currency: Currency = currency.parse().map_err(Error::fault)?;
    Money::new(amount, currency).map(Some).map_err(Error::fault)
}

/// A stored reason with a sentence that says as much as the record does.
fn parse_reason(word: &str) -> Result<Reason, Error> {
    let code = ReasonCode::ALL.into_iter().find(|code| code.as_str() == word);
    let code = code.ok_or_else(|| Error::fault(format!("the stored reason {word:?} is not known")))?;
    let detail = match code {
        ReasonCode::ConditionNotMet => {
            "The condition was not met. The request is not kept: preview it to see which part was false.".to_owned()
        }
        ReasonCode::NotStarted => "It was before the promotion's start.".to_owned(),
        ReasonCode::Expired => "It was after the promotion's end.".to_owned(),
        ReasonCode::EffectNotApplicable => {
            "There is no discount on the request's amount, such as one in another currency. The amount is not kept: \
             preview the request to see why."
                .to_owned()
        }
        ReasonCode::NotActive => Detail::NotActive.to_string(),
        ReasonCode::CouponNotFound => Detail::CouponNotFound.to_string(),
        ReasonCode::CouponExpired => Detail::CouponExpired.to_string(),
        ReasonCode::CouponRevoked => Detail::CouponRevoked.to_string(),
        ReasonCode::CouponExhausted => Detail::CouponExhausted.to_string(),
        ReasonCode::WrongCustomer => Detail::WrongCustomer.to_string(),
        ReasonCode::PromotionLimitReached => Detail::PromotionLimit.to_string(),
        ReasonCode::CustomerLimitReached => Detail::CustomerLimit.to_string(),
        ReasonCode::BudgetExhausted => Detail::Budget.to_string(),
    };
    Ok(Reason { code, detail })
}
