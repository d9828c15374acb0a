//! Numbers as people type them, kept as text: what was typed is what is sent.

/// Whether `text` is a number of JSON's grammar (RFC 8259 §6), so that it can stand in a body as it is.
pub(crate) fn is_json_number(text: &str) -> bool {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (unsigned, None),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    let leading_zero = whole.len() > 1 && whole.starts_with('0');
    let exponent = exponent.map(|digits| digits.strip_prefix(['+', '-']).unwrap_or(digits));
    are_digits(whole) && !leading_zero && fraction.is_none_or(are_digits) && exponent.is_none_or(are_digits)
}

fn are_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_the_json_parser() {
        let texts = [
            "0",
            "-0",
            "120.50",
            "-1.5",
            "1e3",
            "1E+3",
            "1.5e-7",
            "123456789012345678901234567890.000000001",
            "",
            "-",
            "+1",
            "01",
            "-01",
            "1.",
            ".5",
            "1e",
            "1e+",
            "1,5",
            "0x1",
            "NaN",
            "Infinity",
            "1 ",
            " 1",
            "1_000",
            "1.2.3",
            "e3",
            "--1",
            "1e3e3",
            "null",
            "true",
            "\"1\"",
            "[1]",
            "１",
        ];
        for text in texts {
            let parsed = serde_json::from_str::<&serde_json::value::RawValue>(text);
            let expected = parsed.is_ok_and(|raw| {
                raw.get() == text && text.starts_with(['-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9'])
            });
            assert_eq!(is_json_number(text), expected, "{text}");
        }
    }
}
