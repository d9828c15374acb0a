//! Patterns: what the codes of a batch look like.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::code::is_allowed;
use super::{CouponCode, MAX_COUPON_CHARS};

/// Fewest symbols of a pattern: 32⁸ codes are a million times a million.
pub const MIN_SYMBOLS: u8 = 8;
/// Most symbols of a pattern: 120 bits, more than any guess needs.
pub const MAX_SYMBOLS: u8 = 24;
/// For each coupon of a promotion there are at least 2 to the power of this many codes of its pattern that are none.
pub const GUESS_BITS: u32 = 20;
/// Most coupons that a promotion generates over its life, in patterns of as many symbols.
pub const MAX_SERIALS: u64 = 1 << 28;

/// Douglas Crockford's base 32: without I, L, O and U, so that no two symbols look alike.
const SYMBOLS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const SYMBOL_BITS: u32 = 5;

/// Where a symbol goes.
const PLACE: u8 = b'#';

/// The form of a batch's codes: letters, digits, `-` and `_` that stand in every code, and a `#` for each symbol, 8 to 24
/// of them. Small letters are folded.
///
/// ```
/// use engine::coupon::Pattern;
///
/// let pattern: Pattern = "summer-#####-#####".parse().unwrap();
/// assert_eq!(pattern.to_string(), "SUMMER-#####-#####");
/// assert_eq!(pattern.symbols(), 10);
/// assert!("SUMMER-####".parse::<Pattern>().is_err());
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    text: String,
    symbols: u8,
}

/// Why a text is not a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PatternError {
    /// It has other characters, begins with one that a code cannot begin with, or is too long.
    #[error(
        "a pattern is at most {MAX_COUPON_CHARS} letters without accents, digits, `-`, `_` and `#`, and starts with a \
         letter, a digit or `#`"
    )]
    Characters,
    /// Too few or too many places.
    #[error("a pattern has {MIN_SYMBOLS} to {MAX_SYMBOLS} `#`, each of which becomes a letter or a digit")]
    Places,
}

impl Pattern {
    /// How many symbols a code has besides what stands in every code.
    pub const fn symbols(&self) -> u8 {
        self.symbols
    }

    /// How many coupons patterns of as many symbols can have in one promotion.
    pub fn capacity(&self) -> u64 {
        let bits = u32::from(self.symbols) * SYMBOL_BITS - GUESS_BITS;
        1_u64
            .checked_shl(bits)
            .map_or(MAX_SERIALS, |codes| codes.min(MAX_SERIALS))
    }

    /// The code for a number, of which the last 5 bits for each of [`Pattern::symbols`] count: an example of what codes look
    /// like, as long as the number is no coupon's.
    pub fn write(&self, number: u128) -> CouponCode {
        let mut shift = u32::from(self.symbols) * SYMBOL_BITS;
        let code = self.text.bytes().map(|byte| {
            if byte != PLACE {
                return char::from(byte);
            }
            shift = shift.saturating_sub(SYMBOL_BITS);
            let symbol = usize::try_from(number >> shift & 0x1F).unwrap_or_default();
            SYMBOLS.get(symbol).copied().map_or('0', char::from)
        });
        CouponCode::trusted(code.collect())
    }

    /// The number in a code of this pattern; `None` for another code. Hyphens do not count on either side, and O, I and L
    /// are read as what they look like.
    pub(super) fn read(&self, code: &CouponCode) -> Option<u128> {
        let counts = |byte: &u8| *byte != b'-';
        let mut shown = code.as_str().bytes().filter(counts);
        let mut number = 0;
        for expected in self.text.bytes().filter(counts) {
            let byte = shown.next()?;
            if expected == PLACE {
                number = number << SYMBOL_BITS | u128::from(symbol(byte)?);
            } else if expected != byte {
                return None;
            }
        }
        shown.next().is_none().then_some(number)
    }

    /// The pattern for SQL's `like` that every code of this pattern fits, written with its hyphens.
    pub fn to_like(&self) -> String {
        self.text.replace('_', "\\_").replace('#', "_")
    }
}

/// What a character stands for in a code.
fn symbol(byte: u8) -> Option<u8> {
    let byte = match byte {
        b'O' => b'0',
        b'I' | b'L' => b'1',
        other => other,
    };
    let at = SYMBOLS.iter().position(|symbol| *symbol == byte)?;
    u8::try_from(at).ok()
}

