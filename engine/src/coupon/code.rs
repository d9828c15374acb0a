//! The text of a coupon.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Longest coupon code, in characters: what a shopper types from paper, with room for an import's UUIDs and URNs.
pub const MAX_COUPON_CHARS: usize = 64;

/// A coupon's code: 1 to 64 of `A-Z 0-9 - _`, starting with a letter or digit, so that no spreadsheet takes it for a
/// formula. Small letters are folded and spaces around it dropped when it is read.
///
/// ```
/// use engine::coupon::CouponCode;
///
/// assert_eq!(" summer-1 ".parse::<CouponCode>().unwrap().as_str(), "SUMMER-1");
/// assert!("-1".parse::<CouponCode>().is_err());
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct CouponCode(String);

/// Why a text is not a coupon's code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "a coupon is 1 to {MAX_COUPON_CHARS} letters without accents, digits, `-` and `_`, and starts with a letter or digit"
)]
pub struct CouponCodeError;

impl CouponCode {
    /// A code that is known to be one.
    pub(super) const fn trusted(text: String) -> Self {
        Self(text)
    }

    /// The code in capitals.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whether a character may stand in a code, in capitals.
pub(super) const fn is_allowed(byte: u8) -> bool {
    byte.is_ascii_uppercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_')
}

impl FromStr for CouponCode {
    type Err = CouponCodeError;

    fn from_str(text: &str) -> Result<Self, CouponCodeError> {
        let text = text.trim_matches(' ').to_ascii_uppercase();
        let starts_well = text.bytes().next().is_some_and(|byte| byte.is_ascii_alphanumeric());
        if !starts_well || text.len() > MAX_COUPON_CHARS || !text.bytes().all(is_allowed) {
            return Err(CouponCodeError);
        }
        Ok(Self(text))
    }
}

impl fmt::Display for CouponCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for CouponCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for CouponCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for CouponCode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes() {
        let check = |text: &str, expected: Option<&str>| {
            let code = text.parse::<CouponCode>().ok();
            assert_eq!(code.as_ref().map(CouponCode::as_str), expected, "{text:?}");
        };
        let longest = "A".repeat(MAX_COUPON_CHARS);
        check("a", Some("A"));
        check(" welcome_10 ", Some("WELCOME_10"));
        check("0-0", Some("0-0"));
        check(&longest, Some(&longest));
        check(&format!("{longest}A"), None);
        for wrong in ["", " ", "-A", "_A", "=A", "A B", "A/B", "Ñ", "A\n", "\tA", "A#", "A\0"] {
            check(wrong, None);
        }
    }
}
