//! The ledger's reconciler: compares what the ledger decided with what is stored of it.
//!
//! ```text
//! promotion ─▶ ask its objects: accepted, on their way, totals ─▶ then the database: stored, duplicate, roll-up
//!   ▶ missing = accepted − stored;  when all is stored: do the totals agree?
//! ```
//!
//! The objects are asked first, so what is decided in between can only be stored beyond that: a look may overlook
//! something while a promotion is busy, and never accuses what is in order.

use std::time::{Duration, Instant};

use anyhow::Context;
use chrono::{DateTime, TimeDelta, Utc};
use engine::ids::{JobId, OrganizationId, PromotionId};
use engine::promotion::PromotionCode;
use engine::wire::v1::{PromotionObjects, TALLY_PATH, TallyAnswer, TallyRequest, V1};

use super::clean_up::next_midnight;
use super::tally::Tally;
use super::{Job, JobError};
use crate::app::App;
use crate::clock::unix_millis;
use crate::db::jobs::{NewJob, insert_job};
use crate::db::ledger_events::find_ledger_totals;
use crate::db::promotions::{LedgerPromotionRow, list_ledger_promotions};
use crate::edge::Edge;
use crate::problem::Error;
use crate::random;

/// Promotions of one statement.
const PAGE_ROWS: i64 = 100;
/// How long one job goes on, well within what a job may take; another one does the rest.
const LONGEST_RUN: Duration = Duration::from_secs(40);
/// How long a change may be on its way. The queue delivers a message up to 100 times, five minutes apart at most, which is
/// 8 h 20 min; and the object sends it again within five minutes.
const LONGEST_WAY: TimeDelta = TimeDelta::hours(9);

/// A promotion by its organisation.
type Place = (OrganizationId, PromotionId);

/// Which promotions are compared.
#[derive(Debug, Clone, Default)]
pub struct LedgerFilter {
    /// Those of one organisation.
    pub organization: Option<OrganizationId>,
    /// Those with one code.
    pub code: Option<PromotionCode>,
}

/// Compares the ledgers of promotions that are no drafts, and answers each promotion's comparison. Safe to repeat.
///
/// # Errors
/// When the database or the edge fails.
pub async fn reconcile_ledger(app: &App, filter: &LedgerFilter) -> Result<Vec<Tally>, Error> {
    let edge = Edge::new(app).map_err(Error::fault)?;
    let mut tallies = Vec::new();
    let mut after = None;
    loop {
        let rows = list_page(app, filter, after).await?;
        let Some(last) = rows.last() else {
            return Ok(tallies);
        };
        after = Some(place(last));
        for row in &rows {
            tallies.push(compare(app, &edge, row).await.map_err(Error::fault)?);
        }
    }
}

/// The job: the promotions behind `after`, for some time. Awaits: asking for the next day's run and for what is left,
/// which others may do too; reading; and asking the edge.
pub(super) async fn run(app: &App, after: Option<Place>) -> Result<(), JobError> {
    schedule(app).await?;
    let edge = Edge::new(app).map_err(JobError::Retry)?;
    let (started, mut after) = (Instant::now(), after);
    loop {
        let rows = list_page(app, &LedgerFilter::default(), after).await?;
        if rows.is_empty() {
            return Ok(());
        }
        for row in &rows {
            if started.elapsed() >= LONGEST_RUN {
                return ask(app, after, None, app.clock.now()).await;
            }
            let tally = compare(app, &edge, row).await.map_err(JobError::Retry)?;
            report(&tally, app.clock.now());
            after = Some(place(row));
        }
    }
}

/// Asks for the next comparison, at midnight UTC. Its key holds the day, so that however often and by whomever it is asked
/// for, it runs once.
pub(super) async fn schedule(app: &App) -> Result<(), JobError> {
    let run_at = next_midnight(app.clock.now());
    let key = format!("reconcile_ledger:{}", run_at.date_naive());
    ask(app, None, Some(&key), run_at).await
}

