//! Calls: how the service does, and how far a new organisation has come.

use gloo_net::http::RequestBuilder;

use super::{Answer, Failure, TIMEOUT_MS, decode, failure, get};
use crate::wire::Page;
use crate::wire::home::{Health, KeyUse};

/// How each part of the service does. A part that does not work makes the answer 503 with the same body, which is no
/// failure of this call.
pub(crate) async fn health() -> Answer<Health> {
    let timeout = web_sys::AbortSignal::timeout_with_u32(TIMEOUT_MS);
    let request = RequestBuilder::new("/health_check")
        .header("Accept", "application/json")
        .abort_signal(Some(&timeout));
    let response = request.send().await.map_err(|_| Failure::Unreachable)?;
    match response.status() {
        200 | 503 => decode(response).await,
        _ => Err(failure(response).await),
    }
}

/// The newest application keys, as far as they were used.
pub(crate) async fn key_uses(token: &str) -> Answer<Page<KeyUse>> {
    get("/v1/app-keys", token).await
}
