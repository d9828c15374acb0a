//! Takes the records of evaluations from the edge's queue.
//!
//! The queue delivers at least once, so every step is safe to repeat: a record is stored by its identifier, and only
//! what was stored now enters the roll-up, in the same transaction. The answer follows the commit. A record that can
//! never be stored is rejected alone; the others of its batch are stored.

use std::collections::{BTreeMap, BTreeSet};

use axum::Json;
use axum::body::Bytes;
use axum::extract::{FromRequest, Request, State};
use chrono::{DateTime, Utc};
use engine::coupon::{CouponCode, CouponSet, Match};
use engine::ids::{OrganizationId, PromotionId};
use engine::problem::{FieldError, ProblemType};
use engine::wire::v1::{EvaluationRecord, IngestAnswer, IngestRequest, IngestResult, MAX_INGEST_RECORDS, V1};
use serde_json::value::RawValue;
use uuid::Uuid;

use crate::app::App;
use crate::client::SignedByEdge;
use crate::coupons::coupon_set;
use crate::db::Tenant;
use crate::db::app_keys::touch_app_keys;
use crate::db::coupons::{UseColumns, add_uses};
use crate::db::evaluations::{EvaluationColumns, insert_evaluations};
use crate::db::promotions::{exhaust_promotions, find_promotion_ids};
use crate::db::usage::{UsageColumns, add_usage, hour_of};
use crate::problem::Error;

/// Largest body: a record has under 1 KiB, so a full batch fits ten times over; what is larger did not come from the
/// edge's own records.
pub(crate) const MAX_INGEST_BODY_BYTES: usize = MAX_INGEST_RECORDS * 10 * 1024;

/// A body whose signature is the edge's.
pub(crate) struct Signed(Bytes);

impl FromRequest<App> for Signed {
    type Rejection = Error;

    async fn from_request(request: Request, app: &App) -> Result<Self, Error> {
        if request.extensions().get::<SignedByEdge>().is_none() {
            return Err(Error::unauthenticated(
                "Sign the call with the secret that edge and origin share.",
            ));
        }
        Ok(Self(Bytes::from_request(request, app).await?))
    }
}

/// `POST /internal/ingest`. One transaction and nothing else to await, so a repetition after any failure finds either
/// all of it done or nothing.
pub(crate) async fn ingest_records(State(app): State<App>, Signed(body): Signed) -> Result<Json<IngestAnswer>, Error> {
    let request: IngestRequest = serde_json::from_slice(&body)
        .map_err(|error| Error::new(ProblemType::Malformed, format!("Send an ingest request: {error}.")))?;
    if request.records.len() > MAX_INGEST_RECORDS {
        let detail = format!("Send at most {MAX_INGEST_RECORDS} records.");
        return Err(Error::invalid(vec![FieldError::new("/records", "too_many", detail)]));
    }
    let mut batch = Batch::default();
    for (index, raw) in request.records.iter().enumerate() {
        batch.read(index, raw);
    }
    let now = app.clock.now();
    if let Some(first) = batch.organizations.keys().next() {
        let store = || async {
            let mut tenant = app.db.begin(*first).await?;
            let results = store_batch(&mut tenant, &batch.organizations, now).await?;
            tenant.commit(results).await
        };
        let stored = app.db.transaction("ingest_records", store).await?;
        batch.results.extend(stored);
    }
    Ok(Json(IngestAnswer {
        v: V1,
        results: batch.results.into_values().collect(),
    }))
}

/// A batch by organisation, in an order that is the same for every batch: two that share rows then wait for each other
/// instead of blocking each other for good.
#[derive(Default)]
struct Batch {
    organizations: BTreeMap<OrganizationId, Group>,
    /// By place in the request.
    results: BTreeMap<usize, IngestResult>,
    seen: BTreeSet<Uuid>,
}

/// The records of one organisation by identifier, each with its place in the request.
type Group = BTreeMap<Uuid, (usize, EvaluationRecord)>;

