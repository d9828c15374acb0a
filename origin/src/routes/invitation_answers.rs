//! What the holder of an invitation's link does with it: look, accept, decline. The link is the credential.

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, NoContent, Redirect, Response};
use chrono::{DateTime, Utc};
use engine::ids::{InvitationId, UserId};
use engine::problem::{FieldError, ProblemType};
use reqwest::Url;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::auth::{SignedIn, signed_in};
use super::fields;
use super::input::{Created, Fields, JsonBody, Query};
use crate::app::App;
use crate::audit::{self, Action, Actor, Entry};
use crate::auth::SameSite;
use crate::auth::invitation::InvitationToken;
use crate::auth::password_rule::MAX_PASSWORD_CHARS;
use crate::auth::sign_in::{Caller, authenticate, open_session};
use crate::db::Tenant;
use crate::db::invitations::{self, Closing, InvitationRow};
use crate::db::memberships::{find_member, insert_membership};
use crate::db::organizations::{find_organization, lock_organization};
use crate::db::users::{NewUser, find_credentials, insert_user};
use crate::limits::{self, LINK_BY_ADDRESS, address_subject};
use crate::mail::links;
use crate::openapi::describe::Describe;
use crate::openapi::doc::{Doc, Field};
use crate::openapi::operation::Operation;
use crate::openapi::schema;
use crate::problem::Error;
use crate::random::new_id;

/// What the holder of a link sees before answering.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "InspectedInvitation")]
pub(crate) struct InspectedInvitationOut {
    organization_name: String,
    inviter_name: Option<String>,
    role_name: Option<String>,
    /// Which of the roles that every organisation has it is: `admin` or `analyst`; `null` for one of its own.
    role_built_in: Option<String>,
    email: String,
    expires_at: DateTime<Utc>,
    /// Whether the e-mail has an account: accepting then takes its password, else a name and a new password.
    has_account: bool,
}

/// The query of a decline: mail programs post there by themselves (RFC 8058).
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct TokenQuery {
    /// The text behind `#` in the mail's link.
    token: Option<String>,
}

const LINK: &[Field] = &[Field::required("token", schema::text)];

/// What the answers to a link have in common.
const PROBLEMS: &[ProblemType] = &[
    ProblemType::NotFound,
    ProblemType::Conflict,
    ProblemType::Gone,
    ProblemType::RateLimited,
];

pub(crate) const INSPECT_INVITATION: Doc = Doc::new("inspect_invitation", "What an invitation's link is for.")
    .body(LINK)
    .problems(PROBLEMS);

/// `POST /v1/invitations/inspect`: in a body, so that no log holds the link.
pub(crate) async fn inspect_invitation(
    State(app): State<App>,
    caller: Caller,
    JsonBody(body): JsonBody,
) -> Result<Json<InspectedInvitationOut>, Error> {
    let mut fields = Fields::only(&body, LINK)?;
    let Some(token) = parse_token(&mut fields) else {
        return Err(fields.into_error());
    };
    fields.finish()?;
    limits::take(&app, LINK_BY_ADDRESS, &address_subject(caller.address)).await?;
    let inspect = || async {
        let mut tenant = app.db.begin(token.organization).await?;
        let row = lock_open(&app, &mut tenant, &token).await?;
        let organization = find_organization(&mut tenant).await?;
        tenant.commit((row, organization)).await
    };
    let (row, organization) = app.db.transaction("inspect_invitation", inspect).await?;
    let has_account = find_credentials(app.db.app(), &row.email).await?.is_some();
    Ok(Json(InspectedInvitationOut {
        organization_name: organization.map(|organization| organization.name).unwrap_or_default(),
        inviter_name: row.inviter_name,
        role_name: row.role_name,
        role_built_in: row.role_built_in,
        email: row.email,
        expires_at: row.expires_at,
        has_account,
    }))
}

const ACCEPTANCE: &[Field] = &[
    Field::required("token", schema::text),
    Field::optional("name", schema::name_or_null),
    Field::required("password", schema::text),
    Field::optional("locale", fields::locale_schema),
];

