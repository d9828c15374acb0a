//! Promotions: create, list, read, activate, pause; and the check of a condition.

use serde_json::{Value, json};

use crate::support::{TestApp, promotion, with_app};

#[tokio::test]
async fn a_promotion_is_created_as_a_draft() {
    with_app(async |app: TestApp| {
        let ana = app.register("ana").await;
        let created = ana.create_promotion("Summer-10").await;
        assert!(created["id"].as_str().unwrap().starts_with("prom_"));
        let mut expected = promotion("summer-10");
        for (name, value) in [
            ("id", created["id"].clone()),
            ("status", json!("draft")),
            ("version", json!(0)),
            ("created_at", json!("2026-11-21T10:30:00Z")),
            ("updated_at", json!("2026-11-21T10:30:00Z")),
            ("published", Value::Null),
        ] {
            expected[name] = value;
        }
        assert_eq!(created, expected);
        for code in ["summer-10", "SUMMER-10"] {
            assert_eq!(
                ana.get(&format!("/v1/promotions/{code}")).await.expect(200).json(),
                created
            );
        }
        for code in ["winter", "-", "%00", "a%20b"] {
            ana.get(&format!("/v1/promotions/{code}"))
                .await
                .expect_problem(404, "not_found");
        }
    })
    .await;
}

#[tokio::test]
async fn states_follow_their_order() {
    with_app(async |app: TestApp| {
        let ana = app.register("ana").await;
        ana.create_promotion("summer-10").await;
        let change = async |action: &str, status: u16| {
            ana.post(&format!("/v1/promotions/summer-10/{action}"), &Value::Null)
                .await
                .expect(status)
        };
        change("pause", 409).await.expect_problem(409, "conflict");
        for (action, status, version) in [
            ("activate", "active", 1),
            ("pause", "paused", 2),
            ("activate", "active", 3),
        ] {
            let answer = change(action, 200).await.json();
            assert_eq!(
                (&answer["status"], &answer["version"]),
                (&json!(status), &json!(version))
            );
            let publishing = json!({"version": version, "state": "publishing", "at": null});
            assert_eq!(answer["published"], publishing);
            assert_eq!(ana.get("/v1/promotions/summer-10").await.expect(200).json(), answer);
            change(action, 409).await.expect_problem(409, "conflict");
        }
        ana.post("/v1/promotions/winter/activate", &Value::Null)
            .await
            .expect_problem(404, "not_found");
        let keys: Vec<(String, i64)> =
            sqlx::query_as("select key, promotion_version from outbox where organization_id is not null order by id")
                .fetch_all(&app.pool)
                .await
                .unwrap();
        let key = format!("promo/{}/summer-10", ana.organization_id);
        assert_eq!(keys, [1, 2, 3].map(|version| (key.clone(), version)));
    })
    .await;
}

#[tokio::test]
async fn concurrent_changes_come_in_one_order() {
    with_app(async |app: TestApp| {
        let ana = app.register("ana").await;
        ana.create_promotion("summer-10").await;
        let calls: Vec<_> = (0..8)
            .map(|_| {
                let ana = ana.clone();
                tokio::spawn(async move { ana.post("/v1/promotions/summer-10/activate", &json!({})).await.status })
            })
            .collect();
        let mut statuses = Vec::new();
        for call in calls {
            statuses.push(call.await.unwrap());
        }
        statuses.sort_unstable();
        assert_eq!(statuses, [[200].as_slice(), &[409; 7]].concat());
    })
    .await;
}

#[tokio::test]
async fn a_code_is_taken_once() {
    with_app(async |app: TestApp| {
        let (ana, bob) = (app.register("ana").await, app.register("bob").await);
        ana.create_promotion("summer-10").await;
        ana.post("/v1/promotions", &promotion("SUMMER-10"))
            .await
            .expect_problem(409, "conflict");
        bob.create_promotion("summer-10").await;
    })
    .await;
}

