//! The partitions of raw records, which the database's own functions make and drop.

use chrono::{DateTime, Utc};
use sqlx::PgPool;

/// Makes the partitions from a moment to another that are missing, and answers how many those were.
pub(crate) async fn ensure_partitions(
    pool: &PgPool,
    since: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<i32, sqlx::Error> {
    sqlx::query_scalar!("select ensure_partitions($1, $2) as \"made!\"", since, until)
        .fetch_one(pool)
        .await
}

/// Drops the evaluations of the days that end before a moment, and answers how many days those were.
pub(crate) async fn drop_partitions(pool: &PgPool, before: DateTime<Utc>) -> Result<i32, sqlx::Error> {
    sqlx::query_scalar!("select drop_partitions($1) as \"dropped!\"", before)
        .fetch_one(pool)
        .await
}
