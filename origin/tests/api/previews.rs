//! A user's preview: what an evaluation would say of stored terms and of drafts, and why. A shop's is the edge's.

use chrono::TimeDelta;
use reqwest::Method;
use serde_json::{Value, json};

use crate::coupon_batches::{codes, create_batch};
use crate::support::{Answer, TestApp, User, promotion, with_app};

const PATH: &str = "/v1/promotions/summer-10/preview";

/// A request that `summer-10` applies to.
fn request() -> Value {
    json!({
        "country": "UY", "city": "MVD", "birth_date": "1990-04-05", "attributes": {"total": 120.5},
        "amount": {"amount": 12050, "currency": "UYU"}, "transaction_id": "order-1"
    })
}

/// Merges fields into an object; null takes one away.
fn with(mut object: Value, fields: Value) -> Value {
    for (name, value) in fields.as_object().unwrap() {
        if value.is_null() {
            object.as_object_mut().unwrap().remove(name);
        } else {
            object[name] = value.clone();
        }
    }
    object
}

/// The same request with a draft, which is `summer-10` with other fields.
fn drafted(fields: Value) -> Value {
    with(request(), json!({"draft": with(promotion("summer-10"), fields)}))
}

/// A body as it is written.
async fn post_text(user: &User, path: &str, text: &str) -> Answer {
    let request = user
        .request(Method::POST, path)
        .header("content-type", "application/json");
    Answer::read(request.body(text.to_owned())).await
}

#[tokio::test]
async fn an_answer_is_that_of_an_evaluation_with_the_whole_trace() {
    with_app(async |app: TestApp| {
        let ana = app.register("ana").await;
        ana.create_promotion("summer-10").await;
        ana.activate("summer-10").await;
        let mut ids = Vec::new();
        // Nothing is consumed: the same transaction each time.
        for _ in 0..2 {
            let mut answer = ana.post(PATH, &request()).await.expect(200).json();
            let id = answer["evaluation_id"].take();
            assert!(id.as_str().unwrap().starts_with("eval_"), "{id}");
            ids.push(id);
            assert_eq!(
                answer,
                json!({
                    "evaluation_id": null, "promotion": {"code": "summer-10", "version": 1}, "applicable": true,
                    "reason": null, "effect": {"type": "percentage", "percent": "10"},
                    "discount": {"amount": 1205, "currency": "UYU"}, "redemption": null, "rule_age_seconds": 0,
                    "trace": [{"start": 0, "end": 12, "outcome": "true",
                               "values": [{"start": 0, "end": 5, "value": "120.5"}]}]
                })
            );
        }
        assert_ne!(ids[0], ids[1]);
        let refused = with(request(), json!({"attributes": {"total": 99}}));
        let refused = ana.post(PATH, &refused).await.expect(200).json();
        let told = ["applicable", "effect", "discount", "redemption"].map(|name| refused[name].clone());
        assert_eq!(told, [json!(false), json!(null), json!(null), json!(null)]);
        assert_eq!(
            refused["reason"],
            json!({"code": "condition_not_met", "detail": "The condition is not met: `total >= 100` is false."})
        );
        assert_eq!(refused["trace"][0]["outcome"], "false");
    })
    .await;
}

/// The example of the language's documentation.
#[tokio::test]
async fn a_trace_shows_each_part_with_its_values() {
    with_app(async |app: TestApp| {
        let ana = app.register("ana").await;
        let condition = "total >= 100 and (vip or quantity > 5) and member";
        let attributes = json!({"total": "number", "vip": "boolean?", "quantity": "integer", "member": "boolean"});
        let body = drafted(json!({"condition": condition, "attributes": attributes}));
        let sent = json!({"total": 120.5, "quantity": 3, "member": true});
        let answer = ana.post(PATH, &with(body, json!({"attributes": sent}))).await;
        assert_eq!(
            answer.expect(200).json()["trace"],
            json!([
                {"start": 0, "end": 12, "outcome": "true", "values": [{"start": 0, "end": 5, "value": "120.5"}]},
                {"start": 18, "end": 37, "outcome": "absent", "parts": [
                    {"start": 18, "end": 21, "outcome": "absent",
                     "values": [{"start": 18, "end": 21, "value": "absent"}]},
                    {"start": 25, "end": 37, "outcome": "false", "values": [{"start": 25, "end": 33, "value": "3"}]}
                ]},
                {"start": 43, "end": 49, "outcome": "skipped"}
            ])
        );
    })
    .await;
}

