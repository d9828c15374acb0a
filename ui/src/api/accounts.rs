//! Calls about users and organisations.

use serde_json::{Value, json};

use super::{Answer, delete, get, patch, post, post_for_nothing_as, segment};
use crate::wire::accounts::{OwnSession, Whole};
use crate::wire::{Account, Organization, OwnOrganization, SessionAnswer};

pub(crate) async fn own_organizations(token: &str) -> Answer<Whole<OwnOrganization>> {
    get("/v1/me/organizations", token).await
}

pub(crate) async fn switch_organization(token: &str, id: &str) -> Answer<SessionAnswer> {
    post("/v1/auth/switch", Some(token), &json!({"organization_id": id})).await
}

/// Changes the profile: what the body leaves out stays as it is.
pub(crate) async fn update_me(token: &str, changes: &Value) -> Answer<Account> {
    patch("/v1/me", token, changes).await
}

/// Changes the organisation: what the body leaves out stays as it is.
pub(crate) async fn update_organization(token: &str, changes: &Value) -> Answer<Organization> {
    patch("/v1/organization", token, changes).await
}

/// Ends all other sessions of the user.
pub(crate) async fn change_password(token: &str, current: &str, new: &str) -> Answer<()> {
    let body = json!({"current_password": current, "new_password": new});
    post_for_nothing_as("/v1/me/password", token, &body).await
}

pub(crate) async fn own_sessions(token: &str) -> Answer<Whole<OwnSession>> {
    get("/v1/me/sessions", token).await
}

pub(crate) async fn end_session(token: &str, id: &str) -> Answer<()> {
    delete(&format!("/v1/me/sessions/{}", segment(id)), token).await
}

/// Ends all sessions but the one that asks.
pub(crate) async fn end_other_sessions(token: &str) -> Answer<()> {
    delete("/v1/me/sessions", token).await
}
