//! Calls: members, roles, invitations and the audit log.

use gloo_net::http::Method;
use serde_json::{Value, json};

use super::{Answer, PAGE_SIZE, decode, delete, get, patch, post, segment, send, with_query};
use crate::wire::Page;
use crate::wire::team::{AuditEvent, Member, Role, SentInvitation};

/// Roles of an answer: an organisation has no more, so that all of them fit one page.
const ALL_ROLES: usize = 100;

/// The users of the organisation whose name or e-mail contains a text.
pub(crate) async fn members(token: &str, text: &str, cursor: Option<&str>) -> Answer<Page<Member>> {
    get(&list("/v1/users", &[("q", text.to_owned())], cursor), token).await
}

pub(crate) async fn update_member(token: &str, id: &str, changes: &Value) -> Answer<Member> {
    patch(&format!("/v1/users/{}", segment(id)), token, changes).await
}

pub(crate) async fn remove_member(token: &str, id: &str) -> Answer<()> {
    delete(&format!("/v1/users/{}", segment(id)), token).await
}

pub(crate) async fn roles(token: &str) -> Answer<Page<Role>> {
    get(&format!("/v1/roles?limit={ALL_ROLES}"), token).await
}

pub(crate) async fn create_role(token: &str, role: &Value) -> Answer<Role> {
    post("/v1/roles", Some(token), role).await
}

pub(crate) async fn update_role(token: &str, id: &str, changes: &Value) -> Answer<Role> {
    patch(&format!("/v1/roles/{}", segment(id)), token, changes).await
}

pub(crate) async fn delete_role(token: &str, id: &str) -> Answer<()> {
    delete(&format!("/v1/roles/{}", segment(id)), token).await
}

pub(crate) async fn invitations(token: &str, cursor: Option<&str>) -> Answer<Page<SentInvitation>> {
    get(&list("/v1/invitations", &[], cursor), token).await
}

pub(crate) async fn invite(token: &str, email: &str, role: &str) -> Answer<SentInvitation> {
    post(
        "/v1/invitations",
        Some(token),
        &json!({"email": email, "role_id": role}),
    )
    .await
}

/// Sends another mail with another link.
pub(crate) async fn resend_invitation(token: &str, id: &str) -> Answer<SentInvitation> {
    let path = format!("/v1/invitations/{}/resend", segment(id));
    decode(send(Method::POST, &path, Some(token), None).await?).await
}

pub(crate) async fn revoke_invitation(token: &str, id: &str) -> Answer<()> {
    delete(&format!("/v1/invitations/{}", segment(id)), token).await
}

/// The audit log, newest first; `filters` are parameters of the query.
pub(crate) async fn audit_events(
    token: &str,
    filters: &[(&'static str, String)],
    cursor: Option<&str>,
) -> Answer<Page<AuditEvent>> {
    get(&list("/v1/audit-events", filters, cursor), token).await
}

/// The path of a page of a list; empty filters are left out.
fn list(path: &str, filters: &[(&'static str, String)], cursor: Option<&str>) -> String {
    let mut query: Vec<_> = filters.iter().filter(|(_, value)| !value.is_empty()).cloned().collect();
    query.push(("limit", PAGE_SIZE.to_string()));
    query.extend(cursor.map(|cursor| ("cursor", cursor.to_owned())));
    with_query(path, &query)
}
