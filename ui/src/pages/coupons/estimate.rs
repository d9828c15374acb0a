//! What a pattern is worth before a batch is made of it: how many codes there are, how many coupons it still has room for,
//! and how seldom a guess hits one.

use engine::coupon::{Pattern, PatternError};

use crate::browser::format_decimal;
use crate::i18n::coupons as text;
use crate::wire::coupons::{Batch, BatchStatus};

/// The pattern of a batch that names none, as the origin has it.
pub(super) const DEFAULT_PATTERN: &str = "#####-#####";
/// Letters and digits of a symbol.
const SYMBOLS: u128 = 32;
/// Guesses that the edge answers one application key in a second, once it has sent many (docs/coupons.md, Guesses).
pub(super) const GUESSES_PER_SEC: u64 = 10;
/// The first number that is written with a power of ten: longer ones are no longer read but counted.
const MAX_WRITTEN: u128 = 1_000_000_000_000_000;

/// What was typed as a prefix and as a pattern, together.
///
/// # Errors
/// It is no pattern.
pub(super) fn pattern_of(prefix: &str, typed: &str) -> Result<Pattern, PatternError> {
    let typed = typed.trim();
    let pattern = if typed.is_empty() { DEFAULT_PATTERN } else { typed };
    format!("{}{pattern}", prefix.trim()).parse()
}

/// See the module.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Estimate {
    /// Codes of the pattern's form.
    pub(super) codes: u128,
    /// Coupons that patterns of as many symbols still have room for, before this batch.
    pub(super) left: u64,
    /// One guess in so many hits a coupon; `None` while there is none to hit.
    pub(super) odds: Option<u128>,
}

impl Estimate {
    /// Of `count` new coupons beside a promotion's other `batches`.
    pub(super) fn new(pattern: &Pattern, count: u64, batches: &[Batch]) -> Self {
        let symbols = pattern.symbols();
        // Patterns with as many symbols share their numbers.
        let alike = batches.iter().filter(|batch| {
            batch
                .pattern
                .parse()
                .is_ok_and(|other: Pattern| other.symbols() == symbols)
        });
        let (mut taken, mut coupons) = (0, count);
        for batch in alike {
            taken += u64::from(batch.count);
            if batch.status != BatchStatus::Revoked {
                coupons += u64::from(batch.count);
            }
        }
        // At most 2 to the power of 120: see `engine::coupon::MAX_SYMBOLS`.
        let codes = SYMBOLS.saturating_pow(symbols.into());
        Self {
            codes,
            left: pattern.capacity().saturating_sub(taken),
            odds: codes.checked_div(coupons.into()),
        }
    }
}

/// A number to two digits, as people read it.
pub(super) fn rounded(number: u128) -> String {
    let digits = number.to_string();
    let power = digits.len().saturating_sub(2);
    let unit = 10_u128.saturating_pow(u32::try_from(power).unwrap_or(u32::MAX));
    let two_digits = number.saturating_add(unit / 2) / unit;
    let shown = two_digits.saturating_mul(unit);
    if shown < MAX_WRITTEN {
        return format_decimal(&shown.to_string());
    }
    // Rounding up may have made one digit more.
    let (first, rest) = (two_digits / 10, two_digits % 10);
    let (first, rest) = if first == 10 { (1, 0) } else { (first, rest) };
    let exponent = shown.to_string().len().saturating_sub(1);
    text::power_of_ten(&format_decimal(&format!("{first}.{rest}")), &superscript(exponent))
}

fn superscript(number: usize) -> String {
    let raised = |digit: char| match digit {
        '1' => '\u{b9}',
        '2' => '\u{b2}',
        '3' => '\u{b3}',
        '4'..='9' => char::from_u32(0x2070 + u32::from(digit) - u32::from('0')).unwrap_or(digit),
        _ => '\u{2070}',
    };
    number.to_string().chars().map(raised).collect()
}

