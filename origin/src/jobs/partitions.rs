//! The partitions of raw records: made ahead, and dropped when their time has passed.

use anyhow::Context;
use chrono::{DateTime, TimeDelta, Utc};
use engine::ids::JobId;

use super::clean_up::next_midnight;
use super::{Job, JobError};
use crate::app::App;
use crate::clock::unix_millis;
use crate::db::jobs::{NewJob, insert_job};
use crate::db::partitions::{drop_partitions, ensure_partitions};
use crate::random;

/// How many days ahead there are partitions: two weeks without workers are no trouble.
const DAYS_AHEAD: i64 = 14;
/// How many days back partitions are made that are missing: what the queue may still deliver, and a week without workers,
/// whose rows then move to where they belong.
const DAYS_BACK: i64 = 7;
/// How long evaluations stay beyond the time within which they are taken: what was taken last is still there when its
/// day of receipt is summed anew.
const KEEP_LONGER: TimeDelta = TimeDelta::days(7);

/// The job. Awaits: [`schedule`]; making what is missing, a day at a time, so that moving the rows of one day is all that
/// a statement does; and dropping what is over. A repetition finds both done.
pub(super) async fn keep_partitions(app: &App) -> Result<(), JobError> {
    schedule(app).await?;
    let (pool, now) = (app.db.worker(), app.clock.now());
    let mut made = 0;
    for day in -DAYS_BACK..=DAYS_AHEAD {
        let at = now + TimeDelta::days(day);
        made += ensure_partitions(pool, at, at).await?;
    }
    let dropped = drop_partitions(pool, last_kept(now, app.retention)?).await?;
    tracing::info!(made, dropped, "partitions kept");
    Ok(())
}

fn last_kept(now: DateTime<Utc>, retention: TimeDelta) -> Result<DateTime<Utc>, JobError> {
    now.checked_sub_signed(retention + KEEP_LONGER)
        .context("EVALUATION_RETENTION_DAYS is longer than time")
        .map_err(JobError::Permanent)
}

/// Asks for the next run, at midnight UTC. Its key holds the day, so that however often and by whomever it is asked for,
/// it runs once.
pub(super) async fn schedule(app: &App) -> Result<(), JobError> {
    let now = app.clock.now();
    let run_at = next_midnight(now);
    let key = format!("keep_partitions:{}", run_at.date_naive());
    let new = NewJob {
        id: JobId::from_parts(unix_millis(now), random::bytes()?),
        organization: None,
        job: &Job::KeepPartitions,
        unique_key: Some(&key),
        run_at,
    };
    let mut connection = app.db.worker().acquire().await?;
    insert_job(&mut connection, &new, now).await?;
    Ok(())
}
