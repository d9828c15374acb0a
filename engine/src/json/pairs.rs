//! Members of objects as machines write them: without white space, and with values that are no containers. Most of what is
//! skipped is such, lines of a cart; here a window of the text or a word is looked at where the scanner looks at each byte.
//! Whatever is not as expected, or too near the end of the text for a word, is left to the scanner, and what is wrong with it
//! too.

use super::specials::Specials;
use super::word_at;

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

/// From the quote of a key behind as many members as are of this kind; where the object is in a list, those of the objects that
/// follow it too.
pub(super) fn skip(text: &[u8], specials: &mut Specials, mut key: usize, in_list: bool) -> Reached {
    const NEXT: u16 = u16::from_le_bytes(*b",\"");
    const NEXT_OBJECT: &[u8; 4] = b"},{\"";
    while let Some(Member { end, behind }) = member(text, specials, key) {
        let comma = if behind == NEXT {
            end
        } else if in_list && text.get(end..).and_then(<[u8]>::first_chunk) == Some(NEXT_OBJECT) {
            end + 2
        } else {
            return Reached::End(end);
        };
        key = comma + 1;
    }
    Reached::Key(key)
}

/// Where a member ends, and the two bytes behind it.
struct Member {
    end: usize,
    behind: u16,
}

#[inline(always)]
#[expect(
    clippy::cast_possible_truncation,
    reason = "the lowest bytes of a word are looked at"
)]
fn member(text: &[u8], specials: &mut Specials, key: usize) -> Option<Member> {
    const COLON: u16 = u16::from_le_bytes(*b"\":");
    const TRUE: u32 = u32::from_le_bytes(*b"true");
    const NULL: u32 = u32::from_le_bytes(*b"null");
    const ALSE: u32 = u32::from_le_bytes(*b"alse");
    let closing = specials.next(text, key + 1);
    let word = word_at(text, closing)?;
    if word as u16 != COLON {
        return None;
    }
    let (word, value) = (word >> 16, closing + 2);
    match word as u8 {
        b'"' => {
            let closing = specials.next(text, value + 1);
            let word = word_at(text, closing)?;
            (word as u8 == b'"').then_some(Member {
                end: closing + 1,
                behind: (word >> 8) as u16,
            })
        }
        b'0'..=b'9' => number(text, value),
        b't' if word as u32 == TRUE => behind(text, value + 4),
        b'n' if word as u32 == NULL => behind(text, value + 4),
        b'f' if (word >> 8) as u32 == ALSE => behind(text, value + 5),
        _ => None,
    }
}

#[inline(always)]
fn behind(text: &[u8], end: usize) -> Option<Member> {
    let behind = text.get(end..)?.first_chunk()?;
    Some(Member {
        end,
        behind: u16::from_le_bytes(*behind),
    })
}

/// Of a number of at most seven bytes without sign and exponent.
#[inline(always)]
#[expect(
    clippy::cast_possible_truncation,
    reason = "the lowest bytes of a word are looked at"
)]
fn number(text: &[u8], at: usize) -> Option<Member> {
    let word = word_at(text, at)?;
    let whole = digits(word);
    if whole >= WORD || (whole > 1 && word as u8 == b'0') {
        return None;
    }
    let mut length = whole;
    let mut rest = word >> (8 * whole);
    if rest as u8 == b'.' {
        let decimals = digits(rest >> 8);
        length += 1 + decimals;
        // Whatever there is of them in this word.
        if decimals == 0 || length >= WORD {
            return None;
        }
        rest = word >> (8 * length);
    }
    let end = at + length;
    if rest as u8 | 0x20 == b'e' {
        None
    } else if length + size_of::<u16>() <= WORD {
        let behind = rest as u16;
        Some(Member { end, behind })
    } else {
        behind(text, end)
    }
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
        let check = |text: &str, expected: Reached| {
            assert_eq!(
                skip(text.as_bytes(), &mut Specials::new(), 0, false),
                expected,
                "{text}"
            )
        };
        let rest = "}          ";
        for member in [
            r#""a":1"#,
            r#""a":0"#,
            r#""a":0.5"#,
            r#""a":123456"#,
            r#""a":1234567"#,
            r#""a":1250.55"#,
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
            r#""a":12345678"#,
            r#""a":12345.67"#,
            r#""a":1234567e1"#,
            r#""a":123.45e1"#,
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
    fn objects_of_a_list() {
        let check = |text: &str, in_list: bool, expected: Reached| {
            let found = skip(text.as_bytes(), &mut Specials::new(), 0, in_list);
            assert_eq!(found, expected, "{text}");
        };
        let two = r#""a":1,"b":"c"},{"a":2,"b":"d"}"#;
        let text = format!("{two}]         ");
        check(&text, true, Reached::End(two.len() - 1));
        check(&text, false, Reached::End(r#""a":1,"b":"c""#.len()));
        // What follows is left to the scanner.
        for rest in [r#"},{},{"a":1}]"#, r#"},1]"#, r#"}, {"a":1}]"#, r#"},{ "a":1}]"#] {
            check(&format!(r#""a":1{rest}       "#), true, Reached::End(5));
        }
        check(r#""a":1},{"b":[]}]        "#, true, Reached::Key(8));
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
