//! Coupons that were generated together, and what coupons need of their promotion.

use chrono::{DateTime, Utc};
use engine::ids::{CouponBatchId, PromotionId};
use engine::promotion::PromotionCode;
use sqlx::PgConnection;
use uuid::Uuid;

use super::Tenant;

/// What coupons need of their promotion.
pub(crate) struct CouponPromotionRow {
    pub(crate) id: Uuid,
    pub(crate) kind: String,
    pub(crate) status: String,
    pub(crate) version: i64,
    pub(crate) has_key: bool,
}

/// A batch as it is stored.
#[derive(Debug, Clone)]
pub(crate) struct CouponBatchRow {
    pub(crate) id: Uuid,
    pub(crate) pattern: String,
    pub(crate) first: i64,
    pub(crate) count: i32,
    pub(crate) max_uses: Option<i64>,
    pub(crate) expires_at: Option<DateTime<Utc>>,
    pub(crate) created_at: DateTime<Utc>,
    pub(crate) revoked_at: Option<DateTime<Utc>>,
    pub(crate) ready_at: Option<DateTime<Utc>>,
}

/// The promotion with a code.
pub(crate) async fn find_coupon_promotion(
    tenant: &mut Tenant,
    code: &PromotionCode,
) -> Result<Option<CouponPromotionRow>, sqlx::Error> {
    sqlx::query_as!(
        CouponPromotionRow,
        "select id, kind, status, version, coupon_key is not null as \"has_key!\" from promotions \
         where organization_id = $1 and code = $2",
        tenant.id(),
        code.as_str()
    )
    .fetch_optional(tenant.connection())
    .await
}

/// The same, locked until the transaction ends: changes of a promotion's coupons come in one order. Records of its
/// evaluations do not wait for them.
pub(crate) async fn lock_coupon_promotion(
    tenant: &mut Tenant,
    code: &PromotionCode,
) -> Result<Option<CouponPromotionRow>, sqlx::Error> {
    sqlx::query_as!(
        CouponPromotionRow,
        "select id, kind, status, version, coupon_key is not null as \"has_key!\" from promotions \
         where organization_id = $1 and code = $2 for no key update",
        tenant.id(),
        code.as_str()
    )
    .fetch_optional(tenant.connection())
    .await
}

/// The key of a promotion whose kind is `coupon`; `None` when it has no coupons.
pub(crate) async fn find_coupon_key(
    tenant: &mut Tenant,
    promotion: PromotionId,
) -> Result<Option<Vec<u8>>, sqlx::Error> {
    let key = sqlx::query_scalar!(
        "select coupon_key from promotions where organization_id = $1 and id = $2 and kind = 'coupon'",
        tenant.id(),
        promotion.uuid()
    )
    .fetch_optional(tenant.connection())
    .await?;
    Ok(key.flatten())
}

/// Stores the key of a promotion's coupons, unless it has one.
pub(crate) async fn insert_coupon_key(
    tenant: &mut Tenant,
    promotion: PromotionId,
    key: &[u8],
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update promotions set coupon_key = $3 where organization_id = $1 and id = $2 and coupon_key is null",
        tenant.id(),
        promotion.uuid(),
        key
    )
    .execute(tenant.connection())
    .await
    .map(drop)
}

/// Every batch of a promotion, in the order of their making.
pub(crate) async fn list_all_coupon_batches(
    tenant: &mut Tenant,
    promotion: PromotionId,
) -> Result<Vec<CouponBatchRow>, sqlx::Error> {
    sqlx::query_as!(
        CouponBatchRow,
        "select id, pattern, first, count, max_uses, expires_at, created_at, revoked_at, ready_at from coupon_batches \
         where organization_id = $1 and promotion_id = $2 order by id",
        tenant.id(),
        promotion.uuid()
    )
    .fetch_all(tenant.connection())
    .await
}

/// Up to `limit` batches, newest first, older than `before`.
pub(crate) async fn list_coupon_batches(
    tenant: &mut Tenant,
    promotion: PromotionId,
    before: Option<CouponBatchId>,
    limit: i64,
) -> Result<Vec<CouponBatchRow>, sqlx::Error> {
    sqlx::query_as!(
        CouponBatchRow,
        "select id, pattern, first, count, max_uses, expires_at, created_at, revoked_at, ready_at from coupon_batches \
         where organization_id = $1 and promotion_id = $2 and ($3::uuid is null or id < $3) order by id desc limit $4",
        tenant.id(),
        promotion.uuid(),
        before.map(CouponBatchId::uuid),
        limit
    )
    .fetch_all(tenant.connection())
    .await
}

/// A batch of a promotion.
pub(crate) async fn find_coupon_batch(
    tenant: &mut Tenant,
    promotion: PromotionId,
    id: CouponBatchId,
) -> Result<Option<CouponBatchRow>, sqlx::Error> {
    sqlx::query_as!(
        CouponBatchRow,
        "select id, pattern, first, count, max_uses, expires_at, created_at, revoked_at, ready_at from coupon_batches \
         where organization_id = $1 and promotion_id = $2 and id = $3",
        tenant.id(),
        promotion.uuid(),
        id.uuid()
    )
    .fetch_optional(tenant.connection())
    .await
}

/// Stores a batch.
pub(crate) async fn insert_coupon_batch(
    tenant: &mut Tenant,
    promotion: PromotionId,
    batch: &CouponBatchRow,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into coupon_batches \
         (organization_id, promotion_id, id, pattern, first, count, max_uses, expires_at, created_at) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        tenant.id(),
        promotion.uuid(),
        batch.id,
        batch.pattern,
        batch.first,
        batch.count,
        batch.max_uses,
        batch.expires_at,
        batch.created_at
    )
    .execute(tenant.connection())
    .await
    .map(drop)
}

/// Takes a batch back.
pub(crate) async fn revoke_coupon_batch(
    tenant: &mut Tenant,
    id: CouponBatchId,
    now: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update coupon_batches set revoked_at = $3 where organization_id = $1 and id = $2",
        tenant.id(),
        id.uuid(),
        now
    )
    .execute(tenant.connection())
    .await
    .map(drop)
}

/// Marks the batches as ready whose promotions these outbox rows are of, where nothing else of the promotion waits.
pub(crate) async fn ready_coupon_batches(
    connection: &mut PgConnection,
    outbox_ids: &[i64],
    now: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update coupon_batches b set ready_at = $2 where b.ready_at is null \
         and (b.organization_id, b.promotion_id) in \
             (select organization_id, promotion_id from outbox where id = any($1)) \
         and not exists (select from outbox waiting where waiting.organization_id = b.organization_id \
             and waiting.promotion_id = b.promotion_id and waiting.published_at is null \
             and waiting.superseded_at is null)",
        outbox_ids,
        now
    )
    .execute(connection)
    .await
    .map(drop)
}
