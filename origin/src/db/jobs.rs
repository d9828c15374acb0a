//! Jobs: work that is done beside the requests. Requests insert and cancel; the workers, which cross tenants, claim,
//! finish and give up.

use chrono::{DateTime, Utc};
use engine::ids::{JobId, OrganizationId};
use serde_json::Value;
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use crate::jobs::Job;

/// The channel that the table's trigger notifies.
pub(crate) const CHANNEL: &str = "jobs";

/// A job to be done.
#[derive(Debug)]
pub struct NewJob<'a> {
    /// Its identifier; what a handler makes goes by it, so that a second attempt makes the same.
    pub id: JobId,
    /// Whose work it is; `None` for work of no organisation.
    pub organization: Option<OrganizationId>,
    /// What to do.
    pub job: &'a Job,
    /// At most one live job of an organisation has a key.
    pub unique_key: Option<&'a str>,
    /// Not before this.
    pub run_at: DateTime<Utc>,
}

/// One of several jobs of an organisation.
#[derive(Debug)]
pub(crate) struct KeyedJob {
    /// See [`NewJob`].
    pub(crate) id: JobId,
    pub(crate) job: Job,
    pub(crate) unique_key: String,
    pub(crate) run_at: DateTime<Utc>,
}

/// A job that this process has a lease on.
#[derive(Debug)]
pub(crate) struct ClaimedRow {
    pub(crate) id: Uuid,
    pub(crate) kind: String,
    pub(crate) payload: Value,
    /// Counts this one. What is written about a job goes by it, so that a worker that lost its lease writes nothing.
    pub(crate) attempts: i32,
}

/// How the jobs are.
pub(crate) struct JobsState {
    /// Given up, and not yet removed.
    pub(crate) dead: i64,
    /// Since when the oldest waits that could run.
    pub(crate) oldest_due_at: Option<DateTime<Utc>>,
}

/// Stores a job in the transaction of the change that asks for it. `false`: a live one has its key, and nothing was
/// stored.
///
/// # Errors
/// When the database fails.
pub async fn insert_job(
    connection: &mut PgConnection,
    new: &NewJob<'_>,
    now: DateTime<Utc>,
) -> Result<bool, sqlx::Error> {
    let payload = new
        .job
        .to_payload()
        .map_err(|error| sqlx::Error::Encode(Box::new(error)))?;
    let result = sqlx::query!(
        "insert into jobs (id, organization_id, payload, unique_key, created_at, run_at) \
         values ($1, $2, $3, $4, $5, $6) on conflict do nothing",
        new.id.uuid(),
        new.organization.map(OrganizationId::uuid),
        payload,
        new.unique_key,
        now,
        new.run_at
    )
    .execute(connection)
    .await?;
    Ok(result.rows_affected() == 1)
}

/// Stores jobs of one organisation. One whose key a live job has is left out.
pub(crate) async fn insert_jobs(
    connection: &mut PgConnection,
    organization: OrganizationId,
    jobs: &[KeyedJob],
    now: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    let payloads: Result<Vec<_>, _> = jobs.iter().map(|job| job.job.to_payload()).collect();
    sqlx::query!(
        "insert into jobs (id, organization_id, payload, unique_key, created_at, run_at) \
         select id, $1, payload, unique_key, $2, run_at \
         from unnest($3::uuid[], $4::jsonb[], $5::text[], $6::timestamptz[]) as new (id, payload, unique_key, run_at) \
         on conflict do nothing",
        organization.uuid(),
        now,
        &jobs.iter().map(|job| job.id.uuid()).collect::<Vec<_>>(),
        &payloads.map_err(|error| sqlx::Error::Encode(Box::new(error)))?,
        &jobs.iter().map(|job| job.unique_key.clone()).collect::<Vec<_>>(),
        &jobs.iter().map(|job| job.run_at).collect::<Vec<_>>()
    )
    .execute(connection)
    .await
    .map(drop)
}

/// Cancels the organisation's live job with a key, and tells whether there was one. An attempt that is under way is not
/// interrupted; no other follows.
///
/// # Errors
/// When the database fails.
pub async fn cancel_job(
    connection: &mut PgConnection,
    organization: OrganizationId,
    unique_key: &str,
    now: DateTime<Utc>,
) -> Result<bool, sqlx::Error> {
    let result = sqlx::query!(
        "update jobs set cancelled_at = $3 where organization_id = $1 and unique_key = $2 \
         and finished_at is null and cancelled_at is null and dead_at is null",
        organization.uuid(),
        unique_key,
        now
    )
    .execute(connection)
    .await?;
    Ok(result.rows_affected() > 0)
}

