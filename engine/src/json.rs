//! One pass over a JSON text (RFC 8259), taking only what is asked for.
//!
//! A general parser builds values or calls back for each; here the caller walks and skips, numbers stay exact, and
//! nothing is allocated. The text is known to be UTF-8. What it accepts is what `serde_json` accepts, with a bound on
//! nesting; a fuzz target holds the two against each other.

use crate::decimal::{DecimalError, parse_json_number};
use crate::expression::Number;

/// Deepest nesting of objects and arrays: twice what a cart with options needs.
pub(crate) const MAX_JSON_DEPTH: u32 = 32;

/// Why a text is not JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{expected} at byte {at}")]
pub(crate) struct JsonError {
    /// Where, in bytes.
    pub(crate) at: usize,
    /// What should stand there.
    pub(crate) expected: &'static str,
}

/// What a value begins like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Start {
    Object,
    Array,
    String,
    Number,
    True,
    False,
    Null,
}

/// A string as it stands between its quotes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RawString<'a> {
    source: &'a str,
    start: usize,
    end: usize,
    pub(crate) escaped: bool,
}

/// A number as it stands, with what was learned on the way.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RawNumber<'a> {
    source: &'a str,
    start: usize,
    end: usize,
    negative: bool,
    digits: u64,
    /// Decimals, when `digits` and they are all there is.
    scale: Option<u8>,
}

/// A position in a text.
pub(crate) struct Scanner<'a> {
    source: &'a str,
    bytes: &'a [u8],
    at: usize,
    depth: u32,
}

type Scanned<T> = Result<T, JsonError>;

impl<'a> Scanner<'a> {
    pub(crate) const fn new(source: &'a str) -> Self {
        Self {
            source,
            bytes: source.as_bytes(),
            at: 0,
            depth: 0,
        }
    }

    #[cold]
    fn error<T>(&self, expected: &'static str) -> Scanned<T> {
        Err(JsonError { at: self.at, expected })
    }

    fn byte(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    /// The next byte that is no white space; it is not consumed.
    #[inline]
    fn token(&mut self) -> Option<u8> {
        loop {
            let byte = self.byte()?;
            if byte > b' ' || !matches!(byte, b' ' | b'\n' | b'\t' | b'\r') {
                return Some(byte);
            }
            self.at += 1;
        }
    }

    /// What the next value begins like; it is not consumed.
    #[inline]
    pub(crate) fn start(&mut self) -> Scanned<Start> {
        match self.token() {
            Some(b'"') => Ok(Start::String),
            Some(b'-' | b'0'..=b'9') => Ok(Start::Number),
            Some(b'{') => Ok(Start::Object),
            Some(b'[') => Ok(Start::Array),
            Some(b't') => Ok(Start::True),
            Some(b'f') => Ok(Start::False),
            Some(b'n') => Ok(Start::Null),
            Some(_) | None => self.error("expected a value"),
        }
    }

    /// Enters the object or array that [`Scanner::start`] saw.
    pub(crate) fn enter(&mut self) -> Scanned<()> {
        if self.depth == MAX_JSON_DEPTH {
            return self.error("expected at most 32 levels of nesting");
        }
        self.depth += 1;
        self.at += 1;
        Ok(())
    }

    /// The next key of the object that was entered, its colon consumed; `None` at the object's end, which is left.
    #[inline]
    pub(crate) fn next_key(&mut self, first: &mut bool) -> Scanned<Option<RawString<'a>>> {
        let mut token = self.token();
        if token == Some(b'}') {
            self.leave();
            return Ok(None);
        }
        if !*first {
            if token != Some(b',') {
                return self.error("expected `,` or `}`");
            }
            self.at += 1;
            token = self.token();
        }
        if token != Some(b'"') {
            return self.error("expected a key in quotes");
        }
        *first = false;
        let key = self.string()?;
        if self.token() != Some(b':') {
            return self.error("expected `:`");
        }
        self.at += 1;
        Ok(Some(key))
    }

    /// Whether the array that was entered has another element, at which the scanner then stands; at its end it is left.
    #[inline]
    pub(crate) fn next_element(&mut self, first: &mut bool) -> Scanned<bool> {
        match self.token() {
            Some(b']') => {
                self.leave();
                return Ok(false);
            }
            Some(b',') if !*first => self.at += 1,
            Some(_) if *first => {}
            Some(_) | None => return self.error("expected `,` or `]`"),
        }
        *first = false;
        Ok(true)
    }

    const fn leave(&mut self) {
        self.depth -= 1;
        self.at += 1;
    }

