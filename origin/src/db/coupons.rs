//! Coupons that are rows: listed ones, whose code was chosen or imported, and generated ones that were used or taken back.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use engine::ids::{CouponBatchId, PromotionId};
use sqlx::PgPool;
use uuid::Uuid;

use super::Tenant;

/// A coupon as it is stored.
#[derive(Debug, Clone)]
pub(crate) struct CouponRow {
    /// Its place in lists.
    pub(crate) number: i64,
    pub(crate) code: String,
    pub(crate) listed: bool,
    pub(crate) max_uses: Option<i64>,
    pub(crate) expires_at: Option<DateTime<Utc>>,
    pub(crate) customer_id: Option<String>,
    pub(crate) uses: i64,
    pub(crate) created_at: DateTime<Utc>,
    pub(crate) revoked_at: Option<DateTime<Utc>>,
    pub(crate) pending: bool,
}

/// What the ledger has to know.
#[derive(Debug)]
pub(crate) struct PendingRow {
    pub(crate) code: String,
    pub(crate) revision: i64,
    pub(crate) max_uses: Option<i64>,
    pub(crate) expires_at: Option<DateTime<Utc>>,
    pub(crate) customer_id: Option<String>,
    pub(crate) revoked: bool,
}

/// What the ledger has to know of the promotion of its coupons.
pub(crate) struct PushedPromotionRow {
    pub(crate) version: i64,
    pub(crate) counted: Option<bool>,
}

/// The columns of new listed coupons: as many values in each.
#[derive(Debug, Default)]
pub(crate) struct CouponColumns {
    pub(crate) codes: Vec<String>,
    pub(crate) max_uses: Vec<Option<i64>>,
    pub(crate) expires_at: Vec<Option<DateTime<Utc>>>,
    pub(crate) customer_ids: Vec<Option<String>>,
}

/// The columns of uses to be added: as many values in each, every coupon once, in the one order in which all transactions
/// take them.
#[derive(Debug, Default)]
pub(crate) struct UseColumns {
    pub(crate) promotion_ids: Vec<Uuid>,
    pub(crate) codes: Vec<String>,
    pub(crate) batch_ids: Vec<Option<Uuid>>,
    pub(crate) uses: Vec<i64>,
}

/// Stores listed coupons, which wait for the ledger, and answers the codes that were not taken. Of two with one code the
/// first is stored.
pub(crate) async fn insert_coupons(
    tenant: &mut Tenant,
    promotion: PromotionId,
    columns: &CouponColumns,
    now: DateTime<Utc>,
) -> Result<Vec<String>, sqlx::Error> {
    sqlx::query_scalar!(
        "insert into coupons (organization_id, promotion_id, code, listed, max_uses, expires_at, customer_id, \
         created_at, revision, pending) \
         select $1, $2, new.code, true, new.max_uses, new.expires_at, new.customer_id, $3, \
             nextval('coupon_revisions'), true \
         from unnest($4::text[], $5::bigint[], $6::timestamptz[], $7::text[]) \
             with ordinality as new (code, max_uses, expires_at, customer_id, place) \
         order by place on conflict (organization_id, promotion_id, code) do nothing returning code",
        tenant.id(),
        promotion.uuid(),
        now,
        &columns.codes,
        &columns.max_uses as &[Option<i64>],
        &columns.expires_at as &[Option<DateTime<Utc>>],
        &columns.customer_ids as &[Option<String>]
    )
    .fetch_all(tenant.connection())
    .await
}

/// The coupons with these codes, in no order.
pub(crate) async fn find_coupons(
    tenant: &mut Tenant,
    promotion: PromotionId,
    codes: &[String],
) -> Result<Vec<CouponRow>, sqlx::Error> {
    sqlx::query_as!(
        CouponRow,
        "select number, code, listed, max_uses, expires_at, customer_id, greatest(uses, 0) as \"uses!\", created_at, \
         revoked_at, pending \
         from coupons where organization_id = $1 and promotion_id = $2 and code = any($3)",
        tenant.id(),
        promotion.uuid(),
        codes
    )
    .fetch_all(tenant.connection())
    .await
}

