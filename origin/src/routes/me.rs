//! Who is signed in: the profile, the organisations to switch between, and the sessions.

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::NoContent;
use chrono::{DateTime, Utc};
use engine::ids::{OrganizationId, SessionId, UserId};
use engine::problem::ProblemType;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Serialize;
use serde_json::Value;

use super::auth::{SignedIn, signed_in};
use super::fields;
use super::input::{Fields, JsonBody, Path};
use super::organization::OrganizationOut;
use super::users::UserOut;
use crate::app::App;
use crate::audit::{self, Action, Entry};
use crate::auth::permission::Permission;
use crate::auth::sign_in::{Caller, open_session};
use crate::auth::{PermissionSet, Principal, role_permissions};
use crate::db::{Tenant, memberships, organizations, sessions, users};
use crate::openapi::doc::{Doc, Field};
use crate::openapi::schema::{self, Id};
use crate::problem::Error;

/// A user in their organisation.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Account {
    pub(crate) user: UserOut,
    pub(crate) organization: OrganizationOut,
    /// What the user may do.
    #[schemars(with = "Vec<Permission>")]
    pub(crate) permissions: Vec<&'static str>,
    pub(crate) notices: NoticesOut,
}

/// The mails that a user has chosen, in this organisation.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Notices")]
pub(crate) struct NoticesOut {
    /// When a promotion ends: some days before, and then.
    promotion_expiry: bool,
}

/// What a user may change of themselves, for the trail.
#[derive(Debug, Serialize)]
struct Profile<'a> {
    #[serde(flatten)]
    user: &'a UserOut,
    notices: &'a NoticesOut,
}

/// An organisation to switch to.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "OwnOrganization")]
pub(crate) struct OwnOrganizationOut {
    #[schemars(with = "Id<OrganizationId>")]
    id: OrganizationId,
    name: String,
    /// Whether this token is for it.
    current: bool,
    /// An administrator there has disabled this user.
    disabled: bool,
}

/// A session of the user.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Session")]
pub(crate) struct SessionOut {
    #[schemars(with = "Id<SessionId>")]
    id: SessionId,
    #[schemars(with = "Id<OrganizationId>")]
    organization_id: OrganizationId,
    created_at: DateTime<Utc>,
    last_used_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
    /// What the browser called itself when it signed in.
    user_agent: Option<String>,
    /// Where it signed in from.
    address: Option<String>,
    /// Whether it is the one that asks.
    current: bool,
}

/// A list that is shown whole.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "{T}List")]
pub(crate) struct Whole<T> {
    items: Vec<T>,
    next_cursor: Option<String>,
}

impl<T> Whole<T> {
    pub(crate) const fn new(items: Vec<T>) -> Self {
        Self {
            items,
            next_cursor: None,
        }
    }
}

pub(crate) const GET_ME: Doc = Doc::new("get_me", "Who is signed in, where, and what they may do.");

/// `GET /v1/me`.
pub(crate) async fn get_me(State(app): State<App>, principal: Principal) -> Result<Json<Account>, Error> {
    let load = || async {
        let mut tenant = app.db.begin(principal.organization).await?;
        let (account, _) = load_account(&mut tenant, principal.user).await?;
        tenant.commit(account).await
    };
    Ok(Json(app.db.transaction("get_me", load).await?))
}

/// The choice to be told when a promotion ends.
const EXPIRY: &str = "promotion_expiry";

const PROFILE: &[Field] = &[
    Field::optional("name", schema::name),
    Field::optional("locale", fields::locale_schema),
    Field::optional("notices", notices_schema),
];

pub(crate) const UPDATE_ME: Doc = Doc::new(
    "update_me",
    "Changes one's name, language and the mails that one gets: what is left out stays as it is.",
)
.body(PROFILE);

