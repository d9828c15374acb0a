//! The way to the origin: what the edge does not answer itself goes there and its answer comes back.
//!
//! ```text
//! request ─ a token? ─ not good ──▶ 401, and the origin hears nothing
//!             └ good, or none ────▶ signed: method, path, time, body and context (client, request, identity)
//!                                     ├ the origin is away ──▶ 503 at once, or 404 if nothing can be there
//!                                     └─────────────────────▶ origin
//! ```

use std::net::IpAddr;
use std::time::Duration;

use engine::problem::ProblemType;
use engine::signature::{self, Call};
use engine::trace_context::{TRACEPARENT_HEADER, TRACESTATE_HEADER, TraceContext};
use engine::wire::v1::{CONTEXT_HEADER, EdgeContext, Identity, MAX_BODY_BYTES, V1};
use worker::{Headers, Request, Response, ResponseBuilder};

use crate::app::App;
use crate::problem::Failure;
use crate::random::random;
use crate::{auth, body, log, origin, outgoing};

/// How long the origin may take to begin its answer. Its slowest work runs in jobs, so a request that takes longer is
/// stuck, and a browser's user has left.
const TIMEOUT: Duration = Duration::from_secs(10);

/// The largest file of coupons, in bytes, as the origin takes it.
const MAX_IMPORT_BYTES: usize = 5 * 1024 * 1024;
/// How long a client may take to send such a file: a slow upload of 90 kB a second.
const IMPORT_READ_TIMEOUT: Duration = Duration::from_secs(60);
/// How long the origin may take to store such a file: some hundred thousand rows.
const IMPORT_TIMEOUT: Duration = Duration::from_secs(60);

/// The first segments behind `/v1/` of the API's paths: they tell an address that is wrong from one that is good
/// and cannot be reached. A test holds them against the API's document. While the origin answers, it alone decides.
const RESOURCES: &[&str] = &[
    "app-keys",
    "audit-events",
    "auth",
    "conditions",
    "countries",
    "customers",
    "evaluations",
    "invitations",
    "locations",
    "me",
    "openapi.json",
    "organization",
    "promotions",
    "redemptions",
    "reports",
    "roles",
    "users",
];

