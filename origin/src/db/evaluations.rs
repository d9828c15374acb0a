//! Evaluations: every record once. The table is also the inbox of ingest.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use engine::ids::EvaluationId;
use uuid::Uuid;

use super::Tenant;

/// The columns of a batch of records of one organisation: as many values in each.
#[derive(Default)]
pub(crate) struct EvaluationColumns {
    pub(crate) ids: Vec<Uuid>,
    pub(crate) promotion_ids: Vec<Uuid>,
    pub(crate) versions: Vec<i64>,
    pub(crate) app_key_ids: Vec<Uuid>,
    pub(crate) modes: Vec<String>,
    pub(crate) times: Vec<DateTime<Utc>>,
    pub(crate) reasons: Vec<Option<String>>,
    pub(crate) discount_amounts: Vec<Option<i64>>,
    pub(crate) discount_currencies: Vec<Option<String>>,
    pub(crate) redemption_ids: Vec<Option<Uuid>>,
    pub(crate) countries: Vec<Option<String>>,
    pub(crate) cities: Vec<Option<String>>,
    pub(crate) age_bands: Vec<Option<String>>,
    pub(crate) response_ms: Vec<i64>,
}

/// Stores the records that are not there yet as rows of a batch, and answers which those were. Safe to repeat.
pub(crate) async fn insert_evaluations(
    tenant: &mut Tenant,
    batch: i64,
    columns: &EvaluationColumns,
    now: DateTime<Utc>,
) -> Result<BTreeSet<Uuid>, sqlx::Error> {
    let ids = sqlx::query_scalar!(
        "insert into evaluations (organization_id, received_at, batch, id, promotion_id, promotion_version, \
         app_key_id, mode, at, reason, discount_amount, discount_currency, redemption_id, country, city, age_band, \
         response_ms) \
         select $1, $2, $3, * from unnest($4::uuid[], $5::uuid[], $6::bigint[], $7::uuid[], $8::text[], \
         $9::timestamptz[], $10::text[], $11::bigint[], $12::text[], $13::uuid[], $14::text[], $15::text[], \
         $16::text[], $17::bigint[]) \
         on conflict (organization_id, id) do nothing returning id",
        tenant.id(),
        now,
        batch,
        &columns.ids,
        &columns.promotion_ids,
        &columns.versions,
        &columns.app_key_ids,
        &columns.modes,
        &columns.times,
        &columns.reasons as &[Option<String>],
        &columns.discount_amounts as &[Option<i64>],
        &columns.discount_currencies as &[Option<String>],
        &columns.redemption_ids as &[Option<Uuid>],
        &columns.countries as &[Option<String>],
        &columns.cities as &[Option<String>],
        &columns.age_bands as &[Option<String>],
        &columns.response_ms
    )
    .fetch_all(tenant.connection())
    .await?;
    Ok(ids.into_iter().collect())
}

/// A record as it is stored.
#[derive(Debug)]
pub(crate) struct EvaluationRow {
    pub(crate) promotion_id: Uuid,
    pub(crate) promotion_version: i64,
    pub(crate) app_key_id: Uuid,
    pub(crate) mode: String,
    pub(crate) at: DateTime<Utc>,
    pub(crate) received_at: DateTime<Utc>,
    pub(crate) reason: Option<String>,
    pub(crate) discount_amount: Option<i64>,
    pub(crate) discount_currency: Option<String>,
    pub(crate) redemption_id: Option<Uuid>,
    pub(crate) country: Option<String>,
    pub(crate) city: Option<String>,
    pub(crate) age_band: Option<String>,
    pub(crate) response_ms: i64,
}

/// A record that is kept. Its identifier names its day, so one partition is looked at.
pub(crate) async fn find_evaluation(
    tenant: &mut Tenant,
    id: EvaluationId,
) -> Result<Option<EvaluationRow>, sqlx::Error> {
    sqlx::query_as!(
        EvaluationRow,
        "select promotion_id, promotion_version, app_key_id, mode, at, received_at, reason, discount_amount, \
         discount_currency, redemption_id, country, city, age_band, response_ms \
         from evaluations where organization_id = $1 and id = $2",
        tenant.id(),
        id.uuid()
    )
    .fetch_optional(tenant.connection())
    .await
}
