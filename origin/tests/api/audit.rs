//! The audit trail.

use serde_json::{Value, json};

use crate::support::{TestApp, with_app};

#[tokio::test]
async fn the_trail_tells_who_did_what() {
    with_app(async |app: TestApp| {
        let ana = app.register("ana").await;
        let promotion = ana.create_promotion("summer-10").await;
        ana.activate("summer-10").await;
        let role = json!({"name": "Reader", "permissions": ["reports.read"]});
        let role = ana.post("/v1/roles", &role).await.expect(201).json();
        let path = format!("/v1/roles/{}", role["id"].as_str().unwrap());
        let renamed = ana.patch(&path, &json!({"name": "Looker"})).await.expect(200);
        let events = async |query: &str| -> Vec<Value> {
            let answer = ana.get(&format!("/v1/audit-events{query}")).await.expect(200);
            answer.json()["items"].as_array().unwrap().clone()
        };
        let actions = async |query: &str| -> Vec<String> {
            let mut actions: Vec<_> = events(query)
                .await
                .iter()
                .map(|event| event["action"].as_str().unwrap().to_owned())
                .collect();
            actions.sort();
            actions
        };
        assert_eq!(
            actions("").await,
            [
                "organization.created",
                "promotion.activated",
                "promotion.created",
                "role.created",
                "role.updated",
                "session.started"
            ]
        );
        let updated = &events("?action=role.updated").await[0];
        assert_eq!(
            (&updated["before"]["name"], &updated["after"]["name"]),
            (&json!("Reader"), &json!("Looker"))
        );
        assert_eq!(updated["object"], json!({"type": "role", "id": role["id"]}));
        assert_eq!(
            updated["actor"],
            json!({"type": "user", "id": ana.id, "name": "ana", "email": "ana@example.com"})
        );
        assert_eq!(updated["request_id"], renamed.header("x-request-id"));
        assert_eq!(updated["time"], "2026-11-21T10:30:00Z");
        assert_eq!(
            actions("?object_type=promotion").await,
            ["promotion.activated", "promotion.created"]
        );
        let by_id = format!("?object_id={}", promotion["id"].as_str().unwrap());
        assert_eq!(actions(&by_id).await.len(), 2);
        assert_eq!(actions(&format!("?actor={}", ana.id)).await.len(), 6);
        assert_eq!(actions("?actor=user_00000000000000000000000000000000").await.len(), 0);
        assert_eq!(
            actions("?from=2026-11-21T10:30:00Z&to=2026-11-21T10:30:01Z")
                .await
                .len(),
            6
        );
        assert_eq!(actions("?to=2026-11-21T10:30:00Z").await.len(), 0);
        for query in [
            "actor=ana",
            "action=role.eaten",
            "from=yesterday",
            "object_id=%00",
            "limit=0",
        ] {
            let answer = ana.get(&format!("/v1/audit-events?{query}")).await;
            answer.expect_problem(422, "invalid_request");
        }
        let first = ana.get("/v1/audit-events?limit=4").await.json();
        let rest = events(&format!("?limit=4&cursor={}", first["next_cursor"].as_str().unwrap())).await;
        assert_eq!(rest.len(), 2);
    })
    .await;
}

#[tokio::test]
async fn the_trail_holds_no_secret_and_is_ones_own() {
    with_app(async |app: TestApp| {
        let ana = app.register("ana").await;
        let body = json!({"name": "Shop", "promotions": "all"});
        let key = ana.post("/v1/app-keys", &body).await.expect(201).json();
        let text = ana.get("/v1/audit-events?limit=100").await.text;
        for secret in [
            key["key"].as_str().unwrap(),
            crate::support::PASSWORD,
            "argon2",
            &ana.token,
        ] {
            assert!(!text.contains(secret), "{secret}");
        }
        let mallory = app.register("mallory").await;
        let events = mallory.get("/v1/audit-events").await.json();
        assert!(!events.to_string().contains("ana@example.com"), "{events}");
    })
    .await;
}

#[tokio::test]
async fn nothing_changes_the_trail() {
    with_app(async |app: TestApp| {
        app.register("ana").await;
        for statement in [
            "update audit_events set action = 'x'",
            "delete from audit_events",
            "truncate audit_events",
        ] {
            // Not even the tables' owner.
            let error = sqlx::query(statement).execute(&app.pool).await.unwrap_err();
            assert!(error.to_string().contains("append-only"), "{statement}: {error}");
        }
    })
    .await;
}
