//! Members, roles, invitations and the audit log.

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::Value;

use super::Permission;
use super::accounts::known_permissions;

/// A user in the organisation.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Member {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) email: String,
    pub(crate) role: RoleName,
    /// May not sign in to this organisation.
    pub(crate) disabled: bool,
    #[serde(default)]
    pub(crate) last_signed_in_at: Option<DateTime<Utc>>,
}

/// A role, as far as others name it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct RoleName {
    pub(crate) id: String,
    pub(crate) name: String,
    /// Which of those that every organisation has.
    #[serde(default)]
    pub(crate) built_in: Option<String>,
}

impl From<Role> for RoleName {
    fn from(Role { id, name, built_in, .. }: Role) -> Self {
        Self { id, name, built_in }
    }
}

/// A named set of permissions.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Role {
    pub(crate) id: String,
    pub(crate) name: String,
    /// Which of those that every organisation has, and that never change.
    #[serde(default)]
    pub(crate) built_in: Option<String>,
    #[serde(deserialize_with = "known_permissions")]
    pub(crate) permissions: Vec<Permission>,
    /// How many users have it.
    pub(crate) users: u64,
}

/// An invitation, as those see it who manage users.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct SentInvitation {
    pub(crate) id: String,
    pub(crate) email: String,
    /// `None` once the invitation is closed and the role is gone.
    pub(crate) role: Option<RoleName>,
    pub(crate) status: InvitationStatus,
    /// When the newest link was made.
    pub(crate) sent_at: DateTime<Utc>,
    pub(crate) expires_at: DateTime<Utc>,
    pub(crate) mail: InvitationMail,
}

/// Where an invitation stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum InvitationStatus {
    Open,
    Expired,
    Accepted,
    Revoked,
    Declined,
}

/// How the newest mail of an invitation fares.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct InvitationMail {
    pub(crate) status: MailStatus,
    /// What the mail server said when it refused.
    #[serde(default)]
    pub(crate) detail: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum MailStatus {
    /// On its way, or to be tried again.
    Queued,
    /// The mail server has it.
    Sent,
    /// It was given up.
    Failed,
}

/// An entry of the audit log.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(crate) struct AuditEvent {
    pub(crate) id: String,
    pub(crate) time: DateTime<Utc>,
    pub(crate) actor: Actor,
    /// Such as `promotion.paused`.
    pub(crate) action: String,
    pub(crate) object: AuditObject,
    #[serde(default)]
    pub(crate) before: Option<Value>,
    #[serde(default)]
    pub(crate) after: Option<Value>,
    #[serde(default)]
    pub(crate) request_id: Option<String>,
}

/// Who did something, as they were then.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Actor {
    /// `user`, `operator`, `recipient` or `system`; a newer server may have more.
    #[serde(rename = "type")]
    pub(crate) kind: String,
    #[serde(default)]
    pub(crate) id: Option<String>,
    #[serde(default)]
    pub(crate) name: Option<String>,
    #[serde(default)]
    pub(crate) email: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct AuditObject {
    #[serde(rename = "type")]
    pub(crate) kind: String,
    pub(crate) id: String,
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn invitations_are_read() {
        let invitation: SentInvitation = serde_json::from_value(json!({
            "id": "inv_1", "email": "ana@example.com", "role": {"id": "role_1", "name": "Analyst"}, "status": "open",
            "invited_by": null, "created_at": "2026-11-21T10:00:00Z", "sent_at": "2026-11-21T10:00:00Z",
            "expires_at": "2026-11-28T10:00:00Z", "closed_at": null,
            "mail": {"status": "failed", "detail": "no such user"},
        }))
        .unwrap();
        assert_eq!(
            (invitation.status, invitation.mail.status),
            (InvitationStatus::Open, MailStatus::Failed)
        );
    }

    #[test]
    fn audit_events_are_read() {
        let event: AuditEvent = serde_json::from_value(json!({
            "id": "audit_1", "time": "2026-11-21T10:00:00Z", "actor": {"type": "system"}, "action": "promotion.expired",
            "object": {"type": "promotion", "id": "promo_1"}, "before": null, "after": {"code": "summer-10"},
            "request_id": null,
        }))
        .unwrap();
        assert_eq!((event.actor.kind.as_str(), event.actor.name), ("system", None));
        assert_eq!(event.before, None);
    }
}
