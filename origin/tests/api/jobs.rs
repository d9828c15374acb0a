//! The jobs: claimed once, at their time, until they are done, given up or cancelled.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU8, Ordering};

use chrono::{DateTime, TimeDelta, Utc};
use engine::ids::{JobId, OrganizationId, UserId};
use origin::db::jobs::{NewJob, cancel_job, insert_job};
use origin::jobs::Job;
use serde_json::json;
use tokio_util::sync::CancellationToken;

use crate::support::mailbox::Fault;
use crate::support::{TestApp, User, hurry_mail, wait_for, with_app, with_app_of};

/// Longer than a lease.
const LEASE: TimeDelta = TimeDelta::seconds(121);

/// A job that sends a mail.
async fn notice(app: &TestApp, user: &User) -> Job {
    let id: uuid::Uuid = sqlx::query_scalar("select id from users where email = $1")
        .bind(&user.email)
        .fetch_one(&app.pool)
        .await
        .unwrap();
    Job::SendPasswordChanged {
        user_id: UserId::from(id),
        at: app.clock.now(),
    }
}

/// Stores a job as requests do; its identifier, unless a live one has its key.
async fn insert(app: &TestApp, job: &Job, unique_key: Option<&str>, run_at: DateTime<Utc>) -> Option<JobId> {
    insert_for(app, None, job, unique_key, run_at).await
}

async fn insert_for(
    app: &TestApp,
    organization: Option<OrganizationId>,
    job: &Job,
    unique_key: Option<&str>,
    run_at: DateTime<Utc>,
) -> Option<JobId> {
    static COUNTER: AtomicU8 = AtomicU8::new(0);
    let millis = u64::try_from(app.clock.now().timestamp_millis()).unwrap();
    let id = JobId::from_parts(millis, [COUNTER.fetch_add(1, Ordering::Relaxed); 10]);
    let new = NewJob {
        id,
        organization,
        job,
        unique_key,
        run_at,
    };
    let mut connection = app.pool.acquire().await.unwrap();
    insert_job(&mut connection, &new, app.clock.now())
        .await
        .unwrap()
        .then_some(id)
}

/// What a row says of itself.
#[derive(Debug, PartialEq, Eq, sqlx::FromRow)]
struct Row {
    attempts: i32,
    last_error: Option<String>,
    finished: bool,
    cancelled: bool,
    dead: bool,
}

async fn row(app: &TestApp, id: JobId) -> Row {
    let query = "select attempts, last_error, finished_at is not null as finished, \
                 cancelled_at is not null as cancelled, dead_at is not null as dead from jobs where id = $1";
    sqlx::query_as(query)
        .bind(id.uuid())
        .fetch_one(&app.pool)
        .await
        .unwrap()
}

async fn wait_for_row(app: &TestApp, id: JobId, what: &str, expected: impl Fn(&Row) -> bool) -> Row {
    wait_for(what, async || {
        let row = row(app, id).await;
        expected(&row).then_some(row)
    })
    .await
}

#[tokio::test]
async fn many_jobs_and_two_workers_make_one_run_each() {
    with_app(async |app: TestApp| {
        let job = notice(&app, &app.register("ana").await).await;
        let mut ids = BTreeSet::new();
        for _ in 0..40 {
            ids.insert(insert(&app, &job, None, app.clock.now()).await.unwrap().to_string());
        }
        app.start_jobs();
        app.start_jobs();
        let mails = app.wait_for_mails(40).await;
        wait_for("the jobs to end", async || {
            app.list_jobs_left().await.is_empty().then_some(())
        })
        .await;
        assert_eq!(app.mailbox.mails().len(), 40);
        let sent: BTreeSet<_> = mails
            .iter()
            .map(|mail| mail.message_id.split('@').next().unwrap().to_owned())
            .collect();
        assert_eq!(sent, ids);
        let attempts: i64 = sqlx::query_scalar("select sum(attempts) from jobs where kind = 'send_password_changed'")
            .fetch_one(&app.pool)
            .await
            .unwrap();
        assert_eq!(attempts, 40);
    })
    .await;
}

