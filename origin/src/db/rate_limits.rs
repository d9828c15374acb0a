//! Allowances: how much of each is used.

use chrono::{DateTime, Utc};
use sqlx::PgPool;

/// Takes one from an allowance that refills by one every `interval_ms` and holds `burst_ms` when it is full; `false`
/// when nothing is left. One statement, so that calls at the same moment take one after another.
pub(crate) async fn take_from_limit(
    pool: &PgPool,
    key: &[u8; 32],
    now: DateTime<Utc>,
    interval_ms: i64,
    burst_ms: i64,
) -> Result<bool, sqlx::Error> {
    let taken = sqlx::query_scalar!(
        "insert into rate_limits as l (key, full_at) \
         values ($1, $2::timestamptz + $3::bigint * interval '1 millisecond') \
         on conflict (key) do update set full_at = greatest(l.full_at, $2) + $3::bigint * interval '1 millisecond' \
         where greatest(l.full_at, $2) + $3::bigint * interval '1 millisecond' \
         <= $2 + $4::bigint * interval '1 millisecond' \
         returning true",
        key.as_slice(),
        now,
        interval_ms,
        burst_ms
    )
    .fetch_optional(pool)
    .await?;
    Ok(taken.is_some())
}

/// When an allowance is whole again.
pub(crate) async fn find_limit(pool: &PgPool, key: &[u8; 32]) -> Result<Option<DateTime<Utc>>, sqlx::Error> {
    sqlx::query_scalar!("select full_at from rate_limits where key = $1", key.as_slice())
        .fetch_optional(pool)
        .await
}

/// Removes allowances that are whole: they need no row.
pub(crate) async fn delete_full_limits(pool: &PgPool, now: DateTime<Utc>) -> Result<u64, sqlx::Error> {
    let result = sqlx::query!("delete from rate_limits where full_at <= $1", now)
        .execute(pool)
        .await?;
    Ok(result.rows_affected())
}
