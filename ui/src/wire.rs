//! The bodies of the management API, as far as the app reads and writes them.

pub(crate) mod accounts;
pub(crate) mod coupons;
pub(crate) mod home;
pub(crate) mod keys;
pub(crate) mod places;
pub(crate) mod promotions;
pub(crate) mod reports;
pub(crate) mod team;

use chrono::{DateTime, Utc};
use engine::effect::Effect;
use engine::expression::Schema;
use engine::promotion::{Kind, Limits, Standing};
use serde::{Deserialize, Serialize};

use self::promotions::Terms;
pub(crate) use accounts::{Account, Organization, OwnOrganization, Permission};
pub(crate) use keys::{AppKey, NewAppKey};
pub(crate) use reports::{Usage, UsageTotals};

/// A page of a list.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(crate) struct Page<T> {
    pub(crate) items: Vec<T>,
    /// Asks for the next page; `None` on the last.
    pub(crate) next_cursor: Option<String>,
}

/// `POST /v1/auth/register`.
#[derive(Debug, Serialize)]
pub(crate) struct NewAccount {
    pub(crate) organization_name: String,
    pub(crate) name: String,
    pub(crate) email: String,
    pub(crate) password: String,
    /// The language of their mails, and of the app on their other devices.
    pub(crate) locale: &'static str,
}

/// `POST /v1/auth/login`.
#[derive(Debug, Serialize)]
pub(crate) struct Credentials {
    pub(crate) email: String,
    pub(crate) password: String,
}

/// `POST /v1/auth/password/forgot`.
#[derive(Debug, Serialize)]
pub(crate) struct ForgottenPassword {
    pub(crate) email: String,
}

/// `POST /v1/auth/password/reset`.
#[derive(Serialize)]
pub(crate) struct NewPassword {
    pub(crate) token: String,
    pub(crate) password: String,
}

/// A secret link, as `POST /v1/invitations/inspect` takes it.
#[derive(Clone, Serialize)]
pub(crate) struct Link {
    pub(crate) token: String,
}

/// What an invitation is about.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Invitation {
    pub(crate) organization_name: String,
    pub(crate) inviter_name: Option<String>,
    pub(crate) role_name: Option<String>,
    /// Which of the roles that every organisation has.
    #[serde(default)]
    pub(crate) role_built_in: Option<String>,
    pub(crate) email: String,
    pub(crate) expires_at: DateTime<Utc>,
    /// Whether the e-mail has an account, whose password then accepts.
    pub(crate) has_account: bool,
}

/// `POST /v1/invitations/accept`.
#[derive(Serialize)]
pub(crate) struct Acceptance {
    pub(crate) token: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<String>,
    pub(crate) password: String,
}

/// The answer to register, login, refresh and switch.
#[derive(Clone, Deserialize)]
pub(crate) struct SessionAnswer {
    /// A secret: kept in memory only.
    pub(crate) access_token: String,
    #[serde(flatten)]
    pub(crate) account: Account,
}

/// A promotion as the origin tells it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(crate) struct Promotion {
    pub(crate) code: String,
    pub(crate) name: String,
    pub(crate) kind: Kind,
    pub(crate) condition: String,
    pub(crate) attributes: Schema,
    pub(crate) effect: Effect,
    pub(crate) starts_at: Option<DateTime<Utc>>,
    pub(crate) ends_at: Option<DateTime<Utc>>,
    pub(crate) time_zone: String,
    pub(crate) limits: Limits,
    pub(crate) status: Standing,
    /// Counts published states: 0 for a draft.
    pub(crate) version: u64,
    /// `None` for a draft, which the edge does not know.
    #[serde(default)]
    pub(crate) published: Option<Published>,
}

impl Promotion {
    /// What it says, without where it stands.
    pub(crate) fn terms(&self) -> Terms {
        Terms {
            code: self.code.clone(),
            name: self.name.clone(),
            kind: self.kind,
            condition: self.condition.clone(),
            attributes: self.attributes.clone(),
            effect: self.effect.clone(),
            starts_at: self.starts_at,
            ends_at: self.ends_at,
            time_zone: self.time_zone.clone(),
            limits: self.limits,
        }
    }

    /// Whether the edge has yet to receive the newest version.
    pub(crate) fn is_publishing(&self) -> bool {
        self.published
            .as_ref()
            .is_some_and(|published| published.state == PublishState::Publishing)
    }
}

/// Whether the edge has a promotion's newest version.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Published {
    pub(crate) version: u64,
    pub(crate) state: PublishState,
    /// When the edge confirmed it.
    #[serde(default)]
    pub(crate) at: Option<DateTime<Utc>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum PublishState {
    Publishing,
    Live,
}