#[tokio::test]
async fn a_job_waits_for_its_time() {
    with_app(async |app: TestApp| {
        let job = notice(&app, &app.register("ana").await).await;
        let later = insert(&app, &job, None, app.clock.now() + TimeDelta::hours(1))
            .await
            .unwrap();
        app.start_jobs();
        let now = insert(&app, &job, None, app.clock.now()).await.unwrap();
        wait_for_row(&app, now, "the job that is due", |row| row.finished).await;
        app.clock.advance(TimeDelta::hours(1) - TimeDelta::milliseconds(1));
        let marker = insert(&app, &job, None, app.clock.now()).await.unwrap();
        wait_for_row(&app, marker, "another that is due", |row| row.finished).await;
        assert_eq!(row(&app, later).await.attempts, 0);
        app.clock.advance(TimeDelta::milliseconds(1));
        wait_for_row(&app, later, "its time", |row| row.finished).await;
        assert_eq!(app.mailbox.mails().len(), 3);
    })
    .await;
}

#[tokio::test]
async fn a_key_has_one_live_job() {
    with_app(async |app: TestApp| {
        let ana = app.register("ana").await;
        let (job, now) = (notice(&app, &ana).await, app.clock.now());
        let first = insert(&app, &job, Some("key"), now).await.unwrap();
        assert_eq!(insert(&app, &job, Some("key"), now).await, None);
        assert!(insert(&app, &job, Some("other key"), now).await.is_some());
        let own = Some(ana.organization_id.parse().unwrap());
        assert!(insert_for(&app, own, &job, Some("key"), now).await.is_some());
        assert_eq!(insert_for(&app, own, &job, Some("key"), now).await, None);
        app.start_jobs();
        wait_for_row(&app, first, "the job to end", |row| row.finished).await;
        assert!(insert(&app, &job, Some("key"), now).await.is_some());
    })
    .await;
}

