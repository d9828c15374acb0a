//! Application keys.

use chrono::{DateTime, Utc};
use engine::app_key::Mode;
use engine::ids::AppKeyId;
use engine::wire::v1::KeyScope;
use serde::{Deserialize, Serialize};

/// `POST /v1/app-keys`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct NewAppKey {
    pub(crate) name: String,
    pub(crate) mode: Mode,
    pub(crate) promotions: KeyScope,
    /// `None` for a key without end.
    pub(crate) expires_at: Option<DateTime<Utc>>,
}

/// `POST /v1/app-keys/{id}/rotate`.
#[derive(Debug, Clone, Copy, Serialize)]
pub(crate) struct Rotation {
    /// How long the replaced key stays good, in seconds.
    pub(crate) overlap_seconds: u32,
}

/// An application key without its secret.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct AppKey {
    pub(crate) id: AppKeyId,
    pub(crate) name: String,
    pub(crate) mode: Mode,
    pub(crate) promotions: KeyScope,
    /// The start of the key, to recognise it by.
    pub(crate) preview: String,
    pub(crate) created_at: DateTime<Utc>,
    pub(crate) expires_at: Option<DateTime<Utc>>,
    pub(crate) revoked_at: Option<DateTime<Utc>>,
    /// The key that took its place.
    pub(crate) rotated_to: Option<AppKeyId>,
    /// When it last evaluated, as far as its records have come in.
    pub(crate) last_used_at: Option<DateTime<Utc>>,
}

/// The answer to creating or rotating a key: the only places where `key` appears.
#[derive(Clone, Deserialize)]
pub(crate) struct CreatedAppKey {
    pub(crate) id: AppKeyId,
    pub(crate) name: String,
    pub(crate) key: String,
}
