//! Appending: raw rows by their identifiers, and the batch that waits to be summed.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::Entries;
use super::columns::{push_event, push_record};
use crate::db::Tenant;
use crate::db::evaluations::{EvaluationColumns, insert_evaluations};
use crate::db::ledger_events::{EventColumns, insert_ledger_events};
use crate::db::roll_up::insert_batch;

/// Stores what is not there yet, and answers what that was. Safe to repeat.
pub(super) async fn append<'m>(
    tenant: &mut Tenant,
    entries: &Entries<'m>,
    now: DateTime<Utc>,
) -> Result<Entries<'m>, sqlx::Error> {
    let ids: BTreeSet<Uuid> = ids(entries).collect();
    let (Some(first), Some(last)) = (ids.first(), ids.last()) else {
        return Ok(Entries::default());
    };
    let batch = insert_batch(tenant, *first, *last, now).await?;
    let records = insert_records(tenant, batch, entries, now).await?;
    let events = insert_events(tenant, batch, entries, now).await?;
    let of_records = entries
        .records
        .iter()
        .filter(|record| records.contains(&record.id.uuid()));
    let of_events = entries.events.iter().filter(|event| events.contains(&event.id.uuid()));
    Ok(Entries {
        records: of_records.copied().collect(),
        events: of_events.copied().collect(),
    })
}

fn ids(entries: &Entries<'_>) -> impl Iterator<Item = Uuid> {
    let records = entries.records.iter().map(|record| record.id.uuid());
    records.chain(entries.events.iter().map(|event| event.id.uuid()))
}

async fn insert_records(
    tenant: &mut Tenant,
    batch: i64,
    entries: &Entries<'_>,
    now: DateTime<Utc>,
) -> Result<BTreeSet<Uuid>, sqlx::Error> {
    if entries.records.is_empty() {
        return Ok(BTreeSet::new());
    }
    let mut columns = EvaluationColumns::default();
    entries
        .records
        .iter()
        .for_each(|record| push_record(&mut columns, record));
    insert_evaluations(tenant, batch, &columns, now).await
}

async fn insert_events(
    tenant: &mut Tenant,
    batch: i64,
    entries: &Entries<'_>,
    now: DateTime<Utc>,
) -> Result<BTreeSet<Uuid>, sqlx::Error> {
    if entries.events.is_empty() {
        return Ok(BTreeSet::new());
    }
    let mut columns = EventColumns::default();
    entries.events.iter().for_each(|event| push_event(&mut columns, event));
    insert_ledger_events(tenant, batch, &columns, now).await
}