#[tokio::test]
async fn a_cancelled_job_does_not_run() {
    with_app(async |app: TestApp| {
        let (ana, bob) = (app.register("ana").await, app.register("bob").await);
        let (job, now) = (notice(&app, &ana).await, app.clock.now());
        let organization = |user: &User| user.organization_id.parse::<OrganizationId>().unwrap();
        let id = insert_for(&app, Some(organization(&ana)), &job, Some("key"), now)
            .await
            .unwrap();
        let mut connection = app.pool.acquire().await.unwrap();
        let mut cancel = async |user, key| cancel_job(&mut connection, organization(user), key, now).await.unwrap();
        assert!(!cancel(&bob, "key").await);
        assert!(!cancel(&ana, "other").await);
        assert!(cancel(&ana, "key").await);
        assert!(!cancel(&ana, "key").await);
        app.start_jobs();
        let marker = insert(&app, &job, None, now).await.unwrap();
        wait_for_row(&app, marker, "another job", |row| row.finished).await;
        assert_eq!(row(&app, id).await.attempts, 0);
        assert_eq!(app.mailbox.mails().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_job_that_is_cancelled_while_it_runs_is_not_run_again() {
    with_app_of(hurry_mail, async |app: TestApp| {
        app.mailbox.fail([Fault::Hang]);
        let ana = app.register("ana").await;
        let job = notice(&app, &ana).await;
        let organization = ana.organization_id.parse().unwrap();
        let id = insert_for(&app, Some(organization), &job, Some("key"), app.clock.now())
            .await
            .unwrap();
        let stop = CancellationToken::new();
        let worker = app.start_worker(stop.clone());
        wait_for("the mail", async || (app.mailbox.conversations() == 1).then_some(())).await;
        let mut connection = app.pool.acquire().await.unwrap();
        assert!(
            cancel_job(&mut connection, organization, "key", app.clock.now())
                .await
                .unwrap()
        );
        stop.cancel();
        worker.await.unwrap();
        let expected = Row {
            attempts: 1,
            last_error: None,
            finished: false,
            cancelled: true,
            dead: false,
        };
        assert_eq!(row(&app, id).await, expected);
    })
    .await;
}

#[tokio::test]
async fn a_job_of_a_worker_that_died_runs_again() {
    with_app(async |app: TestApp| {
        app.mailbox.fail([Fault::Hang]);
        let job = notice(&app, &app.register("ana").await).await;
        let id = insert(&app, &job, None, app.clock.now()).await.unwrap();
        let worker = app.start_worker(CancellationToken::new());
        wait_for("the mail", async || (app.mailbox.conversations() == 1).then_some(())).await;
        worker.abort();
        assert!(worker.await.unwrap_err().is_cancelled());
        app.start_jobs();
        let marker = insert(&app, &job, None, app.clock.now()).await.unwrap();
        wait_for_row(&app, marker, "another job", |row| row.finished).await;
        assert_eq!(row(&app, id).await.attempts, 1, "its lease has not run out");
        app.clock.advance(LEASE);
        assert_eq!(
            wait_for_row(&app, id, "the lease to run out", |row| row.finished)
                .await
                .attempts,
            2
        );
        let sent = app
            .mailbox
            .mails()
            .iter()
            .filter(|mail| mail.message_id.starts_with(&id.to_string()))
            .count();
        assert_eq!(sent, 1);
    })
    .await;
}

#[tokio::test]
async fn a_worker_that_lost_its_lease_writes_nothing() {
    with_app_of(hurry_mail, async |app: TestApp| {
        app.mailbox.fail([Fault::Hang]);
        let job = notice(&app, &app.register("ana").await).await;
        let id = insert(&app, &job, None, app.clock.now()).await.unwrap();
        let stop = CancellationToken::new();
        let slow = app.start_worker(stop.clone());
        wait_for("the mail", async || (app.mailbox.conversations() == 1).then_some(())).await;
        // No other claim of the slow one: what comes now is the second worker's.
        stop.cancel();
        app.clock.advance(LEASE);
        app.start_jobs();
        wait_for_row(&app, id, "the second worker", |row| row.finished).await;
        slow.await.unwrap();
        wait_for("the slow one to give up", async || {
            (app.mailbox.abandoned() == 1).then_some(())
        })
        .await;
        let expected = Row {
            attempts: 2,
            last_error: None,
            finished: true,
            cancelled: false,
            dead: false,
        };
        assert_eq!(row(&app, id).await, expected);
    })
    .await;
}

#[tokio::test]
async fn a_job_that_keeps_failing_is_given_up() {
    with_app(async |app: TestApp| {
        app.leave_jobs();
        app.mailbox.fail([Fault::Defer]);
        let job = notice(&app, &app.register("ana").await).await;
        let id = insert(&app, &job, None, app.clock.now()).await.unwrap();
        sqlx::query("update jobs set attempts = 19")
            .execute(&app.pool)
            .await
            .unwrap();
        app.start_jobs();
        let row = wait_for_row(&app, id, "the last attempt", |row| row.dead).await;
        assert_eq!(row.attempts, 20);
        assert!(row.last_error.as_ref().unwrap().contains("451"), "{row:?}");
    })
    .await;
}

#[tokio::test]
async fn a_job_that_takes_its_workers_down_is_given_up() {
    with_app(async |app: TestApp| {
        app.leave_jobs();
        let job = notice(&app, &app.register("ana").await).await;
        let id = insert(&app, &job, None, app.clock.now()).await.unwrap();
        sqlx::query("update jobs set attempts = 20, leased_until = $1")
            .bind(app.clock.now())
            .execute(&app.pool)
            .await
            .unwrap();
        app.start_jobs();
        let row = wait_for_row(&app, id, "the job to be given up", |row| row.dead).await;
        assert_eq!(row.attempts, 20);
        assert!(app.mailbox.mails().is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_job_of_a_newer_release_waits_for_its_worker() {
    with_app(async |app: TestApp| {
        app.leave_jobs();
        let job = notice(&app, &app.register("ana").await).await;
        let id = insert(&app, &job, None, app.clock.now()).await.unwrap();
        sqlx::query("update jobs set payload = '{\"v\": 1, \"kind\": \"fly\"}'")
            .execute(&app.pool)
            .await
            .unwrap();
        app.start_jobs();
        let row = wait_for_row(&app, id, "an attempt", |row| row.last_error.is_some()).await;
        assert!(!row.dead && row.last_error.unwrap().contains("does not know the job"));
    })
    .await;
}

#[tokio::test]
async fn what_is_over_is_removed_after_a_while() {
    with_app(async |app: TestApp| {
        app.leave_jobs();
        let job = notice(&app, &app.register("ana").await).await;
        let old = app.clock.now();
        let mut ids = Vec::new();
        for column in ["finished_at", "cancelled_at", "dead_at"] {
            let id = insert(&app, &job, None, old).await.unwrap();
            let statement = format!("update jobs set {column} = $2, last_error = 'x' where id = $1");
            let update = sqlx::query(sqlx::AssertSqlSafe(statement)).bind(id.uuid()).bind(old);
            update.execute(&app.pool).await.unwrap();
            ids.push(id);
        }
        let left = async || -> Vec<bool> {
            let query = "select exists (select from jobs where id = i) from unnest($1::uuid[]) with ordinality u (i, n) \
                         order by n";
            let uuids: Vec<_> = ids.iter().map(|id| id.uuid()).collect();
            sqlx::query_scalar(query).bind(uuids).fetch_all(&app.pool).await.unwrap()
        };
        let next_cleaning = async |after: DateTime<Utc>| {
            wait_for("the next cleaning", async || {
                let query = "select run_at from jobs where kind = 'clean_up' and finished_at is null";
                let runs: Vec<DateTime<Utc>> = sqlx::query_scalar(query).fetch_all(&app.pool).await.unwrap();
                runs.first().copied().filter(|run| runs.len() == 1 && *run > after)
            })
            .await
        };
        app.start_jobs();
        assert_eq!(next_cleaning(old).await, "2026-11-22T00:00:00Z".parse::<DateTime<Utc>>().unwrap());
        for (days, expected) in [(6, [true; 3]), (2, [false, false, true]), (23, [false; 3])] {
            app.clock.advance(TimeDelta::days(days));
            next_cleaning(app.clock.now()).await;
            assert_eq!(left().await, expected, "{days} days later");
        }
    })
    .await;
}

#[tokio::test]
async fn health_tells_of_jobs_that_wait_and_of_dead_ones() {
    with_app(async |app: TestApp| {
        app.leave_jobs();
        let job = notice(&app, &app.register("ana").await).await;
        let id = insert(&app, &job, None, app.clock.now()).await.unwrap();
        let jobs = async |status| app.get("/health_check").await.expect(status).json()["components"]["jobs"].clone();
        app.clock.advance(TimeDelta::seconds(120));
        assert_eq!(
            jobs(200).await,
            json!({"status": "ok", "dead": 0, "oldest_due_secs": 120})
        );
        app.clock.advance(TimeDelta::seconds(1));
        assert_eq!(
            jobs(503).await,
            json!({"status": "failing", "dead": 0, "oldest_due_secs": 121})
        );
        app.mailbox.fail([Fault::Refuse]);
        app.start_jobs();
        wait_for_row(&app, id, "the refusal", |row| row.dead).await;
        assert_eq!(
            jobs(200).await,
            json!({"status": "ok", "dead": 1, "oldest_due_secs": null})
        );
    })
    .await;
}
