//! Organisations: the tenants.

use chrono::{DateTime, Utc};

use super::Tenant;

/// The name of the transaction's organisation.
pub(crate) async fn find_organization_name(tenant: &mut Tenant) -> Result<Option<String>, sqlx::Error> {
    sqlx::query_scalar!("select name from organizations where id = $1", tenant.id())
        .fetch_optional(tenant.connection())
        .await
}

/// Stores the transaction's organisation itself.
pub(crate) async fn insert_organization(
    tenant: &mut Tenant,
    name: &str,
    now: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    let id = tenant.id();
    sqlx::query!(
        "insert into organizations (id, name, created_at) values ($1, $2, $3)",
        id,
        name,
        now
    )
    .execute(tenant.connection())
    .await
    .map(drop)
}
