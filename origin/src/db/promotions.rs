//! Promotions and their terms.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use engine::ids::PromotionId;
use engine::promotion::{PromotionCode, Status};
use serde_json::Value;
use uuid::Uuid;

use super::Tenant;

/// A promotion as it is stored.
pub(crate) struct PromotionRow {
    pub(crate) id: Uuid,
    pub(crate) status: String,
    pub(crate) version: i64,
    pub(crate) terms: Value,
    pub(crate) created_at: DateTime<Utc>,
    pub(crate) updated_at: DateTime<Utc>,
    pub(crate) published_version: Option<i64>,
    pub(crate) published_at: Option<DateTime<Utc>>,
}

/// The promotion with a code.
pub(crate) async fn find_promotion(
    tenant: &mut Tenant,
    code: &PromotionCode,
) -> Result<Option<PromotionRow>, sqlx::Error> {
    sqlx::query_as!(
        PromotionRow,
        "select id, status, version, terms, created_at, updated_at, published_version, published_at \
         from promotions where organization_id = $1 and code = $2",
        tenant.id(),
        code.as_str()
    )
    .fetch_optional(tenant.connection())
    .await
}

/// The same, locked until the transaction ends: changes of one promotion, and so its outbox rows, come in one order.
pub(crate) async fn lock_promotion(
    tenant: &mut Tenant,
    code: &PromotionCode,
) -> Result<Option<PromotionRow>, sqlx::Error> {
    sqlx::query_as!(
        PromotionRow,
        "select id, status, version, terms, created_at, updated_at, published_version, published_at \
         from promotions where organization_id = $1 and code = $2 for update",
        tenant.id(),
        code.as_str()
    )
    .fetch_optional(tenant.connection())
    .await
}

/// Up to `limit` promotions, newest first, older than `before`.
pub(crate) async fn list_promotions(
    tenant: &mut Tenant,
    before: Option<PromotionId>,
    limit: i64,
) -> Result<Vec<PromotionRow>, sqlx::Error> {
    sqlx::query_as!(
        PromotionRow,
        "select id, status, version, terms, created_at, updated_at, published_version, published_at \
         from promotions where organization_id = $1 and ($2::uuid is null or id < $2) order by id desc limit $3",
        tenant.id(),
        before.map(PromotionId::uuid),
        limit
    )
    .fetch_all(tenant.connection())
    .await
}

/// Up to `limit` promotions that are no drafts, in the order of their ids, after `after`; none changes until the
/// transaction ends.
pub(crate) async fn lock_published_promotions(
    tenant: &mut Tenant,
    after: Option<Uuid>,
    limit: i64,
) -> Result<Vec<PromotionRow>, sqlx::Error> {
    sqlx::query_as!(
        PromotionRow,
        "select id, status, version, terms, created_at, updated_at, published_version, published_at \
         from promotions where organization_id = $1 and version > 0 and ($2::uuid is null or id > $2) \
         order by id limit $3 for share",
        tenant.id(),
        after,
        limit
    )
    .fetch_all(tenant.connection())
    .await
}

/// Which of `codes` exist, and their promotions.
pub(crate) async fn find_promotion_codes(
    tenant: &mut Tenant,
    codes: &[String],
) -> Result<BTreeMap<String, PromotionId>, sqlx::Error> {
    let rows = sqlx::query!(
        "select code, id from promotions where organization_id = $1 and code = any($2)",
        tenant.id(),
        codes
    )
    .fetch_all(tenant.connection())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.code, PromotionId::from(row.id)))
        .collect())
}

/// Which of `ids` exist.
pub(crate) async fn find_promotion_ids(tenant: &mut Tenant, ids: &[Uuid]) -> Result<Vec<Uuid>, sqlx::Error> {
    sqlx::query_scalar!(
        "select id from promotions where organization_id = $1 and id = any($2)",
        tenant.id(),
        ids
    )
    .fetch_all(tenant.connection())
    .await
}

/// Stores a draft. A taken code breaks the constraint `promotions_code_key`.
pub(crate) async fn insert_promotion(
    tenant: &mut Tenant,
    id: PromotionId,
    code: &PromotionCode,
    terms: &Value,
    now: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into promotions (id, organization_id, code, status, version, terms, created_at, updated_at) \
         values ($1, $2, $3, $4, 0, $5, $6, $6)",
        id.uuid(),
        tenant.id(),
        code.as_str(),
        Status::Draft.as_str(),
        terms,
        now
    )
    .execute(tenant.connection())
    .await
    .map(drop)
}

/// Moves a promotion to a status at a version.
pub(crate) async fn update_promotion_status(
    tenant: &mut Tenant,
    id: PromotionId,
    status: Status,
    version: i64,
    now: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update promotions set status = $3, version = $4, updated_at = $5 where organization_id = $1 and id = $2",
        tenant.id(),
        id.uuid(),
        status.as_str(),
        version,
        now
    )
    .execute(tenant.connection())
    .await
    .map(drop)
}
