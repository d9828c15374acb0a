//! The outbox: what the edge has to learn. Requests write it in the transaction of their change; the publisher, which
//! crosses tenants, reads it.

use chrono::{DateTime, Utc};
use engine::ids::PromotionId;
use sqlx::{PgConnection, PgPool};

use super::Tenant;

/// The channel that the table's trigger notifies.
pub(crate) const CHANNEL: &str = "outbox";

/// Where a row goes. Each lane has a publisher of its own, so that no redemption waits for the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lane {
    /// The store: one write a second of a key.
    Store,
    /// The ledger's objects, under [`engine::wire::v1::LEDGER_PREFIX`]: at once.
    Ledger,
}

impl Lane {
    const fn is_ledger(self) -> bool {
        match self {
            Self::Store => false,
            Self::Ledger => true,
        }
    }
}

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

/// Marks the rows of a lane that a newer one of the same key replaces.
pub(crate) async fn supersede_outbox(
    connection: &mut PgConnection,
    lane: Lane,
    now: DateTime<Utc>,
) -> Result<u64, sqlx::Error> {
    let result = sqlx::query!(
        "update outbox old set superseded_at = $2 \
         where old.published_at is null and old.superseded_at is null and starts_with(old.key, 'ledger/') = $1 \
         and exists (select from outbox newer where newer.key = old.key and newer.id > old.id)",
        lane.is_ledger(),
        now
    )
    .execute(connection)
    .await?;
    Ok(result.rows_affected())
}

/// Up to `limit` rows of a lane that are due, oldest first, each the newest of its key; of the store's keys those that
/// nothing was written to since `spaced_since`.
pub(crate) async fn list_due_outbox(
    connection: &mut PgConnection,
    lane: Lane,
    now: DateTime<Utc>,
    spaced_since: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<OutboxRow>, sqlx::Error> {
    sqlx::query_as!(
        OutboxRow,
        "select id, key, value from outbox due \
         where published_at is null and superseded_at is null and starts_with(key, 'ledger/') = $1 \
         and next_attempt_at <= $2 \
         and not exists (select from outbox newer where newer.key = due.key and newer.id > due.id) \
         and ($1 or not exists (select from outbox written where written.key = due.key and written.attempted_at > $3)) \
         order by id limit $4",
        lane.is_ledger(),
        now,
        spaced_since,
        limit
    )
    .fetch_all(connection)
    .await
}

/// Locks the promotions of some rows until the transaction ends, so that of two lanes the second sees what the first has
/// marked.
pub(crate) async fn lock_promotions_of_outbox(connection: &mut PgConnection, ids: &[i64]) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "select from promotions where (organization_id, id) in \
             (select organization_id, promotion_id from outbox where id = any($1)) \
         order by id for no key update",
        ids
    )
    .execute(connection)
    .await
    .map(drop)
}

/// Marks rows as published.
pub(crate) async fn publish_outbox(
    connection: &mut PgConnection,
    ids: &[i64],
    now: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update outbox set published_at = $2, attempted_at = $2, attempts = attempts + 1 where id = any($1)",
        ids,
        now
    )
    .execute(connection)
    .await
    .map(drop)
}

/// Marks the versions of published rows as live, for promotions of which nothing else waits. Versions only grow.
pub(crate) async fn advance_promotions(
    connection: &mut PgConnection,
    ids: &[i64],
    now: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update promotions p set published_version = done.version, published_at = $2 \
         from (select organization_id, promotion_id, max(promotion_version) as version from outbox \
               where id = any($1) group by organization_id, promotion_id) done \
         where p.organization_id = done.organization_id and p.id = done.promotion_id \
         and coalesce(p.published_version, 0) < done.version \
         and not exists (select from outbox waiting where waiting.organization_id = p.organization_id \
             and waiting.promotion_id = p.id and waiting.published_at is null and waiting.superseded_at is null)",
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
        "update outbox set attempts = attempts + 1, attempted_at = $2, next_attempt_at = $2::timestamptz \
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

/// When the next row of a lane is due; a key of the store `spacing_ms` after it was last written at the earliest.
pub(crate) async fn find_next_attempt(
    connection: &mut PgConnection,
    lane: Lane,
    spacing_ms: i32,
) -> Result<Option<DateTime<Utc>>, sqlx::Error> {
    sqlx::query_scalar!(
        "select min(case when $1 then next_attempt_at else greatest(next_attempt_at, \
             (select max(attempted_at) from outbox written where written.key = waiting.key) \
             + $2::int * interval '1 millisecond') end) \
         from outbox waiting \
         where published_at is null and superseded_at is null and starts_with(key, 'ledger/') = $1",
        lane.is_ledger(),
        spacing_ms
    )
    .fetch_one(connection)
    .await
}

/// Up to `limit` rows that were published until `settled_at` and are the newest of their keys, in the order of the keys,
/// behind `after`.
pub(crate) async fn list_published_outbox(
    pool: &PgPool,
    after: &str,
    settled_at: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<OutboxRow>, sqlx::Error> {
    sqlx::query_as!(
        OutboxRow,
        "select id, key, value from outbox settled where key > $1 and published_at <= $2 \
         and not exists (select from outbox newer where newer.key = settled.key and newer.id > settled.id) \
         order by key limit $3",
        after,
        settled_at,
        limit
    )
    .fetch_all(pool)
    .await
}

/// Which of some rows are the newest of their keys.
pub(crate) async fn find_newest_outbox(pool: &PgPool, ids: &[i64]) -> Result<Vec<i64>, sqlx::Error> {
    sqlx::query_scalar!(
        "select id from outbox found where id = any($1) \
         and not exists (select from outbox newer where newer.key = found.key and newer.id > found.id)",
        ids
    )
    .fetch_all(pool)
    .await
}

/// Makes published rows due again, those that are the newest of their keys; answers them.
pub(crate) async fn repeat_outbox(
    connection: &mut PgConnection,
    ids: &[i64],
    now: DateTime<Utc>,
) -> Result<Vec<i64>, sqlx::Error> {
    sqlx::query_scalar!(
        "update outbox drifted set published_at = null, attempts = 0, next_attempt_at = $2 \
         where id = any($1) and published_at is not null \
         and not exists (select from outbox newer where newer.key = drifted.key and newer.id > drifted.id) \
         returning id",
        ids,
        now
    )
    .fetch_all(connection)
    .await
}

/// Takes back that the promotions of some rows are live.
pub(crate) async fn withdraw_promotions(connection: &mut PgConnection, ids: &[i64]) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update promotions set published_version = null, published_at = null where (organization_id, id) in \
             (select organization_id, promotion_id from outbox where id = any($1))",
        ids
    )
    .execute(connection)
    .await
    .map(drop)
}

/// Moves the numbers of rows that come ahead of `least`.
pub(crate) async fn raise_outbox_ids(pool: &PgPool, least: i64) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "select setval('outbox_id_seq', $1) from outbox_id_seq where last_value < $1",
        least
    )
    .fetch_optional(pool)
    .await
    .map(drop)
}

/// Removes rows that ended before a time, and whose key has a newer one: the newest tells what the edge has.
pub(crate) async fn delete_ended_outbox(pool: &PgPool, before: DateTime<Utc>) -> Result<u64, sqlx::Error> {
    let result = sqlx::query!(
        "delete from outbox ended where coalesce(ended.published_at, ended.superseded_at) < $1 \
         and exists (select from outbox newer where newer.key = ended.key and newer.id > ended.id)",
        before
    )
    .execute(pool)
    .await?;
    Ok(result.rows_affected())
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
