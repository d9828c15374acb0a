//! Signing in and out: register, sign in, refresh, sign out.

use axum::Json;
use axum::extract::State;
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderMap, HeaderName};
use axum::response::{AppendHeaders, IntoResponse, NoContent, Response};
use chrono::{DateTime, Utc};
use engine::ids::{OrganizationId, RoleId, UserId};
use engine::problem::ProblemType;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Serialize;
use serde_json::Value;

use super::fields;
use super::input::{Created, Fields, JsonBody};
use super::me::{Account, load_account};
use crate::app::App;
use crate::audit::{self, Action, Actor, Entry};
use crate::auth::SameSite;
use crate::auth::device::Device;
use crate::auth::password_rule::MAX_PASSWORD_CHARS;
use crate::auth::permission::BuiltIn;
use crate::auth::refresh::{RefreshToken, SESSION_LIFETIME, Standing, removal_cookie};
use crate::auth::sign_in::{Caller, Opened, authenticate, choose_organization, open_session};
use crate::auth::token::{ACCESS_TOKEN_LIFETIME, Grant};
use crate::db::roles::{RoleRow, insert_role};
use crate::db::users::NewUser;
use crate::db::{Tenant, memberships, organizations, sessions, users};
use crate::limits::{self, REGISTER_BY_ACCOUNT, REGISTER_BY_ADDRESS, account_subject, address_subject};
use crate::openapi::describe::Describe;
use crate::openapi::doc::{Doc, Field};
use crate::openapi::operation::Operation;
use crate::openapi::schema;
use crate::problem::Error;
use crate::random::new_id;

/// The answer of whoever signs in.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "SignedIn")]
pub(crate) struct SignedInOut {
    access_token: String,
    #[schemars(schema_with = "token_type")]
    token_type: &'static str,
    /// Seconds.
    expires_in: i64,
    #[serde(flatten)]
    account: Account,
}

/// What every way of signing in answers: the tokens of a session, and the mark of a known device.
pub(crate) struct SignedIn {
    cookies: [(HeaderName, String); 2],
    out: SignedInOut,
}

impl IntoResponse for SignedIn {
    fn into_response(self) -> Response {
        (AppendHeaders(self.cookies), Json(self.out)).into_response()
    }
}

impl Describe for SignedIn {
    fn describe(operation: &mut Operation<'_>) {
        operation.answers::<SignedInOut>(200, "Signed in");
        let cookies = "The refresh token, and the mark of this device, neither for scripts.";
        operation.answers_header(200, "Set-Cookie", cookies);
    }
}

fn token_type(_: &mut SchemaGenerator) -> Schema {
    schema::words(["Bearer"])
}

const REGISTRATION: &[Field] = &[
    Field::required("organization_name", schema::name),
    Field::required("name", schema::name),
    Field::required("email", fields::email_schema),
    Field::required("password", fields::password_schema),
    Field::optional("locale", fields::locale_schema),
];

pub(crate) const REGISTER_USER: Doc = Doc::new("register_user", "Makes an organisation with its administrator.")
    .body(REGISTRATION)
    .problems(&[ProblemType::Conflict, ProblemType::RateLimited]);

/// `POST /v1/auth/register`: a new organisation with its administrator.
pub(crate) async fn register_user(
    State(app): State<App>,
    _: SameSite,
    caller: Caller,
    headers: HeaderMap,
    JsonBody(body): JsonBody,
) -> Result<Created<SignedIn>, Error> {
    let registration = Registration::parse(&body)?;
    limits::take(&app, REGISTER_BY_ADDRESS, &address_subject(caller.address)).await?;
    limits::take(&app, REGISTER_BY_ACCOUNT, &account_subject(registration.email)).await?;
    let now = app.clock.now();
    let organization = new_id(OrganizationId::from_parts, now)?;
    let user = new_id(UserId::from_parts, now)?;
    let password_hash = app.passwords.hash(registration.password.to_owned()).await?;
    let register = || async {
        let mut tenant = app.db.begin(organization).await?;
        let (name, locale) = (registration.organization_name, registration.locale.as_deref());
        organizations::insert_organization(&mut tenant, name, locale, now).await?;
        let admin = insert_built_in_roles(&mut tenant, now).await?;
        let new = NewUser {
            id: user,
            email: registration.email,
            name: registration.name,
            password_hash: &password_hash,
            locale,
        };
        users::insert_user(&mut tenant, &new, now).await?;
        memberships::insert_membership(&mut tenant, user, admin, now).await?;
        let actor = caller.acting(Actor::user(user, registration.name, registration.email));
        let entry = Entry::new(Action::OrganizationCreated, organization);
        audit::record(&app, &mut tenant, &actor, entry).await?;
        let opened = open_session(&app, &mut tenant, user, &caller).await?;
        tenant.commit(opened).await
    };
    let opened = app.db.transaction("register_user", register).await?;
    Ok(Created(signed_in(&app, &headers, opened).await?))
}

