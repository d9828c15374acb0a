//! Writing a JSON text piece by piece, for the few that are written for each evaluation. Serializing looks through every key
//! and every text for what to escape; here most pieces are known to have nothing.

use std::fmt;

use serde::Serialize;
use uuid::Uuid;

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

    /// The digits of an identifier, without the prefix of its kind.
    pub(crate) fn hex(&mut self, id: Uuid) {
        let digits = id.as_bytes().map(|byte| [digit(byte >> 4), digit(byte & 0xF)]);
        self.0.extend_from_slice(digits.as_flattened());
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

/// A hexadecimal digit, computed without branches, so that those of an id are made together.
const fn digit(value: u8) -> u8 {
    const LETTERS: u8 = b'a' - b'0' - 10;
    value + b'0' + if value > 9 { LETTERS } else { 0 }
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
