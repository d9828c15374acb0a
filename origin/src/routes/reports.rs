//! Reports, read from the roll-up alone.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use chrono::{DateTime, TimeDelta, Utc};
use engine::ids::PromotionId;
use engine::problem::{FieldError, ProblemType};
use engine::promotion::PromotionCode;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::input::{Query, TIME_HELP, parse_time};
use super::promotions::{not_found, parse_code};
use crate::app::App;
use crate::auth::{Allowed, ReportsRead};
use crate::db::usage::UsageRow;
use crate::db::{Tenant, promotions, usage};
use crate::openapi::doc::Doc;
use crate::openapi::schema;
use crate::problem::Error;

/// What is asked.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct UsageQuery {
    /// A promotion's code; all promotions when absent.
    #[schemars(schema_with = "schema::code")]
    promotion: Option<String>,
    /// Inclusive; the roll-up counts by the hour, so it is taken down to the full hour, UTC.
    #[schemars(with = "Option<DateTime<Utc>>")]
    from: Option<String>,
    /// Exclusive, and taken up to the full hour.
    #[schemars(with = "Option<DateTime<Utc>>")]
    to: Option<String>,
}

/// The answer.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Usage")]
pub(crate) struct UsageOut {
    /// When the organisation's figures last changed; `null` before the first evaluation.
    updated_at: Option<DateTime<Utc>>,
    totals: Totals,
}

#[derive(Debug, Default, PartialEq, Serialize, JsonSchema)]
#[schemars(rename = "UsageTotals")]
struct Totals {
    evaluations: u64,
    applicable: u64,
    not_applicable: u64,
    by_reason: BTreeMap<String, u64>,
    /// Applicable ÷ evaluations, to four decimals; `null` without evaluations.
    ratio: Option<f64>,
    /// What was granted; what was given back of it is told beside it.
    discount: Vec<Sum>,
    /// What of the discounts was given back in this time, whenever it was granted.
    given_back: Vec<Sum>,
    redemptions: u64,
    /// Redemptions that were given back whole in this time.
    rolled_back: u64,
    response_ms: ResponseMs,
}

/// A sum of money in minor units, which may pass what a single amount may be.
#[derive(Debug, PartialEq, Serialize, JsonSchema)]
#[schemars(rename = "MoneySum")]
struct Sum {
    amount: u128,
    currency: String,
}

#[derive(Debug, Default, PartialEq, Serialize, JsonSchema)]
struct ResponseMs {
    /// To a tenth; `null` without evaluations.
    mean: Option<f64>,
}

pub(crate) const GET_USAGE: Doc =
    Doc::new("get_usage", "What was evaluated, and what came of it.").problems(&[ProblemType::NotFound]);

/// `GET /v1/reports/usage`.
pub(crate) async fn get_usage(
    State(app): State<App>,
    Allowed { principal, .. }: Allowed<ReportsRead>,
    Query(query): Query<UsageQuery>,
) -> Result<Json<UsageOut>, Error> {
    let span = Span::parse(&query)?;
    let code = query.promotion.as_deref().map(parse_code).transpose()?;
    let read = || async {
        let mut tenant = app.db.begin(principal.organization).await?;
        let promotion = match &code {
            Some(code) => Some(find_id(&mut tenant, code).await?),
            None => None,
        };
        let updated_at = usage::find_usage_updated_at(&mut tenant).await?;
        let rows = usage::sum_usage(&mut tenant, promotion, span.from, span.to).await?;
        tenant
            .commit(UsageOut {
                updated_at,
                totals: Totals::of(rows)?,
            })
            .await
    };
    app.db.transaction("get_usage", read).await.map(Json)
}

async fn find_id(tenant: &mut Tenant, code: &PromotionCode) -> Result<PromotionId, Error> {
    let found = promotions::find_promotion_codes(tenant, &[code.to_string()]).await?;
    found.into_values().next().ok_or_else(not_found)
}

/// Full hours.
struct Span {
    from: Option<DateTime<Utc>>,
    to: Option<DateTime<Utc>>,
}

impl Span {
    fn parse(query: &UsageQuery) -> Result<Self, Error> {
        let mut errors = Vec::new();
        let mut read = |name: &str, text: &Option<String>, round: fn(DateTime<Utc>) -> Option<DateTime<Utc>>| {
            let time = parse_time(text.as_deref()?).and_then(round);
            if time.is_none() {
                errors.push(FieldError::new(format!("/{name}"), "time_invalid", TIME_HELP));
            }
            time
        };
        let from = read("from", &query.from, |time| Some(usage::hour_of(time)));
        let to = read("to", &query.to, |time| {
            let hour = usage::hour_of(time);
            if hour == time {
                Some(hour)
            } else {
                hour.checked_add_signed(TimeDelta::hours(1))
            }
        });
        if from.zip(to).is_some_and(|(from, to)| to <= from) {
            errors.push(FieldError::new(
                "/to",
                "ends_before_start",
                "Send an end that is after the start.",
            ));
        }
        if errors.is_empty() {
            Ok(Self { from, to })
        } else {
            Err(Error::invalid(errors))
        }
    }
}

