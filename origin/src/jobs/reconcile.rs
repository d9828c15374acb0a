//! The reconciler: compares what the edge has with what it was told, and tells it again what drifted.
//!
//! ```text
//! keys whose newest row is published ─▶ ask the edge, page by page ─▶ equal, missing or different
//!   ▶ of these the rows that are still the newest ▶ due again in the outbox
//! ```

use std::collections::BTreeSet;

use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use engine::ids::JobId;
use engine::wire::v1::{INSPECT_PATH, InspectAnswer, InspectRequest, Inspected, MAX_INSPECTED_KEYS, V1};

use super::{Job, JobError};
use crate::app::App;
use crate::clock::unix_millis;
use crate::coupons::publish_pending;
use crate::db::coupons::list_forgotten_promotions;
use crate::db::jobs::{self, NewJob};
use crate::db::outbox::{self, OutboxRow};
use crate::edge::Edge;
use crate::problem::Error;
use crate::random;

/// How long after its confirmation a value is looked at: Cloudflare KV shows a write everywhere after a minute.
const SETTLED: TimeDelta = TimeDelta::minutes(2);
/// Pages of one run of the job: 1,000 keys, for which an edge that takes two seconds a page leaves time.
const PAGES_PER_RUN: usize = 20;

/// What a comparison found.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Reconciled {
    /// Keys that were compared.
    pub checked: usize,
    /// Those of which the edge has what it was told.
    pub equal: usize,
    /// Those of which it has nothing.
    pub missing: usize,
    /// Those of which it has something else.
    pub different: usize,
}

/// Whether what drifted is told again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repair {
    /// It is.
    Yes,
    /// It is only counted.
    No,
}

/// Compares everything. Safe to repeat.
///
/// # Errors
/// When the database or the edge fails.
pub async fn reconcile_all(app: &App, repair: Repair) -> Result<Reconciled, Error> {
    let edge = Edge::new(app).map_err(Error::fault)?;
    let mut sum = Reconciled::default();
    let mut after = String::new();
    while let Some(page) = list_page(app, &after).await? {
        sum = sum.plus(
            compare_page(app, &edge, &page.rows, repair)
                .await
                .map_err(Error::fault)?,
        );
        after = page.last;
    }
    Ok(sum)
}

/// The job: some pages behind `after`, with repair. Awaits: reading; asking the edge; putting rows into the outbox again,
/// which a repetition finds there; and asking for coupons' jobs and for the next run. An edge that does not answer is left
/// to that one.
pub(super) async fn reconcile(app: &App, after: &str) -> Result<(), JobError> {
    let edge = Edge::new(app).map_err(JobError::Retry)?;
    let mut sum = Reconciled::default();
    let mut after = after.to_owned();
    for _ in 0..PAGES_PER_RUN {
        let Some(page) = list_page(app, &after).await? else {
            sum.log();
            ask_for_forgotten_coupons(app).await?;
            return schedule(app).await;
        };
        match compare_page(app, &edge, &page.rows, Repair::Yes).await {
            Ok(found) => sum = sum.plus(found),
            Err(error) => {
                tracing::warn!(error = format!("{error:#}"), "what the edge has cannot be compared");
                return schedule(app).await;
            }
        }
        after = page.last;
    }
    sum.log();
    go_on(app, after).await
}

/// Asks for coupons whose job was given up: the edge was away for longer than a job waits.
async fn ask_for_forgotten_coupons(app: &App) -> Result<(), JobError> {
    let limit = i64::try_from(MAX_INSPECTED_KEYS).unwrap_or(i64::MAX);
    for (organization, promotion) in list_forgotten_promotions(app.db.worker(), limit).await? {
        let now = app.clock.now();
        let mut tenant = app.db.begin(organization.into()).await?;
        publish_pending(&mut tenant, promotion.into(), now).await?;
        tenant.commit(()).await?;
        tracing::warn!(%promotion, "coupons waited for the ledger, and no job was there to tell it");
    }
    Ok(())
}

/// Asks for the next comparison, at the full hour. Its key holds the hour, so that however often and by whomever it is
/// asked for, it runs once.
pub(super) async fn schedule(app: &App) -> Result<(), JobError> {
    let run_at = next_hour(app.clock.now());
    let key = format!("reconcile:{}", run_at.format("%Y-%m-%dT%H"));
    ask(app, String::new(), &key, run_at).await
}