/// Up to `limit` listed coupons, newest first, older than `before`.
pub(crate) async fn list_coupons(
    tenant: &mut Tenant,
    promotion: PromotionId,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<CouponRow>, sqlx::Error> {
    sqlx::query_as!(
        CouponRow,
        "select number, code, listed, max_uses, expires_at, customer_id, greatest(uses, 0) as \"uses!\", created_at, \
         revoked_at, pending \
         from coupons where organization_id = $1 and promotion_id = $2 and listed \
         and ($3::bigint is null or number < $3) order by number desc limit $4",
        tenant.id(),
        promotion.uuid(),
        before,
        limit
    )
    .fetch_all(tenant.connection())
    .await
}

/// Whether a promotion has listed coupons.
pub(crate) async fn has_listed_coupons(tenant: &mut Tenant, promotion: PromotionId) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar!(
        "select exists (select from coupons where organization_id = $1 and promotion_id = $2 and listed) \
         as \"exists!\"",
        tenant.id(),
        promotion.uuid()
    )
    .fetch_one(tenant.connection())
    .await
}

/// Up to `limit` listed codes that are like a pattern, hyphens on neither side counting, in the order of their numbers
/// after `after`, each with its number.
pub(crate) async fn list_codes_like(
    tenant: &mut Tenant,
    promotion: PromotionId,
    like: &str,
    after: i64,
    limit: i64,
) -> Result<Vec<(i64, String)>, sqlx::Error> {
    let rows = sqlx::query!(
        "select number, code from coupons where organization_id = $1 and promotion_id = $2 and listed \
         and replace(code, '-', '') like replace($3, '-', '') and number > $4 order by number limit $5",
        tenant.id(),
        promotion.uuid(),
        like,
        after,
        limit
    )
    .fetch_all(tenant.connection())
    .await?;
    Ok(rows.into_iter().map(|row| (row.number, row.code)).collect())
}

/// Takes a coupon back, which waits for the ledger; makes the row of a generated one.
pub(crate) async fn revoke_coupon(
    tenant: &mut Tenant,
    promotion: PromotionId,
    code: &str,
    batch: Option<CouponBatchId>,
    now: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into coupons (organization_id, promotion_id, code, listed, batch_id, created_at, revoked_at, revision, \
         pending) values ($1, $2, $3, false, $4, $5, $5, nextval('coupon_revisions'), true) \
         on conflict (organization_id, promotion_id, code) do update \
         set revoked_at = excluded.revoked_at, revision = excluded.revision, pending = true",
        tenant.id(),
        promotion.uuid(),
        code,
        batch.map(CouponBatchId::uuid),
        now
    )
    .execute(tenant.connection())
    .await
    .map(drop)
}

/// Takes back the coupons that only one customer may use, which wait for the ledger, and forgets whose they were. Answers how
/// many each promotion had.
pub(crate) async fn forget_customer_of_coupons(
    tenant: &mut Tenant,
    customer: &str,
    now: DateTime<Utc>,
) -> Result<BTreeMap<Uuid, i64>, sqlx::Error> {
    let rows = sqlx::query!(
        "with forgotten as (update coupons set customer_id = null, revoked_at = coalesce(revoked_at, $3), \
             revision = nextval('coupon_revisions'), pending = true \
             where organization_id = $1 and customer_id = $2 returning promotion_id) \
         select promotion_id, count(*) as \"coupons!\" from forgotten group by promotion_id",
        tenant.id(),
        customer,
        now
    )
    .fetch_all(tenant.connection())
    .await?;
    Ok(rows.into_iter().map(|row| (row.promotion_id, row.coupons)).collect())
}

/// Whether something of a published promotion waits for the ledger.
pub(crate) async fn has_pending_coupons(tenant: &mut Tenant, promotion: PromotionId) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar!(
        "select exists (select from coupons c join promotions p \
             on p.organization_id = c.organization_id and p.id = c.promotion_id \
             where c.organization_id = $1 and c.promotion_id = $2 and c.pending and p.version > 0) as \"exists!\"",
        tenant.id(),
        promotion.uuid()
    )
    .fetch_one(tenant.connection())
    .await
}

/// Makes what the ledger knows of a promotion's coupons wait to be told again, under new numbers: up to `limit` of them
/// behind `after`. Answers the last one.
pub(crate) async fn repeat_coupons(
    tenant: &mut Tenant,
    promotion: PromotionId,
    after: &str,
    limit: i64,
) -> Result<Option<String>, sqlx::Error> {
    sqlx::query_scalar!(
        "with page as (select code from coupons where organization_id = $1 and promotion_id = $2 \
             and revision is not null and code > $3 order by code limit $4), \
         repeated as (update coupons c set revision = nextval('coupon_revisions'), pending = true from page \
             where c.organization_id = $1 and c.promotion_id = $2 and c.code = page.code) \
         select max(code) from page",
        tenant.id(),
        promotion.uuid(),
        after,
        limit
    )
    .fetch_one(tenant.connection())
    .await
}

