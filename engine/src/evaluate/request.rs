//! A request that fits its rule.

use base16ct::lower as hex;
use sha2::{Digest, Sha256};

use crate::calendar::Date;
use crate::demographics::{AgeBand, City, Country};
use crate::expression::{Fingerprinted, Inputs, Program, Text};
use crate::money::Money;

/// Longest transaction, customer or coupon reference, in characters: room for a UUID with a prefix or a URN, and it
/// bounds what the ledger stores.
pub const MAX_REFERENCE_CHARS: usize = 128;

/// What a request says besides its attributes.
#[derive(Debug, Default)]
pub(super) struct Head {
    pub(super) country: Option<Country>,
    pub(super) city: Option<City>,
    pub(super) birth_date: Option<Date>,
    pub(super) age_years: Option<u8>,
    pub(super) amount: Option<Money>,
    /// In the text of the inputs.
    pub(super) transaction_id: Option<Text>,
    pub(super) coupon_code: Option<Text>,
    pub(super) customer_id: Option<Text>,
}

/// A request that fits the rule.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    head: &'a Head,
    inputs: &'a Inputs,
    program: &'a Program,
}

impl<'a> Request<'a> {
    pub(super) const fn new(head: &'a Head, inputs: &'a Inputs, program: &'a Program) -> Self {
        Self { head, inputs, program }
    }

    /// ISO 3166-1 alpha-2.
    pub fn country(&self) -> Option<&'a str> {
        self.head.country.as_ref().map(Country::as_str)
    }

    /// UN/LOCODE location in the country.
    pub fn city(&self) -> Option<&'a str> {
        self.head.city.as_ref().map(City::as_str)
    }

    /// Whole years at the time of the request, by the UTC calendar.
    pub const fn age_years(&self) -> Option<u8> {
        self.head.age_years
    }

    /// For records.
    pub fn age_band(&self) -> Option<AgeBand> {
        self.head.age_years.map(AgeBand::of)
    }

    /// What the shopper would pay.
    pub const fn amount(&self) -> Option<Money> {
        self.head.amount
    }

    /// The transaction that consumes the promotion; empty when the rule needs none and none was sent.
    pub fn transaction_id(&self) -> &'a str {
        self.text(self.head.transaction_id).unwrap_or_default()
    }

    /// The coupon as it was sent.
    pub fn coupon_code(&self) -> Option<&'a str> {
        self.text(self.head.coupon_code)
    }

    /// The shop's name for the shopper.
    pub fn customer_id(&self) -> Option<&'a str> {
        self.text(self.head.customer_id)
    }

    fn text(&self, text: Option<Text>) -> Option<&'a str> {
        Some(self.inputs.text_of(text?))
    }

    /// Tells this request from another with the same transaction: SHA-256 in hex over every value that the rule takes
    /// from it, so that order of keys, white space and attributes that the condition does not read do not count.
    pub fn fingerprint(&self) -> String {
        let birth_date = self.head.birth_date.map(|date| date.to_string()).unwrap_or_default();
        let amount = self.head.amount.map(|amount| amount.to_string()).unwrap_or_default();
        let mut parts = Fingerprinted::new();
        parts.add("country", self.country().unwrap_or_default());
        parts.add("city", self.city().unwrap_or_default());
        parts.add("birth_date", &birth_date);
        parts.add("amount", &amount);
        parts.add("coupon_code", self.coupon_code().unwrap_or_default());
        parts.add("customer_id", self.customer_id().unwrap_or_default());
        parts.add_attributes(self.inputs, self.program);
        hex::encode_string(&Sha256::digest(parts.bytes()))
    }
}

/// Whether a text can be a reference: neither empty nor too long, and without control characters.
pub(super) fn is_reference(text: &[u8]) -> bool {
    // Of plain ASCII, which nearly all references are, bytes are characters.
    if is_plain(text) {
        (1..=MAX_REFERENCE_CHARS).contains(&text.len())
    } else {
        are_printed(text)
    }
}

#[cold]
#[inline(never)]
fn are_printed(text: &[u8]) -> bool {
    let text = std::str::from_utf8(text).unwrap_or_default();
    (1..=MAX_REFERENCE_CHARS).contains(&text.chars().count()) && !text.chars().any(char::is_control)
}

/// Whether all bytes are ASCII and no control characters, a word at a time.
fn is_plain(text: &[u8]) -> bool {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGHS: u64 = 0x8080_8080_8080_8080;
    let (words, rest) = text.as_chunks();
    // The highest bit of a byte tells that it is no ASCII, below the space, or DEL.
    let is_plain_word = |word: &[u8; size_of::<u64>()]| {
        let word = u64::from_le_bytes(*word);
        (word | word.wrapping_sub(ONES * 0x20) | word.wrapping_add(ONES)) & HIGHS == 0
    };
    words.iter().all(is_plain_word) && rest.iter().all(|byte| matches!(byte, b' '..=b'~'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references() {
        let check = |text: &str, expected| assert_eq!(is_reference(text.as_bytes()), expected, "{text:?}");
        let longest = "x".repeat(MAX_REFERENCE_CHARS);
        check(&longest, true);
        check(&format!("{longest}x"), false);
        check(&"é".repeat(MAX_REFERENCE_CHARS), true);
        check(&"é".repeat(MAX_REFERENCE_CHARS + 1), false);
        check("", false);
        check(" ~", true);
        // At every place of a word and behind it.
        for place in 0..11 {
            let with = |char: char| {
                let mut text: Vec<char> = "order ~1001".chars().collect();
                text[place] = char;
                text.into_iter().collect::<String>()
            };
            for char in (' '..='~').chain(['é', '\u{a0}', '\u{1f600}']) {
                check(&with(char), true);
            }
            for char in ('\0'..' ').chain('\u{7f}'..'\u{a0}') {
                check(&with(char), false);
            }
        }
    }
}
