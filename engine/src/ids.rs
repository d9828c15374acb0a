//! Every identifier of the product: a UUIDv7 behind a prefix that names its kind, such as `prom_0198…`.
//!
//! The prefix makes a pasted identifier self-explaining and keeps kinds apart in the type system. The engine draws no
//! random numbers, so a host passes the time and ten random bytes.

use std::fmt;
use std::str::FromStr;

use base16ct::lower as hex;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use uuid::Uuid;
use uuid::fmt::Simple;

/// Why a text is not an identifier of the expected kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected an identifier like `{prefix}0198c5f0a1b27c3d8e4f5a6b7c8d9e0f`")]
pub struct IdError {
    prefix: &'static str,
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $prefix:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Uuid);

        impl $name {
            /// What the text form starts with.
            pub const PREFIX: &'static str = $prefix;

            /// Makes a UUIDv7 from the time (milliseconds since 1970 UTC) and ten random bytes of the host.
            pub fn from_parts(unix_millis: u64, random: [u8; 10]) -> Self {
                Self(uuid::Builder::from_unix_timestamp_millis(unix_millis, &random).into_uuid())
            }

            /// The form that the database stores.
            pub const fn uuid(self) -> Uuid {
                self.0
            }

            /// The milliseconds since 1970 UTC that it was made from.
            pub const fn unix_millis(self) -> u64 {
                self.0.as_u64_pair().0 >> 16
            }
        }

        impl From<Uuid> for $name {
            fn from(uuid: Uuid) -> Self {
                Self(uuid)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                // Written piece by piece: records and keys of the store are full of identifiers.
                f.write_str(Self::PREFIX)?;
                f.write_str(self.0.as_simple().encode_lower(&mut [0; Simple::LENGTH]))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                // Not `Uuid`'s own reader, which knows other spellings too: one identifier has one text.
                let digits = text.strip_prefix(Self::PREFIX).filter(|digits| digits.len() == Simple::LENGTH);
                let mut bytes = uuid::Bytes::default();
                digits
                    .and_then(|digits| hex::decode(digits, &mut bytes).ok())
                    .ok_or(IdError { prefix: Self::PREFIX })?;
                Ok(Self(Uuid::from_bytes(bytes)))
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                // In one piece: of those that `collect_str` gets, each is searched for what to escape on its own.
                let mut text = String::with_capacity(Self::PREFIX.len() + Simple::LENGTH);
                text.push_str(Self::PREFIX);
                text.push_str(self.0.as_simple().encode_lower(&mut [0; Simple::LENGTH]));
                serializer.serialize_str(&text)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

id!(
    /// An organisation: the tenant.
    OrganizationId,
    "org_"
);
id!(
    /// A person who signs in.
    UserId,
    "user_"
);
id!(
    /// A signed-in session of a user.
    SessionId,
    "sess_"
);
id!(
    /// A role: a named set of permissions of an organisation.
    RoleId,
    "role_"
);
id!(
    /// An invitation of a person into an organisation.
    InvitationId,
    "inv_"
);
id!(
    /// An entry of the audit trail.
    AuditEventId,
    "audit_"
);
id!(
    /// A promotion, over all its versions.
    PromotionId,
    "prom_"
);
id!(
    /// An application key, with which a shop calls the edge.
    AppKeyId,
    "key_"
);
id!(
    /// One evaluation and its record.
    EvaluationId,
    "eval_"
);
id!(
    /// What an applicable evaluation consumed.
    RedemptionId,
    "red_"
);
id!(
    /// A change of the ledger, as it is told to the origin.
    LedgerEventId,
    "evt_"
);
id!(
    /// Coupons that were generated together.
    CouponBatchId,
    "batch_"
);
id!(
    /// A request that a merchant keeps with a promotion to try it with.
    SampleId,
    "sample_"
);
id!(
    /// Work that is done beside the requests.
    JobId,
    "job_"
);
id!(
    /// A way to a new password, sent by mail.
    PasswordResetId,
    "reset_"
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_form_is_pinned() {
        let id = PromotionId::from_parts(1_790_000_000_000, [7; 10]);
        assert_eq!(id.to_string(), "prom_01a0c4506c0077078707070707070707");
        assert_eq!(id.to_string().parse(), Ok(id));
        assert_eq!(id.unix_millis(), 1_790_000_000_000);
    }

    #[test]
    fn only_one_spelling_is_read() {
        let hyphens = "prom_0198c5f0-a1b2-7c3d-8e4f-5a6b7c8d9e0f";
        let upper = "prom_0198C5F0A1B27C3D8E4F5A6B7C8D9E0F";
        for text in [
            "",
            "prom_",
            "prom_12",
            hyphens,
            upper,
            "user_0198c5f0a1b27c3d8e4f5a6b7c8d9e0f",
        ] {
            assert!(text.parse::<PromotionId>().is_err(), "{text}");
        }
    }
}
