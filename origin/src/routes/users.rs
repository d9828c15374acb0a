//! The users of an organisation: list, change role, disable, remove.
//!
//! Two rules hold for every change: nobody gives or takes permissions that they do not hold themselves, and an
//! administrator who can sign in always remains. Changes of one organisation happen one after another, by its lock.

use axum::Json;
use axum::extract::State;
use axum::response::NoContent;
use chrono::{DateTime, Utc};
use engine::ids::{RoleId, UserId};
use engine::problem::{FieldError, ProblemType};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::input::{Fields, JsonBody, Page, PageQuery, Path, Query};
use crate::app::App;
use crate::audit::{self, Action, Entry};
use crate::auth::{Allowed, PermissionSet, Principal, UsersManage, role_permissions};
use crate::db::Tenant;
use crate::db::memberships::{self, MemberRow};
use crate::db::organizations::lock_organization;
use crate::db::roles::find_role;
use crate::db::sessions::delete_member_sessions;
use crate::db::users::{delete_user_without_membership, lock_user};
use crate::openapi::doc::{self, Doc, Field};
use crate::openapi::schema::{self, Id};
use crate::problem::Error;

/// A user in an organisation.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "User")]
pub(crate) struct UserOut {
    #[schemars(with = "Id<UserId>")]
    pub(crate) id: UserId,
    pub(crate) name: String,
    pub(crate) email: String,
    pub(crate) locale: Option<String>,
    role: UserRoleOut,
    /// Whether the user may not sign in to this organisation.
    disabled: bool,
    joined_at: DateTime<Utc>,
    last_signed_in_at: Option<DateTime<Utc>>,
}

/// The role of a user.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "UserRole")]
struct UserRoleOut {
    #[schemars(with = "Id<RoleId>")]
    id: RoleId,
    name: String,
    /// "admin" or "analyst" for the two that every organisation has.
    built_in: Option<String>,
}

impl UserOut {
    pub(crate) fn from_row(row: MemberRow) -> Self {
        Self {
            id: row.id.into(),
            name: row.name,
            email: row.email,
            locale: row.locale,
            role: UserRoleOut {
                id: row.role_id.into(),
                name: row.role_name,
                built_in: row.built_in,
            },
            disabled: row.disabled_at.is_some(),
            joined_at: row.joined_at,
            last_signed_in_at: row.last_used_at,
        }
    }
}

/// What to look for.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct SearchQuery {
    /// Part of a name or an e-mail, in any case.
    q: Option<String>,
}

pub(crate) const LIST_USERS: Doc = Doc::new("list_users", "The users of the organisation, newest first.");

/// `GET /v1/users`, newest first.
pub(crate) async fn list_users(
    State(app): State<App>,
    Allowed { principal, .. }: Allowed<UsersManage>,
    Query(page): Query<PageQuery>,
    Query(search): Query<SearchQuery>,
) -> Result<Json<Page<UserOut>>, Error> {
    let page = page.parse::<UserId>()?;
    let text = search.q.as_deref().map(str::trim).filter(|text| !text.is_empty());
    if text.is_some_and(|text| text.contains('\0')) {
        let detail = "Send text without the character U+0000.";
        return Err(Error::invalid(vec![FieldError::new("/q", "search_invalid", detail)]));
    }
    let list = || async {
        let mut tenant = app.db.begin(principal.organization).await?;
        let rows = memberships::list_members(&mut tenant, text, page.before, page.rows()).await?;
        tenant.commit(rows).await
    };
    let rows = app.db.transaction("list_users", list).await?;
    let users = rows.into_iter().map(UserOut::from_row);
    Ok(Json(page.page(users.map(|user| (user.id.to_string(), user)).collect())))
}

const PATH: &[(&str, doc::MakeSchema)] = &[("id", schema::id::<UserId>)];

const CHANGED_USER: &[Field] = &[
    Field::optional("role_id", schema::id::<RoleId>),
    Field::optional("disabled", doc::of::<bool>),
];

pub(crate) const UPDATE_USER: Doc = Doc::new("update_user", "Gives a user another role, or disables or enables them.")
    .path(PATH)
    .body(CHANGED_USER)
    .problems(&[ProblemType::Conflict]);

/// `PATCH /v1/users/{id}`: role, disabled. What is left out stays as it is.
pub(crate) async fn update_user(
    State(app): State<App>,
    Allowed { principal, .. }: Allowed<UsersManage>,
    Path(id): Path<String>,
    JsonBody(body): JsonBody,
) -> Result<Json<UserOut>, Error> {
    let user = parse_user(&id)?;
    let mut fields = Fields::only(&body, CHANGED_USER)?;
    let role = fields.has("role_id").then(|| parse_role(&mut fields)).flatten();
    let disabled = fields.has("disabled").then(|| parse_disabled(&mut fields));
    fields.finish()?;
    let update = || async {
        let mut tenant = app.db.begin(principal.organization).await?;
        let before = lock_member(&mut tenant, user).await?;
        require_cover(&principal, &permissions_of(&before))?;
        if let Some(role) = role {
            assign_role(&mut tenant, &principal, user, role).await?;
        }
        if let Some(disabled) = disabled.filter(|disabled| *disabled != before.disabled_at.is_some()) {
            let disabled_at = disabled.then(|| app.clock.now());
            memberships::update_member_disabled(&mut tenant, user, disabled_at).await?;
            delete_member_sessions(&mut tenant, user).await?;
        }
        require_admin(&mut tenant).await?;
        let after = memberships::find_member(&mut tenant, user)
            .await?
            .ok_or_else(not_found)?;
        let (before, after) = (UserOut::from_row(before), UserOut::from_row(after));
        let entry = Entry::new(Action::UserUpdated, user).before(&before)?.after(&after)?;
        audit::record(&app, &mut tenant, &principal.actor(), entry).await?;
        tenant.commit(after).await
    };
    Ok(Json(app.db.transaction("update_user", update).await?))
}