/// A binary fraction would make the number 100.
#[tokio::test]
async fn numbers_are_read_as_they_are_written() {
    with_app(async |app: TestApp| {
        let ana = app.register("ana").await;
        ana.post(
            "/v1/promotions",
            &with(promotion("summer-10"), json!({"condition": "total > 100"})),
        )
        .await
        .expect(201);
        let text = r#"{"attributes": {"total": 100.00000000000000000001}, "transaction_id": "t"}"#;
        let answer = post_text(&ana, PATH, text).await.expect(200).json();
        let value = &answer["trace"][0]["values"][0]["value"];
        assert_eq!(
            (&answer["applicable"], value),
            (&json!(true), &json!("100.00000000000000000001"))
        );
    })
    .await;
}

#[tokio::test]
async fn stored_terms_are_asked_in_every_state() {
    with_app(async |app: TestApp| {
        // The notices of an end that passes.
        app.leave_jobs();
        let ana = app.register("ana").await;
        let check = async |code: &str, fields: Value, calls: &[&str], reason: Option<&str>, version: u64| {
            ana.post("/v1/promotions", &with(promotion(code), fields))
                .await
                .expect(201);
            let path = format!("/v1/promotions/{code}");
            for call in calls {
                ana.post(&format!("{path}/{call}"), &json!({})).await.expect(200);
            }
            app.clock.advance(TimeDelta::seconds(1));
            let answer = ana
                .post(&format!("{path}/preview"), &request())
                .await
                .expect(200)
                .json();
            assert_eq!(answer["applicable"], reason.is_none(), "{answer}");
            assert_eq!(answer["reason"]["code"].as_str(), reason, "{answer}");
            assert_eq!(answer["promotion"], json!({"code": code, "version": version}));
            // The condition is asked in any case.
            assert_eq!(answer["trace"][0]["outcome"], "true", "{answer}");
        };
        let now = app.clock.now();
        let later = json!({"starts_at": now + TimeDelta::days(1)});
        let soon_over = json!({"ends_at": now + TimeDelta::seconds(3)});
        check("draft", json!({}), &[], None, 0).await;
        check("active", json!({}), &["activate"], None, 1).await;
        check("soon-over", soon_over.clone(), &["activate"], None, 1).await;
        check("paused", json!({}), &["activate", "pause"], Some("not_active"), 2).await;
        check("archived", json!({}), &["activate", "archive"], Some("not_active"), 2).await;
        check("later", later.clone(), &["activate"], Some("not_started"), 1).await;
        check("later-draft", later, &[], Some("not_started"), 0).await;
        check("expired", soon_over, &[], Some("expired"), 0).await;
    })
    .await;
}

