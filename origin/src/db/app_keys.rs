//! Application keys: hashes, never the keys.

use chrono::{DateTime, Utc};
use engine::ids::AppKeyId;
use serde_json::Value;
use uuid::Uuid;

use super::Tenant;

/// A key as it is stored.
pub(crate) struct AppKeyRow {
    pub(crate) id: Uuid,
    pub(crate) name: String,
    pub(crate) hash: String,
    pub(crate) preview: String,
    pub(crate) mode: String,
    pub(crate) scope: Value,
    pub(crate) created_at: DateTime<Utc>,
    pub(crate) expires_at: Option<DateTime<Utc>>,
    pub(crate) revoked_at: Option<DateTime<Utc>>,
}

/// Up to `limit` keys, newest first, older than `before`.
pub(crate) async fn list_app_keys(
    tenant: &mut Tenant,
    before: Option<AppKeyId>,
    limit: i64,
) -> Result<Vec<AppKeyRow>, sqlx::Error> {
    sqlx::query_as!(
        AppKeyRow,
        "select id, name, hash, preview, mode, scope, created_at, expires_at, revoked_at from app_keys \
         where organization_id = $1 and ($2::uuid is null or id < $2) order by id desc limit $3",
        tenant.id(),
        before.map(AppKeyId::uuid),
        limit
    )
    .fetch_all(tenant.connection())
    .await
}

/// A key, locked until the transaction ends.
pub(crate) async fn lock_app_key(tenant: &mut Tenant, id: AppKeyId) -> Result<Option<AppKeyRow>, sqlx::Error> {
    sqlx::query_as!(
        AppKeyRow,
        "select id, name, hash, preview, mode, scope, created_at, expires_at, revoked_at from app_keys \
         where organization_id = $1 and id = $2 for update",
        tenant.id(),
        id.uuid()
    )
    .fetch_optional(tenant.connection())
    .await
}

/// Stores a key.
pub(crate) async fn insert_app_key(tenant: &mut Tenant, key: &AppKeyRow) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into app_keys (id, organization_id, name, hash, preview, mode, scope, created_at, expires_at) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        key.id,
        tenant.id(),
        key.name,
        key.hash,
        key.preview,
        key.mode,
        key.scope,
        key.created_at,
        key.expires_at
    )
    .execute(tenant.connection())
    .await
    .map(drop)
}

/// Marks a key as revoked.
pub(crate) async fn revoke_app_key(tenant: &mut Tenant, id: AppKeyId, now: DateTime<Utc>) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update app_keys set revoked_at = $3 where organization_id = $1 and id = $2",
        tenant.id(),
        id.uuid(),
        now
    )
    .execute(tenant.connection())
    .await
    .map(drop)
}
