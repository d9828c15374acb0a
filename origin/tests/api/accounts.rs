//! Accounts: register, sign in, refresh, sign out.

use chrono::TimeDelta;
use reqwest::Method;
use reqwest::header::COOKIE;
use serde_json::{Value, json};

use crate::support::{Answer, PASSWORD, PUBLIC_URL, TestApp, with_app};

pub(crate) const COOKIE_NAME: &str = "__Host-coupons_refresh";

pub(crate) fn registration() -> Value {
    json!({"organization_name": "Ana's shop", "name": "Ana", "email": "ana@example.com", "password": PASSWORD, "locale": "es-UY"})
}

/// The refresh token that an answer stores in the browser.
pub(crate) fn cookie_of(answer: &Answer) -> String {
    let header = answer.header("set-cookie");
    header
        .split(';')
        .next()
        .unwrap()
        .strip_prefix(&format!("{COOKIE_NAME}="))
        .unwrap()
        .to_owned()
}

pub(crate) async fn call_with_cookie(app: &TestApp, path: &str, token: &str) -> Answer {
    Answer::read(
        app.request(Method::POST, path)
            .header(COOKIE, format!("other=1; {COOKIE_NAME}={token}")),
    )
    .await
}

#[tokio::test]
async fn registers_the_administrator() {
    with_app(async |app: TestApp| {
        let answer = app.post("/v1/auth/register", &registration()).await.expect(201);
        let json = answer.json();
        assert_eq!(json["expires_in"], 600);
        assert_eq!(json["token_type"], "Bearer");
        assert_eq!(json["organization"]["name"], "Ana's shop");
        assert_eq!(
            (&json["user"]["email"], &json["user"]["role"]["built_in"]),
            (&json!("ana@example.com"), &json!("admin"))
        );
        let cookie = answer.header("set-cookie");
        for part in ["HttpOnly", "Secure", "SameSite=Strict", "Path=/"] {
            assert!(cookie.contains(part), "{part} in {cookie}");
        }
        let token = json["access_token"].as_str().unwrap();
        let me = Answer::read(app.request(Method::GET, "/v1/me").bearer_auth(token))
            .await
            .expect(200)
            .json();
        assert_eq!(
            (&me["user"], &me["organization"]),
            (&json["user"], &json["organization"])
        );
        let permissions = json!([
            "app_keys.manage",
            "audit.read",
            "coupons.write",
            "organization.manage",
            "promotions.read",
            "promotions.write",
            "reports.read",
            "users.manage"
        ]);
        assert_eq!(me["permissions"], permissions);
    })
    .await;
}

#[tokio::test]
async fn passwords_are_stored_hashed() {
    with_app(async |app: TestApp| {
        app.register("ana").await;
        let hash: String = sqlx::query_scalar("select password_hash from users")
            .fetch_one(&app.pool)
            .await
            .unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
    })
    .await;
}

#[tokio::test]
async fn registration_names_every_wrong_field() {
    with_app(async |app: TestApp| {
        let check = async |changes: Value, expected: &[(&str, &str)]| {
            let mut body = registration();
            for (name, value) in changes.as_object().unwrap() {
                body[name] = value.clone();
            }
            let answer = app
                .post("/v1/auth/register", &body)
                .await
                .expect_problem(422, "invalid_request");
            let expected: Vec<_> = expected
                .iter()
                .map(|(p, c)| ((*p).to_owned(), (*c).to_owned()))
                .collect();
            assert_eq!(answer.field_errors(), expected, "{changes}");
        };
        check(json!({"email": "ana"}), &[("/email", "email_invalid")]).await;
        check(json!({"email": null}), &[("/email", "email_invalid")]).await;
        check(json!({"password": "seven77"}), &[("/password", "password_invalid")]).await;
        check(
            json!({"password": "x".repeat(129)}),
            &[("/password", "password_invalid")],
        )
        .await;
        check(json!({"name": " "}), &[("/name", "name_invalid")]).await;
        check(json!({"name": "a\u{7}"}), &[("/name", "name_invalid")]).await;
        check(
            json!({"organization_name": 5}),
            &[("/organization_name", "name_invalid")],
        )
        .await;
        check(json!({"locale": "es UY"}), &[("/locale", "locale_invalid")]).await;
        let all = [
            ("/organization_name", "name_invalid"),
            ("/name", "name_invalid"),
            ("/email", "email_invalid"),
            ("/password", "password_invalid"),
        ];
        check(
            json!({"organization_name": "", "name": "", "email": "", "password": ""}),
            &all,
        )
        .await;
        check(
            json!({"organization_id": "org_1", "is/admin": true}),
            &[("/is~1admin", "field_unknown"), ("/organization_id", "field_unknown")],
        )
        .await;
        app.post("/v1/auth/register", &json!([]))
            .await
            .expect_problem(422, "invalid_request");
    })
    .await;
}

#[tokio::test]
async fn an_email_registers_once_in_any_case() {
    with_app(async |app: TestApp| {
        app.register("ana").await;
        let mut again = registration();
        again["email"] = json!("ANA@Example.com");
        app.post("/v1/auth/register", &again)
            .await
            .expect_problem(409, "conflict");
        let organizations: i64 = sqlx::query_scalar("select count(*) from organizations")
            .fetch_one(&app.pool)
            .await
            .unwrap();
        assert_eq!(organizations, 1);
        app.login("aNa@example.com").await;
    })
    .await;
}

