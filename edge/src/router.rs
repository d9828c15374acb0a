//! The whole table of paths, and the way of a request through it.

use engine::problem::ProblemType;
use engine::wire::v1::{COUPONS_PATH, INSPECT_PATH, PUBLISH_PATH};
use worker::{Context, Env, Request, Response};

use crate::app::App;
use crate::problem::Failure;
use crate::routes::{coupons, evaluate, health, inspect, publish};
use crate::{answer, gateway};

/// What answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Endpoint {
    Evaluate,
    Publish,
    Coupons,
    Inspect,
    HealthCheck,
    Healthz,
    Readyz,
    /// The origin, through the gateway.
    Origin,
    /// Nothing.
    Nowhere,
}

/// Any method; the origin knows its own.
const ANY: &[&str] = &[];
const GET: &[&str] = &["GET", "HEAD"];
const POST: &[&str] = &["POST"];

/// The first row that fits decides. What no row covers is the merchant app's, which the platform serves without asking
/// the Worker; `run_worker_first` in `wrangler.toml` names what comes here.
///
/// `*` stands for one segment, and is captured; a final `**` for any rest.
const TABLE: &[(&str, &[&str], Endpoint)] = &[
    ("/v1/promotions/*/evaluate", POST, Endpoint::Evaluate),
    ("/v1/**", ANY, Endpoint::Origin),
    ("/.well-known/jwks.json", GET, Endpoint::Origin),
    (PUBLISH_PATH, POST, Endpoint::Publish),
    (COUPONS_PATH, POST, Endpoint::Coupons),
    (INSPECT_PATH, POST, Endpoint::Inspect),
    ("/health_check", GET, Endpoint::HealthCheck),
    ("/healthz", GET, Endpoint::Healthz),
    ("/readyz", GET, Endpoint::Readyz),
    ("/internal/**", ANY, Endpoint::Nowhere),
    ("/.well-known/**", ANY, Endpoint::Nowhere),
];

/// Answers a request; whatever fails becomes a problem.
pub(crate) async fn respond(mut request: Request, env: Env, context: Context) -> Response {
    let sent_request_id = request.headers().get("X-Request-Id").ok().flatten();
    let app = App::new(env, context, sent_request_id.as_deref());
    let response = match dispatch(&app, &mut request).await {
        Ok(response) => response,
        Err(failure) => failure.into_response(app.request_id()),
    };
    answer::finish(response, app.request_id())
}

async fn dispatch(app: &App, request: &mut Request) -> Result<Response, Failure> {
    let path = request.path();
    // The crate's own method type takes every method that it does not know for GET.
    let method = request.inner().method();
    let (endpoint, captured) = find(&method, &path)?;
    match endpoint {
        Endpoint::Evaluate => evaluate::post_evaluation(app, request, captured).await,
        Endpoint::Publish => publish::post_publish(app, request).await,
        Endpoint::Coupons => coupons::post_coupons(app, request).await,
        Endpoint::Inspect => inspect::post_inspection(app, request).await,
        Endpoint::HealthCheck => Ok(health::get_health_check(app).await),
        Endpoint::Healthz => Ok(health::get_healthz()),
        Endpoint::Readyz => Ok(health::get_readyz(app)),
        Endpoint::Origin => gateway::forward(app, request, &method).await,
        Endpoint::Nowhere => Err(not_found()),
    }
}

/// The endpoint of a path and the captured segment, empty when the row captures none.
fn find<'a>(method: &str, path: &'a str) -> Result<(Endpoint, &'a str), Failure> {
    let row = TABLE
        .iter()
        .find_map(|(pattern, methods, endpoint)| Some((capture(pattern, path)?, methods, endpoint)));
    let Some((captured, methods, endpoint)) = row else {
        return Err(not_found());
    };
    if methods.is_empty() || methods.contains(&method) {
        return Ok((*endpoint, captured));
    }
    let allow = methods.join(", ");
    let failure = Failure::rejection(ProblemType::MethodNotAllowed, format!("Use {allow} here."));
    Err(failure.with_header("Allow", allow))
}

/// The last captured segment if `path` fits `pattern`.
fn capture<'a>(pattern: &str, path: &'a str) -> Option<&'a str> {
    let mut captured = "";
    let mut segments = path.split('/');
    for expected in pattern.split('/') {
        if expected == "**" {
            return segments.next().map(|_| captured);
        }
        let segment = segments.next()?;
        if expected == "*" && !segment.is_empty() {
            captured = segment;
        } else if expected != segment {
            return None;
        }
    }
    segments.next().is_none().then_some(captured)
}

fn not_found() -> Failure {
    Failure::rejection(
        ProblemType::NotFound,
        "Nothing is at this path: compare it with the API's documentation.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths() {
        let check = |method, path, expected: Option<(Endpoint, &str)>| {
            assert_eq!(find(method, path).ok(), expected, "{method} {path}");
        };
        check(
            "POST",
            "/v1/promotions/summer-10/evaluate",
            Some((Endpoint::Evaluate, "summer-10")),
        );
        check("GET", "/v1/promotions/summer-10/evaluate", None);
        check("POST", "/v1/promotions//evaluate", Some((Endpoint::Origin, "")));
        check(
            "POST",
            "/v1/promotions/summer-10/evaluate/",
            Some((Endpoint::Origin, "")),
        );
        check("PATCH", "/v1/promotions/summer-10", Some((Endpoint::Origin, "")));
        check("GET", "/v1/", Some((Endpoint::Origin, "")));
        check("GET", "/.well-known/jwks.json", Some((Endpoint::Origin, "")));
        check("POST", "/.well-known/jwks.json", None);
        check("GET", "/.well-known/security.txt", Some((Endpoint::Nowhere, "")));
        check("POST", "/internal/publish", Some((Endpoint::Publish, "")));
        check("GET", "/internal/publish", None);
        check("POST", "/internal/ingest", Some((Endpoint::Nowhere, "")));
        check("GET", "/health_check", Some((Endpoint::HealthCheck, "")));
        check("HEAD", "/healthz", Some((Endpoint::Healthz, "")));
        check("POST", "/readyz", None);
        check("GET", "/", None);
        check("GET", "/v1", None);
    }

    #[test]
    fn the_platform_asks_the_worker_for_every_row() {
        let configuration = include_str!("../../wrangler.toml");
        let asked = configuration
            .lines()
            .find(|line| line.starts_with("run_worker_first"))
            .unwrap();
        for (pattern, _, _) in TABLE {
            let first_segment = pattern.split('/').nth(1).unwrap();
            let named = [format!("\"/{first_segment}/*\""), format!("\"{pattern}\"")];
            assert!(
                named.iter().any(|name| asked.contains(name)),
                "{pattern} is not in {asked}"
            );
        }
    }

    #[test]
    fn every_row_is_reached() {
        for (pattern, methods, endpoint) in TABLE {
            let path = pattern.replace("**", "x").replace('*', "x");
            let method = methods.first().unwrap_or(&"GET");
            assert_eq!(find(method, &path).unwrap().0, *endpoint, "{pattern}");
        }
    }
}
