//! Signing in under attack: guessed passwords, floods, copied and planted tokens, other sites' pages; and one's own
//! sessions.

use chrono::TimeDelta;
use reqwest::Method;
use reqwest::header::COOKIE;
use serde_json::{Value, json};

use crate::accounts::{call_with_cookie, cookie_of, registration};
use crate::support::{Answer, PASSWORD, TestApp, with_app};

async fn login(app: &TestApp, email: &str, password: &str) -> Answer {
    app.post("/v1/auth/login", &json!({"email": email, "password": password}))
        .await
}

#[tokio::test]
async fn wrong_passwords_delay_the_next_attempt() {
    with_app(async |app: TestApp| {
        app.register("ana").await;
        // An e-mail that nobody has is treated alike.
        for email in ["ana@example.com", "nobody@example.com"] {
            for _ in 0..5 {
                login(&app, email, "wrong horse")
                    .await
                    .expect_problem(401, "credentials_invalid");
            }
            let answer = login(&app, email, PASSWORD).await.expect_problem(429, "rate_limited");
            assert_eq!(answer.header("retry-after"), "2", "{email}");
        }
        app.clock.advance(TimeDelta::seconds(1));
        login(&app, "ANA@example.com", "wrong horse")
            .await
            .expect_problem(401, "credentials_invalid");
        app.clock.advance(TimeDelta::seconds(1));
        login(&app, "ana@example.com", PASSWORD)
            .await
            .expect_problem(429, "rate_limited");
        app.clock.advance(TimeDelta::seconds(1));
        login(&app, "ana@example.com", PASSWORD).await.expect(200);
        // Success forgets the failures.
        login(&app, "ana@example.com", "wrong horse")
            .await
            .expect_problem(401, "credentials_invalid");
        login(&app, "ana@example.com", PASSWORD).await.expect(200);
    })
    .await;
}

#[tokio::test]
async fn the_longest_delay_is_a_quarter_of_an_hour() {
    with_app(async |app: TestApp| {
        app.register("ana").await;
        for _ in 0..25 {
            login(&app, "ana@example.com", "wrong horse")
                .await
                .expect_problem(401, "credentials_invalid");
            app.clock.advance(TimeDelta::minutes(15));
        }
        login(&app, "ana@example.com", PASSWORD).await.expect(200);
    })
    .await;
}

#[tokio::test]
async fn a_known_device_is_not_kept_out_by_strangers() {
    with_app(async |app: TestApp| {
        let answer = app.post("/v1/auth/register", &registration()).await.expect(201);
        let device = answer
            .headers
            .get_all("set-cookie")
            .iter()
            .map(|value| value.to_str().unwrap().split(';').next().unwrap().to_owned())
            .find(|cookie| cookie.starts_with("__Host-coupons_device="))
            .unwrap();
        for _ in 0..5 {
            login(&app, "ana@example.com", "wrong horse")
                .await
                .expect_problem(401, "credentials_invalid");
        }
        login(&app, "ana@example.com", PASSWORD)
            .await
            .expect_problem(429, "rate_limited");
        let on_device = async |password: &str, cookie: &str| {
            let request = app.request(Method::POST, "/v1/auth/login").header(COOKIE, cookie);
            Answer::read(request.json(&json!({"email": "ana@example.com", "password": password}))).await
        };
        on_device(PASSWORD, &device).await.expect(200);
        // The device has an allowance of its own, no free pass; an invented one has none.
        for _ in 0..5 {
            on_device("wrong horse", &device)
                .await
                .expect_problem(401, "credentials_invalid");
        }
        on_device(PASSWORD, &device).await.expect_problem(429, "rate_limited");
        let forged = format!("{}0", &device[..device.len() - 1]);
        on_device(PASSWORD, &forged).await.expect_problem(429, "rate_limited");
    })
    .await;
}

#[tokio::test]
async fn two_hundred_parallel_guesses_get_five_comparisons() {
    with_app(async |app: TestApp| {
        app.register("ana").await;
        // The allowance per address is another defence: here it is refilled to show this one.
        let mut compared = 0;
        for _ in 0..4 {
            let mut calls = tokio::task::JoinSet::new();
            for _ in 0..50 {
                let app = app.clone();
                calls.spawn(async move { login(&app, "ana@example.com", "wrong horse").await });
            }
            for answer in calls.join_all().await {
                match answer.status {
                    401 => compared += 1,
                    status => assert_eq!(status, 429, "{answer:?}"),
                }
            }
            sqlx::query("delete from rate_limits").execute(&app.pool).await.unwrap();
        }
        assert_eq!(compared, 5);
    })
    .await;
}

