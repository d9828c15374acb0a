//! The life of a promotion: which state takes which call, and what time and redemptions do to it.

use chrono::TimeDelta;
use reqwest::Method;
use serde_json::{Value, json};

use crate::ingest::{changed, record};
use crate::support::{Answer, TestApp, User, promotion, with_app};

const PATH: &str = "/v1/promotions/summer-10";

/// Makes a promotion and brings it into a state.
async fn bring(app: &TestApp, ana: &User, code: &str, state: &str) -> Value {
    let path = format!("/v1/promotions/{code}");
    let mut body = promotion(code);
    body["limits"] = json!({"total": 5});
    let created = ana.post("/v1/promotions", &body).await.expect(201).json();
    let calls: &[&str] = match state {
        "draft" => &[],
        "active" | "exhausted" | "expired" => &["activate"],
        "paused" => &["activate", "pause"],
        "archived" => &["activate", "archive"],
        _ => panic!("{state}"),
    };
    for call in calls {
        ana.post(&format!("{path}/{call}"), &json!({})).await.expect(200);
    }
    match state {
        "exhausted" => {
            let number = u32::from_str_radix(&created["id"].as_str().unwrap()[29..], 16).unwrap();
            let exhausted = changed(record(ana, &created["id"], number), json!({"exhausted": true}));
            app.ingest(&[exhausted]).await.expect(200);
        }
        "expired" => {
            let ends_at = app.clock.now() + TimeDelta::seconds(1);
            let body = json!({"ends_at": ends_at.to_rfc3339()});
            ana.patch_present(&path, &body).await.expect(200);
            app.clock.advance(TimeDelta::milliseconds(1_001));
        }
        _ => {}
    }
    let promotion = ana.get(&path).await.expect(200).json();
    assert_eq!(promotion["status"], state);
    promotion
}

async fn call(ana: &User, code: &str, call: &str) -> Answer {
    let path = format!("/v1/promotions/{code}");
    let post = async |path: String, body: Value| ana.post(&path, &body).await;
    match call {
        "patch" => ana.patch_present(&path, &json!({"name": "Other"})).await,
        "delete" => ana.delete(&path).await,
        "duplicate" => post(format!("{path}/duplicate"), json!({"code": format!("copy-of-{code}")})).await,
        "restore" => post(format!("{path}/versions/1/restore"), json!({})).await,
        action => post(format!("{path}/{action}"), json!({})).await,
    }
}

