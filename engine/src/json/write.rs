//! Writing a JSON text piece by piece, for the few that are written for each evaluation. Serializing looks through every key
//! and every text for what to escape; here most pieces are known to have nothing.

use std::fmt;

use chrono::{DateTime, Datelike, Timelike, Utc};
use serde::Serialize;
use uuid::Uuid;

use crate::ids;
use crate::money::Money;

/// Appends to a text.
pub(crate) struct JsonWriter<'a>(pub(crate) &'a mut Vec<u8>);

impl JsonWriter<'_> {
    /// JSON as it is.
    pub(crate) fn raw(&mut self, json: &str) {
        self.0.extend_from_slice(json.as_bytes());
    }

    pub(crate) fn number(&mut self, number: u64) {
        self.raw(itoa::Buffer::new().format(number));
    }

    /// A time within quotes, as chrono writes it: with as many groups of three decimals as it has.
    pub(crate) fn time(&mut self, at: &DateTime<Utc>) {
        const NANOS_PER_MILLI: u32 = 1_000_000;
        let (year, nanos) = (at.year(), at.nanosecond());
        let millis = nanos / NANOS_PER_MILLI;
        // The rest are leap seconds, and times that no clock of ours shows.
        let year = u32::try_from(year).ok().filter(|year| *year <= 9_999);
        let Some(year) = year.filter(|_| nanos % NANOS_PER_MILLI == 0 && millis < 1_000) else {
            return self.value(at);
        };
        let [[y1, y2], [y3, y4]] = [two(year / 100), two(year)];
        let [[m1, m2], [d1, d2]] = [two(at.month()), two(at.day())];
        let [[h1, h2], [i1, i2], [s1, s2]] = [two(at.hour()), two(at.minute()), two(at.second())];
        let [[_, f1], [f2, f3]] = [two(millis / 100), two(millis)];
        self.0.extend_from_slice(&[
            b'"', y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2, b'T', h1, h2, b':', i1, i2, b':', s1, s2,
        ]);
        if millis > 0 {
            self.0.extend_from_slice(&[b'.', f1, f2, f3]);
        }
        self.raw("Z\"");
    }

    /// The digits of an identifier, without the prefix of its kind.
    pub(crate) fn hex(&mut self, id: Uuid) {
        self.0.extend_from_slice(ids::digits(id).as_flattened());
    }

    /// A text, within quotes.
    pub(crate) fn text(&mut self, text: &str) {
        let is_plain = |byte: u8| byte >= b' ' && byte != b'"' && byte != b'\\';
        if text.bytes().all(is_plain) {
            self.raw("\"");
            self.raw(text);
            self.raw("\"");
        } else {
            self.value(&text);
        }
    }

    /// What there may be, or `null`.
    pub(crate) fn optional<T>(&mut self, value: Option<T>, write: impl FnOnce(&mut Self, T)) {
        match value {
            Some(value) => write(self, value),
            None => self.raw("null"),
        }
    }

    /// An amount with its currency.
    pub(crate) fn money(&mut self, money: Money) {
        self.raw("{\"amount\":");
        self.number(money.amount());
        self.raw(",\"currency\":\"");
        self.raw(money.currency().code());
        self.raw("\"}");
    }

    /// Whatever else has a JSON form.
    pub(crate) fn value<T: Serialize>(&mut self, value: &T) {
        // Writing to memory does not fail.
        _ = serde_json::to_writer(&mut *self.0, value);
    }
}

/// The two digits of a number below a hundred.
const fn two(number: u32) -> [u8; 2] {
    // Two digits fit a byte.
    [b'0' + (number / 10 % 10) as u8, b'0' + (number % 10) as u8]
}

/// A part of a text of ours, within quotes: it may quote a condition, which has no other control characters than these.
impl fmt::Write for JsonWriter<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        // What has to be escaped is ASCII, which is no part of another character.
        for byte in text.bytes() {
            match byte {
                b'"' => self.raw("\\\""),
                b'\\' => self.raw("\\\\"),
                b'\n' => self.raw("\\n"),
                b'\r' => self.raw("\\r"),
                b'\t' => self.raw("\\t"),
                byte => self.0.push(byte),
            }
        }
        Ok(())
    }
}
