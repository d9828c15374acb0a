//! Takes what the edge's queue delivers: records of evaluations and changes of the ledger.
//!
//! ```text
//! messages ▶ parse ─ unknown version ─▶ parked
//!              └▶ by organisation ▶ append what is not there yet
//!                   ▶ of that: uses of coupons, what is exhausted ▶ commit ▶ one result for each message
//! ```
//!
//! The queue delivers at least once and in any order, so every step is safe to repeat: only what was stored now has
//! effects, in the same transaction, and they are sums. The answer follows the commit. A message that can never be stored
//! is rejected alone; the others of its batch are stored.

mod effects;
mod message;
mod parking;

use std::collections::BTreeSet;
use std::collections::btree_map::{BTreeMap, Entry};

use chrono::{DateTime, Utc};
use engine::coupon::{CouponCode, CouponSet, Match};
use engine::ids::OrganizationId;
use engine::wire::v1::IngestResult;
use serde_json::value::RawValue;
use uuid::Uuid;

use crate::app::App;
use crate::coupons::coupon_set;
use crate::db::Tenant;
use crate::db::app_keys::touch_app_keys;
use crate::db::coupons::{UseColumns, add_uses};
use crate::db::promotions::{exhaust_promotions, find_promotion_ids, give_back_to_promotions};
use crate::problem::Error;
use crate::store::{Entries, EvaluationStore};
use effects::Uses;
use message::{Message, MessageId, Refusal};
pub(crate) use parking::{Parked, park};
pub use parking::{Replayed, list_parked, replay_parked};

/// Stores messages, and answers the fate of each. One transaction, and before it the parking, which may be repeated: so a
/// repetition after any failure finds either all of it done or nothing.
pub(crate) async fn take_messages(app: &App, messages: &[Box<RawValue>]) -> Result<Vec<IngestResult>, Error> {
    let now = app.clock.now();
    let mut batch = Batch::default();
    for (index, raw) in messages.iter().enumerate() {
        batch.read(index, raw, now - app.retention);
    }
    park(app, &batch.parked).await?;
    if let Some(first) = batch.organizations.keys().next() {
        let store = || async {
            let mut tenant = app.db.begin(*first).await?;
            let results = store_batch(app, &mut tenant, &batch.organizations, now).await?;
            tenant.commit(results).await
        };
        let stored = app.db.transaction("ingest_records", store).await?;
        batch.results.extend(stored);
    }
    Ok(batch.results.into_values().collect())
}

/// A batch by organisation, in an order that is the same for every batch: two that share rows then wait for each other
/// instead of blocking each other for good.
#[derive(Default)]
struct Batch {
    organizations: BTreeMap<OrganizationId, Group>,
    parked: Vec<Parked>,
    /// By place in the request.
    results: BTreeMap<usize, IngestResult>,
}

/// The messages of one organisation by identifier, each with its place in the request.
type Group = BTreeMap<MessageId, (usize, Message)>;

impl Batch {
    fn read(&mut self, index: usize, raw: &RawValue, oldest: DateTime<Utc>) {
        let message = match Message::parse(raw, oldest) {
            Ok(message) => message,
            Err(Refusal::Bad(detail)) => {
                self.results.insert(index, IngestResult::Rejected { detail });
                return;
            }
            Err(Refusal::Unknown(reason)) => {
                self.parked.push(Parked::new(reason, raw.get()));
                self.results.insert(index, IngestResult::Parked);
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
    app: &App,
    tenant: &mut Tenant,
    organizations: &BTreeMap<OrganizationId, Group>,
    now: DateTime<Utc>,
) -> Result<BTreeMap<usize, IngestResult>, Error> {
    let mut results = BTreeMap::new();
    for (organization, group) in organizations {
        if *organization != tenant.organization() {
            tenant.enter(*organization).await?;
        }
        store_group(app, tenant, group, now, &mut results).await?;
    }
    Ok(results)
}

async fn store_group(
    app: &App,
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
    let entries = entries_of(known.iter().map(|(_, message)| message));
    let stored = app.store.append(tenant, &entries, now).await?;
    let ids = message_ids(&stored);
    for (index, message) in &known {
        let result = if ids.contains(&message.id()) {
            IngestResult::Stored
        } else {
            IngestResult::Duplicate
        };
        results.insert(*index, result);
    }
    apply(tenant, &stored, now).await
}

/// Records and events, each once however many messages bring it.
fn entries_of<'m>(messages: impl Iterator<Item = &'m Message> + Clone) -> Entries<'m> {
    let records = messages.clone().filter_map(Message::record);
    let records: BTreeMap<_, _> = records.map(|record| (record.id, record)).collect();
    Entries {
        records: records.into_values().collect(),
        events: messages.filter_map(Message::event).collect(),
    }
}

fn message_ids(entries: &Entries<'_>) -> BTreeSet<MessageId> {
    let records = entries.records.iter().map(|record| MessageId::Record(record.id.uuid()));
    let events = entries.events.iter().map(|event| MessageId::Event(event.id.uuid()));
    records.chain(events).collect()
}

/// Stores what follows at once from what was stored. Not safe to repeat: only in one transaction with that. Rows that
/// other batches want come last, so that they are held for a short time.
async fn apply(tenant: &mut Tenant, stored: &Entries<'_>, now: DateTime<Utc>) -> Result<(), Error> {
    if stored.is_empty() {
        return Ok(());
    }
    count_uses(tenant, effects::uses(stored), now).await?;
    let (promotions, times) = effects::given_back(stored);
    if !promotions.is_empty() {
        give_back_to_promotions(tenant, &promotions, &times).await?;
    }
    let (promotions, versions, times) = effects::exhausted(stored);
    if !promotions.is_empty() {
        exhaust_promotions(tenant, &promotions, &versions, &times).await?;
    }
    let uses = stored.records.iter();
    let (keys, times) = uses
        .map(|record| (record.app_key_id.uuid(), record.at.min(now)))
        .unzip::<_, _, Vec<_>, Vec<_>>();
    if !keys.is_empty() {
        touch_app_keys(tenant, &keys, &times).await?;
    }
    Ok(())
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