#[tokio::test]
async fn one_address_has_an_allowance() {
    with_app(async |app: TestApp| {
        app.register("ana").await;
        let mut statuses = std::collections::BTreeMap::new();
        for index in 0..70 {
            let answer = login(&app, &format!("guess{index}@example.com"), "wrong horse").await;
            *statuses.entry(answer.status).or_insert(0) += 1;
        }
        assert_eq!(statuses, [(401, 60), (429, 10)].into());
        app.clock.advance(TimeDelta::seconds(1));
        login(&app, "ana@example.com", PASSWORD).await.expect(200);
        let mut refused = 0;
        for index in 0..25 {
            let mut body = registration();
            body["email"] = json!(format!("new{index}@example.com"));
            // A password that is refused costs no hash, and no allowance either.
            body["password"] = json!("short");
            app.post("/v1/auth/register", &body)
                .await
                .expect_problem(422, "invalid_request");
            body["password"] = json!(PASSWORD);
            refused += usize::from(app.post("/v1/auth/register", &body).await.status == 429);
        }
        assert_eq!(refused, 6);
    })
    .await;
}

#[tokio::test]
async fn a_lost_answer_to_a_refresh_is_given_again() {
    with_app(async |app: TestApp| {
        let first = cookie_of(&app.post("/v1/auth/register", &registration()).await.expect(201));
        let second = cookie_of(&call_with_cookie(&app, "/v1/auth/refresh", &first).await.expect(200));
        app.clock.advance(TimeDelta::seconds(10));
        let again = cookie_of(&call_with_cookie(&app, "/v1/auth/refresh", &first).await.expect(200));
        assert_eq!(again, second);
        let third = cookie_of(&call_with_cookie(&app, "/v1/auth/refresh", &second).await.expect(200));
        app.clock.advance(TimeDelta::seconds(11));
        call_with_cookie(&app, "/v1/auth/refresh", &second)
            .await
            .expect_problem(401, "unauthenticated");
        call_with_cookie(&app, "/v1/auth/refresh", &third)
            .await
            .expect_problem(401, "unauthenticated");
    })
    .await;
}

#[tokio::test]
async fn two_tabs_that_refresh_at_once_stay_signed_in() {
    with_app(async |app: TestApp| {
        let first = cookie_of(&app.post("/v1/auth/register", &registration()).await.expect(201));
        let mut calls = tokio::task::JoinSet::new();
        for _ in 0..20 {
            let (app, token) = (app.clone(), first.clone());
            calls
                .spawn(async move { cookie_of(&call_with_cookie(&app, "/v1/auth/refresh", &token).await.expect(200)) });
        }
        let tokens: std::collections::BTreeSet<_> = calls.join_all().await.into_iter().collect();
        assert_eq!(tokens.len(), 1, "{tokens:?}");
    })
    .await;
}

