//! Signing in: what is counted, compared and opened.

use std::net::IpAddr;

use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::header::USER_AGENT;
use axum::http::request::Parts;
use engine::ids::{OrganizationId, SessionId, UserId};
use engine::problem::ProblemType;
use sha2::{Digest, Sha256};

use super::PermissionSet;
use super::attempts::count_attempt;
use super::device::Device;
use super::refresh::{RefreshToken, SESSION_LIFETIME};
use crate::app::App;
use crate::audit::{self, Action, Actor, Entry};
use crate::client::ClientAddress;
use crate::db::sessions::NewSession;
use crate::db::{Tenant, login_failures, memberships, sessions, users};
use crate::http::RequestId;
use crate::limits::{self, SIGN_IN_BY_ADDRESS, account_subject, address_subject};
use crate::problem::Error;
use crate::random::new_id;
use crate::routes::me::{Account, load_account};

/// How much of a browser's name is kept, in bytes: enough to recognise it by in a list.
const MAX_USER_AGENT_BYTES: usize = 400;

/// Where a call comes from.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    pub(crate) address: IpAddr,
    user_agent: Option<String>,
    request_id: Option<String>,
}

impl Caller {
    /// An actor in this call.
    pub(crate) fn acting(&self, actor: Actor) -> Actor {
        actor.in_request(self.request_id.clone())
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Error> {
        let ClientAddress(address) = ClientAddress::from_request_parts(parts, state).await?;
        let user_agent = parts.headers.get(USER_AGENT).and_then(|value| value.to_str().ok());
        Ok(Self {
            address,
            // A header that reads as text is ASCII, so any cut is between characters.
            user_agent: user_agent.map(|text| text.chars().take(MAX_USER_AGENT_BYTES).collect()),
            request_id: RequestId::of(&parts.extensions),
        })
    }
}

/// A session under way to its answer.
pub(crate) struct Opened {
    pub(crate) account: Account,
    pub(crate) permissions: PermissionSet,
    pub(crate) token: RefreshToken,
}

/// The person whose e-mail and password these are. An unknown e-mail and a wrong password take the same time and get
/// the same answer; too many wrong ones in a row are refused without a comparison.
pub(crate) async fn authenticate(
    app: &App,
    caller: &Caller,
    headers: &HeaderMap,
    email: &str,
    password: &str,
) -> Result<UserId, Error> {
    limits::take(app, SIGN_IN_BY_ADDRESS, &address_subject(caller.address)).await?;
    let found = users::find_credentials(app.db.app(), email).await?;
    let (id, hash) = found.map(|user| (UserId::from(user.id), user.password_hash)).unzip();
    let device = id.and_then(|user| Some((user, Device::of(headers, &app.origin_secret, user)?)));
    let subject = match device {
        Some((user, device)) => format!("device {}", device.subject(user)),
        None => account_attempts(email),
    };
    let attempt = Attempt::begin(app, &subject).await?;
    let matches = app.passwords.verify(password.to_owned(), hash).await?;
    let Some(user) = id.filter(|_| matches) else {
        return Err(Error::new(
            ProblemType::CredentialsInvalid,
            "Check e-mail and password, and try again.",
        ));
    };
    attempt.succeed(app).await?;
    Ok(user)
}

/// An attempt to name the password of an account, counted as failed until it has succeeded.
pub(crate) struct Attempt {
    key: [u8; 32],
}

impl Attempt {
    /// Before the comparison, so that attempts at the same moment do not share one allowance.
    pub(crate) async fn begin(app: &App, subject: &str) -> Result<Self, Error> {
        let attempt = Self {
            key: Sha256::digest(subject).into(),
        };
        let now = app.clock.now();
        let mut transaction = app.db.app().begin().await?;
        let before = login_failures::lock_failures(&mut transaction, &attempt.key).await?;
        let failures = count_attempt(before, now).map_err(|until| Error::rate_limited(until - now))?;
        login_failures::put_failures(&mut transaction, &attempt.key, failures).await?;
        transaction.commit().await?;
        Ok(attempt)
    }

    /// Forgets the account's failures.
    pub(crate) async fn succeed(self, app: &App) -> Result<(), Error> {
        Ok(login_failures::delete_failures(app.db.app(), &self.key).await?)
    }

    /// The same without an attempt: the account was proved on another way.
    pub(crate) async fn forget(app: &App, subject: &str) -> Result<(), Error> {
        let key = Sha256::digest(subject).into();
        Ok(login_failures::delete_failures(app.db.app(), &key).await?)
    }
}

/// What strangers' attempts at an account are counted under.
pub(crate) fn account_attempts(email: &str) -> String {
    format!("account {}", account_subject(email))
}

/// The organisation that a person signs in to: the one used last.
pub(crate) async fn choose_organization(app: &App, user: UserId) -> Result<OrganizationId, Error> {
    let find = || async {
        let mut person = app.db.begin_person(user).await?;
        let organization = memberships::find_last_organization(&mut person).await?;
        person.commit(organization).await
    };
    let organization = app.db.transaction("choose_organization", find).await?;
    organization.ok_or_else(|| {
        Error::new(
            ProblemType::Forbidden,
            "This user is disabled, or belongs to no organisation: ask an administrator of yours.",
        )
    })
}

/// Begins a session of a member in the transaction's organisation.
pub(crate) async fn open_session(
    app: &App,
    tenant: &mut Tenant,
    user: UserId,
    caller: &Caller,
) -> Result<Opened, Error> {
    let now = app.clock.now();
    memberships::touch_membership(tenant, user, now).await?;
    let (account, permissions) = load_account(tenant, user).await?;
    let id = new_id(SessionId::from_parts, now)?;
    let token = RefreshToken::issue(tenant.organization(), id)?;
    let session = NewSession {
        id,
        user,
        hashes: token.hashes(),
        expires_at: now + SESSION_LIFETIME,
        user_agent: caller.user_agent.as_deref(),
        address: &caller.address.to_string(),
    };
    sessions::insert_session(tenant, &session, now).await?;
    let actor = caller.acting(Actor::user(user, &account.user.name, &account.user.email));
    audit::record(app, tenant, &actor, Entry::new(Action::SessionStarted, id)).await?;
    Ok(Opened {
        account,
        permissions,
        token,
    })
}
