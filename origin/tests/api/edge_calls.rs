//! Calls that the edge forwards: signed with what it knows of the client, and believed for that alone.

use chrono::TimeDelta;
use engine::signature::{self, Call};
use engine::wire::v1::{CONTEXT_HEADER, EdgeContext, Identity, UnverifiedAccessToken, V1};
use reqwest::Method;
use serde_json::json;

use crate::support::{Answer, INTERNAL_SECRET, TestApp, User, with_app};

/// A call as the edge forwards it; tests change what they are about.
#[derive(Clone)]
struct Forwarded<'a> {
    method: Method,
    path: &'a str,
    body: &'a str,
    token: Option<&'a str>,
    context: Option<String>,
    /// The header; made from the rest when absent.
    signature: Option<String>,
}

impl<'a> Forwarded<'a> {
    fn get(path: &'a str, user: &'a User, identity: Option<Identity>) -> Self {
        Self {
            method: Method::GET,
            path,
            body: "",
            token: Some(&user.token),
            context: Some(context(identity)),
            signature: None,
        }
    }

    fn signature(&self, app: &TestApp) -> String {
        let call = Call {
            method: self.method.as_str(),
            path: self.path,
            context: self.context.as_deref(),
            body: self.body.as_bytes(),
        };
        let now = u64::try_from(app.clock.now().timestamp()).unwrap();
        signature::sign(INTERNAL_SECRET.as_bytes(), &call, now)
    }

    async fn send(&self, app: &TestApp) -> Answer {
        let signature = self.signature.clone().unwrap_or_else(|| self.signature(app));
        let mut request = app.request(self.method.clone(), self.path);
        if let Some(token) = self.token {
            request = request.bearer_auth(token);
        }
        if let Some(context) = &self.context {
            request = request.header(CONTEXT_HEADER, context);
        }
        if !signature.is_empty() {
            request = request.header(signature::HEADER, signature);
        }
        Answer::read(
            request
                .header("content-type", "application/json")
                .body(self.body.to_owned()),
        )
        .await
    }
}

fn context(identity: Option<Identity>) -> String {
    let context = EdgeContext {
        v: V1,
        address: Some("2001:db8::1".parse().unwrap()),
        request_id: "req_1".to_owned(),
        identity,
    };
    context.to_header()
}

fn identity(user: &User) -> Identity {
    let claims = UnverifiedAccessToken::parse(&user.token).unwrap();
    let claims = claims
        .accept(true, crate::support::ISSUER, crate::support::now().timestamp())
        .unwrap();
    Identity {
        user: claims.sub,
        organization: claims.org,
        session: claims.sid,
    }
}

#[tokio::test]
async fn a_signature_that_does_not_fit_is_refused() {
    with_app(async |app: TestApp| {
        let ana = app.register("ana").await;
        let good = Forwarded::get("/v1/app-keys?limit=5", &ana, Some(identity(&ana)));
        good.send(&app).await.expect(200);
        let signature = Some(good.signature(&app));
        let check = async |name: &str, call: Forwarded<'_>| {
            let answer = call.send(&app).await;
            assert_eq!(answer.status, 401, "{name}: {answer:?}");
        };
        let none = Some(String::new());
        check(
            "no signature",
            Forwarded {
                signature: none,
                ..good.clone()
            },
        )
        .await;
        check(
            "a malformed one",
            Forwarded {
                signature: Some("v1,1,00".to_owned()),
                ..good.clone()
            },
        )
        .await;
        let stolen = Forwarded {
            signature,
            ..good.clone()
        };
        check(
            "another query",
            Forwarded {
                path: "/v1/app-keys?limit=6",
                ..stolen.clone()
            },
        )
        .await;
        check(
            "another path",
            Forwarded {
                path: "/v1/promotions",
                ..stolen.clone()
            },
        )
        .await;
        check(
            "another method",
            Forwarded {
                method: Method::POST,
                ..stolen.clone()
            },
        )
        .await;
        check(
            "another body",
            Forwarded {
                body: "{}",
                ..stolen.clone()
            },
        )
        .await;
        check(
            "another context",
            Forwarded {
                context: Some(context(None)),
                ..stolen.clone()
            },
        )
        .await;
        check(
            "without its context",
            Forwarded {
                context: None,
                ..stolen.clone()
            },
        )
        .await;
        check(
            "an unknown context",
            Forwarded {
                context: Some("e30".to_owned()),
                ..good.clone()
            },
        )
        .await;
        app.clock.advance(TimeDelta::seconds(301));
        check("later", stolen.clone()).await;
        good.send(&app).await.expect(200);
    })
    .await;
}

#[tokio::test]
async fn whom_the_edge_found_has_to_be_whom_the_token_names() {
    with_app(async |app: TestApp| {
        let (ana, bob) = (app.register("ana").await, app.register("bob").await);
        let again = app.login(&ana.email).await;
        let check = async |found: Option<Identity>, status| {
            let answer = Forwarded::get("/v1/me", &ana, found).send(&app).await;
            assert_eq!(answer.status, status, "{found:?}: {answer:?}");
        };
        check(Some(identity(&ana)), 200).await;
        // The edge had no keys yet.
        check(None, 200).await;
        check(Some(identity(&bob)), 401).await;
        // Another session of the same user.
        check(Some(identity(&again)), 401).await;
        // The context stands for no token.
        let call = Forwarded {
            token: None,
            ..Forwarded::get("/v1/me", &ana, Some(identity(&ana)))
        };
        call.send(&app).await.expect_problem(401, "unauthenticated");
    })
    .await;
}

#[tokio::test]
async fn a_signed_body_is_read_to_the_routes_limit() {
    with_app(async |app: TestApp| {
        let ana = app.register("ana").await;
        let login = |bytes: usize| format!("{{\"email\":\"{}\"}}", "x".repeat(bytes - 12));
        let send = async |body: &str| {
            let call = Forwarded {
                method: Method::POST,
                body,
                ..Forwarded::get("/v1/auth/login", &ana, None)
            };
            call.send(&app).await
        };
        send(&login(64 * 1024)).await.expect_problem(422, "invalid_request");
        send(&login(64 * 1024 + 1)).await.expect_problem(413, "body_too_large");
    })
    .await;
}

#[tokio::test]
async fn an_origin_behind_the_edge_takes_calls_from_it_alone() {
    with_app(async |app: TestApp| {
        let ana = app.register("ana").await;
        let closed = app.start_another_with(|config| config.require_edge = true).await;
        let here = closed.with_token(&ana);
        for path in ["/v1/me", "/v1/nothing", "/v1/auth/login"] {
            here.get(path).await.expect_problem(403, "forbidden");
            // A call of the edge's own is not a forwarded one.
            let own = Forwarded {
                context: None,
                ..Forwarded::get(path, &ana, None)
            };
            own.send(&closed).await.expect_problem(403, "forbidden");
        }
        Forwarded::get("/v1/me", &ana, None).send(&closed).await.expect(200);
        for path in ["/healthz", "/readyz", "/.well-known/jwks.json"] {
            closed.get(path).await.expect(200);
        }
        let answer = closed.ingest(&[]).await.expect(200).json();
        assert_eq!(answer, json!({"v": 1, "results": []}));
    })
    .await;
}
