//! One pass over a JSON text (RFC 8259), taking only what is asked for.
//!
//! A general parser builds values or calls back for each; here the caller walks and skips, numbers stay exact, and
//! nothing is allocated. The text is known to be UTF-8. What it accepts is what `serde_json` accepts, with a bound on
//! nesting; a fuzz target holds the two against each other.

mod key;
mod order;
mod pairs;
mod read;
mod specials;
mod write;

use std::num::NonZeroU32;
use std::ops::Range;

use crate::decimal::{DecimalError, parse_json_number};
use crate::expression::Number;

pub(crate) use key::Key;
pub(crate) use order::KeyOrder;
use pairs::Reached;
use specials::Specials;
pub(crate) use write::JsonWriter;

/// Deepest nesting of objects and arrays: twice what a cart with options needs.
pub(crate) const MAX_JSON_DEPTH: u32 = 32;

/// Why a text is not JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{expected} at byte {at}")]
pub(crate) struct JsonError {
    /// Where, in bytes.
    at: usize,
    /// What should stand there.
    expected: &'static str,
}

/// The text is not JSON: [`Scanner::error`] says why. Without the reason results fit a register.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Broken;

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

/// A string of the text: where it stands between its quotes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RawString {
    /// Behind a quote, so never 0.
    start: NonZeroU32,
    /// In bytes; [`ESCAPED`] is added when there are escapes.
    length: u32,
}

const ESCAPED: u32 = 1 << 31;

/// A number of the text, with what was learned on the way.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RawNumber {
    start: usize,
    end: usize,
    digits: u64,
    /// Decimals.
    scale: u8,
    negative: bool,
    /// Whether sign, digits and scale are all there is, and fit.
    plain: bool,
}

/// A position in a text.
pub(crate) struct Scanner<'a> {
    source: &'a str,
    at: usize,
    depth: u32,
    specials: Specials,
    /// Why the text is broken, once it is.
    expected: &'static str,
}

pub(crate) type Scanned<T> = Result<T, Broken>;

impl<'a> Scanner<'a> {
    /// At the start of a text of less than 2 GiB: places in it are counted in 31 bits.
    pub(crate) const fn new(source: &'a str) -> Self {
        Self {
            source,
            at: 0,
            depth: 0,
            specials: Specials::new(),
            expected: "expected JSON",
        }
    }

    #[cold]
    pub(crate) fn fail<T>(&mut self, expected: &'static str) -> Scanned<T> {
        self.expected = expected;
        Err(Broken)
    }

    /// Why the text is broken.
    pub(crate) const fn error(&self) -> JsonError {
        JsonError {
            at: self.at,
            expected: self.expected,
        }
    }

    /// The byte here; 0, which begins nothing, at the end.
    #[inline]
    fn byte(&self) -> u8 {
        self.source.as_bytes().get(self.at).copied().unwrap_or(0)
    }

    /// The next byte that is no white space; it is not consumed.
    #[inline]
    fn token(&mut self) -> u8 {
        loop {
            let byte = self.byte();
            if byte > b' ' || !matches!(byte, b' ' | b'\n' | b'\t' | b'\r') {
                return byte;
            }
            self.at += 1;
        }
    }

    /// What the next value begins like; it is not consumed.
    #[inline]
    pub(crate) fn start(&mut self) -> Scanned<Start> {
        match self.token() {
            b'"' => Ok(Start::String),
            b'-' | b'0'..=b'9' => Ok(Start::Number),
            b'{' => Ok(Start::Object),
            b'[' => Ok(Start::Array),
            b't' => Ok(Start::True),
            b'f' => Ok(Start::False),
            b'n' => Ok(Start::Null),
            _ => self.fail("expected a value"),
        }
    }

    /// Enters the object or array that [`Scanner::start`] saw.
    #[inline]
    pub(crate) fn enter(&mut self) -> Scanned<()> {
        if self.depth == MAX_JSON_DEPTH {
            return self.fail("expected at most 32 levels of nesting");
        }
        self.depth += 1;
        self.at += 1;
        Ok(())
    }

    /// Whether the object that was entered has another entry, at whose key the scanner then stands; at its end it is
    /// left.
    #[inline(always)]
    pub(crate) fn next_entry(&mut self, first: &mut bool) -> Scanned<bool> {
        let mut token = self.token();
        if token == b'}' {
            self.leave();
            return Ok(false);
        }
        if !*first {
            if token != b',' {
                return self.fail("expected `,` or `}`");
            }
            self.at += 1;
            token = self.token();
        }
        if token != b'"' {
            return self.fail("expected a key in quotes");
        }
        *first = false;
        Ok(true)
    }

