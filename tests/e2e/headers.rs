//! What the edge adds to calls and answers: trace context, security headers, and who may call from a page.

use anyhow::{Context, Result, ensure};
use reqwest::Method;
use serde_json::{Value, json};

use crate::client::{Answer, read, request, wait_for};
use crate::ledger::Seller;
use crate::stack::Stack;

/// As the stack's deployment lists it.
const SHOP: &str = xtask::services::SHOP_ORIGIN;
const EVALUATE: &str = "/v1/promotions/pages/evaluate";

/// A caller's trace goes on at the origin under a span of the edge's, and a call without one begins its own.
pub(crate) fn traces(stack: &Stack) -> Result<()> {
    let merchant = &Seller::get(stack)?.merchant;
    let (trace, span) = ("4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7");
    let cases = [
        ("trace-sent", Some(format!("00-{trace}-{span}-01")), true),
        ("trace-absent", None, false),
        ("trace-zero", Some(format!("00-{trace}-0000000000000000-01")), false),
        ("trace-nonsense", Some("nonsense".to_owned()), false),
    ];
    for (id, sent, goes_on) in cases {
        let mut call = stack.edge.raw(Method::GET, "/v1/me").bearer_auth(&merchant.token);
        call = call.header("x-request-id", id);
        if let Some(sent) = &sent {
            call = call.header("traceparent", sent);
        }
        read(call)?.expect(200)?;
        let at_origin = line(|| stack.origin_log(), id)?;
        let at_edge = line(|| stack.edge_log(), id)?;
        let (origin_trace, edge_trace) = (field(&at_origin, "trace_id")?, field(&at_edge, "trace_id")?);
        ensure!(
            origin_trace == edge_trace && edge_trace.len() == 32,
            "{at_origin} {at_edge}"
        );
        ensure!((edge_trace == trace) == goes_on, "{id}: {edge_trace}");
        let spans = (field(&at_origin, "span_id")?, field(&at_edge, "span_id")?);
        ensure!(spans.0 == spans.1 && spans.0 != span, "{id}: {spans:?}");
    }
    Ok(())
}

/// The log's line about a request; it may come after the answer.
fn line(log: impl Fn() -> Result<String>, request_id: &str) -> Result<String> {
    let named = format!("\"{request_id}\"");
    wait_for(&format!("a line about {request_id}"), || {
        let log = log()?;
        let mut lines = log.lines();
        let found = lines.find(|line| line.contains(&named) && line.contains("trace_id"));
        Ok(found.map(str::to_owned))
    })
}

fn field(line: &str, name: &str) -> Result<String> {
    let after = line.split_once(&format!("\"{name}\":\"")).map(|(_, rest)| rest);
    let value = after.and_then(|rest| rest.split('"').next());
    value.map(str::to_owned).with_context(|| format!("no {name} in {line}"))
}

/// Every kind of answer: a call's, a problem, the app's page and each of its files.
pub(crate) fn security_headers(stack: &Stack) -> Result<()> {
    let page = stack.edge.get("/", None)?;
    let files: Vec<_> = page
        .text
        .split('"')
        .filter(|part| part.starts_with("/assets/"))
        .collect();
    ensure!(files.len() == 4, "{files:?}");
    let policy = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self'; \
                  connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
    let app = ["/", "/promotions/any", "/sign-in", "/favicon.svg"]
        .into_iter()
        .chain(files.iter().copied());
    for path in app {
        let answer = stack.edge.get(path, None)?;
        ensure!(answer.status == 200, "{path}: {answer:?}");
        ensure!(answer.header("content-security-policy") == policy, "{path}: {answer:?}");
        ensure!(
            answer.header("cross-origin-opener-policy") == "same-origin",
            "{path}: {answer:?}"
        );
        ensure!(!answer.header("permissions-policy").is_empty(), "{path}: {answer:?}");
        ensure!(!answer.header("referrer-policy").is_empty(), "{path}: {answer:?}");
        secured(path, &answer)?;
        let is_kept = answer.header("cache-control").contains("immutable");
        ensure!(is_kept == path.starts_with("/assets/"), "{path}: {answer:?}");
    }
    for path in [
        "/v1/openapi.json",
        "/v1/me",
        "/v1/nothing",
        "/healthz",
        "/internal/x",
        "/v1",
    ] {
        let answer = stack.edge.get(path, None)?;
        let policy = answer.header("content-security-policy");
        ensure!(
            policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"),
            "{path}: {answer:?}"
        );
        let kept = answer.header("cache-control");
        ensure!(kept == "no-store" || path == "/v1/openapi.json", "{path}: {answer:?}");
        secured(path, &answer)?;
    }
    // A file of another release, or of none, is missing and no page.
    for path in [
        "/assets/app-0000000000000000.wasm",
        "/assets/app-0000000000000000.js",
        "/robots.txt",
        "/.env",
    ] {
        let answer = stack.edge.get(path, None)?;
        ensure!(
            !answer.header("cache-control").contains("immutable"),
            "{path}: {answer:?}"
        );
        answer.expect_problem(404, "not_found").context(path)?;
    }
    stack
        .edge
        .post("/promotions/any", None, &json!({}))?
        .expect_problem(405, "method_not_allowed")?;
    Ok(())
}

