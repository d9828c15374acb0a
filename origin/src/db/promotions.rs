//! Promotions and their terms.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use engine::ids::{OrganizationId, PromotionId};
use engine::promotion::PromotionCode;
use serde_json::Value;
use sqlx::PgPool;
use uuid::Uuid;

use super::Tenant;

/// A promotion as it is stored.
#[derive(Debug, Clone)]
pub(crate) struct PromotionRow {
    pub(crate) id: Uuid,
    pub(crate) code: String,
    pub(crate) status: String,
    pub(crate) version: i64,
    pub(crate) revision: i64,
    pub(crate) counted: Option<bool>,
    pub(crate) exhausted_at: Option<DateTime<Utc>>,
    pub(crate) limits_version: i64,
    pub(crate) terms: Value,
    /// The window of the terms.
    pub(crate) starts_at: Option<DateTime<Utc>>,
    pub(crate) ends_at: Option<DateTime<Utc>>,
    pub(crate) created_at: DateTime<Utc>,
    pub(crate) updated_at: DateTime<Utc>,
    pub(crate) published_version: Option<i64>,
    pub(crate) published_at: Option<DateTime<Utc>>,
}

/// What a list is narrowed down to, and its order.
#[derive(Debug)]
pub(crate) struct PromotionFilter<'a> {
    /// Part of a name or a code, in any case.
    pub(crate) q: Option<&'a str>,
    /// Words of [`engine::promotion::Standing`].
    pub(crate) standings: Option<&'a [String]>,
    pub(crate) kind: Option<&'a str>,
    /// Those that end, before this.
    pub(crate) ends_before: Option<DateTime<Utc>>,
    /// One of `created_at`, `updated_at`, `name` and `ends_at`.
    pub(crate) sort_by: &'static str,
    pub(crate) descending: bool,
    /// The place that the page begins behind: the key that the list is sorted by, and the identifier.
    pub(crate) behind: Option<(&'a str, PromotionId)>,
    pub(crate) limit: i64,
}

/// Where a promotion stands in a list.
pub(crate) struct PlaceRow {
    pub(crate) id: Uuid,
    pub(crate) sort_key: String,
}

/// A promotion that the ledger knows.
#[derive(Debug)]
pub(crate) struct LedgerPromotionRow {
    pub(crate) organization_id: Uuid,
    pub(crate) id: Uuid,
    pub(crate) code: String,
    pub(crate) counted: bool,
}

/// The promotion with a code.
pub(crate) async fn find_promotion(
    tenant: &mut Tenant,
    code: &PromotionCode,
) -> Result<Option<PromotionRow>, sqlx::Error> {
    sqlx::query_as!(
        PromotionRow,
        "select id, code, status, version, revision, counted, exhausted_at, limits_version, terms, starts_at, ends_at, \
         created_at, updated_at, published_version, published_at \
         from promotions where organization_id = $1 and code = $2",
        tenant.id(),
        code.as_str()
    )
    .fetch_optional(tenant.connection())
    .await
}

/// The same, locked until the transaction ends: changes of one promotion, and so its outbox rows, come in one order.
pub(crate) async fn lock_promotion(
    tenant: &mut Tenant,
    code: &PromotionCode,
) -> Result<Option<PromotionRow>, sqlx::Error> {
    sqlx::query_as!(
        PromotionRow,
        "select id, code, status, version, revision, counted, exhausted_at, limits_version, terms, starts_at, ends_at, \
         created_at, updated_at, published_version, published_at \
         from promotions where organization_id = $1 and code = $2 for update",
        tenant.id(),
        code.as_str()
    )
    .fetch_optional(tenant.connection())
    .await
}