#[tokio::test]
async fn wrong_credentials_look_alike() {
    with_app(async |app: TestApp| {
        app.register("ana").await;
        let too_long = "x".repeat(200);
        for (email, password) in [
            ("ana@example.com", "wrong horse"),
            ("nobody@example.com", PASSWORD),
            ("ana@example.com", ""),
            ("ana@example.com", too_long.as_str()),
        ] {
            let body = json!({"email": email, "password": password});
            let answer = app
                .post("/v1/auth/login", &body)
                .await
                .expect_problem(401, "credentials_invalid");
            assert_eq!(answer.header("set-cookie"), "", "{email:?}");
        }
        app.post("/v1/auth/login", &json!({}))
            .await
            .expect_problem(422, "invalid_request");
    })
    .await;
}

#[tokio::test]
async fn access_tokens_end() {
    with_app(async |app: TestApp| {
        let ana = app.register("ana").await;
        ana.get("/v1/me").await.expect(200);
        // Ten minutes, and as far as clocks may differ.
        app.clock.advance(TimeDelta::seconds(604));
        ana.get("/v1/me").await.expect(200);
        app.clock.advance(TimeDelta::seconds(1));
        ana.get("/v1/me").await.expect_problem(401, "unauthenticated");
    })
    .await;
}

#[tokio::test]
async fn the_key_set_verifies_tokens() {
    with_app(async |app: TestApp| {
        let ana = app.register("ana").await;
        let answer = app.get("/.well-known/jwks.json").await.expect(200);
        assert_eq!(answer.header("cache-control"), "public, max-age=300");
        let keys: jsonwebtoken::jwk::JwkSet = serde_json::from_str(&answer.text).unwrap();
        let key_id = jsonwebtoken::decode_header(&ana.token).unwrap().kid.unwrap();
        let key = jsonwebtoken::DecodingKey::from_jwk(keys.find(&key_id).unwrap()).unwrap();
        let mut validation = jsonwebtoken::Validation::new(jsonwebtoken::Algorithm::EdDSA);
        validation.validate_exp = false;
        validation.set_audience(&["coupons"]);
        validation.set_issuer(&[format!("{PUBLIC_URL}/")]);
        let claims = jsonwebtoken::decode::<Value>(&ana.token, &key, &validation)
            .unwrap()
            .claims;
        assert_eq!(claims["org"], ana.organization_id);
        assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 600);
    })
    .await;
}

#[tokio::test]
async fn refresh_tokens_rotate_and_reuse_ends_the_session() {
    with_app(async |app: TestApp| {
        let first = cookie_of(&app.post("/v1/auth/register", &registration()).await.expect(201));
        let answer = call_with_cookie(&app, "/v1/auth/refresh", &first).await.expect(200);
        let second = cookie_of(&answer);
        assert_ne!(first, second);
        assert_eq!(answer.json()["user"]["email"], "ana@example.com");
        let third = cookie_of(&call_with_cookie(&app, "/v1/auth/refresh", &second).await.expect(200));
        // Any token that was exchanged before is a copy, not the last one alone.
        let answer = call_with_cookie(&app, "/v1/auth/refresh", &first)
            .await
            .expect_problem(401, "unauthenticated");
        assert_eq!(cookie_of(&answer), "");
        call_with_cookie(&app, "/v1/auth/refresh", &third)
            .await
            .expect_problem(401, "unauthenticated");
    })
    .await;
}

#[tokio::test]
async fn sessions_end_when_they_are_not_used() {
    with_app(async |app: TestApp| {
        let first = cookie_of(&app.post("/v1/auth/register", &registration()).await.expect(201));
        app.clock.advance(TimeDelta::days(29));
        let second = cookie_of(&call_with_cookie(&app, "/v1/auth/refresh", &first).await.expect(200));
        app.clock.advance(TimeDelta::days(30));
        call_with_cookie(&app, "/v1/auth/refresh", &second)
            .await
            .expect_problem(401, "unauthenticated");
    })
    .await;
}

#[tokio::test]
async fn foreign_refresh_tokens_end_nothing() {
    with_app(async |app: TestApp| {
        let own = cookie_of(&app.post("/v1/auth/register", &registration()).await.expect(201));
        let bob = app.register("bob").await;
        let parts: Vec<_> = own.split('.').collect();
        let forged_family = [parts[0], parts[1], &"0".repeat(32), parts[3]].join(".");
        let forged_organization = [bob.organization_id.as_str(), parts[1], parts[2], parts[3]].join(".");
        for token in ["", "x", &forged_family, &forged_organization] {
            call_with_cookie(&app, "/v1/auth/refresh", token)
                .await
                .expect_problem(401, "unauthenticated");
            call_with_cookie(&app, "/v1/auth/logout", token).await.expect(204);
        }
        call_with_cookie(&app, "/v1/auth/refresh", &own).await.expect(200);
    })
    .await;
}

#[tokio::test]
async fn signing_out_ends_the_session() {
    with_app(async |app: TestApp| {
        let token = cookie_of(&app.post("/v1/auth/register", &registration()).await.expect(201));
        let answer = call_with_cookie(&app, "/v1/auth/logout", &token).await.expect(204);
        assert!(answer.header("set-cookie").contains("Max-Age=0"), "{answer:?}");
        call_with_cookie(&app, "/v1/auth/logout", &token).await.expect(204);
        call_with_cookie(&app, "/v1/auth/refresh", &token)
            .await
            .expect_problem(401, "unauthenticated");
    })
    .await;
}

#[tokio::test]
async fn signing_in_uses_only_ones_own_session() {
    with_app(async |app: TestApp| {
        let ana = app.register("ana").await;
        let again = app.login("ana@example.com").await;
        assert_eq!(again.organization_id, ana.organization_id);
        let sessions: i64 = sqlx::query_scalar("select count(*) from sessions")
            .fetch_one(&app.pool)
            .await
            .unwrap();
        assert_eq!(sessions, 2);
    })
    .await;
}
