//! The publisher when the edge is away, late or silent, and when it dies itself: the last state wins, and no key is
//! written twice within a second.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::publisher::{SPACING, published, wait_for_calls, wait_until_live};
use crate::support::edge::Fault;
use crate::support::{TestApp, User, wait_for, with_app};

fn promotion_key(user: &User, code: &str) -> String {
    format!("promo/{}/{code}", user.organization_id)
}

fn ledger_key(user: &User, promotion: &Value) -> String {
    format!(
        "ledger/{}/{}/shards",
        user.organization_id,
        promotion["id"].as_str().unwrap()
    )
}

async fn pause(user: &User, code: &str) {
    let path = format!("/v1/promotions/{code}/pause");
    user.post(&path, &json!({})).await.expect(200);
}

#[tokio::test]
async fn an_hour_without_the_edge_loses_no_change() {
    with_app(async |app: TestApp| {
        let ana = app.register("ana").await;
        app.edge.set_down(true);
        app.start_jobs();
        let mut expected = BTreeMap::new();
        for code in ["a", "b", "c"] {
            ana.create_promotion(code).await;
            ana.activate(code).await;
            expected.insert(code, json!(["active", 1]));
        }
        for minute in 0..60 {
            app.clock.advance(TimeDelta::minutes(1));
            let code = ["a", "b", "c"][minute % 3];
            let now = expected[code].clone();
            let change = if now[0] == "active" { "pause" } else { "activate" };
            let path = format!("/v1/promotions/{code}/{change}");
            // Access tokens live ten minutes.
            let ana = app.login(&ana.email).await;
            let changed = ana.post(&path, &json!({})).await.expect(200).json();
            assert_eq!(changed["published"]["state"], "publishing");
            expected.insert(code, json!([changed["status"], changed["version"]]));
        }
        assert!(app.edge.value(&promotion_key(&ana, "a")).is_none());
        app.edge.set_down(false);
        let ana = app.login(&ana.email).await;
        for (code, expected) in expected {
            let live = wait_for("the promotion to be live", async || {
                // A call that failed a moment ago waits for the longest delay from then on.
                app.clock.advance(TimeDelta::seconds(1));
                let published = published(&ana, code).await;
                (published["state"] == "live").then_some(published)
            })
            .await;
            let rule = app.edge.value(&promotion_key(&ana, code)).unwrap();
            assert_eq!(json!([rule["status"], live["version"]]), expected, "{code}");
            assert_eq!(rule["version"], live["version"], "{code}");
        }
    })
    .await;
}

/// The first publisher's call was carried out, and it died before it wrote that down.
#[tokio::test]
async fn a_publisher_that_dies_after_the_write_is_followed_by_another() {
    with_app(async |app: TestApp| {
        let ana = app.register("ana").await;
        app.edge.fail([Fault::Silence]);
        let first = app.start_jobs();
        ana.create_promotion("summer-10").await;
        ana.activate("summer-10").await;
        let key = promotion_key(&ana, "summer-10");
        wait_for("the write", async || app.edge.revision(&key)).await;
        let written = app.edge.revision(&key);
        assert_eq!(published(&ana, "summer-10").await["state"], "publishing");
        first.cancel();
        app.start_another().await.start_jobs();
        wait_until_live(&ana, "summer-10").await;
        assert_eq!(app.edge.calls(), [[key.clone()], [key.clone()]]);
        assert_eq!(app.edge.revision(&key), written, "the same value again");
    })
    .await;
}

/// A call that hangs on its way arrives when its value is long replaced.
#[tokio::test]
async fn a_late_value_replaces_no_newer_one() {
    with_app(async |app: TestApp| {
        let ana = app.register("ana").await;
        app.edge.fail([Fault::Late]);
        let first = app.start_jobs();
        ana.create_promotion("summer-10").await;
        ana.activate("summer-10").await;
        wait_for_calls(&app, 1).await;
        first.cancel();
        pause(&ana, "summer-10").await;
        app.start_jobs();
        assert_eq!(wait_until_live(&ana, "summer-10").await["version"], 2);
        let key = promotion_key(&ana, "summer-10");
        let newest = app.edge.revision(&key);
        app.edge.release();
        wait_for("the late call", async || (app.edge.taken_late() == 1).then_some(())).await;
        assert_eq!(app.edge.value(&key).unwrap()["status"], "paused");
        assert_eq!(app.edge.revision(&key), newest);
    })
    .await;
}

