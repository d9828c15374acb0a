//! Calls: what the API says of itself.

use gloo_net::http::Method;
use serde_json::Value;

use super::{Answer, decode, send};

/// The OpenAPI document.
pub(crate) async fn document() -> Answer<Value> {
    decode(send(Method::GET, "/v1/openapi.json", None, None).await?).await
}
