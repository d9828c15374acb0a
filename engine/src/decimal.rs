//! Exact decimals from JSON: no float ever stands between the wire and a condition.

use rust_decimal::Decimal;

/// Why a JSON number has no exact decimal here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a number has at most 28 significant digits and at most 28 decimals")]
pub struct DecimalError;

/// Reads a number of JSON's grammar exactly, exponent included.
///
/// # Errors
/// [`DecimalError`] when the value needs more digits than a decimal has, or the text is no number.
///
/// ```
/// use engine::decimal::parse_json_number;
///
/// assert_eq!(parse_json_number("120.50").unwrap().to_string(), "120.50");
/// assert_eq!(parse_json_number("1.5e2").unwrap().to_string(), "150");
/// assert!(parse_json_number("1e999").is_err());
/// ```
pub fn parse_json_number(text: &str) -> Result<Decimal, DecimalError> {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().map_err(|_| DecimalError)?),
        None => (text, 0),
    };
    if !mantissa
        .bytes()
        .all(|byte| byte.is_ascii_digit() || matches!(byte, b'-' | b'.'))
    {
        return Err(DecimalError);
    }
    let mantissa = Decimal::from_str_exact(mantissa).map_err(|_| DecimalError)?;
    if mantissa.is_zero() || exponent == 0 {
        return Ok(mantissa);
    }
    let mantissa = mantissa.normalize();
    let scale = i64::from(mantissa.scale()) - i64::from(exponent);
    match u32::try_from(scale) {
        // The point moves left or stays behind a digit: exact as long as the scale fits.
        Ok(scale) => Decimal::try_from_i128_with_scale(mantissa.mantissa(), scale).map_err(|_| DecimalError),
        Err(_) => {
            let zeros = u32::try_from(-scale).map_err(|_| DecimalError)?;
            let power = 10_i128.checked_pow(zeros).ok_or(DecimalError)?;
            let value = mantissa.mantissa().checked_mul(power).ok_or(DecimalError)?;
            Decimal::try_from_i128_with_scale(value, 0).map_err(|_| DecimalError)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers() {
        let check = |text: &str, expected: Option<&str>| {
            let found = parse_json_number(text).ok().map(|value| value.to_string());
            assert_eq!(found.as_deref(), expected, "{text}");
        };
        check("0", Some("0"));
        check("-0", Some("0"));
        check("120.50", Some("120.50"));
        check("-3", Some("-3"));
        check("1e3", Some("1000"));
        check("1.5E+2", Some("150"));
        check("1.25e1", Some("12.5"));
        check("25e-2", Some("0.25"));
        check("100e-2", Some("1.00"));
        check("1e28", Some("10000000000000000000000000000"));
        check("1e29", None);
        check("1e-28", Some("0.0000000000000000000000000001"));
        check("1e-29", None);
        check("0e999", Some("0"));
        check("1e999", None);
        check("1e99999999999", None);
        check("1234567890123456789012345678", Some("1234567890123456789012345678"));
        check("0.12345678901234567890123456789", None);
        check("99999999999999999999999999999999", None);
        for text in ["", "NaN", "1_000", "0x1", "+1", "--1"] {
            check(text, None);
        }
    }
}
