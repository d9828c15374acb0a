//! The requests that are kept with a promotion to try it with.

use chrono::TimeDelta;
use reqwest::Method;
use serde_json::{Value, json};
use sqlx::Executor;

use crate::support::{Answer, TestApp, User, wait_for, with_app};

const PATH: &str = "/v1/promotions/summer-10/samples";
const MAX_SAMPLES: usize = 50;
const MAX_REQUEST_BYTES: usize = 16 * 1024;
/// Samples that are made at once.
const CALLS: i64 = 6;

async fn create(user: &User, path: &str, name: &str) -> Answer {
    user.post(path, &json!({"name": name, "request": {"transaction_id": name}}))
        .await
}

/// The names of a promotion's samples.
async fn names(user: &User, path: &str) -> Vec<String> {
    let list = user.get(path).await.expect(200).json();
    assert_eq!(list["next_cursor"], json!(null));
    let items = list["items"].as_array().unwrap().iter();
    items.map(|item| item["name"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_sample_is_kept_as_it_is_written() {
    with_app(async |app: TestApp| {
        let ana = app.register("ana").await;
        ana.create_promotion("summer-10").await;
        // Its numbers and white space, and wrong on purpose.
        let text = "{\"birth_date\": \"1990-02-31\",\n\t\"attributes\": {\"total\":  120.50, \"n\": 12345678901234567890.125}}";
        let body = format!("{{\"request\": {text}, \"name\": \" Big cart \"}}");
        let request = ana.request(Method::POST, PATH).header("content-type", "application/json");
        let created = Answer::read(request.body(body)).await.expect(201);
        assert!(created.text.contains(text), "{}", created.text);
        let json = created.json();
        let id = json["id"].as_str().unwrap().to_owned();
        assert!(id.starts_with("sample_"), "{id}");
        let fields: Vec<_> = json.as_object().unwrap().keys().collect();
        assert_eq!(fields, ["created_at", "id", "name", "request", "updated_at"]);
        let told = (&json["name"], &json["created_at"], &json["updated_at"]);
        let now = json!("2026-11-21T10:30:00Z");
        assert_eq!(told, (&json!("Big cart"), &now, &now));
        let list = ana.get(PATH).await.expect(200);
        assert!(list.text.contains(text), "{}", list.text);
        // Whatever becomes of the promotion.
        ana.activate("summer-10").await;
        ana.post("/v1/promotions/summer-10/archive", &json!({})).await.expect(200);
        let path = format!("{PATH}/{id}");
        let change = async |body: Value| {
            app.clock.advance(TimeDelta::seconds(1));
            ana.patch(&path, &body).await.expect(200)
        };
        let renamed = change(json!({"name": "Cart"})).await;
        assert!(renamed.text.contains(text), "{}", renamed.text);
        assert_eq!(renamed.json()["updated_at"], "2026-11-21T10:30:01Z");
        let changed = change(json!({"request": {"country": 5}})).await.json();
        let told = (&changed["name"], &changed["request"], &changed["updated_at"]);
        assert_eq!(told, (&json!("Cart"), &json!({"country": 5}), &json!("2026-11-21T10:30:02Z")));
        assert_eq!(change(json!({"name": "Cart"})).await.json(), changed, "a change of nothing is none");
        assert_eq!(change(json!({})).await.json(), changed);
        ana.delete(&path).await.expect(204);
        ana.delete(&path).await.expect_problem(404, "not_found");
        ana.patch(&path, &json!({})).await.expect_problem(404, "not_found");
        assert_eq!(names(&ana, PATH).await, [""; 0]);
    })
    .await;
}

#[tokio::test]
async fn samples_are_checked_for_their_form_alone() {
    with_app(async |app: TestApp| {
        let ana = app.register("ana").await;
        ana.create_promotion("summer-10").await;
        let id = create(&ana, PATH, "a").await.expect(201).json()["id"].clone();
        let path = format!("{PATH}/{}", id.as_str().unwrap());
        let check = async |method: Method, body: Value, expected: &[(&str, &str)]| {
            let path = if method == Method::POST { PATH } else { &path };
            let answer = Answer::read(ana.request(method.clone(), path).json(&body)).await;
            let found = answer.expect_problem(422, "invalid_request").field_errors();
            let found: Vec<_> = found
                .iter()
                .map(|(pointer, code)| (pointer.as_str(), code.as_str()))
                .collect();
            assert_eq!(found, expected, "{method} {body}");
        };
        let (name, request) = (("/name", "name_invalid"), ("/request", "not_an_object"));
        check(Method::POST, json!([]), &[("", "not_an_object")]).await;
        check(Method::POST, json!({}), &[name, request]).await;
        check(Method::POST, json!({"name": "", "request": []}), &[name, request]).await;
        check(Method::POST, json!({"name": "a", "request": "{}"}), &[request]).await;
        check(
            Method::POST,
            json!({"name": "a", "request": {}, "id": id}),
            &[("/id", "field_unknown")],
        )
        .await;
        check(Method::PATCH, json!({"name": null, "request": null}), &[name, request]).await;
        check(
            Method::PATCH,
            json!({"updated_at": null}),
            &[("/updated_at", "field_unknown")],
        )
        .await;
        // To the byte.
        let of_bytes = |bytes: usize| json!({"name": "a", "request": {"x": "y".repeat(bytes - 8)}});
        ana.post(PATH, &of_bytes(MAX_REQUEST_BYTES)).await.expect(201);
        let too_long = ("/request", "request_too_long");
        check(Method::POST, of_bytes(MAX_REQUEST_BYTES + 1), &[too_long]).await;
        check(Method::PATCH, of_bytes(MAX_REQUEST_BYTES + 1), &[too_long]).await;
        ana.patch(&path, &of_bytes(MAX_REQUEST_BYTES)).await.expect(200);
        assert_eq!(names(&ana, PATH).await, ["a", "a"]);
    })
    .await;
}

#[tokio::test]
async fn a_promotion_has_so_many_and_no_more() {
    with_app(async |app: TestApp| {
        let ana = app.register("ana").await;
        ana.create_promotion("summer-10").await;
        ana.create_promotion("winter").await;
        for number in 2..MAX_SAMPLES {
            create(&ana, PATH, &format!("s-{number}")).await.expect(201);
        }
        // At once: two places are left, and nothing is inserted before all calls have come as far as they can.
        let mut gate = app.pool.begin().await.unwrap();
        gate.execute("lock table promotion_samples in share mode")
            .await
            .unwrap();
        let calls: Vec<_> = (0..CALLS)
            .map(|call| {
                let ana = ana.clone();
                tokio::spawn(async move { create(&ana, PATH, &format!("late-{call}")).await })
            })
            .collect();
        wait_for("all calls to wait", async || {
            let query = "select count(*) from pg_stat_activity where datname = current_database() \
                         and wait_event_type = 'Lock'";
            let waiting: i64 = sqlx::query_scalar(query).fetch_one(&app.pool).await.unwrap();
            (waiting == CALLS).then_some(())
        })
        .await;
        gate.rollback().await.unwrap();
        let mut made = 0;
        for call in calls {
            let answer = call.await.unwrap();
            match answer.status {
                201 => made += 1,
                _ => drop(answer.expect_problem(409, "conflict")),
            }
        }
        assert_eq!((made, names(&ana, PATH).await.len()), (2, MAX_SAMPLES));
        create(&ana, "/v1/promotions/winter/samples", "of another")
            .await
            .expect(201);
        let first = ana.get(PATH).await.json()["items"][0]["id"].clone();
        ana.delete(&format!("{PATH}/{}", first.as_str().unwrap()))
            .await
            .expect(204);
        create(&ana, PATH, "again").await.expect(201);
        create(&ana, PATH, "too many").await.expect_problem(409, "conflict");
    })
    .await;
}

#[tokio::test]
async fn samples_go_with_their_promotion() {
    with_app(async |app: TestApp| {
        let ana = app.register("ana").await;
        ana.create_promotion("summer-10").await;
        let all: Vec<_> = (0..10).map(|number| format!("s-{number}")).collect();
        for name in &all {
            create(&ana, PATH, name).await.expect(201);
            app.clock.advance(TimeDelta::milliseconds(1));
        }
        ana.post("/v1/promotions/summer-10/duplicate", &json!({"code": "copy"}))
            .await
            .expect(201);
        let copy = "/v1/promotions/copy/samples";
        assert_eq!(names(&ana, copy).await, all, "in their order");
        let (originals, copies) = (ana.get(PATH).await.json(), ana.get(copy).await.json());
        for (original, copy) in originals["items"]
            .as_array()
            .unwrap()
            .iter()
            .zip(copies["items"].as_array().unwrap())
        {
            assert_ne!(original["id"], copy["id"]);
            assert_eq!(original["request"], copy["request"]);
            assert_eq!(copy["created_at"], "2026-11-21T10:30:00.010Z");
        }
        ana.delete("/v1/promotions/summer-10").await.expect(204);
        ana.get(PATH).await.expect_problem(404, "not_found");
        let left: i64 = sqlx::query_scalar("select count(*) from promotion_samples")
            .fetch_one(&app.pool)
            .await
            .unwrap();
        assert_eq!((left, names(&ana, copy).await), (10, all));
    })
    .await;
}

#[tokio::test]
async fn a_sample_is_one_promotions() {
    with_app(async |app: TestApp| {
        let (ana, mallory) = (app.register("ana").await, app.register("mallory").await);
        for user in [&ana, &mallory] {
            user.create_promotion("summer-10").await;
        }
        ana.create_promotion("winter").await;
        let id = create(&ana, PATH, "a").await.expect(201).json()["id"].clone();
        let id = id.as_str().unwrap();
        assert_eq!(names(&mallory, PATH).await, [""; 0]);
        for (user, path) in [
            (&mallory, format!("{PATH}/{id}")),
            (&ana, format!("/v1/promotions/winter/samples/{id}")),
            (&ana, format!("/v1/promotions/none/samples/{id}")),
            (&ana, format!("{PATH}/sample_0198c5f0a1b27c3d8e4f5a6b7c8d9e0f")),
            (&ana, format!("{PATH}/x")),
        ] {
            user.patch(&path, &json!({"name": "mine"}))
                .await
                .expect_problem(404, "not_found");
            user.delete(&path).await.expect_problem(404, "not_found");
        }
        assert_eq!(names(&ana, PATH).await, ["a"]);
    })
    .await;
}

#[tokio::test]
async fn the_trail_keeps_no_request() {
    with_app(async |app: TestApp| {
        let ana = app.register("ana").await;
        ana.create_promotion("summer-10").await;
        let body = json!({"name": "a", "request": {"birth_date": "1990-04-05"}});
        let id = ana.post(PATH, &body).await.expect(201).json()["id"].clone();
        let path = format!("{PATH}/{}", id.as_str().unwrap());
        ana.patch(&path, &json!({"name": "b"})).await.expect(200);
        ana.patch(&path, &json!({"name": "b"})).await.expect(200);
        ana.delete(&path).await.expect(204);
        let events = ana.get("/v1/audit-events?object_type=sample").await.expect(200);
        assert!(!events.text.contains("1990-04-05"), "{}", events.text);
        let events = events.json();
        let mut told: Vec<_> = events["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|event| {
                assert_eq!(event["object"], json!({"type": "sample", "id": id}));
                let name = |side: &str| event[side]["name"].as_str().unwrap_or("-").to_owned();
                format!(
                    "{} {} {}",
                    event["action"].as_str().unwrap(),
                    name("before"),
                    name("after")
                )
            })
            .collect();
        told.sort();
        assert_eq!(told, ["sample.created - a", "sample.deleted b -", "sample.updated a b"]);
    })
    .await;
}
