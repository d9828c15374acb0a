//! Answers: JSON bodies, and the headers that each answer has.

use std::cell::RefCell;

use serde::Serialize;
use worker::wasm_bindgen::{self, prelude::wasm_bindgen};
use worker::{Response, ResponseBuilder, web_sys};

/// The media type of answers that are no problems.
pub(crate) const JSON: &str = "application/json";

/// A JSON answer.
pub(crate) fn json<T: Serialize>(status: u16, body: &T) -> Response {
    json_of_type(status, body, JSON)
}

/// The same with another media type.
pub(crate) fn json_of_type<T: Serialize>(status: u16, body: &T, media_type: &str) -> Response {
    written(status, to_json(body), media_type)
}

/// The same of a body that is written already.
pub(crate) fn written(status: u16, json: Vec<u8>, media_type: &str) -> Response {
    let response = ResponseBuilder::new().with_status(status).fixed(json);
    set_header(&response, "Content-Type", media_type);
    response
}

/// A body's text.
pub(crate) fn to_json<T: Serialize>(body: &T) -> Vec<u8> {
    // No wire type fails to serialize; an empty body stands for the case that cannot happen.
    serde_json::to_vec(body).unwrap_or_default()
}

/// An answer that [`finish`] made in this isolate, from which others are made.
struct Template {
    status: u16,
    media_type: &'static str,
    response: web_sys::Response,
    headers: web_sys::Headers,
}

thread_local! {
    static TEMPLATES: RefCell<Vec<Template>> = const { RefCell::new(Vec::new()) };
}

/// What [`json_of_type`] and [`finish`] make for a `POST`, of a body that is written already and in one call out of the
/// module: status and headers are copied from an answer that they made before.
pub(crate) fn from_template(status: u16, media_type: &'static str, request_id: &str, json: &[u8]) -> web_sys::Response {
    TEMPLATES.with_borrow_mut(|templates| {
        let is_it = |template: &&Template| template.status == status && template.media_type == media_type;
        if let Some(template) = templates.iter().find(is_it) {
            return respond(&template.response, &template.headers, request_id, json);
        }
        let response = web_sys::Response::from(finish(json_of_type(status, &(), media_type), "POST", request_id));
        let template = Template {
            status,
            media_type,
            headers: response.headers(),
            response,
        };
        let response = respond(&template.response, &template.headers, request_id, json);
        templates.push(template);
        response
    })
}

#[wasm_bindgen(module = "/src/glue.js")]
extern "C" {
    fn respond(
        template: &web_sys::Response,
        headers: &web_sys::Headers,
        request_id: &str,
        body: &[u8],
    ) -> web_sys::Response;
}

/// Sets a header that the product itself names.
pub(crate) fn set_header(response: &Response, name: &str, value: &str) {
    // Refused only for names and values that are no HTTP; ours are.
    _ = response.headers().set(name, value);
}

/// Seconds after which a call that met an unreachable part is worth repeating: most such faults are a restart.
const RETRY_AFTER_SECS: &str = "2";

/// What every answer says to a browser unless its maker says otherwise: it is no page and shows none, it is of the type
/// that it names, and this host is reached by TLS alone. An evaluation pays some microseconds for each, so none is here that
/// would say nothing: a referrer is sent by pages alone. The app's files have theirs in `ui/public/_headers`.
const DEFAULT_HEADERS: &[(&str, &str)] = &[
    (
        "Content-Security-Policy",
        "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    ),
    ("Strict-Transport-Security", "max-age=63072000; includeSubDomains"),
    ("X-Content-Type-Options", "nosniff"),
];

/// Gives an answer what each answer has: its request's identifier, [`DEFAULT_HEADERS`], that it is kept nowhere, and when to
/// come back if that is all it says.
pub(crate) fn finish(response: Response, method: &str, request_id: &str) -> Response {
    // Headers of a fetched response are read-only; a copy is not, and keeps each Set-Cookie apart.
    let headers = response.headers().clone();
    let response = response.with_headers(headers);
    set_header(&response, "X-Request-Id", request_id);
    for (name, value) in DEFAULT_HEADERS {
        set_default(&response, name, value);
    }
    // Nobody keeps an answer to another method unless it says for how long (RFC 9110, section 9.3.3).
    if matches!(method, "GET" | "HEAD") {
        set_default(&response, "Cache-Control", "no-store");
    }
    if matches!(response.status_code(), 429 | 503) {
        set_default(&response, "Retry-After", RETRY_AFTER_SECS);
    }
    response
}

fn set_default(response: &Response, name: &str, value: &str) {
    if !response.headers().has(name).unwrap_or(false) {
        set_header(response, name, value);
    }
}
