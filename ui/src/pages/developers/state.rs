//! How an application key stands.

use chrono::{DateTime, Utc};

use crate::components::Tone;
use crate::i18n::{developers as text, keys as key_text};
use crate::wire::AppKey;

/// See the module.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum KeyState {
    Active,
    /// A successor took its place; good until its end.
    Replaced,
    Expired,
    Revoked,
}

impl KeyState {
    pub(super) fn of(key: &AppKey, now: DateTime<Utc>) -> Self {
        if key.revoked_at.is_some() {
            Self::Revoked
        } else if key.expires_at.is_some_and(|expires_at| expires_at <= now) {
            Self::Expired
        } else if key.rotated_to.is_some() {
            Self::Replaced
        } else {
            Self::Active
        }
    }

    pub(super) fn words(self) -> (Tone, &'static str) {
        match self {
            Self::Active => (Tone::Good, key_text::state_active()),
            Self::Replaced => (Tone::Waiting, text::state_replaced()),
            Self::Expired => (Tone::Neutral, key_text::state_expired()),
            Self::Revoked => (Tone::Bad, key_text::state_revoked()),
        }
    }

    /// Whether the edge takes the key.
    pub(super) const fn is_good(self) -> bool {
        matches!(self, Self::Active | Self::Replaced)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn states() {
        let check = |change: Value, expected| {
            let mut key = json!({
                "id": format!("key_{:032x}", 1), "name": "Shop", "mode": "live", "promotions": "all", "preview": "ck_live_1",
                "created_at": "2027-01-01T00:00:00Z", "expires_at": null, "revoked_at": null, "rotated_to": null,
                "last_used_at": null,
            });
            for (name, value) in change.as_object().unwrap() {
                key[name] = value.clone();
            }
            let key: AppKey = serde_json::from_value(key).unwrap();
            assert_eq!(
                KeyState::of(&key, "2027-02-01T00:00:00Z".parse().unwrap()),
                expected,
                "{change}"
            );
        };
        let successor = format!("key_{:032x}", 2);
        check(json!({}), KeyState::Active);
        check(json!({"expires_at": "2027-02-01T00:00:01Z"}), KeyState::Active);
        check(json!({"expires_at": "2027-02-01T00:00:00Z"}), KeyState::Expired);
        check(
            json!({"expires_at": "2027-02-02T00:00:00Z", "rotated_to": successor}),
            KeyState::Replaced,
        );
        check(
            json!({"expires_at": "2027-01-02T00:00:00Z", "rotated_to": successor}),
            KeyState::Expired,
        );
        check(
            json!({"revoked_at": "2027-01-02T00:00:00Z", "rotated_to": successor}),
            KeyState::Revoked,
        );
    }
}