impl Totals {
    fn of(rows: Vec<UsageRow>) -> Result<Self, Error> {
        let mut totals = Self::default();
        let mut discount = Sums::default();
        let mut given_back = Sums::default();
        let mut response_ms: u128 = 0;
        for row in rows {
            let evaluations = u64::try_from(row.evaluations).map_err(Error::fault)?;
            totals.evaluations += evaluations;
            if row.reason.is_empty() {
                totals.applicable += evaluations;
            } else {
                totals.not_applicable += evaluations;
                *totals.by_reason.entry(row.reason).or_default() += evaluations;
            }
            discount.add(&row.currency, &row.discount)?;
            given_back.add(&row.currency, &row.given_back)?;
            response_ms += row.response_ms.parse::<u128>().map_err(Error::fault)?;
            totals.redemptions += u64::try_from(row.redemptions).map_err(Error::fault)?;
            totals.rolled_back += u64::try_from(row.rolled_back).map_err(Error::fault)?;
        }
        totals.ratio = quotient(totals.applicable.into(), totals.evaluations, 10_000);
        totals.discount = discount.list();
        totals.given_back = given_back.list();
        totals.response_ms.mean = quotient(response_ms, totals.evaluations, 10);
        Ok(totals)
    }
}

/// Sums by currency; those of nothing are left out.
#[derive(Default)]
struct Sums(BTreeMap<String, u128>);

impl Sums {
    /// Adds minor units in decimals.
    fn add(&mut self, currency: &str, amount: &str) -> Result<(), Error> {
        let amount: u128 = amount.parse().map_err(Error::fault)?;
        if amount > 0 {
            *self.0.entry(currency.to_owned()).or_default() += amount;
        }
        Ok(())
    }

    fn list(self) -> Vec<Sum> {
        let sums = self.0.into_iter();
        sums.map(|(currency, amount)| Sum { amount, currency }).collect()
    }
}

/// `sum ÷ count`, rounded half up to a whole number of `1 ÷ parts`; `None` for nothing, and for more than is believed.
fn quotient(sum: u128, count: u64, parts: u32) -> Option<f64> {
    let count = u128::from(count);
    let rounded = (sum.checked_mul(parts.into())?.checked_add(count / 2)?).checked_div(count)?;
    Some(f64::from(u32::try_from(rounded).ok()?) / f64::from(parts))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotients() {
        let check = |sum, count, parts, expected| assert_eq!(quotient(sum, count, parts), expected, "{sum} ÷ {count}");
        check(2, 3, 10_000, Some(0.6667));
        check(0, 3, 10_000, Some(0.0));
        check(0, 0, 10_000, None);
        check(25, 2, 10, Some(12.5));
        check(u128::MAX, 2, 10, None);
    }

    #[test]
    fn spans_are_full_hours() {
        let check = |from: &str, to: &str, expected: Option<(&str, &str)>| {
            let query = UsageQuery {
                promotion: None,
                from: Some(from.to_owned()),
                to: Some(to.to_owned()),
            };
            let span = Span::parse(&query)
                .ok()
                .map(|span| (span.from.unwrap(), span.to.unwrap()));
            assert_eq!(
                span,
                expected.map(|(from, to)| (parse_time(from).unwrap(), parse_time(to).unwrap())),
                "{from} {to}"
            );
        };
        check(
            "2026-11-21T10:15:00Z",
            "2026-11-21T11:00:00Z",
            Some(("2026-11-21T10:00:00Z", "2026-11-21T11:00:00Z")),
        );
        check(
            "2026-11-21T10:00:00Z",
            "2026-11-21T11:00:01Z",
            Some(("2026-11-21T10:00:00Z", "2026-11-21T12:00:00Z")),
        );
        check(
            "2026-11-21T10:15:00-03:00",
            "2026-11-21T13:30:00Z",
            Some(("2026-11-21T13:00:00Z", "2026-11-21T14:00:00Z")),
        );
        check("2026-11-21T11:00:00Z", "2026-11-21T11:00:00Z", None);
        check("yesterday", "2026-11-21T11:00:00Z", None);
    }
}
