//! Every route of the table has a case here: who may call it.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Answer, TestApp, promotion, with_app};

/// Who may call a route.
#[derive(Clone, Copy)]
enum Access {
    /// Anyone; an empty call without a credential gives this status.
    Public(u16),
    /// The edge alone.
    Internal,
    /// Every signed-in user.
    User,
    /// Administrators.
    Admin,
}

use Access::{Admin, Internal, Public, User};

const CASES: &[(&str, &str, Access)] = &[
    ("POST", "/v1/auth/register", Public(422)),
    ("POST", "/v1/auth/login", Public(422)),
    ("POST", "/v1/auth/refresh", Public(401)),
    ("POST", "/v1/auth/logout", Public(204)),
    ("POST", "/v1/auth/password/forgot", Public(422)),
    ("POST", "/v1/auth/password/reset", Public(422)),
    ("GET", "/.well-known/jwks.json", Public(200)),
    ("GET", "/v1/me", User),
    ("POST", "/v1/me/password", User),
    ("GET", "/v1/promotions", User),
    ("POST", "/v1/promotions", Admin),
    ("GET", "/v1/promotions/{code}", User),
    ("POST", "/v1/promotions/{code}/activate", Admin),
    ("POST", "/v1/promotions/{code}/pause", Admin),
    ("POST", "/v1/conditions/check", User),
    ("GET", "/v1/app-keys", Admin),
    ("POST", "/v1/app-keys", Admin),
    ("DELETE", "/v1/app-keys/{id}", Admin),
    ("GET", "/v1/reports/usage", User),
    ("POST", "/internal/ingest", Internal),
    ("GET", "/dev/mails", Public(404)),
    ("GET", "/dev/mails/{name}", Public(404)),
    ("GET", "/healthz", Public(200)),
    ("GET", "/readyz", Public(200)),
    ("GET", "/health_check", Public(200)),
];

#[test]
fn every_route_has_a_case_and_every_case_a_route() {
    let mut routes: Vec<_> = origin::router::routes()
        .into_iter()
        .map(|route| (route.method.to_string(), route.path.to_owned()))
        .collect();
    let mut cases: Vec<_> = CASES
        .iter()
        .map(|(method, path, _)| ((*method).to_owned(), (*path).to_owned()))
        .collect();
    routes.sort();
    cases.sort();
    assert_eq!(
        routes, cases,
        "add the route to CASES of this file, with who may call it"
    );
}

#[tokio::test]
async fn only_those_who_may_call() {
    with_app(async |app: TestApp| {
        let ana = app.register("ana").await;
        let analyst = app.add_analyst(&ana).await;
        let mallory = app.register("mallory").await;
        ana.create_promotion("summer-10").await;
        let key = ana
            .post("/v1/app-keys", &json!({"name": "Shop", "promotions": "all"}))
            .await
            .expect(201)
            .json();
        for (method, path, access) in CASES {
            let name = format!("{method} {path}");
            let path = path
                .replace("{code}", "summer-10")
                .replace("{id}", key["id"].as_str().unwrap());
            let call = async |token: Option<&str>| -> u16 {
                let request = app.request(method.parse::<Method>().unwrap(), &path).json(&json!({}));
                let request = match token {
                    Some(token) => request.bearer_auth(token),
                    None => request,
                };
                Answer::read(request).await.status
            };
            match access {
                Public(status) => assert_eq!(call(None).await, *status, "{name}"),
                Internal => {
                    assert_eq!(call(None).await, 401, "{name}");
                    assert_eq!(call(Some(&ana.token)).await, 401, "{name}");
                }
                User | Admin => {
                    assert_eq!(call(None).await, 401, "{name}");
                    for token in ["", "x.y.z", key["key"].as_str().unwrap()] {
                        assert_eq!(call(Some(token)).await, 401, "{name} with {token}");
                    }
                    if name.contains('{') {
                        assert_eq!(call(Some(&mallory.token)).await, 404, "{name} of another tenant");
                    }
                    let status = call(Some(&analyst.token)).await;
                    assert_eq!(status == 403, matches!(access, Admin), "{name} by an analyst: {status}");
                    let status = call(Some(&ana.token)).await;
                    assert!(
                        !matches!(status, 401 | 403 | 404),
                        "{name} by an administrator: {status}"
                    );
                }
            }
        }
    })
    .await;
}

#[tokio::test]
async fn lists_and_reports_show_ones_own() {
    with_app(async |app: TestApp| {
        let (ana, mallory) = (app.register("ana").await, app.register("mallory").await);
        let id = ana.create_promotion("summer-10").await["id"].clone();
        ana.post("/v1/app-keys", &json!({"name": "Shop", "promotions": "all"}))
            .await
            .expect(201);
        app.ingest(&[crate::ingest::record(&ana, &id, 1)]).await.expect(200);
        let items = async |path: &str| mallory.get(path).await.expect(200).json()["items"].clone();
        assert_eq!(items("/v1/promotions").await, json!([]));
        assert_eq!(items("/v1/app-keys").await, json!([]));
        let totals = mallory.get("/v1/reports/usage").await.expect(200).json();
        assert_eq!(
            (&totals["updated_at"], &totals["totals"]["evaluations"]),
            (&Value::Null, &json!(0))
        );
        mallory
            .get("/v1/reports/usage?promotion=summer-10")
            .await
            .expect_problem(404, "not_found");
    })
    .await;
}

#[tokio::test]
async fn the_organization_comes_from_the_token_alone() {
    with_app(async |app: TestApp| {
        let (ana, mallory) = (app.register("ana").await, app.register("mallory").await);
        let mut body = promotion("sneaky");
        body["organization_id"] = json!(ana.organization_id);
        mallory.post("/v1/promotions", &body).await;
        ana.get("/v1/promotions/sneaky").await.expect_problem(404, "not_found");
    })
    .await;
}

#[tokio::test]
async fn who_left_the_organization_is_refused() {
    with_app(async |app: TestApp| {
        let ana = app.register("ana").await;
        sqlx::query("delete from memberships").execute(&app.pool).await.unwrap();
        ana.get("/v1/me").await.expect_problem(401, "unauthenticated");
        let body = json!({"email": ana.email, "password": crate::support::PASSWORD});
        app.post("/v1/auth/login", &body).await.expect_problem(403, "forbidden");
    })
    .await;
}
