//! The outbox: what the edge has to learn. Requests write it in the transaction of their change; the publisher, which
//! crosses tenants, reads it.

use chrono::{DateTime, Utc};
use engine::ids::PromotionId;
use sqlx::{PgConnection, PgPool};

use super::Tenant;

/// The channel that the table's trigger notifies.
pub(crate) const CHANNEL: &str = "outbox";

/// A value for the edge.
pub(crate) struct NewOutboxRow<'a> {
    pub(crate) key: &'a str,
    pub(crate) value: &'a str,
    /// The promotion whose version this is.
    pub(crate) promotion: Option<(PromotionId, i64)>,
}

/// A value that is due.
#[derive(Debug)]
pub(crate) struct OutboxRow {
    pub(crate) id: i64,
    pub(crate) key: String,
    pub(crate) value: String,
}

/// How much waits, and since when.
pub(crate) struct Backlog {
    pub(crate) rows: i64,
    pub(crate) oldest_created_at: Option<DateTime<Utc>>,
}

/// Writes a value into the outbox.
pub(crate) async fn insert_outbox(
    tenant: &mut Tenant,
    row: &NewOutboxRow<'_>,
    now: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into outbox \
         (organization_id, key, value, promotion_id, promotion_version, created_at, next_attempt_at) \
         values ($1, $2, $3, $4, $5, $6, $6)",
        tenant.id(),
        row.key,
        row.value,
        row.promotion.map(|(id, _)| id.uuid()),
        row.promotion.map(|(_, version)| version),
        now
    )
    .execute(tenant.connection())
    .await
    .map(drop)
}

/// Writes a value that is no organisation's: for jobs.
pub(crate) async fn insert_platform_outbox(
    connection: &mut PgConnection,
    key: &str,
    value: &str,
    now: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into outbox (key, value, created_at, next_attempt_at) values ($1, $2, $3, $3)",
        key,
        value,
        now
    )
    .execute(connection)
    .await
    .map(drop)
}

/// What the newest row of a key says.
pub(crate) async fn find_newest_value(connection: &mut PgConnection, key: &str) -> Result<Option<String>, sqlx::Error> {
    sqlx::query_scalar!("select value from outbox where key = $1 order by id desc limit 1", key)
        .fetch_optional(connection)
        .await
}

/// Marks the rows that a newer one of the same key replaces.
pub(crate) async fn supersede_outbox(connection: &mut PgConnection, now: DateTime<Utc>) -> Result<u64, sqlx::Error> {
    let result = sqlx::query!(
        "update outbox old set superseded_at = $1 \
         where old.published_at is null and old.superseded_at is null \
         and exists (select from outbox newer where newer.key = old.key and newer.id > old.id)",
        now
    )
    .execute(connection)
    .await?;
    Ok(result.rows_affected())
}

/// Up to `limit` rows that are due, oldest first.
pub(crate) async fn list_due_outbox(
    connection: &mut PgConnection,
    now: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<OutboxRow>, sqlx::Error> {
    sqlx::query_as!(
        OutboxRow,
        "select id, key, value from outbox \
         where published_at is null and superseded_at is null and next_attempt_at <= $1 order by id limit $2",
        now,
        limit
    )
    .fetch_all(connection)
    .await
}

/// Marks rows as published, and their promotions' versions, which only grow.
pub(crate) async fn publish_outbox(
    connection: &mut PgConnection,
    ids: &[i64],
    now: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "with done as ( \
             update outbox set published_at = $2, attempts = attempts + 1 where id = any($1) \
             returning organization_id, promotion_id, promotion_version \
         ) \
         update promotions p set published_version = done.promotion_version, published_at = $2 from done \
         where p.id = done.promotion_id and p.organization_id = done.organization_id \
         and coalesce(p.published_version, 0) < done.promotion_version",
        ids,
        now
    )
    .execute(connection)
    .await
    .map(drop)
}

/// Puts rows off after a failure: by `first_ms`, doubled with each attempt, at most `cap_ms`.
pub(crate) async fn postpone_outbox(
    connection: &mut PgConnection,
    ids: &[i64],
    now: DateTime<Utc>,
    first_ms: i32,
    cap_ms: i32,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update outbox set attempts = attempts + 1, next_attempt_at = $2::timestamptz \
         + least($3::int * power(2, least(attempts, 30)), $4::int) * interval '1 millisecond' \
         where id = any($1)",
        ids,
        now,
        first_ms,
        cap_ms
    )
    .execute(connection)
    .await
    .map(drop)
}

/// When the next row is due.
pub(crate) async fn find_next_attempt(connection: &mut PgConnection) -> Result<Option<DateTime<Utc>>, sqlx::Error> {
    sqlx::query_scalar!("select min(next_attempt_at) from outbox where published_at is null and superseded_at is null")
        .fetch_one(connection)
        .await
}

/// What waits.
pub(crate) async fn measure_backlog(pool: &PgPool) -> Result<Backlog, sqlx::Error> {
    sqlx::query_as!(
        Backlog,
        "select count(*) as \"rows!\", min(created_at) as oldest_created_at from outbox \
         where published_at is null and superseded_at is null"
    )
    .fetch_one(pool)
    .await
}

/// Takes the publisher's lock, which ends with the connection. `false`: another process has it.
pub(crate) async fn try_lock_publisher(connection: &mut PgConnection, lock: i64) -> Result<bool, sqlx::Error> {
    let locked = sqlx::query_scalar!("select pg_try_advisory_lock($1)", lock)
        .fetch_one(connection)
        .await?;
    Ok(locked == Some(true))
}
