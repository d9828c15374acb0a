//! Sessions: signed-in browsers and the hashes of their refresh tokens.

use chrono::{DateTime, Utc};
use engine::ids::{SessionId, UserId};
use sqlx::PgConnection;
use uuid::Uuid;

use super::{Person, Tenant};

/// A session as it is stored.
pub(crate) struct SessionRow {
    pub(crate) user_id: Uuid,
    pub(crate) family_hash: Vec<u8>,
    pub(crate) token_hash: Vec<u8>,
    pub(crate) previous_hash: Option<Vec<u8>>,
    /// When the newest token was made.
    pub(crate) refreshed_at: DateTime<Utc>,
    pub(crate) expires_at: DateTime<Utc>,
}

/// A session as its user sees it.
pub(crate) struct SessionListRow {
    pub(crate) id: Uuid,
    pub(crate) organization_id: Uuid,
    pub(crate) created_at: DateTime<Utc>,
    pub(crate) refreshed_at: DateTime<Utc>,
    pub(crate) expires_at: DateTime<Utc>,
    pub(crate) user_agent: Option<String>,
    pub(crate) address: Option<String>,
}

/// Whose session lives, and what their role permits.
pub(crate) struct ActiveMemberRow {
    pub(crate) name: String,
    pub(crate) email: String,
    pub(crate) built_in: Option<String>,
    pub(crate) permissions: Vec<String>,
}

/// A new session.
pub(crate) struct NewSession<'a> {
    pub(crate) id: SessionId,
    pub(crate) user: UserId,
    pub(crate) hashes: TokenHashes,
    pub(crate) expires_at: DateTime<Utc>,
    pub(crate) user_agent: Option<&'a str>,
    pub(crate) address: &'a str,
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
        "select user_id, family_hash, token_hash, previous_hash, refreshed_at, expires_at from sessions \
         where organization_id = $1 and id = $2 for update",
        tenant.id(),
        id.uuid()
    )
    .fetch_optional(tenant.connection())
    .await
}

/// The member whose session lives at `now`, unless they are disabled.
pub(crate) async fn find_active_member(
    tenant: &mut Tenant,
    id: SessionId,
    user: UserId,
    now: DateTime<Utc>,
) -> Result<Option<ActiveMemberRow>, sqlx::Error> {
    sqlx::query_as!(
        ActiveMemberRow,
        "select u.name, u.email, r.built_in, r.permissions from sessions s \
         join memberships m on m.organization_id = s.organization_id and m.user_id = s.user_id \
         join roles r on r.organization_id = m.organization_id and r.id = m.role_id \
         join users u on u.id = s.user_id \
         where s.organization_id = $1 and s.id = $2 and s.user_id = $3 and s.expires_at > $4 \
         and m.disabled_at is null",
        tenant.id(),
        id.uuid(),
        user.uuid(),
        now
    )
    .fetch_optional(tenant.connection())
    .await
}

/// Stores a new session.
pub(crate) async fn insert_session(
    tenant: &mut Tenant,
    session: &NewSession<'_>,
    now: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into sessions \
         (id, organization_id, user_id, family_hash, token_hash, created_at, refreshed_at, expires_at, user_agent, \
         address) values ($1, $2, $3, $4, $5, $6, $6, $7, $8, $9)",
        session.id.uuid(),
        tenant.id(),
        session.user.uuid(),
        session.hashes.family.as_slice(),
        session.hashes.token.as_slice(),
        now,
        session.expires_at,
        session.user_agent,
        session.address
    )
    .execute(tenant.connection())
    .await
    .map(drop)
}

/// Replaces the token of a session and keeps the one before.
pub(crate) async fn rotate_session_token(
    tenant: &mut Tenant,
    id: SessionId,
    token_hash: [u8; 32],
    now: DateTime<Utc>,
    expires_at: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update sessions set previous_hash = token_hash, token_hash = $3, refreshed_at = $4, expires_at = $5 \
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

/// Ends the sessions of a member in the transaction's organisation.
pub(crate) async fn delete_member_sessions(tenant: &mut Tenant, user: UserId) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "delete from sessions where organization_id = $1 and user_id = $2",
        tenant.id(),
        user.uuid()
    )
    .execute(tenant.connection())
    .await
    .map(drop)
}

/// A person's living sessions in all organisations, the last used first.
pub(crate) async fn list_person_sessions(
    person: &mut Person,
    now: DateTime<Utc>,
) -> Result<Vec<SessionListRow>, sqlx::Error> {
    sqlx::query_as!(
        SessionListRow,
        "select id, organization_id, created_at, refreshed_at, expires_at, user_agent, address from sessions \
         where user_id = $1 and expires_at > $2 order by refreshed_at desc, id",
        person.id(),
        now
    )
    .fetch_all(person.connection())
    .await
}

/// Ends one session of a person, in whatever organisation; answers whether there was one. The transaction must see
/// what is the person's own.
pub(crate) async fn delete_person_session(
    tenant: &mut Tenant,
    user: UserId,
    id: SessionId,
) -> Result<bool, sqlx::Error> {
    let result = sqlx::query!(
        "delete from sessions where user_id = $1 and id = $2",
        user.uuid(),
        id.uuid()
    )
    .execute(tenant.connection())
    .await?;
    Ok(result.rows_affected() > 0)
}

/// Ends the sessions of a person in all organisations, but for `kept`; answers which. The transaction must see what is
/// the person's own.
pub(crate) async fn delete_person_sessions(
    connection: &mut PgConnection,
    user: UserId,
    kept: Option<SessionId>,
) -> Result<Vec<Uuid>, sqlx::Error> {
    sqlx::query_scalar!(
        "delete from sessions where user_id = $1 and ($2::uuid is null or id <> $2) returning id",
        user.uuid(),
        kept.map(SessionId::uuid)
    )
    .fetch_all(connection)
    .await
}
