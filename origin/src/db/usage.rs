//! The sums of usage: all that reports read.

use chrono::{DateTime, Utc};
use engine::ids::PromotionId;
use uuid::Uuid;

use super::Tenant;

/// What is summed: the quarters of an hour from `from` until before `to`, of one promotion or all.
#[derive(Debug)]
pub(crate) struct UsageFilter {
    pub(crate) promotion: Option<PromotionId>,
    pub(crate) from: Option<DateTime<Utc>>,
    pub(crate) to: Option<DateTime<Utc>>,
    /// Where intervals begin, in their order: sums are told by interval. None: all is one interval, number 0.
    pub(crate) starts: Vec<DateTime<Utc>>,
}

impl UsageFilter {
    /// Under what the sums are kept: a promotion's under its identifier, those of all under the nil UUID.
    fn counted(&self) -> Uuid {
        self.promotion.map_or(Uuid::nil(), PromotionId::uuid)
    }
}

/// Sums of an interval, for one reason and one currency.
#[derive(Debug)]
pub(crate) struct UsageRow {
    /// From 1 for the interval that begins at the first start.
    pub(crate) interval: i32,
    /// '' when the promotion applied.
    pub(crate) reason: String,
    /// '' when there was no discount.
    pub(crate) currency: String,
    pub(crate) evaluations: i64,
    /// Decimal integers, as all sums that may pass 64 bits: the driver has no type for 38 digits.
    pub(crate) discount: String,
    pub(crate) response_ms: String,
    pub(crate) redemptions: i64,
    pub(crate) rolled_back: i64,
    pub(crate) given_back: String,
}

/// How many evaluations of an interval took how long.
#[derive(Debug)]
pub(crate) struct ResponseRow {
    /// As in [`UsageRow`].
    pub(crate) interval: i32,
    /// The place among the bounds.
    pub(crate) bucket: i16,
    pub(crate) evaluations: i64,
}

/// Sums by interval, reason and currency.
pub(crate) async fn sum_usage(tenant: &mut Tenant, filter: &UsageFilter) -> Result<Vec<UsageRow>, sqlx::Error> {
    sqlx::query_as!(
        UsageRow,
        "select width_bucket(quarter, $5::timestamptz[]) as \"interval!\", reason, currency, \
         sum(evaluations)::bigint as \"evaluations!\", sum(discount)::text as \"discount!\", \
         sum(response_ms)::text as \"response_ms!\", sum(redemptions)::bigint as \"redemptions!\", \
         sum(rolled_back)::bigint as \"rolled_back!\", sum(given_back)::text as \"given_back!\" \
         from usage_quarters where organization_id = $1 and promotion_id = $2 \
         and ($3::timestamptz is null or quarter >= $3) and ($4::timestamptz is null or quarter < $4) \
         group by 1, reason, currency",
        tenant.id(),
        filter.counted(),
        filter.from,
        filter.to,
        &filter.starts
    )
    .fetch_all(tenant.connection())
    .await
}

/// Sums of each of some promotions by reason and currency, all as interval 0. One without any has no row.
pub(crate) async fn sum_usage_of_each(
    tenant: &mut Tenant,
    promotions: &[PromotionId],
    from: Option<DateTime<Utc>>,
    to: Option<DateTime<Utc>>,
) -> Result<Vec<(PromotionId, UsageRow)>, sqlx::Error> {
    let ids: Vec<_> = promotions.iter().map(|promotion| promotion.uuid()).collect();
    let rows = sqlx::query!(
        "select promotion_id, reason, currency, sum(evaluations)::bigint as \"evaluations!\", \
         sum(discount)::text as \"discount!\", sum(response_ms)::text as \"response_ms!\", \
         sum(redemptions)::bigint as \"redemptions!\", sum(rolled_back)::bigint as \"rolled_back!\", \
         sum(given_back)::text as \"given_back!\" \
         from usage_quarters where organization_id = $1 and promotion_id = any($2) \
         and ($3::timestamptz is null or quarter >= $3) and ($4::timestamptz is null or quarter < $4) \
         group by promotion_id, reason, currency",
        tenant.id(),
        &ids,
        from,
        to
    )
    .fetch_all(tenant.connection())
    .await?;
    let rows = rows.into_iter().map(|row| {
        let usage = UsageRow {
            interval: 0,
            reason: row.reason,
            currency: row.currency,
            evaluations: row.evaluations,
            discount: row.discount,
            response_ms: row.response_ms,
            redemptions: row.redemptions,
            rolled_back: row.rolled_back,
            given_back: row.given_back,
        };
        (row.promotion_id.into(), usage)
    });
    Ok(rows.collect())
}

/// Counts by interval and bucket, the fastest first.
pub(crate) async fn sum_responses(tenant: &mut Tenant, filter: &UsageFilter) -> Result<Vec<ResponseRow>, sqlx::Error> {
    sqlx::query_as!(
        ResponseRow,
        "select width_bucket(quarter, $5::timestamptz[]) as \"interval!\", bucket, \
         sum(evaluations)::bigint as \"evaluations!\" \
         from response_quarters where organization_id = $1 and promotion_id = $2 \
         and ($3::timestamptz is null or quarter >= $3) and ($4::timestamptz is null or quarter < $4) \
         group by 1, bucket order by 1, bucket",
        tenant.id(),
        filter.counted(),
        filter.from,
        filter.to,
        &filter.starts
    )
    .fetch_all(tenant.connection())
    .await
}
