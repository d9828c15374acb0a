//! Answers: JSON bodies, and the headers that each answer has.

use serde::Serialize;
use worker::{Response, ResponseBuilder};

/// A JSON answer.
pub(crate) fn json<T: Serialize>(status: u16, body: &T) -> Response {
    json_of_type(status, body, "application/json")
}

/// The same with another media type.
pub(crate) fn json_of_type<T: Serialize>(status: u16, body: &T, media_type: &str) -> Response {
    // No wire type fails to serialize; an empty body stands for the case that cannot happen.
    let response = ResponseBuilder::new()
        .with_status(status)
        .fixed(serde_json::to_vec(body).unwrap_or_default());
    set_header(&response, "Content-Type", media_type);
    response
}

/// Sets a header that the product itself names.
pub(crate) fn set_header(response: &Response, name: &str, value: &str) {
    // Refused only for names and values that are no HTTP; ours are.
    _ = response.headers().set(name, value);
}

/// Gives an answer what each answer has: its request's identifier, no caching unless its maker allows it, and no
/// guessing of media types.
pub(crate) fn finish(response: Response, request_id: &str) -> Response {
    // Headers of a fetched response are read-only; a copy is not, and keeps each Set-Cookie apart.
    let headers = response.headers().clone();
    let response = response.with_headers(headers);
    set_header(&response, "X-Request-Id", request_id);
    set_header(&response, "X-Content-Type-Options", "nosniff");
    if !response.headers().has("Cache-Control").unwrap_or(false) {
        set_header(&response, "Cache-Control", "no-store");
    }
    response
}
