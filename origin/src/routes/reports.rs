//! Reports, read from sums alone.

pub(crate) mod demographics;
mod period;
pub(crate) mod promotions;
mod sheet;
mod totals;

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::VARY;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use engine::ids::PromotionId;
use engine::problem::ProblemType;
use engine::promotion::PromotionCode;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::input::Query;
use super::promotions::{not_found, parse_code};
use crate::app::App;
use crate::auth::{Allowed, ReportsRead};
use crate::db::Tenant;
use crate::db::promotions::find_promotion_codes;
use crate::db::usage::UsageFilter;
use crate::openapi::describe::Describe;
use crate::openapi::doc::Doc;
use crate::openapi::operation::Operation;
use crate::openapi::schema;
use crate::problem::Error;
use crate::store::EvaluationStore;
use period::Period;
use totals::{Adding, Totals};

/// What is asked.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct UsageQuery {
    /// A promotion's code; all promotions when absent.
    #[schemars(schema_with = "schema::code")]
    promotion: Option<String>,
    /// Inclusive, and taken down to the start of its interval, or of its quarter of an hour without one. When absent, a
    /// series has 24 hours, 30 days or 12 months, and a report without one begins with the first evaluation.
    #[schemars(with = "Option<DateTime<Utc>>")]
    from: Option<String>,
    /// Exclusive, and taken up to the end of its interval or quarter of an hour; the present when absent.
    #[schemars(with = "Option<DateTime<Utc>>")]
    to: Option<String>,
    /// Cuts the period into a series: at most 745 hours, 400 days or 120 months. `hour`, `day` or `month`.
    interval: Option<String>,
    /// Whose hours, days and months these are, such as `America/Montevideo`; `UTC` when absent.
    time_zone: Option<String>,
    /// `previous`: with the totals of the period before, of as many intervals, or as long.
    compare: Option<String>,
}

/// The answer.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Usage")]
pub(crate) struct UsageOut {
    /// All that was received before this is counted.
    updated_at: DateTime<Utc>,
    /// How long ago that is, in seconds: 0 when nothing waits to be counted.
    lag_seconds: u64,
    /// Where the period begins; `null` for the beginning.
    from: Option<DateTime<Utc>>,
    /// Where it ends; `null` for the present.
    to: Option<DateTime<Utc>>,
    totals: Totals,
    /// Every interval of the period, those without evaluations too; empty without `interval`.
    series: Vec<Part>,
    /// The period before; left out unless it was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    previous: Option<Part>,
}

/// A part of the time.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "UsagePart")]
struct Part {
    from: DateTime<Utc>,
    to: DateTime<Utc>,
    totals: Totals,
}

/// The same in the form that the client takes.
#[derive(Debug)]
pub(crate) struct UsageAnswer(Response);

impl IntoResponse for UsageAnswer {
    fn into_response(self) -> Response {
        self.0
    }
}

impl Describe for UsageAnswer {
    fn describe(operation: &mut Operation<'_>) {
        operation.answers::<UsageOut>(200, "What came of it; as CSV a row for each interval");
        operation.answers_text(200, "What came of it; as CSV a row for each interval", "text/csv");
    }
}

pub(crate) const GET_USAGE: Doc =
    Doc::new("get_usage", "What was evaluated, and what came of it.").problems(&[ProblemType::NotFound]);

/// `GET /v1/reports/usage`.
pub(crate) async fn get_usage(
    State(app): State<App>,
    Allowed { principal, .. }: Allowed<ReportsRead>,
    headers: HeaderMap,
    Query(query): Query<UsageQuery>,
) -> Result<UsageAnswer, Error> {
    let now = app.clock.now();
    let period = Period::parse(&query, now).map_err(Error::invalid)?;
    let code = query.promotion.as_deref().map(parse_code).transpose()?;
    let read = || async {
        let mut tenant = app.db.begin(principal.organization).await?;
        let promotion = match &code {
            Some(code) => Some(find_id(&mut tenant, code).await?),
            None => None,
        };
        let usage = read_usage(&app, &mut tenant, promotion, &period, now).await?;
        tenant.commit(usage).await
    };
    let usage = app.db.transaction("get_usage", read).await?;
    if sheet::is_wanted(&headers) {
        return sheet::answer(&usage).map(UsageAnswer);
    }
    Ok(UsageAnswer(([(VARY, "accept")], Json(usage)).into_response()))
}

async fn find_id(tenant: &mut Tenant, code: &PromotionCode) -> Result<PromotionId, Error> {
    let found = find_promotion_codes(tenant, &[code.to_string()]).await?;
    found.into_values().next().ok_or_else(not_found)
}

/// What waits is asked for first: what is counted meanwhile is then in the sums, and the answer only modest.
async fn read_usage(
    app: &App,
    tenant: &mut Tenant,
    promotion: Option<PromotionId>,
    period: &Period,
    now: DateTime<Utc>,
) -> Result<UsageOut, Error> {
    let updated_at = app.store.waiting_since(tenant).await?.unwrap_or(now);
    let filter = UsageFilter {
        promotion,
        from: period.from,
        to: period.to,
        starts: period.starts.clone(),
    };
    let (totals, parts) = sum(app, tenant, &filter).await?;
    let previous = match period.previous {
        None => None,
        Some((from, to)) => {
            let filter = UsageFilter {
                promotion,
                from: Some(from),
                to: Some(to),
                starts: Vec::new(),
            };
            let (totals, _) = sum(app, tenant, &filter).await?;
            Some(Part { from, to, totals })
        }
    };
    let ends = period.starts.iter().skip(1).copied().chain(period.to);
    let spans = period.starts.iter().copied().zip(ends);
    let series = spans.zip(parts).map(|((from, to), totals)| Part { from, to, totals });
    Ok(UsageOut {
        updated_at,
        lag_seconds: u64::try_from((now - updated_at).num_seconds()).unwrap_or_default(),
        from: period.from,
        to: period.to,
        totals,
        series: series.collect(),
        previous,
    })
}

/// The totals, and those of each interval.
async fn sum(app: &App, tenant: &mut Tenant, filter: &UsageFilter) -> Result<(Totals, Vec<Totals>), Error> {
    let mut all = Adding::default();
    let mut parts = vec![Adding::default(); filter.starts.len()];
    let usage = app.store.usage(tenant, filter).await?;
    for row in usage.rows {
        all.add(&row)?;
        if let Some(part) = part(&mut parts, row.interval) {
            part.add(&row)?;
        }
    }
    for row in usage.responses {
        all.add_responses(&row)?;
        if let Some(part) = part(&mut parts, row.interval) {
            part.add_responses(&row)?;
        }
    }
    Ok((all.finish(), parts.into_iter().map(Adding::finish).collect()))
}

/// The interval with a number, counted from 1.
fn part(parts: &mut [Adding], interval: i32) -> Option<&mut Adding> {
    parts.get_mut(usize::try_from(interval).ok()?.checked_sub(1)?)
}
