//! The whole table of paths, and the way of a request through it.

use engine::problem::ProblemType;
use engine::wire::v1::{
    COUPONS_PATH, FORGOTTEN_CUSTOMERS_PATH, INSPECT_PATH, PUBLISH_PATH, REVOKED_KEYS_PATH, TALLY_PATH,
};
use worker::{Context, Env, Request, Response};

use crate::app::{App, now_millis};
use crate::cors::CrossOrigin;
use crate::problem::Failure;
use crate::routes::redemptions::{self, Wish};
use crate::routes::{
    coupons, evaluate, forgotten_customers, health, inspect, page, preview, publish, revoked_keys, tally,
};
use crate::{answer, gateway};

/// What answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Endpoint {
    Evaluate,
    Reserve,
    Redemption(Wish),
    Preview,
    Publish,
    Coupons,
    RevokedKeys,
    ForgottenCustomers,
    Tally,
    Inspect,
    HealthCheck,
    Healthz,
    Readyz,
    /// The origin, through the gateway.
    Origin,
    /// The merchant app's page.
    Page,
    /// Nothing.
    Nowhere,
}

/// Any method; the origin knows its own.
const ANY: &[&str] = &[];
const GET: &[&str] = &["GET", "HEAD"];
const POST: &[&str] = &["POST"];

/// The first row that fits decides. Before any row but the last, `run_worker_first` in `wrangler.toml` keeps the platform
/// from looking for a file; what is a file of the app does not come here.
///
/// `*` stands for one segment, and is captured; a final `**` for any rest.
const TABLE: &[(&str, &[&str], Endpoint)] = &[
    ("/v1/promotions/*/evaluate", POST, Endpoint::Evaluate),
    ("/v1/promotions/*/reservations", POST, Endpoint::Reserve),
    ("/v1/redemptions/*", GET, Endpoint::Redemption(Wish::Find)),
    ("/v1/redemptions/*/confirm", POST, Endpoint::Redemption(Wish::Confirm)),
    ("/v1/redemptions/*/release", POST, Endpoint::Redemption(Wish::Release)),
    ("/v1/redemptions/*/rollback", POST, Endpoint::Redemption(Wish::RollBack)),
    ("/v1/promotions/*/preview", POST, Endpoint::Preview),
    ("/v1/**", ANY, Endpoint::Origin),
    ("/.well-known/jwks.json", GET, Endpoint::Origin),
    (PUBLISH_PATH, POST, Endpoint::Publish),
    (COUPONS_PATH, POST, Endpoint::Coupons),
    (REVOKED_KEYS_PATH, POST, Endpoint::RevokedKeys),
    (FORGOTTEN_CUSTOMERS_PATH, POST, Endpoint::ForgottenCustomers),
    (TALLY_PATH, POST, Endpoint::Tally),
    (INSPECT_PATH, POST, Endpoint::Inspect),
    ("/health_check", GET, Endpoint::HealthCheck),
    ("/healthz", GET, Endpoint::Healthz),
    ("/readyz", GET, Endpoint::Readyz),
    ("/internal/**", ANY, Endpoint::Nowhere),
    ("/.well-known/**", ANY, Endpoint::Nowhere),
    ("/v1", ANY, Endpoint::Nowhere),
    (APP, GET, Endpoint::Page),
];

/// Whatever the API does not have.
const APP: &str = "/**";

/// Answers a request; whatever fails becomes a problem.
pub(crate) async fn respond(mut request: Request, env: Env, context: Context) -> Response {
    let sent_request_id = request.headers().get("X-Request-Id").ok().flatten();
    let app = App::new(env, context, now_millis(), sent_request_id.as_deref());
    let path = request.path();
    // The crate's own method type takes every method that it does not know for GET.
    let method = request.inner().method();
    let cross_origin = CrossOrigin::of(&app, &request, &method, &path);
    let answered = match cross_origin.as_ref().and_then(CrossOrigin::answer_preflight) {
        Some(answered) => answered,
        None => dispatch(&app, &mut request, &method, &path).await,
    };
    let response = match answered {
        Ok(response) => response,
        Err(failure) => failure.into_response(app.request_id()),
    };
    let response = answer::finish(response, &method, app.request_id());
    if let Some(cross_origin) = cross_origin {
        cross_origin.show(&response);
    }
    response
}

async fn dispatch(app: &App, request: &mut Request, method: &str, path: &str) -> Result<Response, Failure> {
    let (endpoint, captured) = find(method, path)?;
    match endpoint {
        Endpoint::Evaluate => evaluate::post_evaluation(app, request, captured).await,
        Endpoint::Reserve => evaluate::post_reservation(app, request, captured).await,
        Endpoint::Redemption(wish) => redemptions::answer(app, request, captured, wish).await,
        Endpoint::Preview => preview::post_preview(app, request, method, captured).await,
        Endpoint::Publish => publish::post_publish(app, request).await,
        Endpoint::Coupons => coupons::post_coupons(app, request).await,
        Endpoint::RevokedKeys => revoked_keys::post_revoked_key(app, request).await,
        Endpoint::ForgottenCustomers => forgotten_customers::post_forgotten_customer(app, request).await,
        Endpoint::Tally => tally::post_tally(app, request).await,
        Endpoint::Inspect => inspect::post_inspection(app, request).await,
        Endpoint::HealthCheck => Ok(health::get_health_check(app).await),
        Endpoint::Healthz => Ok(health::get_healthz()),
        Endpoint::Readyz => Ok(health::get_readyz(app)),
        Endpoint::Origin => gateway::forward(app, request, method).await,
        Endpoint::Page => page::get_page(app, path).await,
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
        check(
            "POST",
            "/v1/promotions/summer-10/preview",
            Some((Endpoint::Preview, "summer-10")),
        );
        check("POST", "/v1/promotions//evaluate", Some((Endpoint::Origin, "")));
        check(
            "POST",
            "/v1/promotions/summer-10/evaluate/",
            Some((Endpoint::Origin, "")),
        );
        check(
            "POST",
            "/v1/promotions/summer-10/reservations",
            Some((Endpoint::Reserve, "summer-10")),
        );
        let redemption = |wish| Some((Endpoint::Redemption(wish), "red_1"));
        check("GET", "/v1/redemptions/red_1", redemption(Wish::Find));
        check("DELETE", "/v1/redemptions/red_1", None);
        check("POST", "/v1/redemptions/red_1/confirm", redemption(Wish::Confirm));
        check("POST", "/v1/redemptions/red_1/release", redemption(Wish::Release));
        check("POST", "/v1/redemptions/red_1/rollback", redemption(Wish::RollBack));
        check("GET", "/v1/redemptions", Some((Endpoint::Origin, "")));
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
        check("GET", "/v1", Some((Endpoint::Nowhere, "")));
        check("GET", "/", Some((Endpoint::Page, "")));
        check("HEAD", "/promotions/summer-10", Some((Endpoint::Page, "")));
        check("GET", "/v12/promotions", Some((Endpoint::Page, "")));
        check("POST", "/promotions/summer-10", None);
    }

    #[test]
    fn the_platform_asks_the_worker_for_every_row() {
        let configuration = include_str!("../../wrangler.toml");
        let asked = configuration
            .lines()
            .find(|line| line.starts_with("run_worker_first"))
            .unwrap();
        for (pattern, _, _) in TABLE.iter().filter(|(pattern, _, _)| *pattern != APP) {
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
