//! Memberships: which person belongs to which organisation, in which role.

use chrono::{DateTime, Utc};
use engine::ids::{OrganizationId, RoleId, UserId};
use uuid::Uuid;

use super::{Person, Tenant};

/// A member of the transaction's organisation.
#[derive(Debug, Clone)]
pub(crate) struct MemberRow {
    pub(crate) id: Uuid,
    pub(crate) email: String,
    pub(crate) name: String,
    pub(crate) locale: Option<String>,
    pub(crate) role_id: Uuid,
    pub(crate) role_name: String,
    pub(crate) built_in: Option<String>,
    pub(crate) permissions: Vec<String>,
    pub(crate) joined_at: DateTime<Utc>,
    pub(crate) last_used_at: Option<DateTime<Utc>>,
    pub(crate) disabled_at: Option<DateTime<Utc>>,
    pub(crate) notify_promotion_expiry: bool,
}

/// An organisation that a person belongs to.
pub(crate) struct OwnOrganizationRow {
    pub(crate) id: Uuid,
    pub(crate) name: String,
    pub(crate) disabled: bool,
}

/// The organisations of a person, the one used last first.
pub(crate) async fn list_own_organizations(person: &mut Person) -> Result<Vec<OwnOrganizationRow>, sqlx::Error> {
    sqlx::query_as!(
        OwnOrganizationRow,
        "select o.id, o.name, m.disabled_at is not null as \"disabled!\" \
         from memberships m join organizations o on o.id = m.organization_id \
         where m.user_id = $1 order by m.last_used_at desc nulls last, m.created_at, o.id",
        person.id()
    )
    .fetch_all(person.connection())
    .await
}

/// The organisation that a person used last, of those where they are not disabled.
pub(crate) async fn find_last_organization(person: &mut Person) -> Result<Option<OrganizationId>, sqlx::Error> {
    let organization = sqlx::query_scalar!(
        "select organization_id from memberships where user_id = $1 and disabled_at is null \
         order by last_used_at desc nulls last, created_at, organization_id limit 1",
        person.id()
    )
    .fetch_optional(person.connection())
    .await?;
    Ok(organization.map(OrganizationId::from))
}

/// The organisations of the transaction's person.
pub(crate) async fn list_organizations(person: &mut Person) -> Result<Vec<OrganizationId>, sqlx::Error> {
    let organizations = sqlx::query_scalar!(
        "select organization_id from memberships where user_id = $1",
        person.id()
    )
    .fetch_all(person.connection())
    .await?;
    Ok(organizations.into_iter().map(OrganizationId::from).collect())
}

/// Makes a person a member of the transaction's organisation.
pub(crate) async fn insert_membership(
    tenant: &mut Tenant,
    user: UserId,
    role: RoleId,
    now: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into memberships (organization_id, user_id, role_id, created_at) values ($1, $2, $3, $4)",
        tenant.id(),
        user.uuid(),
        role.uuid(),
        now
    )
    .execute(tenant.connection())
    .await
    .map(drop)
}

/// A member.
pub(crate) async fn find_member(tenant: &mut Tenant, user: UserId) -> Result<Option<MemberRow>, sqlx::Error> {
    sqlx::query_as!(
        MemberRow,
        "select u.id, u.email, u.name, u.locale, m.role_id, r.name as role_name, r.built_in, r.permissions, \
         m.created_at as joined_at, m.last_used_at, m.disabled_at, m.notify_promotion_expiry \
         from memberships m join users u on u.id = m.user_id \
         join roles r on r.organization_id = m.organization_id and r.id = m.role_id \
         where m.organization_id = $1 and m.user_id = $2",
        tenant.id(),
        user.uuid()
    )
    .fetch_optional(tenant.connection())
    .await
}

/// Whether somebody with an e-mail, in any case, is a member.
pub(crate) async fn has_member_with_email(tenant: &mut Tenant, email: &str) -> Result<bool, sqlx::Error> {
    let found = sqlx::query_scalar!(
        "select true from memberships m join users u on u.id = m.user_id \
         where m.organization_id = $1 and lower(u.email) = lower($2)",
        tenant.id(),
        email
    )
    .fetch_optional(tenant.connection())
    .await?;
    Ok(found.is_some())
}

/// Up to `limit` members whose name or e-mail contains `search`, newest first, from before `before`.
pub(crate) async fn list_members(
    tenant: &mut Tenant,
    search: Option<&str>,
    before: Option<UserId>,
    limit: i64,
) -> Result<Vec<MemberRow>, sqlx::Error> {
    sqlx::query_as!(
        MemberRow,
        "select u.id, u.email, u.name, u.locale, m.role_id, r.name as role_name, r.built_in, r.permissions, \
         m.created_at as joined_at, m.last_used_at, m.disabled_at, m.notify_promotion_expiry \
         from memberships m join users u on u.id = m.user_id \
         join roles r on r.organization_id = m.organization_id and r.id = m.role_id \
         where m.organization_id = $1 and ($2::uuid is null or u.id < $2) \
         and ($3::text is null or position(lower($3) in lower(u.name)) > 0 or position(lower($3) in lower(u.email)) > 0) \
         order by u.id desc limit $4",
        tenant.id(),
        before.map(UserId::uuid),
        search,
        limit
    )
    .fetch_all(tenant.connection())
    .await
}

/// How many administrators can sign in. The organisation is locked by who asks, so the number stays true.
pub(crate) async fn count_active_admins(tenant: &mut Tenant) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar!(
        "select count(*) as \"count!\" from memberships m \
         join roles r on r.organization_id = m.organization_id and r.id = m.role_id \
         where m.organization_id = $1 and r.built_in = 'admin' and m.disabled_at is null",
        tenant.id()
    )
    .fetch_one(tenant.connection())
    .await
}

/// Gives a member another role.
pub(crate) async fn update_member_role(tenant: &mut Tenant, user: UserId, role: RoleId) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update memberships set role_id = $3 where organization_id = $1 and user_id = $2",
        tenant.id(),
        user.uuid(),
        role.uuid()
    )
    .execute(tenant.connection())
    .await
    .map(drop)
}

/// Disables a member, or lets them in again.
pub(crate) async fn update_member_disabled(
    tenant: &mut Tenant,
    user: UserId,
    disabled_at: Option<DateTime<Utc>>,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update memberships set disabled_at = $3 where organization_id = $1 and user_id = $2",
        tenant.id(),
        user.uuid(),
        disabled_at
    )
    .execute(tenant.connection())
    .await
    .map(drop)
}

/// Stores whether a member gets notices of promotions that end.
pub(crate) async fn update_member_notices(
    tenant: &mut Tenant,
    user: UserId,
    promotion_expiry: bool,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update memberships set notify_promotion_expiry = $3 where organization_id = $1 and user_id = $2",
        tenant.id(),
        user.uuid(),
        promotion_expiry
    )
    .execute(tenant.connection())
    .await
    .map(drop)
}

/// Notes that a member opened the organisation.
pub(crate) async fn touch_membership(tenant: &mut Tenant, user: UserId, now: DateTime<Utc>) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update memberships set last_used_at = $3 where organization_id = $1 and user_id = $2",
        tenant.id(),
        user.uuid(),
        now
    )
    .execute(tenant.connection())
    .await
    .map(drop)
}

/// Removes a member, and their sessions here with them.
pub(crate) async fn delete_membership(tenant: &mut Tenant, user: UserId) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "delete from memberships where organization_id = $1 and user_id = $2",
        tenant.id(),
        user.uuid()
    )
    .execute(tenant.connection())
    .await
    .map(drop)
}
