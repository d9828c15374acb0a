//! Demographic figures: told by periods, and never of a few.

use chrono::TimeDelta;
use serde_json::{Value, json};
use sqlx::Connection;

use crate::ingest::{changed, record};
use crate::support::{Answer, TestApp, User, wait_for, with_app};

/// Records of shoppers in places and of ages; `from` makes their identifiers.
fn shoppers(user: &User, promotion: &Value, from: u32, count: u32, changes: &Value) -> Vec<Value> {
    let records = (from..from + count).map(|number| record(user, promotion, number));
    records.map(|record| changed(record, changes.clone())).collect()
}

fn place(country: &str, city: Option<&str>) -> Value {
    json!({"country": country, "city": city})
}

/// Goes on to when the present hour is told, once that is asked for, and waits for it.
async fn settle(app: &TestApp) {
    let waiting = "select id from jobs where kind = 'disclose_demographics' and unique_key is not null \
                   and finished_at is null and run_at > $1";
    let now = app.clock.now();
    let job: uuid::Uuid = wait_for("the next telling", async || {
        let found = sqlx::query_scalar(waiting).bind(now).fetch_optional(&app.pool);
        found.await.unwrap()
    })
    .await;
    app.clock.advance(TimeDelta::hours(1));
    wait_for("the figures to be told", async || {
        let ended = sqlx::query_scalar("select finished_at is not null from jobs where id = $1").bind(job);
        let ended: bool = ended.fetch_one(&app.pool).await.unwrap();
        ended.then_some(())
    })
    .await;
}

/// Signed in anew: an hour is longer than a token lives.
async fn report(app: &TestApp, user: &User, query: &str) -> Value {
    let path = format!("/v1/reports/demographics?{query}");
    app.login(&user.email).await.get(&path).await.expect(200).json()
}

/// Each row's key, country, evaluations and applicable ones; then what is hidden.
fn figures(report: &Value) -> (Vec<Value>, u64) {
    let rows = report["rows"].as_array().unwrap().iter();
    let rows = rows.map(|row| json!([row["key"], row["country"], row["evaluations"], row["applicable"]]));
    (rows.collect(), report["hidden"].as_u64().unwrap())
}

#[tokio::test]
async fn figures_are_told_when_their_hour_is_over() {
    with_app(async |app: TestApp| {
        let ana = app.register("ana").await;
        let summer = ana.create_promotion("summer-10").await["id"].clone();
        app.start_jobs();
        let mut records = shoppers(&ana, &summer, 0, 70, &place("UY", Some("MVD")));
        records.extend(shoppers(&ana, &summer, 100, 20, &place("BR", None)));
        records.extend(shoppers(
            &ana,
            &summer,
            200,
            10,
            &json!({"country": null, "city": null, "age_band": null, "reason": "expired", "discount": null,
                "redemption_id": null}),
        ));
        // Two of a few, who hide each other.
        records.extend(shoppers(&ana, &summer, 300, 3, &place("AR", Some("BUE"))));
        records.extend(shoppers(&ana, &summer, 400, 4, &place("CL", None)));
        for records in records.chunks(100) {
            app.ingest(records).await.expect(200);
        }
        let empty = json!({"updated_at": null, "lag_seconds": null, "threshold": 5, "rows": [], "omitted": 0, "hidden": 0});
        assert_eq!(report(&app, &ana, "").await, empty);
        settle(&app).await;
        let told = report(&app, &ana, "promotion=summer-10&by=country&lang=es").await;
        assert_eq!(
            told,
            json!({"updated_at": "2026-11-21T11:00:00Z", "lag_seconds": 1_800, "threshold": 5, "omitted": 0, "hidden": 7,
                "rows": [
                    {"key": "UY", "name": "Uruguay", "country": null, "evaluations": 70, "applicable": 70,
                        "not_applicable": 0, "ratio": 1.0},
                    {"key": "BR", "name": "Brasil", "country": null, "evaluations": 20, "applicable": 20,
                        "not_applicable": 0, "ratio": 1.0},
                    {"key": null, "name": "Desconocido", "country": null, "evaluations": 10, "applicable": 0,
                        "not_applicable": 10, "ratio": 0.0}
                ]})
        );
        assert_eq!(
            figures(&report(&app, &ana, "by=city").await),
            (
                vec![json!(["MVD", "UY", 70, 70]), json!([null, "BR", 20, 20]), json!([null, null, 10, 0])],
                7
            )
        );
        assert_eq!(
            figures(&report(&app, &ana, "by=age").await),
            (vec![json!(["25-34", null, 97, 97]), json!([null, null, 10, 0])], 0)
        );
        // What comes in later is told later.
        app.ingest(&shoppers(&ana, &summer, 500, 6, &place("UY", Some("MVD")))).await.expect(200);
        assert_eq!(report(&app, &ana, "promotion=summer-10&by=country&lang=es").await, told);
        settle(&app).await;
        assert_eq!(figures(&report(&app, &ana, "").await).0[0], json!(["UY", null, 76, 76]));
        let before = report(&app, &ana, "to=2026-11-21T11:00:00Z").await;
        let after = report(&app, &ana, "from=2026-11-21T11:00:00Z").await;
        assert_eq!((figures(&before).0[0][2].clone(), figures(&after)), (json!(70), (vec![json!(["UY", null, 6, 6])], 0)));
    })
    .await;
}