impl FromStr for Pattern {
    type Err = PatternError;

    fn from_str(text: &str) -> Result<Self, PatternError> {
        let text = text.to_ascii_uppercase();
        let begins = |byte: u8| byte.is_ascii_alphanumeric() || byte == PLACE;
        let starts_well = text.bytes().next().is_some_and(begins);
        let allowed = |byte: u8| is_allowed(byte) || byte == PLACE;
        if !starts_well || text.len() > MAX_COUPON_CHARS || !text.bytes().all(allowed) {
            return Err(PatternError::Characters);
        }
        let places = text.bytes().filter(|byte| *byte == PLACE).count();
        let symbols = u8::try_from(places).map_err(|_| PatternError::Places)?;
        if !(MIN_SYMBOLS..=MAX_SYMBOLS).contains(&symbols) {
            return Err(PatternError::Places);
        }
        Ok(Self { text, symbols })
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Serialize for Pattern {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl<'de> Deserialize<'de> for Pattern {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn pattern(text: &str) -> Pattern {
        text.parse().unwrap()
    }

    #[test]
    fn patterns() {
        let check = |text: &str, expected| assert_eq!(text.parse::<Pattern>().err(), expected, "{text:?}");
        check("########", None);
        check("A#-#_########", None);
        check(&"#".repeat(24), None);
        check(&"#".repeat(25), Some(PatternError::Places));
        check("#######", Some(PatternError::Places));
        check("SUMMER", Some(PatternError::Places));
        let (letters, places) = ("A".repeat(56), "#".repeat(8));
        check(&format!("{letters}{places}"), None);
        check(&format!("A{letters}{places}"), Some(PatternError::Characters));
        for wrong in [
            "",
            "-########",
            "_########",
            "=########",
            "É########",
            "A ########",
            "A/########",
        ] {
            check(wrong, Some(PatternError::Characters));
        }
    }

    #[test]
    fn capacities() {
        let check = |symbols, expected| assert_eq!(pattern(&"#".repeat(symbols)).capacity(), expected, "{symbols}");
        check(8, 1 << 20);
        check(9, 1 << 25);
        check(10, MAX_SERIALS);
        check(24, MAX_SERIALS);
    }

    #[test]
    fn numbers_are_written() {
        let check = |text: &str, number, expected: &str| {
            assert_eq!(pattern(text).write(number).as_str(), expected, "{text} {number}");
        };
        check("########", 0, "00000000");
        check("A-####-####", 1, "A-0000-0001");
        check("####-####", (1 << 40) - 1, "ZZZZ-ZZZZ");
        check("##_######", 31 << 30, "0Z_000000");
    }

    #[test]
    fn codes_are_read() {
        let check = |text: &str, code: &str, expected| {
            assert_eq!(pattern(text).read(&code.parse().unwrap()), expected, "{text} {code}");
        };
        check("A-####-####", "A-0000-0001", Some(1));
        check("A-####-####", "a0000000l", Some(1));
        check("A-####-####", "A0000-000-I", Some(1));
        check("A-####-####", "A-OOOO-OOO1", Some(1));
        check("A-####-####", "B-0000-0001", None);
        check("A-####-####", "A-0000-000U", None);
        check("A-####-####", "A-0000-000", None);
        check("A-####-####", "A-0000-00011", None);
        check("A_########", "A00000001", None);
    }

    #[test]
    fn likes() {
        assert_eq!(pattern("A_B-####-####").to_like(), "A\\_B-____-____");
    }

    proptest! {
        #[test]
        fn there_and_back(symbols in MIN_SYMBOLS..=MAX_SYMBOLS, number: u128) {
            let pattern = pattern(&format!("X-{}", "#".repeat(symbols.into())));
            let number = number & ((1 << (u32::from(symbols) * SYMBOL_BITS)) - 1);
            prop_assert_eq!(pattern.read(&pattern.write(number)), Some(number));
        }

        #[test]
        fn reading_never_panics(text in "[A-Z0-9_#-]{1,64}", code in "[A-Z0-9][A-Z0-9_-]{0,63}") {
            if let Ok(pattern) = text.parse::<Pattern>() {
                _ = pattern.read(&code.parse().unwrap());
            }
        }
    }
}