pub(crate) const ACCEPT_INVITATION: Doc = Doc::new(
    "accept_invitation",
    "Joins an organisation: with a name and a password for a new account, or the password of the account that the \
     e-mail has.",
)
.body(ACCEPTANCE)
.problems(&[
    ProblemType::CredentialsInvalid,
    ProblemType::NotFound,
    ProblemType::Conflict,
    ProblemType::Gone,
    ProblemType::RateLimited,
]);

/// `POST /v1/invitations/accept`: with a name and a password for a new account, or with the password of the account
/// that the e-mail has. Of several at the same moment one succeeds: each locks the invitation and looks again.
pub(crate) async fn accept_invitation(
    State(app): State<App>,
    _: SameSite,
    caller: Caller,
    headers: HeaderMap,
    JsonBody(body): JsonBody,
) -> Result<Created<SignedIn>, Error> {
    let mut fields = Fields::only(&body, ACCEPTANCE)?;
    let Some(token) = parse_token(&mut fields) else {
        return Err(fields.into_error());
    };
    limits::take(&app, LINK_BY_ADDRESS, &address_subject(caller.address)).await?;
    let look = || async {
        let mut tenant = app.db.begin(token.organization).await?;
        let row = lock_open(&app, &mut tenant, &token).await?;
        tenant.commit(row).await
    };
    let invitation = app.db.transaction("look_at_invitation", look).await?;
    let person = match find_credentials(app.db.app(), &invitation.email).await? {
        Some(_) => known_person(&app, &caller, &headers, &invitation, fields).await?,
        None => new_person(&app, &invitation.email, fields).await?,
    };
    let accept = || async {
        let mut tenant = app.db.begin(token.organization).await?;
        // Before the invitation, as everyone who changes members does: else two could wait for each other.
        lock_organization(&mut tenant).await?;
        let invitation = lock_open(&app, &mut tenant, &token).await?;
        join(&app, &mut tenant, &caller, &invitation, &person).await?;
        let opened = open_session(&app, &mut tenant, person.id(), &caller).await?;
        tenant.commit(opened).await
    };
    let opened = app.db.transaction("accept_invitation", accept).await?;
    Ok(Created(signed_in(&app, &headers, opened).await?))
}

pub(crate) const DECLINE_INVITATION: Doc =
    Doc::new("decline_invitation", "Declines an invitation by its link.").problems(PROBLEMS);

/// `POST /v1/invitations/decline?token=`. Safe to repeat: an invitation that is closed stays so.
pub(crate) async fn decline_invitation(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<TokenQuery>,
) -> Result<NoContent, Error> {
    let token = query.token.as_deref().and_then(InvitationToken::parse);
    let token = token.ok_or_else(|| Error::invalid(vec![FieldError::new("/token", "token_invalid", TOKEN_HELP)]))?;
    limits::take(&app, LINK_BY_ADDRESS, &address_subject(caller.address)).await?;
    let decline = || async {
        let mut tenant = app.db.begin(token.organization).await?;
        let row = lock_open(&app, &mut tenant, &token).await?;
        invitations::close_invitation(&mut tenant, token.invitation, Closing::Declined, app.clock.now()).await?;
        let entry = Entry::new(Action::InvitationDeclined, token.invitation);
        let actor = caller.acting(Actor::recipient(&row.email));
        audit::record(&app, &mut tenant, &actor, entry).await?;
        tenant.commit(()).await
    };
    app.db.transaction("decline_invitation", decline).await?;
    Ok(NoContent)
}

pub(crate) const SHOW_INVITATION: Doc = Doc::new(
    "show_invitation",
    "Leads to the page where an invitation is accepted or declined.",
);

/// `GET /v1/invitations/decline?token=`: whoever opens the address of a decline is led to the page where both answers
/// are. Opening alone answers nothing: mail programs look at links by themselves.
pub(crate) async fn show_invitation(
    State(app): State<App>,
    Query(query): Query<TokenQuery>,
) -> Result<SeeOther, Error> {
    let token = query.token.filter(|token| InvitationToken::parse(token).is_some());
    let token = token.ok_or_else(|| Error::invalid(vec![FieldError::new("/token", "token_invalid", TOKEN_HELP)]))?;
    Ok(SeeOther(links::accept_invitation(&app.public_url, &token)))
}

