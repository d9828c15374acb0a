//! Who calls, and what they may do.
//!
//! A handler that takes [`Allowed`] names the permission it needs in its signature; one that takes [`Principal`] needs
//! a signed-in user. Both are checked before the body is read.

pub(crate) mod password;
pub(crate) mod password_rule;
pub(crate) mod refresh;
pub(crate) mod reset_token;
pub(crate) mod token;

use std::marker::PhantomData;

use axum::extract::FromRequestParts;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use engine::ids::{OrganizationId, UserId};
use engine::problem::ProblemType;

use crate::app::App;
use crate::problem::Error;

macro_rules! permissions {
    ($($(#[$doc:meta])* $name:ident = $text:literal;)*) => {
        /// What a user may do.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum Permission { $($(#[$doc])* $name,)* }

        impl Permission {
            pub(crate) const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The word in tokens.
            pub(crate) const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }
        }

        $($(#[$doc])* #[derive(Debug)] pub(crate) enum $name {}
        impl Need for $name { const PERMISSION: Permission = Permission::$name; })*
    };
}

permissions! {
    /// Create and manage application keys.
    AppKeysManage = "app_keys.manage";
    /// Read promotions.
    PromotionsRead = "promotions.read";
    /// Create and change promotions.
    PromotionsWrite = "promotions.write";
    /// Read reports.
    ReportsRead = "reports.read";
}

/// A permission as a type, for [`Allowed`].
pub(crate) trait Need {
    const PERMISSION: Permission;
}

/// The roles that every organisation has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    Admin,
    Analyst,
}

impl Role {
    /// The role of a membership; `None` for a word of a newer release.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        [Self::Admin, Self::Analyst]
            .into_iter()
            .find(|role| role.as_str() == text)
    }

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Analyst => "analyst",
        }
    }

    pub(crate) const fn permissions(self) -> &'static [Permission] {
        match self {
            Self::Admin => Permission::ALL,
            Self::Analyst => &[Permission::PromotionsRead, Permission::ReportsRead],
        }
    }
}

/// A signed-in user: the token was verified.
#[derive(Debug, Clone)]
pub(crate) struct Principal {
    pub(crate) user: UserId,
    pub(crate) organization: OrganizationId,
    pub(crate) permissions: Vec<String>,
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
        let claims = app.tokens.verify(token, app.clock.now()).ok_or_else(|| {
            Error::unauthenticated("The access token is not valid or has expired: refresh it or sign in again.")
        })?;
        Ok(Self {
            user: claims.sub,
            organization: claims.org,
            permissions: claims.permissions,
        })
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
        let needed = N::PERMISSION.as_str();
        if principal.permissions.iter().any(|permission| permission == needed) {
            return Ok(Self {
                principal,
                need: PhantomData,
            });
        }
        Err(Error::new(
            ProblemType::Forbidden,
            format!("This needs the permission `{needed}`: ask an administrator of your organisation."),
        ))
    }
}

/// The token of an `Authorization` header; the scheme's name has no case (RFC 9110 §11.1).
fn bearer_token(header: &str) -> Option<&str> {
    let (scheme, token) = header.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}
