//! Pages of other sites: which of them may evaluate promotions from a browser (the Fetch standard's CORS protocol).
//!
//! A browser asks before it sends an application key ("preflight"), and shows a page only answers that name the page's
//! origin. Which key will come is not known then, so the list is the deployment's: the variable `CORS_ORIGINS`. No answer
//! allows credentials of the browser: a page has to send a key itself, and what is not listed here reaches no page of
//! another site.

use engine::problem::ProblemType;
use worker::{Request, Response, ResponseBuilder};

use crate::answer::set_header;
use crate::app::App;
use crate::problem::Failure;

/// What other sites' pages may call: the methods, and the path with `*` for a segment.
const SHARED: &[(&str, &str)] = &[
    ("POST", "/v1/promotions/*/evaluate"),
    ("POST", "/v1/promotions/*/preview"),
    ("POST", "/v1/promotions/*/reservations"),
    ("GET", "/v1/redemptions/*"),
    ("POST", "/v1/redemptions/*/confirm"),
    ("POST", "/v1/redemptions/*/release"),
    ("POST", "/v1/redemptions/*/rollback"),
];

/// What a page may send.
const ALLOWED_HEADERS: &str = "Authorization, Content-Type, Idempotency-Key, X-Request-Id, traceparent, tracestate";
/// What a page may read of an answer's headers.
const EXPOSED_HEADERS: &str = "Idempotent-Replayed, Retry-After, X-Request-Id";
/// How long a browser may remember the answer to a preflight, in seconds: the most that Chromium takes. The list changes
/// with a deployment, and each call is checked again.
const MAX_AGE_SECS: &str = "7200";

/// A page of another site that calls what is shared.
#[derive(Debug)]
pub(crate) struct CrossOrigin {
    /// Of the page, as the browser writes it.
    origin: String,
    /// Whether the deployment's list has it.
    is_allowed: bool,
    /// The method that a preflight asks for.
    preflight_for: Option<String>,
}

impl CrossOrigin {
    /// `None` for everything that a browser does not send for a page, or that no page may call: the browser then keeps the
    /// answer from the page. A request without `Origin` costs one look at its headers.
    pub(crate) fn of(app: &App, request: &Request, method: &str, path: &str) -> Option<Self> {
        let origin = request.headers().get("Origin").ok().flatten()?;
        let asked = request.headers().get("Access-Control-Request-Method").ok().flatten();
        let preflight_for = asked.filter(|_| method == "OPTIONS");
        if !is_shared(preflight_for.as_deref().unwrap_or(method), path) {
            return None;
        }
        Some(Self {
            is_allowed: lists(&app.bindings().cors_origins(), &origin),
            origin,
            preflight_for,
        })
    }

    /// The answer to a preflight; `None` when this is the call itself.
    pub(crate) fn answer_preflight(&self) -> Option<Result<Response, Failure>> {
        let method = self.preflight_for.as_deref()?;
        if !self.is_allowed {
            let detail = "Add the page's origin to `CORS_ORIGINS` of the deployment, or call from a server.";
            return Some(Err(Failure::rejection(ProblemType::Forbidden, detail)));
        }
        let response = ResponseBuilder::new().with_status(204).empty();
        set_header(&response, "Access-Control-Allow-Methods", method);
        set_header(&response, "Access-Control-Allow-Headers", ALLOWED_HEADERS);
        set_header(&response, "Access-Control-Max-Age", MAX_AGE_SECS);
        Some(Ok(response))
    }

    /// Shows an answer to the page, if it may see it. What depends on the origin says so to caches.
    pub(crate) fn show(&self, response: &Response) {
        _ = response.headers().append("Vary", "Origin");
        if self.is_allowed {
            set_header(response, "Access-Control-Allow-Origin", &self.origin);
            set_header(response, "Access-Control-Expose-Headers", EXPOSED_HEADERS);
        }
    }
}

fn is_shared(method: &str, path: &str) -> bool {
    let fits = |pattern: &str| {
        let mut segments = path.split('/');
        let mut expected = pattern.split('/');
        let all_fit = expected.by_ref().all(|expected| {
            let segment = segments.next();
            segment == Some(expected) || (expected == "*" && segment.is_some_and(|segment| !segment.is_empty()))
        });
        all_fit && segments.next().is_none()
    };
    SHARED
        .iter()
        .any(|(shared, pattern)| *shared == method && fits(pattern))
}

/// Whether a comma-separated list has exactly this origin. There is no wildcard, and `null`, which any sandboxed page may
/// send, cannot be listed.
fn lists(list: &str, origin: &str) -> bool {
    origin.contains("://") && list.split(',').any(|listed| listed.trim() == origin)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shared_calls() {
        let check = |method, path, expected| assert_eq!(is_shared(method, path), expected, "{method} {path}");
        check("POST", "/v1/promotions/summer-10/evaluate", true);
        check("POST", "/v1/promotions/summer-10/preview", true);
        check("POST", "/v1/promotions/summer-10/reservations", true);
        check("GET", "/v1/redemptions/red_1", true);
        check("POST", "/v1/redemptions/red_1/rollback", true);
        check("GET", "/v1/promotions/summer-10/evaluate", false);
        check("OPTIONS", "/v1/promotions/summer-10/evaluate", false);
        check("POST", "/v1/promotions//evaluate", false);
        check("POST", "/v1/promotions/summer-10/evaluate/", false);
        check("POST", "/v1/promotions/summer-10/activate", false);
        check("POST", "/v1/promotions", false);
        check("POST", "/v1/auth/login", false);
        check("POST", "/v1/auth/refresh", false);
        check("GET", "/v1/me", false);
        check("DELETE", "/v1/redemptions/red_1", false);
    }

    #[test]
    fn origins_are_compared_exactly() {
        let list = "https://shop.example, http://localhost:3000,*,null";
        let check = |origin, expected| assert_eq!(lists(list, origin), expected, "{origin}");
        check("https://shop.example", true);
        check("http://localhost:3000", true);
        for origin in [
            "http://shop.example",
            "https://shop.example:8443",
            "https://shop.example.evil.example",
            "https://evil.example",
            "https://SHOP.example",
            "https://shop.example/",
            "http://localhost",
            "*",
            "null",
            "",
        ] {
            check(origin, false);
        }
        assert!(!lists("", "https://shop.example"));
    }
}
