//! Changes of a promotion's terms: by whom meant for which revision, what they merge to, and what is refused.

use serde_json::{Value, json};

use crate::support::{Answer, TestApp, User, promotion, with_app};

const PATH: &str = "/v1/promotions/summer-10";

#[tokio::test]
async fn of_twenty_creations_of_a_code_one_succeeds() {
    with_app(async |app: TestApp| {
        let ana = app.register("ana").await;
        let calls = (0..20).map(|number| {
            let ana = ana.clone();
            let code = if number % 2 == 0 { "summer-10" } else { "SUMMER-10" };
            tokio::spawn(async move { ana.post("/v1/promotions", &promotion(code)).await })
        });
        assert_eq!(outcomes(calls.collect()).await, [vec![201], vec![409; 19]].concat());
        assert_eq!(
            ana.get("/v1/promotions").await.json()["items"]
                .as_array()
                .unwrap()
                .len(),
            1
        );
    })
    .await;
}

#[tokio::test]
async fn of_twenty_changes_of_one_revision_one_succeeds() {
    with_app(async |app: TestApp| {
        let ana = app.register("ana").await;
        ana.create_promotion("summer-10").await;
        for round in 0..2 {
            let etag = ana.get(PATH).await.header("etag");
            let calls = (0..20).map(|number| {
                let (ana, etag) = (ana.clone(), etag.clone());
                let body = json!({"name": format!("Name {round} {number}")});
                tokio::spawn(async move { ana.patch_at(PATH, &etag, &body).await })
            });
            assert_eq!(outcomes(calls.collect()).await, [vec![200], vec![412; 19]].concat());
            ana.activate("summer-10").await;
            ana.post(&format!("{PATH}/pause"), &json!({})).await.expect(200);
        }
    })
    .await;
}

/// The statuses of calls that ran at once, sorted.
async fn outcomes(calls: Vec<tokio::task::JoinHandle<Answer>>) -> Vec<u16> {
    let mut statuses = Vec::new();
    for call in calls {
        statuses.push(call.await.unwrap().status);
    }
    statuses.sort_unstable();
    statuses
}

#[tokio::test]
async fn a_change_names_the_revision_that_it_is_meant_for() {
    with_app(async |app: TestApp| {
        let ana = app.register("ana").await;
        let created = ana.post("/v1/promotions", &promotion("summer-10")).await.expect(201);
        assert_eq!(created.header("etag"), "\"1\"");
        let name = |name: &str| json!({"name": name});
        ana.patch(PATH, &name("A"))
            .await
            .expect_problem(428, "precondition_required");
        for stale in ["\"2\"", "\"0\"", "1", "W/\"1\"", "\"x\""] {
            let answer = ana.patch_at(PATH, stale, &name("A")).await;
            answer.expect_problem(412, "precondition_failed");
        }
        let answer = ana.patch_at(PATH, "\"1\"", &name("A")).await.expect(200);
        assert_eq!(
            (answer.header("etag").as_str(), &answer.json()["version"]),
            ("\"2\"", &json!(0))
        );
        let answer = ana.patch_at(PATH, "\"7\", \"2\"", &name("B")).await.expect(200);
        assert_eq!(answer.header("etag"), "\"3\"");
        let answer = ana.patch_at(PATH, "*", &name("C")).await.expect(200);
        assert_eq!(answer.header("etag"), "\"4\"");
        // What changes nothing is no change.
        let answer = ana.patch_at(PATH, "\"4\"", &json!({"name": " C "})).await.expect(200);
        assert_eq!(answer.header("etag"), "\"4\"");
        // The others honour it when it is sent.
        let post = async |action: &str, etag: &str| {
            let request = ana.request(reqwest::Method::POST, &format!("{PATH}/{action}"));
            Answer::read(request.header("if-match", etag)).await
        };
        for (action, revision) in [("activate", 4), ("pause", 5), ("versions/1/restore", 6), ("archive", 6)] {
            let stale = format!("\"{}\"", revision - 1);
            post(action, &stale).await.expect_problem(412, "precondition_failed");
            post(action, &format!("\"{revision}\"")).await.expect(200);
        }
        ana.create_promotion("draft").await;
        let delete = async |etag: &str| {
            let request = ana.request(reqwest::Method::DELETE, "/v1/promotions/draft");
            Answer::read(request.header("if-match", etag)).await
        };
        delete("\"2\"").await.expect_problem(412, "precondition_failed");
        delete("\"1\"").await.expect(204);
    })
    .await;
}

