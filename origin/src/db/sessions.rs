//! Sessions: signed-in browsers and the hashes of their refresh tokens.

use chrono::{DateTime, Utc};
use engine::ids::{SessionId, UserId};
use uuid::Uuid;

use super::{Person, Tenant};

/// A session as it is stored.
pub(crate) struct SessionRow {
    pub(crate) user_id: Uuid,
    pub(crate) family_hash: Vec<u8>,
    pub(crate) token_hash: Vec<u8>,
    pub(crate) expires_at: DateTime<Utc>,
}

/// The hashes of a refresh token.
#[derive(Clone, Copy)]
pub(crate) struct TokenHashes {
    pub(crate) family: [u8; 32],
    pub(crate) token: [u8; 32],
}

/// A session, locked until the transaction ends: of two uses of one token, the second sees the first.
pub(crate) async fn lock_session(tenant: &mut Tenant, id: SessionId) -> Result<Option<SessionRow>, sqlx::Error> {
    sqlx::query_as!(
        SessionRow,
        "select user_id, family_hash, token_hash, expires_at from sessions \
         where organization_id = $1 and id = $2 for update",
        tenant.id(),
        id.uuid()
    )
    .fetch_optional(tenant.connection())
    .await
}

/// Stores a new session.
pub(crate) async fn insert_session(
    tenant: &mut Tenant,
    id: SessionId,
    user: UserId,
    hashes: TokenHashes,
    now: DateTime<Utc>,
    expires_at: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into sessions \
         (id, organization_id, user_id, family_hash, token_hash, created_at, refreshed_at, expires_at) \
         values ($1, $2, $3, $4, $5, $6, $6, $7)",
        id.uuid(),
        tenant.id(),
        user.uuid(),
        hashes.family.as_slice(),
        hashes.token.as_slice(),
        now,
        expires_at
    )
    .execute(tenant.connection())
    .await
    .map(drop)
}

/// Replaces the token of a session.
pub(crate) async fn update_session_token(
    tenant: &mut Tenant,
    id: SessionId,
    token_hash: [u8; 32],
    now: DateTime<Utc>,
    expires_at: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update sessions set token_hash = $3, refreshed_at = $4, expires_at = $5 \
         where organization_id = $1 and id = $2",
        tenant.id(),
        id.uuid(),
        token_hash.as_slice(),
        now,
        expires_at
    )
    .execute(tenant.connection())
    .await
    .map(drop)
}

/// Ends a session.
pub(crate) async fn delete_session(tenant: &mut Tenant, id: SessionId) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "delete from sessions where organization_id = $1 and id = $2",
        tenant.id(),
        id.uuid()
    )
    .execute(tenant.connection())
    .await
    .map(drop)
}

/// Ends the person's sessions in the organisation that the transaction is in.
pub(crate) async fn delete_sessions_of(person: &mut Person) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "delete from sessions where organization_id = current_organization() and user_id = $1",
        person.id()
    )
    .execute(person.connection())
    .await
    .map(drop)
}
