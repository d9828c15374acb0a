//! The key set that verifies access tokens.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use axum::http::header::CACHE_CONTROL;
use axum::response::{AppendHeaders, IntoResponse, Response};
use jsonwebtoken::jwk::JwkSet;
use schemars::JsonSchema;
use serde_json::Value;

use crate::app::App;
use crate::openapi::describe::Describe;
use crate::openapi::doc::Doc;
use crate::openapi::operation::Operation;

pub(crate) const GET_KEY_SET: Doc = Doc::new("get_key_set", "The keys that access tokens are verified with.");

/// `GET /.well-known/jwks.json`.
pub(crate) async fn get_key_set(State(app): State<App>) -> KeySet {
    KeySet(app.tokens.key_set(app.clock.now()).await)
}

/// The answer of `/.well-known/jwks.json`.
pub(crate) struct KeySet(JwkSet);

impl IntoResponse for KeySet {
    fn into_response(self) -> Response {
        (AppendHeaders([(CACHE_CONTROL, "public, max-age=300")]), Json(self.0)).into_response()
    }
}

impl Describe for KeySet {
    fn describe(operation: &mut Operation<'_>) {
        operation.answers::<KeySetSchema>(200, "A JWK set (RFC 7517)");
    }
}

/// A JWK set (RFC 7517 §5).
#[derive(JsonSchema)]
#[schemars(rename = "KeySet")]
#[expect(dead_code, reason = "only its schema is used")]
struct KeySetSchema {
    keys: Vec<BTreeMap<String, Value>>,
}
