//! The runner: takes jobs that are due and does them, a few at a time.
//!
//! Any number of processes run one. A claim passes over rows that another is claiming, and a lease keeps a row from the
//! others while it is worked on; what an attempt writes about its job goes by the attempt's number, so that one that
//! lost its lease writes nothing. Who dies leaves a lease that runs out.

use std::time::Duration;

use anyhow::{Context, anyhow};
use chrono::{DateTime, TimeDelta, Utc};
use engine::ids::JobId;
use sqlx::postgres::PgListener;
use tokio::task::{JoinError, JoinSet};
use tokio_util::sync::CancellationToken;
use tracing::Instrument;

use super::{Job, JobError, MAX_RUNNING_JOBS, clean_up, demographics, ledger, partitions, reconcile};
use crate::app::App;
use crate::db::jobs::{self, ClaimedRow};
use crate::random;

/// How often jobs are looked for without a notification: when one's time has come, and after one that was lost with
/// its connection.
const POLL: Duration = Duration::from_secs(1);
/// Longest run of an attempt: twice what the slowest, a mail over a slow line, may take.
const RUN_TIMEOUT: Duration = Duration::from_secs(60);
/// How long a job is its worker's: longer than it may run and its outcome may take to be written.
const LEASE: TimeDelta = TimeDelta::seconds(120);
/// Attempts until a job is given up. With the delays below that takes some ten hours: a mail server's bad night.
const MAX_ATTEMPTS: i32 = 20;
/// Longest delay before the second attempt, in milliseconds; it doubles with each.
const FIRST_DELAY_MS: i64 = 5_000;
/// Longest delay of all, in milliseconds: an hour, so that what is back by then is used before the day is over.
const LONGEST_DELAY_MS: i64 = 60 * 60 * 1_000;
/// What is kept of an error, in characters: its cause stands at the beginning.
const MAX_ERROR_CHARS: usize = 500;
/// What is written about a job whose last attempt nobody wrote about.
const LOST: &str =
    "the last attempt took its worker down with it, or ran into its lease's end: see the log of that time";

/// The runner of one process.
#[derive(Debug)]
pub(super) struct Runner {
    app: App,
}

/// What becomes of a job after an attempt.
#[derive(Debug, PartialEq, Eq)]
enum Verdict {
    Finished,
    Again(DateTime<Utc>),
    Dead,
}

impl Runner {
    pub(super) fn new(app: &App) -> Self {
        Self { app: app.clone() }
    }

    /// Works until `stop`, then waits for what runs. A failure of the database starts it over.
    pub(super) async fn run(&self, stop: CancellationToken) {
        let mut running = JoinSet::new();
        while !stop.is_cancelled() {
            if let Err(error) = self.work(&mut running, &stop).await {
                tracing::error!(
                    error = format!("{error:#}"),
                    "the jobs lost their database, starting over"
                );
                stop.run_until_cancelled(tokio::time::sleep(POLL)).await;
            }
        }
        while let Some(ended) = running.join_next().await {
            report_panic(ended);
        }
    }

    /// Takes and starts jobs until `stop` or a failure. A claim is not interrupted: its jobs would wait for their
    /// leases to run out.
    async fn work(&self, running: &mut JoinSet<()>, stop: &CancellationToken) -> anyhow::Result<()> {
        let pool = self.app.db.worker();
        let mut listener = PgListener::connect_with(pool).await.context("no listener")?;
        listener.listen(jobs::CHANNEL).await.context("no listener")?;
        clean_up::schedule(&self.app)
            .await
            .map_err(|error| error.into_cause().context("the cleaning cannot be scheduled"))?;
        partitions::schedule(&self.app)
            .await
            .map_err(|error| error.into_cause().context("the partitions cannot be scheduled"))?;
        reconcile::schedule(&self.app)
            .await
            .map_err(|error| error.into_cause().context("the comparison cannot be scheduled"))?;
        ledger::schedule(&self.app).await.map_err(|error| {
            error
                .into_cause()
                .context("the ledger's comparison cannot be scheduled")
        })?;
        demographics::schedule(&self.app).await.map_err(|error| {
            error
                .into_cause()
                .context("the telling of demographic figures cannot be scheduled")
        })?;
        while !stop.is_cancelled() {
            self.start_due(running).await?;
            tokio::select! {
                () = stop.cancelled() => {}
                received = listener.recv() => drop(received.context("the listener failed")?),
                Some(ended) = running.join_next() => report_panic(ended),
                () = tokio::time::sleep(POLL) => {}
            }
        }
        Ok(())
    }

    /// Starts what is due, as far as there is room.
    async fn start_due(&self, running: &mut JoinSet<()>) -> anyhow::Result<()> {
        let (pool, now) = (self.app.db.worker(), self.app.clock.now());
        for id in jobs::bury_lost_jobs(pool, MAX_ATTEMPTS, LOST, now)
            .await
            .context("giving up failed")?
        {
            tracing::error!(job_id = %JobId::from(id), error = LOST, "job given up");
        }
        let room = i64::from(MAX_RUNNING_JOBS) - i64::try_from(running.len()).unwrap_or(i64::MAX);
        if room <= 0 {
            return Ok(());
        }
        for row in jobs::claim_jobs(pool, now, now + LEASE, room)
            .await
            .context("claiming failed")?
        {
            let (id, attempt) = (JobId::from(row.id), row.attempts);
            let span = tracing::info_span!("job", job_id = %id, kind = row.kind, attempt);
            running.spawn(run_job(self.app.clone(), row).instrument(span));
        }
        Ok(())
    }
}

