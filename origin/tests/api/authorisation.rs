//! Every route of the table has a case here: who may call it.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Answer, TestApp, promotion, with_app};

/// Who may call a route.
#[derive(Clone, Copy)]
pub(crate) enum Access {
    /// Anyone; an empty call without a credential gives this status.
    Public(u16),
    /// The edge alone.
    Internal,
    /// Every signed-in user.
    User,
    /// Users whose role has the permission.
    Needs(&'static str),
}

use Access::{Internal, Needs, Public, User};

pub(crate) const CASES: &[(&str, &str, Access)] = &[
    ("POST", "/v1/auth/register", Public(422)),
    ("POST", "/v1/auth/login", Public(422)),
    ("POST", "/v1/auth/refresh", Public(401)),
    ("POST", "/v1/auth/logout", Public(204)),
    ("POST", "/v1/auth/switch", User),
    ("POST", "/v1/auth/password/forgot", Public(422)),
    ("POST", "/v1/auth/password/reset", Public(422)),
    ("GET", "/.well-known/jwks.json", Public(200)),
    ("GET", "/v1/me", User),
    ("PATCH", "/v1/me", User),
    ("POST", "/v1/me/password", User),
    ("GET", "/v1/me/organizations", User),
    ("GET", "/v1/me/sessions", User),
    ("DELETE", "/v1/me/sessions", User),
    ("DELETE", "/v1/me/sessions/{id}", User),
    ("GET", "/v1/organization", User),
    ("PATCH", "/v1/organization", Needs("organization.manage")),
    ("GET", "/v1/users", Needs("users.manage")),
    ("PATCH", "/v1/users/{id}", Needs("users.manage")),
    ("DELETE", "/v1/users/{id}", Needs("users.manage")),
    ("GET", "/v1/roles", Needs("users.manage")),
    ("POST", "/v1/roles", Needs("users.manage")),
    ("PATCH", "/v1/roles/{id}", Needs("users.manage")),
    ("DELETE", "/v1/roles/{id}", Needs("users.manage")),
    ("GET", "/v1/invitations", Needs("users.manage")),
    ("POST", "/v1/invitations", Needs("users.manage")),
    ("POST", "/v1/invitations/{id}/resend", Needs("users.manage")),
    ("DELETE", "/v1/invitations/{id}", Needs("users.manage")),
    ("POST", "/v1/invitations/inspect", Public(422)),
    ("POST", "/v1/invitations/accept", Public(422)),
    ("GET", "/v1/invitations/decline", Public(422)),
    ("POST", "/v1/invitations/decline", Public(422)),
    ("GET", "/v1/audit-events", Needs("audit.read")),
    ("GET", "/v1/promotions", Needs("promotions.read")),
    ("POST", "/v1/promotions", Needs("promotions.write")),
    ("GET", "/v1/promotions/{code}", Needs("promotions.read")),
    ("PATCH", "/v1/promotions/{code}", Needs("promotions.write")),
    ("POST", "/v1/promotions/{code}/activate", Needs("promotions.write")),
    ("POST", "/v1/promotions/{code}/pause", Needs("promotions.write")),
    ("GET", "/v1/promotions/{code}/coupon-batches", Needs("promotions.read")),
    ("POST", "/v1/promotions/{code}/coupon-batches", Needs("coupons.write")),
    (
        "GET",
        "/v1/promotions/{code}/coupon-batches/{id}",
        Needs("promotions.read"),
    ),
    (
        "POST",
        "/v1/promotions/{code}/coupon-batches/{id}/revoke",
        Needs("coupons.write"),
    ),
    (
        "GET",
        "/v1/promotions/{code}/coupon-batches/{id}/coupons.csv",
        Needs("promotions.read"),
    ),
    ("GET", "/v1/promotions/{code}/coupons", Needs("promotions.read")),
    ("POST", "/v1/promotions/{code}/coupons", Needs("coupons.write")),
    ("GET", "/v1/promotions/{code}/coupons.csv", Needs("promotions.read")),
    ("POST", "/v1/promotions/{code}/coupons/import", Needs("coupons.write")),
    (
        "GET",
        "/v1/promotions/{code}/coupons/{coupon}",
        Needs("promotions.read"),
    ),
    (
        "POST",
        "/v1/promotions/{code}/coupons/{coupon}/revoke",
        Needs("coupons.write"),
    ),
    ("POST", "/v1/promotions/{code}/archive", Needs("promotions.write")),
    ("POST", "/v1/promotions/{code}/duplicate", Needs("promotions.write")),
    ("GET", "/v1/promotions/{code}/versions", Needs("promotions.read")),
    (
        "GET",
        "/v1/promotions/{code}/versions/{version}",
        Needs("promotions.read"),
    ),
    (
        "POST",
        "/v1/promotions/{code}/versions/{version}/restore",
        Needs("promotions.write"),
    ),
    ("POST", "/v1/promotions/{code}/preview", Needs("promotions.read")),
    ("GET", "/v1/promotions/{code}/samples", Needs("promotions.read")),
    ("POST", "/v1/promotions/{code}/samples", Needs("promotions.write")),
    ("PATCH", "/v1/promotions/{code}/samples/{id}", Needs("promotions.write")),
    (
        "DELETE",
        "/v1/promotions/{code}/samples/{id}",
        Needs("promotions.write"),
    ),
    // Archived by now, so that nobody deletes it.
    ("DELETE", "/v1/promotions/{code}", Needs("promotions.write")),
    ("GET", "/v1/evaluations/{id}", Needs("reports.read")),
    ("POST", "/v1/conditions/check", Needs("promotions.read")),
    ("GET", "/v1/app-keys", Needs("app_keys.manage")),
    ("POST", "/v1/app-keys", Needs("app_keys.manage")),
    ("DELETE", "/v1/app-keys/{id}", Needs("app_keys.manage")),
    ("POST", "/v1/app-keys/{id}/rotate", Needs("app_keys.manage")),
    ("GET", "/v1/reports/usage", Needs("reports.read")),
    ("GET", "/v1/reports/promotions", Needs("reports.read")),
    ("GET", "/v1/reports/demographics", Needs("reports.read")),
    ("DELETE", "/v1/customers/{customer_id}", Needs("organization.manage")),
    ("GET", "/v1/countries", User),
    ("GET", "/v1/locations", User),
    ("POST", "/internal/ingest", Internal),
    ("POST", "/internal/dead-letters", Internal),
    ("GET", "/dev/mails", Public(404)),
    ("GET", "/dev/mails/{name}", Public(404)),
    ("GET", "/healthz", Public(200)),
    ("GET", "/readyz", Public(200)),
    ("GET", "/health_check", Public(200)),
    ("GET", "/v1/openapi.json", Public(200)),
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

/// Who calls: a name, the token, and the permissions behind it.
struct Caller {
    name: &'static str,
    token: Option<String>,
    permissions: Vec<String>,
    /// Signed in to the organisation whose objects are called.
    is_member: bool,
}

impl Caller {
    fn member(name: &'static str, token: &str, permissions: &[&str]) -> Self {
        Self {
            name,
            token: Some(token.to_owned()),
            permissions: permissions.iter().map(|&permission| permission.to_owned()).collect(),
            is_member: true,
        }
    }

    /// Whether a status is what `access` gives this caller for an object of the organisation.
    fn expects(&self, access: Access, has_object: bool, status: u16) -> bool {
        match access {
            Public(expected) => status == expected,
            Internal => status == 401,
            User | Needs(_) if self.token.is_none() => status == 401,
            User if !self.is_member && has_object => status == 404,
            User => !matches!(status, 401 | 403),
            Needs(need) if !self.permissions.iter().any(|held| held == need) => status == 403,
            Needs(_) if !self.is_member && has_object => status == 404,
            Needs(_) => !matches!(status, 401 | 403 | 404),
        }
    }
}

/// How many kinds of callers there are.
const CALLERS: usize = 5;

/// An organisation with one of each object that a path names.
struct Scene {
    callers: Vec<Caller>,
    objects: Vec<(&'static str, String)>,
    /// One for each caller: several may delete theirs.
    samples: Vec<String>,
}

impl Scene {
    async fn set(app: &TestApp) -> Self {
        let ana = app.register("ana").await;
        let analyst = app.add_analyst(&ana).await;
        let custom = ["audit.read", "promotions.read", "promotions.write"];
        let body = json!({"name": "Custom", "permissions": custom});
        let role = ana.post("/v1/roles", &body).await.expect(201).json();
        let editor = app.add_member(&ana, "editor", "Custom").await;
        let mallory = app.register("mallory").await;
        let promotion = ana.create_promotion("summer-10").await["id"].clone();
        let evaluation = crate::ingest::record(&ana, &promotion, 1);
        app.ingest(std::slice::from_ref(&evaluation)).await.expect(200);
        ana.create_coupon_promotion("club").await;
        let batch = json!({"count": 1});
        let batch = ana.post("/v1/promotions/club/coupon-batches", &batch).await;
        let batch = batch.expect(202).json();
        ana.post("/v1/promotions/club/coupons", &json!({"code": "WELCOME"}))
            .await
            .expect(201);
        let key = json!({"name": "Shop", "promotions": "all"});
        let key = ana.post("/v1/app-keys", &key).await.expect(201).json();
        let invitation = json!({"email": "new@example.com", "role_id": role["id"]});
        let invitation = ana.post("/v1/invitations", &invitation).await.expect(201).json();
        let spare = json!({"name": "Spare", "permissions": []});
        let spare = ana.post("/v1/roles", &spare).await.expect(201).json();
        let target = app.add_member(&ana, "target", "Spare").await;
        let sessions = ana.get("/v1/me/sessions").await.expect(200).json();
        let all: Vec<String> = serde_json::from_value(ana.get("/v1/me").await.json()["permissions"].clone()).unwrap();
        let all: Vec<&str> = all.iter().map(String::as_str).collect();
        let id = |json: &Value| json["id"].as_str().unwrap().to_owned();
        let mut samples = Vec::new();
        for _ in 0..CALLERS {
            let sample = json!({"name": "A cart", "request": {}});
            let sample = ana.post("/v1/promotions/summer-10/samples", &sample).await;
            samples.push(id(&sample.expect(201).json()));
        }
        let mut outsider = Caller::member("another organisation's admin", &mallory.token, &all);
        outsider.is_member = false;
        Self {
            callers: vec![
                Caller {
                    name: "anonymous",
                    token: None,
                    permissions: Vec::new(),
                    is_member: false,
                },
                Caller::member("analyst", &analyst.token, &["promotions.read", "reports.read"]),
                Caller::member("custom role", &editor.token, &custom),
                outsider,
                Caller::member("admin", &ana.token, &all),
            ],
            objects: vec![
                ("/v1/me/sessions/", id(&sessions["items"][0])),
                ("/v1/users/", target.id),
                ("/v1/roles/", id(&spare)),
                ("/v1/invitations/", id(&invitation)),
                ("/v1/app-keys/", id(&key)),
                ("/v1/promotions/{code}/coupon-batches/", id(&batch)),
                ("/v1/evaluations/", id(&evaluation)),
            ],
            samples,
        }
    }

    /// The path as the caller with a number calls it.
    fn path(&self, path: &str, caller: usize) -> String {
        let object = self.objects.iter().find(|(prefix, _)| path.starts_with(prefix));
        let id = match object {
            Some((_, id)) => id,
            None => &self.samples[caller],
        };
        let code = if path.contains("/coupon") { "club" } else { "summer-10" };
        path.replace("{code}", code)
            .replace("{version}", "1")
            .replace("{id}", id)
            .replace("{coupon}", "WELCOME")
            .replace("{customer_id}", "c-77")
    }
}

/// Every route with every kind of caller. Callers who may not come first, so that nothing is gone before the
/// administrator's turn; the rows that would end the administrator's own session come last.
#[tokio::test]
async fn only_those_who_may_call() {
    with_app(async |app: TestApp| {
        app.leave_jobs();
        let scene = Scene::set(&app).await;
        let ends_session = |path: &str| path.starts_with("/v1/me/sessions/") || path == "/v1/auth/switch";
        let (last, first): (Vec<_>, Vec<_>) = CASES.iter().copied().partition(|(_, path, _)| ends_session(path));
        let mut cells = 0;
        for (method, path, access) in first.into_iter().chain(last) {
            // Each organisation has customers of every name.
            let has_object = path.contains('{') && !path.starts_with("/v1/customers/");
            for (number, caller) in scene.callers.iter().enumerate() {
                let target = scene.path(path, number);
                let request = app.request(method.parse::<Method>().unwrap(), &target).json(&json!({}));
                let request = match &caller.token {
                    Some(token) => request.bearer_auth(token),
                    None => request,
                };
                let answer = Answer::read(request).await;
                // A session that is somebody else's own does not exist for a colleague either.
                let foreign = path.starts_with("/v1/me/sessions/{") && caller.token.is_some() && caller.name != "admin";
                let fits = if foreign {
                    answer.status == 404
                } else {
                    caller.expects(access, has_object, answer.status)
                };
                assert!(
                    fits,
                    "{method} {path} by {}: {} {}",
                    caller.name, answer.status, answer.text
                );
                cells += 1;
            }
        }
        println!(
            "{} routes × {} callers: {cells} answers as expected",
            CASES.len(),
            scene.callers.len()
        );
        assert_eq!(cells, CASES.len() * CALLERS);
    })
    .await;
}

#[tokio::test]
async fn what_is_no_access_token_opens_nothing() {
    with_app(async |app: TestApp| {
        let ana = app.register("ana").await;
        let body = json!({"name": "Shop", "promotions": "all"});
        let key = ana.post("/v1/app-keys", &body).await.expect(201).json();
        for token in ["", "x.y.z", key["key"].as_str().unwrap()] {
            let request = app.request(Method::GET, "/v1/me").bearer_auth(token);
            Answer::read(request).await.expect_problem(401, "unauthenticated");
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
            (&json!("2026-11-21T10:30:00Z"), &json!(0))
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
