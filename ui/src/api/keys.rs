//! Calls: application keys.

use engine::ids::AppKeyId;
use gloo_net::http::Method;

use super::{Answer, get, list_path, post, segment, send};
use crate::wire::keys::{AppKey, CreatedAppKey, NewAppKey, Rotation};
use crate::wire::{Page, Promotion};

pub(crate) async fn app_keys(token: &str, cursor: Option<&str>) -> Answer<Page<AppKey>> {
    get(&list_path("/v1/app-keys", cursor), token).await
}

pub(crate) async fn create_app_key(token: &str, key: &NewAppKey) -> Answer<CreatedAppKey> {
    post("/v1/app-keys", Some(token), key).await
}

/// Answers the successor.
pub(crate) async fn rotate_app_key(token: &str, id: AppKeyId, rotation: Rotation) -> Answer<CreatedAppKey> {
    post(&format!("/v1/app-keys/{id}/rotate"), Some(token), &rotation).await
}

pub(crate) async fn revoke_app_key(token: &str, id: AppKeyId) -> Answer<()> {
    send(Method::DELETE, &format!("/v1/app-keys/{id}"), Some(token), None)
        .await
        .map(drop)
}

/// The first promotions, by name, of which a code or a name has what was typed: those that a key can be bound to.
pub(crate) async fn promotions_like(token: &str, typed: &str) -> Answer<Page<Promotion>> {
    let path = list_path("/v1/promotions", None);
    get(&format!("{path}&sort=name&q={}", segment(typed)), token).await
}
