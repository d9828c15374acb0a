//! Demographic figures: what was counted, which nobody is shown, and what of it is told.

use chrono::{DateTime, Utc};
use engine::ids::{OrganizationId, PromotionId};
use sqlx::PgPool;
use sqlx::postgres::PgConnection;
use uuid::Uuid;

use super::Tenant;

/// The dimensions, as they are stored.
pub(crate) const COUNTRY: &str = "country";
/// With its country's code before its own.
pub(crate) const CITY: &str = "city";
/// Bands.
pub(crate) const AGE: &str = "age";

/// A promotion by its organisation.
pub(crate) struct PlaceRow {
    pub(crate) organization_id: Uuid,
    pub(crate) id: Uuid,
}

/// How far a promotion's figures of a subject are told.
pub(crate) struct DisclosureRow {
    pub(crate) subject: String,
    pub(crate) told_to: DateTime<Utc>,
}

/// Sums over hours, for one key.
pub(crate) struct CellRow {
    pub(crate) dimension: String,
    pub(crate) key: String,
    pub(crate) evaluations: i64,
    pub(crate) applicable: i64,
    /// The first of the hours.
    pub(crate) since: DateTime<Utc>,
}

/// What was told of one key.
pub(crate) struct DisclosedRow {
    pub(crate) key: String,
    pub(crate) evaluations: i64,
    pub(crate) applicable: i64,
}

/// Up to `limit` promotions of all organisations that have figures of hours before `until` which are not all told, in the
/// order of organisations and ids, after `after`.
pub(crate) async fn list_untold_promotions(
    pool: &PgPool,
    until: DateTime<Utc>,
    after: Option<(OrganizationId, PromotionId)>,
    limit: i64,
) -> Result<Vec<PlaceRow>, sqlx::Error> {
    sqlx::query_as!(
        PlaceRow,
        "select organization_id, id from promotions p \
         where ($1::uuid is null or (organization_id, id) > ($1, $2)) and exists (select from demographic_hours h \
         where h.organization_id = p.organization_id and h.promotion_id = p.id and h.hour < $3 and h.hour >= coalesce(( \
         select min(d.told_to) from disclosures d where d.organization_id = p.organization_id and d.promotion_id = p.id), \
         '-infinity')) order by organization_id, id limit $4",
        after.map(|(organization, _)| organization.uuid()),
        after.map(|(_, promotion)| promotion.uuid()),
        until,
        limit
    )
    .fetch_all(pool)
    .await
}

/// Notes of a promotion that nothing is told before `told_to`, of subjects of which nothing is noted. Safe to repeat.
pub(crate) async fn insert_disclosures(
    connection: &mut PgConnection,
    organization: OrganizationId,
    promotion: PromotionId,
    subjects: &[String],
    told_to: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into disclosures (organization_id, promotion_id, subject, told_to) \
         select $1, $2, subject, $4 from unnest($3::text[]) as subject on conflict do nothing",
        organization.uuid(),
        promotion.uuid(),
        subjects,
        told_to
    )
    .execute(connection)
    .await
    .map(drop)
}

/// How far a promotion's figures are told; nobody else tells more until the transaction ends.
pub(crate) async fn lock_disclosures(
    connection: &mut PgConnection,
    organization: OrganizationId,
    promotion: PromotionId,
) -> Result<Vec<DisclosureRow>, sqlx::Error> {
    sqlx::query_as!(
        DisclosureRow,
        "select subject, told_to from disclosures where organization_id = $1 and promotion_id = $2 \
         order by subject for update",
        organization.uuid(),
        promotion.uuid()
    )
    .fetch_all(connection)
    .await
}

/// Whether something that came in before `until` is not summed yet.
pub(crate) async fn has_unsummed(
    connection: &mut PgConnection,
    organization: OrganizationId,
    until: DateTime<Utc>,
) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar!(
        "select exists (select from roll_up_queue where organization_id = $1 and received_at < $2) as \"exists!\"",
        organization.uuid(),
        until
    )
    .fetch_one(connection)
    .await
}

