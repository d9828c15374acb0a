//! Roles: named sets of permissions.

use chrono::{DateTime, Utc};
use engine::ids::RoleId;
use uuid::Uuid;

use super::Tenant;

/// A role as it is stored.
#[derive(Debug, Clone)]
pub(crate) struct RoleRow {
    pub(crate) id: Uuid,
    pub(crate) name: String,
    pub(crate) built_in: Option<String>,
    /// Empty for a built-in role, whose permissions the program gives.
    pub(crate) permissions: Vec<String>,
    pub(crate) created_at: DateTime<Utc>,
    pub(crate) updated_at: DateTime<Utc>,
    /// How many users have it.
    pub(crate) users: i64,
}

/// Up to `limit` roles, built-in ones included, newest first, from before `before`.
pub(crate) async fn list_roles(
    tenant: &mut Tenant,
    before: Option<RoleId>,
    limit: i64,
) -> Result<Vec<RoleRow>, sqlx::Error> {
    sqlx::query_as!(
        RoleRow,
        "select id, name, built_in, permissions, created_at, updated_at, (select count(*) from memberships m \
         where m.organization_id = r.organization_id and m.role_id = r.id) as \"users!\" from roles r \
         where organization_id = $1 and ($2::uuid is null or id < $2) order by id desc limit $3",
        tenant.id(),
        before.map(RoleId::uuid),
        limit
    )
    .fetch_all(tenant.connection())
    .await
}

/// A role.
pub(crate) async fn find_role(tenant: &mut Tenant, id: RoleId) -> Result<Option<RoleRow>, sqlx::Error> {
    sqlx::query_as!(
        RoleRow,
        "select id, name, built_in, permissions, created_at, updated_at, (select count(*) from memberships m \
         where m.organization_id = r.organization_id and m.role_id = r.id) as \"users!\" from roles r \
         where organization_id = $1 and id = $2",
        tenant.id(),
        id.uuid()
    )
    .fetch_optional(tenant.connection())
    .await
}

/// How many roles there are.
pub(crate) async fn count_roles(tenant: &mut Tenant) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar!(
        "select count(*) as \"count!\" from roles where organization_id = $1",
        tenant.id()
    )
    .fetch_one(tenant.connection())
    .await
}

/// Stores a role. A taken name breaks the constraint `roles_name_key`.
pub(crate) async fn insert_role(tenant: &mut Tenant, role: &RoleRow) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into roles (organization_id, id, name, built_in, permissions, created_at, updated_at) \
         values ($1, $2, $3, $4, $5, $6, $7)",
        tenant.id(),
        role.id,
        role.name,
        role.built_in,
        &role.permissions,
        role.created_at,
        role.updated_at
    )
    .execute(tenant.connection())
    .await
    .map(drop)
}

/// Stores a role's name and permissions.
pub(crate) async fn update_role(tenant: &mut Tenant, role: &RoleRow) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update roles set name = $3, permissions = $4, updated_at = $5 where organization_id = $1 and id = $2",
        tenant.id(),
        role.id,
        role.name,
        &role.permissions,
        role.updated_at
    )
    .execute(tenant.connection())
    .await
    .map(drop)
}

/// Removes a role. One that users have breaks a foreign key, one that an open invitation names a check.
pub(crate) async fn delete_role(tenant: &mut Tenant, id: RoleId) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "delete from roles where organization_id = $1 and id = $2",
        tenant.id(),
        id.uuid()
    )
    .execute(tenant.connection())
    .await
    .map(drop)
}
