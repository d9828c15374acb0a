//! Users, organisations and what they may do.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Deserializer};

/// A user in their organisation.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Account {
    pub(crate) user: User,
    pub(crate) organization: Organization,
    #[serde(default, deserialize_with = "known_permissions")]
    pub(crate) permissions: Vec<Permission>,
    #[serde(default)]
    pub(crate) notices: Notices,
}

impl Account {
    /// Whether this user may do something.
    pub(crate) fn may(&self, permission: Permission) -> bool {
        self.permissions.contains(&permission)
    }
}

/// The mails that a user has chosen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
pub(crate) struct Notices {
    pub(crate) promotion_expiry: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct User {
    #[serde(default)]
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) email: String,
    /// "en" or "es"; `None` for the organisation's.
    #[serde(default)]
    pub(crate) locale: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Organization {
    #[serde(default)]
    pub(crate) id: String,
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) locale: Option<String>,
    /// Days before a promotion's end that those who chose it are reminded.
    #[serde(default)]
    pub(crate) expiry_notice_days: u16,
}

/// One of the organisations of a user.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct OwnOrganization {
    pub(crate) id: String,
    pub(crate) name: String,
    /// The one of this session.
    pub(crate) current: bool,
    /// The user may not sign in there.
    pub(crate) disabled: bool,
}

/// A session of the user, in whichever organisation.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct OwnSession {
    pub(crate) id: String,
    pub(crate) last_used_at: DateTime<Utc>,
    /// What the browser called itself when it signed in.
    pub(crate) user_agent: Option<String>,
    /// Where it signed in from.
    pub(crate) address: Option<String>,
    /// The one that asks.
    pub(crate) current: bool,
}

/// All of a short list.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(crate) struct Whole<T> {
    pub(crate) items: Vec<T>,
}

/// What a user may do: the words of roles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Permission {
    AppKeysManage,
    AuditRead,
    CouponsWrite,
    OrganizationManage,
    PromotionsRead,
    PromotionsWrite,
    ReportsRead,
    UsersManage,
}

impl Permission {
    /// Every one that this app knows.
    pub(crate) const ALL: [Self; 8] = [
        Self::PromotionsRead,
        Self::PromotionsWrite,
        Self::CouponsWrite,
        Self::ReportsRead,
        Self::AppKeysManage,
        Self::UsersManage,
        Self::AuditRead,
        Self::OrganizationManage,
    ];

    /// The word on the wire.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::AppKeysManage => "app_keys.manage",
            Self::AuditRead => "audit.read",
            Self::CouponsWrite => "coupons.write",
            Self::OrganizationManage => "organization.manage",
            Self::PromotionsRead => "promotions.read",
            Self::PromotionsWrite => "promotions.write",
            Self::ReportsRead => "reports.read",
            Self::UsersManage => "users.manage",
        }
    }
}

/// The permissions that this app knows; a newer server may have more.
pub(crate) fn known_permissions<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Permission>, D::Error> {
    let words = Vec::<String>::deserialize(deserializer)?;
    let known = |word: &String| {
        Permission::ALL
            .into_iter()
            .find(|permission| permission.as_str() == word)
    };
    Ok(words.iter().filter_map(known).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn permissions_of_a_newer_server_are_passed_over() {
        let account: Account = serde_json::from_value(json!({
            "user": {"id": "user_1", "name": "Ada", "email": "ada@example.com", "locale": null},
            "organization": {"id": "org_1", "name": "Shop", "locale": "es", "expiry_notice_days": 7},
            "permissions": ["promotions.read", "moon.land"], "notices": {"promotion_expiry": true},
        }))
        .unwrap();
        assert_eq!(account.permissions, [Permission::PromotionsRead]);
        assert!(account.may(Permission::PromotionsRead) && !account.may(Permission::UsersManage));
    }
}