/// Changes `body` of a draft; the terms that are answered.
async fn change(ana: &User, body: Value) -> Value {
    ana.patch_present(PATH, &body).await.expect(200).json()
}

#[tokio::test]
async fn a_change_merges_what_is_sent() {
    with_app(async |app: TestApp| {
        let ana = app.register("ana").await;
        let mut expected = ana.create_promotion("summer-10").await;
        let mut check = async |body: Value, changes: Value| {
            for (name, value) in changes.as_object().unwrap() {
                expected[name] = value.clone();
            }
            app.clock.advance(chrono::TimeDelta::seconds(1));
            expected["updated_at"] = json!(app.clock.now());
            assert_eq!(change(&ana, body).await, expected);
            assert_eq!(ana.get(PATH).await.json(), expected);
        };
        check(json!({"name": "A"}), json!({"name": "A"})).await;
        let money = |amount: u64| json!({"amount": amount, "currency": "UYU"});
        let fixed = json!({"type": "fixed_amount", "amount": money(500)});
        check(json!({"effect": fixed}), json!({"effect": fixed})).await;
        check(json!({"kind": "coupon"}), json!({"kind": "coupon"})).await;
        let limits =
            |total, per_customer, budget| json!({"total": total, "per_customer": per_customer, "budget": budget});
        let null = Value::Null;
        check(
            json!({"limits": {"total": 5, "budget": money(9)}}),
            json!({"limits": limits(json!(5), null.clone(), money(9))}),
        )
        .await;
        // A limit is raised alone, and null lifts it alone.
        check(
            json!({"limits": {"total": 6}}),
            json!({"limits": limits(json!(6), null.clone(), money(9))}),
        )
        .await;
        check(
            json!({"limits": {"budget": null}}),
            json!({"limits": limits(json!(6), null.clone(), null.clone())}),
        )
        .await;
        check(
            json!({"limits": null}),
            json!({"limits": limits(null.clone(), null.clone(), null.clone())}),
        )
        .await;
        check(
            json!({"condition": "true", "attributes": null}),
            json!({"condition": "true", "attributes": {}}),
        )
        .await;
        check(
            json!({"ends_at": null, "time_zone": null}),
            json!({"ends_at": null, "time_zone": "UTC"}),
        )
        .await;
        // A local time is read in the zone that the promotion has after the change; instants stay when the zone changes.
        check(
            json!({"starts_at": "2027-01-01T00:00:00", "time_zone": "Europe/Madrid"}),
            json!({"starts_at": "2026-12-31T23:00:00Z", "time_zone": "Europe/Madrid"}),
        )
        .await;
        check(
            json!({"ends_at": "2027-07-01T23:59:59"}),
            json!({"ends_at": "2027-07-01T21:59:59Z"}),
        )
        .await;
        check(
            json!({"time_zone": "America/Lima"}),
            json!({"time_zone": "America/Lima"}),
        )
        .await;
        ana.patch_present(PATH, &json!({"code": "Winter-10"})).await.expect(200);
        ana.get(PATH).await.expect(404);
        assert_eq!(
            ana.get("/v1/promotions/winter-10").await.expect(200).json()["code"],
            "winter-10"
        );
        ana.create_promotion("taken").await;
        let answer = ana
            .patch_present("/v1/promotions/taken", &json!({"code": "WINTER-10"}))
            .await;
        answer.expect_problem(409, "conflict");
    })
    .await;
}

