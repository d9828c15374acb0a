//! Changes of the ledger: every event once. The table is also their inbox.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use engine::ids::PromotionId;
use uuid::Uuid;

use super::Tenant;

/// The columns of a batch of events of one organisation: as many values in each.
#[derive(Default)]
pub(crate) struct EventColumns {
    pub(crate) ids: Vec<Uuid>,
    pub(crate) kinds: Vec<String>,
    pub(crate) promotion_ids: Vec<Uuid>,
    pub(crate) redemption_ids: Vec<Uuid>,
    pub(crate) times: Vec<DateTime<Utc>>,
    pub(crate) discount_amounts: Vec<Option<i64>>,
    pub(crate) discount_currencies: Vec<Option<String>>,
    pub(crate) coupons: Vec<Option<String>>,
    pub(crate) modes: Vec<String>,
    pub(crate) has_record: Vec<bool>,
}

/// Stores the events that are not there yet as rows of a batch, and answers which those were. Safe to repeat.
pub(crate) async fn insert_ledger_events(
    tenant: &mut Tenant,
    batch: i64,
    columns: &EventColumns,
    now: DateTime<Utc>,
) -> Result<BTreeSet<Uuid>, sqlx::Error> {
    let ids = sqlx::query_scalar!(
        "insert into ledger_events (organization_id, received_at, batch, id, kind, promotion_id, redemption_id, at, \
         discount_amount, discount_currency, coupon, mode, has_record) \
         select $1, $2, $3, * from unnest($4::uuid[], $5::text[], $6::uuid[], $7::uuid[], $8::timestamptz[], \
         $9::bigint[], $10::text[], $11::text[], $12::text[], $13::bool[]) \
         on conflict (organization_id, id) do nothing returning id",
        tenant.id(),
        now,
        batch,
        &columns.ids,
        &columns.kinds,
        &columns.promotion_ids,
        &columns.redemption_ids,
        &columns.times,
        &columns.discount_amounts as &[Option<i64>],
        &columns.discount_currencies as &[Option<String>],
        &columns.coupons as &[Option<String>],
        &columns.modes,
        &columns.has_record
    )
    .fetch_all(tenant.connection())
    .await?;
    Ok(ids.into_iter().collect())
}

/// What is stored of a promotion's ledger, and what reports tell in one currency once all that waits is rolled up.
#[derive(Debug)]
pub(crate) struct LedgerTotalsRow {
    pub(crate) events: i64,
    /// Of these, those that say again what another one said of the redemption.
    pub(crate) duplicates: i64,
    /// '' when there was no discount; `None` when nothing was counted for the promotion.
    pub(crate) currency: Option<String>,
    pub(crate) redemptions: Option<i64>,
    pub(crate) rolled_back: Option<i64>,
    pub(crate) discount: Option<String>,
    pub(crate) given_back: Option<String>,
}

/// The same over all time, by currency, at least one row; one statement, so that all of it is of one moment.
pub(crate) async fn find_ledger_totals(
    tenant: &mut Tenant,
    promotion: PromotionId,
) -> Result<Vec<LedgerTotalsRow>, sqlx::Error> {
    sqlx::query_as!(
        LedgerTotalsRow,
        "with waiting as ( \
             select currency, redemptions, rolled_back, discount, given_back from increments \
             where organization_id = $1 and promotion_id = $2 \
             and batch = any(array(select batch from roll_up_queue where organization_id = $1)) \
         ), stored as ( \
             select coalesce(sum(times), 0)::bigint as events, \
                 coalesce(sum(times - 1) filter (where kind <> 'partly_rolled_back'), 0)::bigint as duplicates \
             from (select kind, count(*) as times from ledger_events \
                 where organization_id = $1 and promotion_id = $2 group by redemption_id, kind) told \
         ), reported as ( \
             select currency, sum(redemptions)::bigint as redemptions, sum(rolled_back)::bigint as rolled_back, \
                 sum(discount)::text as discount, sum(given_back)::text as given_back \
             from ( \
                 select currency, redemptions, rolled_back, discount, given_back from usage_quarters \
                 where organization_id = $1 and promotion_id = $2 union all select * from waiting \
             ) counted group by currency \
         ) \
         select events as \"events!\", duplicates as \"duplicates!\", currency as \"currency?\", \
             redemptions as \"redemptions?\", rolled_back as \"rolled_back?\", discount as \"discount?\", \
             given_back as \"given_back?\" \
         from stored left join reported on true",
        tenant.id(),
        promotion.uuid()
    )
    .fetch_all(tenant.connection())
    .await
}