fn secured(path: &str, answer: &Answer) -> Result<()> {
    let expected = [
        ("x-content-type-options", "nosniff"),
        ("strict-transport-security", "max-age=63072000; includeSubDomains"),
    ];
    for (name, value) in expected {
        ensure!(answer.header(name) == value, "{path}: {answer:?}");
    }
    Ok(())
}

/// Pages of listed origins may evaluate; no other page may, and nothing else may be called from a page.
pub(crate) fn pages_of_other_sites(stack: &Stack) -> Result<()> {
    let Seller { merchant, key, .. } = Seller::get(stack)?;
    merchant.live_promotion("pages")?;
    let preflight = |origin: &str, method: &str, path: &str| {
        let call = stack.edge.raw(Method::OPTIONS, path).header("origin", origin);
        read(call.header("access-control-request-method", method))
    };
    let allowed = |answer: &Answer| answer.header("access-control-allow-origin").to_owned();

    let answer = preflight(SHOP, "POST", EVALUATE)?;
    ensure!(answer.status == 204 && allowed(&answer) == SHOP, "{answer:?}");
    ensure!(answer.header("access-control-allow-methods") == "POST", "{answer:?}");
    let headers = answer.header("access-control-allow-headers").to_ascii_lowercase();
    ensure!(
        headers.contains("authorization") && headers.contains("content-type"),
        "{answer:?}"
    );
    ensure!(
        answer.header("vary").contains("Origin") && !answer.header("access-control-max-age").is_empty(),
        "{answer:?}"
    );
    ensure!(
        answer.headers.get("access-control-allow-credentials").is_none(),
        "{answer:?}"
    );
    for origin in [
        "https://evil.example",
        "https://shop.example.evil.example",
        "http://shop.example",
        "null",
    ] {
        let answer = preflight(origin, "POST", EVALUATE)?;
        ensure!(allowed(&answer).is_empty(), "{origin}: {answer:?}");
        answer.expect_problem(403, "forbidden")?;
    }
    for (method, path) in [("POST", "/v1/auth/login"), ("GET", "/v1/me"), ("DELETE", EVALUATE)] {
        let answer = preflight(SHOP, method, path)?;
        ensure!(
            answer.status >= 400 && allowed(&answer).is_empty(),
            "{path}: {answer:?}"
        );
    }

    let evaluate = |origin: &str, bearer: &str, body: &Value| {
        let call = stack
            .edge
            .raw(Method::POST, EVALUATE)
            .bearer_auth(bearer)
            .header("origin", origin);
        read(call.header("content-type", "application/json").body(body.to_string()))
    };
    // Refusals are for the page to read as well.
    for (bearer, body, status) in [
        (key.as_str(), request("page-1"), 200),
        ("nonsense", request("page-2"), 401),
        (key.as_str(), json!([]), 422),
    ] {
        let answer = evaluate(SHOP, bearer, &body)?;
        ensure!(answer.status == status && allowed(&answer) == SHOP, "{answer:?}");
        ensure!(
            answer.header("access-control-expose-headers").contains("Retry-After"),
            "{answer:?}"
        );
        ensure!(answer.header("vary").contains("Origin"), "{answer:?}");
        let elsewhere = evaluate("https://evil.example", bearer, &body)?;
        ensure!(
            elsewhere.status == status && allowed(&elsewhere).is_empty(),
            "{elsewhere:?}"
        );
    }
    let me = stack
        .edge
        .raw(Method::GET, "/v1/me")
        .bearer_auth(&merchant.token)
        .header("origin", SHOP);
    let me = read(me)?;
    ensure!(me.status == 200 && allowed(&me).is_empty(), "{me:?}");
    Ok(())
}
