//! Reading a text that this product has written, member by member, in one pass: what is of no interest is skipped where it
//! stands, and texts are looked at in place. Serde would read a text inside a text a second time, and finds a member by
//! comparing its key with each.

use std::str::FromStr;

use chrono::{DateTime, NaiveDate, Utc};
use serde::de::DeserializeOwned;

use super::{Scanned, Scanner, Start};
use crate::money::Money;

/// What consumes the value of a member, given its key.
type Member<'m, 'a> = &'m mut dyn FnMut(&mut Scanner<'a>, &'a str) -> Scanned<()>;

/// None of these is inlined: the scanner's own steps are, for evaluations, and the Worker would carry them once more for each
/// member that is read.
impl<'a> Scanner<'a> {
    /// Reads the text by `read`, and nothing behind it.
    ///
    /// # Errors
    /// What is wrong and where.
    pub(crate) fn read_all<T>(source: &'a str, read: impl FnOnce(&mut Self) -> Scanned<T>) -> Result<T, String> {
        let mut scanner = Self::new(source);
        let value = read(&mut scanner).and_then(|value| scanner.end().map(|()| value));
        value.map_err(|_| scanner.error().to_string())
    }

    /// Goes through an object: `member` consumes the value under each key. A key with escapes, which nobody writes, is given as
    /// it stands.
    #[inline(never)]
    pub(crate) fn object(&mut self, member: Member<'_, 'a>) -> Scanned<()> {
        if self.start()? != Start::Object {
            return self.fail("expected an object");
        }
        self.enter()?;
        self.members(true, member)
    }

    /// The rest of an object, of which all members were read before, if any.
    #[inline(never)]
    pub(crate) fn members(&mut self, mut first: bool, member: Member<'_, 'a>) -> Scanned<()> {
        while self.next_entry(&mut first)? {
            let key = self.key()?;
            member(self, self.text(key))?;
        }
        Ok(())
    }

    /// The name that an object begins with, under `tag`: it says what the rest is.
    #[inline(never)]
    pub(crate) fn tag(&mut self, tag: &str, expected: &'static str) -> Scanned<&'a str> {
        if self.start()? != Start::Object {
            return self.fail(expected);
        }
        self.enter()?;
        if !self.next_entry(&mut true)? {
            return self.fail(expected);
        }
        let key = self.key()?;
        if self.text(key) != tag {
            return self.fail(expected);
        }
        self.plain(expected)
    }

    /// The text that `read` consumes.
    pub(crate) fn slice(&mut self, read: impl FnOnce(&mut Self) -> Scanned<()>) -> Scanned<&'a str> {
        self.token();
        let start = self.at;
        read(self)?;
        Ok(self.source.get(start..self.at).unwrap_or_default())
    }