    /// Consumes a string.
    #[inline]
    pub(crate) fn string(&mut self) -> Scanned<RawString<'a>> {
        let start = self.at + 1;
        self.at = start + plain_bytes(self.bytes.get(start..).unwrap_or_default());
        let escaped = self.byte() != Some(b'"');
        if escaped {
            self.rest_of_string()?;
        }
        let end = self.at;
        self.at += 1;
        Ok(RawString {
            source: self.source,
            start,
            end,
            escaped,
        })
    }

    /// To the closing quote, from a byte that is something else.
    fn rest_of_string(&mut self) -> Scanned<()> {
        loop {
            match self.byte() {
                Some(b'"') => return Ok(()),
                Some(b'\\') => self.escape()?,
                Some(_) => return self.error("expected control characters in strings to be escaped"),
                None => return self.error("expected a closing quote"),
            }
            self.at += plain_bytes(self.bytes.get(self.at..).unwrap_or_default());
        }
    }

    fn escape(&mut self) -> Scanned<()> {
        self.at += 1;
        match self.byte() {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => self.at += 1,
            Some(b'u') => {
                self.at += 1;
                for _ in 0..4 {
                    if !self.byte().is_some_and(|byte| byte.is_ascii_hexdigit()) {
                        return self.error("expected four hexadecimal digits");
                    }
                    self.at += 1;
                }
            }
            Some(_) | None => return self.error("expected an escape such as \\n or \\u00e9"),
        }
        Ok(())
    }

    /// Consumes a number.
    #[inline]
    pub(crate) fn number(&mut self) -> Scanned<RawNumber<'a>> {
        let start = self.at;
        let negative = self.byte() == Some(b'-');
        if negative {
            self.at += 1;
        }
        let whole = self.at;
        let mut digits = 0;
        self.digits(&mut digits)?;
        let mut length = self.at - whole;
        if length > 1 && self.bytes.get(whole) == Some(&b'0') {
            self.at = whole + 1;
            return self.error("expected no digit after a leading zero");
        }
        let mut scale = 0;
        if self.byte() == Some(b'.') {
            self.at += 1;
            let decimals = self.at;
            self.digits(&mut digits)?;
            scale = self.at - decimals;
            length += scale;
        }
        let mut plain = length <= MAX_FAST_DIGITS;
        if let Some(b'e' | b'E') = self.byte() {
            self.exponent()?;
            plain = false;
        }
        Ok(RawNumber {
            source: self.source,
            start,
            end: self.at,
            negative,
            digits,
            scale: if plain { u8::try_from(scale).ok() } else { None },
        })
    }

    fn exponent(&mut self) -> Scanned<()> {
        self.at += 1;
        if let Some(b'+' | b'-') = self.byte() {
            self.at += 1;
        }
        self.digits(&mut 0)
    }

    fn digits(&mut self, digits: &mut u64) -> Scanned<()> {
        let start = self.at;
        while let Some(digit @ b'0'..=b'9') = self.byte() {
            *digits = digits.wrapping_mul(10).wrapping_add(u64::from(digit - b'0'));
            self.at += 1;
        }
        if self.at == start {
            return self.error("expected a digit");
        }
        Ok(())
    }

    /// Consumes `true`, `false` or `null`.
    pub(crate) fn word(&mut self, word: &'static str) -> Scanned<()> {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        if !rest.starts_with(word.as_bytes()) {
            return self.error("expected `true`, `false` or `null`");
        }
        self.at += word.len();
        Ok(())
    }

    /// Consumes a value of any kind.
    pub(crate) fn skip(&mut self) -> Scanned<()> {
        // One bit for each container around, the innermost last: 1 for an object. Depth fits by MAX_JSON_DEPTH.
        let mut objects = 0_u32;
        let outside = self.depth;
        loop {
            let mut first = false;
            match self.start()? {
                Start::Object => {
                    self.enter()?;
                    objects = objects << 1 | 1;
                    first = true;
                }
                Start::Array => {
                    self.enter()?;
                    objects <<= 1;
                    first = true;
                }
                Start::String => _ = self.string()?,
                Start::Number => _ = self.number()?,
                Start::True => self.word("true")?,
                Start::False => self.word("false")?,
                Start::Null => self.word("null")?,
            }
            // To the next value inside the containers that this one may have ended.
            loop {
                if self.depth == outside {
                    return Ok(());
                }
                let goes_on = if objects & 1 == 1 {
                    self.next_key(&mut first)?.is_some()
                } else {
                    self.next_element(&mut first)?
                };
                if goes_on {
                    break;
                }
                objects >>= 1;
                first = false;
            }
        }
    }

    /// Checks that nothing but white space is left.
    pub(crate) fn end(&mut self) -> Scanned<()> {
        match self.token() {
            None => Ok(()),
            Some(_) => self.error("expected the end"),
        }
    }
}