/// Moves the numbers of coupons that come ahead of `least`.
pub(crate) async fn raise_coupon_revisions(pool: &PgPool, least: i64) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "select setval('coupon_revisions', $1) from coupon_revisions where last_value < $1",
        least
    )
    .fetch_optional(pool)
    .await
    .map(drop)
}

/// Up to `limit` promotions, each with its organisation, of which coupons wait while no job is there to tell the ledger.
pub(crate) async fn list_forgotten_promotions(pool: &PgPool, limit: i64) -> Result<Vec<(Uuid, Uuid)>, sqlx::Error> {
    let rows = sqlx::query!(
        "select distinct c.organization_id, c.promotion_id from coupons c join promotions p \
             on p.organization_id = c.organization_id and p.id = c.promotion_id \
         where c.pending and p.version > 0 and not exists (select from jobs j \
             where j.organization_id = c.organization_id and j.kind = 'push_coupons' \
             and j.payload ->> 'promotion_id' = 'prom_' || replace(c.promotion_id::text, '-', '') \
             and j.finished_at is null and j.cancelled_at is null and j.dead_at is null) \
         limit $1",
        limit
    )
    .fetch_all(pool)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.organization_id, row.promotion_id))
        .collect())
}

/// What the ledger has to know of a promotion.
pub(crate) async fn find_pushed_promotion(
    tenant: &mut Tenant,
    promotion: PromotionId,
) -> Result<Option<PushedPromotionRow>, sqlx::Error> {
    sqlx::query_as!(
        PushedPromotionRow,
        "select version, counted from promotions where organization_id = $1 and id = $2",
        tenant.id(),
        promotion.uuid()
    )
    .fetch_optional(tenant.connection())
    .await
}

/// Up to `limit` coupons that wait for the ledger, the longest waiting first.
pub(crate) async fn list_pending_coupons(
    tenant: &mut Tenant,
    promotion: PromotionId,
    limit: i64,
) -> Result<Vec<PendingRow>, sqlx::Error> {
    sqlx::query_as!(
        PendingRow,
        "select code, revision as \"revision!\", max_uses, expires_at, customer_id, \
             revoked_at is not null as \"revoked!\" \
         from coupons where organization_id = $1 and promotion_id = $2 and pending order by revision limit $3",
        tenant.id(),
        promotion.uuid(),
        limit
    )
    .fetch_all(tenant.connection())
    .await
}

/// Notes that the ledger knows these revisions: what changed meanwhile goes on waiting.
pub(crate) async fn settle_coupons(
    tenant: &mut Tenant,
    promotion: PromotionId,
    codes: &[String],
    revisions: &[i64],
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update coupons c set pending = false from unnest($3::text[], $4::bigint[]) as sent (code, revision) \
         where c.organization_id = $1 and c.promotion_id = $2 and c.code = sent.code and c.revision = sent.revision",
        tenant.id(),
        promotion.uuid(),
        codes,
        revisions
    )
    .execute(tenant.connection())
    .await
    .map(drop)
}

/// Adds uses, or takes some back; makes the row of a generated coupon. Not safe to repeat: only with the insertion of the
/// records and events in one transaction.
pub(crate) async fn add_uses(tenant: &mut Tenant, columns: &UseColumns, now: DateTime<Utc>) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into coupons as known (organization_id, promotion_id, code, listed, batch_id, uses, created_at) \
         select $1, used.promotion_id, used.code, false, used.batch_id, used.uses, $2 \
         from unnest($3::uuid[], $4::text[], $5::uuid[], $6::bigint[]) \
             with ordinality as used (promotion_id, code, batch_id, uses, place) \
         order by place on conflict (organization_id, promotion_id, code) \
         do update set uses = known.uses + excluded.uses",
        tenant.id(),
        now,
        &columns.promotion_ids,
        &columns.codes,
        &columns.batch_ids as &[Option<Uuid>],
        &columns.uses
    )
    .execute(tenant.connection())
    .await
    .map(drop)
}
