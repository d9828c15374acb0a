//! The members of an object as machines write them: without white space, and with values that are no containers. Most of what
//! is skipped is such, lines of a cart; here a word is looked at where the scanner looks at each byte. Whatever is not as
//! expected, or too near the end of the text for a word, is left to the scanner, and what is wrong with it too.

use super::{first_special, word_at};

/// How far one gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reached {
    /// To the quote of a key: its member is left to the scanner.
    Key(usize),
    /// To the end of a value: no such member follows.
    End(usize),
}

const WORD: usize = size_of::<u64>();
const ONES: u64 = 0x0101_0101_0101_0101;

/// From the quote of a key behind as many members as are of this kind.
pub(super) fn skip(text: &[u8], mut key: usize) -> Reached {
    while let Some(end) = member_end(text, key) {
        let is_next = text.get(end..).and_then(<[u8]>::first_chunk) == Some(b",\"");
        if !is_next {
            return Reached::End(end);
        }
        key = end + 1;
    }
    Reached::Key(key)
}

#[inline(always)]
#[expect(
    clippy::cast_possible_truncation,
    reason = "the lowest bytes of a word are looked at"
)]
fn member_end(text: &[u8], key: usize) -> Option<usize> {
    const TRUE: u32 = u32::from_le_bytes(*b"true");
    const NULL: u32 = u32::from_le_bytes(*b"null");
    const ALSE: u32 = u32::from_le_bytes(*b"alse");
    let closing = special_from(text, key + 1)?;
    let behind = word_at(text, closing)?;
    if behind as u16 != u16::from_le_bytes(*b"\":") {
        return None;
    }
    let (behind, value) = (behind >> 16, closing + 2);
    match behind as u8 {
        b'"' => {
            let closing = special_from(text, value + 1)?;
            (text.get(closing) == Some(&b'"')).then_some(closing + 1)
        }
        b'0'..=b'9' => number_end(text, value),
        b't' if behind as u32 == TRUE => Some(value + 4),
        b'n' if behind as u32 == NULL => Some(value + 4),
        b'f' if (behind >> 8) as u32 == ALSE => Some(value + 5),
        _ => None,
    }
}

/// The next quote, backslash or control character.
#[inline(always)]
fn special_from(text: &[u8], mut at: usize) -> Option<usize> {
    loop {
        let plain = first_special(word_at(text, at)?);
        at += plain;
        if plain < WORD {
            return Some(at);
        }
    }
}

/// Of a number of at most seven bytes without sign and exponent.
#[inline(always)]
#[expect(clippy::cast_possible_truncation, reason = "the lowest byte of a word is looked at")]
fn number_end(text: &[u8], at: usize) -> Option<usize> {
    let word = word_at(text, at)?;
    let whole = digits(word);
    if whole >= WORD - 1 || (whole > 1 && word as u8 == b'0') {
        return None;
    }
    let mut length = whole;
    let mut behind = word >> (8 * whole);
    if behind as u8 == b'.' {
        let decimals = digits(behind >> 8);
        length += 1 + decimals;
        // Whatever there is of them in this word.
        if decimals == 0 || length >= WORD {
            return None;
        }
        behind = word >> (8 * length);
    }
    (behind as u8 | 0x20 != b'e').then_some(at + length)
}

/// How many bytes of a word, the lowest first, are digits. A byte that is none may carry into those above it only.
#[inline(always)]
const fn digits(word: u64) -> usize {
    let values = word ^ (ONES * b'0' as u64);
    let others = (values.wrapping_add(ONES * (0x7F - 9)) | values) & (ONES << 7);
    others.trailing_zeros() as usize / 8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members() {
        let check = |text: &str, expected: Reached| assert_eq!(skip(text.as_bytes(), 0), expected, "{text}");
        let rest = "}          ";
        for member in [
            r#""a":1"#,
            r#""a":0"#,
            r#""a":0.5"#,
            r#""a":123456"#,
            r#""a":12345.6"#,
            r#""":"""#,
            r#""a longer key":"a longer text, é""#,
            r#""a":true"#,
            r#""a":false"#,
            r#""a":null"#,
            r#""a":1,"b":"c""#,
        ] {
            check(&format!("{member}{rest}"), Reached::End(member.len()));
            check(&format!("{member},{rest}"), Reached::End(member.len()));
            let two = format!(r#"{member},"b":[]"#);
            check(&format!("{two}{rest}"), Reached::Key(member.len() + 1));
        }
        for left in [
            r#""a" :1"#,
            r#""a": 1"#,
            r#""a":-1"#,
            r#""a":01"#,
            r#""a":1."#,
            r#""a":1e5"#,
            r#""a":1.5E5"#,
            r#""a":1234567"#,
            r#""a":12345.67"#,
            r#""a":tru"#,
            r#""a":fals"#,
            r#""a":{}"#,
            r#""a\n":1"#,
            r#""a":"\n""#,
            "\"a\u{1}\":1",
            "\"a\":\"\u{1}\"",
            "",
        ] {
            check(&format!("{left}{rest}"), Reached::Key(0));
        }
        // Too near the end.
        check(r#""a":1}"#, Reached::Key(0));
    }

    #[test]
    fn digits_are_counted() {
        for byte in 0..=u8::MAX {
            for place in 0..WORD {
                let mut word = *b"90123456";
                word[place] = byte;
                let expected = if byte.is_ascii_digit() { WORD } else { place };
                assert_eq!(digits(u64::from_le_bytes(word)), expected, "{word:?}");
            }
        }
    }
}