impl Batch {
    fn read(&mut self, index: usize, raw: &RawValue) {
        match parse_record(raw) {
            Err(detail) => _ = self.results.insert(index, IngestResult::Rejected { detail }),
            Ok(record) if !self.seen.insert(record.id.uuid()) => {
                self.results.insert(index, IngestResult::Duplicate);
            }
            Ok(record) => {
                let group = self.organizations.entry(record.organization_id).or_default();
                group.insert(record.id.uuid(), (index, record));
            }
        }
    }
}

async fn store_batch(
    tenant: &mut Tenant,
    organizations: &BTreeMap<OrganizationId, Group>,
    now: DateTime<Utc>,
) -> Result<BTreeMap<usize, IngestResult>, Error> {
    let mut results = BTreeMap::new();
    for (organization, group) in organizations {
        tenant.enter(*organization).await?;
        store_group(tenant, group, now, &mut results).await?;
    }
    Ok(results)
}

async fn store_group(
    tenant: &mut Tenant,
    group: &Group,
    now: DateTime<Utc>,
    results: &mut BTreeMap<usize, IngestResult>,
) -> Result<(), Error> {
    let promotions: BTreeSet<_> = group.values().map(|(_, record)| record.promotion_id.uuid()).collect();
    let promotions = Vec::from_iter(promotions);
    let known = BTreeSet::from_iter(find_promotion_ids(tenant, &promotions).await?);
    let (known, unknown): (Vec<_>, Vec<_>) = group
        .values()
        .partition(|(_, record)| known.contains(&record.promotion_id.uuid()));
    for (index, _) in unknown {
        let detail = "the organisation has no such promotion".to_owned();
        results.insert(*index, IngestResult::Rejected { detail });
    }
    let mut columns = EvaluationColumns::default();
    known.iter().for_each(|(_, record)| push_record(&mut columns, record));
    let inserted = insert_evaluations(tenant, &columns, now).await?;
    let (stored, duplicate): (Vec<_>, Vec<_>) = known
        .into_iter()
        .partition(|(_, record)| inserted.contains(&record.id.uuid()));
    results.extend(
        duplicate
            .into_iter()
            .map(|(index, _)| (*index, IngestResult::Duplicate)),
    );
    results.extend(stored.iter().map(|(index, _)| (*index, IngestResult::Stored)));
    if !stored.is_empty() {
        let records = || stored.iter().map(|(_, record)| record);
        add_usage(tenant, &roll_up(records()), now).await?;
        let (keys, times) = records()
            .map(|record| (record.app_key_id.uuid(), record.at.min(now)))
            .unzip::<_, _, Vec<_>, Vec<_>>();
        touch_app_keys(tenant, &keys, &times).await?;
        let (promotions, versions) = exhausted(records());
        exhaust_promotions(tenant, &promotions, &versions, now).await?;
        count_uses(tenant, records(), now).await?;
    }
    Ok(())
}

/// The promotions that the ledger found exhausted, each with the newest version of which that was told.
fn exhausted<'a>(records: impl Iterator<Item = &'a EvaluationRecord>) -> (Vec<Uuid>, Vec<i64>) {
    let mut versions: BTreeMap<Uuid, i64> = BTreeMap::new();
    for record in records.filter(|record| record.exhausted) {
        let version = i64::try_from(record.version).unwrap_or(i64::MAX);
        let newest = versions.entry(record.promotion_id.uuid()).or_default();
        *newest = version.max(*newest);
    }
    versions.into_iter().unzip()
}

/// Adds the uses of coupons by records that were stored.
async fn count_uses<'a>(
    tenant: &mut Tenant,
    records: impl Iterator<Item = &'a EvaluationRecord>,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    let mut uses: BTreeMap<PromotionId, BTreeMap<&CouponCode, i64>> = BTreeMap::new();
    for record in records.filter(|record| record.redemption_id.is_some()) {
        if let Some(coupon) = &record.coupon {
            *uses.entry(record.promotion_id).or_default().entry(coupon).or_default() += 1;
        }
    }
    if uses.is_empty() {
        return Ok(());
    }
    let mut columns = UseColumns::default();
    for (promotion, coupons) in uses {
        let set = coupon_set(tenant, promotion).await?;
        for (code, uses) in coupons {
            columns.promotion_ids.push(promotion.uuid());
            columns.codes.push(code.to_string());
            columns.batch_ids.push(batch_of(set.as_ref(), code));
            columns.uses.push(uses);
        }
    }
    Ok(add_uses(tenant, &columns, now).await?)
}

