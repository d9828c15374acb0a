//! The hourly roll-up of evaluations: all that reports read.

use chrono::{DateTime, Utc};
use engine::ids::PromotionId;
use uuid::Uuid;

use super::Tenant;

/// The columns of a batch of additions: as many values in each, every key once.
#[derive(Default)]
pub(crate) struct UsageColumns {
    pub(crate) promotion_ids: Vec<Uuid>,
    pub(crate) hours: Vec<DateTime<Utc>>,
    pub(crate) reasons: Vec<String>,
    pub(crate) currencies: Vec<String>,
    pub(crate) evaluations: Vec<i64>,
    /// Decimal integers: the driver has no type for 38 digits.
    pub(crate) discounts: Vec<String>,
    pub(crate) response_ms: Vec<i64>,
    pub(crate) redemptions: Vec<i64>,
    pub(crate) rolled_back: Vec<i64>,
    /// As [`UsageColumns::discounts`].
    pub(crate) given_back: Vec<String>,
}

/// Sums over hours, for one reason and one currency.
pub(crate) struct UsageRow {
    /// '' when the promotion applied.
    pub(crate) reason: String,
    /// '' when there was no discount.
    pub(crate) currency: String,
    pub(crate) evaluations: i64,
    pub(crate) discount: String,
    pub(crate) response_ms: String,
    pub(crate) redemptions: i64,
    pub(crate) rolled_back: i64,
    pub(crate) given_back: String,
}

/// The hour of the roll-up in which a time lies, UTC.
pub(crate) fn hour_of(time: DateTime<Utc>) -> DateTime<Utc> {
    let secs = time.timestamp();
    DateTime::from_timestamp(secs - secs.rem_euclid(3_600), 0).unwrap_or(time)
}

/// Adds to the roll-up. Not safe to repeat: only with the insertion of the records and events in one
/// transaction.
pub(crate) async fn add_usage(
    tenant: &mut Tenant,
    columns: &UsageColumns,
    now: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into usage_hourly as total (organization_id, updated_at, promotion_id, hour, reason, currency, \
         evaluations, discount, response_ms, redemptions, rolled_back, given_back) \
         select $1, $2, added.promotion_id, added.hour, added.reason, added.currency, added.evaluations, \
         added.discount::numeric, added.response_ms, added.redemptions, added.rolled_back, added.given_back::numeric \
         from unnest($3::uuid[], $4::timestamptz[], $5::text[], $6::text[], $7::bigint[], $8::text[], $9::bigint[], \
         $10::bigint[], $11::bigint[], $12::text[]) as added (promotion_id, hour, reason, currency, evaluations, \
         discount, response_ms, redemptions, rolled_back, given_back) \
         on conflict (organization_id, promotion_id, hour, reason, currency) do update set \
         evaluations = total.evaluations + excluded.evaluations, \
         discount = total.discount + excluded.discount, \
         response_ms = total.response_ms + excluded.response_ms, \
         redemptions = total.redemptions + excluded.redemptions, \
         rolled_back = total.rolled_back + excluded.rolled_back, \
         given_back = total.given_back + excluded.given_back, \
         updated_at = greatest(total.updated_at, excluded.updated_at)",
        tenant.id(),
        now,
        &columns.promotion_ids,
        &columns.hours,
        &columns.reasons,
        &columns.currencies,
        &columns.evaluations,
        &columns.discounts,
        &columns.response_ms,
        &columns.redemptions,
        &columns.rolled_back,
        &columns.given_back
    )
    .execute(tenant.connection())
    .await
    .map(drop)
}

/// Sums by reason and currency over the hours from `from` until before `to`, of one promotion or all.
pub(crate) async fn sum_usage(
    tenant: &mut Tenant,
    promotion: Option<PromotionId>,
    from: Option<DateTime<Utc>>,
    to: Option<DateTime<Utc>>,
) -> Result<Vec<UsageRow>, sqlx::Error> {
    sqlx::query_as!(
        UsageRow,
        "select reason, currency, sum(evaluations)::bigint as \"evaluations!\", sum(discount)::text as \"discount!\", \
         sum(response_ms)::text as \"response_ms!\", sum(redemptions)::bigint as \"redemptions!\", \
         sum(rolled_back)::bigint as \"rolled_back!\", sum(given_back)::text as \"given_back!\" \
         from usage_hourly where organization_id = $1 and ($2::uuid is null or promotion_id = $2) \
         and ($3::timestamptz is null or hour >= $3) and ($4::timestamptz is null or hour < $4) \
         group by reason, currency order by reason, currency",
        tenant.id(),
        promotion.map(PromotionId::uuid),
        from,
        to
    )
    .fetch_all(tenant.connection())
    .await
}

/// When the organisation's roll-up last changed; `None` before the first evaluation.
pub(crate) async fn find_usage_updated_at(tenant: &mut Tenant) -> Result<Option<DateTime<Utc>>, sqlx::Error> {
    sqlx::query_scalar!(
        "select max(updated_at) from usage_hourly where organization_id = $1",
        tenant.id()
    )
    .fetch_one(tenant.connection())
    .await
}