#[tokio::test]
async fn a_few_wait_and_are_told_with_more() {
    with_app(async |app: TestApp| {
        let ana = app.register("ana").await;
        let summer = ana.create_promotion("summer-10").await["id"].clone();
        app.start_jobs();
        app.ingest(&shoppers(&ana, &summer, 0, 4, &place("UY", Some("MVD"))))
            .await
            .expect(200);
        settle(&app).await;
        assert_eq!(report(&app, &ana, "").await["updated_at"], Value::Null);
        app.ingest(&shoppers(&ana, &summer, 10, 1, &place("UY", Some("MVD"))))
            .await
            .expect(200);
        settle(&app).await;
        assert_eq!(
            figures(&report(&app, &ana, "by=city").await),
            (vec![json!(["MVD", "UY", 5, 5])], 0)
        );
        // Again there is nothing to tell.
        settle(&app).await;
        assert_eq!(
            figures(&report(&app, &ana, "by=city").await),
            (vec![json!(["MVD", "UY", 5, 5])], 0)
        );
    })
    .await;
}

#[tokio::test]
async fn two_workers_tell_a_period_once() {
    with_app(async |app: TestApp| {
        let ana = app.register("ana").await;
        for code in ["a", "b", "c"] {
            let id = ana.create_promotion(code).await["id"].clone();
            let first = u32::from(code.as_bytes()[0]) * 100;
            app.ingest(&shoppers(&ana, &id, first, 9, &place("UY", Some("MVD"))))
                .await
                .expect(200);
        }
        app.start_jobs();
        // The same job under other keys, as if a worker had lost its lease.
        for _ in 0..4 {
            let insert = "insert into jobs (id, payload, created_at, run_at) values (gen_random_uuid(), \
                          '{\"v\": 1, \"kind\": \"disclose_demographics\", \"after_organization\": null, \
                          \"after_promotion\": null}', $1, $1)";
            let run_at = app.clock.now() + TimeDelta::minutes(40);
            sqlx::query(insert).bind(run_at).execute(&app.pool).await.unwrap();
        }
        app.start_another().await.start_jobs();
        settle(&app).await;
        wait_for("every job", async || {
            app.list_jobs_left().await.is_empty().then_some(())
        })
        .await;
        assert_eq!(
            figures(&report(&app, &ana, "").await),
            (vec![json!(["UY", null, 27, 27])], 0)
        );
    })
    .await;
}

#[tokio::test]
async fn what_is_not_summed_yet_holds_its_hour_back() {
    with_app(async |app: TestApp| {
        let ana = app.register("ana").await;
        let summer = ana.create_promotion("summer-10").await["id"].clone();
        // Whoever holds the organisation's sums keeps the roll-up waiting.
        let mut holder = app.pool.acquire().await.unwrap().detach();
        let lock = sqlx::query("select pg_advisory_lock(hashtextextended('sums:' || $1::uuid::text, 0))");
        lock.bind(ana.organization_uuid()).execute(&mut holder).await.unwrap();
        let shoppers = shoppers(&ana, &summer, 0, 9, &place("UY", Some("MVD")));
        app.ingest_alone(&shoppers[..5]).await.expect(200);
        app.start_jobs();
        settle(&app).await;
        assert_eq!(report(&app, &ana, "").await["updated_at"], Value::Null);
        holder.close().await.unwrap();
        app.ingest(&shoppers[5..]).await.expect(200);
        settle(&app).await;
        assert_eq!(
            figures(&report(&app, &ana, "").await),
            (vec![json!(["UY", null, 9, 9])], 0)
        );
    })
    .await;
}

#[tokio::test]
async fn the_report_is_a_table_too() {
    with_app(async |app: TestApp| {
        let ana = app.register("ana").await;
        let summer = ana.create_promotion("summer-10").await["id"].clone();
        app.start_jobs();
        app.ingest(&shoppers(&ana, &summer, 0, 9, &place("UY", Some("MVD"))))
            .await
            .expect(200);
        settle(&app).await;
        let ana = app.login(&ana.email).await;
        let request = ana.request(reqwest::Method::GET, "/v1/reports/demographics?by=city");
        let answer = Answer::read(request.header("accept", "text/csv")).await.expect(200);
        assert_eq!(answer.header("content-type"), "text/csv; charset=utf-8; header=present");
        assert_eq!(
            answer.text,
            "key,name,country,evaluations,applicable,not_applicable,ratio\r\nMVD,Montevideo,UY,9,9,0,1\r\n"
        );
    })
    .await;
}

#[tokio::test]
async fn questions_are_checked() {
    with_app(async |app: TestApp| {
        let (ana, bob) = (app.register("ana").await, app.register("bob").await);
        bob.create_promotion("bobs").await;
        ana.get("/v1/reports/demographics?promotion=bobs")
            .await
            .expect_problem(404, "not_found");
        let check = async |query: &str, expected: &[&str]| {
            let answer = ana.get(&format!("/v1/reports/demographics?{query}")).await;
            let errors = answer.expect_problem(422, "invalid_request").field_errors();
            let pointers: Vec<_> = errors.into_iter().map(|(pointer, _)| pointer).collect();
            assert_eq!(pointers, expected, "{query}");
        };
        check("by=hour", &["/by"]).await;
        check("lang=fr&by=x&from=yesterday&to=5", &["/lang", "/by", "/from", "/to"]).await;
        check("from=yesterday", &["/from"]).await;
        check("from=2026-11-21T10:00:00Z&to=2026-11-21T10:00:00Z", &["/to"]).await;
    })
    .await;
}
