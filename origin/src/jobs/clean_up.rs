//! Cleaning up: removes what is over, once a day.

use chrono::{DateTime, NaiveTime, TimeDelta, Utc};
use engine::ids::JobId;

use super::{Job, JobError};
use crate::app::App;
use crate::auth::attempts::FAILURE_MEMORY;
use crate::clock::unix_millis;
use crate::db::jobs::{self, NewJob};
use crate::db::login_failures::delete_old_failures;
use crate::db::outbox::delete_ended_outbox;
use crate::db::password_resets::delete_expired_resets;
use crate::db::rate_limits::delete_full_limits;
use crate::random;

/// How long jobs that were finished or cancelled, password resets that expired and what the edge was told stay: what
/// somebody asks about the next week can be looked up. A job that is still being tried is younger, so it finds the reset
/// that it made.
const KEEP_ENDED: TimeDelta = TimeDelta::days(7);
/// How long jobs stay that were given up: somebody has to look at them.
const KEEP_DEAD: TimeDelta = TimeDelta::days(30);

/// The job. Awaits: deletions of what is over, which a repetition finds deleted; and [`schedule`].
pub(super) async fn clean_up(app: &App) -> Result<(), JobError> {
    let now = app.clock.now();
    let pool = app.db.worker();
    let jobs = jobs::delete_ended_jobs(pool, now - KEEP_ENDED, now - KEEP_DEAD).await?;
    let resets = delete_expired_resets(pool, now - KEEP_ENDED).await?;
    let limits = delete_full_limits(pool, now).await?;
    let failures = delete_old_failures(pool, now - FAILURE_MEMORY).await?;
    let outbox = delete_ended_outbox(pool, now - KEEP_ENDED).await?;
    tracing::info!(jobs, resets, limits, failures, outbox, "cleaned up");
    schedule(app).await
}

/// Asks for the next cleaning, at midnight UTC. Its key holds the day, so that however often and by whomever it is
/// asked for, it runs once.
pub(super) async fn schedule(app: &App) -> Result<(), JobError> {
    let now = app.clock.now();
    let run_at = next_midnight(now);
    let key = format!("clean_up:{}", run_at.date_naive());
    let new = NewJob {
        id: JobId::from_parts(unix_millis(now), random::bytes()?),
        organization: None,
        job: &Job::CleanUp,
        unique_key: Some(&key),
        run_at,
    };
    let mut connection = app.db.worker().acquire().await?;
    jobs::insert_job(&mut connection, &new, now).await?;
    Ok(())
}

pub(super) fn next_midnight(now: DateTime<Utc>) -> DateTime<Utc> {
    (now + TimeDelta::days(1))
        .with_time(NaiveTime::MIN)
        .single()
        .unwrap_or(now + TimeDelta::days(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_day_begins_at_midnight() {
        let check = |now: &str, expected: &str| {
            let time = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
            assert_eq!(next_midnight(time(now)), time(expected), "{now}");
        };
        check("2026-11-21T10:30:00Z", "2026-11-22T00:00:00Z");
        check("2026-12-31T23:59:59.999Z", "2027-01-01T00:00:00Z");
        check("2026-11-21T00:00:00Z", "2026-11-22T00:00:00Z");
    }
}
