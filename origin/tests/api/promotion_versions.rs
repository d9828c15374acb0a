//! The versions of a promotion: what was published when and by whom, and the way back.

use chrono::TimeDelta;
use serde_json::{Value, json};
use sqlx::Executor;

use crate::support::{TestApp, promotion, with_app};

const PATH: &str = "/v1/promotions/summer-10";

#[tokio::test]
async fn each_publication_makes_a_version_with_author_and_differences() {
    with_app(async |app: TestApp| {
        let ana = app.register("ana").await;
        let editor = app.add_member(&ana, "editor", "Admin").await;
        let mut body = promotion("summer-10");
        body["limits"] = json!({"total": 5});
        ana.post("/v1/promotions", &body).await.expect(201);
        // Changes of a draft are nobody's business.
        ana.patch_present(PATH, &json!({"name": "First"})).await.expect(200);
        assert_eq!(
            ana.get(&format!("{PATH}/versions")).await.expect(200).json()["items"],
            json!([])
        );
        ana.activate("summer-10").await;
        app.clock.advance(TimeDelta::seconds(1));
        let change =
            json!({"name": "Second", "limits": {"total": 7}, "effect": {"type": "percentage", "percent": "20"}});
        editor.patch_present(PATH, &change).await.expect(200);
        app.clock.advance(TimeDelta::seconds(1));
        ana.post(&format!("{PATH}/pause"), &json!({})).await.expect(200);

        let author =
            |id: &str, name: &str, email: &str| json!({"type": "user", "id": id, "name": name, "email": email});
        let ana_author = author(&ana.id, "ana", &ana.email);
        let difference =
            |pointer: &str, before: Value, after: Value| json!({"pointer": pointer, "before": before, "after": after});
        let expected = [
            json!({
                "version": 3, "status": "paused", "author": ana_author, "at": "2026-11-21T10:30:02Z",
                "changes": [difference("/status", json!("active"), json!("paused"))]
            }),
            json!({
                "version": 2, "status": "active", "author": author(&editor.id, "editor", &editor.email),
                "at": "2026-11-21T10:30:01Z",
                "changes": [
                    difference("/effect/percent", json!("10"), json!("20")),
                    difference("/limits/total", json!(5), json!(7)),
                    difference("/name", json!("First"), json!("Second")),
                ]
            }),
            json!({
                "version": 1, "status": "active", "author": ana_author, "at": "2026-11-21T10:30:00Z", "changes": []
            }),
        ];
        let list = async |query: &str| ana.get(&format!("{PATH}/versions{query}")).await.expect(200).json();
        assert_eq!(list("").await, json!({"items": expected, "next_cursor": null}));
        let first = list("?limit=2").await;
        assert_eq!(first["items"], json!(expected[..2]));
        // A page keeps its place.
        ana.activate("summer-10").await;
        let cursor = first["next_cursor"].as_str().unwrap();
        let second = list(&format!("?limit=2&cursor={cursor}")).await;
        assert_eq!(second, json!({"items": expected[2..], "next_cursor": null}));

        let one = ana.get(&format!("{PATH}/versions/2")).await.expect(200).json();
        let mut expected = expected[1].clone();
        let mut terms = body.clone();
        for (name, value) in change.as_object().unwrap() {
            terms[name] = value.clone();
        }
        terms["limits"] = json!({"total": 7, "per_customer": null, "budget": null});
        expected["terms"] = terms;
        assert_eq!(one, expected);
        for missing in ["0", "5", "-1", "x", "99999999999999999999"] {
            let answer = ana.get(&format!("{PATH}/versions/{missing}")).await;
            answer.expect_problem(404, "not_found");
        }
    })
    .await;
}

#[tokio::test]
async fn any_version_is_restored_as_a_further_one() {
    with_app(async |app: TestApp| {
        let ana = app.register("ana").await;
        ana.create_promotion("summer-10").await;
        ana.activate("summer-10").await;
        let change = json!({"name": "Second", "condition": "true", "ends_at": null});
        ana.patch_present(PATH, &change).await.expect(200);
        ana.post(&format!("{PATH}/pause"), &json!({})).await.expect(200);
        let restored = ana
            .post(&format!("{PATH}/versions/1/restore"), &json!({}))
            .await
            .expect(200);
        assert_eq!(restored.header("etag"), "\"5\"");
        let restored = restored.json();
        let expected = promotion("summer-10");
        for name in ["name", "condition", "ends_at", "effect"] {
            assert_eq!(restored[name], expected[name], "{name}");
        }
        // Whether it is active is not of the terms.
        assert_eq!(
            (&restored["status"], &restored["version"]),
            (&json!("paused"), &json!(4))
        );
        assert_eq!(restored["published"]["state"], "publishing");
        let version = ana.get(&format!("{PATH}/versions/4")).await.expect(200).json();
        assert_eq!(version["terms"]["name"], expected["name"]);
        let pointers: Vec<_> = version["changes"]
            .as_array()
            .unwrap()
            .iter()
            .map(|c| c["pointer"].clone())
            .collect();
        assert_eq!(pointers, ["/condition", "/ends_at", "/name"]);
        // What is present already makes none.
        let again = ana
            .post(&format!("{PATH}/versions/4/restore"), &json!({}))
            .await
            .expect(200);
        assert_eq!(again.header("etag"), "\"5\"");
        let second = ana
            .post(&format!("{PATH}/versions/2/restore"), &json!({}))
            .await
            .expect(200)
            .json();
        assert_eq!((&second["name"], &second["version"]), (&json!("Second"), &json!(5)));
        let missing = ana.post(&format!("{PATH}/versions/6/restore"), &json!({})).await;
        missing.expect_problem(404, "not_found");
    })
    .await;
}

#[tokio::test]
async fn nothing_changes_a_version() {
    with_app(async |app: TestApp| {
        let ana = app.register("ana").await;
        ana.create_promotion("summer-10").await;
        ana.activate("summer-10").await;
        for statement in [
            "update promotion_versions set version = 7",
            "delete from promotion_versions",
        ] {
            app.pool.execute(statement).await.unwrap_err();
        }
    })
    .await;
}
