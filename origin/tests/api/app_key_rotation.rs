//! Rotation of application keys, and when each was last used.

use chrono::TimeDelta;
use engine::app_key::AppKey;
use serde_json::{Value, json};

use crate::app_keys::outbox_values;
use crate::ingest::{changed, record};
use crate::support::{Answer, TestApp, User, with_app};

async fn create(user: &User, expires_at: Value) -> Value {
    let body = json!({"name": "Shop", "promotions": "all", "mode": "live", "expires_at": expires_at});
    user.post("/v1/app-keys", &body).await.expect(201).json()
}

async fn rotate(user: &User, key: &Value, body: &Value) -> Answer {
    let id = key["id"].as_str().unwrap();
    user.post(&format!("/v1/app-keys/{id}/rotate"), body).await
}

/// A key as the list shows it. Keys of one moment stand in any order.
async fn listed(user: &User, key: &Value) -> Value {
    let items = user.get("/v1/app-keys").await.expect(200).json()["items"].clone();
    let items = items.as_array().unwrap();
    items.iter().find(|item| item["id"] == key["id"]).unwrap().clone()
}

/// The name in the edge's store.
fn stored_name(key: &Value) -> String {
    format!("key/{}", AppKey::parse(key["key"].as_str().unwrap()).unwrap().hash())
}

#[tokio::test]
async fn a_successor_takes_the_place() {
    with_app(async |app: TestApp| {
        let ana = app.register("ana").await;
        let old = create(&ana, Value::Null).await;
        let new = rotate(&ana, &old, &json!({})).await.expect(201).json();
        assert_ne!(new["key"], old["key"]);
        for field in ["name", "mode", "promotions", "expires_at", "revoked_at", "rotated_to"] {
            assert_eq!(new[field], old[field], "{field}");
        }
        let replaced = listed(&ana, &old).await;
        assert_eq!(replaced, new["replaced"]);
        assert_eq!(
            (&replaced["rotated_to"], &replaced["expires_at"]),
            (&new["id"], &json!("2026-11-22T10:30:00Z"))
        );
        let entry = |key: &Value, expires_at: Value| {
            json!({"v": 1, "id": key["id"], "organization_id": ana.organization_id, "mode": "live",
                   "promotions": "all", "expires_at": expires_at, "revoked": false})
        };
        let values = outbox_values(&app).await;
        let expected = [
            (stored_name(&new), entry(&new, Value::Null)),
            (stored_name(&old), entry(&old, json!("2026-11-22T10:30:00Z"))),
        ];
        assert_eq!(values[1..], expected);
    })
    .await;
}

#[tokio::test]
async fn an_end_only_comes_nearer() {
    with_app(async |app: TestApp| {
        let ana = app.register("ana").await;
        let check = async |ends: Value, body: Value, expected: &str| {
            let old = create(&ana, ends.clone()).await;
            let new = rotate(&ana, &old, &body).await.expect(201).json();
            assert_eq!(
                (&new["replaced"]["expires_at"], &new["expires_at"]),
                (&json!(expected), &ends),
                "{body}"
            );
        };
        check(Value::Null, json!({"overlap_seconds": 0}), "2026-11-21T10:30:00Z").await;
        check(Value::Null, json!({"overlap_seconds": 60}), "2026-11-21T10:31:00Z").await;
        check(json!("2026-11-21T10:40:00Z"), json!({}), "2026-11-21T10:40:00Z").await;
        check(json!("2027-11-21T10:40:00Z"), json!({}), "2026-11-22T10:30:00Z").await;
        let key = create(&ana, Value::Null).await;
        for overlap in [json!(-1), json!(2_592_001), json!(1.5), json!("60"), json!(true)] {
            let answer = rotate(&ana, &key, &json!({"overlap_seconds": overlap})).await;
            let errors = answer.expect_problem(422, "invalid_request").field_errors();
            assert_eq!(errors, [("/overlap_seconds".to_owned(), "overlap_invalid".to_owned())]);
        }
        rotate(&ana, &key, &json!({"overlap_seconds": 2_592_000}))
            .await
            .expect(201);
    })
    .await;
}