/// How long one application key guesses, on the average, until it hits.
pub(super) fn time_to_hit(odds: u128) -> String {
    const SECS_OF_HOUR: u128 = 60 * 60;
    const HOURS_OF_DAY: u128 = 24;
    const DAYS_OF_YEAR: u128 = 365;
    let hours = odds / u128::from(GUESSES_PER_SEC) / SECS_OF_HOUR;
    let days = hours / HOURS_OF_DAY;
    let small = |number: u128| u64::try_from(number).unwrap_or(u64::MAX);
    if hours < 2 * HOURS_OF_DAY {
        text::hours(small(hours))
    } else if days < 2 * DAYS_OF_YEAR {
        text::days(small(days))
    } else {
        text::years(&rounded(days / DAYS_OF_YEAR))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn batch(pattern: &str, count: u32, status: &str) -> Batch {
        serde_json::from_value(json!({
            "id": format!("batch_{:032x}", 1), "status": status, "generated": count, "count": count, "pattern": pattern,
            "max_uses": 1, "expires_at": null, "created_at": "2027-01-01T00:00:00Z",
        }))
        .unwrap()
    }

    #[test]
    fn patterns() {
        let check = |prefix, typed, expected: Option<&str>| {
            let found = pattern_of(prefix, typed).ok().map(|pattern| pattern.to_string());
            assert_eq!(found.as_deref(), expected, "{prefix:?} {typed:?}");
        };
        check("", "", Some("#####-#####"));
        check(" summer- ", "", Some("SUMMER-#####-#####"));
        check("A", " ########", Some("A########"));
        check("", "#######", None);
        check("_", "", None);
    }

    #[test]
    fn estimates() {
        let check = |pattern: &str, count, batches: &[Batch], left, odds| {
            let estimate = Estimate::new(&pattern.parse().unwrap(), count, batches);
            assert_eq!((estimate.left, estimate.odds), (left, odds), "{pattern} {count}");
        };
        // The table of docs/coupons.md.
        check("########", 1 << 20, &[], 1 << 20, Some(1 << 20));
        check("#########", 1 << 25, &[], 1 << 25, Some(1 << 20));
        check("##########", 1 << 28, &[], 1 << 28, Some(1 << 22));
        check("########", 0, &[], 1 << 20, None);
        // Batches of as many symbols share their numbers, whatever else their codes have.
        let others = [
            batch("A-####-####", 100_000, "ready"),
            batch("########", 48_576, "revoked"),
            batch("#########", 1_000_000, "ready"),
        ];
        check("B########", 100_000, &others, 900_000, Some((1 << 40) / 200_000));
        let codes = Estimate::new(&"#".repeat(24).parse().unwrap(), 1, &[]).codes;
        assert_eq!(codes, 1 << 120);
    }

    #[test]
    fn numbers_for_people() {
        let check = |number, expected: &str| assert_eq!(rounded(number), expected, "{number}");
        check(0, "0");
        check(7, "7");
        check(42, "42");
        check(1 << 20, "1,000,000");
        check(10_995_116, "11,000,000");
        check(999_999, "1,000,000");
        check(1 << 40, "1,100,000,000,000");
        check(1 << 50, "1.1 × 10¹⁵");
        check(1 << 60, "1.2 × 10¹⁸");
        check(999_999_999_999_999, "1.0 × 10¹⁵");
        check(996_000_000_000_000_000, "1.0 × 10¹⁸");
        check(1 << 120, "1.3 × 10³⁶");
    }

    #[test]
    fn times() {
        let check = |odds, expected: &str| assert_eq!(time_to_hit(odds), expected, "{odds}");
        check(1, "0 hours");
        check(36_000, "1 hour");
        check(1 << 20, "29 hours");
        check(10_995_116, "12 days");
        check(11_000_000_000, "34 years");
        check(1 << 60, "3,700,000,000 years");
    }
}