/// The places of up to `limit` promotions in the order of a list, behind a place. Keys are texts: a name in lower case in
/// the order of its alphabet, or microseconds in as many digits for any time; what never ends comes behind all ends.
pub(crate) async fn list_promotion_places(
    tenant: &mut Tenant,
    filter: &PromotionFilter<'_>,
    now: DateTime<Utc>,
) -> Result<Vec<PlaceRow>, sqlx::Error> {
    sqlx::query_as!(
        PlaceRow,
        "select id, sort_key as \"sort_key!\" from ( \
             select id, (case $2 when 'name' then lower(name collate \"und-x-icu\") else coalesce(lpad((extract(epoch from \
                 case $2 when 'ends_at' then ends_at when 'updated_at' then updated_at else created_at end) \
                 * 1000000 + 100000000000000000)::bigint::text, 18, '0'), 'z') end) collate \"und-x-icu\" as sort_key \
             from promotions where organization_id = $1 \
             and ($3::text is null or strpos(lower(name collate \"und-x-icu\"), lower($3 collate \"und-x-icu\")) > 0 \
                 or strpos(code, lower($3)) > 0) \
             and ($4::text[] is null or case when status in ('draft', 'archived') then status \
                 when ends_at < $5 then 'expired' when status = 'active' and exhausted_at is not null then 'exhausted' \
                 else status end = any($4)) \
             and ($6::text is null or kind = $6) and ($11::timestamptz is null or ends_at < $11) \
         ) listed \
         where $8::text is null or case when $7 then (sort_key, id) < ($8, $9) else (sort_key, id) > ($8, $9) end \
         order by case when $7 then sort_key end desc, case when $7 then id end desc, sort_key, id limit $10",
        tenant.id(),
        filter.sort_by,
        filter.q,
        filter.standings,
        now,
        filter.kind,
        filter.descending,
        filter.behind.map(|(key, _)| key),
        filter.behind.map(|(_, id)| id.uuid()),
        filter.limit,
        filter.ends_before
    )
    .fetch_all(tenant.connection())
    .await
}

/// The promotions with these identifiers, in no order.
pub(crate) async fn find_promotions(tenant: &mut Tenant, ids: &[Uuid]) -> Result<Vec<PromotionRow>, sqlx::Error> {
    sqlx::query_as!(
        PromotionRow,
        "select id, code, status, version, revision, counted, exhausted_at, limits_version, terms, starts_at, ends_at, \
         created_at, updated_at, published_version, published_at \
         from promotions where organization_id = $1 and id = any($2)",
        tenant.id(),
        ids
    )
    .fetch_all(tenant.connection())
    .await
}

/// Up to `limit` promotions that are no drafts, in the order of their ids, after `after`; none changes until the
/// transaction ends.
pub(crate) async fn lock_published_promotions(
    tenant: &mut Tenant,
    after: Option<Uuid>,
    limit: i64,
) -> Result<Vec<PromotionRow>, sqlx::Error> {
    sqlx::query_as!(
        PromotionRow,
        "select id, code, status, version, revision, counted, exhausted_at, limits_version, terms, starts_at, ends_at, \
         created_at, updated_at, published_version, published_at \
         from promotions where organization_id = $1 and version > 0 and ($2::uuid is null or id > $2) \
         order by id limit $3 for update",
        tenant.id(),
        after,
        limit
    )
    .fetch_all(tenant.connection())
    .await
}

/// Which of `codes` exist, and their promotions.
pub(crate) async fn find_promotion_codes(
    tenant: &mut Tenant,
    codes: &[String],
) -> Result<BTreeMap<String, PromotionId>, sqlx::Error> {
    let rows = sqlx::query!(
        "select code, id from promotions where organization_id = $1 and code = any($2)",
        tenant.id(),
        codes
    )
    .fetch_all(tenant.connection())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.code, PromotionId::from(row.id)))
        .collect())
}

/// The code of a promotion.
pub(crate) async fn find_promotion_code(tenant: &mut Tenant, id: PromotionId) -> Result<Option<String>, sqlx::Error> {
    sqlx::query_scalar!(
        "select code from promotions where organization_id = $1 and id = $2",
        tenant.id(),
        id.uuid()
    )
    .fetch_optional(tenant.connection())
    .await
}

/// Which of `ids` exist.
pub(crate) async fn find_promotion_ids(tenant: &mut Tenant, ids: &[Uuid]) -> Result<Vec<Uuid>, sqlx::Error> {
    sqlx::query_scalar!(
        "select id from promotions where organization_id = $1 and id = any($2)",
        tenant.id(),
        ids
    )
    .fetch_all(tenant.connection())
    .await
}

/// Stores a draft. A taken code breaks the constraint `promotions_code_key`.
pub(crate) async fn insert_promotion(tenant: &mut Tenant, row: &PromotionRow) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into promotions (id, organization_id, code, status, version, revision, terms, starts_at, ends_at, \
         created_at, updated_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        row.id,
        tenant.id(),
        row.code,
        row.status,
        row.version,
        row.revision,
        row.terms,
        row.starts_at,
        row.ends_at,
        row.created_at,
        row.updated_at
    )
    .execute(tenant.connection())
    .await
    .map(drop)
}

/// Stores all that a change may change.
pub(crate) async fn update_promotion(tenant: &mut Tenant, row: &PromotionRow) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update promotions set code = $3, status = $4, version = $5, revision = $6, counted = $7, exhausted_at = $8, \
         limits_version = $9, terms = $10, starts_at = $11, ends_at = $12, updated_at = $13 \
         where organization_id = $1 and id = $2",
        tenant.id(),
        row.id,
        row.code,
        row.status,
        row.version,
        row.revision,
        row.counted,
        row.exhausted_at,
        row.limits_version,
        row.terms,
        row.starts_at,
        row.ends_at,
        row.updated_at
    )
    .execute(tenant.connection())
    .await
    .map(drop)
}