/// `PATCH /v1/me`: name, language, and which mails are wanted in this organisation.
pub(crate) async fn update_me(
    State(app): State<App>,
    principal: Principal,
    JsonBody(body): JsonBody,
) -> Result<Json<Account>, Error> {
    let mut fields = Fields::only(&body, PROFILE)?;
    let name = fields.has("name").then(|| fields.name("name").unwrap_or_default());
    let locale = fields.has("locale").then(|| fields::locale(&mut fields));
    let promotion_expiry = notices(&mut fields);
    fields.finish()?;
    let update = || async {
        let mut tenant = app.db.begin(principal.organization).await?;
        let (before, _) = load_account(&mut tenant, principal.user).await?;
        let name = name.unwrap_or(&before.user.name);
        let locale = locale.clone().unwrap_or_else(|| before.user.locale.clone());
        users::update_profile(&mut tenant, principal.user, name, locale.as_deref()).await?;
        if let Some(promotion_expiry) = promotion_expiry {
            memberships::update_member_notices(&mut tenant, principal.user, promotion_expiry).await?;
        }
        let (after, _) = load_account(&mut tenant, principal.user).await?;
        let entry = Entry::new(Action::UserUpdated, principal.user);
        let entry = entry.before(&before.profile())?.after(&after.profile())?;
        audit::record(&app, &mut tenant, &principal.actor(), entry).await?;
        tenant.commit(after).await
    };
    Ok(Json(app.db.transaction("update_me", update).await?))
}

pub(crate) const LIST_OWN_ORGANIZATIONS: Doc = Doc::new(
    "list_own_organizations",
    "The organisations that one belongs to, the one used last first.",
);

/// `GET /v1/me/organizations`, the one used last first.
pub(crate) async fn list_own_organizations(
    State(app): State<App>,
    principal: Principal,
) -> Result<Json<Whole<OwnOrganizationOut>>, Error> {
    let list = || async {
        let mut person = app.db.begin_person(principal.user).await?;
        let rows = memberships::list_own_organizations(&mut person).await?;
        person.commit(rows).await
    };
    let rows = app.db.transaction("list_own_organizations", list).await?;
    let items = rows.into_iter().map(|row| OwnOrganizationOut {
        id: row.id.into(),
        name: row.name,
        current: row.id == principal.organization.uuid(),
        disabled: row.disabled,
    });
    Ok(Json(Whole::new(items.collect())))
}

const SWITCH: &[Field] = &[Field::required("organization_id", schema::id::<OrganizationId>)];

pub(crate) const SWITCH_ORGANIZATION: Doc = Doc::new(
    "switch_organization",
    "Goes on in another of one's organisations. The session here ends, one there begins.",
)
.body(SWITCH)
.problems(&[ProblemType::NotFound]);

/// `POST /v1/auth/switch`: goes on in another organisation. The session here ends, one there begins.
pub(crate) async fn switch_organization(
    State(app): State<App>,
    principal: Principal,
    caller: Caller,
    headers: HeaderMap,
    JsonBody(body): JsonBody,
) -> Result<SignedIn, Error> {
    let mut fields = Fields::only(&body, SWITCH)?;
    let organization = fields
        .text("organization_id")
        .and_then(|id| id.parse::<OrganizationId>().ok());
    if organization.is_none() {
        let detail = "Send the id of one of your organisations: `GET /v1/me/organizations` lists them.";
        fields.error("/organization_id", "organization_invalid", detail);
    }
    fields.finish()?;
    let organization = organization.unwrap_or(principal.organization);
    let open = || async {
        let mut tenant = app.db.begin(principal.organization).await?;
        sessions::delete_session(&mut tenant, principal.session).await?;
        tenant.enter(organization).await?;
        let member = memberships::find_member(&mut tenant, principal.user).await?;
        if member.is_none_or(|member| member.disabled_at.is_some()) {
            return Err(Error::not_found(
                "You belong to no organisation with this id, or are disabled there.",
            ));
        }
        let opened = open_session(&app, &mut tenant, principal.user, &caller).await?;
        tenant.commit(opened).await
    };
    let opened = app.db.transaction("switch_organization", open).await?;
    signed_in(&app, &headers, opened).await
}

pub(crate) const LIST_OWN_SESSIONS: Doc = Doc::new(
    "list_own_sessions",
    "One's sessions in all organisations, the one used last first.",
);

/// `GET /v1/me/sessions`: in all organisations, the one used last first.
pub(crate) async fn list_own_sessions(
    State(app): State<App>,
    principal: Principal,
) -> Result<Json<Whole<SessionOut>>, Error> {
    let list = || async {
        let mut person = app.db.begin_person(principal.user).await?;
        let rows = sessions::list_person_sessions(&mut person, app.clock.now()).await?;
        person.commit(rows).await
    };
    let rows = app.db.transaction("list_own_sessions", list).await?;
    let items = rows.into_iter().map(|row| SessionOut {
        id: row.id.into(),
        organization_id: row.organization_id.into(),
        created_at: row.created_at,
        last_used_at: row.refreshed_at,
        expires_at: row.expires_at,
        user_agent: row.user_agent,
        address: row.address,
        current: row.id == principal.session.uuid(),
    });
    Ok(Json(Whole::new(items.collect())))
}

