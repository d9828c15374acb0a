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
        let id = ana.create_promotion("summer-10").await["id"].clone();
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
        let promotion = format!("promo/{}/summer-10", ana.organization_id);
        let ledger = format!("ledger/{}/{}/shards", ana.organization_id, id.as_str().unwrap());
        let expected = [1, 2, 3].map(|version| [(ledger.clone(), version), (promotion.clone(), version)]);
        assert_eq!(keys, expected.concat());
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
            let answer = ana.post("/v1/promotions", &body).await;
            let answer = answer.expect_problem(422, "invalid_request");
            let expected: Vec<_> = expected
                .iter()
                .map(|(p, c)| ((*p).to_owned(), (*c).to_owned()))
                .collect();
            assert_eq!(answer.field_errors(), expected, "{changes}");
        };
        let effect = |effect: Value| json!({"effect": effect});
        let money = |amount: i64, currency: &str| json!({"amount": amount, "currency": currency});
        for percent in ["101", "100.0001", "0", "-5", "ten", "1e1", ""] {
            let percentage = effect(json!({"type": "percentage", "percent": percent}));
            check(percentage, &[("/effect/percent", "percent_invalid")]).await;
        }
        let fixed = |amount: Value| effect(json!({"type": "fixed_amount", "amount": amount}));
        check(fixed(money(0, "UYU")), &[("/effect/amount/amount", "amount_zero")]).await;
        check(fixed(money(-1, "UYU")), &[("/effect/amount/amount", "amount_invalid")]).await;
        check(
            fixed(money(5, "uyu")),
            &[("/effect/amount/currency", "currency_unknown")],
        )
        .await;
        for wrong in [json!(0), json!(-1), json!(1.5), json!("5")] {
            check(
                json!({"limits": {"total": wrong, "per_customer": wrong}}),
                &[
                    ("/limits/total", "limit_invalid"),
                    ("/limits/per_customer", "limit_invalid"),
                ],
            )
            .await;
        }
        let budget = |budget: Value| json!({"limits": {"budget": budget}});
        check(budget(money(0, "UYU")), &[("/limits/budget/amount", "amount_zero")]).await;
        check(budget(json!(500)), &[("/limits/budget", "money_invalid")]).await;
        let capped = json!({"type": "percentage", "percent": "10", "max_amount": money(5, "UYU")});
        check(
            json!({"effect": capped, "limits": {"budget": money(500, "USD")}}),
            &[("/limits/budget/currency", "currency_mismatch")],
        )
        .await;
        check(json!({"limits": 5}), &[("/limits", "not_an_object")]).await;
        for zone in [json!("America/Atlantis"), json!(""), json!(5)] {
            check(json!({"time_zone": zone}), &[("/time_zone", "time_zone_unknown")]).await;
            // Without a zone there is no local time.
            check(
                json!({"time_zone": zone, "ends_at": "2027-03-28T02:30:00"}),
                &[("/time_zone", "time_zone_unknown")],
            )
            .await;
        }
        check(
            json!({"ends_at": "9999-12-31T23:59:59-03:00"}),
            &[("/ends_at", "time_invalid")],
        )
        .await;
        check(json!({"ends_at": "2027-03-28"}), &[("/ends_at", "time_invalid")]).await;
        check(json!({"starts_at": 5}), &[("/starts_at", "time_invalid")]).await;
        check(
            json!({"starts_at": "2027-01-31T20:59:59", "ends_at": "2027-01-31T23:59:58Z"}),
            &[("/ends_at", "ends_before_start")],
        )
        .await;
        let several = json!({
            "code": "a b", "name": "", "kind": "gift", "condition": "totl > 5", "attributes": {"total": "number"},
            "effect": {"type": "percentage", "percent": "101", "max_amount": money(0, "UYU")},
            "starts_at": "2027-03-14T02:30:00", "ends_at": "soon", "time_zone": "America/New_York",
            "limits": {"total": 0, "budget": money(5, "XXX")}
        });
        check(
            several,
            &[
                ("/code", "code_invalid"),
                ("/name", "name_invalid"),
                ("/kind", "kind_unknown"),
                ("/condition", "name_unknown"),
                ("/effect/percent", "percent_invalid"),
                ("/effect/max_amount/amount", "amount_zero"),
                ("/ends_at", "time_invalid"),
                ("/limits/total", "limit_invalid"),
                ("/limits/budget/currency", "currency_unknown"),
                ("/starts_at", "time_in_gap"),
            ],
        )
        .await;
        ana.get("/v1/promotions/summer-10").await.expect(404);
    })
    .await;
}

/// What is wrong with a condition is told with the place in its source.
#[tokio::test]
async fn wrong_conditions_are_refused_with_their_place() {
    with_app(async |app: TestApp| {
        let ana = app.register("ana").await;
        let check = async |condition: &str, expected: &[(&str, usize, usize)]| {
            let mut body = promotion("summer-10");
            body["condition"] = json!(condition);
            let answer = ana.post("/v1/promotions", &body).await;
            let answer = answer.expect_problem(422, "invalid_request").json();
            let place = |error: &Value, side: &str| usize::try_from(error[side].as_u64().unwrap()).unwrap();
            let found: Vec<_> = answer["errors"]
                .as_array()
                .unwrap()
                .iter()
                .map(|error| {
                    assert_eq!(error["pointer"], "/condition");
                    (
                        error["code"].as_str().unwrap(),
                        place(error, "start"),
                        place(error, "end"),
                    )
                })
                .collect();
            assert_eq!(found, expected, "{condition}");
        };
        check("totl > 5", &[("name_unknown", 0, 4)]).await;
        check(
            "totl > 5 and othr < 3",
            &[("name_unknown", 0, 4), ("name_unknown", 13, 17)],
        )
        .await;
        check("total >= 'a'", &[("types_differ", 0, 12)]).await;
        check("total", &[("not_boolean", 0, 5)]).await;
        check("", &[("syntax", 0, 0)]).await;
        check("total >= 100 andd true", &[("syntax", 13, 17)]).await;
    })
    .await;
}

/// A window in the merchant's clock; the rules are those of `window.rs`.
#[tokio::test]
async fn local_times_are_read_in_the_promotions_zone() {
    with_app(async |app: TestApp| {
        let ana = app.register("ana").await;
        let mut body = promotion("summer-10");
        for (name, value) in [
            ("time_zone", "Europe/Madrid"),
            ("starts_at", "2027-10-31T02:30:00"),
            ("ends_at", "2027-10-31T02:30:00"),
        ] {
            body[name] = json!(value);
        }
        let created = ana.post("/v1/promotions", &body).await.expect(201).json();
        assert_eq!(
            (&created["starts_at"], &created["ends_at"]),
            (&json!("2027-10-31T00:30:00Z"), &json!("2027-10-31T01:30:00Z"))
        );
        body["code"] = json!("gap");
        body["starts_at"] = json!("2027-03-28T02:30:00");
        let answer = ana.post("/v1/promotions", &body).await;
        let answer = answer.expect_problem(422, "invalid_request").json();
        let detail = answer["errors"][0]["detail"].as_str().unwrap();
        assert!(detail.contains("2027-03-28T03:00:00"), "{detail}");
        // Without a zone of its own, a promotion's is UTC.
        body["time_zone"] = Value::Null;
        let created = ana.post("/v1/promotions", &body).await.expect(201).json();
        assert_eq!(
            (&created["starts_at"], &created["time_zone"]),
            (&json!("2027-03-28T02:30:00Z"), &json!("UTC"))
        );
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