#[tokio::test]
async fn a_draft_is_asked_instead_of_what_is_stored() {
    with_app(async |app: TestApp| {
        let ana = app.register("ana").await;
        ana.create_promotion("summer-10").await;
        ana.activate("summer-10").await;
        ana.post("/v1/promotions/summer-10/pause", &json!({})).await.expect(200);
        let before = ana.get("/v1/promotions/summer-10").await.expect(200).json();
        let twenty = json!({"effect": {"type": "percentage", "percent": "20"}});
        for body in [
            drafted(twenty.clone()),
            drafted(with(twenty.clone(), json!({"code": "SUMMER-10"}))),
            with(
                request(),
                json!({"draft": with(with(promotion("x"), twenty), json!({"code": null}))}),
            ),
        ] {
            let answer = ana.post(PATH, &body).await.expect(200).json();
            assert_eq!(answer["discount"], json!({"amount": 2410, "currency": "UYU"}), "{body}");
            assert_eq!(answer["promotion"], json!({"code": "summer-10", "version": 0}));
        }
        // A null is none.
        let mut none = request();
        none["draft"] = json!(null);
        let answer = ana.post(PATH, &none).await.expect(200).json();
        assert_eq!(answer["reason"]["code"], "not_active");
        assert_eq!(ana.get("/v1/promotions/summer-10").await.expect(200).json(), before);
        // The promotion need not exist, and does not afterwards.
        let body = with(request(), json!({"draft": promotion("winter")}));
        let answer = ana
            .post("/v1/promotions/winter/preview", &body)
            .await
            .expect(200)
            .json();
        assert_eq!(answer["applicable"], true);
        ana.get("/v1/promotions/winter").await.expect_problem(404, "not_found");
        ana.post("/v1/promotions/winter/preview", &request())
            .await
            .expect_problem(404, "not_found");
        let usage = ana.get("/v1/reports/usage").await.expect(200).json();
        assert_eq!(usage["totals"]["evaluations"], 0);
        let events = ana
            .get("/v1/audit-events?object_type=promotion")
            .await
            .expect(200)
            .json();
        assert_eq!(events["items"].as_array().unwrap().len(), 3);
    })
    .await;
}

#[tokio::test]
async fn every_error_of_draft_and_request_is_told() {
    with_app(async |app: TestApp| {
        let ana = app.register("ana").await;
        ana.create_promotion("summer-10").await;
        let check = async |body: Value, expected: &[(&str, &str)]| {
            let answer = ana.post(PATH, &body).await.expect_problem(422, "invalid_request");
            let found = answer.field_errors();
            let found: Vec<_> = found
                .iter()
                .map(|(pointer, code)| (pointer.as_str(), code.as_str()))
                .collect();
            assert_eq!(found, expected, "{body}");
        };
        let bad = json!({"country": "XX", "birth_date": "2027-01-01", "attributes": {"total": "1"}});
        let bad_errors = [
            ("/attributes/total", "wrong_type"),
            ("/country", "country_unknown"),
            ("/birth_date", "birth_date_invalid"),
        ];
        check(json!([]), &[("", "not_an_object")]).await;
        check(
            json!({}),
            &[("/attributes/total", "required"), ("/transaction_id", "required")],
        )
        .await;
        check(with(request(), bad.clone()), &bad_errors).await;
        // What is right of the draft still says what the request has to be.
        let wrong_effect = json!({"effect": {"type": "gift"}, "ends_at": "soon"});
        let draft_errors = [
            ("/draft/effect/type", "effect_type_unknown"),
            ("/draft/ends_at", "time_invalid"),
        ];
        check(drafted(wrong_effect.clone()), &draft_errors).await;
        check(
            with(drafted(wrong_effect.clone()), bad.clone()),
            &[&draft_errors[..], &bad_errors[..]].concat(),
        )
        .await;
        let per_customer = with(wrong_effect, json!({"limits": {"per_customer": 1}}));
        check(
            drafted(per_customer),
            &[&draft_errors[..], &[("/customer_id", "required")]].concat(),
        )
        .await;
        // What is wrong says nothing of the request: not the condition of what it reads, not the kind of what it consumes.
        let condition = ("/draft/condition", "name_unknown");
        check(
            with(
                drafted(json!({"condition": "totl > 1"})),
                json!({"attributes": {}, "country": "XX"}),
            ),
            &[condition, ("/country", "country_unknown")],
        )
        .await;
        let nothing_consumed = json!({"transaction_id": null, "country": null});
        check(
            with(drafted(json!({"kind": "gift"})), nothing_consumed.clone()),
            &[("/draft/kind", "kind_unknown"), ("/country", "required")],
        )
        .await;
        check(
            with(drafted(json!({"kind": "coupon", "name": ""})), nothing_consumed.clone()),
            &[
                ("/draft/name", "name_invalid"),
                ("/country", "required"),
                ("/coupon_code", "required"),
            ],
        )
        .await;
        let no_object = with(with(request(), nothing_consumed), json!({"draft": 5}));
        check(no_object, &[("/draft", "not_an_object"), ("/country", "required")]).await;
        check(
            drafted(json!({"code": "winter", "name": ""})),
            &[("/draft/name", "name_invalid"), ("/draft/code", "code_differs")],
        )
        .await;
        check(drafted(json!({"code": "winter"})), &[("/draft/code", "code_differs")]).await;
        check(
            drafted(json!({"time_zone": "Mars", "ends_at": "2027-01-31T23:59:59"})),
            &[("/draft/time_zone", "time_zone_unknown")],
        )
        .await;
        let source = ana.post(PATH, &drafted(json!({"condition": "total >= "}))).await;
        let error = source.expect_problem(422, "invalid_request").json()["errors"][0].clone();
        assert_eq!(
            (&error["pointer"], &error["start"]),
            (&json!("/draft/condition"), &json!(8))
        );
    })
    .await;
}