pub(crate) const END_OWN_SESSION: Doc =
    Doc::new("end_own_session", "Ends one of one's sessions.").path(&[("id", schema::id::<SessionId>)]);

/// `DELETE /v1/me/sessions/{id}`: ends one of one's own sessions.
pub(crate) async fn end_own_session(
    State(app): State<App>,
    principal: Principal,
    Path(id): Path<String>,
) -> Result<NoContent, Error> {
    let not_found = || Error::not_found("You have no session with this id: list yours for those that exist.");
    let id: SessionId = id.parse().map_err(|_| not_found())?;
    let end = || async {
        let mut tenant = app.db.begin(principal.organization).await?;
        tenant.enter_person(principal.user).await?;
        if !sessions::delete_person_session(&mut tenant, principal.user, id).await? {
            return Err(not_found());
        }
        let entry = Entry::new(Action::SessionEnded, id);
        audit::record(&app, &mut tenant, &principal.actor(), entry).await?;
        tenant.commit(()).await
    };
    app.db.transaction("end_own_session", end).await?;
    Ok(NoContent)
}

pub(crate) const END_OTHER_SESSIONS: Doc = Doc::new(
    "end_other_sessions",
    "Ends all of one's sessions but the one that asks.",
);

/// `DELETE /v1/me/sessions`: ends all of one's sessions but the one that asks. Safe to repeat.
pub(crate) async fn end_other_sessions(State(app): State<App>, principal: Principal) -> Result<NoContent, Error> {
    let end = || async {
        let mut tenant = app.db.begin(principal.organization).await?;
        tenant.enter_person(principal.user).await?;
        let ended =
            sessions::delete_person_sessions(tenant.connection(), principal.user, Some(principal.session)).await?;
        for id in ended {
            let entry = Entry::new(Action::SessionEnded, SessionId::from(id));
            audit::record(&app, &mut tenant, &principal.actor(), entry).await?;
        }
        tenant.commit(()).await
    };
    app.db.transaction("end_other_sessions", end).await?;
    Ok(NoContent)
}

/// A member of the transaction's organisation, and what their role permits. Who is none has to sign in again.
pub(crate) async fn load_account(tenant: &mut Tenant, user: UserId) -> Result<(Account, PermissionSet), Error> {
    let gone = || Error::unauthenticated("This user is no longer a member of the organisation: sign in again.");
    let member = memberships::find_member(tenant, user).await?.ok_or_else(gone)?;
    let organization = organizations::find_organization(tenant).await?.ok_or_else(gone)?;
    let permissions = role_permissions(member.built_in.as_deref(), &member.permissions);
    let notices = NoticesOut {
        promotion_expiry: member.notify_promotion_expiry,
    };
    let account = Account {
        user: UserOut::from_row(member),
        organization: OrganizationOut::from_row(tenant.organization(), organization),
        permissions: permissions.words(),
        notices,
    };
    Ok((account, permissions))
}

impl Account {
    const fn profile(&self) -> Profile<'_> {
        Profile {
            user: &self.user,
            notices: &self.notices,
        }
    }
}

/// Whether to get the notices of promotions that end; `None` when it is left out.
fn notices(fields: &mut Fields<'_>) -> Option<bool> {
    if !fields.has("notices") {
        return None;
    }
    let choices = fields.value("notices").and_then(Value::as_object);
    let is_known = choices.is_some_and(|choices| {
        choices
            .iter()
            .all(|(name, choice)| name == EXPIRY && choice.is_boolean())
    });
    if !is_known {
        let detail = "Send an object such as {\"promotion_expiry\": true}.";
        fields.error("/notices", "notices_invalid", detail);
    }
    choices.and_then(|choices| choices.get(EXPIRY)).and_then(Value::as_bool)
}

fn notices_schema(_: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "type": "object", "properties": {EXPIRY: {"type": "boolean"}}, "additionalProperties": false,
        "description": "Which mails one gets in this organisation."
    })
}