/// The batch that generated a code.
fn batch_of(set: Option<&CouponSet>, code: &CouponCode) -> Option<Uuid> {
    match set?.find(code) {
        Match::Generated { batch, .. } => Some(batch.terms().id.uuid()),
        Match::Listed(_) | Match::Unknown => None,
    }
}

/// A record that the database takes, or why there is none.
fn parse_record(raw: &RawValue) -> Result<EvaluationRecord, String> {
    let record: EvaluationRecord = serde_json::from_str(raw.get()).map_err(|error| error.to_string())?;
    let fits = |text: &Option<String>, chars: usize, allowed: fn(u8) -> bool| {
        text.as_ref()
            .is_none_or(|text| text.len() == chars && text.bytes().all(allowed))
    };
    if !fits(&record.country, 2, |byte| byte.is_ascii_uppercase()) {
        return Err("country is no ISO 3166-1 alpha-2 code".to_owned());
    }
    if !fits(&record.city, 3, |byte| {
        byte.is_ascii_uppercase() || byte.is_ascii_digit()
    }) {
        return Err("city is no UN/LOCODE location".to_owned());
    }
    i64::try_from(record.version)
        .map(|_| record)
        .map_err(|_| "version is too large".to_owned())
}

fn push_record(columns: &mut EvaluationColumns, record: &EvaluationRecord) {
    let band = record.age_band.and_then(|band| serde_json::to_value(band).ok());
    columns.ids.push(record.id.uuid());
    columns.promotion_ids.push(record.promotion_id.uuid());
    columns.versions.push(i64::try_from(record.version).unwrap_or(i64::MAX));
    columns.app_key_ids.push(record.app_key_id.uuid());
    columns.modes.push(record.mode.as_str().to_owned());
    columns.times.push(record.at);
    columns
        .reasons
        .push(record.reason.map(|reason| reason.as_str().to_owned()));
    // An amount is below 2^53.
    columns.discount_amounts.push(
        record
            .discount
            .map(|money| i64::try_from(money.amount()).unwrap_or(i64::MAX)),
    );
    columns
        .discount_currencies
        .push(record.discount.map(|money| money.currency().code().to_owned()));
    columns.redemption_ids.push(record.redemption_id.map(|id| id.uuid()));
    columns.countries.push(record.country.clone());
    columns.cities.push(record.city.clone());
    columns
        .age_bands
        .push(band.and_then(|band| band.as_str().map(str::to_owned)));
    columns.response_ms.push(record.response_ms.into());
}

/// What a record adds to.
type UsageKey<'a> = (Uuid, DateTime<Utc>, &'a str, &'a str);

#[derive(Default)]
struct Addition {
    evaluations: i64,
    discount: u128,
    response_ms: i64,
    redemptions: i64,
}

/// The additions of records, by key and so in the one order in which every transaction locks the roll-up's rows.
fn roll_up<'a>(records: impl Iterator<Item = &'a EvaluationRecord>) -> UsageColumns {
    let mut additions: BTreeMap<UsageKey<'_>, Addition> = BTreeMap::new();
    for record in records {
        let reason = record.reason.map_or("", |reason| reason.as_str());
        let currency = record.discount.map_or("", |money| money.currency().code());
        let addition = additions
            .entry((record.promotion_id.uuid(), hour_of(record.at), reason, currency))
            .or_default();
        addition.evaluations += 1;
        addition.discount += record.discount.map_or(0, |money| money.amount().into());
        addition.response_ms += i64::from(record.response_ms);
        addition.redemptions += i64::from(record.redemption_id.is_some());
    }
    let mut columns = UsageColumns::default();
    for ((promotion_id, hour, reason, currency), addition) in additions {
        columns.promotion_ids.push(promotion_id);
        columns.hours.push(hour);
        columns.reasons.push(reason.to_owned());
        columns.currencies.push(currency.to_owned());
        columns.evaluations.push(addition.evaluations);
        columns.discounts.push(addition.discount.to_string());
        columns.response_ms.push(addition.response_ms);
        columns.redemptions.push(addition.redemptions);
    }
    columns
}
