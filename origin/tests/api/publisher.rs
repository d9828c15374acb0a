//! The publisher against an edge that fails before and after storing.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use crate::support::edge::Fault;
use crate::support::{TestApp, User, wait_for, with_app};

/// Between two writes of one key.
pub(crate) const SPACING: TimeDelta = TimeDelta::seconds(1);

pub(crate) async fn published(user: &User, code: &str) -> Value {
    user.get(&format!("/v1/promotions/{code}")).await.expect(200).json()["published"].clone()
}

/// Waits until the edge has a promotion's newest version.
pub(crate) async fn wait_until_live(user: &User, code: &str) -> Value {
    wait_for("the promotion to be live", async || {
        let published = published(user, code).await;
        (published["state"] == "live").then_some(published)
    })
    .await
}

pub(crate) async fn wait_for_calls(app: &TestApp, calls: usize) {
    wait_for("calls of the edge", async || {
        (app.edge.calls().len() >= calls).then_some(())
    })
    .await;
}

async fn wait_for_attempts(app: &TestApp, attempts: i32) {
    wait_for("attempts", async || {
        let counted: i32 = sqlx::query_scalar("select max(attempts) from outbox")
            .fetch_one(&app.pool)
            .await
            .unwrap();
        (counted == attempts).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_change_reaches_the_edge() {
    with_app(async |app: TestApp| {
        app.start_jobs();
        let ana = app.register("ana").await;
        let id = ana.create_promotion("summer-10").await["id"].clone();
        ana.activate("summer-10").await;
        let live = wait_until_live(&ana, "summer-10").await;
        assert_eq!(
            live,
            json!({"version": 1, "state": "live", "at": "2026-11-21T10:30:00Z"})
        );
        let key = format!("promo/{}/summer-10", ana.organization_id);
        let rule = app.edge.value(&key).unwrap();
        assert_eq!(
            (&rule["promotion_id"], &rule["version"], &rule["status"]),
            (&id, &json!(1), &json!("active"))
        );
        engine::promotion::Rule::from_json(&rule.to_string()).unwrap();
        app.clock.advance(SPACING);
        ana.post("/v1/promotions/summer-10/pause", &json!({})).await.expect(200);
        wait_until_live(&ana, "summer-10").await;
        assert_eq!(app.edge.value(&key).unwrap()["status"], "paused");
        assert_eq!(app.edge.calls(), [[key.clone()], [key]]);
        let key = format!("ledger/{}/{}/shards", ana.organization_id, id.as_str().unwrap());
        let config = app.edge.value(&key).unwrap();
        assert_eq!((&config["status"], &config["revision"]), (&json!("paused"), &json!(3)));
        engine::ledger::Config::from_json(&config.to_string()).unwrap();
        assert_eq!(app.edge.ledger_calls(), [[key.clone()], [key]]);
    })
    .await;
}

#[tokio::test]
async fn a_call_that_failed_is_made_again() {
    with_app(async |app: TestApp| {
        app.edge.fail([Fault::Before, Fault::After, Fault::Nonsense]);
        app.start_jobs();
        let ana = app.register("ana").await;
        ana.create_promotion("summer-10").await;
        ana.activate("summer-10").await;
        // Each delay is twice the one before: 250, 500, 1,000 ms. A key is written once a second at most.
        for (attempt, delay_ms) in [(1, 250), (2, 500), (3, 1_000)] {
            wait_for_attempts(&app, attempt).await;
            assert_eq!(published(&ana, "summer-10").await["state"], "publishing");
            let due_at: DateTime<Utc> =
                sqlx::query_scalar("select next_attempt_at from outbox where key like 'promo/%'")
                    .fetch_one(&app.pool)
                    .await
                    .unwrap();
            assert_eq!(due_at, app.clock.now() + TimeDelta::milliseconds(delay_ms));
            app.clock.advance(SPACING);
        }
        wait_until_live(&ana, "summer-10").await;
        assert_eq!(app.edge.calls().len(), 4);
    })
    .await;
}

#[tokio::test]
async fn the_delay_is_bounded() {
    with_app(async |app: TestApp| {
        app.edge.fail([Fault::Before]);
        let ana = app.register("ana").await;
        ana.create_promotion("summer-10").await;
        ana.activate("summer-10").await;
        sqlx::query("update outbox set attempts = 1000")
            .execute(&app.pool)
            .await
            .unwrap();
        app.start_jobs();
        wait_for_attempts(&app, 1_001).await;
        app.clock.advance(TimeDelta::seconds(30));
        wait_until_live(&ana, "summer-10").await;
    })
    .await;
}

#[tokio::test]
async fn only_what_the_edge_stored_is_marked() {
    with_app(async |app: TestApp| {
        app.edge.fail([Fault::FirstOnly]);
        let ana = app.register("ana").await;
        for code in ["a", "b"] {
            ana.create_promotion(code).await;
            ana.activate(code).await;
        }
        app.start_jobs();
        wait_until_live(&ana, "a").await;
        assert_eq!(published(&ana, "b").await["state"], "publishing");
        app.clock.advance(SPACING);
        wait_until_live(&ana, "b").await;
        let key = |code: &str| format!("promo/{}/{code}", ana.organization_id);
        assert_eq!(app.edge.calls(), [vec![key("a"), key("b")], vec![key("b")]]);
    })
    .await;
}

#[tokio::test]
async fn only_the_newest_value_of_a_key_is_sent() {
    with_app(async |app: TestApp| {
        let ana = app.register("ana").await;
        ana.create_promotion("summer-10").await;
        ana.activate("summer-10").await;
        ana.post("/v1/promotions/summer-10/pause", &json!({})).await.expect(200);
        ana.activate("summer-10").await;
        app.start_jobs();
        assert_eq!(wait_until_live(&ana, "summer-10").await["version"], 3);
        assert_eq!(app.edge.calls().len(), 1);
        let superseded: Vec<bool> =
            sqlx::query_scalar("select superseded_at is not null from outbox where key like 'promo/%' order by id")
                .fetch_all(&app.pool)
                .await
                .unwrap();
        assert_eq!(superseded, [true, true, false]);
    })
    .await;
}

#[tokio::test]
async fn one_publisher_works_and_another_takes_over() {
    with_app(async |app: TestApp| {
        let first = app.start_jobs();
        let ana = app.register("ana").await;
        ana.create_promotion("summer-10").await;
        ana.activate("summer-10").await;
        wait_until_live(&ana, "summer-10").await;
        app.start_jobs();
        // The locks of the publisher's lanes by their lower halves; others are held for a moment.
        let holders = async || -> i64 {
            sqlx::query_scalar(
                "select count(*) from pg_locks where locktype = 'advisory' and granted and objid in (1869509377, 1869509380) \
                 and database = (select oid from pg_database where datname = current_database())",
            )
            .fetch_one(&app.pool)
            .await
            .unwrap()
        };
        assert_eq!(holders().await, 2);
        first.cancel();
        app.clock.advance(SPACING);
        ana.post("/v1/promotions/summer-10/pause", &json!({})).await.expect(200);
        assert_eq!(wait_until_live(&ana, "summer-10").await["version"], 2);
        assert_eq!(holders().await, 2);
        assert_eq!(app.edge.calls().len(), 2);
    })
    .await;
}

#[tokio::test]
async fn it_survives_a_lost_connection() {
    with_app(async |app: TestApp| {
        app.start_jobs();
        let ana = app.register("ana").await;
        ana.create_promotion("summer-10").await;
        ana.activate("summer-10").await;
        wait_until_live(&ana, "summer-10").await;
        sqlx::query(
            "select pg_terminate_backend(pid) from pg_stat_activity \
             where datname = current_database() and pid <> pg_backend_pid() and application_name = 'coupons-origin'",
        )
        .execute(&app.pool)
        .await
        .unwrap();
        wait_for("the pool to recover", async || {
            (ana.get("/v1/me").await.status == 200).then_some(())
        })
        .await;
        app.clock.advance(SPACING);
        ana.post("/v1/promotions/summer-10/pause", &json!({})).await.expect(200);
        wait_for_calls(&app, 2).await;
        wait_until_live(&ana, "summer-10").await;
    })
    .await;
}

#[tokio::test]
async fn health_tells_of_the_backlog() {
    with_app(async |app: TestApp| {
        let ana = app.register("ana").await;
        ana.create_promotion("summer-10").await;
        ana.activate("summer-10").await;
        let publisher =
            async |status: u16| app.get("/health_check").await.expect(status).json()["components"]["publisher"].clone();
        assert_eq!(
            publisher(200).await,
            json!({"status": "ok", "backlog": 2, "oldest_secs": 0})
        );
        app.clock.advance(TimeDelta::seconds(121));
        assert_eq!(
            publisher(503).await,
            json!({"status": "failing", "backlog": 2, "oldest_secs": 121})
        );
        app.start_jobs();
        wait_for("the backlog to go", async || {
            (publisher_backlog(&app).await == 0).then_some(())
        })
        .await;
        assert_eq!(
            publisher(200).await,
            json!({"status": "ok", "backlog": 0, "oldest_secs": null})
        );
    })
    .await;
}

async fn publisher_backlog(app: &TestApp) -> i64 {
    app.get("/health_check").await.json()["components"]["publisher"]["backlog"]
        .as_i64()
        .unwrap()
}
