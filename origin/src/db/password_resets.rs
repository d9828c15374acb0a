//! Password resets. They belong to people, not to organisations; the worker makes and removes them, requests end them.

use chrono::{DateTime, Utc};
use engine::ids::{PasswordResetId, UserId};
use sqlx::PgPool;
use uuid::Uuid;

use super::Person;

/// A reset as its job finds it.
pub(crate) struct ResetRow {
    pub(crate) created_at: DateTime<Utc>,
    pub(crate) expires_at: DateTime<Utc>,
    pub(crate) ended_at: Option<DateTime<Utc>>,
}

/// Whose password an open reset changes.
pub(crate) struct OpenResetRow {
    pub(crate) user_id: Uuid,
    pub(crate) email: String,
    pub(crate) name: String,
    pub(crate) password_hash: String,
}

/// A reset.
pub(crate) async fn find_reset(pool: &PgPool, id: PasswordResetId) -> Result<Option<ResetRow>, sqlx::Error> {
    let query = sqlx::query_as!(
        ResetRow,
        "select created_at, expires_at, ended_at from password_resets where id = $1",
        id.uuid()
    );
    query.fetch_optional(pool).await
}

/// Whether a reset of the person that was made after a time is open.
pub(crate) async fn has_open_reset(pool: &PgPool, user: UserId, after: DateTime<Utc>) -> Result<bool, sqlx::Error> {
    let query = sqlx::query_scalar!(
        "select exists (select from password_resets \
         where user_id = $1 and created_at > $2 and ended_at is null) as \"exists!\"",
        user.uuid(),
        after
    );
    query.fetch_one(pool).await
}

/// Makes a reset, unless it was made before, and ends the person's earlier ones with it.
pub(crate) async fn insert_reset(
    pool: &PgPool,
    id: PasswordResetId,
    user: UserId,
    email: &str,
    now: DateTime<Utc>,
    expires_at: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "with made as ( \
             insert into password_resets (id, user_id, email, created_at, expires_at) values ($1, $2, $3, $4, $5) \
             on conflict (id) do nothing returning user_id \
         ) \
         update password_resets earlier set ended_at = $4 from made \
         where earlier.user_id = made.user_id and earlier.id <> $1 and earlier.ended_at is null",
        id.uuid(),
        user.uuid(),
        email,
        now,
        expires_at
    )
    .execute(pool)
    .await
    .map(drop)
}

/// The owner of a reset that is open, has not expired, and went to the address that they still have.
pub(crate) async fn find_open_reset(
    pool: &PgPool,
    id: PasswordResetId,
    now: DateTime<Utc>,
) -> Result<Option<OpenResetRow>, sqlx::Error> {
    let query = sqlx::query_as!(
        OpenResetRow,
        "select r.user_id, u.email, u.name, u.password_hash from password_resets r join users u on u.id = r.user_id \
         where r.id = $1 and r.ended_at is null and r.expires_at > $2 and lower(u.email) = lower(r.email)",
        id.uuid(),
        now
    );
    query.fetch_optional(pool).await
}

/// Ends an open reset of the transaction's person. `false`: another transaction ended it first.
pub(crate) async fn end_reset(
    person: &mut Person,
    id: PasswordResetId,
    now: DateTime<Utc>,
) -> Result<bool, sqlx::Error> {
    let result = sqlx::query!(
        "update password_resets set ended_at = $3 where id = $1 and user_id = $2 and ended_at is null",
        id.uuid(),
        person.id(),
        now
    )
    .execute(person.connection())
    .await?;
    Ok(result.rows_affected() == 1)
}

/// Ends every open reset of the transaction's person.
pub(crate) async fn end_resets(person: &mut Person, now: DateTime<Utc>) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update password_resets set ended_at = $2 where user_id = $1 and ended_at is null",
        person.id(),
        now
    )
    .execute(person.connection())
    .await
    .map(drop)
}

/// Removes resets that expired before a time.
pub(crate) async fn delete_expired_resets(pool: &PgPool, before: DateTime<Utc>) -> Result<u64, sqlx::Error> {
    let result = sqlx::query!("delete from password_resets where expires_at < $1", before)
        .execute(pool)
        .await?;
    Ok(result.rows_affected())
}
