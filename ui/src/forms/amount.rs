//! Money as people type it: decimal text in major units ↔ an integer of minor units. No float in between.

use engine::money::{Currency, Money};

/// Why a text is not an amount of a currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AmountError {
    /// Not digits with at most one point between them.
    NotANumber,
    /// More decimals than the currency has; holds how many it has.
    TooManyDecimals(u32),
    /// Above [`engine::money::MAX_AMOUNT`].
    TooLarge,
}

/// Reads major units, such as `120.50`, exactly. The decimal separator is a point, as in conditions.
///
/// # Errors
/// Says which rule the text breaks.
pub(crate) fn parse_amount(text: &str, currency: Currency) -> Result<Money, AmountError> {
    let text = text.trim();
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let ends_with_point = text.contains('.') && fraction.is_empty();
    if whole.is_empty() || ends_with_point || !digits(whole) || !digits(fraction) {
        return Err(AmountError::NotANumber);
    }
    let decimals = usize::try_from(currency.decimals()).unwrap_or(0);
    if fraction.len() > decimals {
        return Err(AmountError::TooManyDecimals(currency.decimals()));
    }
    let minor: u64 = format!("{whole}{fraction:0<decimals$}")
        .parse()
        .map_err(|_| AmountError::TooLarge)?;
    Money::new(minor, currency).map_err(|_| AmountError::TooLarge)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, code: &str, expected: Result<u64, AmountError>) {
        let found = parse_amount(text, code.parse().unwrap()).map(Money::amount);
        assert_eq!(found, expected, "{text} {code}");
    }

    #[test]
    fn amounts() {
        check("120.50", "UYU", Ok(12_050));
        check(" 120.5 ", "UYU", Ok(12_050));
        check("120", "UYU", Ok(12_000));
        check("0", "UYU", Ok(0));
        check("0.07", "USD", Ok(7));
        check("007", "USD", Ok(700));
        check("1000", "JPY", Ok(1_000));
        check("1.005", "KWD", Ok(1_005));
        check("90071992547409.91", "USD", Ok(engine::money::MAX_AMOUNT));
    }

    #[test]
    fn refusals() {
        for text in [
            "", " ", ".", "1.", ".5", "-1", "+1", "1,5", "1e3", "1 000", "1.2.3", "ten", "１",
        ] {
            check(text, "USD", Err(AmountError::NotANumber));
        }
        check("1.005", "USD", Err(AmountError::TooManyDecimals(2)));
        check("1.0", "JPY", Err(AmountError::TooManyDecimals(0)));
        check("90071992547409.92", "USD", Err(AmountError::TooLarge));
        check("99999999999999999999999", "USD", Err(AmountError::TooLarge));
    }
}