#[tokio::test]
async fn reuse_ends_the_session_for_access_tokens_too() {
    with_app(async |app: TestApp| {
        let answer = app.post("/v1/auth/register", &registration()).await.expect(201);
        let ana = app.user("ana@example.com", &answer);
        let first = cookie_of(&answer);
        call_with_cookie(&app, "/v1/auth/refresh", &first).await.expect(200);
        app.clock.advance(TimeDelta::seconds(11));
        ana.get("/v1/me").await.expect(200);
        call_with_cookie(&app, "/v1/auth/refresh", &first)
            .await
            .expect_problem(401, "unauthenticated");
        ana.get("/v1/me").await.expect_problem(401, "unauthenticated");
        let ana = app.login("ana@example.com").await;
        let events = ana.get("/v1/audit-events?action=session.token_reused").await.json();
        assert_eq!(events["items"].as_array().unwrap().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_planted_session_is_not_gone_on_with() {
    with_app(async |app: TestApp| {
        app.register("ana").await;
        let mallorys = cookie_of(
            &app.post("/v1/auth/register", &registration_of("mallory"))
                .await
                .expect(201),
        );
        let request = app
            .request(Method::POST, "/v1/auth/login")
            .header(COOKIE, format!("__Host-coupons_refresh={mallorys}"))
            .json(&json!({"email": "ana@example.com", "password": PASSWORD}));
        let answer = Answer::read(request).await.expect(200);
        let anas = cookie_of(&answer);
        assert_eq!(answer.json()["user"]["email"], "ana@example.com");
        assert_ne!(anas.split('.').nth(1), mallorys.split('.').nth(1));
        call_with_cookie(&app, "/v1/auth/refresh", &mallorys)
            .await
            .expect_problem(401, "unauthenticated");
        let own = call_with_cookie(&app, "/v1/auth/refresh", &anas).await.expect(200);
        assert_eq!(own.json()["user"]["email"], "ana@example.com");
    })
    .await;
}

fn registration_of(name: &str) -> Value {
    let mut body = registration();
    body["email"] = json!(format!("{name}@example.com"));
    body
}

#[tokio::test]
async fn pages_of_other_sites_are_refused() {
    with_app(async |app: TestApp| {
        let token = cookie_of(&app.post("/v1/auth/register", &registration()).await.expect(201));
        for path in [
            "/v1/auth/login",
            "/v1/auth/register",
            "/v1/auth/refresh",
            "/v1/auth/logout",
        ] {
            for site in ["cross-site", "same-site", "anything"] {
                let request = app
                    .request(Method::POST, path)
                    .header("sec-fetch-site", site)
                    .header(COOKIE, format!("__Host-coupons_refresh={token}"))
                    .json(&json!({"email": "ana@example.com", "password": PASSWORD}));
                Answer::read(request).await.expect_problem(403, "forbidden");
            }
            // A form of another site could send this without asking first.
            if !["/v1/auth/refresh", "/v1/auth/logout"].contains(&path) {
                let form = app.request(Method::POST, path).header("content-type", "text/plain");
                let body = json!({"email": "ana@example.com", "password": PASSWORD}).to_string();
                Answer::read(form.body(body))
                    .await
                    .expect_problem(415, "unsupported_media_type");
            }
        }
        let own = app
            .request(Method::POST, "/v1/auth/refresh")
            .header("sec-fetch-site", "same-origin")
            .header(COOKIE, format!("__Host-coupons_refresh={token}"));
        Answer::read(own).await.expect(200);
    })
    .await;
}

#[tokio::test]
async fn duplicate_fields_are_refused() {
    with_app(async |app: TestApp| {
        let body = r#"{"email": "ana@example.com", "password": "a", "password": "b"}"#;
        let request = app
            .request(Method::POST, "/v1/auth/login")
            .header("content-type", "application/json");
        let answer = Answer::read(request.body(body)).await.expect_problem(400, "malformed");
        assert!(answer.text.contains("stands twice"), "{}", answer.text);
    })
    .await;
}

#[tokio::test]
async fn one_sees_and_ends_ones_own_sessions() {
    with_app(async |app: TestApp| {
        let first = app.register("ana").await;
        let second = app.login("ana@example.com").await;
        let mallory = app.register("mallory").await;
        let sessions = second.get("/v1/me/sessions").await.expect(200).json()["items"].clone();
        let sessions = sessions.as_array().unwrap();
        assert_eq!(sessions.len(), 2);
        assert_eq!(sessions[0]["address"], "127.0.0.1");
        let id = |current: bool| {
            let session = sessions.iter().find(|session| session["current"] == current).unwrap();
            format!("/v1/me/sessions/{}", session["id"].as_str().unwrap())
        };
        mallory.delete(&id(false)).await.expect_problem(404, "not_found");
        second.delete(&id(false)).await.expect(204);
        first.get("/v1/me").await.expect_problem(401, "unauthenticated");
        second.delete(&id(false)).await.expect_problem(404, "not_found");
        let (third, fourth) = (app.login("ana@example.com").await, app.login("ana@example.com").await);
        fourth.delete("/v1/me/sessions").await.expect(204);
        for ended in [&second, &third] {
            ended.get("/v1/me").await.expect_problem(401, "unauthenticated");
        }
        fourth.get("/v1/me").await.expect(200);
        fourth.delete("/v1/me/sessions").await.expect(204);
    })
    .await;
}

#[tokio::test]
async fn signing_out_ends_the_access_token_too() {
    with_app(async |app: TestApp| {
        let answer = app.post("/v1/auth/register", &registration()).await.expect(201);
        let ana = app.user("ana@example.com", &answer);
        call_with_cookie(&app, "/v1/auth/logout", &cookie_of(&answer))
            .await
            .expect(204);
        ana.get("/v1/me").await.expect_problem(401, "unauthenticated");
    })
    .await;
}
