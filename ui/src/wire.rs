//! The bodies of the management API, as far as the app reads and writes them.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use engine::app_key::Mode;
use engine::effect::Effect;
use engine::expression::Schema;
use engine::ids::AppKeyId;
use engine::money::Money;
use engine::promotion::Standing;
use engine::wire::v1::KeyScope;
use serde::{Deserialize, Serialize};

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

/// The answer to register, login and refresh.
#[derive(Clone, Deserialize)]
pub(crate) struct SessionAnswer {
    /// A secret: kept in memory only.
    pub(crate) access_token: String,
    pub(crate) user: User,
    pub(crate) organization: Organization,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct User {
    pub(crate) name: String,
    pub(crate) email: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Organization {
    pub(crate) name: String,
}

/// A promotion as the origin tells it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(crate) struct Promotion {
    pub(crate) code: String,
    pub(crate) name: String,
    pub(crate) condition: String,
    pub(crate) attributes: Schema,
    pub(crate) effect: Effect,
    pub(crate) starts_at: Option<DateTime<Utc>>,
    pub(crate) ends_at: Option<DateTime<Utc>>,
    pub(crate) time_zone: String,
    pub(crate) status: Standing,
    /// `None` for a draft, which the edge does not know.
    #[serde(default)]
    pub(crate) published: Option<Published>,
}

impl Promotion {
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

/// `POST /v1/app-keys`.
#[derive(Debug, Serialize)]
pub(crate) struct NewAppKey {
    pub(crate) name: String,
    pub(crate) mode: Mode,
    pub(crate) promotions: KeyScope,
}

/// An application key without its secret.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct AppKey {
    pub(crate) id: AppKeyId,
    pub(crate) name: String,
    pub(crate) mode: Mode,
    pub(crate) promotions: KeyScope,
    /// The start of the key, to recognise it by.
    #[serde(default)]
    pub(crate) preview: Option<String>,
    #[serde(default)]
    pub(crate) created_at: Option<DateTime<Utc>>,
    #[serde(default)]
    pub(crate) expires_at: Option<DateTime<Utc>>,
    #[serde(default)]
    pub(crate) revoked_at: Option<DateTime<Utc>>,
}

/// The answer to creating a key: the only place where `key` appears.
#[derive(Clone, Deserialize)]
pub(crate) struct CreatedAppKey {
    pub(crate) key: String,
}

/// `GET /v1/reports/usage`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(crate) struct Usage {
    /// Evaluations up to here are counted; `None` before the first.
    #[serde(default)]
    pub(crate) updated_at: Option<DateTime<Utc>>,
    pub(crate) totals: UsageTotals,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(crate) struct UsageTotals {
    pub(crate) evaluations: u64,
    pub(crate) applicable: u64,
    pub(crate) not_applicable: u64,
    /// Counts by reason slug.
    #[serde(default)]
    pub(crate) by_reason: BTreeMap<String, u64>,
    /// Sums by currency.
    #[serde(default)]
    pub(crate) discount: Vec<Money>,
}