/// Digits that fit an `i64` whatever they are.
const MAX_FAST_DIGITS: usize = 18;

impl RawNumber<'_> {
    /// The exact value.
    ///
    /// # Errors
    /// It has more digits than a decimal.
    #[inline]
    pub(crate) fn value(&self) -> Result<Number, DecimalError> {
        match (self.scale, i64::try_from(self.digits)) {
            (Some(scale), Ok(digits)) => Ok(Number::small(if self.negative { -digits } else { digits }, scale)),
            _ => {
                let text = self.source.get(self.start..self.end).unwrap_or_default();
                parse_json_number(text).map(Number::from)
            }
        }
    }

    /// The value, when it is a whole number from 0 of at most 18 digits without point and exponent.
    pub(crate) fn unsigned(&self) -> Option<u64> {
        (self.scale == Some(0) && !self.negative).then_some(self.digits)
    }
}

impl<'a> RawString<'a> {
    /// What stands between the quotes, escapes as they are.
    #[inline]
    pub(crate) fn bytes(&self) -> &'a [u8] {
        self.source.as_bytes().get(self.start..self.end).unwrap_or_default()
    }

    /// The same as text.
    pub(crate) fn text(&self) -> &'a str {
        self.source.get(self.start..self.end).unwrap_or_default()
    }

    /// Whether it says `text`.
    #[inline]
    pub(crate) fn is(&self, text: &str) -> bool {
        if self.escaped {
            self.says(text)
        } else {
            self.bytes() == text.as_bytes()
        }
    }

    #[cold]
    fn says(&self, text: &str) -> bool {
        let mut unescaped = String::new();
        self.append_to(&mut unescaped) && unescaped == text
    }

    /// Appends what it says; false, with a part of it appended, when it is no Unicode: half of a surrogate pair.
    pub(crate) fn append_to(&self, out: &mut String) -> bool {
        let mut rest = self.text();
        while let Some(at) = rest.find('\\') {
            out.push_str(rest.get(..at).unwrap_or_default());
            let Some((char, length)) = unescape(rest.get(at..).unwrap_or_default()) else {
                return false;
            };
            out.push(char);
            rest = rest.get(at + length..).unwrap_or_default();
        }
        out.push_str(rest);
        true
    }
}

/// The character of the escape at the start of `text`, and the escape's length.
fn unescape(text: &str) -> Option<(char, usize)> {
    let char = match text.as_bytes().get(1)? {
        b'b' => '\u{8}',
        b'f' => '\u{c}',
        b'n' => '\n',
        b'r' => '\r',
        b't' => '\t',
        b'u' => return unescape_unicode(text),
        other => char::from(*other),
    };
    Some((char, 2))
}

fn unescape_unicode(text: &str) -> Option<(char, usize)> {
    let unit = |at: usize| u32::from_str_radix(text.get(at..at + 4)?, 16).ok();
    let high = unit(2)?;
    if let Some(char) = char::from_u32(high) {
        return Some((char, 6));
    }
    let is_pair = (0xD800..0xDC00).contains(&high) && text.get(6..8) == Some("\\u");
    let low = unit(8).filter(|low| is_pair && (0xDC00..0xE000).contains(low))?;
    let char = char::from_u32(0x1_0000 + ((high - 0xD800) << 10) + (low - 0xDC00))?;
    Some((char, 12))
}

