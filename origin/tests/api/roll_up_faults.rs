//! What goes wrong between a message and a report: each ends with accepted = stored = counted.

use std::time::Duration;

use chrono::TimeDelta;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::json;

use crate::ingest::{changed, record, states};
use crate::support::{TestApp, User, wait_for, with_app};

/// Lets a worker sum, and ends its connection when it has written the first sums. Does nothing when nothing waits.
pub(crate) async fn kill_a_turn(app: &TestApp) {
    let waiting: i64 = sqlx::query_scalar("select count(*) from roll_up_queue")
        .fetch_one(&app.pool)
        .await
        .unwrap();
    if waiting == 0 {
        return;
    }
    let mut holder = app.pool.begin().await.unwrap();
    let lock = sqlx::query("lock table demographic_hours in exclusive mode");
    lock.execute(&mut *holder).await.unwrap();
    let worker = tokio::spawn({
        let app = app.clone();
        async move { app.roll_up().await }
    });
    end_connection(app, "with cells as%").await;
    worker.await.unwrap();
    holder.rollback().await.unwrap();
    let still: i64 = sqlx::query_scalar("select count(*) from roll_up_queue")
        .fetch_one(&app.pool)
        .await
        .unwrap();
    assert_eq!(still, waiting);
}

/// Ends the connection whose statement, like this one, waits for a lock.
async fn end_connection(app: &TestApp, statement: &str) {
    wait_for("a statement that waits", async || {
        let query = "select count(pg_terminate_backend(pid)) from pg_stat_activity \
                     where datname = current_database() and wait_event_type = 'Lock' and query like $1";
        let ended: i64 = sqlx::query_scalar(query)
            .bind(statement)
            .fetch_one(&app.pool)
            .await
            .unwrap();
        (ended > 0).then_some(())
    })
    .await;
}

/// How many evaluations are stored, and how many the report counts.
async fn counts(app: &TestApp, user: &User) -> (i64, i64) {
    let query = sqlx::query_scalar("select count(*) from evaluations where organization_id = $1::uuid");
    let stored = query.bind(user.organization_uuid()).fetch_one(&app.pool).await.unwrap();
    let report = user.get("/v1/reports/usage").await.expect(200).json();
    (stored, report["totals"]["evaluations"].as_i64().unwrap())
}

#[tokio::test]
async fn a_connection_lost_before_the_commit_stores_nothing() {
    with_app(async |app: TestApp| {
        let ana = app.register("ana").await;
        let id = ana.create_promotion("summer-10").await["id"].clone();
        let key = ana
            .post("/v1/app-keys", &json!({"name": "Shop", "promotions": "all"}))
            .await;
        let key = key.expect(201).json()["id"].clone();
        let records = [1, 2, 3].map(|number| changed(record(&ana, &id, number), json!({ "app_key_id": key })));
        // The last statement of ingest notes the key's use.
        let mut holder = app.pool.begin().await.unwrap();
        let lock = sqlx::query("select from app_keys for update");
        lock.execute(&mut *holder).await.unwrap();
        let call = tokio::spawn({
            let (app, records) = (app.clone(), records.clone());
            async move { app.ingest_alone(&records).await }
        });
        end_connection(&app, "with used as%").await;
        let answer = call.await.unwrap();
        assert!((500..504).contains(&answer.status), "{answer:?}");
        holder.rollback().await.unwrap();
        app.roll_up().await;
        assert_eq!(counts(&app, &ana).await, (0, 0));
        let answer = app.ingest(&records).await.expect(200);
        assert_eq!(states(&answer), ["stored"; 3]);
        assert_eq!(counts(&app, &ana).await, (3, 3));
    })
    .await;
}

#[tokio::test]
async fn an_answer_that_is_lost_counts_nothing_twice() {
    with_app(async |app: TestApp| {
        let ana = app.register("ana").await;
        let id = ana.create_promotion("summer-10").await["id"].clone();
        for number in 0..20 {
            let records = [2 * number, 2 * number + 1].map(|number| record(&ana, &id, number));
            // The edge hangs up at any moment, and sends the same again.
            let call = app.ingest_alone(&records);
            _ = tokio::time::timeout(Duration::from_millis(number.into()), call).await;
            app.ingest_patiently(&records).await.expect(200);
        }
        app.roll_up().await;
        assert_eq!(counts(&app, &ana).await, (40, 40));
    })
    .await;
}

#[tokio::test]
async fn a_roll_up_killed_half_way_leaves_everything_waiting() {
    with_app(async |app: TestApp| {
        let ana = app.register("ana").await;
        let id = ana.create_promotion("summer-10").await["id"].clone();
        app.ingest(&[record(&ana, &id, 1)]).await.expect(200);
        app.ingest_alone(&[record(&ana, &id, 2)]).await.expect(200);
        kill_a_turn(&app).await;
        assert_eq!(counts(&app, &ana).await, (2, 1));
        kill_a_turn(&app).await;
        app.roll_up().await;
        assert_eq!(counts(&app, &ana).await, (2, 2));
    })
    .await;
}