/// What a call answers in a state: the status, and where the promotion stands then.
#[tokio::test]
async fn each_state_takes_its_calls() {
    let table = [
        ("draft", "activate", 200, "active"),
        ("draft", "pause", 409, "draft"),
        ("draft", "archive", 409, "draft"),
        ("draft", "patch", 200, "draft"),
        ("draft", "delete", 204, "gone"),
        ("draft", "duplicate", 201, "draft"),
        ("draft", "restore", 404, "draft"),
        ("active", "activate", 409, "active"),
        ("active", "pause", 200, "paused"),
        ("active", "archive", 200, "archived"),
        ("active", "patch", 200, "active"),
        ("active", "delete", 409, "active"),
        ("active", "duplicate", 201, "active"),
        ("active", "restore", 200, "active"),
        ("paused", "activate", 200, "active"),
        ("paused", "pause", 409, "paused"),
        ("paused", "archive", 200, "archived"),
        ("paused", "patch", 200, "paused"),
        ("paused", "delete", 409, "paused"),
        ("paused", "duplicate", 201, "paused"),
        ("paused", "restore", 200, "paused"),
        ("expired", "activate", 409, "expired"),
        ("expired", "pause", 200, "expired"),
        ("expired", "archive", 200, "archived"),
        ("expired", "patch", 200, "expired"),
        ("expired", "delete", 409, "expired"),
        ("expired", "duplicate", 201, "expired"),
        // The first version had a later end.
        ("expired", "restore", 200, "active"),
        ("exhausted", "activate", 409, "exhausted"),
        ("exhausted", "pause", 200, "paused"),
        ("exhausted", "archive", 200, "archived"),
        ("exhausted", "patch", 200, "exhausted"),
        ("exhausted", "delete", 409, "exhausted"),
        ("exhausted", "duplicate", 201, "exhausted"),
        ("exhausted", "restore", 200, "exhausted"),
        ("archived", "activate", 409, "archived"),
        ("archived", "pause", 409, "archived"),
        ("archived", "archive", 409, "archived"),
        ("archived", "patch", 409, "archived"),
        ("archived", "delete", 409, "archived"),
        ("archived", "duplicate", 201, "archived"),
        ("archived", "restore", 409, "archived"),
    ];
    with_app(async move |app: TestApp| {
        // Those of ends that pass.
        app.leave_jobs();
        let ana = app.register("ana").await;
        for (number, (state, action, status, after)) in table.into_iter().enumerate() {
            let code = format!("p-{number}");
            let before = bring(&app, &ana, &code, state).await;
            let answer = call(&ana, &code, action).await;
            assert_eq!(answer.status, status, "{action} of {state}: {}", answer.text);
            if status == 409 {
                answer.expect_problem(409, "conflict");
            }
            let promotion = ana.get(&format!("/v1/promotions/{code}")).await;
            if after == "gone" {
                promotion.expect_problem(404, "not_found");
                continue;
            }
            let promotion = promotion.expect(200).json();
            assert_eq!(promotion["status"], after, "{action} of {state}");
            if status == 409 || action == "duplicate" {
                assert_eq!(promotion, before, "{action} of {state}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_window_ends_by_itself_inclusively() {
    with_app(async |app: TestApp| {
        let ana = app.register("ana").await;
        let mut body = promotion("summer-10");
        body["ends_at"] = json!("2026-11-21T10:30:05Z");
        ana.post("/v1/promotions", &body).await.expect(201);
        let created = ana.activate("summer-10").await;
        let status = async || ana.get(PATH).await.expect(200).json()["status"].clone();
        app.clock.advance(TimeDelta::seconds(5));
        assert_eq!(status().await, "active");
        app.clock.advance(TimeDelta::milliseconds(1));
        assert_eq!(status().await, "expired");
        let answer = ana.post(&format!("{PATH}/pause"), &json!({})).await.expect(200).json();
        assert_eq!((&answer["status"], &answer["version"]), (&json!("expired"), &json!(2)));
        let answer = ana.post(&format!("{PATH}/activate"), &json!({})).await;
        let answer = answer.expect_problem(409, "conflict").json();
        assert!(answer["detail"].as_str().unwrap().contains("ends_at"), "{answer}");
        ana.patch_present(PATH, &json!({"ends_at": null})).await.expect(200);
        assert_eq!(ana.activate("summer-10").await["status"], "active");
        assert_eq!(created["id"], ana.get(PATH).await.json()["id"]);
    })
    .await;
}

/// The edge tells of exhaustion by records, which may come late and in any order.
#[tokio::test]
async fn exhaustion_is_told_by_records_of_the_present_limits() {
    with_app(async |app: TestApp| {
        let ana = app.register("ana").await;
        let promotion = bring(&app, &ana, "summer-10", "active").await;
        let mut number = 0;
        let mut tell = async |version: u64, exhausted: bool| {
            number += 1;
            let told = changed(
                record(&ana, &promotion["id"], number),
                json!({"version": version, "exhausted": exhausted}),
            );
            let answer = app.ingest(&[told.clone(), told]).await.expect(200).json();
            assert_eq!(answer["results"][0]["state"], "stored");
            ana.get(PATH).await.expect(200).json()["status"].clone()
        };
        assert_eq!(tell(1, false).await, "active");
        assert_eq!(tell(1, true).await, "exhausted");
        assert_eq!(tell(1, false).await, "exhausted");
        // The revision is the merchant's: nobody's change fails because shoppers came.
        assert_eq!(ana.get(PATH).await.header("etag"), "\"2\"");
        let name = ana
            .patch_present(PATH, &json!({"name": "Other"}))
            .await
            .expect(200)
            .json();
        assert_eq!(name["status"], "exhausted");
        let raised = ana
            .patch_present(PATH, &json!({"limits": {"total": 10}}))
            .await
            .expect(200)
            .json();
        assert_eq!((&raised["status"], &raised["version"]), (&json!("active"), &json!(3)));
        assert_eq!(tell(2, true).await, "active", "of the limits before");
        assert_eq!(tell(3, true).await, "exhausted");
        ana.post(&format!("{PATH}/versions/1/restore"), &json!({}))
            .await
            .expect(200);
        assert_eq!(tell(3, true).await, "active", "of the limits before");
        // Another promotion, and another tenant's of the same code, are not told of.
        let bob = app.register("bob").await;
        bring(&app, &bob, "summer-10", "active").await;
        assert_eq!(tell(4, true).await, "exhausted");
        assert_eq!(bob.get(PATH).await.json()["status"], "active");
    })
    .await;
}

#[tokio::test]
async fn every_change_is_in_the_trail() {
    with_app(async |app: TestApp| {
        let ana = app.register("ana").await;
        bring(&app, &ana, "summer-10", "paused").await;
        for action in ["patch", "restore", "archive", "duplicate"] {
            call(&ana, "summer-10", action).await;
        }
        ana.delete("/v1/promotions/copy-of-summer-10").await.expect(204);
        let events = ana
            .get("/v1/audit-events?object_type=promotion")
            .await
            .expect(200)
            .json();
        let mut events: Vec<_> = events["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|event| {
                let name = |side: &str| event[side]["name"].as_str().unwrap_or("-").to_owned();
                format!(
                    "{} {} {}",
                    event["action"].as_str().unwrap(),
                    name("before"),
                    name("after")
                )
            })
            .collect();
        events.sort();
        assert_eq!(
            events,
            [
                "promotion.activated Summer 10 % Summer 10 %",
                "promotion.archived Summer 10 % Summer 10 %",
                "promotion.created - Summer 10 %",
                "promotion.created - Summer 10 %",
                "promotion.deleted Summer 10 % -",
                "promotion.paused Summer 10 % Summer 10 %",
                "promotion.restored Other Summer 10 %",
                "promotion.updated Summer 10 % Other",
            ]
        );
    })
    .await;
}

#[tokio::test]
async fn another_tenants_code_is_no_oracle() {
    with_app(async |app: TestApp| {
        let (ana, mallory) = (app.register("ana").await, app.register("mallory").await);
        bring(&app, &ana, "summer-10", "active").await;
        for (method, path, body) in [
            (Method::GET, "", json!(null)),
            (Method::PATCH, "", json!({"name": "Mine"})),
            (Method::DELETE, "", json!(null)),
            (Method::POST, "/activate", json!({})),
            (Method::POST, "/pause", json!({})),
            (Method::POST, "/archive", json!({})),
            (Method::POST, "/duplicate", json!({"code": "copy"})),
            (Method::POST, "/duplicate", json!({})),
            (Method::GET, "/versions", json!(null)),
            (Method::GET, "/versions/1", json!(null)),
            (Method::POST, "/versions/1/restore", json!({})),
        ] {
            let mut details = Vec::new();
            for code in ["summer-10", "nobody-has-this"] {
                let path = format!("/v1/promotions/{code}{path}");
                let answer = Answer::read(mallory.request(method.clone(), &path).json(&body)).await;
                let mut problem = answer.expect_problem(404, "not_found").json();
                problem["request_id"] = Value::Null;
                details.push(problem);
            }
            assert_eq!(details[0], details[1], "{method} {path}");
        }
        assert_eq!(mallory.get("/v1/promotions").await.json()["items"], json!([]));
        assert_eq!(ana.get(PATH).await.json()["status"], "active");
    })
    .await;
}