/// How many bytes at the start are neither a quote, a backslash nor a control character: eight at a time, by the
/// "has a byte less than / equal to" tests of Sean Anderson's "Bit Twiddling Hacks", whose lowest hit is exact.
fn plain_bytes(bytes: &[u8]) -> usize {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGHS: u64 = 0x8080_8080_8080_8080;
    let zero_byte = |word: u64| word.wrapping_sub(ONES) & !word & HIGHS;
    let mut at = 0;
    while let Some(chunk) = bytes.get(at..).and_then(<[u8]>::first_chunk::<8>) {
        let word = u64::from_le_bytes(*chunk);
        let control = word.wrapping_sub(ONES * 0x20) & !word & HIGHS;
        let quote = zero_byte(word ^ (ONES * u64::from(b'"')));
        let backslash = zero_byte(word ^ (ONES * u64::from(b'\\')));
        let hits = control | quote | backslash;
        if hits != 0 {
            return at + hits.trailing_zeros() as usize / 8;
        }
        at += 8;
    }
    let rest = bytes.get(at..).unwrap_or_default();
    let is_plain = |byte: &u8| !matches!(byte, b'"' | b'\\' | 0..=0x1F);
    at + rest.iter().take_while(|byte| is_plain(byte)).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn accepts(text: &str) -> bool {
        let mut scanner = Scanner::new(text);
        scanner.skip().and_then(|()| scanner.end()).is_ok()
    }

    fn check(text: &str) {
        let expected = serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok();
        assert_eq!(accepts(text), expected, "{text}");
    }

    #[test]
    fn texts() {
        for text in [
            "",
            " ",
            "{}",
            "[]",
            "[[]]",
            "[1,2]",
            "[1,]",
            "[,1]",
            "[1 2]",
            "{\"a\":1}",
            "{\"a\":1,}",
            "{,}",
            "{a:1}",
            "{\"a\"}",
            "{\"a\":}",
            "{\"a\":1 \"b\":2}",
            "{\"a\":1,\"b\":[{},{\"c\":null}]}",
            "\"\"",
            "\"a",
            "\"\\\"\"",
            "\"\\x\"",
            "\"\\u12\"",
            "\"\\u00e9\"",
            "\"\\ud800\"",
            "\"\u{1}\"",
            "\"abcdefgh\u{1f}\"",
            "\"abcdefghij\\n\"",
            "0",
            "-0",
            "01",
            "-",
            "1.",
            ".5",
            "1.5",
            "1e5",
            "1e",
            "1E+5",
            "1e-",
            "-1.5e-5",
            "+1",
            "0x1",
            "00",
            "tru",
            "true",
            "truex",
            "nul",
            "null",
            "false",
            "[true,false,null]",
            "1 2",
            "{} x",
            "]",
            "}",
            "[}",
            "{]",
            " \t\r\n1\n",
            "\u{feff}1",
            "\"é\u{7f}\"",
            "12345678901234567890123",
            "1e400",
            "[1e999]",
        ] {
            check(text);
        }
    }

    #[test]
    fn nesting_is_bounded() {
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(accepts(&nested(32)));
        assert!(!accepts(&nested(33)));
        assert!(!accepts(&"{\"a\":".repeat(100_000)));
    }

    #[test]
    fn strings() {
        let check = |json: &str, expected: Option<&str>| {
            let raw = Scanner::new(json).string().unwrap();
            let mut text = String::new();
            let found = raw.append_to(&mut text).then_some(text);
            assert_eq!(found.as_deref(), expected, "{json}");
            if let Some(expected) = expected {
                assert!(raw.is(expected));
                assert_eq!(serde_json::from_str::<String>(json).unwrap(), expected);
            }
        };
        check(r#""visa""#, Some("visa"));
        check(r#""a\"\\\/\b\f\n\r\tz""#, Some("a\"\\/\u{8}\u{c}\n\r\tz"));
        check(r#""\u0076isa \ud83d\ude00 \u00e9é""#, Some("visa 😀 éé"));
        check(r#""\ud800""#, None);
        check(r#""\ud800\u0041""#, None);
        check(r#""\udc00""#, None);
    }

    #[test]
    fn numbers() {
        let check = |json: &str, decimal: Option<&str>, unsigned: Option<u64>| {
            let raw = Scanner::new(json).number().unwrap();
            let found = raw.value().ok().map(|number| number.decimal().to_string());
            assert_eq!(found.as_deref(), decimal, "{json}");
            assert_eq!(raw.unsigned(), unsigned, "{json}");
        };
        check("120.50", Some("120.50"), None);
        check("-3", Some("-3"), None);
        check("-0", Some("0"), None);
        check("-0.0", Some("0.0"), None);
        check(
            "999999999999999999",
            Some("999999999999999999"),
            Some(999_999_999_999_999_999),
        );
        check("9999999999999999999", Some("9999999999999999999"), None);
        check("-999999999999999999", Some("-999999999999999999"), None);
        check("99999999999999999999", Some("99999999999999999999"), None);
        check("1e3", Some("1000"), None);
        check("0.0000000000000000001", Some("0.0000000000000000001"), None);
        check("1e40", None, None);
    }

    proptest! {
        #[test]
        fn accepts_what_serde_json_accepts(text in "[\\[\\]{}:,\"\\\\ntruefalsd0-9.eE+ \\-\u{1}é]{0,24}") {
            check(&text);
        }
    }
}
