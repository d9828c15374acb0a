//! The way to the origin: what the edge does not answer itself goes there and its answer comes back.
//!
//! ```text
//! request ─ a token? ─ not good ──▶ 401, and the origin hears nothing
//!             └ good, or none ────▶ signed: method, path, time, body and context (client, request, identity) ─▶ origin
//! ```

use std::net::IpAddr;
use std::time::Duration;

use engine::problem::ProblemType;
use engine::signature::{self, Call};
use engine::wire::v1::{CONTEXT_HEADER, EdgeContext, Identity, MAX_BODY_BYTES, V1};
use worker::{Headers, Request, Response, ResponseBuilder};

use crate::app::App;
use crate::problem::Failure;
use crate::{auth, body, outgoing};

/// How long the origin may take to begin its answer. Its slowest work runs in jobs, so a request that takes longer is
/// stuck, and a browser's user has left.
const TIMEOUT: Duration = Duration::from_secs(10);

/// The largest file of coupons, in bytes, as the origin takes it.
const MAX_IMPORT_BYTES: usize = 5 * 1024 * 1024;
/// How long the origin may take to store such a file: some hundred thousand rows.
const IMPORT_TIMEOUT: Duration = Duration::from_secs(60);

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
    let media_type = request.headers().get("Content-Type")?.unwrap_or_default();
    let (max_bytes, timeout) = if is_import(method, path, &media_type) {
        (MAX_IMPORT_BYTES, IMPORT_TIMEOUT)
    } else {
        (MAX_BODY_BYTES, TIMEOUT)
    };
    let body = match method {
        "GET" | "HEAD" => None,
        _ => Some(body::read(request, max_bytes).await?).filter(|body| !body.is_empty()),
    };
    let context = context(app, request.headers(), identity)?;
    let call = Call {
        method,
        path,
        context: Some(&context),
        body: body.as_deref().unwrap_or_default(),
    };
    sign(app, &headers, &call, &context)?;
    let unreachable = |cause: String| Failure::fault(ProblemType::Unavailable, format!("origin: {cause}"));
    let outgoing = outgoing::request(method, &format!("{origin}{path}"), &headers, body.as_deref());
    let outgoing =
        outgoing.map_err(|error| Failure::rejection(ProblemType::Malformed, format!("Not forwarded: {error}.")))?;
    let answer = outgoing::send(outgoing, timeout)
        .await
        .map_err(|error| unreachable(error.to_string()))?;
    hand_back(answer).map_err(unreachable)
}

/// Whether a request brings a file of coupons.
fn is_import(method: &str, path: &str, media_type: &str) -> bool {
    let path = path.split_once('?').map_or(path, |(path, _)| path);
    let promotion = path
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

fn forwarded_headers(sent: &Headers, request_id: &str) -> Result<Headers, Failure> {
    let headers = Headers::new();
    let named = sent.get("Connection")?.unwrap_or_default();
    for (name, value) in sent.entries().filter(|(name, _)| is_forwarded(name, &named)) {
        headers.append(&name, &value)?;
    }
    headers.set("X-Request-Id", request_id)?;
    Ok(headers)
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