/// Asks for the pages behind `after`, at once.
async fn go_on(app: &App, after: String) -> Result<(), JobError> {
    let now = app.clock.now();
    let key = format!("reconcile:{}:{after}", now.format("%Y-%m-%dT%H"));
    ask(app, after, &key, now).await
}

async fn ask(app: &App, after: String, key: &str, run_at: DateTime<Utc>) -> Result<(), JobError> {
    let now = app.clock.now();
    let new = NewJob {
        id: JobId::from_parts(unix_millis(now), random::bytes()?),
        organization: None,
        job: &Job::Reconcile { after },
        unique_key: Some(key),
        run_at,
    };
    let mut connection = app.db.worker().acquire().await?;
    jobs::insert_job(&mut connection, &new, now).await?;
    Ok(())
}

/// Rows in the order of their keys, and the last key.
struct Page {
    rows: Vec<OutboxRow>,
    last: String,
}

async fn list_page(app: &App, after: &str) -> Result<Option<Page>, sqlx::Error> {
    let settled_at = app.clock.now() - SETTLED;
    let limit = i64::try_from(MAX_INSPECTED_KEYS).unwrap_or(i64::MAX);
    let rows = outbox::list_published_outbox(app.db.worker(), after, settled_at, limit).await?;
    let last = rows.last().map(|row| row.key.clone());
    Ok(last.map(|last| Page { rows, last }))
}

async fn compare_page(app: &App, edge: &Edge, rows: &[OutboxRow], repair: Repair) -> anyhow::Result<Reconciled> {
    let keys: BTreeSet<_> = rows.iter().map(|row| row.key.clone()).collect();
    let answer: InspectAnswer = edge.post(INSPECT_PATH, &InspectRequest { v: V1, keys }).await?;
    let is_equal = |row: &&OutboxRow| answer.found.get(&row.key) == Some(&Inspected::of(&row.value));
    let (equal, drifted): (Vec<_>, Vec<_>) = rows.iter().partition(is_equal);
    let ids: Vec<_> = drifted.iter().map(|row| row.id).collect();
    // A newer value of a key may have gone out since the rows were read.
    let newest: BTreeSet<_> = outbox::find_newest_outbox(app.db.worker(), &ids)
        .await?
        .into_iter()
        .collect();
    let drifted = drifted.into_iter().filter(|row| newest.contains(&row.id));
    let (different, missing): (Vec<_>, Vec<_>) = drifted.partition(|row| answer.found.contains_key(&row.key));
    for row in different.iter().chain(&missing) {
        tracing::warn!(key = row.key, "the edge has not what it was told");
    }
    if repair == Repair::Yes {
        send_again(app, &Vec::from_iter(newest)).await?;
    }
    Ok(Reconciled {
        checked: equal.len() + different.len() + missing.len(),
        equal: equal.len(),
        missing: missing.len(),
        different: different.len(),
    })
}

/// Makes rows due again; their promotions are not live until then.
async fn send_again(app: &App, ids: &[i64]) -> Result<(), sqlx::Error> {
    let now = app.clock.now();
    let mut transaction = app.db.worker().begin().await?;
    outbox::lock_promotions_of_outbox(&mut transaction, ids).await?;
    let repeated = outbox::repeat_outbox(&mut transaction, ids, now).await?;
    outbox::withdraw_promotions(&mut transaction, &repeated).await?;
    transaction.commit().await
}

fn next_hour(now: DateTime<Utc>) -> DateTime<Utc> {
    let hour = TimeDelta::hours(1);
    // Only the year 262,000 cannot be rounded.
    now.duration_trunc(hour).unwrap_or(now) + hour
}

impl Reconciled {
    const fn plus(self, other: Self) -> Self {
        Self {
            checked: self.checked + other.checked,
            equal: self.equal + other.equal,
            missing: self.missing + other.missing,
            different: self.different + other.different,
        }
    }

    fn log(&self) {
        let Self {
            checked,
            equal,
            missing,
            different,
        } = *self;
        tracing::info!(checked, equal, missing, different, "compared with the edge");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_hour_is_full() {
        let check = |now: &str, expected: &str| {
            let time = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
            assert_eq!(next_hour(time(now)), time(expected), "{now}");
        };
        check("2026-11-21T10:30:00Z", "2026-11-21T11:00:00Z");
        check("2026-12-31T23:59:59.999Z", "2027-01-01T00:00:00Z");
        check("2026-11-21T11:00:00Z", "2026-11-21T12:00:00Z");
    }
}
