//! The usage of several promotions at once: the figures beside each promotion of a list.

use std::collections::{BTreeMap, BTreeSet};

use axum::Json;
use axum::extract::State;
use chrono::{DateTime, Utc};
use engine::ids::PromotionId;
use engine::problem::FieldError;
use engine::promotion::{MAX_CODE_CHARS, PromotionCode};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use super::period::Period;
use super::totals::{Adding, Sum, Totals};
use crate::app::App;
use crate::auth::{Allowed, ReportsRead};
use crate::db::promotions::find_promotion_codes;
use crate::openapi::doc::Doc;
use crate::openapi::schema;
use crate::problem::Error;
use crate::routes::input::{MAX_PAGE_ROWS, Query};
use crate::store::EvaluationStore;

/// Most promotions of an answer: those of the longest page of promotions.
const MAX_CODES: u8 = 100;
const _: () = assert!(MAX_CODES as i64 == MAX_PAGE_ROWS);

/// What is asked.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct PromotionsUsageQuery {
    /// Codes of promotions, with commas between them.
    #[schemars(schema_with = "codes_schema")]
    codes: Option<String>,
    /// Inclusive, and taken down to the quarter of an hour; the beginning when absent.
    #[schemars(with = "Option<DateTime<Utc>>")]
    from: Option<String>,
    /// Exclusive, and taken up to the quarter of an hour; the present when absent.
    #[schemars(with = "Option<DateTime<Utc>>")]
    to: Option<String>,
}

/// The answer.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "PromotionsUsage")]
pub(crate) struct PromotionsUsageOut {
    /// All that was received before this is counted.
    updated_at: DateTime<Utc>,
    /// How long ago that is, in seconds: 0 when nothing waits to be counted.
    lag_seconds: u64,
    /// One for each code that names a promotion, in the order in which they were asked.
    items: Vec<PromotionUsage>,
}

/// What was evaluated of a promotion, and what came of it.
#[derive(Debug, Serialize, JsonSchema)]
struct PromotionUsage {
    #[schemars(schema_with = "schema::code")]
    code: PromotionCode,
    evaluations: u64,
    applicable: u64,
    not_applicable: u64,
    /// Applicable ÷ evaluations, to four decimals; `null` without evaluations.
    ratio: Option<f64>,
    redemptions: u64,
    /// What was granted, whatever was given back of it.
    discount: Vec<Sum>,
}

impl PromotionUsage {
    fn new(code: PromotionCode, totals: Totals) -> Self {
        Self {
            code,
            evaluations: totals.evaluations,
            applicable: totals.applicable,
            not_applicable: totals.not_applicable,
            ratio: totals.ratio,
            redemptions: totals.redemptions,
            discount: totals.discount,
        }
    }
}

fn codes_schema(_: &mut SchemaGenerator) -> Schema {
    let code = format!("[A-Za-z0-9][A-Za-z0-9_-]{{0,{}}}", MAX_CODE_CHARS - 1);
    let pattern = format!("^{code}(,{code}){{0,{}}}$", MAX_CODES - 1);
    json_schema!({"type": "string", "pattern": pattern, "examples": ["summer-10,winter-10"]})
}

pub(crate) const GET_PROMOTIONS_USAGE: Doc = Doc::new(
    "get_promotions_usage",
    "What was evaluated of each of several promotions, and what came of it. A code that names none is left out.",
);

/// `GET /v1/reports/promotions`.
pub(crate) async fn get_promotions_usage(
    State(app): State<App>,
    Allowed { principal, .. }: Allowed<ReportsRead>,
    Query(query): Query<PromotionsUsageQuery>,
) -> Result<Json<PromotionsUsageOut>, Error> {
    let now = app.clock.now();
    let (codes, period) = query.parse()?;
    let texts: Vec<_> = codes.iter().map(ToString::to_string).collect();
    let read = || async {
        let mut tenant = app.db.begin(principal.organization).await?;
        let ids = find_promotion_codes(&mut tenant, &texts).await?;
        // What waits is asked for first, as for the report of one.
        let updated_at = app.store.waiting_since(&mut tenant).await?.unwrap_or(now);
        let known: Vec<_> = ids.values().copied().collect();
        let rows = app
            .store
            .usage_of_each(&mut tenant, &known, period.from, period.to)
            .await?;
        let mut sums: BTreeMap<PromotionId, Adding> = BTreeMap::new();
        for (promotion, row) in rows {
            sums.entry(promotion).or_default().add(&row)?;
        }
        tenant.commit((updated_at, ids, sums)).await
    };
    let (updated_at, ids, mut sums) = app.db.transaction("get_promotions_usage", read).await?;
    let items = codes.into_iter().filter_map(|code| {
        let id = ids.get(code.as_str())?;
        let totals = sums.remove(id).unwrap_or_default().finish();
        Some(PromotionUsage::new(code, totals))
    });
    Ok(Json(PromotionsUsageOut {
        updated_at,
        lag_seconds: u64::try_from((now - updated_at).num_seconds()).unwrap_or_default(),
        items: items.collect(),
    }))
}

impl PromotionsUsageQuery {
    /// The codes, each once, and the period; or 422 with every error.
    fn parse(&self) -> Result<(Vec<PromotionCode>, Period), Error> {
        let codes = parse_codes(self.codes.as_deref().unwrap_or_default());
        let period = Period::parse_times(&self.from, &self.to);
        match (codes, period) {
            (Ok(codes), Ok(period)) => Ok((codes, period)),
            (codes, period) => {
                let errors = codes.err().into_iter().chain(period.err().unwrap_or_default());
                Err(Error::invalid(errors.collect()))
            }
        }
    }
}

fn parse_codes(text: &str) -> Result<Vec<PromotionCode>, FieldError> {
    let codes: Option<Vec<PromotionCode>> = text.split(',').map(|code| code.parse().ok()).collect();
    let codes = codes.ok_or_else(|| {
        let detail = "Send codes of promotions with commas between them, such as summer-10,winter-10.";
        FieldError::new("/codes", "codes_invalid", detail)
    })?;
    if codes.len() > usize::from(MAX_CODES) {
        let detail = format!("Send at most {MAX_CODES} codes.");
        return Err(FieldError::new("/codes", "codes_too_many", detail));
    }
    let mut seen = BTreeSet::new();
    Ok(codes.into_iter().filter(|code| seen.insert(code.clone())).collect())
}