#[tokio::test]
async fn bodies_are_bounded_json() {
    with_app(async |app: TestApp| {
        let ana = app.register("ana").await;
        ana.create_promotion("summer-10").await;
        let check = async |text: &str, status, code| {
            post_text(&ana, PATH, text).await.expect_problem(status, code);
        };
        check("{", 400, "malformed").await;
        check(r#"{"country": "UY", "country": "UY"}"#, 400, "malformed").await;
        check(
            &format!("{{\"x\": \"{}\"}}", "x".repeat(64 * 1024)),
            413,
            "body_too_large",
        )
        .await;
        let request = ana.request(Method::POST, PATH).body("{}");
        Answer::read(request)
            .await
            .expect_problem(415, "unsupported_media_type");
    })
    .await;
}

#[tokio::test]
async fn coupons_of_batches_are_known() {
    with_app(async |app: TestApp| {
        app.leave_jobs();
        let ana = app.register("ana").await;
        let path = "/v1/promotions/club/preview";
        let show = |coupon: &str| with(request(), json!({"coupon_code": coupon, "transaction_id": null}));
        let draft = with(promotion("club"), json!({"kind": "coupon"}));
        let check = async |user: &User, body: Value, reason: Option<&str>| {
            let answer = user.post(path, &body).await.expect(200).json();
            assert_eq!(answer["reason"]["code"].as_str(), reason, "{body}");
        };
        check(
            &ana,
            with(show("ANY"), json!({"draft": draft})),
            Some("coupon_not_found"),
        )
        .await;
        ana.create_coupon_promotion("club").await;
        let batch = create_batch(&ana, json!({"count": 2})).await;
        let coupon = codes(&ana, &batch["id"]).await[0].clone();
        check(&ana, show(&coupon), None).await;
        check(&ana, show("ANY"), Some("coupon_not_found")).await;
        check(&ana, with(show(&coupon), json!({"draft": draft})), None).await;
        // Another organisation's promotion of the same code has other coupons.
        let bob = app.register("bob").await;
        check(
            &bob,
            with(show(&coupon), json!({"draft": draft})),
            Some("coupon_not_found"),
        )
        .await;
        bob.create_coupon_promotion("club").await;
        check(&bob, show(&coupon), Some("coupon_not_found")).await;
        let revoke = format!(
            "/v1/promotions/club/coupon-batches/{}/revoke",
            batch["id"].as_str().unwrap()
        );
        ana.post(&revoke, &json!({})).await.expect(200);
        check(&ana, show(&coupon), Some("coupon_revoked")).await;
    })
    .await;
}

#[tokio::test]
async fn another_tenants_promotion_is_not_there() {
    with_app(async |app: TestApp| {
        let (ana, mallory) = (app.register("ana").await, app.register("mallory").await);
        ana.create_promotion("summer-10").await;
        for code in ["summer-10", "none", "-"] {
            mallory
                .post(&format!("/v1/promotions/{code}/preview"), &request())
                .await
                .expect_problem(404, "not_found");
        }
    })
    .await;
}
