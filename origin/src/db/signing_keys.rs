//! The generations of the key that signs access tokens: when each signs, and until when it is good. No keys.

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, PgExecutor};

/// A generation as it is stored.
#[derive(Debug, Clone)]
pub(crate) struct SigningKeyRow {
    pub(crate) generation: i32,
    pub(crate) created_at: DateTime<Utc>,
    pub(crate) active_at: DateTime<Utc>,
    pub(crate) retired_at: Option<DateTime<Utc>>,
}

/// Every generation, oldest first: one a month.
pub(crate) async fn list_signing_keys(executor: impl PgExecutor<'_>) -> Result<Vec<SigningKeyRow>, sqlx::Error> {
    sqlx::query_as!(
        SigningKeyRow,
        "select generation, created_at, active_at, retired_at from signing_keys order by generation"
    )
    .fetch_all(executor)
    .await
}

/// Waits until no other transaction rotates, and keeps others from it until this one ends.
pub(crate) async fn lock_signing_keys(connection: &mut PgConnection, lock: i64) -> Result<(), sqlx::Error> {
    sqlx::query!("select pg_advisory_xact_lock($1)", lock)
        .fetch_one(connection)
        .await
        .map(drop)
}

/// Stores a generation.
pub(crate) async fn insert_signing_key(connection: &mut PgConnection, row: &SigningKeyRow) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into signing_keys (generation, created_at, active_at) values ($1, $2, $3)",
        row.generation,
        row.created_at,
        row.active_at
    )
    .execute(connection)
    .await
    .map(drop)
}

/// Retires the generations before `generation` at a time; one that retires earlier stays with that.
pub(crate) async fn retire_signing_keys(
    connection: &mut PgConnection,
    generation: i32,
    retired_at: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update signing_keys set retired_at = $2 \
         where generation < $1 and (retired_at is null or retired_at > $2)",
        generation,
        retired_at
    )
    .execute(connection)
    .await
    .map(drop)
}
