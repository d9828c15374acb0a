//! Every identifier of the product: a UUIDv7 behind a prefix that names its kind, such as `prom_0198…`.
//!
//! The prefix makes a pasted identifier self-explaining and keeps kinds apart in the type system. The engine draws no
//! random numbers, so a host passes the time and ten random bytes.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use uuid::Uuid;

/// Bytes of the part behind the prefix.
const DIGITS: usize = 32;

/// Why a text is not an identifier of the expected kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected an identifier like `{prefix}0198c5f0a1b27c3d8e4f5a6b7c8d9e0f`")]
pub struct IdError {
    prefix: &'static str,
}

/// In each byte of a word.
const ONES: u64 = 0x0101_0101_0101_0101;

/// The lower-case hexadecimal digits, eight from each quarter. Redemptions and records are full of identifiers.
pub(crate) const fn digits(uuid: Uuid) -> [[u8; 8]; 4] {
    let (high, low) = uuid.as_u64_pair();
    let low_half = 0xFFFF_FFFF;
    [
        eight(high >> 32),
        eight(high & low_half),
        eight(low >> 32),
        eight(low & low_half),
    ]
}

/// Those of 32 bits, computed together in the bytes of a word.
const fn eight(bits: u64) -> [u8; 8] {
    let bits = (bits | bits << 16) & 0x0000_FFFF_0000_FFFF;
    let bits = (bits | bits << 8) & 0x00FF_00FF_00FF_00FF;
    let nibbles = (bits | bits << 4) & (ONES * 0xF);
    // Where a nibble is ten or more, six more carry into the next one.
    let letters = ((nibbles + ONES * 6) >> 4) & ONES;
    (nibbles + ONES * b'0' as u64 + letters * (b'a' - b'0' - 10) as u64).to_be_bytes()
}

/// What [`digits`] makes such a text of, if there is something.
fn from_digits(text: &str) -> Option<Uuid> {
    let (quarters, []) = text.as_bytes().as_chunks() else {
        return None;
    };
    let &[a, b, c, d] = quarters else { return None };
    let uuid = Uuid::from_u64_pair(from_eight(a) << 32 | from_eight(b), from_eight(c) << 32 | from_eight(d));
    // Whatever else was read as a digit does not come out the same.
    (digits(uuid) == [a, b, c, d]).then_some(uuid)
}

/// The 32 bits of [`eight`]; of other bytes something.
const fn from_eight(digits: [u8; 8]) -> u64 {
    let bytes = u64::from_be_bytes(digits);
    // Letters, and no digits, have this bit.
    let letters = (bytes >> 6) & ONES;
    let nibbles = (bytes & (ONES * 0xF)) + letters * 9;
    let bits = (nibbles | nibbles >> 4) & 0x00FF_00FF_00FF_00FF;
    let bits = (bits | bits >> 8) & 0x0000_FFFF_0000_FFFF;
    (bits | bits >> 16) & 0xFFFF_FFFF
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
                f.write_str(str::from_utf8(digits(self.0).as_flattened()).unwrap_or_default())
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl From<$name> for String {
            /// What `to_string` makes, without the machinery of formatting.
            fn from(id: $name) -> Self {
                let mut text = Self::with_capacity($name::PREFIX.len() + DIGITS);
                text.push_str($name::PREFIX);
                text.push_str(str::from_utf8(digits(id.0).as_flattened()).unwrap_or_default());
                text
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                // Not `Uuid`'s own reader, which knows other spellings too: one identifier has one text.
                let digits = text.strip_prefix(Self::PREFIX);
                digits.and_then(from_digits).map(Self).ok_or(IdError { prefix: Self::PREFIX })
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                // In one piece: of those that `collect_str` gets, each is searched for what to escape on its own.
                serializer.serialize_str(&String::from(*self))
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
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn text_form_is_pinned() {
        let id = PromotionId::from_parts(1_790_000_000_000, [7; 10]);
        assert_eq!(id.to_string(), "prom_01a0c4506c0077078707070707070707");
        assert_eq!(id.to_string().parse(), Ok(id));
        assert_eq!(id.unix_millis(), 1_790_000_000_000);
    }

    proptest! {
        #[test]
        fn digits_are_those_of_the_uuid(bits in any::<u128>()) {
            let uuid = Uuid::from_u128(bits);
            prop_assert_eq!(String::from(PromotionId(uuid)), format!("prom_{bits:032x}"));
            prop_assert_eq!(from_digits(&format!("{bits:032x}")), Some(uuid));
        }

        #[test]
        fn nothing_else_is_read(bits in any::<u128>(), at in 0..DIGITS, byte in any::<u8>()) {
            let mut text = format!("{bits:032x}").into_bytes();
            text[at] = byte;
            let is_digit = matches!(byte, b'0'..=b'9' | b'a'..=b'f');
            if let Ok(text) = String::from_utf8(text) {
                prop_assert_eq!(from_digits(&text).is_some(), is_digit, "{}", text);
            }
        }
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