/// Leads elsewhere.
pub(crate) struct SeeOther(Url);

impl IntoResponse for SeeOther {
    fn into_response(self) -> Response {
        Redirect::to(self.0.as_str()).into_response()
    }
}

impl Describe for SeeOther {
    fn describe(operation: &mut Operation<'_>) {
        operation.answers_nothing(303, "Elsewhere");
        operation.answers_header(303, "Location", "A page of the merchant app.");
    }
}

/// Who accepts.
enum Joining {
    Known(UserId),
    New {
        id: UserId,
        name: String,
        password_hash: String,
        locale: Option<String>,
    },
}

impl Joining {
    const fn id(&self) -> UserId {
        match self {
            Self::Known(id) | Self::New { id, .. } => *id,
        }
    }
}

/// Whoever has an account proves it with its password: the link alone opens no account.
async fn known_person(
    app: &App,
    caller: &Caller,
    headers: &HeaderMap,
    invitation: &InvitationRow,
    mut fields: Fields<'_>,
) -> Result<Joining, Error> {
    let password = fields.text("password");
    if password.is_none() {
        let detail = "Send the password of the account that this e-mail has.";
        fields.error("/password", "password_missing", detail);
    }
    fields.finish()?;
    let password = password.filter(|password| password.chars().count() <= MAX_PASSWORD_CHARS);
    let password = password.unwrap_or_default();
    authenticate(app, caller, headers, &invitation.email, password)
        .await
        .map(Joining::Known)
}

async fn new_person(app: &App, email: &str, mut fields: Fields<'_>) -> Result<Joining, Error> {
    let name = fields.name("name").unwrap_or_default();
    let password = fields::password(&mut fields, "password", [email, name]);
    let locale = fields::locale(&mut fields);
    fields.finish()?;
    Ok(Joining::New {
        id: new_id(UserId::from_parts, app.clock.now())?,
        name: name.to_owned(),
        password_hash: app.passwords.hash(password.to_owned()).await?,
        locale,
    })
}

/// Makes the person a member, and closes the invitation. Who became a member on another way keeps their role.
async fn join(
    app: &App,
    tenant: &mut Tenant,
    caller: &Caller,
    invitation: &InvitationRow,
    person: &Joining,
) -> Result<(), Error> {
    let now = app.clock.now();
    if let Joining::New {
        id,
        name,
        password_hash,
        locale,
    } = person
    {
        let new = NewUser {
            id: *id,
            email: &invitation.email,
            name,
            password_hash,
            locale: locale.as_deref(),
        };
        insert_user(tenant, &new, now).await?;
    }
    let role = invitation
        .role_id
        .ok_or_else(|| Error::fault("an open invitation has no role"))?;
    if find_member(tenant, person.id()).await?.is_none() {
        insert_membership(tenant, person.id(), role.into(), now).await?;
    }
    invitations::close_invitation(tenant, invitation.id.into(), Closing::Accepted, now).await?;
    let entry = Entry::new(Action::InvitationAccepted, InvitationId::from(invitation.id));
    let entry = entry.after(&serde_json::json!({"user_id": person.id()}))?;
    audit::record(app, tenant, &caller.acting(Actor::recipient(&invitation.email)), entry).await
}

async fn lock_open(app: &App, tenant: &mut Tenant, token: &InvitationToken) -> Result<InvitationRow, Error> {
    let row = invitations::lock_invitation(tenant, token.invitation).await?;
    token.require_open(&app.origin_secret, row, app.clock.now())
}

const TOKEN_HELP: &str = "Send the text behind `#` in the mail's link, whole.";

fn parse_token(fields: &mut Fields<'_>) -> Option<InvitationToken> {
    let token = fields.text("token").and_then(InvitationToken::parse);
    if token.is_none() {
        fields.error("/token", "token_invalid", TOKEN_HELP);
    }
    token
}