pub(crate) const REMOVE_USER: Doc = Doc::new("remove_user", "Removes a user from the organisation.")
    .path(PATH)
    .problems(&[ProblemType::Conflict]);

/// `DELETE /v1/users/{id}`: out of the organisation. Who belongs to no other is deleted as a person.
pub(crate) async fn remove_user(
    State(app): State<App>,
    Allowed { principal, .. }: Allowed<UsersManage>,
    Path(id): Path<String>,
) -> Result<NoContent, Error> {
    let user = parse_user(&id)?;
    let remove = || async {
        let mut tenant = app.db.begin(principal.organization).await?;
        let before = lock_member(&mut tenant, user).await?;
        require_cover(&principal, &permissions_of(&before))?;
        memberships::delete_membership(&mut tenant, user).await?;
        require_admin(&mut tenant).await?;
        let entry = Entry::new(Action::UserRemoved, user).before(&UserOut::from_row(before))?;
        audit::record(&app, &mut tenant, &principal.actor(), entry).await?;
        lock_user(&mut tenant, user).await?;
        tenant.enter_person(user).await?;
        delete_user_without_membership(&mut tenant, user).await?;
        tenant.commit(()).await
    };
    app.db.transaction("remove_user", remove).await?;
    Ok(NoContent)
}

/// 403 unless the caller holds all of `permissions`: nobody grants, or takes from others, what they do not hold.
pub(crate) fn require_cover(principal: &Principal, permissions: &PermissionSet) -> Result<(), Error> {
    if principal.permissions.covers(permissions) {
        return Ok(());
    }
    Err(Error::new(
        ProblemType::Forbidden,
        "This role permits more than yours: ask somebody who holds all of its permissions.",
    ))
}

/// A role by the field `role_id`.
pub(crate) fn parse_role(fields: &mut Fields<'_>) -> Option<RoleId> {
    let role = fields.text("role_id").and_then(|id| id.parse().ok());
    if role.is_none() {
        fields.error("/role_id", "role_invalid", ROLE_HELP);
    }
    role
}

/// What the role in a body permits; 422 when the organisation has no such role.
pub(crate) async fn find_role_permissions(tenant: &mut Tenant, role: RoleId) -> Result<PermissionSet, Error> {
    let found = find_role(tenant, role)
        .await?
        .ok_or_else(|| Error::invalid(vec![FieldError::new("/role_id", "role_unknown", ROLE_HELP)]))?;
    Ok(role_permissions(found.built_in.as_deref(), &found.permissions))
}

const ROLE_HELP: &str = "Send the id of a role: `GET /v1/roles` lists those that exist.";

async fn assign_role(tenant: &mut Tenant, principal: &Principal, user: UserId, role: RoleId) -> Result<(), Error> {
    let permissions = find_role_permissions(tenant, role).await?;
    require_cover(principal, &permissions)?;
    Ok(memberships::update_member_role(tenant, user, role).await?)
}

/// A member, in an organisation whose changes wait for this one.
async fn lock_member(tenant: &mut Tenant, user: UserId) -> Result<MemberRow, Error> {
    lock_organization(tenant).await?;
    memberships::find_member(tenant, user).await?.ok_or_else(not_found)
}

/// 409 when nobody could administer the organisation any more; the transaction is then not committed.
async fn require_admin(tenant: &mut Tenant) -> Result<(), Error> {
    if memberships::count_active_admins(tenant).await? > 0 {
        return Ok(());
    }
    Err(Error::new(
        ProblemType::Conflict,
        "This is the last administrator: make another user administrator first.",
    ))
}

fn permissions_of(member: &MemberRow) -> PermissionSet {
    role_permissions(member.built_in.as_deref(), &member.permissions)
}

fn parse_disabled(fields: &mut Fields<'_>) -> bool {
    let disabled = fields.value("disabled").and_then(serde_json::Value::as_bool);
    if disabled.is_none() {
        fields.error("/disabled", "boolean_invalid", "Send true or false.");
    }
    disabled.unwrap_or_default()
}

fn parse_user(id: &str) -> Result<UserId, Error> {
    id.parse().map_err(|_| not_found())
}

fn not_found() -> Error {
    Error::not_found("No user has this id: list your users for those that exist.")
}
