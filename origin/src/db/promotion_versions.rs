//! What was published of promotions, version by version.

use chrono::{DateTime, Utc};
use engine::ids::PromotionId;
use serde_json::Value;

use super::Tenant;

/// A version as it is stored.
pub(crate) struct VersionRow {
    pub(crate) version: i64,
    pub(crate) status: String,
    pub(crate) terms: Value,
    pub(crate) author: Option<Value>,
    pub(crate) at: DateTime<Utc>,
    /// Of the version before; null where there is none.
    pub(crate) status_before: Option<String>,
    pub(crate) terms_before: Option<Value>,
}

/// A version that was made.
pub(crate) struct NewVersion<'a> {
    pub(crate) promotion: PromotionId,
    pub(crate) version: i64,
    pub(crate) status: &'static str,
    pub(crate) terms: &'a Value,
    pub(crate) author: &'a Value,
}

/// Stores a version.
pub(crate) async fn insert_version(
    tenant: &mut Tenant,
    new: &NewVersion<'_>,
    now: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into promotion_versions (organization_id, promotion_id, version, status, terms, author, at) \
         values ($1, $2, $3, $4, $5, $6, $7)",
        tenant.id(),
        new.promotion.uuid(),
        new.version,
        new.status,
        new.terms,
        new.author,
        now
    )
    .execute(tenant.connection())
    .await
    .map(drop)
}

/// Up to `limit` versions of a promotion, newest first, before `before`.
pub(crate) async fn list_versions(
    tenant: &mut Tenant,
    promotion: PromotionId,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<VersionRow>, sqlx::Error> {
    sqlx::query_as!(
        VersionRow,
        "select v.version, v.status, v.terms, v.author, v.at, \
         b.status as \"status_before?\", b.terms as \"terms_before?\" \
         from promotion_versions v left join promotion_versions b on b.organization_id = v.organization_id \
         and b.promotion_id = v.promotion_id and b.version = v.version - 1 \
         where v.organization_id = $1 and v.promotion_id = $2 and ($3::bigint is null or v.version < $3) \
         order by v.version desc limit $4",
        tenant.id(),
        promotion.uuid(),
        before,
        limit
    )
    .fetch_all(tenant.connection())
    .await
}

/// A version of a promotion.
pub(crate) async fn find_version(
    tenant: &mut Tenant,
    promotion: PromotionId,
    version: i64,
) -> Result<Option<VersionRow>, sqlx::Error> {
    sqlx::query_as!(
        VersionRow,
        "select v.version, v.status, v.terms, v.author, v.at, \
         b.status as \"status_before?\", b.terms as \"terms_before?\" \
         from promotion_versions v left join promotion_versions b on b.organization_id = v.organization_id \
         and b.promotion_id = v.promotion_id and b.version = v.version - 1 \
         where v.organization_id = $1 and v.promotion_id = $2 and v.version = $3",
        tenant.id(),
        promotion.uuid(),
        version
    )
    .fetch_optional(tenant.connection())
    .await
}
