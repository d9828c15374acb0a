//! What holds for every call: problems, identifiers, limits, health.

use reqwest::Method;
use reqwest::header::CONTENT_TYPE;
use serde_json::{Value, json};

use crate::support::{Answer, TestApp, with_app};

#[tokio::test]
async fn refusals_of_the_framework_are_problems() {
    with_app(async |app: TestApp| {
        let send = async |body: &str, media_type: Option<&str>| {
            let request = app.request(Method::POST, "/v1/auth/login").body(body.to_owned());
            let request = match media_type {
                Some(media_type) => request.header(CONTENT_TYPE, media_type),
                None => request,
            };
            Answer::read(request).await
        };
        let json = Some("application/json");
        send("{", json).await.expect_problem(400, "malformed");
        send("", json).await.expect_problem(400, "malformed");
        send("{}", None).await.expect_problem(415, "unsupported_media_type");
        send("{}", Some("text/plain"))
            .await
            .expect_problem(415, "unsupported_media_type");
        let filler = |bytes: usize| format!("{{\"email\":\"{}\"}}", "x".repeat(bytes - 12));
        send(&filler(64 * 1024), json)
            .await
            .expect_problem(422, "invalid_request");
        send(&filler(64 * 1024 + 1), json)
            .await
            .expect_problem(413, "body_too_large");
        for depth in [33, 200, 10_000] {
            let nested = format!("{}1{}", "[".repeat(depth), "]".repeat(depth));
            send(&nested, json).await.expect_problem(400, "malformed");
        }
        for nul in [r#"{"email":"a\u0000"}"#, r#"{"\u0000":1}"#, r#"[{"a":["\u0000"]}]"#] {
            send(nul, json).await.expect_problem(400, "malformed");
        }
        app.get("/v1/nothing").await.expect_problem(404, "not_found");
        app.get("/").await.expect_problem(404, "not_found");
        let answer = app
            .get("/v1/auth/login")
            .await
            .expect_problem(405, "method_not_allowed");
        assert_eq!(answer.header("allow"), "POST");
    })
    .await;
}

#[tokio::test]
async fn odd_input_is_the_callers_error_or_harmless() {
    with_app(async |app: TestApp| {
        let ana = app.register("ana").await;
        for (path, status) in [
            ("/v1/users?q=%00", 422),
            ("/v1/users?q=%FF", 200),
            ("/v1/users?q=%ED%A0%80", 200),
            ("/v1/users?limit=99999999999999999999", 422),
            ("/v1/users?limit=1.0", 422),
            ("/v1/users?limit=1&limit=2", 400),
            ("/v1/users?cursor=%00", 422),
            ("/v1/audit-events?from=9999-12-31T23:59:59-03:00", 422),
            ("/v1/audit-events?from=0000-01-01T00:00:00Z", 200),
            ("/v1/reports/usage?to=9999-12-31T23:59:59Z", 200),
            ("/v1/reports/usage?promotion=%00", 404),
            ("/v1/promotions/%00", 404),
            ("/v1/promotions/%FF", 404),
        ] {
            let answer = ana.get(path).await;
            assert_eq!(answer.status, status, "{path}: {}", answer.text);
        }
        for (body, status) in [
            (r#"{"name":"\ud800"}"#, 400),
            (r#"{"name":"\ud83d\ude00"}"#, 200),
            (r#"{"name":1e400}"#, 400),
            (r#"{"name":123456789012345678901234567890}"#, 422),
            ("[]", 422),
            ("null", 422),
        ] {
            let request = ana.request(Method::PATCH, "/v1/me");
            let request = request.header(CONTENT_TYPE, "application/json").body(body);
            let answer = Answer::read(request).await;
            assert_eq!(answer.status, status, "{body}: {}", answer.text);
        }
    })
    .await;
}

#[tokio::test]
async fn every_answer_has_an_identifier() {
    with_app(async |app: TestApp| {
        let send = async |id: &str| {
            Answer::read(app.request(Method::GET, "/healthz").header("x-request-id", id))
                .await
                .header("x-request-id")
        };
        assert_eq!(send("edge-1_2.3").await, "edge-1_2.3");
        for id in ["", "a b", "\"", &"x".repeat(65)] {
            let made = send(id).await;
            assert!(made.starts_with("req_") && made.len() == 36, "{id:?} {made}");
        }
        assert_eq!(app.get("/healthz").await.header("cache-control"), "no-store");
    })
    .await;
}

#[tokio::test]
async fn faults_show_an_identifier_alone() {
    with_app(async |app: TestApp| {
        let ana = app.register("ana").await;
        sqlx::query("alter table promotions rename to gone")
            .execute(&app.pool)
            .await
            .unwrap();
        let answer = ana.get("/v1/promotions").await.expect_problem(500, "internal");
        for inner in ["promotions", "gone", "relation", "sql"] {
            assert!(!answer.json()["detail"].as_str().unwrap().contains(inner), "{answer:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn what_is_stored_is_checked_when_it_is_read() {
    with_app(async |app: TestApp| {
        let ana = app.register("ana").await;
        ana.create_promotion("summer-10").await;
        sqlx::query("update promotions set terms = terms - 'effect'")
            .execute(&app.pool)
            .await
            .unwrap();
        ana.get("/v1/promotions/summer-10")
            .await
            .expect_problem(500, "internal");
    })
    .await;
}

#[tokio::test]
async fn health_names_each_component() {
    with_app(async |app: TestApp| {
        assert_eq!(app.get("/healthz").await.expect(200).json(), json!({"status": "ok"}));
        assert_eq!(app.get("/readyz").await.expect(200).json(), json!({"status": "ok"}));
        let healthy = json!({"status": "ok", "components": {
            "database": {"status": "ok"}, "publisher": {"status": "ok", "backlog": 0, "oldest_secs": null},
            "jobs": {"status": "ok", "dead": 0, "oldest_due_secs": null}
        }});
        assert_eq!(app.get("/health_check").await.expect(200).json(), healthy);
        let newer = "insert into _sqlx_migrations (version, description, success, checksum, execution_time) \
                     values (9999, 'newer', true, '', 0)";
        sqlx::query(newer).execute(&app.pool).await.unwrap();
        let answer = app.get("/readyz").await.expect_problem(503, "unavailable");
        assert_eq!(answer.header("retry-after"), "2");
        let health: Value = app.get("/health_check").await.expect(503).json();
        assert_eq!(health["components"]["database"]["status"], "failing");
        assert_eq!(app.get("/healthz").await.expect(200).json(), json!({"status": "ok"}));
    })
    .await;
}

#[tokio::test]
async fn constraints_that_stand_for_rejections_exist() {
    with_app(async |app: TestApp| {
        for name in ["users_email_key", "promotions_code_key"] {
            let exists: bool = sqlx::query_scalar("select to_regclass($1) is not null")
                .bind(name)
                .fetch_one(&app.pool)
                .await
                .unwrap();
            assert!(exists, "{name}");
        }
    })
    .await;
}
