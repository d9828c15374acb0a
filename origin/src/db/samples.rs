//! Sample requests of promotions. Requests travel as texts, which keeps them as they were written.

use chrono::{DateTime, Utc};
use engine::ids::{PromotionId, SampleId};
use uuid::Uuid;

use super::Tenant;

/// A sample as it is stored.
#[derive(Debug, Clone)]
pub(crate) struct SampleRow {
    pub(crate) id: Uuid,
    pub(crate) name: String,
    /// A JSON object.
    pub(crate) request: String,
    pub(crate) created_at: DateTime<Utc>,
    pub(crate) updated_at: DateTime<Utc>,
}

/// The samples of a promotion, the oldest first.
pub(crate) async fn list_samples(tenant: &mut Tenant, promotion: PromotionId) -> Result<Vec<SampleRow>, sqlx::Error> {
    sqlx::query_as!(
        SampleRow,
        "select id, name, request::text as \"request!\", created_at, updated_at from promotion_samples \
         where organization_id = $1 and promotion_id = $2 order by id",
        tenant.id(),
        promotion.uuid()
    )
    .fetch_all(tenant.connection())
    .await
}

/// How many samples a promotion has.
pub(crate) async fn count_samples(tenant: &mut Tenant, promotion: PromotionId) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar!(
        "select count(*) as \"count!\" from promotion_samples where organization_id = $1 and promotion_id = $2",
        tenant.id(),
        promotion.uuid()
    )
    .fetch_one(tenant.connection())
    .await
}

/// A sample of a promotion.
pub(crate) async fn find_sample(
    tenant: &mut Tenant,
    promotion: PromotionId,
    id: SampleId,
) -> Result<Option<SampleRow>, sqlx::Error> {
    sqlx::query_as!(
        SampleRow,
        "select id, name, request::text as \"request!\", created_at, updated_at from promotion_samples \
         where organization_id = $1 and promotion_id = $2 and id = $3",
        tenant.id(),
        promotion.uuid(),
        id.uuid()
    )
    .fetch_optional(tenant.connection())
    .await
}

/// Stores a sample.
pub(crate) async fn insert_sample(
    tenant: &mut Tenant,
    promotion: PromotionId,
    row: &SampleRow,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into promotion_samples (organization_id, promotion_id, id, name, request, created_at, updated_at) \
         values ($1, $2, $3, $4, $5::text::json, $6, $7)",
        tenant.id(),
        promotion.uuid(),
        row.id,
        row.name,
        row.request,
        row.created_at,
        row.updated_at
    )
    .execute(tenant.connection())
    .await
    .map(drop)
}

/// Stores what a change may change.
pub(crate) async fn update_sample(
    tenant: &mut Tenant,
    promotion: PromotionId,
    row: &SampleRow,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update promotion_samples set name = $4, request = $5::text::json, updated_at = $6 \
         where organization_id = $1 and promotion_id = $2 and id = $3",
        tenant.id(),
        promotion.uuid(),
        row.id,
        row.name,
        row.request,
        row.updated_at
    )
    .execute(tenant.connection())
    .await
    .map(drop)
}

/// Removes a sample.
pub(crate) async fn delete_sample(
    tenant: &mut Tenant,
    promotion: PromotionId,
    id: SampleId,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "delete from promotion_samples where organization_id = $1 and promotion_id = $2 and id = $3",
        tenant.id(),
        promotion.uuid(),
        id.uuid()
    )
    .execute(tenant.connection())
    .await
    .map(drop)
}

/// Stores copies of samples of a promotion for another one: that with the identifier at a place of `originals` under the
/// identifier at the same place of `copies`.
pub(crate) async fn copy_samples(
    tenant: &mut Tenant,
    from: PromotionId,
    to: PromotionId,
    originals: &[Uuid],
    copies: &[Uuid],
    now: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into promotion_samples (organization_id, promotion_id, id, name, request, created_at, updated_at) \
         select $1, $3, copy.id, s.name, s.request, $6, $6 from promotion_samples s \
         join unnest($4::uuid[], $5::uuid[]) as copy (original, id) on copy.original = s.id \
         where s.organization_id = $1 and s.promotion_id = $2",
        tenant.id(),
        from.uuid(),
        to.uuid(),
        originals,
        copies,
        now
    )
    .execute(tenant.connection())
    .await
    .map(drop)
}