/// One attempt and its record. Awaits: the handler, which says itself why repeating it is safe; and the record, without
/// which the lease runs out and the job runs again.
async fn run_job(app: App, row: ClaimedRow) {
    let outcome = attempt(&app, row.id.into(), row.payload).await;
    let now = app.clock.now();
    let verdict = judge(&outcome, row.attempts, now, random_share());
    let error = outcome
        .err()
        .map(JobError::into_cause)
        .map(describe)
        .unwrap_or_default();
    let pool = app.db.worker();
    let recorded = match verdict {
        Verdict::Finished => {
            tracing::info!("job finished");
            jobs::finish_job(pool, row.id, row.attempts, now).await
        }
        Verdict::Again(run_at) => {
            tracing::warn!(error, %run_at, "job failed, to be run again");
            jobs::postpone_job(pool, row.id, row.attempts, run_at, &error).await
        }
        Verdict::Dead => {
            tracing::error!(error, "job given up");
            jobs::bury_job(pool, row.id, row.attempts, &error, now).await
        }
    };
    match recorded {
        Ok(true) => {}
        Ok(false) => tracing::warn!("the job was cancelled meanwhile, or another worker has its lease"),
        Err(error) => {
            let error = anyhow::Error::new(error);
            tracing::error!(
                error = format!("{error:#}"),
                "the outcome was not recorded: the job runs again"
            );
        }
    }
}

async fn attempt(app: &App, id: JobId, payload: serde_json::Value) -> Result<(), JobError> {
    let job = Job::from_payload(payload)
        .map_err(|error| JobError::Retry(anyhow::Error::new(error).context("this release does not know the job")))?;
    tokio::time::timeout(RUN_TIMEOUT, job.run(app, id))
        .await
        .unwrap_or_else(|_| {
            Err(JobError::Retry(anyhow!(
                "it took longer than {} s",
                RUN_TIMEOUT.as_secs()
            )))
        })
}

fn judge(outcome: &Result<(), JobError>, attempts: i32, now: DateTime<Utc>, random: u16) -> Verdict {
    match outcome {
        Ok(()) => Verdict::Finished,
        Err(JobError::Retry(_)) if attempts < MAX_ATTEMPTS => Verdict::Again(now + delay(attempts, random)),
        Err(JobError::Retry(_) | JobError::Permanent(_)) => Verdict::Dead,
    }
}

/// Doubles with each attempt up to a cap, and is random in its upper half, so that jobs that failed together do not all
/// come back together.
fn delay(attempts: i32, random: u16) -> TimeDelta {
    let doublings = u32::try_from(attempts.saturating_sub(1)).unwrap_or(0);
    let factor = 2_i64.checked_pow(doublings).unwrap_or(i64::MAX);
    let half_ms = FIRST_DELAY_MS.saturating_mul(factor).min(LONGEST_DELAY_MS) / 2;
    TimeDelta::milliseconds(half_ms + half_ms * i64::from(random) / i64::from(u16::MAX))
}

/// Without randomness the longest delay does as well.
fn random_share() -> u16 {
    random::bytes().map_or(u16::MAX, u16::from_le_bytes)
}

fn describe(error: anyhow::Error) -> String {
    format!("{error:#}").chars().take(MAX_ERROR_CHARS).collect()
}

/// A panic leaves a lease that runs out; its message is in the log, from the panic hook.
fn report_panic(ended: Result<(), JoinError>) {
    if let Err(error) = ended {
        tracing::error!(error = %error, "a job's task ended early: the job runs again");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attempts_are_judged() {
        let now = DateTime::UNIX_EPOCH;
        let retry = || Err(JobError::Retry(anyhow!("x")));
        let check = |outcome, attempts, expected| assert_eq!(judge(&outcome, attempts, now, u16::MAX), expected);
        check(Ok(()), 1, Verdict::Finished);
        check(Ok(()), MAX_ATTEMPTS + 1, Verdict::Finished);
        check(retry(), 1, Verdict::Again(now + TimeDelta::seconds(5)));
        check(retry(), MAX_ATTEMPTS - 1, Verdict::Again(now + TimeDelta::hours(1)));
        check(retry(), MAX_ATTEMPTS, Verdict::Dead);
        check(Err(JobError::Permanent(anyhow!("x"))), 1, Verdict::Dead);
    }

    #[test]
    fn delays_double_are_bounded_and_vary() {
        let check = |attempts, random, ms| assert_eq!(delay(attempts, random).num_milliseconds(), ms, "{attempts}");
        check(1, 0, 2_500);
        check(1, u16::MAX, 5_000);
        check(2, u16::MAX, 10_000);
        check(10, u16::MAX, 2_560_000);
        check(11, u16::MAX, LONGEST_DELAY_MS);
        check(i32::MAX, 0, LONGEST_DELAY_MS / 2);
        check(i32::MIN, u16::MAX, 5_000);
    }

    #[test]
    fn a_lease_outlasts_its_run() {
        assert!(LEASE.to_std().unwrap() > RUN_TIMEOUT + RUN_TIMEOUT / 2);
    }

    #[test]
    fn errors_are_cut() {
        assert_eq!(
            describe(anyhow!("é".repeat(MAX_ERROR_CHARS + 1))),
            "é".repeat(MAX_ERROR_CHARS)
        );
        assert_eq!(describe(anyhow!("inner").context("outer")), "outer: inner");
    }
}
