//! Percentages, exactly: an integer of ten-thousandths of a percent.

use std::fmt;
use std::iter;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::text::deserialize_text;

/// Decimals of a [`Percent`]: a hundredth of a basis point, finer than any price list.
pub const PERCENT_DECIMALS: usize = 4;

/// Parts of one percent: ten to the power of [`PERCENT_DECIMALS`].
const PARTS: u32 = 10_000;

/// A share above 0 and at most 100, with at most four decimals. Its JSON form is a string without needless zeros:
/// `"12.50"` becomes `"12.5"`.
///
/// ```
/// use engine::money::Percent;
///
/// assert_eq!("12.50".parse::<Percent>().unwrap().to_string(), "12.5");
/// assert!("100.1".parse::<Percent>().is_err());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Percent(u32);

/// Why a text is not a percentage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected more than 0 and at most 100 with at most {PERCENT_DECIMALS} decimals, such as `12.5`")]
pub struct PercentError;

impl Percent {
    /// 100 %, the largest.
    pub const MAX: Self = Self(100 * PARTS);

    /// What [`Percent::parts`] counts of a whole amount: a million.
    pub(super) const PARTS_OF_WHOLE: u32 = Self::MAX.0;

    /// Ten-thousandths of a percent, which are millionths of a whole: 1 to [`Percent::PARTS_OF_WHOLE`].
    pub(super) const fn parts(self) -> u32 {
        self.0
    }
}

impl FromStr for Percent {
    type Err = PercentError;

    fn from_str(text: &str) -> Result<Self, PercentError> {
        let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
        if decimals.len() > PERCENT_DECIMALS {
            return Err(PercentError);
        }
        let decimals = decimals.bytes().chain(iter::repeat(b'0')).take(PERCENT_DECIMALS);
        let parts = whole.bytes().chain(decimals).try_fold(0_u32, |parts, byte| {
            let digit = byte.is_ascii_digit().then(|| u32::from(byte - b'0'))?;
            parts.checked_mul(10)?.checked_add(digit)
        });
        match parts {
            Some(parts) if (1..=Self::MAX.0).contains(&parts) => Ok(Self(parts)),
            Some(_) | None => Err(PercentError),
        }
    }
}

impl fmt::Display for Percent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0 / PARTS)?;
        let (mut fraction, mut width) = (self.0 % PARTS, PERCENT_DECIMALS);
        if fraction == 0 {
            return Ok(());
        }
        while fraction % 10 == 0 {
            fraction /= 10;
            width -= 1;
        }
        write!(f, ".{fraction:0width$}")
    }
}

impl Serialize for Percent {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Percent {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserialize_text(deserializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rust_decimal::Decimal;

    #[test]
    fn texts() {
        let check = |text: &str, expected: Option<&str>| {
            let found = text.parse::<Percent>().ok().map(|percent| percent.to_string());
            assert_eq!(found.as_deref(), expected, "{text}");
        };
        check("10", Some("10"));
        check("12.5", Some("12.5"));
        check("12.50", Some("12.5"));
        check("100.0000", Some("100"));
        check("0.0001", Some("0.0001"));
        check("0.0100", Some("0.01"));
        check("99.9999", Some("99.9999"));
        check("007", Some("7"));
        check(".5", Some("0.5"));
        check("5.", Some("5"));
        for text in [
            "",
            ".",
            "0",
            "0.0000",
            "0.00001",
            "100.0001",
            "101",
            "4294967296",
            "99999999999999999999",
            "-1",
            "+1",
            "1e1",
            "10%",
            "1,5",
            "1.2.3",
            "1_0",
            " 10",
            "10 ",
            "１０",
            "1.é",
        ] {
            check(text, None);
        }
    }

    #[test]
    fn json_form_is_pinned() {
        let percent: Percent = serde_json::from_str("\"12.5\"").unwrap();
        assert_eq!(serde_json::to_string(&percent).unwrap(), "\"12.5\"");
        for json in ["12.5", "null", "\"0\"", "{}"] {
            assert!(serde_json::from_str::<Percent>(json).is_err(), "{json}");
        }
    }

    proptest! {
        #[test]
        fn print_and_parse_give_the_same(parts in 1..=Percent::MAX.0) {
            prop_assert_eq!(Percent(parts).to_string().parse(), Ok(Percent(parts)));
        }

        #[test]
        fn the_value_is_that_of_the_decimal(text in "[0-9]{0,3}(\\.[0-9]{0,5})?") {
            let decimal = Decimal::from_str_exact(&text)
                .ok()
                .filter(|value| *value > Decimal::ZERO && *value <= Decimal::ONE_HUNDRED && value.scale() <= 4);
            let percent = text.parse::<Percent>().ok();
            prop_assert_eq!(percent.map(|percent| Decimal::new(percent.0.into(), 4)), decimal);
        }
    }
}