#[tokio::test]
async fn a_key_is_written_once_a_second() {
    with_app(async |app: TestApp| {
        let ana = app.register("ana").await;
        let promotion = ana.create_promotion("summer-10").await;
        app.start_jobs();
        ana.activate("summer-10").await;
        wait_until_live(&ana, "summer-10").await;
        let key = promotion_key(&ana, "summer-10");
        for round in 1..=3 {
            pause(&ana, "summer-10").await;
            ana.activate("summer-10").await;
            pause(&ana, "summer-10").await;
            ana.activate("summer-10").await;
            // The ledger is told at once.
            let revision = json!(4 * round + 2);
            wait_for("the ledger's newest", async || {
                let config = app.edge.value(&ledger_key(&ana, &promotion));
                config.filter(|config| config["revision"] == revision)
            })
            .await;
            app.clock.advance(SPACING - TimeDelta::milliseconds(1));
            // Another key is not held up, and when it is live the publisher has looked again.
            let other = format!("other-{round}");
            ana.create_promotion(&other).await;
            ana.activate(&other).await;
            wait_until_live(&ana, &other).await;
            assert_eq!(published(&ana, "summer-10").await["state"], "publishing");
            assert_eq!(app.edge.writes(&key).len(), round);
            app.clock.advance(TimeDelta::milliseconds(1));
            wait_until_live(&ana, "summer-10").await;
            assert_eq!(app.edge.writes(&key).len(), round + 1);
        }
        let writes = app.edge.writes(&key);
        assert!(writes.is_sorted_by(|one, next| *next - *one >= SPACING), "{writes:?}");
    })
    .await;
}

#[tokio::test]
async fn the_ledger_does_not_wait_for_the_store() {
    with_app(async |app: TestApp| {
        let ana = app.register("ana").await;
        app.edge.fail([Fault::Late]);
        app.start_jobs();
        let first = ana.create_promotion("a").await;
        ana.activate("a").await;
        wait_for_calls(&app, 1).await;
        let second = ana.create_promotion("b").await;
        ana.activate("b").await;
        for promotion in [&first, &second] {
            wait_for("the ledger", async || app.edge.value(&ledger_key(&ana, promotion))).await;
        }
        // One of two is not both.
        assert_eq!(published(&ana, "a").await["state"], "publishing");
        assert!(app.edge.value(&promotion_key(&ana, "a")).is_none());
        app.edge.release();
        for code in ["a", "b"] {
            wait_until_live(&ana, code).await;
        }
    })
    .await;
}

#[tokio::test]
async fn a_backlog_larger_than_a_call_comes_through_in_order() {
    with_app(async |app: TestApp| {
        let (ana, bob) = (app.register("ana").await, app.register("bob").await);
        for number in 0..60 {
            let code = format!("p-{number}");
            for user in [&ana, &bob] {
                user.create_promotion(&code).await;
                user.activate(&code).await;
            }
        }
        for _ in 0..2 {
            app.start_another().await.start_jobs();
        }
        for number in 0..60 {
            for user in [&ana, &bob] {
                wait_until_live(user, &format!("p-{number}")).await;
            }
        }
        let mut expected = Vec::new();
        for number in 0..60 {
            expected.extend([&ana, &bob].map(|user| promotion_key(user, &format!("p-{number}"))));
        }
        let calls = app.edge.calls();
        assert!(
            calls.len() >= 3 && calls.iter().all(|call| call.len() <= 50),
            "{calls:?}"
        );
        assert_eq!(calls.concat(), expected, "each once, in order, whoever sent it");
    })
    .await;
}

#[tokio::test]
async fn what_is_over_is_removed_from_the_outbox() {
    with_app(async |app: TestApp| {
        let ana = app.register("ana").await;
        ana.create_promotion("a").await;
        ana.activate("a").await;
        app.start_jobs();
        wait_until_live(&ana, "a").await;
        app.clock.advance(SPACING);
        pause(&ana, "a").await;
        wait_until_live(&ana, "a").await;
        let rows = async || -> Vec<i64> {
            let query = "select promotion_version from outbox where promotion_id is not null order by id";
            sqlx::query_scalar(query).fetch_all(&app.pool).await.unwrap()
        };
        assert_eq!(rows().await, [1, 1, 2, 2]);
        // Each midnight's cleaning asks for the next.
        for day in 0..7 {
            assert_eq!(rows().await.len(), 4, "after {day} days");
            app.clock.advance(TimeDelta::days(1));
            wait_for("the cleaning", async || {
                let query = "select count(*) from jobs where kind = 'clean_up' and finished_at >= $1";
                let finished: i64 = sqlx::query_scalar(query)
                    .bind(app.clock.now() - TimeDelta::hours(1))
                    .fetch_one(&app.pool)
                    .await
                    .unwrap();
                (finished > 0).then_some(())
            })
            .await;
        }
        assert_eq!(rows().await, [2, 2]);
        let ana = app.login(&ana.email).await;
        assert_eq!(published(&ana, "a").await["state"], "live");
    })
    .await;
}