#[tokio::test]
async fn every_wrong_field_is_named() {
    with_app(async |app: TestApp| {
        let ana = app.register("ana").await;
        let check = async |changes: Value, expected: &[(&str, &str)]| {
            let mut body = promotion("summer-10");
            for (name, value) in changes.as_object().unwrap() {
                body[name] = value.clone();
            }
            let answer = ana
                .post("/v1/promotions", &body)
                .await
                .expect_problem(422, "invalid_request");
            let expected: Vec<_> = expected
                .iter()
                .map(|(p, c)| ((*p).to_owned(), (*c).to_owned()))
                .collect();
            assert_eq!(answer.field_errors(), expected, "{changes}");
            answer.json()
        };
        check(
            json!({"time_zone": "America/Atlantis"}),
            &[("/time_zone", "time_zone_unknown")],
        )
        .await;
        check(
            json!({"ends_at": "9999-12-31T23:59:59-03:00"}),
            &[("/ends_at", "time_invalid")],
        )
        .await;
        check(json!({"limits": 5}), &[("/limits", "not_an_object")]).await;
        check(json!({"time_zone": ""}), &[("/time_zone", "time_zone_unknown")]).await;
        check(json!({"time_zone": 5}), &[("/time_zone", "time_zone_unknown")]).await;
        let several = [
            ("/code", "code_invalid"),
            ("/name", "name_invalid"),
            ("/time_zone", "time_zone_unknown"),
        ];
        check(json!({"code": "a b", "name": "", "time_zone": "x/y"}), &several).await;
        let mut body = promotion("summer-10");
        body["condition"] = json!("total >= 100 andd true");
        let answer = ana.post("/v1/promotions", &body);
        let json = answer.await.expect_problem(422, "invalid_request").json();
        assert_eq!(json["errors"][0]["pointer"], "/condition", "{json}");
        assert!(json["errors"][0]["start"].as_u64().unwrap() >= 12, "{json}");
        assert!(json["errors"][0]["end"].as_u64().unwrap() <= 22, "{json}");
        ana.get("/v1/promotions/summer-10").await.expect(404);
    })
    .await;
}

#[tokio::test]
async fn lists_come_in_pages_newest_first() {
    with_app(async |app: TestApp| {
        let ana = app.register("ana").await;
        for code in ["a", "b", "c"] {
            ana.create_promotion(code).await;
            app.clock.advance(chrono::TimeDelta::milliseconds(1));
        }
        let codes = |page: &Value| -> Vec<String> {
            page["items"]
                .as_array()
                .unwrap()
                .iter()
                .map(|item| item["code"].as_str().unwrap().to_owned())
                .collect()
        };
        let page = ana.get("/v1/promotions?limit=2").await.expect(200).json();
        assert_eq!(codes(&page), ["c", "b"]);
        let cursor = page["next_cursor"].as_str().unwrap();
        let page = ana
            .get(&format!("/v1/promotions?limit=2&cursor={cursor}"))
            .await
            .expect(200)
            .json();
        assert_eq!(
            (codes(&page), &page["next_cursor"]),
            (vec!["a".to_owned()], &Value::Null)
        );
        let page = ana.get("/v1/promotions").await.expect(200).json();
        assert_eq!((codes(&page).len(), &page["next_cursor"]), (3, &Value::Null));
        for query in ["limit=0", "limit=101", "limit=x", "cursor=x", "limit=0&cursor=prom_1"] {
            ana.get(&format!("/v1/promotions?{query}"))
                .await
                .expect_problem(422, "invalid_request");
        }
    })
    .await;
}

#[tokio::test]
async fn conditions_are_checked() {
    with_app(async |app: TestApp| {
        let ana = app.register("ana").await;
        let check = async |condition: &str| {
            let body = json!({"condition": condition, "attributes": {"total": "number"}});
            ana.post("/v1/conditions/check", &body).await.expect(200).json()
        };
        let valid = check("total >= 100 and country == 'UY'").await;
        assert_eq!(
            valid,
            json!({"valid": true, "diagnostics": [], "references": ["country", "total"]})
        );
        let invalid = check("totl >= 100").await;
        assert_eq!((&invalid["valid"], &invalid["references"]), (&json!(false), &json!([])));
        let diagnostic = &invalid["diagnostics"][0];
        assert_eq!((&diagnostic["start"], &diagnostic["end"]), (&json!(0), &json!(4)));
        for member in ["severity", "code", "message"] {
            assert!(diagnostic[member].is_string(), "{diagnostic}");
        }
        assert_eq!(diagnostic["replacement"], "total");
        let doubtful = check("total >= 100 or true").await;
        assert_eq!(doubtful["valid"], true);
        assert_eq!(doubtful["diagnostics"][0]["severity"], "warning");
        let wrong = json!({"attributes": {"a/b": "date", "c": "float"}});
        let answer = ana
            .post("/v1/conditions/check", &wrong)
            .await
            .expect_problem(422, "invalid_request");
        assert_eq!(
            answer.field_errors(),
            [
                ("/condition", "condition_missing"),
                ("/attributes/a~1b", "name_invalid"),
                ("/attributes/c", "type_unknown")
            ]
            .map(|(pointer, code)| (pointer.to_owned(), code.to_owned()))
        );
    })
    .await;
}
