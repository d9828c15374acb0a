//! Accounts: register, sign in, refresh, sign out; and the key set that verifies the tokens.

use axum::Json;
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, SET_COOKIE};
use axum::http::{HeaderMap, HeaderName, StatusCode};
use axum::response::{AppendHeaders, IntoResponse, Response};
use engine::ids::{OrganizationId, SessionId, UserId};
use engine::problem::ProblemType;
use jsonwebtoken::jwk::JwkSet;
use serde::Serialize;
use serde_json::Value;

use super::input::{Fields, JsonBody};
use super::me::{Account, load_account};
use crate::app::App;
use crate::auth::Role;
use crate::auth::password_rule::{MAX_PASSWORD_CHARS, check_password};
use crate::auth::refresh::{RefreshToken, SESSION_LIFETIME, Standing, removal_cookie};
use crate::auth::token::ACCESS_TOKEN_LIFETIME;
use crate::db::users::NewUser;
use crate::db::{Tenant, memberships, organizations, sessions, users};
use crate::problem::Error;
use crate::random::new_id;

/// Longest e-mail address (RFC 5321 §4.5.3.1.3, without the angle brackets).
const MAX_EMAIL_CHARS: usize = 254;
/// Longest local part of an e-mail address (RFC 5321 §4.5.3.1.1).
const MAX_EMAIL_LOCAL_CHARS: usize = 64;
/// Longest label of a domain (RFC 1035 §2.3.4).
const MAX_DOMAIN_LABEL_CHARS: usize = 63;
/// Longest language tag that is kept (RFC 5646 §4.4.1).
const MAX_LOCALE_CHARS: usize = 35;

/// The answer of whoever signs in.
#[derive(Debug, Serialize)]
pub(crate) struct SessionOut {
    access_token: String,
    token_type: &'static str,
    /// Seconds.
    expires_in: i64,
    #[serde(flatten)]
    account: Account,
}

type Cookies = AppendHeaders<[(HeaderName, String); 1]>;

/// `POST /v1/auth/register`: a new organisation with its administrator.
pub(crate) async fn register_user(
    State(app): State<App>,
    JsonBody(body): JsonBody,
) -> Result<impl IntoResponse, Error> {
    let registration = Registration::parse(&body)?;
    let now = app.clock.now();
    let organization = new_id(OrganizationId::from_parts, now)?;
    let user = new_id(UserId::from_parts, now)?;
    let password_hash = app.passwords.hash(registration.password.clone()).await?;
    let opened = app
        .db
        .transaction("register_user", || async {
            let Registration {
                organization_name,
                name,
                email,
                locale,
                ..
            } = &registration;
            let new = NewUser {
                id: user,
                email,
                name,
                password_hash: &password_hash,
                locale: locale.as_deref(),
            };
            let mut tenant = app.db.begin(organization).await?;
            organizations::insert_organization(&mut tenant, organization_name, now).await?;
            users::insert_user(&mut tenant, &new, now).await?;
            memberships::insert_membership(&mut tenant, user, Role::Admin.as_str(), now).await?;
            let opened = open_session(&app, &mut tenant, user).await?;
            tenant.commit(opened).await
        })
        .await?;
    Ok((StatusCode::CREATED, signed_in(&app, opened)?))
}

/// `POST /v1/auth/login`. An unknown e-mail and a wrong password take the same time and get the same answer.
pub(crate) async fn login_user(State(app): State<App>, JsonBody(body): JsonBody) -> Result<impl IntoResponse, Error> {
    let (email, password) = parse_credentials(&body)?;
    let found = users::find_credentials(app.db.app(), email).await?;
    let (id, hash) = found.map(|user| (UserId::from(user.id), user.password_hash)).unzip();
    let matches = app.passwords.verify(password.to_owned(), hash).await?;
    let Some(user) = id.filter(|_| matches) else {
        return Err(Error::new(
            ProblemType::CredentialsInvalid,
            "Check e-mail and password, and try again.",
        ));
    };
    let organization = memberships::find_first_organization(app.db.app(), user).await?;
    let organization = organization.ok_or_else(|| {
        Error::new(
            ProblemType::Forbidden,
            "This user belongs to no organisation: ask to be invited again.",
        )
    })?;
    let open = || async {
        let mut tenant = app.db.begin(organization).await?;
        let opened = open_session(&app, &mut tenant, user).await?;
        tenant.commit(opened).await
    };
    let opened = app.db.transaction("login_user", open).await?;
    signed_in(&app, opened)
}