/// Removes a draft.
pub(crate) async fn delete_promotion(tenant: &mut Tenant, id: PromotionId) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "delete from promotions where organization_id = $1 and id = $2",
        tenant.id(),
        id.uuid()
    )
    .execute(tenant.connection())
    .await
    .map(drop)
}

/// Raises the revision of a promotion by one, and at least to `least`; answers it.
pub(crate) async fn raise_promotion_revision(
    tenant: &mut Tenant,
    id: PromotionId,
    least: i64,
) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar!(
        "update promotions set revision = greatest(revision + 1, $3) where organization_id = $1 and id = $2 \
         returning revision",
        tenant.id(),
        id.uuid(),
        least
    )
    .fetch_one(tenant.connection())
    .await
}

/// Marks promotions as exhausted that were told to be at a time and a version, unless something was given back or their
/// limits were changed since.
pub(crate) async fn exhaust_promotions(
    tenant: &mut Tenant,
    ids: &[Uuid],
    versions: &[i64],
    times: &[DateTime<Utc>],
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update promotions p set exhausted_at = told.at from ( \
             select t.id, max(t.at) as at from unnest($2::uuid[], $3::bigint[], $4::timestamptz[]) as t (id, version, at) \
             join promotions k on k.organization_id = $1 and k.id = t.id and t.version >= k.limits_version group by t.id \
         ) told where p.organization_id = $1 and p.id = told.id \
         and (p.exhausted_at is null or p.exhausted_at < told.at) and (p.given_back_at is null or p.given_back_at <= told.at)",
        tenant.id(),
        ids,
        versions,
        times
    )
    .execute(tenant.connection())
    .await
    .map(drop)
}

/// Notes when something was last given back of promotions' limits: what was exhausted before is so no more. What is not
/// counted in one place has no limits.
pub(crate) async fn give_back_to_promotions(
    tenant: &mut Tenant,
    ids: &[Uuid],
    times: &[DateTime<Utc>],
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update promotions p set given_back_at = told.at, \
             exhausted_at = case when p.exhausted_at >= told.at then p.exhausted_at end \
         from unnest($2::uuid[], $3::timestamptz[]) as told (id, at) \
         where p.organization_id = $1 and p.id = told.id and p.counted \
         and (p.given_back_at is null or p.given_back_at < told.at)",
        tenant.id(),
        ids,
        times
    )
    .execute(tenant.connection())
    .await
    .map(drop)
}

/// Up to `limit` promotions that consume or may again, with one of `codes` when there are some, in the order of their ids,
/// after `after`.
pub(crate) async fn list_consuming_promotions(
    tenant: &mut Tenant,
    codes: Option<&[String]>,
    after: Option<PromotionId>,
    limit: i64,
) -> Result<Vec<LedgerPromotionRow>, sqlx::Error> {
    sqlx::query_as!(
        LedgerPromotionRow,
        "select organization_id, id, code, counted as \"counted!\" from promotions \
         where organization_id = $1 and status in ('active', 'paused') and counted is not null \
         and ($2::text[] is null or code = any($2)) and ($3::uuid is null or id > $3) order by id limit $4",
        tenant.id(),
        codes,
        after.map(PromotionId::uuid),
        limit
    )
    .fetch_all(tenant.connection())
    .await
}

/// Up to `limit` promotions that are no drafts, of every organisation or one, of every code or one, in the order of
/// organisations and ids, after `after`; for jobs and operators.
pub(crate) async fn list_ledger_promotions(
    pool: &PgPool,
    organization: Option<OrganizationId>,
    code: Option<&PromotionCode>,
    after: Option<(OrganizationId, PromotionId)>,
    limit: i64,
) -> Result<Vec<LedgerPromotionRow>, sqlx::Error> {
    sqlx::query_as!(
        LedgerPromotionRow,
        "select organization_id, id, code, counted as \"counted!\" from promotions where counted is not null \
         and ($1::uuid is null or organization_id = $1) and ($2::text is null or code = $2) \
         and ($3::uuid is null or (organization_id, id) > ($3, $4)) order by organization_id, id limit $5",
        organization.map(OrganizationId::uuid),
        code.map(PromotionCode::as_str),
        after.map(|(organization, _)| organization.uuid()),
        after.map(|(_, promotion)| promotion.uuid()),
        limit
    )
    .fetch_all(pool)
    .await
}