/// Headers of one connection, not of the message (RFC 9110 §7.6.1), and those that the fetch makes itself.
const CONNECTION_HEADERS: &[&str] = &[
    "connection",
    "content-length",
    "expect",
    "host",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// Headers that only the edge or the platform may set: a client's are dropped.
const RESERVED_PREFIXES: &[&str] = &["cf-", "x-coupons-", "x-forwarded-"];
/// The same, by name.
const RESERVED_HEADERS: &[&str] = &["forwarded", "x-real-ip", "x-request-id"];

/// Statuses whose answers have no body.
const BODILESS: [u16; 3] = [204, 205, 304];

/// Forwards a request and hands back the origin's answer.
///
/// Awaits the token's verification, the body and the origin once; nothing is repeated here. A client repeats an unsafe
/// call safely with its `Idempotency-Key`.
pub(crate) async fn forward(app: &App, request: &mut Request, method: &str) -> Result<Response, Failure> {
    let identity = auth::token::identify(app, request).await?;
    let origin = app
        .bindings()
        .origin_url()
        .map_err(|cause| Failure::fault(ProblemType::Unavailable, cause))?;
    let url = request.inner().url();
    let path = path_and_query(&url);
    let headers = forwarded_headers(request.headers(), app.request_id())?;
    let trace = continue_trace(request.headers(), &headers)?;
    let (body, timeout) = read_body(request, method, path).await?;
    let context = context(app, request.headers(), identity)?;
    let call = Call {
        method,
        path,
        context: Some(&context),
        body: body.as_deref().unwrap_or_default(),
    };
    sign(app, &headers, &call, &context)?;
    let outgoing = outgoing::request(method, &format!("{origin}{path}"), &headers, body.as_deref());
    let outgoing =
        outgoing.map_err(|error| Failure::rejection(ProblemType::Malformed, format!("Not forwarded: {error}.")))?;
    origin::admit().map_err(|wait_secs| away(path, wait_secs))?;
    let sent = origin::send(outgoing, timeout).await;
    let status = sent.as_ref().ok().map(Response::status_code);
    log::forwarded(app, &trace, method, without_query(path), status);
    match sent.map_err(|error| error.to_string()).and_then(hand_back) {
        Ok(answer) => Ok(answer),
        Err(_) if !is_known(path) => Err(not_found()),
        Err(cause) => Err(Failure::fault(ProblemType::Unavailable, format!("origin: {cause}"))),
    }
}

/// The body, read to its end, and how long the origin may take with it.
///
/// A file of coupons is not streamed: the signature covers the body's hash and travels in front of it, and the origin
/// stores nothing that it has not verified. It stays within its bound, which an isolate holds some twenty times.
async fn read_body(request: &mut Request, method: &str, path: &str) -> Result<(Option<Vec<u8>>, Duration), Failure> {
    if matches!(method, "GET" | "HEAD") {
        return Ok((None, TIMEOUT));
    }
    body::refuse_encoded(request)?;
    let media_type = request.headers().get("Content-Type")?.unwrap_or_default();
    let (body, timeout) = if is_import(method, path, &media_type) {
        let body = body::read_within(request, MAX_IMPORT_BYTES, IMPORT_READ_TIMEOUT).await?;
        (body, IMPORT_TIMEOUT)
    } else {
        (body::read(request, MAX_BODY_BYTES).await?, TIMEOUT)
    };
    Ok((Some(body).filter(|body| !body.is_empty()), timeout))
}

/// What a call is answered at once while the origin is away.
fn away(path: &str, wait_secs: u64) -> Failure {
    if !is_known(path) {
        return not_found();
    }
    let detail = "A part of the service does not answer. Send the request again later.";
    Failure::rejection(ProblemType::Unavailable, detail).with_header("Retry-After", wait_secs.to_string())
}

/// Whether something can be at a path, as far as the edge can tell without the origin.
fn is_known(path: &str) -> bool {
    let mut segments = without_query(path).split('/').skip(1);
    match (segments.next(), segments.next()) {
        (Some("v1"), Some(resource)) => RESOURCES.contains(&resource),
        _ => true,
    }
}

fn not_found() -> Failure {
    Failure::rejection(
        ProblemType::NotFound,
        "Nothing is at this address: see the API's documentation for its paths.",
    )
}

/// Whether a request brings a file of coupons.
fn is_import(method: &str, path: &str, media_type: &str) -> bool {
    let promotion = without_query(path)
        .strip_prefix("/v1/promotions/")
        .and_then(|path| path.strip_suffix("/coupons/import"));
    let media_type = media_type.split(';').next().unwrap_or_default().trim();
    method == "POST"
        && promotion.is_some_and(|code| !code.is_empty() && !code.contains('/'))
        && media_type.eq_ignore_ascii_case("text/csv")
}

/// Rebuilds an answer so that it can be passed on: its body streams through, its cookies stay apart.
fn hand_back(answer: Response) -> Result<Response, String> {
    let status = answer.status_code();
    // Nothing else can be built into an answer again.
    if !(200..=599).contains(&status) {
        return Err(format!("answered {status}"));
    }
    let headers = answer.headers().clone();
    let named = headers.get("Connection").ok().flatten().unwrap_or_default();
    let dropped: Vec<String> = headers.keys().filter(|name| is_of_connection(name, &named)).collect();
    for name in dropped.iter().filter(|name| name.as_str() != "content-length") {
        _ = headers.delete(name);
    }
    let builder = ResponseBuilder::new().with_status(status).with_headers(headers);
    if BODILESS.contains(&status) {
        return Ok(builder.empty());
    }
    let (_, body) = answer.into_parts();
    Ok(builder.body(body))
}

/// What follows the host in a request's URL. The runtime has already parsed and normalised it, so a URL library, which
/// would be a tenth of the Worker, is not needed.
fn path_and_query(url: &str) -> &str {
    let after_scheme = url.split_once("://").map_or(url, |(_, rest)| rest);
    let path = after_scheme
        .find('/')
        .and_then(|start| after_scheme.get(start..))
        .unwrap_or("/");
    path.split_once('#').map_or(path, |(path, _)| path)
}

fn without_query(path: &str) -> &str {
    path.split_once('?').map_or(path, |(path, _)| path)
}

fn forwarded_headers(sent: &Headers, request_id: &str) -> Result<Headers, Failure> {
    let headers = Headers::new();
    let named = sent.get("Connection")?.unwrap_or_default();
    for (name, value) in sent.entries().filter(|(name, _)| is_forwarded(name, &named)) {
        headers.append(&name, &value)?;
    }
    headers.set("X-Request-Id", request_id)?;
    Ok(headers)
}

/// Puts a span of this call among the headers: of the caller's trace if it names one, else of a trace of its own.
fn continue_trace(sent: &Headers, headers: &Headers) -> Result<TraceContext, Failure> {
    let caller = sent.get(TRACEPARENT_HEADER)?;
    let span = random()?;
    let trace = match caller.as_deref().and_then(TraceContext::parse) {
        Some(caller) => caller.child(span),
        None => {
            // What other systems say of a trace is of no use without it.
            headers.delete(TRACESTATE_HEADER)?;
            TraceContext::start(random()?, span)
        }
    };
    headers.set(TRACEPARENT_HEADER, &trace.to_string())?;
    Ok(trace)
}

/// What the origin is told of the call, as a header's value.
fn context(app: &App, sent: &Headers, identity: Option<Identity>) -> Result<String, Failure> {
    let address = sent.get("CF-Connecting-IP")?;
    let context = EdgeContext {
        v: V1,
        address: address.and_then(|address| address.parse::<IpAddr>().ok()),
        request_id: app.request_id().to_owned(),
        identity,
    };
    Ok(context.to_header())
}

fn sign(app: &App, headers: &Headers, call: &Call<'_>, context: &str) -> Result<(), Failure> {
    let secret = app
        .bindings()
        .internal_secret()
        .map_err(|cause| Failure::fault(ProblemType::Internal, cause))?;
    let signature = signature::sign(secret.as_bytes(), call, app.started_millis() / 1_000);
    headers.set(CONTEXT_HEADER, context)?;
    headers.set(signature::HEADER, &signature)?;
    Ok(())
}

/// Whether a client's header reaches the origin. `named` is the value of its `Connection` header.
fn is_forwarded(name: &str, named: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let reserved =
        RESERVED_HEADERS.contains(&name.as_str()) || RESERVED_PREFIXES.iter().any(|prefix| name.starts_with(prefix));
    !reserved && !is_of_connection(&name, named)
}

fn is_of_connection(name: &str, named: &str) -> bool {
    CONNECTION_HEADERS
        .iter()
        .copied()
        .chain(named.split(',').map(str::trim))
        .any(|one| one.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths() {
        let check = |url, expected| assert_eq!(path_and_query(url), expected, "{url}");
        check("https://example.com/v1/me", "/v1/me");
        check(
            "http://127.0.0.1:8787/v1/a%2Fb?x=/y?z&u=http://h/p",
            "/v1/a%2Fb?x=/y?z&u=http://h/p",
        );
        check("https://example.com/v1/me#part", "/v1/me");
        check("https://example.com", "/");
    }

    #[test]
    fn known_paths() {
        let check = |path, expected| assert_eq!(is_known(path), expected, "{path}");
        check("/v1/promotions", true);
        check("/v1/promotions/a/b/c?d=/e", true);
        check("/v1/me?x=y", true);
        check("/.well-known/jwks.json", true);
        check("/v1/nothing", false);
        check("/v1/nothing/promotions", false);
        check("/v1/promotions%2Fa", false);
        check("/v1/", false);
        check("/v1/?promotions", false);
    }

    #[test]
    fn every_resource_of_the_document_is_known() {
        let document = include_str!("../../origin/tests/api/snapshots/api__document__openapi.snap");
        let paths = document.lines().filter_map(|line| line.trim().strip_prefix("\"/v1/"));
        let documented: Vec<_> = paths.filter_map(|path| path.split(['/', '"']).next()).collect();
        assert!(documented.len() > RESOURCES.len(), "{documented:?}");
        for resource in documented {
            assert!(RESOURCES.contains(&resource), "{resource}");
        }
    }

    #[test]
    fn imports() {
        let check = |method, path, media_type, expected| {
            assert_eq!(
                is_import(method, path, media_type),
                expected,
                "{method} {path} {media_type}"
            );
        };
        let path = "/v1/promotions/summer-10/coupons/import";
        check("POST", path, "text/csv", true);
        check("POST", path, "Text/CSV; charset=utf-8", true);
        check("POST", "/v1/promotions/summer-10/coupons/import?x=y", "text/csv", true);
        check("POST", path, "application/json", false);
        check("POST", path, "", false);
        check("PUT", path, "text/csv", false);
        check("POST", "/v1/promotions//coupons/import", "text/csv", false);
        check("POST", "/v1/promotions/a/b/coupons/import", "text/csv", false);
        check("POST", "/v1/promotions/summer-10/coupons", "text/csv", false);
    }

    #[test]
    fn headers() {
        let check = |name, expected| assert_eq!(is_forwarded(name, "close, X-Hop"), expected, "{name}");
        for name in [
            "accept",
            "Authorization",
            "cookie",
            "Content-Type",
            "If-Match",
            "Idempotency-Key",
            "X-Coupon",
        ] {
            check(name, true);
        }
        for name in [
            "Connection",
            "Keep-Alive",
            "TE",
            "Transfer-Encoding",
            "Upgrade",
            "Host",
            "Content-Length",
        ] {
            check(name, false);
        }
        for name in [
            "x-hop",
            "X-Coupons-Signature",
            "X-Coupons-Context",
            "X-Forwarded-For",
            "X-Forwarded-Host",
            "Forwarded",
            "CF-Ray",
        ] {
            check(name, false);
        }
        check("X-Request-Id", false);
    }
}
