//! The code by which shops name a promotion.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Longest promotion code, in characters: it is part of a URL and of a KV key of at most 512 bytes.
pub const MAX_CODE_CHARS: usize = 64;

/// A promotion's code: 1 to 64 of `a-z 0-9 - _`, starting with a letter or digit. Capitals are folded when it is
/// read, so that `SUMMER-10` and `summer-10` name one promotion.
///
/// ```
/// use engine::promotion::PromotionCode;
///
/// assert_eq!("SUMMER-10".parse::<PromotionCode>().unwrap().as_str(), "summer-10");
/// assert!("summer 10".parse::<PromotionCode>().is_err());
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct PromotionCode(String);

/// Why a text is not a promotion code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a code is 1 to {MAX_CODE_CHARS} letters, digits, `-` and `_`, and starts with a letter or digit")]
pub struct CodeError;

impl PromotionCode {
    /// The code in lower case.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for PromotionCode {
    type Err = CodeError;

    fn from_str(text: &str) -> Result<Self, CodeError> {
        let starts_well = text.bytes().next().is_some_and(|byte| byte.is_ascii_alphanumeric());
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        if !starts_well || text.len() > MAX_CODE_CHARS || !text.bytes().all(allowed) {
            return Err(CodeError);
        }
        Ok(Self(text.to_ascii_lowercase()))
    }
}

impl fmt::Display for PromotionCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for PromotionCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for PromotionCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for PromotionCode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}
