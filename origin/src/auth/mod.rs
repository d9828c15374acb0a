//! Who calls, and what they may do.
//!
//! A handler that takes [`Allowed`] names the permission it needs in its signature; one that takes [`Principal`] needs
//! a signed-in user. Both are checked before the body is read. The token says who; the database says whether the
//! session lives and what the role permits, so that signing out, disabling and a change of role act at once.

pub(crate) mod attempts;
pub(crate) mod device;
pub(crate) mod invitation;
pub(crate) mod keyring;
pub(crate) mod password;
pub(crate) mod password_rule;
pub(crate) mod permission;
pub(crate) mod refresh;
pub(crate) mod reset_token;
pub(crate) mod rotation;
pub(crate) mod sign_in;
pub(crate) mod token;

use std::marker::PhantomData;

use axum::extract::FromRequestParts;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use engine::ids::{OrganizationId, SessionId, UserId};
use engine::problem::ProblemType;
use tracing::field::display;

pub(crate) use permission::{
    AppKeysManage, AuditRead, CouponsWrite, Need, OrganizationManage, PermissionSet, PromotionsRead, PromotionsWrite,
    ReportsRead, UsersManage, role_permissions,
};

use crate::app::App;
use crate::audit::Actor;
use crate::client::Client;
use crate::db::sessions;
use crate::http::RequestId;
use crate::problem::Error;

/// A signed-in user.
#[derive(Debug, Clone)]
pub(crate) struct Principal {
    pub(crate) user: UserId,
    pub(crate) organization: OrganizationId,
    pub(crate) session: SessionId,
    /// What the user's role permits at this moment.
    pub(crate) permissions: PermissionSet,
    name: String,
    email: String,
    request_id: Option<String>,
}

impl Principal {
    /// The user as the audit trail names them.
    pub(crate) fn actor(&self) -> Actor {
        Actor::user(self.user, &self.name, &self.email).in_request(self.request_id.clone())
    }

    /// Names the caller in the log lines of the request.
    fn record(&self) {
        let span = tracing::Span::current();
        span.record("user", display(self.user));
        span.record("organization", display(self.organization));
        span.record("session", display(self.session));
    }
}

impl FromRequestParts<App> for Principal {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Error> {
        let bearer = parts
            .headers
            .get(AUTHORIZATION)
            .and_then(|value| value.to_str().ok())
            .and_then(bearer_token);
        let Some(token) = bearer else {
            return Err(Error::unauthenticated(
                "Send the header `Authorization: Bearer <access token>`.",
            ));
        };
        let now = app.clock.now();
        let claims = app.tokens.verify(token, now).await?;
        Client::check_identity(parts, &claims)?;
        let find = || async {
            let mut tenant = app.db.begin(claims.org).await?;
            let member = sessions::find_active_member(&mut tenant, claims.sid, claims.sub, now).await?;
            tenant.commit(member).await
        };
        let member = app.db.transaction("authenticate", find).await?;
        let member = member.ok_or_else(|| Error::unauthenticated("The session has ended: sign in again."))?;
        let principal = Self {
            user: claims.sub,
            organization: claims.org,
            session: claims.sid,
            permissions: role_permissions(member.built_in.as_deref(), &member.permissions),
            name: member.name,
            email: member.email,
            request_id: RequestId::of(&parts.extensions),
        };
        principal.record();
        Ok(principal)
    }
}

/// A signed-in user who has the permission `N`.
#[derive(Debug)]
pub(crate) struct Allowed<N> {
    pub(crate) principal: Principal,
    need: PhantomData<N>,
}

impl<N: Need> FromRequestParts<App> for Allowed<N> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Error> {
        let principal = Principal::from_request_parts(parts, app).await?;
        if principal.permissions.contains(N::PERMISSION) {
            return Ok(Self {
                principal,
                need: PhantomData,
            });
        }
        let needed = N::PERMISSION.as_str();
        Err(Error::new(
            ProblemType::Forbidden,
            format!("This needs the permission `{needed}`: ask an administrator of your organisation."),
        ))
    }
}

/// A call that does not come from another site's page: for what a cookie alone authorises. Browsers send
/// `Sec-Fetch-Site` with every request and let no page set it; other clients send no cookies unasked.
#[derive(Debug)]
pub(crate) struct SameSite;

impl<S: Sync> FromRequestParts<S> for SameSite {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Error> {
        match parts.headers.get("sec-fetch-site").map(|site| site.as_bytes()) {
            None | Some(b"same-origin" | b"none") => Ok(Self),
            Some(_) => Err(Error::new(
                ProblemType::Forbidden,
                "Send this from the merchant app itself: pages of other sites are refused.",
            )),
        }
    }
}

/// The token of an `Authorization` header; the scheme's name has no case (RFC 9110 §11.1).
fn bearer_token(header: &str) -> Option<&str> {
    let (scheme, token) = header.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}