#[tokio::test]
async fn a_wrong_change_is_refused_whole() {
    with_app(async |app: TestApp| {
        let ana = app.register("ana").await;
        let before = ana.create_promotion("summer-10").await;
        let check = async |body: Value, expected: &[(&str, &str)]| {
            let answer = ana.patch_present(PATH, &body).await;
            let answer = answer.expect_problem(422, "invalid_request");
            let expected: Vec<_> = expected
                .iter()
                .map(|(pointer, code)| ((*pointer).to_owned(), (*code).to_owned()))
                .collect();
            assert_eq!(answer.field_errors(), expected, "{body}");
        };
        check(json!([]), &[("", "not_an_object")]).await;
        check(
            json!({"status": "active", "nmae": "A", "version": 7}),
            &[
                ("/nmae", "field_unknown"),
                ("/status", "field_unknown"),
                ("/version", "field_unknown"),
            ],
        )
        .await;
        check(
            json!({"name": null, "code": null}),
            &[("/code", "code_invalid"), ("/name", "name_invalid")],
        )
        .await;
        check(json!({"attributes": null}), &[("/condition", "name_unknown")]).await;
        check(
            json!({"starts_at": "2027-02-01T00:00:00Z"}),
            &[("/ends_at", "ends_before_start")],
        )
        .await;
        check(
            json!({"time_zone": "Europe/Madrid", "starts_at": "2027-03-28T02:30:00"}),
            &[("/starts_at", "time_in_gap")],
        )
        .await;
        check(
            json!({"limits": {"total": 0, "weekly": 5}}),
            &[("/limits/total", "limit_invalid"), ("/limits/weekly", "field_unknown")],
        )
        .await;
        check(json!({"limits": 5}), &[("/limits", "not_an_object")]).await;
        assert_eq!(ana.get(PATH).await.json(), before);
    })
    .await;
}

/// What shops and the ledger go by is settled when a promotion is first published.
#[tokio::test]
async fn a_published_promotion_keeps_code_kind_and_whether_it_is_counted() {
    with_app(async |app: TestApp| {
        let ana = app.register("ana").await;
        ana.create_promotion("summer-10").await;
        ana.activate("summer-10").await;
        for body in [
            json!({"code": "other"}),
            json!({"kind": "coupon"}),
            json!({"limits": {"total": 5}}),
        ] {
            let answer = ana
                .patch_present(PATH, &body)
                .await
                .expect_problem(409, "conflict")
                .json();
            assert!(answer["detail"].as_str().unwrap().contains("duplicate"), "{answer}");
        }
        let mut counted = promotion("counted");
        counted["limits"] = json!({"total": 5});
        ana.post("/v1/promotions", &counted).await.expect(201);
        ana.activate("counted").await;
        for limits in [
            json!({"total": 9}),
            json!({"total": 3, "per_customer": 1}),
            json!(null),
            json!({"budget": {"amount": 500, "currency": "UYU"}}),
        ] {
            let answer = ana
                .patch_present("/v1/promotions/counted", &json!({"limits": limits}))
                .await;
            answer.expect(200);
        }
        let counted: Vec<(String, bool)> = sqlx::query_as("select code, counted from promotions order by code")
            .fetch_all(&app.pool)
            .await
            .unwrap();
        assert_eq!(counted, [("counted".to_owned(), true), ("summer-10".to_owned(), false)]);
    })
    .await;
}

#[tokio::test]
async fn a_duplicate_is_a_draft_of_its_own() {
    with_app(async |app: TestApp| {
        let ana = app.register("ana").await;
        let original = ana.create_promotion("summer-10").await;
        ana.activate("summer-10").await;
        let duplicate = async |body: Value| ana.post(&format!("{PATH}/duplicate"), &body).await;
        let answer = duplicate(json!({"code": "Winter-10"})).await.expect(201);
        assert_eq!(answer.header("etag"), "\"1\"");
        let copy = answer.json();
        assert_ne!(copy["id"], original["id"]);
        let mut expected = original.clone();
        expected["id"] = copy["id"].clone();
        expected["code"] = json!("winter-10");
        assert_eq!(copy, expected);
        let named = duplicate(json!({"code": "spring", "name": "Spring"}))
            .await
            .expect(201)
            .json();
        assert_eq!((&named["name"], &named["status"]), (&json!("Spring"), &json!("draft")));
        duplicate(json!({"code": "spring"}))
            .await
            .expect_problem(409, "conflict");
        for (body, pointer) in [
            (json!({}), "/code"),
            (json!({"code": "a b"}), "/code"),
            (json!({"code": "a", "name": ""}), "/name"),
            (json!({"code": "a", "nmae": "A"}), "/nmae"),
        ] {
            let answer = duplicate(body).await.expect_problem(422, "invalid_request");
            assert_eq!(answer.field_errors()[0].0, pointer);
        }
    })
    .await;
}