/// `POST /v1/auth/refresh`: exchanges the cookie's token. A token that was exchanged before ends the session.
pub(crate) async fn refresh_session(
    State(app): State<App>,
    headers: HeaderMap,
) -> Result<impl IntoResponse, RefreshError> {
    let presented = RefreshToken::from_cookies(&headers).ok_or(RefreshError::Ended)?;
    let work = || async {
        let mut tenant = app.db.begin(presented.organization).await?;
        let exchanged = exchange(&app, &mut tenant, &presented).await?;
        tenant.commit(exchanged).await
    };
    let exchanged = app.db.transaction("refresh_session", work).await?;
    Ok(signed_in(&app, exchanged.ok_or(RefreshError::Ended)?)?)
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

/// `POST /v1/auth/logout`: ends the cookie's session, if there is one. Safe to repeat.
pub(crate) async fn logout_session(State(app): State<App>, headers: HeaderMap) -> Result<impl IntoResponse, Error> {
    if let Some(token) = RefreshToken::from_cookies(&headers) {
        let now = app.clock.now();
        let end = || async {
            let mut tenant = app.db.begin(token.organization).await?;
            let session = sessions::lock_session(&mut tenant, token.session).await?;
            match session.map(|session| token.standing(&session, now)) {
                Some(Standing::Current | Standing::Spent) => {
                    sessions::delete_session(&mut tenant, token.session).await?;
                }
                Some(Standing::Foreign) | None => {}
            }
            tenant.commit(()).await
        };
        app.db.transaction("logout_session", end).await?;
    }
    Ok((StatusCode::NO_CONTENT, AppendHeaders([(SET_COOKIE, removal_cookie())])))
}

/// `GET /.well-known/jwks.json`.
pub(crate) async fn get_key_set(
    State(app): State<App>,
) -> (AppendHeaders<[(HeaderName, &'static str); 1]>, Json<JwkSet>) {
    (
        AppendHeaders([(CACHE_CONTROL, "public, max-age=300")]),
        Json(app.tokens.key_set().clone()),
    )
}

/// A session under way to its answer.
struct Opened {
    account: Account,
    role: Role,
    token: RefreshToken,
}

async fn open_session(app: &App, tenant: &mut Tenant, user: UserId) -> Result<Opened, Error> {
    let now = app.clock.now();
    let (account, role) = load_account(tenant, user).await?;
    let session = new_id(SessionId::from_parts, now)?;
    let token = RefreshToken::issue(tenant.organization(), session)?;
    sessions::insert_session(tenant, session, user, token.hashes(), now, now + SESSION_LIFETIME).await?;
    Ok(Opened { account, role, token })
}

/// `None`: the token is not good, and its session has ended if it ever was.
async fn exchange(app: &App, tenant: &mut Tenant, presented: &RefreshToken) -> Result<Option<Opened>, Error> {
    let now = app.clock.now();
    let Some(session) = sessions::lock_session(tenant, presented.session).await? else {
        return Ok(None);
    };
    match presented.standing(&session, now) {
        Standing::Foreign => Ok(None),
        Standing::Spent => {
            sessions::delete_session(tenant, presented.session).await?;
            Ok(None)
        }
        Standing::Current => {
            let token = presented.rotate()?;
            let expires_at = now + SESSION_LIFETIME;
            sessions::update_session_token(tenant, token.session, token.hashes().token, now, expires_at).await?;
            let (account, role) = load_account(tenant, session.user_id.into()).await?;
            Ok(Some(Opened { account, role, token }))
        }
    }
}

fn signed_in(app: &App, opened: Opened) -> Result<(Cookies, Json<SessionOut>), Error> {
    let Opened { account, role, token } = opened;
    let permissions: Vec<_> = role
        .permissions()
        .iter()
        .map(|permission| permission.as_str())
        .collect();
    let access_token = app
        .tokens
        .issue(account.user.id, account.organization.id, &permissions, app.clock.now())
        .map_err(Error::fault)?;
    let expires_in = ACCESS_TOKEN_LIFETIME.num_seconds();
    let out = SessionOut {
        access_token,
        token_type: "Bearer",
        expires_in,
        account,
    };
    Ok((AppendHeaders([(SET_COOKIE, token.to_cookie())]), Json(out)))
}

/// The body of a registration, checked.
struct Registration {
    organization_name: String,
    name: String,
    email: String,
    password: String,
    locale: Option<String>,
}

impl Registration {
    fn parse(body: &Value) -> Result<Self, Error> {
        let mut fields = Fields::of(body)?;
        let organization_name = fields.name("organization_name").unwrap_or_default().to_owned();
        let name = fields.name("name").unwrap_or_default().to_owned();
        let email = fields.text("email").map(str::trim).unwrap_or_default().to_owned();
        if !is_email(&email) {
            fields.error(
                "/email",
                "email_invalid",
                "Send an e-mail address, such as \"ana@example.com\".",
            );
        }
        let password = fields.text("password").unwrap_or_default().to_owned();
        fields.extend(
            check_password("/password", &password, [&email, &name])
                .into_iter()
                .collect(),
        );
        let locale = fields
            .value("locale")
            .map(|locale| locale.as_str().unwrap_or_default().to_owned());
        if locale.as_deref().is_some_and(|locale| !is_locale(locale)) {
            fields.error(
                "/locale",
                "locale_invalid",
                "Send a language tag, such as \"es-UY\", or null.",
            );
        }
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
    let mut fields = Fields::of(body)?;
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

/// The addresses that browsers accept (WHATWG HTML, "valid e-mail address"), with a dot in the domain.
pub(super) fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else {
        return false;
    };
    let is_local = |byte: u8| byte.is_ascii_alphanumeric() || b".!#$%&'*+/=?^_`{|}~-".contains(&byte);
    let is_label = |label: &str| {
        (1..=MAX_DOMAIN_LABEL_CHARS).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    text.len() <= MAX_EMAIL_CHARS
        && (1..=MAX_EMAIL_LOCAL_CHARS).contains(&local.len())
        && local.bytes().all(is_local)
        && domain.contains('.')
        && domain.split('.').all(is_label)
}

fn is_locale(text: &str) -> bool {
    let is_subtag = |subtag: &str| !subtag.is_empty() && subtag.bytes().all(|byte| byte.is_ascii_alphanumeric());
    text.len() <= MAX_LOCALE_CHARS && text.split('-').all(is_subtag)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn emails() {
        for text in ["ana@example.com", "a.b+c@sub.example.co", "o'neil@x-y.io", "A@B.UY"] {
            assert!(is_email(text), "{text}");
        }
        let long = format!("{}@example.com", "a".repeat(65));
        for text in [
            "",
            "ana",
            "ana@",
            "@example.com",
            "ana@localhost",
            "a b@c.de",
            "a@b..c",
            "a@-b.c",
            "a@b@c.de",
            "ñ@c.de",
            &long,
        ] {
            assert!(!is_email(text), "{text}");
        }
    }
}
