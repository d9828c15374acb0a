//! The keys that sign access tokens: who signs when, and what anyone is told of it.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use serde_json::{Value, json};
use sqlx::Executor;

use crate::support::{TestApp, User, wait_for, with_app};

/// The key that a token names.
fn key_id(token: &str) -> Value {
    let header = URL_SAFE_NO_PAD.decode(token.split('.').next().unwrap()).unwrap();
    serde_json::from_slice::<Value>(&header).unwrap()["kid"].clone()
}

async fn published_keys(app: &TestApp) -> Vec<Value> {
    let set = app.get("/.well-known/jwks.json").await.expect(200).json();
    set["keys"]
        .as_array()
        .unwrap()
        .iter()
        .map(|key| key["kid"].clone())
        .collect()
}

/// Waits until the edge knows so many keys, and answers their names.
async fn keys_at_the_edge(app: &TestApp, count: usize) -> Vec<Value> {
    wait_for("the keys at the edge", async || {
        let entry = app.edge.value("jwks")?;
        let keys = entry["keys"].as_array().unwrap();
        (keys.len() == count).then(|| keys.iter().map(|key| key["kid"].clone()).collect())
    })
    .await
}

async fn generations(app: &TestApp) -> i64 {
    sqlx::query_scalar("select count(*) from signing_keys")
        .fetch_one(&app.pool)
        .await
        .unwrap()
}

async fn sign_in_again(app: &TestApp, user: &User) -> User {
    app.login(&user.email).await
}

#[tokio::test]
async fn the_next_key_is_published_before_it_signs() {
    with_app(async |app: TestApp| {
        let ana = app.register("ana").await;
        let first = key_id(&ana.token);
        app.rotate_signing_keys(false).await;
        app.start_jobs();
        let keys = keys_at_the_edge(&app, 2).await;
        assert_eq!(keys[0], first);
        app.clock.advance(TimeDelta::seconds(10));
        assert_eq!(published_keys(&app).await, keys);

        app.clock.advance(TimeDelta::seconds(589));
        let before = sign_in_again(&app, &ana).await;
        app.clock.advance(TimeDelta::seconds(1));
        let after = sign_in_again(&app, &ana).await;
        assert_eq!(
            [key_id(&before.token), key_id(&after.token)],
            [keys[0].clone(), keys[1].clone()]
        );
        for user in [&before, &after] {
            user.get("/v1/me").await.expect(200);
        }

        app.clock.advance(TimeDelta::seconds(604));
        assert_eq!(published_keys(&app).await, keys);
        app.clock.advance(TimeDelta::seconds(1));
        assert_eq!(published_keys(&app).await, keys[1..]);
    })
    .await;
}

#[tokio::test]
async fn a_leaked_key_is_good_no_longer() {
    with_app(async |app: TestApp| {
        let ana = app.register("ana").await;
        app.rotate_signing_keys(true).await;
        app.clock.advance(TimeDelta::seconds(10));
        ana.get("/v1/me").await.expect_problem(401, "unauthenticated");
        let again = sign_in_again(&app, &ana).await;
        again.get("/v1/me").await.expect(200);
        assert_ne!(key_id(&again.token), key_id(&ana.token));
        assert_eq!(published_keys(&app).await, [key_id(&again.token)]);
    })
    .await;
}

#[tokio::test]
async fn a_process_asks_for_a_key_that_it_does_not_know() {
    with_app(async |app: TestApp| {
        let ana = app.register("ana").await;
        app.rotate_signing_keys(true).await;
        let other = app.start_another().await;
        let again = sign_in_again(&other, &ana).await;
        // It asked when it started, a moment ago.
        let here = app.with_token(&again);
        here.get("/v1/me").await.expect_problem(401, "unauthenticated");
        app.clock.advance(TimeDelta::seconds(2));
        here.get("/v1/me").await.expect(200);
    })
    .await;
}

#[tokio::test]
async fn a_key_is_replaced_after_thirty_days_once() {
    with_app(async |app: TestApp| {
        app.clock.advance(TimeDelta::days(30) - TimeDelta::seconds(1));
        let early = app.start_jobs();
        let ana = app.register("ana").await;
        ana.create_promotion("summer-10").await;
        ana.activate("summer-10").await;
        wait_for("the jobs to work", async || (app.edge.calls().len() == 1).then_some(())).await;
        early.cancel();
        assert_eq!(generations(&app).await, 1);
        app.clock.advance(TimeDelta::seconds(1));
        for _ in 0..3 {
            app.start_jobs();
            app.start_another().await.start_jobs();
        }
        keys_at_the_edge(&app, 2).await;
        assert_eq!(generations(&app).await, 2);
    })
    .await;
}

#[tokio::test]
async fn the_edge_is_told_once() {
    with_app(async |app: TestApp| {
        let rows = async || -> i64 {
            sqlx::query_scalar("select count(*) from outbox where key = 'jwks'")
                .fetch_one(&app.pool)
                .await
                .unwrap()
        };
        assert_eq!(rows().await, 1);
        // A value that says something else is corrected, and only then a row is written.
        app.pool.execute("update outbox set value = '{}'").await.unwrap();
        for _ in 0..2 {
            app.start_jobs();
        }
        keys_at_the_edge(&app, 1).await;
        assert_eq!(rows().await, 2);
        let entry = app.edge.value("jwks").unwrap();
        let key = &app.get("/.well-known/jwks.json").await.expect(200).json()["keys"][0];
        let expected = json!({"v": 1, "issuer": crate::support::ISSUER, "keys": [{"kid": key["kid"], "x": key["x"]}]});
        assert_eq!(entry, expected);
    })
    .await;
}
