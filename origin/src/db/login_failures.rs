//! Wrong passwords in a row, by account or known device.

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, PgPool};

use crate::auth::attempts::Failures;

/// An account's failures, locked until the transaction ends: attempts at the same moment are counted one by one. A
/// first attempt has no row to lock, so the key itself is locked.
pub(crate) async fn lock_failures(
    connection: &mut PgConnection,
    key: &[u8; 32],
) -> Result<Option<Failures>, sqlx::Error> {
    sqlx::query!(
        "select pg_advisory_xact_lock(hashtextextended(encode($1, 'hex'), 0))",
        key.as_slice()
    )
    .fetch_one(&mut *connection)
    .await?;
    sqlx::query_as!(
        Failures,
        "select failures as count, failed_at as last_at, blocked_until from login_failures where key = $1",
        key.as_slice()
    )
    .fetch_optional(connection)
    .await
}

/// Stores an account's failures.
pub(crate) async fn put_failures(
    connection: &mut PgConnection,
    key: &[u8; 32],
    failures: Failures,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into login_failures (key, failures, failed_at, blocked_until) values ($1, $2, $3, $4) \
         on conflict (key) do update set failures = excluded.failures, failed_at = excluded.failed_at, \
         blocked_until = excluded.blocked_until",
        key.as_slice(),
        failures.count,
        failures.last_at,
        failures.blocked_until
    )
    .execute(connection)
    .await
    .map(drop)
}

/// Forgets an account's failures.
pub(crate) async fn delete_failures(pool: &PgPool, key: &[u8; 32]) -> Result<(), sqlx::Error> {
    sqlx::query!("delete from login_failures where key = $1", key.as_slice())
        .execute(pool)
        .await
        .map(drop)
}

/// Removes failures from before `before`, which count no longer.
pub(crate) async fn delete_old_failures(pool: &PgPool, before: DateTime<Utc>) -> Result<u64, sqlx::Error> {
    let result = sqlx::query!("delete from login_failures where failed_at < $1", before)
        .execute(pool)
        .await?;
    Ok(result.rows_affected())
}