async fn ask(app: &App, after: Option<Place>, unique_key: Option<&str>, run_at: DateTime<Utc>) -> Result<(), JobError> {
    let now = app.clock.now();
    let new = NewJob {
        id: JobId::from_parts(unix_millis(now), random::bytes()?),
        organization: None,
        job: &Job::ReconcileLedger {
            after_organization: after.map(|(organization, _)| organization),
            after_promotion: after.map(|(_, promotion)| promotion),
        },
        unique_key,
        run_at,
    };
    let mut connection = app.db.worker().acquire().await?;
    insert_job(&mut connection, &new, now).await?;
    Ok(())
}

async fn list_page(
    app: &App,
    filter: &LedgerFilter,
    after: Option<Place>,
) -> Result<Vec<LedgerPromotionRow>, sqlx::Error> {
    let code = filter.code.as_ref();
    list_ledger_promotions(app.db.worker(), filter.organization, code, after, PAGE_ROWS).await
}

fn place(row: &LedgerPromotionRow) -> Place {
    (row.organization_id.into(), row.id.into())
}

async fn compare(app: &App, edge: &Edge, row: &LedgerPromotionRow) -> anyhow::Result<Tally> {
    let (organization_id, promotion_id) = place(row);
    let objects = PromotionObjects {
        organization_id,
        promotion_id,
        counted: row.counted,
    };
    let request = TallyRequest { v: V1, objects };
    let answer: TallyAnswer = edge
        .post(TALLY_PATH, &request)
        .await
        .with_context(|| format!("the ledger of {organization_id} {} cannot be compared", row.code))?;
    let mut tenant = app.db.begin(organization_id).await?;
    let stored = find_ledger_totals(&mut tenant, promotion_id).await?;
    Tally::new(organization_id, row.code.clone(), &answer, &stored)
}

/// Logs what somebody has to look at.
fn report(tally: &Tally, now: DateTime<Utc>) {
    if is_wrong(tally, now) {
        tracing::error!(
            tally = %tally,
            oldest_outstanding_at = tally.oldest_outstanding_at.map(tracing::field::display),
            "the ledger and what is stored of it differ"
        );
    }
}

/// Whether something is amiss that does not come right by itself. What is on its way has its time.
fn is_wrong(tally: &Tally, now: DateTime<Utc>) -> bool {
    let oldest = tally.oldest_outstanding_at;
    let is_late = tally.missing > 0 && oldest.is_some_and(|oldest| oldest < now - LONGEST_WAY);
    is_late || tally.lost > 0 || tally.duplicate > 0 || !tally.differences.is_empty()
}

#[cfg(test)]
mod tests {
    use super::super::Difference;
    use super::*;

    #[test]
    fn what_has_its_time_is_not_wrong() {
        let now: DateTime<Utc> = "2026-11-22T00:00:00Z".parse().unwrap();
        let check = |change: fn(&mut Tally), oldest: &str, expected| {
            let mut tally = Tally {
                organization: OrganizationId::from_parts(1, [1; 10]),
                code: "summer".to_owned(),
                accepted: 3,
                stored: 3,
                duplicate: 0,
                missing: 0,
                lost: 0,
                oldest_outstanding_at: Some(oldest.parse().unwrap()),
                differences: Vec::new(),
            };
            change(&mut tally);
            assert_eq!(is_wrong(&tally, now), expected, "{tally} {oldest}");
        };
        let (young, old) = ("2026-11-21T15:00:00Z", "2026-11-21T14:59:59Z");
        check(|_| (), young, false);
        check(|tally| tally.missing = 1, young, false);
        check(|tally| tally.missing = 1, old, true);
        // Stored, and only its acknowledgement is late.
        check(|_| (), old, false);
        check(|tally| tally.lost = 1, young, true);
        check(|tally| tally.duplicate = 1, young, true);
        let difference = |tally: &mut Tally| {
            tally.differences.push(Difference {
                what: "redemptions".to_owned(),
                ledger: 1,
                reports: 2,
            });
        };
        check(difference, young, true);
    }
}