/// The cells of a promotion, summed over the hours from `from` until before `until`.
pub(crate) async fn sum_cells(
    connection: &mut PgConnection,
    organization: OrganizationId,
    promotion: PromotionId,
    dimensions: &[String],
    from: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<Vec<CellRow>, sqlx::Error> {
    sqlx::query_as!(
        CellRow,
        "select dimension, key, sum(evaluations)::bigint as \"evaluations!\", sum(applicable)::bigint as \"applicable!\", \
         min(hour) as \"since!\" from demographic_hours where organization_id = $1 and promotion_id = $2 \
         and dimension = any($3) and hour >= $4 and hour < $5 group by dimension, key",
        organization.uuid(),
        promotion.uuid(),
        dimensions,
        from,
        until
    )
    .fetch_all(connection)
    .await
}

/// Tells the cells of a period that ended at `until`. A period is told once: a second time violates the primary key.
pub(crate) async fn insert_disclosed_cells(
    connection: &mut PgConnection,
    organization: OrganizationId,
    promotion: PromotionId,
    dimension: &str,
    rows: &[DisclosedRow],
    until: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    let keys: Vec<_> = rows.iter().map(|row| row.key.clone()).collect();
    let evaluations: Vec<_> = rows.iter().map(|row| row.evaluations).collect();
    let applicable: Vec<_> = rows.iter().map(|row| row.applicable).collect();
    sqlx::query!(
        "insert into disclosed_cells (organization_id, promotion_id, dimension, until, key, evaluations, applicable) \
         select $1, $2, $3, $4, * from unnest($5::text[], $6::bigint[], $7::bigint[])",
        organization.uuid(),
        promotion.uuid(),
        dimension,
        until,
        &keys,
        &evaluations,
        &applicable
    )
    .execute(connection)
    .await
    .map(drop)
}

/// Notes that a promotion's figures of a subject are told until `told_to`.
pub(crate) async fn update_disclosure(
    connection: &mut PgConnection,
    organization: OrganizationId,
    promotion: PromotionId,
    subject: &str,
    told_to: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update disclosures set told_to = $4 where organization_id = $1 and promotion_id = $2 and subject = $3",
        organization.uuid(),
        promotion.uuid(),
        subject,
        told_to
    )
    .execute(connection)
    .await
    .map(drop)
}

/// What was told of one promotion or all, by key, of periods that ended after `from` and until `to`.
pub(crate) async fn sum_disclosed_cells(
    tenant: &mut Tenant,
    promotion: Option<PromotionId>,
    dimension: &str,
    from: Option<DateTime<Utc>>,
    to: Option<DateTime<Utc>>,
) -> Result<Vec<DisclosedRow>, sqlx::Error> {
    sqlx::query_as!(
        DisclosedRow,
        "select key, sum(evaluations)::bigint as \"evaluations!\", sum(applicable)::bigint as \"applicable!\" \
         from disclosed_cells where organization_id = $1 and dimension = $2 and ($3::uuid is null or promotion_id = $3) \
         and ($4::timestamptz is null or until > $4) and ($5::timestamptz is null or until <= $5) \
         group by key order by sum(evaluations) desc, key",
        tenant.id(),
        dimension,
        promotion.map(PromotionId::uuid),
        from,
        to
    )
    .fetch_all(tenant.connection())
    .await
}

/// When the last period ended that was told of one promotion or all; `None` before the first.
pub(crate) async fn find_told_to(
    tenant: &mut Tenant,
    promotion: Option<PromotionId>,
    dimension: &str,
) -> Result<Option<DateTime<Utc>>, sqlx::Error> {
    sqlx::query_scalar!(
        "select max(until) from disclosed_cells where organization_id = $1 and dimension = $2 \
         and ($3::uuid is null or promotion_id = $3)",
        tenant.id(),
        dimension,
        promotion.map(PromotionId::uuid)
    )
    .fetch_one(tenant.connection())
    .await
}