    /// A string without escapes.
    #[inline(never)]
    fn plain(&mut self, expected: &'static str) -> Scanned<&'a str> {
        if self.start()? != Start::String {
            return self.fail(expected);
        }
        let string = self.string()?;
        if string.escaped() {
            return self.fail(expected);
        }
        Ok(self.text(string))
    }

    /// What a string says.
    #[inline(never)]
    pub(crate) fn owned(&mut self) -> Scanned<String> {
        if self.start()? != Start::String {
            return self.fail("expected a string");
        }
        let string = self.string()?;
        if !string.escaped() {
            return Ok(self.text(string).to_owned());
        }
        let mut said = String::new();
        if self.unescape(string, &mut said) {
            Ok(said)
        } else {
            self.fail("expected a text in Unicode")
        }
    }

    /// What a string without escapes stands for.
    pub(crate) fn parsed<T: FromStr>(&mut self, expected: &'static str) -> Scanned<T> {
        match self.plain(expected)?.parse() {
            Ok(value) => Ok(value),
            Err(_) => self.fail(expected),
        }
    }

    /// A time as [`super::JsonWriter::time`] writes it, or in another form of RFC 3339.
    #[inline(never)]
    pub(crate) fn time(&mut self) -> Scanned<DateTime<Utc>> {
        const EXPECTED: &str = "expected a time";
        let text = self.plain(EXPECTED)?;
        match usual_time(text.as_bytes()).or_else(|| text.parse().ok()) {
            Some(at) => Ok(at),
            None => self.fail(EXPECTED),
        }
    }

    /// A whole number of at most 18 digits.
    #[inline(never)]
    pub(crate) fn unsigned(&mut self) -> Scanned<u64> {
        const EXPECTED: &str = "expected a whole number";
        if self.start()? != Start::Number {
            return self.fail(EXPECTED);
        }
        match self.number()?.unsigned() {
            Some(number) => Ok(number),
            None => self.fail(EXPECTED),
        }
    }

    #[inline(never)]
    pub(crate) fn boolean(&mut self) -> Scanned<bool> {
        if self.start()? == Start::True {
            self.word("true").map(|()| true)
        } else {
            self.word("false").map(|()| false)
        }
    }

    /// An amount with its currency.
    #[inline(never)]
    pub(crate) fn money(&mut self) -> Scanned<Money> {
        let (mut amount, mut currency) = (None, None);
        self.object(&mut |scanner, key| {
            match key {
                "amount" => amount = Some(scanner.unsigned()?),
                "currency" => currency = Some(scanner.parsed("expected a currency")?),
                _ => scanner.skip()?,
            }
            Ok(())
        })?;
        let money = amount
            .zip(currency)
            .map(|(amount, currency)| Money::new(amount, currency));
        match money {
            Some(Ok(money)) => Ok(money),
            Some(Err(_)) | None => self.fail("expected an amount with its currency"),
        }
    }

    /// What serde reads of a value that is small, or seldom there.
    pub(crate) fn serde<T: DeserializeOwned>(&mut self, expected: &'static str) -> Scanned<T> {
        let json = self.slice(Self::skip)?;
        match serde_json::from_str(json) {
            Ok(value) => Ok(value),
            Err(_) => self.fail(expected),
        }
    }

    /// What `read` reads, or `null`.
    pub(crate) fn optional<T>(&mut self, read: impl FnOnce(&mut Self) -> Scanned<T>) -> Scanned<Option<T>> {
        if self.null()? { Ok(None) } else { read(self).map(Some) }
    }

    #[inline(never)]
    fn null(&mut self) -> Scanned<bool> {
        if self.start()? == Start::Null {
            self.word("null").map(|()| true)
        } else {
            Ok(false)
        }
    }

    /// A member that has to be there.
    pub(crate) fn required<T>(&mut self, member: Option<T>, expected: &'static str) -> Scanned<T> {
        match member {
            Some(value) => Ok(value),
            None => self.fail(expected),
        }
    }
}

/// A time from the year 0 to 9999 in UTC, to the second or the millisecond.
fn usual_time(text: &[u8]) -> Option<DateTime<Utc>> {
    let (text, millis) = match text {
        [text @ .., b'.', a, b, c, b'Z'] => (text, number(&[*a, *b, *c])?),
        [text @ .., b'Z'] => (text, 0),
        _ => return None,
    };
    let [
        y1,
        y2,
        y3,
        y4,
        b'-',
        m1,
        m2,
        b'-',
        d1,
        d2,
        b'T',
        h1,
        h2,
        b':',
        i1,
        i2,
        b':',
        s1,
        s2,
    ] = text
    else {
        return None;
    };
    let year = i32::try_from(number(&[*y1, *y2, *y3, *y4])?).ok()?;
    let date = NaiveDate::from_ymd_opt(year, number(&[*m1, *m2])?, number(&[*d1, *d2])?)?;
    let (hour, minute, second) = (number(&[*h1, *h2])?, number(&[*i1, *i2])?, number(&[*s1, *s2])?);
    Some(date.and_hms_milli_opt(hour, minute, second, millis)?.and_utc())
}

fn number(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0, |number: u32, digit| {
        let value = digit.checked_sub(b'0').filter(|value| *value <= 9)?;
        Some(number * 10 + u32::from(value))
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::json::JsonWriter;

    fn check<T: PartialEq + std::fmt::Debug>(
        read: impl Fn(&mut Scanner<'_>) -> Scanned<T>,
        cases: &[(&str, Result<T, &str>)],
    ) {
        for (json, expected) in cases {
            let found = Scanner::read_all(json, &read);
            assert_eq!(
                found.as_ref().map_err(String::as_str),
                expected.as_ref().map_err(|error| *error),
                "{json}"
            );
        }
    }

    #[test]
    fn values() {
        check(
            |scanner| scanner.owned(),
            &[
                (r#""a é""#, Ok("a é".to_owned())),
                (r#" "\u00e9\"" "#, Ok("é\"".to_owned())),
                (r#""\ud800""#, Err("expected a text in Unicode at byte 8")),
                ("1", Err("expected a string at byte 0")),
                (r#""a"b"#, Err("expected the end at byte 3")),
            ],
        );
        check(
            |scanner| scanner.unsigned(),
            &[
                ("0", Ok(0)),
                ("999999999999999999", Ok(999_999_999_999_999_999)),
                ("1000000000000000000", Err("expected a whole number at byte 19")),
                ("-1", Err("expected a whole number at byte 2")),
                ("1.0", Err("expected a whole number at byte 3")),
                ("\"1\"", Err("expected a whole number at byte 0")),
            ],
        );
        check(
            |scanner| scanner.boolean(),
            &[
                ("true", Ok(true)),
                ("false", Ok(false)),
                ("null", Err("expected `true`, `false` or `null` at byte 0")),
            ],
        );
        check(
            |scanner| scanner.optional(|scanner| scanner.unsigned()),
            &[
                ("null", Ok(None)),
                ("5", Ok(Some(5))),
                ("nil", Err("expected `true`, `false` or `null` at byte 0")),
            ],
        );
        let uyu = Money::new(5, "UYU".parse().unwrap()).unwrap();
        let expected = "expected an amount with its currency";
        check(
            |scanner| scanner.money(),
            &[
                (r#"{"amount":5,"currency":"UYU"}"#, Ok(uyu)),
                (r#" { "currency" : "UYU" , "more" : [{}] , "amount" : 5 } "#, Ok(uyu)),
                (
                    r#"{"amount":5,"currency":"XXX"}"#,
                    Err("expected a currency at byte 28"),
                ),
                (r#"{"amount":5}"#, Err(&format!("{expected} at byte 12"))),
                (
                    r#"{"amount":9007199254740992,"currency":"UYU"}"#,
                    Err(&format!("{expected} at byte 44")),
                ),
                ("5", Err("expected an object at byte 0")),
            ],
        );
    }

    #[test]
    fn tags_come_first() {
        const EXPECTED: &str = "expected a name";
        let read = |scanner: &mut Scanner<'_>| {
            let name = scanner.tag("name", EXPECTED)?.to_owned();
            let mut keys = vec![name];
            scanner.members(false, &mut |scanner, key| {
                keys.push(key.to_owned());
                scanner.skip()
            })?;
            Ok(keys.join(" "))
        };
        check(
            read,
            &[
                (r#"{"name":"a"}"#, Ok("a".to_owned())),
                (r#" { "name" : "a" , "b":[1], "c":{"d":2}}"#, Ok("a b c".to_owned())),
                (r#"{"b":1,"name":"a"}"#, Err("expected a name at byte 5")),
                (r#"{"name":1}"#, Err("expected a name at byte 8")),
                (r#"{"name":"\n"}"#, Err("expected a name at byte 12")),
                ("{}", Err("expected a name at byte 2")),
                ("[]", Err("expected a name at byte 0")),
                (r#"{"name":"a"]"#, Err("expected `,` or `}` at byte 11")),
            ],
        );
    }

    #[test]
    fn times_in_other_forms() {
        let at = |text: &str| Ok(text.parse::<DateTime<Utc>>().unwrap());
        check(
            |scanner| scanner.time(),
            &[
                (r#""2026-11-21T12:00:00Z""#, at("2026-11-21T12:00:00Z")),
                (r#""2026-11-21T12:00:00.125Z""#, at("2026-11-21T12:00:00.125Z")),
                (r#""2026-11-21T09:00:00.5-03:00""#, at("2026-11-21T12:00:00.5Z")),
                (r#""2016-12-31T23:59:60Z""#, at("2016-12-31T23:59:60Z")),
                (r#""2026-02-29T12:00:00Z""#, Err("expected a time at byte 22")),
                (r#""2026-11-21T24:00:00Z""#, Err("expected a time at byte 22")),
                (r#""2026-11-21T12:0:000Z""#, Err("expected a time at byte 22")),
                (r#""""#, Err("expected a time at byte 2")),
            ],
        );
    }

    proptest! {
        #[test]
        fn times_are_read_as_written(millis in -70_000_000_000_000..260_000_000_000_000_i64, nanos in 0..2_000_000_i64) {
            let at = DateTime::from_timestamp_millis(millis).unwrap() + chrono::TimeDelta::nanoseconds(nanos / 2 * 2);
            let mut json = Vec::new();
            JsonWriter(&mut json).time(&at);
            let json = String::from_utf8(json).unwrap();
            prop_assert_eq!(Scanner::read_all(&json, Scanner::time), Ok(at));
        }
    }
}
