//! A key that is good no more is told to the ledger's objects of every promotion that it was good for.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::ingest::changed;
use crate::support::edge::Fault;
use crate::support::{TestApp, User, promotion, wait_for, with_app};

/// Longer than a job is put off for after its first failures.
const LATER: TimeDelta = TimeDelta::seconds(121);

async fn create_key(user: &User, promotions: Value) -> String {
    let body = json!({"name": "Shop", "promotions": promotions});
    let key = user.post("/v1/app-keys", &body).await.expect(201).json();
    key["id"].as_str().unwrap().to_owned()
}

async fn revoke(user: &User, key: &str) {
    user.delete(&format!("/v1/app-keys/{key}")).await.expect(204);
}

/// A promotion in a state; its identifier.
async fn create(user: &User, code: &str, limits: Value, calls: &[&str]) -> String {
    let body = changed(promotion(code), json!({ "limits": limits }));
    let created = user.post("/v1/promotions", &body).await.expect(201).json();
    for call in calls {
        user.post(&format!("/v1/promotions/{code}/{call}"), &json!({}))
            .await
            .expect(200);
    }
    created["id"].as_str().unwrap().to_owned()
}

/// The promotions that were told, each with whether it is counted in one object.
fn told(app: &TestApp, user: &User, key: &str) -> BTreeSet<(String, bool)> {
    let objects = app.edge.ledger.revoked(key).concat();
    assert!(
        objects
            .iter()
            .all(|object| object.organization_id.to_string() == user.organization_id)
    );
    objects
        .iter()
        .map(|object| (object.promotion_id.to_string(), object.counted))
        .collect()
}

async fn wait_until_told(app: &TestApp, user: &User, key: &str, expected: &[(&String, bool)]) {
    let expected: BTreeSet<_> = expected.iter().map(|(id, counted)| ((*id).clone(), *counted)).collect();
    wait_for("the ledger to know", async || {
        (told(app, user, key) == expected).then_some(())
    })
    .await;
}

#[tokio::test]
async fn the_ledger_learns_of_revoked_keys() {
    with_app(async |app: TestApp| {
        let (ana, bob) = (app.register("ana").await, app.register("bob").await);
        create(&bob, "bobs", json!({}), &["activate"]).await;
        create(&ana, "draft", json!({}), &[]).await;
        create(&ana, "archived", json!({}), &["activate", "archive"]).await;
        let active = create(&ana, "active", json!({}), &["activate"]).await;
        let paused = create(&ana, "paused", json!({"total": 5}), &["activate", "pause"]).await;
        app.start_jobs();
        let (all, named) = (
            create_key(&ana, json!("all")).await,
            create_key(&ana, json!(["paused", "draft"])).await,
        );
        let nothing = create_key(&ana, json!(["draft"])).await;
        for key in [&all, &named, &nothing] {
            revoke(&ana, key).await;
            revoke(&ana, key).await;
        }
        wait_until_told(&app, &ana, &all, &[(&active, false), (&paused, true)]).await;
        wait_until_told(&app, &ana, &named, &[(&paused, true)]).await;
        wait_for("the jobs to end", async || {
            app.list_jobs_left().await.is_empty().then_some(())
        })
        .await;
        assert_eq!(app.edge.ledger.revoked(&nothing), Vec::<Vec<_>>::new());
        assert_eq!(app.edge.ledger.revoked(&all).len(), 1, "once");
    })
    .await;
}

#[tokio::test]
async fn many_promotions_are_told_by_pages_and_again_after_failures() {
    with_app(async |app: TestApp| {
        let ana = app.register("ana").await;
        let mut expected = BTreeSet::new();
        for number in 0..51 {
            expected.insert((
                create(&ana, &format!("p-{number}"), json!({}), &["activate"]).await,
                false,
            ));
        }
        let key = create_key(&ana, json!("all")).await;
        app.edge.ledger.fail([Fault::Before, Fault::Nonsense, Fault::FirstOnly]);
        revoke(&ana, &key).await;
        app.start_jobs();
        for calls in 1..=3 {
            wait_for("an attempt", async || {
                (app.edge.ledger.revoked(&key).len() >= calls).then_some(())
            })
            .await;
            wait_for("it to be put off", async || {
                let query = "select exists (select from jobs where kind = 'push_revoked_key' and leased_until is null \
                             and run_at > $1)";
                let query = sqlx::query_scalar(query).bind(app.clock.now());
                let exists: bool = query.fetch_one(&app.pool).await.unwrap();
                exists.then_some(())
            })
            .await;
            app.clock.advance(LATER);
        }
        wait_for("the ledger to know", async || {
            (told(&app, &ana, &key) == expected).then_some(())
        })
        .await;
        let lengths: Vec<_> = app.edge.ledger.revoked(&key).iter().map(Vec::len).collect();
        assert_eq!(lengths, [50, 50, 50, 50, 1]);
    })
    .await;
}

#[tokio::test]
async fn a_replaced_key_is_told_when_it_ends_at_once() {
    with_app(async |app: TestApp| {
        let ana = app.register("ana").await;
        let active = create(&ana, "active", json!({}), &["activate"]).await;
        app.start_jobs();
        let rotate = async |key: &str, seconds: u32| {
            let body = json!({"overlap_seconds": seconds});
            let answer = ana.post(&format!("/v1/app-keys/{key}/rotate"), &body).await;
            answer.expect(201).json()["id"].as_str().unwrap().to_owned()
        };
        let first = create_key(&ana, json!("all")).await;
        let second = rotate(&first, 3_600).await;
        revoke(&ana, &first).await;
        wait_until_told(&app, &ana, &first, &[(&active, false)]).await;
        let third = rotate(&second, 0).await;
        wait_until_told(&app, &ana, &second, &[(&active, false)]).await;
        let fourth = create_key(&ana, json!("all")).await;
        rotate(&fourth, 1).await;
        wait_for("the jobs to end", async || {
            app.list_jobs_left().await.is_empty().then_some(())
        })
        .await;
        for good in [third, fourth] {
            assert_eq!(app.edge.ledger.revoked(&good), Vec::<Vec<_>>::new());
        }
    })
    .await;
}
