//! The description of the API.

use std::sync::LazyLock;

use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use serde_json::Value;

use crate::openapi::describe::Describe;
use crate::openapi::doc::Doc;
use crate::openapi::document;
use crate::openapi::operation::Operation;

/// Made once: it is the same for everyone as long as the process lives.
static DOCUMENT: LazyLock<String> = LazyLock::new(|| document().to_string());

pub(crate) const GET_DOCUMENT: Doc = Doc::new("get_document", "This document, OpenAPI 3.1.");

/// `GET /v1/openapi.json`.
pub(crate) async fn get_document() -> DocumentAnswer {
    DocumentAnswer
}

/// The answer of `/v1/openapi.json`.
pub(crate) struct DocumentAnswer;

impl IntoResponse for DocumentAnswer {
    fn into_response(self) -> Response {
        let headers = [
            (CONTENT_TYPE, "application/json"),
            (CACHE_CONTROL, "public, max-age=300"),
        ];
        (headers, DOCUMENT.as_str()).into_response()
    }
}

impl Describe for DocumentAnswer {
    fn describe(operation: &mut Operation<'_>) {
        operation.answers::<Value>(200, "The document");
    }
}
