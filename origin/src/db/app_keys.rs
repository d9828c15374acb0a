//! Application keys: hashes, never the keys.

use chrono::{DateTime, Utc};
use engine::ids::AppKeyId;
use serde_json::Value;
use uuid::Uuid;

use super::Tenant;

/// A key as it is stored.
#[derive(Clone)]
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
    /// The key that took its place.
    pub(crate) rotated_to: Option<Uuid>,
    pub(crate) last_used_at: Option<DateTime<Utc>>,
}

/// Up to `limit` keys, newest first, older than `before`.
pub(crate) async fn list_app_keys(
    tenant: &mut Tenant,
    before: Option<AppKeyId>,
    limit: i64,
) -> Result<Vec<AppKeyRow>, sqlx::Error> {
    sqlx::query_as!(
        AppKeyRow,
        "select id, name, hash, preview, mode, scope, created_at, expires_at, revoked_at, rotated_to, last_used_at \
         from app_keys \
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
        "select id, name, hash, preview, mode, scope, created_at, expires_at, revoked_at, rotated_to, last_used_at \
         from app_keys \
         where organization_id = $1 and id = $2 for update",
        tenant.id(),
        id.uuid()
    )
    .fetch_optional(tenant.connection())
    .await
}

/// Up to `limit` keys in the order of their ids, after `after`; none changes until the transaction ends.
pub(crate) async fn lock_app_keys(
    tenant: &mut Tenant,
    after: Option<Uuid>,
    limit: i64,
) -> Result<Vec<AppKeyRow>, sqlx::Error> {
    sqlx::query_as!(
        AppKeyRow,
        "select id, name, hash, preview, mode, scope, created_at, expires_at, revoked_at, rotated_to, last_used_at \
         from app_keys where organization_id = $1 and ($2::uuid is null or id > $2) order by id limit $3 for share",
        tenant.id(),
        after,
        limit
    )
    .fetch_all(tenant.connection())
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

/// What a key is bound to.
pub(crate) async fn find_app_key_scope(tenant: &mut Tenant, id: AppKeyId) -> Result<Option<Value>, sqlx::Error> {
    sqlx::query_scalar!(
        "select scope from app_keys where organization_id = $1 and id = $2",
        tenant.id(),
        id.uuid()
    )
    .fetch_optional(tenant.connection())
    .await
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

/// Whether the key that `id` replaced is good at `now`.
pub(crate) async fn has_live_predecessor(
    tenant: &mut Tenant,
    id: AppKeyId,
    now: DateTime<Utc>,
) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar!(
        "select exists (select from app_keys where organization_id = $1 and rotated_to = $2 \
         and revoked_at is null and (expires_at is null or expires_at > $3)) as \"exists!\"",
        tenant.id(),
        id.uuid(),
        now
    )
    .fetch_one(tenant.connection())
    .await
}

/// Notes the successor of a key, and when the key ends.
pub(crate) async fn replace_app_key(
    tenant: &mut Tenant,
    id: AppKeyId,
    successor: AppKeyId,
    expires_at: Option<DateTime<Utc>>,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update app_keys set rotated_to = $3, expires_at = $4 where organization_id = $1 and id = $2",
        tenant.id(),
        id.uuid(),
        successor.uuid(),
        expires_at
    )
    .execute(tenant.connection())
    .await
    .map(drop)
}

/// Notes when keys were used, as many times as keys. A time only moves forward, and by a minute at least: a busy key is
/// not written with every batch. The rows are locked in one order, so
/// that two batches wait for each other instead of blocking each other for good.
pub(crate) async fn touch_app_keys(
    tenant: &mut Tenant,
    ids: &[Uuid],
    times: &[DateTime<Utc>],
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "with used as ( \
             select id, max(at) as at from unnest($2::uuid[], $3::timestamptz[]) as used (id, at) group by id \
         ), late as ( \
             select k.id, used.at from app_keys k join used on used.id = k.id where k.organization_id = $1 \
             and (k.last_used_at is null or k.last_used_at < used.at - interval '1 minute') order by k.id for update of k \
         ) \
         update app_keys k set last_used_at = late.at from late where k.organization_id = $1 and k.id = late.id",
        tenant.id(),
        ids,
        times
    )
    .execute(tenant.connection())
    .await
    .map(drop)
}