/// A fifth comes twice, everything in another order, some an hour late, from an edge whose clock is 90 s off; one record of
/// each batch is bad. Two processes sum meanwhile.
#[tokio::test]
async fn what_the_network_does_to_messages_changes_no_count() {
    with_app(async |app: TestApp| {
        let (ana, bob) = (app.register("ana").await, app.register("bob").await);
        let another = app.start_another().await;
        let workers = [app.start_jobs(), another.start_jobs()];
        let mut messages = Vec::new();
        for (user, offset) in [(&ana, 0), (&bob, 1_000)] {
            let id = user.create_promotion("summer-10").await["id"].clone();
            messages.extend((0..500).map(|number| {
                let secs = if number % 7 == 0 { -3_600 } else { 90 };
                let at = app.clock.now() + TimeDelta::seconds(secs) + TimeDelta::milliseconds(number.into());
                let at = at.to_rfc3339_opts(chrono::SecondsFormat::Millis, true);
                changed(record(user, &id, offset + number), json!({ "at": at }))
            }));
        }
        let twice: Vec<_> = messages.iter().step_by(5).cloned().collect();
        messages.extend(twice);
        let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
        let mut runner = TestRunner::new_with_rng(Config::default(), rng);
        let messages = Just(messages).prop_shuffle().new_tree(&mut runner).unwrap().current();
        let calls: Vec<_> = messages
            .chunks(30)
            .map(|batch| {
                let (app, mut batch) = (app.clone(), batch.to_vec());
                batch.insert(7, json!({"v": 1}));
                tokio::spawn(async move { states(&app.ingest_patiently(&batch).await.expect(200)) })
            })
            .collect();
        let mut fates = std::collections::BTreeMap::new();
        for call in calls {
            for state in call.await.unwrap() {
                *fates.entry(state).or_insert(0) += 1;
            }
        }
        let expected = [("duplicate", 200), ("rejected", 40), ("stored", 1_000)];
        assert_eq!(fates, expected.map(|(state, count)| (state.to_owned(), count)).into());
        for user in [&ana, &bob] {
            wait_for("the counts", async || {
                (counts(&app, user).await == (500, 500)).then_some(())
            })
            .await;
        }
        workers.iter().for_each(tokio_util::sync::CancellationToken::cancel);
        app.rebuild_reports().await;
        assert_eq!(counts(&app, &ana).await, (500, 500));
        assert_eq!(counts(&app, &bob).await, (500, 500));
    })
    .await;
}

/// Notes whose sums are written, in the order of writing.
const NOTE_TURNS: &str = "
    create table turns (number bigserial, organization_id uuid, batches bigint);
    create function note_turn() returns trigger language plpgsql security definer as $$
    begin
        insert into turns (organization_id, batches)
        select organization_id, count(*) from taken group by organization_id;
        return null;
    end $$;
    create trigger taken after delete on roll_up_queue referencing old table as taken
        for each statement execute function note_turn()";

#[tokio::test]
async fn a_tenant_that_floods_waits_for_its_turn() {
    with_app(async |app: TestApp| {
        let (ana, bob) = (app.register("ana").await, app.register("bob").await);
        sqlx::raw_sql(NOTE_TURNS).execute(&app.pool).await.unwrap();
        for (user, batches) in [(&ana, 250_i64), (&bob, 1)] {
            // As if so many had been ingested, the flood before all others.
            let flood = sqlx::query(
                "insert into roll_up_queue (organization_id, received_at, first_id, last_id) \
                 select $1::uuid, $2, $1::uuid, $1::uuid from generate_series(1, $3)",
            );
            let flood = flood.bind(user.organization_uuid()).bind(app.clock.now()).bind(batches);
            flood.execute(&app.pool).await.unwrap();
        }
        app.roll_up().await;
        let turns: Vec<(String, i64)> =
            sqlx::query_as("select replace(organization_id::text, '-', ''), batches from turns order by number")
                .fetch_all(&app.pool)
                .await
                .unwrap();
        let of = |user: &User, batches: i64| (user.organization_uuid(), batches);
        let after_the_first = [of(&ana, 100), of(&bob, 1), of(&ana, 100), of(&ana, 50)];
        let before_it = [of(&bob, 1), of(&ana, 100), of(&ana, 100), of(&ana, 50)];
        assert!(turns == after_the_first || turns == before_it, "{turns:?}");
    })
    .await;
}

#[tokio::test]
async fn more_calls_than_slots_are_told_to_come_back() {
    with_app(async |app: TestApp| {
        let ana = app.register("ana").await;
        let id = ana.create_promotion("summer-10").await["id"].clone();
        let mut holder = app.pool.begin().await.unwrap();
        let lock = sqlx::query("lock table roll_up_queue in exclusive mode");
        lock.execute(&mut *holder).await.unwrap();
        let call = |number: u32| {
            let (app, records) = (app.clone(), [record(&ana, &id, number)]);
            tokio::spawn(async move { app.ingest_alone(&records).await })
        };
        let held: Vec<_> = (0..4).map(call).collect();
        wait_for("four calls that wait", async || {
            let query = "select count(*) from pg_stat_activity where datname = current_database() \
                         and wait_event_type = 'Lock' and query like 'insert into roll_up_queue%'";
            let waiting: i64 = sqlx::query_scalar(query).fetch_one(&app.pool).await.unwrap();
            (waiting == 4).then_some(())
        })
        .await;
        let answer = app.ingest_alone(&[record(&ana, &id, 4)]).await;
        assert_eq!(answer.header("retry-after"), "2");
        answer.expect_problem(503, "unavailable");
        // People are served meanwhile.
        ana.get("/v1/reports/usage").await.expect(200);
        holder.rollback().await.unwrap();
        for call in held {
            call.await.unwrap().expect(200);
        }
        app.ingest(&[record(&ana, &id, 4)]).await.expect(200);
        assert_eq!(counts(&app, &ana).await, (5, 5));
    })
    .await;
}