    /// Consumes a key and its colon.
    #[inline(always)]
    pub(crate) fn key(&mut self) -> Scanned<RawString> {
        let key = self.string()?;
        self.colon()?;
        Ok(key)
    }

    /// Consumes a key with its quotes and colon, if it stands here exactly as `literal`.
    #[inline(always)]
    pub(crate) fn take_literal<const LENGTH: usize>(&mut self, literal: &[u8; LENGTH]) -> bool {
        let is_it = self.rest(self.at).first_chunk() == Some(literal);
        if is_it {
            self.at += LENGTH;
        }
        is_it
    }

    /// The same of a key that is known only when a program is loaded.
    #[inline(always)]
    pub(crate) fn take_key(&mut self, key: &Key) -> bool {
        let is_it = key.starts(self.rest(self.at));
        if is_it {
            self.at += key.len();
        }
        is_it
    }

    #[inline(always)]
    fn colon(&mut self) -> Scanned<()> {
        if self.token() != b':' {
            return self.fail("expected `:`");
        }
        self.at += 1;
        Ok(())
    }

    /// Whether the array that was entered has another element, at which the scanner then stands; at its end it is left.
    #[inline]
    pub(crate) fn next_element(&mut self, first: &mut bool) -> Scanned<bool> {
        let token = self.token();
        if token == b']' {
            self.leave();
            return Ok(false);
        }
        if !*first {
            if token != b',' {
                return self.fail("expected `,` or `]`");
            }
            self.at += 1;
        }
        *first = false;
        Ok(true)
    }

    const fn leave(&mut self) {
        self.depth -= 1;
        self.at += 1;
    }

    /// Consumes a string.
    #[inline(always)]
    pub(crate) fn string(&mut self) -> Scanned<RawString> {
        let opening = self.at;
        let start = opening + 1;
        self.at = self.specials.next(self.source.as_bytes(), start);
        let escaped = if self.byte() == b'"' { 0 } else { self.rest_of_string()? };
        let length = place(self.at - start);
        self.at += 1;
        Ok(RawString::new(opening, length | escaped))
    }