const CREDENTIALS: &[Field] = &[
    Field::required("email", schema::text),
    Field::required("password", schema::text),
];

pub(crate) const LOGIN_USER: Doc = Doc::new("login_user", "Signs in.")
    .body(CREDENTIALS)
    .problems(&[ProblemType::CredentialsInvalid, ProblemType::RateLimited]);

/// `POST /v1/auth/login`. Whatever session the browser had ends: nobody goes on in one that was planted there.
pub(crate) async fn login_user(
    State(app): State<App>,
    _: SameSite,
    caller: Caller,
    headers: HeaderMap,
    JsonBody(body): JsonBody,
) -> Result<SignedIn, Error> {
    let (email, password) = parse_credentials(&body)?;
    let user = authenticate(&app, &caller, &headers, email, password).await?;
    let organization = choose_organization(&app, user).await?;
    end_presented_session(&app, &headers).await?;
    let open = || async {
        let mut tenant = app.db.begin(organization).await?;
        let opened = open_session(&app, &mut tenant, user, &caller).await?;
        tenant.commit(opened).await
    };
    let opened = app.db.transaction("login_user", open).await?;
    signed_in(&app, &headers, opened).await
}

pub(crate) const REFRESH_SESSION: Doc = Doc::new(
    "refresh_session",
    "Exchanges the cookie for the next one and an access token.",
)
.cookie();

/// `POST /v1/auth/refresh`: exchanges the cookie's token. A token that was exchanged before ends the session.
pub(crate) async fn refresh_session(
    State(app): State<App>,
    site: Result<SameSite, Error>,
    headers: HeaderMap,
) -> Result<SignedIn, RefreshError> {
    site?;
    let presented = RefreshToken::from_cookies(&headers).ok_or(RefreshError::Ended)?;
    let work = || async {
        let mut tenant = app.db.begin(presented.organization).await?;
        let exchanged = exchange(&app, &mut tenant, &presented).await?;
        tenant.commit(exchanged).await
    };
    let exchanged = app.db.transaction("refresh_session", work).await?;
    Ok(signed_in(&app, &headers, exchanged.ok_or(RefreshError::Ended)?).await?)
}

/// Why a session is not continued.
pub(crate) enum RefreshError {
    /// It is over: the cookie goes.
    Ended,
    /// Something else: the cookie stays, for it may be good.
    Failed(Error),
}

