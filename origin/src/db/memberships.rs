//! Memberships: which person belongs to which organisation, in which role.

use chrono::{DateTime, Utc};
use engine::ids::{OrganizationId, UserId};
use sqlx::PgPool;

use super::{Person, Tenant};

/// The organisation that a person joined first. Signing in knows the person before the organisation, so the policy
/// goes by the person here.
pub(crate) async fn find_first_organization(
    pool: &PgPool,
    user: UserId,
) -> Result<Option<OrganizationId>, sqlx::Error> {
    let mut transaction = pool.begin().await?;
    sqlx::query!("select set_config('app.user_id', $1, true)", user.uuid().to_string())
        .fetch_one(&mut *transaction)
        .await?;
    let organization = sqlx::query_scalar!(
        "select organization_id from memberships where user_id = $1 order by created_at, organization_id limit 1",
        user.uuid()
    )
    .fetch_optional(&mut *transaction)
    .await?;
    transaction.commit().await?;
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
    role: &str,
    now: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into memberships (organization_id, user_id, role, created_at) values ($1, $2, $3, $4)",
        tenant.id(),
        user.uuid(),
        role,
        now
    )
    .execute(tenant.connection())
    .await
    .map(drop)
}