    #[inline]
    fn rest(&self, from: usize) -> &'a [u8] {
        self.source.as_bytes().get(from..).unwrap_or_default()
    }

    /// To the closing quote; [`ESCAPED`] if there are escapes on the way.
    #[cold]
    #[inline(never)]
    fn rest_of_string(&mut self) -> Scanned<u32> {
        let mut escaped = 0;
        loop {
            match self.byte() {
                b'"' => return Ok(escaped),
                b'\\' => {
                    self.escape()?;
                    escaped = ESCAPED;
                }
                b' '.. => self.at += 1,
                _ if self.at < self.source.len() => {
                    return self.fail("expected control characters in strings to be escaped");
                }
                _ => return self.fail("expected a closing quote"),
            }
        }
    }

    fn escape(&mut self) -> Scanned<()> {
        self.at += 1;
        match self.byte() {
            b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => self.at += 1,
            b'u' => {
                self.at += 1;
                for _ in 0..4 {
                    if !self.byte().is_ascii_hexdigit() {
                        return self.fail("expected four hexadecimal digits");
                    }
                    self.at += 1;
                }
            }
            _ => return self.fail("expected an escape such as \\n or \\u00e9"),
        }
        Ok(())
    }

    /// Consumes a number.
    #[inline(always)]
    pub(crate) fn number(&mut self) -> Scanned<RawNumber> {
        let start = self.at;
        let negative = self.byte() == b'-';
        if negative {
            self.at += 1;
        }
        let whole = self.at;
        let leading = self.byte();
        let mut digits = self.digits(0)?;
        let mut length = self.at - whole;
        if length > 1 && leading == b'0' {
            self.at = whole + 1;
            return self.fail("expected no digit after a leading zero");
        }
        let mut scale = 0;
        if self.byte() == b'.' {
            self.at += 1;
            let decimals = self.at;
            digits = self.digits(digits)?;
            scale = self.at - decimals;
            length += scale;
        }
        let mut plain = length <= MAX_FAST_DIGITS;
        if matches!(self.byte(), b'e' | b'E') {
            self.exponent()?;
            plain = false;
        }
        Ok(RawNumber {
            start,
            end: self.at,
            digits,
            #[expect(
                clippy::cast_possible_truncation,
                reason = "at most MAX_FAST_DIGITS where it is used"
            )]
            scale: scale as u8,
            negative,
            plain,
        })
    }

    #[cold]
    fn exponent(&mut self) -> Scanned<()> {
        self.at += 1;
        if matches!(self.byte(), b'+' | b'-') {
            self.at += 1;
        }
        self.digits(0).map(|_| ())
    }

    /// Digits behind those of `number`, with which they make one number, unless there are too many.
    #[inline(always)]
    fn digits(&mut self, mut number: u64) -> Scanned<u64> {
        let start = self.at;
        loop {
            let digit = self.byte().wrapping_sub(b'0');
            if digit > 9 {
                break;
            }
            number = number.wrapping_mul(10).wrapping_add(digit.into());
            self.at += 1;
        }
        if self.at == start {
            return self.fail("expected a digit");
        }
        Ok(number)
    }

    /// Consumes `true`, `false` or `null`.
    pub(crate) fn word(&mut self, word: &'static str) -> Scanned<()> {
        if !self.rest(self.at).starts_with(word.as_bytes()) {
            return self.fail("expected `true`, `false` or `null`");
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
                if objects & 1 == 1 {
                    if self.next_entry(&mut first)? {
                        let in_list = self.depth > outside + 1 && objects & 2 == 0;
                        match pairs::skip(self.source.as_bytes(), &mut self.specials, self.at, in_list) {
                            Reached::Key(at) => self.at = at,
                            Reached::End(at) => {
                                self.at = at;
                                continue;
                            }
                        }
                        self.key()?;
                        break;
                    }
                } else if self.next_element(&mut first)? {
                    break;
                }
                objects >>= 1;
                first = false;
            }
        }
    }

    /// Checks that nothing but white space is left.
    pub(crate) fn end(&mut self) -> Scanned<()> {
        self.token();
        if self.at < self.source.len() {
            return self.fail("expected the end");
        }
        Ok(())
    }

    /// What stands between the quotes, escapes as they are.
    #[inline]
    pub(crate) fn bytes(&self, string: RawString) -> &'a [u8] {
        self.source.as_bytes().get(string.range()).unwrap_or_default()
    }

    /// The same as text.
    pub(crate) fn text(&self, string: RawString) -> &'a str {
        self.source.get(string.range()).unwrap_or_default()
    }

    /// Whether a string says `text`.
    #[inline]
    pub(crate) fn says(&self, string: RawString, text: &str) -> bool {
        if string.escaped() {
            let mut unescaped = String::new();
            return self.unescape(string, &mut unescaped) && unescaped == text;
        }
        self.bytes(string) == text.as_bytes()
    }

    /// Appends what a string says; false, with a part of it appended, when it is no Unicode: half of a surrogate pair.
    #[cold]
    pub(crate) fn unescape(&self, string: RawString, out: &mut String) -> bool {
        let mut rest = self.text(string);
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

    /// The exact value of a number.
    ///
    /// # Errors
    /// It has more digits than a decimal.
    #[inline]
    pub(crate) fn value(&self, number: RawNumber) -> Result<Number, DecimalError> {
        if number.plain {
            let digits = number.digits.cast_signed();
            return Ok(Number::small(
                if number.negative { -digits } else { digits },
                number.scale,
            ));
        }
        let text = self.source.get(number.start..number.end).unwrap_or_default();
        parse_json_number(text).map(Number::from)
    }
}

/// Digits that fit an `i64` whatever they are.
const MAX_FAST_DIGITS: usize = 18;

impl RawNumber {
    /// The value, when it is a whole number from 0 of at most 18 digits without point and exponent.
    pub(crate) const fn unsigned(&self) -> Option<u64> {
        if self.plain && self.scale == 0 && !self.negative {
            Some(self.digits)
        } else {
            None
        }
    }
}

impl RawString {
    /// With the place of its opening quote.
    const fn new(opening: usize, length: u32) -> Self {
        Self {
            start: NonZeroU32::MIN.saturating_add(place(opening)),
            length,
        }
    }

    /// Whether there are escapes between the quotes.
    pub(crate) const fn escaped(self) -> bool {
        self.length & ESCAPED != 0
    }

    /// Bytes between the quotes.
    pub(crate) const fn len(self) -> u32 {
        self.length & !ESCAPED
    }

    /// Where it starts in the text.
    pub(crate) const fn start(self) -> u32 {
        self.start.get()
    }

    fn range(self) -> Range<usize> {
        let start = self.start() as usize;
        start..start + self.len() as usize
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "Scanner::new wants a text of less than 2 GiB"
)]
const fn place(at: usize) -> u32 {
    at as u32
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

/// The word that starts at a byte; `None` where the text ends before it does.
#[inline(always)]
fn word_at(text: &[u8], at: usize) -> Option<u64> {
    let bytes = text.get(at..)?.first_chunk()?;
    Some(u64::from_le_bytes(*bytes))
}

#[cfg(test)]
mod tests;