#[tokio::test]
async fn two_keys_of_a_line_are_good_at_most() {
    with_app(async |app: TestApp| {
        let ana = app.register("ana").await;
        let first = create(&ana, Value::Null).await;
        let second = rotate(&ana, &first, &json!({})).await.expect(201).json();
        let refused = async |key: &Value, part: &str| {
            let problem = rotate(&ana, key, &json!({}))
                .await
                .expect_problem(409, "conflict")
                .json();
            assert!(problem["detail"].as_str().unwrap().contains(part), "{problem}");
        };
        refused(&first, second["id"].as_str().unwrap()).await;
        refused(&second, "still good").await;
        // Once the first has ended, the second may be replaced; or at once, without an overlap.
        app.clock.advance(TimeDelta::days(1));
        let ana = app.login(&ana.email).await;
        let third = rotate(&ana, &second, &json!({})).await.expect(201).json();
        let fourth = rotate(&ana, &third, &json!({"overlap_seconds": 0}))
            .await
            .expect(201)
            .json();
        let id = fourth["id"].as_str().unwrap();
        ana.delete(&format!("/v1/app-keys/{id}")).await.expect(204);
        let problem = rotate(&ana, &fourth, &json!({}))
            .await
            .expect_problem(409, "conflict")
            .json();
        assert!(problem["detail"].as_str().unwrap().contains("is revoked"), "{problem}");
        let ends = create(&ana, json!("2026-11-22T10:31:00Z")).await;
        app.clock.advance(TimeDelta::seconds(60));
        let problem = rotate(&ana, &ends, &json!({}))
            .await
            .expect_problem(409, "conflict")
            .json();
        assert!(problem["detail"].as_str().unwrap().contains("has expired"), "{problem}");
    })
    .await;
}

#[tokio::test]
async fn of_many_calls_one_replaces() {
    with_app(async |app: TestApp| {
        let ana = app.register("ana").await;
        let key = create(&ana, Value::Null).await;
        let calls: Vec<_> = (0..20)
            .map(|_| {
                let (ana, key) = (ana.clone(), key.clone());
                tokio::spawn(async move { rotate(&ana, &key, &json!({})).await.status })
            })
            .collect();
        let mut statuses = Vec::new();
        for call in calls {
            statuses.push(call.await.unwrap());
        }
        statuses.sort_unstable();
        let mut expected = vec![409; 20];
        expected[0] = 201;
        assert_eq!(statuses, expected);
        let items = ana.get("/v1/app-keys").await.expect(200).json()["items"].clone();
        assert_eq!(items.as_array().unwrap().len(), 2);
    })
    .await;
}

#[tokio::test]
async fn the_last_use_moves_forward() {
    with_app(async |app: TestApp| {
        let (ana, bob) = (app.register("ana").await, app.register("bob").await);
        let promotion = ana.create_promotion("summer-10").await["id"].clone();
        let (key, other) = (create(&ana, Value::Null).await, create(&ana, Value::Null).await);
        let bobs = create(&bob, Value::Null).await;
        let used = |number, key: &Value, at: &str| {
            changed(
                record(&ana, &promotion, number),
                json!({"app_key_id": key["id"], "at": at}),
            )
        };
        let check = async |records: &[Value], expected: Value| {
            app.ingest(records).await.expect(200);
            assert_eq!(listed(&ana, &key).await["last_used_at"], expected);
            assert_eq!(listed(&ana, &other).await["last_used_at"], Value::Null);
        };
        check(&[], Value::Null).await;
        let (early, late) = ("2026-11-21T10:00:00Z", "2026-11-21T10:10:00Z");
        check(
            &[used(1, &key, early), used(2, &key, late), used(3, &key, early)],
            json!(late),
        )
        .await;
        check(&[used(4, &key, early)], json!(late)).await;
        // A clock that is ahead does not stay ahead.
        check(&[used(5, &key, "2026-11-21T10:45:00Z")], json!("2026-11-21T10:30:00Z")).await;
        // Another tenant's key is not touched.
        app.ingest(&[used(6, &bobs, late)]).await.expect(200);
        assert_eq!(listed(&bob, &bobs).await["last_used_at"], Value::Null);
    })
    .await;
}
