//! Organisations: the tenants.

use chrono::{DateTime, Utc};
use sqlx::PgPool;
use uuid::Uuid;

use super::Tenant;

/// An organisation as it is stored.
pub(crate) struct OrganizationRow {
    pub(crate) name: String,
    pub(crate) locale: Option<String>,
    pub(crate) expiry_notice_days: i16,
    pub(crate) created_at: DateTime<Utc>,
}

/// The transaction's organisation.
pub(crate) async fn find_organization(tenant: &mut Tenant) -> Result<Option<OrganizationRow>, sqlx::Error> {
    sqlx::query_as!(
        OrganizationRow,
        "select name, locale, expiry_notice_days, created_at from organizations where id = $1",
        tenant.id()
    )
    .fetch_optional(tenant.connection())
    .await
}

/// The transaction's organisation, locked until the transaction ends: changes of who may do what happen one after
/// another, so that none overlooks another's last administrator.
pub(crate) async fn lock_organization(tenant: &mut Tenant) -> Result<Option<OrganizationRow>, sqlx::Error> {
    sqlx::query_as!(
        OrganizationRow,
        "select name, locale, expiry_notice_days, created_at from organizations where id = $1 for no key update",
        tenant.id()
    )
    .fetch_optional(tenant.connection())
    .await
}

/// Stores the transaction's organisation itself.
pub(crate) async fn insert_organization(
    tenant: &mut Tenant,
    name: &str,
    locale: Option<&str>,
    now: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into organizations (id, name, locale, created_at) values ($1, $2, $3, $4)",
        tenant.id(),
        name,
        locale,
        now
    )
    .execute(tenant.connection())
    .await
    .map(drop)
}

/// Stores its settings.
pub(crate) async fn update_organization(
    tenant: &mut Tenant,
    name: &str,
    locale: Option<&str>,
    expiry_notice_days: i16,
    now: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update organizations set name = $2, locale = $3, expiry_notice_days = $4, updated_at = $5 where id = $1",
        tenant.id(),
        name,
        locale,
        expiry_notice_days,
        now
    )
    .execute(tenant.connection())
    .await
    .map(drop)
}

/// Every organisation, for jobs and operators: their connections cross tenants.
pub(crate) async fn list_organizations(pool: &PgPool) -> Result<Vec<Uuid>, sqlx::Error> {
    sqlx::query_scalar!("select id from organizations order by id")
        .fetch_all(pool)
        .await
}
