//! Takes what the edge's queue delivers: records of evaluations and changes of the ledger.
//!
//! ```text
//! messages ▶ parse ▶ by organisation ▶ insert records and events by their identifiers
//!   ▶ of those inserted now: roll-up, uses of coupons, what is exhausted ▶ commit ▶ one result for each message
//! ```
//!
//! The queue delivers at least once and in any order, so every step is safe to repeat: only what was stored now has
//! effects, in the same transaction, and they are sums. The answer follows the commit. A message that can never be stored
//! is rejected alone; the others of its batch are stored.

mod columns;
mod message;
mod sums;

use std::collections::BTreeSet;
use std::collections::btree_map::{BTreeMap, Entry};

use axum::Json;
use axum::body::Bytes;
use axum::extract::{FromRequest, Request, State};
use chrono::{DateTime, Utc};
use engine::coupon::{CouponCode, CouponSet, Match};
use engine::ids::OrganizationId;
use engine::problem::{FieldError, ProblemType};
use engine::wire::v1::{
    EvaluationRecord, IngestAnswer, IngestRequest, IngestResult, LedgerEvent, MAX_INGEST_RECORDS, V1,
};
use serde_json::value::RawValue;
use uuid::Uuid;

use crate::app::App;
use crate::client::SignedByEdge;
use crate::coupons::coupon_set;
use crate::db::Tenant;
use crate::db::app_keys::touch_app_keys;
use crate::db::coupons::{UseColumns, add_uses};
use crate::db::evaluations::{EvaluationColumns, insert_evaluations};
use crate::db::ledger_events::{EventColumns, insert_ledger_events};
use crate::db::promotions::{exhaust_promotions, find_promotion_ids, give_back_to_promotions};
use crate::db::usage::add_usage;
use crate::problem::Error;
use columns::{push_event, push_record};
use message::{Message, MessageId};
use sums::{Inserted, Uses};

/// Largest body: a message has under 2 KiB, so a full batch fits five times over; what is larger did not come from the
/// edge's own.
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
}

/// The messages of one organisation by identifier, each with its place in the request.
type Group = BTreeMap<MessageId, (usize, Message)>;

impl Batch {
    fn read(&mut self, index: usize, raw: &RawValue) {
        let message = match Message::parse(raw) {
            Ok(message) => message,
            Err(detail) => {
                self.results.insert(index, IngestResult::Rejected { detail });
                return;
            }
        };
        let group = self.organizations.entry(message.organization()).or_default();
        match group.entry(message.id()) {
            Entry::Occupied(_) => _ = self.results.insert(index, IngestResult::Duplicate),
            Entry::Vacant(place) => _ = place.insert((index, message)),
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
    let promotions: BTreeSet<_> = group.values().map(|(_, message)| message.promotion().uuid()).collect();
    let promotions = Vec::from_iter(promotions);
    let known = BTreeSet::from_iter(find_promotion_ids(tenant, &promotions).await?);
    let (known, unknown): (Vec<_>, Vec<_>) = group
        .values()
        .partition(|(_, message)| known.contains(&message.promotion().uuid()));
    for (index, _) in unknown {
        let detail = "the organisation has no such promotion".to_owned();
        results.insert(*index, IngestResult::Rejected { detail });
    }
    let messages = || known.iter().map(|(_, message)| message);
    let (records, record_ids) = insert_records(tenant, messages(), now).await?;
    let (events, event_ids) = insert_events(tenant, messages(), now).await?;
    for (index, message) in &known {
        let is_stored = match message.id() {
            MessageId::Record(id) => record_ids.contains(&id),
            MessageId::Event(id) => event_ids.contains(&id),
        };
        let result = if is_stored {
            IngestResult::Stored
        } else {
            IngestResult::Duplicate
        };
        results.insert(*index, result);
    }
    apply(tenant, &Inserted { records, events }, now).await
}

/// Stores the records of messages, each once however many bring it; those that were stored now, and their identifiers.
async fn insert_records<'m>(
    tenant: &mut Tenant,
    messages: impl Iterator<Item = &'m Message>,
    now: DateTime<Utc>,
) -> Result<(Vec<&'m EvaluationRecord>, BTreeSet<Uuid>), Error> {
    let records: BTreeMap<_, _> = messages
        .filter_map(Message::record)
        .map(|record| (record.id.uuid(), record))
        .collect();
    let mut columns = EvaluationColumns::default();
    records.values().for_each(|record| push_record(&mut columns, record));
    let ids = insert_evaluations(tenant, &columns, now).await?;
    let inserted = records.into_iter().filter(|(id, _)| ids.contains(id));
    Ok((inserted.map(|(_, record)| record).collect(), ids))
}

/// The same of events.
async fn insert_events<'m>(
    tenant: &mut Tenant,
    messages: impl Iterator<Item = &'m Message>,
    now: DateTime<Utc>,
) -> Result<(Vec<&'m LedgerEvent>, BTreeSet<Uuid>), Error> {
    let events: Vec<_> = messages.filter_map(Message::event).collect();
    let mut columns = EventColumns::default();
    events.iter().for_each(|event| push_event(&mut columns, event));
    let ids = insert_ledger_events(tenant, &columns, now).await?;
    let inserted = events.into_iter().filter(|event| ids.contains(&event.id.uuid()));
    Ok((inserted.collect(), ids))
}

/// Stores what follows from what was stored. Not safe to repeat: only in one transaction with that.
async fn apply(tenant: &mut Tenant, inserted: &Inserted<'_>, now: DateTime<Utc>) -> Result<(), Error> {
    if inserted.is_empty() {
        return Ok(());
    }
    add_usage(tenant, &inserted.usage(), now).await?;
    let (keys, times) = inserted
        .records
        .iter()
        .map(|record| (record.app_key_id.uuid(), record.at.min(now)))
        .unzip::<_, _, Vec<_>, Vec<_>>();
    touch_app_keys(tenant, &keys, &times).await?;
    let (promotions, times) = inserted.given_back();
    give_back_to_promotions(tenant, &promotions, &times).await?;
    let (promotions, versions, times) = inserted.exhausted();
    exhaust_promotions(tenant, &promotions, &versions, &times).await?;
    count_uses(tenant, inserted.uses(), now).await
}

async fn count_uses(tenant: &mut Tenant, uses: Uses<'_>, now: DateTime<Utc>) -> Result<(), Error> {
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
