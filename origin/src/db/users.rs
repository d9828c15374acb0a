//! Users: people, who belong to no organisation by themselves.

use chrono::{DateTime, Utc};
use engine::ids::UserId;
use sqlx::PgPool;
use uuid::Uuid;

use super::{Person, Tenant};

/// A new person.
pub(crate) struct NewUser<'a> {
    pub(crate) id: UserId,
    pub(crate) email: &'a str,
    pub(crate) name: &'a str,
    pub(crate) password_hash: &'a str,
    pub(crate) locale: Option<&'a str>,
}

/// What signing in compares.
pub(crate) struct CredentialsRow {
    pub(crate) id: Uuid,
    pub(crate) password_hash: String,
}

/// What changing a password compares.
pub(crate) struct OwnerRow {
    pub(crate) email: String,
    pub(crate) name: String,
    pub(crate) password_hash: String,
}

/// Who gets a mail.
pub(crate) struct RecipientRow {
    pub(crate) id: Uuid,
    pub(crate) email: String,
    pub(crate) name: String,
    pub(crate) locale: Option<String>,
}

/// The person with an e-mail, in any case. Before signing in there is no organisation.
pub(crate) async fn find_credentials(pool: &PgPool, email: &str) -> Result<Option<CredentialsRow>, sqlx::Error> {
    let query = sqlx::query_as!(
        CredentialsRow,
        "select id, password_hash from users where lower(email) = lower($1)",
        email
    );
    query.fetch_optional(pool).await
}

/// A person with their password.
pub(crate) async fn find_owner(pool: &PgPool, user: UserId) -> Result<Option<OwnerRow>, sqlx::Error> {
    let query = sqlx::query_as!(
        OwnerRow,
        "select email, name, password_hash from users where id = $1",
        user.uuid()
    );
    query.fetch_optional(pool).await
}

/// The person with an e-mail, in any case, for a mail to them.
pub(crate) async fn find_recipient_by_email(pool: &PgPool, email: &str) -> Result<Option<RecipientRow>, sqlx::Error> {
    let query = sqlx::query_as!(
        RecipientRow,
        "select id, email, name, locale from users where lower(email) = lower($1)",
        email
    );
    query.fetch_optional(pool).await
}

/// A person, for a mail to them.
pub(crate) async fn find_recipient(pool: &PgPool, user: UserId) -> Result<Option<RecipientRow>, sqlx::Error> {
    let query = sqlx::query_as!(
        RecipientRow,
        "select id, email, name, locale from users where id = $1",
        user.uuid()
    );
    query.fetch_optional(pool).await
}

/// Replaces the password of the transaction's person. `false`: another transaction replaced it meanwhile.
pub(crate) async fn replace_password(person: &mut Person, old_hash: &str, new_hash: &str) -> Result<bool, sqlx::Error> {
    let result = sqlx::query!(
        "update users set password_hash = $3 where id = $1 and password_hash = $2",
        person.id(),
        old_hash,
        new_hash
    )
    .execute(person.connection())
    .await?;
    Ok(result.rows_affected() == 1)
}

/// Stores a person. A taken e-mail breaks the constraint `users_email_key`.
pub(crate) async fn insert_user(
    tenant: &mut Tenant,
    user: &NewUser<'_>,
    now: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into users (id, email, name, password_hash, locale, created_at) values ($1, $2, $3, $4, $5, $6)",
        user.id.uuid(),
        user.email,
        user.name,
        user.password_hash,
        user.locale,
        now
    )
    .execute(tenant.connection())
    .await
    .map(drop)
}

/// Stores a person's profile.
pub(crate) async fn update_profile(
    tenant: &mut Tenant,
    user: UserId,
    name: &str,
    locale: Option<&str>,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update users set name = $2, locale = $3 where id = $1",
        user.uuid(),
        name,
        locale
    )
    .execute(tenant.connection())
    .await
    .map(drop)
}

/// A person, locked until the transaction ends, so that nobody joins an organisation as they are deleted.
pub(crate) async fn lock_user(tenant: &mut Tenant, user: UserId) -> Result<(), sqlx::Error> {
    sqlx::query_scalar!("select id from users where id = $1 for update", user.uuid())
        .fetch_optional(tenant.connection())
        .await
        .map(drop)
}

/// Deletes a person who belongs to no organisation; the transaction must see the person's own memberships.
pub(crate) async fn delete_user_without_membership(tenant: &mut Tenant, user: UserId) -> Result<bool, sqlx::Error> {
    let result = sqlx::query!(
        "delete from users u where u.id = $1 and not exists (select from memberships m where m.user_id = u.id)",
        user.uuid()
    )
    .execute(tenant.connection())
    .await?;
    Ok(result.rows_affected() > 0)
}