impl From<Error> for RefreshError {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

impl Describe for RefreshError {
    fn describe(operation: &mut Operation<'_>) {
        operation.problem(ProblemType::Unauthenticated);
    }
}

impl IntoResponse for RefreshError {
    fn into_response(self) -> Response {
        match self {
            Self::Ended => {
                let error = Error::unauthenticated("The session has ended: sign in again.");
                (AppendHeaders([(SET_COOKIE, removal_cookie())]), error).into_response()
            }
            Self::Failed(error) => error.into_response(),
        }
    }
}

pub(crate) const LOGOUT_SESSION: Doc = Doc::new("logout_session", "Ends the session of the cookie, if there is one.");

/// `POST /v1/auth/logout`: ends the cookie's session, if there is one. Safe to repeat.
pub(crate) async fn logout_session(
    State(app): State<App>,
    _: SameSite,
    headers: HeaderMap,
) -> Result<SignedOut, Error> {
    end_presented_session(&app, &headers).await?;
    Ok(SignedOut)
}

/// The answer of whoever signs out: the cookie goes.
pub(crate) struct SignedOut;

impl IntoResponse for SignedOut {
    fn into_response(self) -> Response {
        (AppendHeaders([(SET_COOKIE, removal_cookie())]), NoContent).into_response()
    }
}

impl Describe for SignedOut {
    fn describe(operation: &mut Operation<'_>) {
        operation.answers_nothing(204, "Signed out");
        operation.answers_header(204, "Set-Cookie", "Takes the refresh token away.");
    }
}

/// The answer that hands out the tokens of a session, and the mark of a known device.
pub(crate) async fn signed_in(app: &App, headers: &HeaderMap, opened: Opened) -> Result<SignedIn, Error> {
    let Opened {
        account,
        permissions,
        token,
    } = opened;
    let (user, organization) = (account.user.id, account.organization.id);
    let grant = Grant {
        user,
        organization,
        session: token.session,
        permissions: &permissions.words(),
    };
    let access_token = app.tokens.issue(grant, app.clock.now()).await?;
    let device = match Device::of(headers, &app.origin_secret, user) {
        Some(device) => device,
        None => Device::issue()?,
    };
    let cookies = [
        (SET_COOKIE, token.to_cookie()),
        (SET_COOKIE, device.to_cookie(&app.origin_secret, user)),
    ];
    let out = SignedInOut {
        access_token,
        token_type: "Bearer",
        expires_in: ACCESS_TOKEN_LIFETIME.num_seconds(),
        account,
    };
    Ok(SignedIn { cookies, out })
}

/// Ends the session of the request's cookie, if the cookie is of one.
async fn end_presented_session(app: &App, headers: &HeaderMap) -> Result<(), Error> {
    let Some(token) = RefreshToken::from_cookies(headers) else {
        return Ok(());
    };
    let end = || async {
        let mut tenant = app.db.begin(token.organization).await?;
        let session = sessions::lock_session(&mut tenant, token.session).await?;
        if let Some(session) = session.filter(|session| token.standing(session, app.clock.now()) != Standing::Foreign) {
            end_session(app, &mut tenant, &token, session.user_id.into(), Action::SessionEnded).await?;
        }
        tenant.commit(()).await
    };
    app.db.transaction("end_session", end).await
}

async fn end_session(
    app: &App,
    tenant: &mut Tenant,
    token: &RefreshToken,
    user: UserId,
    action: Action,
) -> Result<(), Error> {
    if let Some(member) = memberships::find_member(tenant, user).await? {
        let actor = Actor::user(user, &member.name, &member.email);
        audit::record(app, tenant, &actor, Entry::new(action, token.session)).await?;
    }
    Ok(sessions::delete_session(tenant, token.session).await?)
}

/// `None`: the token is not good, and its session has ended if it ever was.
async fn exchange(app: &App, tenant: &mut Tenant, presented: &RefreshToken) -> Result<Option<Opened>, Error> {
    let now = app.clock.now();
    let Some(session) = sessions::lock_session(tenant, presented.session).await? else {
        return Ok(None);
    };
    let user = session.user_id.into();
    let token = presented.successor(&app.origin_secret);
    match presented.standing(&session, now) {
        Standing::Foreign => return Ok(None),
        Standing::Spent => {
            let action = if session.expires_at <= now {
                Action::SessionEnded
            } else {
                Action::SessionTokenReused
            };
            end_session(app, tenant, presented, user, action).await?;
            return Ok(None);
        }
        // The successor is the session's token already: the same answer again.
        Standing::Previous => {}
        Standing::Current => {
            let expires_at = now + SESSION_LIFETIME;
            sessions::rotate_session_token(tenant, token.session, token.hashes().token, now, expires_at).await?;
        }
    }
    let (account, permissions) = load_account(tenant, user).await?;
    Ok(Some(Opened {
        account,
        permissions,
        token,
    }))
}

/// The two roles that every organisation has; answers the administrator's.
pub(crate) async fn insert_built_in_roles(tenant: &mut Tenant, now: DateTime<Utc>) -> Result<RoleId, Error> {
    let admin = new_id(RoleId::from_parts, now)?;
    let analyst = new_id(RoleId::from_parts, now)?;
    for (id, role) in [(admin, BuiltIn::Admin), (analyst, BuiltIn::Analyst)] {
        let row = RoleRow {
            id: id.uuid(),
            name: role.name().to_owned(),
            built_in: Some(role.as_str().to_owned()),
            permissions: Vec::new(),
            created_at: now,
            updated_at: now,
            users: 0,
        };
        insert_role(tenant, &row).await?;
    }
    Ok(admin)
}

/// The body of a registration, checked.
struct Registration<'a> {
    organization_name: &'a str,
    name: &'a str,
    email: &'a str,
    password: &'a str,
    locale: Option<String>,
}

impl<'a> Registration<'a> {
    fn parse(body: &'a Value) -> Result<Self, Error> {
        let mut fields = Fields::only(body, REGISTRATION)?;
        let organization_name = fields.name("organization_name").unwrap_or_default();
        let name = fields.name("name").unwrap_or_default();
        let email = fields::email(&mut fields);
        let password = fields::password(&mut fields, "password", [email, name]);
        let locale = fields::locale(&mut fields);
        fields.finish()?;
        Ok(Self {
            organization_name,
            name,
            email,
            password,
            locale,
        })
    }
}

fn parse_credentials(body: &Value) -> Result<(&str, &str), Error> {
    let mut fields = Fields::only(body, CREDENTIALS)?;
    let email = fields.text("email").map(str::trim);
    if email.is_none() {
        fields.error("/email", "email_missing", "Send your e-mail address.");
    }
    let password = fields.text("password");
    if password.is_none() {
        fields.error("/password", "password_missing", "Send your password.");
    }
    fields.finish()?;
    // No stored password is longer: such a one fits nobody, and is not hashed.
    let password = password.filter(|password| password.chars().count() <= MAX_PASSWORD_CHARS);
    Ok((email.unwrap_or_default(), password.unwrap_or_default()))
}
