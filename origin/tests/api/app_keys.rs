//! Application keys: shown once, bound, listed, revoked; each change goes to the edge.

use engine::app_key::{AppKey, Mode};
use serde_json::{Value, json};

use crate::support::{TestApp, with_app};

pub(crate) async fn outbox_values(app: &TestApp) -> Vec<(String, Value)> {
    let rows: Vec<(String, String)> =
        sqlx::query_as("select key, value from outbox where organization_id is not null order by id")
            .fetch_all(&app.pool)
            .await
            .unwrap();
    rows.into_iter()
        .map(|(key, value)| (key, serde_json::from_str(&value).unwrap()))
        .collect()
}

#[tokio::test]
async fn a_key_is_shown_once() {
    with_app(async |app: TestApp| {
        let ana = app.register("ana").await;
        let created = ana
            .post("/v1/app-keys", &json!({"name": "Shop", "promotions": "all"}))
            .await
            .expect(201)
            .json();
        let key = AppKey::parse(created["key"].as_str().unwrap()).unwrap();
        assert_eq!(key.mode(), Mode::Test);
        assert!(created["id"].as_str().unwrap().starts_with("key_"));
        assert_eq!(created["preview"], key.preview());
        let list = ana.get("/v1/app-keys").await.expect(200);
        assert!(
            !list.text.contains(key.reveal()) && !list.text.contains(&key.hash()),
            "{}",
            list.text
        );
        let mut item = created.clone();
        item.as_object_mut().unwrap().remove("key");
        assert_eq!(list.json(), json!({"items": [item], "next_cursor": null}));
        let stored: Vec<String> = sqlx::query_scalar("select k::text from app_keys k")
            .fetch_all(&app.pool)
            .await
            .unwrap();
        assert!(
            !stored[0].contains(key.reveal()) && stored[0].contains(&key.hash()),
            "{stored:?}"
        );
    })
    .await;
}

#[tokio::test]
async fn the_edge_learns_of_each_change() {
    with_app(async |app: TestApp| {
        let ana = app.register("ana").await;
        ana.create_promotion("summer-10").await;
        let body =
            json!({"name": "Shop", "promotions": ["SUMMER-10"], "mode": "live", "expires_at": "2027-01-01T00:00:00Z"});
        let created = ana.post("/v1/app-keys", &body).await.expect(201).json();
        let key = AppKey::parse(created["key"].as_str().unwrap()).unwrap();
        let path = format!("/v1/app-keys/{}", created["id"].as_str().unwrap());
        for _ in 0..2 {
            ana.delete(&path).await.expect(204);
        }
        let entry = |revoked: bool| {
            json!({"v": 1, "id": created["id"], "organization_id": ana.organization_id, "mode": "live",
                   "promotions": ["summer-10"], "expires_at": "2027-01-01T00:00:00Z", "revoked": revoked})
        };
        let name = format!("key/{}", key.hash());
        assert_eq!(
            outbox_values(&app).await,
            [(name.clone(), entry(false)), (name, entry(true))]
        );
        let list = ana.get("/v1/app-keys").await.expect(200).json();
        assert_eq!(list["items"][0]["revoked_at"], "2026-11-21T10:30:00Z");
    })
    .await;
}

#[tokio::test]
async fn wrong_fields_are_named() {
    with_app(async |app: TestApp| {
        let (ana, bob) = (app.register("ana").await, app.register("bob").await);
        ana.create_promotion("summer-10").await;
        bob.create_promotion("bobs").await;
        let check = async |body: Value, expected: &[(&str, &str)]| {
            let answer = ana
                .post("/v1/app-keys", &body)
                .await
                .expect_problem(422, "invalid_request");
            let expected: Vec<_> = expected
                .iter()
                .map(|(p, c)| ((*p).to_owned(), (*c).to_owned()))
                .collect();
            assert_eq!(answer.field_errors(), expected, "{body}");
        };
        check(
            json!({}),
            &[("/name", "name_invalid"), ("/promotions", "scope_invalid")],
        )
        .await;
        check(
            json!({"name": "x", "promotions": "some"}),
            &[("/promotions", "scope_invalid")],
        )
        .await;
        check(
            json!({"name": "x", "promotions": []}),
            &[("/promotions", "scope_invalid")],
        )
        .await;
        check(
            json!({"name": "x", "promotions": ["summer-10", "-", 5]}),
            &[("/promotions/1", "code_invalid"), ("/promotions/2", "code_invalid")],
        )
        .await;
        check(
            json!({"name": "x", "promotions": ["summer-10", "bobs"]}),
            &[("/promotions", "promotion_unknown")],
        )
        .await;
        check(
            json!({"name": "x", "promotions": "all", "mode": "prod"}),
            &[("/mode", "mode_unknown")],
        )
        .await;
        // A misspelt end would be a key without end.
        check(
            json!({"name": "x", "promotions": "all", "expires": "2027-01-01T00:00:00Z"}),
            &[("/expires", "field_unknown")],
        )
        .await;
        check(
            json!({"name": "x", "promotions": "all", "expires_at": "9999-12-31T23:59:59-03:00"}),
            &[("/expires_at", "time_invalid")],
        )
        .await;
        check(
            json!({"name": "x", "promotions": "all", "expires_at": "soon"}),
            &[("/expires_at", "time_invalid")],
        )
        .await;
        check(
            json!({"name": "x", "promotions": "all", "expires_at": "2026-11-21T10:30:00Z"}),
            &[("/expires_at", "time_past")],
        )
        .await;
        assert_eq!(outbox_values(&app).await, []);
        ana.delete("/v1/app-keys/key_0198c5f0a1b27c3d8e4f5a6b7c8d9e0f")
            .await
            .expect_problem(404, "not_found");
        ana.delete("/v1/app-keys/x").await.expect_problem(404, "not_found");
    })
    .await;
}
