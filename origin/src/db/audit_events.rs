//! The audit trail: written and read, never changed.

use chrono::{DateTime, Utc};
use engine::ids::{AuditEventId, OrganizationId, UserId};
use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

use super::Tenant;

/// An entry as it is stored.
#[derive(Debug)]
pub(crate) struct AuditEventRow {
    pub(crate) id: Uuid,
    pub(crate) at: DateTime<Utc>,
    pub(crate) actor: Value,
    pub(crate) action: String,
    pub(crate) object_type: String,
    pub(crate) object_id: String,
    pub(crate) before: Option<Value>,
    pub(crate) after: Option<Value>,
    pub(crate) request_id: Option<String>,
}

/// Which entries; what is `None` filters nothing.
#[derive(Debug, Default)]
pub(crate) struct AuditFilter {
    pub(crate) actor: Option<UserId>,
    pub(crate) action: Option<String>,
    pub(crate) object_type: Option<String>,
    pub(crate) object_id: Option<String>,
    pub(crate) from: Option<DateTime<Utc>>,
    /// Exclusive.
    pub(crate) to: Option<DateTime<Utc>>,
}

/// Stores an entry of the transaction's organisation.
pub(crate) async fn insert_audit_event(
    connection: &mut PgConnection,
    organization: OrganizationId,
    event: &AuditEventRow,
    actor: Option<UserId>,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into audit_events (organization_id, id, at, actor, actor_id, action, object_type, object_id, before, \
         after, request_id) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        organization.uuid(),
        event.id,
        event.at,
        event.actor,
        actor.map(UserId::uuid),
        event.action,
        event.object_type,
        event.object_id,
        event.before,
        event.after,
        event.request_id
    )
    .execute(connection)
    .await
    .map(drop)
}

/// Up to `limit` entries, newest first, older than `before`.
pub(crate) async fn list_audit_events(
    tenant: &mut Tenant,
    filter: &AuditFilter,
    before: Option<AuditEventId>,
    limit: i64,
) -> Result<Vec<AuditEventRow>, sqlx::Error> {
    sqlx::query_as!(
        AuditEventRow,
        "select id, at, actor, action, object_type, object_id, before, after, request_id from audit_events \
         where organization_id = $1 and ($2::uuid is null or id < $2) and ($3::uuid is null or actor_id = $3) \
         and ($4::text is null or action = $4) and ($5::text is null or object_type = $5) \
         and ($6::text is null or object_id = $6) and ($7::timestamptz is null or at >= $7) \
         and ($8::timestamptz is null or at < $8) order by id desc limit $9",
        tenant.id(),
        before.map(AuditEventId::uuid),
        filter.actor.map(UserId::uuid),
        filter.action,
        filter.object_type,
        filter.object_id,
        filter.from,
        filter.to,
        limit
    )
    .fetch_all(tenant.connection())
    .await
}
