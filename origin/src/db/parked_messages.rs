//! Messages that could not be stored, until an operator replays them. They are of no organisation: nobody has read whose
//! they are. Requests write them and do not see them again.

use chrono::{DateTime, Utc};
use sqlx::PgPool;

/// Messages to be parked: as many values in each column, each digest once.
#[derive(Debug, Default)]
pub(crate) struct ParkedColumns {
    /// SHA-256 of the bodies.
    pub(crate) digests: Vec<Vec<u8>>,
    pub(crate) reasons: Vec<String>,
    pub(crate) bodies: Vec<String>,
}

/// A parked message.
#[derive(Debug)]
pub(crate) struct ParkedRow {
    pub(crate) digest: Vec<u8>,
    pub(crate) reason: String,
    pub(crate) body: String,
    pub(crate) first_seen: DateTime<Utc>,
    pub(crate) times: i64,
}

/// Parks messages. Repeated, it counts them once more.
pub(crate) async fn park_messages(
    pool: &PgPool,
    columns: &ParkedColumns,
    now: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into parked_messages as parked (digest, reason, body, first_seen, last_seen, times) \
         select digest, reason, body, $4, $4, 1 \
         from unnest($1::bytea[], $2::text[], $3::text[]) as new (digest, reason, body) order by digest \
         on conflict (digest) do update set reason = excluded.reason, last_seen = excluded.last_seen, \
         times = parked.times + 1",
        &columns.digests,
        &columns.reasons,
        &columns.bodies,
        now
    )
    .execute(pool)
    .await
    .map(drop)
}

/// Up to `limit` messages behind a digest, in the order of digests.
pub(crate) async fn list_parked_messages(
    pool: &PgPool,
    after: &[u8],
    limit: i64,
) -> Result<Vec<ParkedRow>, sqlx::Error> {
    sqlx::query_as!(
        ParkedRow,
        "select digest, reason, body, first_seen, times from parked_messages where digest > $1 \
         order by digest limit $2",
        after,
        limit
    )
    .fetch_all(pool)
    .await
}

/// Removes messages.
pub(crate) async fn delete_parked_messages(pool: &PgPool, digests: &[Vec<u8>]) -> Result<(), sqlx::Error> {
    sqlx::query!("delete from parked_messages where digest = any($1)", digests)
        .execute(pool)
        .await
        .map(drop)
}
