//! The values that conditions and requests draw from: few, so that comparisons hit, and with the extremes of each type.

use std::fmt::Write as _;

use engine::expression::AttributeType;

use crate::random::Random;

/// Most decimals of an exact decimal.
pub(crate) const MAX_SCALE: usize = 28;
pub(crate) const NUMBERS: [&str; 21] = [
    "0",
    "1",
    "2.5",
    "100",
    "-1",
    "3",
    "10",
    "0.5",
    "120.50",
    "1.1",
    "1.10",
    "-2.5",
    "7",
    "0.3333333333333333333333333333",
    "0.0000000000000000000000000001",
    "9999999999999999999999999999",
    "79228162514264337593543950335",
    "-79228162514264337593543950335",
    "4294967296",
    "9007199254740993",
    "-0.0000000000000000000000000007",
];
pub(crate) const INTEGERS: [&str; 16] = [
    "0",
    "1",
    "2",
    "3",
    "10",
    "-1",
    "7",
    "24",
    "28",
    "1000",
    "2147483648",
    "4294967295",
    "4294967296",
    "9007199254740993",
    "9999999999999999999999999999",
    "-79228162514264337593543950335",
];
pub(crate) const STRINGS: [&str; 36] = [
    "visa",
    "oca",
    "VISA",
    "UY",
    "",
    "visa-oca",
    "A",
    "a",
    " oca ",
    "é",
    "É",
    "e\u{301}",
    "ß",
    "ẞ",
    "İ",
    "ı",
    "ς",
    "Σ",
    "ŉ",
    "ǆ",
    "日本",
    "😀",
    "\u{10FFFF}",
    "\u{FFFD}",
    "\u{7F}",
    "it's",
    "say \"hi\"",
    "back\\slash",
    "line\nbreak",
    "tab\tcr\r",
    "\u{A0}x\u{2003}",
    "\u{200B}",
    "0",
    "gold",
    "MVD",
    "a text of more than sixteen bytes, which therefore costs more than a single step of fuel",
];
pub(crate) const DATES: [&str; 12] = [
    "2026-11-21",
    "2026-12-24",
    "2026-11-01",
    "2024-02-29",
    "1970-01-01",
    "2026-03-08",
    "2025-02-28",
    "2000-01-01",
    "1969-12-31",
    "0001-01-01",
    "9999-12-31",
    "1900-03-01",
];
pub(crate) const TIMES: [&str; 13] = [
    "2026-11-21T12:00:00Z",
    "2026-12-24T21:00:00Z",
    "2026-11-01T05:30:00Z",
    "2026-03-08T07:00:00Z",
    "2026-11-21T00:00:00-03:00",
    "2026-03-08T06:59:59.999Z",
    "2026-11-01T06:30:00Z",
    "2026-11-01T00:00:00.5+14:00",
    "2024-02-29T23:59:59Z",
    "1969-12-31T23:59:59.999Z",
    "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59.999Z",
    "1970-01-01T00:00:00Z",
];
/// Without an offset; some are skipped or come twice where clocks change.
pub(crate) const LOCAL_TIMES: [&str; 7] = [
    "2026-12-24T18:00",
    "2026-03-08T02:30",
    "2026-11-01T01:30:00",
    "2026-11-21T00:00",
    "2024-02-29T23:59:59",
    "0001-01-01T00:00",
    "9999-12-31T23:59:59",
];

/// A number as a condition or a request writes it.
pub(crate) fn number(random: &mut Random, whole: bool) -> String {
    if random.percent(10) {
        return digits(random, whole);
    }
    random.text(if whole { &INTEGERS } else { &NUMBERS }).to_owned()
}

/// Any digits with any number of decimals: wherever computing changes from small numbers to large ones, some lie on
/// both sides.
pub(crate) fn digits(random: &mut Random, whole: bool) -> String {
    let (mantissa, scale) = decimal(random);
    written(mantissa, if whole { 0 } else { scale })
}

/// Digits and decimals, which an exact decimal has room for; the digits are not 0.
pub(crate) fn decimal(random: &mut Random) -> (i128, usize) {
    const MAX_BITS: usize = 96;
    let length = u32::try_from(1 + random.below(MAX_BITS)).unwrap_or_default();
    let mantissa = i128::try_from(random.bits(length)).unwrap_or_default().max(1);
    let most = if random.percent(50) { MAX_SCALE } else { 3 };
    let sign = if random.percent(25) { -1 } else { 1 };
    (sign * mantissa, random.below(most + 1))
}

pub(crate) fn written(mantissa: i128, scale: usize) -> String {
    let sign = if mantissa < 0 { "-" } else { "" };
    let digits = format!("{:0width$}", mantissa.unsigned_abs(), width = scale + 1);
    let (before, after) = digits.split_at(digits.len() - scale);
    let point = if scale == 0 { "" } else { "." };
    format!("{sign}{before}{point}{after}")
}

/// A string literal, with either quote and more or fewer escapes.
pub(crate) fn quoted(random: &mut Random, text: &str) -> String {
    let quote = if random.percent(70) { '\'' } else { '"' };
    let mut out = String::from(quote);
    for char in text.chars() {
        match char {
            '\\' => out.push_str("\\\\"),
            '\'' | '"' if char == quote || random.percent(30) => out.extend(['\\', char]),
            '\n' if random.percent(50) => out.push_str("\\n"),
            '\r' if random.percent(50) => out.push_str("\\r"),
            '\t' if random.percent(50) => out.push_str("\\t"),
            other => out.push(other),
        }
    }
    out.push(quote);
    out
}

/// A single value as JSON; the type has no parts.
pub(crate) fn json(random: &mut Random, kind: &AttributeType) -> String {
    match kind {
        AttributeType::Number => json_number(random, false),
        AttributeType::Integer => json_number(random, true),
        AttributeType::String => {
            let text = random.text(&STRINGS);
            json_string(random, text)
        }
        AttributeType::Boolean => if random.percent(60) { "true" } else { "false" }.to_owned(),
        AttributeType::Date => format!("\"{}\"", random.text(&DATES)),
        AttributeType::DateTime => format!("\"{}\"", random.text(&TIMES)),
        AttributeType::List(_) | AttributeType::Object(_) => "null".to_owned(),
    }
}

/// One of the spellings that JSON has for a number.
fn json_number(random: &mut Random, whole: bool) -> String {
    let text = number(random, whole);
    let is_short_integer = text.len() < 20 && !text.contains('.');
    match random.below(12) {
        0 if is_short_integer => format!("{text}.0"),
        1 if is_short_integer => format!("{text}e0"),
        2 if is_short_integer && text != "0" => format!("{text}0E-1"),
        _ => text,
    }
}

/// Any character may stand as an escape, those beyond the basic plane as a pair of surrogates.
pub(crate) fn json_string(random: &mut Random, text: &str) -> String {
    let mut out = String::from('"');
    for char in text.chars() {
        if char.is_control() || char == '"' || char == '\\' || random.percent(5) {
            for unit in char.encode_utf16(&mut [0; 2]) {
                // Writing to a string does not fail.
                _ = write!(out, "\\u{unit:04x}");
            }
        } else {
            out.push(char);
        }
    }
    out.push('"');
    out
}
