//! The partitions of raw records: made ahead, dropped in time, and nothing is lost between.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use sqlx::Row;

use crate::ingest::{changed, record, states};
use crate::support::{TestApp, User, wait_for, with_app, with_app_of};

/// In which partition each evaluation is, by the end of its identifier.
async fn places(app: &TestApp) -> Vec<(String, String)> {
    let query = "select right(id::text, 2) as number, tableoid::regclass::text as place from evaluations order by 1";
    let rows = sqlx::query(query).fetch_all(&app.pool).await.unwrap();
    rows.iter().map(|row| (row.get("number"), row.get("place"))).collect()
}

/// Runs the job at midnight.
pub(crate) async fn keep_partitions(app: &TestApp) {
    let worker = app.start_jobs();
    wait_for("the job to wait", async || {
        let query = "select exists (select from jobs where kind = 'keep_partitions' and run_at > $1)";
        let is_planned: bool = sqlx::query_scalar(query)
            .bind(app.clock.now())
            .fetch_one(&app.pool)
            .await
            .unwrap();
        is_planned.then_some(())
    })
    .await;
    app.clock.advance(TimeDelta::days(1));
    wait_for("the job to run", async || {
        let query = "select count(*) from jobs where kind = 'keep_partitions' and finished_at = $1";
        let done: i64 = sqlx::query_scalar(query)
            .bind(app.clock.now())
            .fetch_one(&app.pool)
            .await
            .unwrap();
        (done > 0).then_some(())
    })
    .await;
    worker.cancel();
}

/// What the report counts, for a user whose token ran out.
async fn evaluations(app: &TestApp, user: &User) -> Value {
    let user = app.login(&user.email).await;
    user.get("/v1/reports/usage").await.expect(200).json()["totals"]["evaluations"].clone()
}

fn text(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(chrono::SecondsFormat::Millis, true)
}

#[tokio::test]
async fn what_has_no_partition_is_stored_and_moves_when_it_has() {
    with_app(async |app: TestApp| {
        let ana = app.register("ana").await;
        let id = ana.create_promotion("summer-10").await["id"].clone();
        // Nobody made partitions for a year.
        app.clock.advance(TimeDelta::days(365));
        let now = app.clock.now();
        let of_day = |number, day: i64| {
            changed(
                record(&ana, &id, number),
                json!({"at": text(now + TimeDelta::days(day))}),
            )
        };
        let records = [
            of_day(1, 0),
            of_day(2, -3),
            of_day(3, 10),
            of_day(4, 100),
            of_day(5, -50),
        ];
        app.ingest(&records).await.expect(200);
        let in_default = |number: &str| (number.to_owned(), "evaluations_default".to_owned());
        assert_eq!(places(&app).await, ["01", "02", "03", "04", "05"].map(in_default));
        keep_partitions(&app).await;
        let day = |number: &str, day: i64| {
            let date = (now + TimeDelta::days(day)).format("evaluations_%Y%m%d").to_string();
            (number.to_owned(), date)
        };
        let expected = [
            day("01", 0),
            day("02", -3),
            day("03", 10),
            in_default("04"),
            in_default("05"),
        ];
        assert_eq!(places(&app).await, expected);
        // They are known there.
        let answer = app.ingest(&records).await.expect(200);
        assert_eq!(states(&answer), ["duplicate"; 5]);
        assert_eq!(evaluations(&app, &ana).await, 5);
        app.rebuild_reports().await;
        assert_eq!(evaluations(&app, &ana).await, 5);
    })
    .await;
}

#[tokio::test]
async fn what_is_over_is_dropped_and_its_reports_stay() {
    let retention = |config: &mut origin::config::Config| config.evaluation_retention = TimeDelta::days(10);
    with_app_of(retention, async |app: TestApp| {
        let ana = app.register("ana").await;
        let id = ana.create_promotion("summer-10").await["id"].clone();
        let (first, now) = (app.clock.now() - TimeDelta::days(9), app.clock.now());
        let at = |number, at: DateTime<Utc>| changed(record(&ana, &id, number), json!({ "at": text(at) }));
        app.ingest(&[at(1, first), at(2, now)]).await.expect(200);
        app.clock.advance(TimeDelta::days(8));
        keep_partitions(&app).await;
        // Ten days, and a week for what is late: the first is 18 days old.
        let left: Vec<String> = places(&app).await.into_iter().map(|(number, _)| number).collect();
        assert_eq!(left, ["02"]);
        assert_eq!(evaluations(&app, &ana).await, 2);
        app.rebuild_reports().await;
        assert_eq!(evaluations(&app, &ana).await, 2);
        // It is refused, so it is not counted a second time.
        let answer = app.ingest(&[at(1, first), at(2, now)]).await.expect(200);
        assert_eq!(states(&answer), ["rejected", "duplicate"]);
        assert_eq!(evaluations(&app, &ana).await, 2);
    })
    .await;
}
