//! What a user may do: permissions, and the roles that every organisation has.

use std::collections::BTreeSet;

macro_rules! permissions {
    ($($(#[$doc:meta])* $name:ident = $text:literal;)*) => {
        /// What a user may do.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub(crate) enum Permission { $($(#[$doc])* $name,)* }

        impl Permission {
            pub(crate) const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The word in roles and tokens.
            pub(crate) const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }
        }
    };
}

permissions! {
    /// Create and manage application keys.
    AppKeysManage = "app_keys.manage";
    /// Read the audit trail.
    AuditRead = "audit.read";
    /// Create, import and revoke coupons.
    CouponsWrite = "coupons.write";
    /// Change the organisation's settings.
    OrganizationManage = "organization.manage";
    /// Read promotions.
    PromotionsRead = "promotions.read";
    /// Create and change promotions.
    PromotionsWrite = "promotions.write";
    /// Read reports.
    ReportsRead = "reports.read";
    /// Invite, change and remove users, and manage roles.
    UsersManage = "users.manage";
}

/// A permission as a type, for [`super::Allowed`].
pub(crate) trait Need {
    const PERMISSION: Permission;
}

macro_rules! needs {
    ($($name:ident)*) => {
        $(
            #[doc = concat!("The need of [`Permission::", stringify!($name), "`].")]
            #[derive(Debug)]
            pub(crate) enum $name {}
            impl Need for $name {
                const PERMISSION: Permission = Permission::$name;
            }
        )*
    };
}

needs! {
    AppKeysManage AuditRead CouponsWrite OrganizationManage PromotionsRead PromotionsWrite ReportsRead UsersManage
}

impl Permission {
    /// The permission of a word; `None` for one of a newer release.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|permission| permission.as_str() == text)
    }
}

/// A set of permissions.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct PermissionSet(BTreeSet<Permission>);

impl PermissionSet {
    pub(crate) fn contains(&self, permission: Permission) -> bool {
        self.0.contains(&permission)
    }

    /// Whether everything of `other` is in it: nobody grants what they do not hold.
    pub(crate) fn covers(&self, other: &Self) -> bool {
        other.0.is_subset(&self.0)
    }

    pub(crate) fn words(&self) -> Vec<&'static str> {
        self.0.iter().map(|permission| permission.as_str()).collect()
    }
}

impl FromIterator<Permission> for PermissionSet {
    fn from_iter<I: IntoIterator<Item = Permission>>(permissions: I) -> Self {
        Self(permissions.into_iter().collect())
    }
}

/// The roles that every organisation has, and nobody changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BuiltIn {
    /// Holds every permission. An organisation always has one who can sign in.
    Admin,
    /// Reads promotions and reports.
    Analyst,
}

impl BuiltIn {
    pub(crate) const ALL: [Self; 2] = [Self::Admin, Self::Analyst];

    /// The role of a stored word; `None` for a role of the organisation's own.
    pub(crate) fn of(word: Option<&str>) -> Option<Self> {
        Self::ALL.into_iter().find(|role| Some(role.as_str()) == word)
    }

    /// The word that is stored.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Analyst => "analyst",
        }
    }

    /// What people read.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Admin => "Admin",
            Self::Analyst => "Analyst",
        }
    }

    pub(crate) const fn permissions(self) -> &'static [Permission] {
        match self {
            Self::Admin => Permission::ALL,
            Self::Analyst => &[Permission::PromotionsRead, Permission::ReportsRead],
        }
    }
}

/// What a stored role permits. Words of a newer release permit nothing here.
pub(crate) fn role_permissions(built_in: Option<&str>, words: &[String]) -> PermissionSet {
    match BuiltIn::of(built_in) {
        Some(role) => role.permissions().iter().copied().collect(),
        None => words.iter().filter_map(|word| Permission::parse(word)).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_pinned() {
        let words: Vec<_> = Permission::ALL.iter().map(|permission| permission.as_str()).collect();
        assert_eq!(
            words.join(" "),
            "app_keys.manage audit.read coupons.write organization.manage promotions.read promotions.write \
             reports.read users.manage"
        );
    }

    #[test]
    fn stored_roles() {
        let check = |built_in, words: &[&str], expected: &[&str]| {
            let words: Vec<_> = words.iter().map(|word| (*word).to_owned()).collect();
            assert_eq!(
                role_permissions(built_in, &words).words(),
                expected,
                "{built_in:?} {words:?}"
            );
        };
        check(Some("analyst"), &[], &["promotions.read", "reports.read"]);
        check(None, &["reports.read", "of.another.release"], &["reports.read"]);
        check(None, &[], &[]);
        assert_eq!(
            role_permissions(Some("admin"), &[]).words().len(),
            Permission::ALL.len()
        );
    }

    #[test]
    fn covering() {
        let set = |permissions: &[Permission]| permissions.iter().copied().collect::<PermissionSet>();
        let (read, both) = (
            set(&[Permission::ReportsRead]),
            set(&[Permission::ReportsRead, Permission::AuditRead]),
        );
        assert!(both.covers(&read) && read.covers(&read) && read.covers(&set(&[])));
        assert!(!read.covers(&both));
    }
}