/// The same for several keys.
pub(crate) async fn cancel_jobs(
    connection: &mut PgConnection,
    organization: OrganizationId,
    unique_keys: &[String],
    now: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update jobs set cancelled_at = $3 where organization_id = $1 and unique_key = any($2) \
         and finished_at is null and cancelled_at is null and dead_at is null",
        organization.uuid(),
        unique_keys,
        now
    )
    .execute(connection)
    .await
    .map(drop)
}

/// Leases up to `limit` jobs that are due, the longest due first. Rows that another worker is claiming are passed over.
pub(crate) async fn claim_jobs(
    pool: &PgPool,
    now: DateTime<Utc>,
    leased_until: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<ClaimedRow>, sqlx::Error> {
    sqlx::query_as!(
        ClaimedRow,
        "update jobs set attempts = attempts + 1, leased_until = $2 where id in ( \
             select id from jobs \
             where finished_at is null and cancelled_at is null and dead_at is null \
             and run_at <= $1 and (leased_until is null or leased_until <= $1) \
             order by run_at, id limit $3 for update skip locked \
         ) returning id, kind, payload, attempts",
        now,
        leased_until,
        limit
    )
    .fetch_all(pool)
    .await
}

/// Gives up jobs whose last allowed attempt took its worker down with it: nobody else wrote about it.
pub(crate) async fn bury_lost_jobs(
    pool: &PgPool,
    max_attempts: i32,
    error: &str,
    now: DateTime<Utc>,
) -> Result<Vec<Uuid>, sqlx::Error> {
    sqlx::query_scalar!(
        "update jobs set dead_at = $3, last_error = $2, leased_until = null \
         where finished_at is null and cancelled_at is null and dead_at is null \
         and leased_until <= $3 and attempts >= $1 returning id",
        max_attempts,
        error,
        now
    )
    .fetch_all(pool)
    .await
}

/// Finishes the job that this attempt has the lease on. `false`: it has it no more.
pub(crate) async fn finish_job(
    pool: &PgPool,
    id: Uuid,
    attempts: i32,
    now: DateTime<Utc>,
) -> Result<bool, sqlx::Error> {
    let result = sqlx::query!(
        "update jobs set finished_at = $3, leased_until = null where id = $1 and attempts = $2 \
         and finished_at is null and cancelled_at is null and dead_at is null",
        id,
        attempts,
        now
    )
    .execute(pool)
    .await?;
    Ok(result.rows_affected() == 1)
}

/// Puts the job off after a failure. `false`: this attempt has its lease no more.
pub(crate) async fn postpone_job(
    pool: &PgPool,
    id: Uuid,
    attempts: i32,
    run_at: DateTime<Utc>,
    error: &str,
) -> Result<bool, sqlx::Error> {
    let result = sqlx::query!(
        "update jobs set run_at = $3, last_error = $4, leased_until = null where id = $1 and attempts = $2 \
         and finished_at is null and cancelled_at is null and dead_at is null",
        id,
        attempts,
        run_at,
        error
    )
    .execute(pool)
    .await?;
    Ok(result.rows_affected() == 1)
}

/// Gives the job up. `false`: this attempt has its lease no more.
pub(crate) async fn bury_job(
    pool: &PgPool,
    id: Uuid,
    attempts: i32,
    error: &str,
    now: DateTime<Utc>,
) -> Result<bool, sqlx::Error> {
    let result = sqlx::query!(
        "update jobs set dead_at = $3, last_error = $4, leased_until = null where id = $1 and attempts = $2 \
         and finished_at is null and cancelled_at is null and dead_at is null",
        id,
        attempts,
        now,
        error
    )
    .execute(pool)
    .await?;
    Ok(result.rows_affected() == 1)
}

/// Removes jobs that ended before a time: given up ones before another.
pub(crate) async fn delete_ended_jobs(
    pool: &PgPool,
    ended_before: DateTime<Utc>,
    dead_before: DateTime<Utc>,
) -> Result<u64, sqlx::Error> {
    let result = sqlx::query!(
        "delete from jobs where finished_at < $1 or cancelled_at < $1 or dead_at < $2",
        ended_before,
        dead_before
    )
    .execute(pool)
    .await?;
    Ok(result.rows_affected())
}

/// How many were given up, and since when the oldest waits for a worker.
pub(crate) async fn measure_jobs(pool: &PgPool, now: DateTime<Utc>) -> Result<JobsState, sqlx::Error> {
    sqlx::query_as!(
        JobsState,
        "select (select count(*) from jobs where dead_at is not null) as \"dead!\", \
         (select min(greatest(run_at, leased_until)) from jobs \
             where finished_at is null and cancelled_at is null and dead_at is null \
             and run_at <= $1 and (leased_until is null or leased_until <= $1)) as oldest_due_at",
        now
    )
    .fetch_one(pool)
    .await
}
