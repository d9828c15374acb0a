//! The keyed permutation that turns serial numbers into codes.
//!
//! A Feistel network with the schedule of FF1 (NIST SP 800-38G, algorithm 7: ten rounds, halves of ⌊n/2⌋ and ⌈n/2⌉
//! symbols) whose round function is HMAC-SHA-256 instead of AES: the engine has the hash already, and every domain here
//! is far above the million values that the standard asks for.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// Rounds of FF1.
const ROUNDS: u8 = 10;
/// Bits of a symbol: there are 32.
const SYMBOL_BITS: u32 = 5;
/// Keeps this use of the key apart from any other.
const DOMAIN: &[u8] = b"coupon/1";

/// The permutation of the numbers below 32ⁿ, for n symbols.
pub(super) struct Cipher {
    mac: Option<Hmac<Sha256>>,
    /// n, at most 24: each half fits 64 bits.
    symbols: u8,
}

impl Cipher {
    pub(super) fn new(key: &[u8; 32], symbols: u8) -> Self {
        // HMAC takes a key of any length.
        let mac = Hmac::new_from_slice(key).ok();
        Self { mac, symbols }
    }

    /// Symbols of the half that a round changes.
    const fn changed(&self, round: u8) -> u32 {
        let half = self.symbols / 2;
        (if round.is_multiple_of(2) {
            half
        } else {
            self.symbols - half
        }) as u32
    }

    /// Where `number` goes.
    pub(super) fn forward(&self, number: u128) -> u128 {
        let (mut a, mut b) = self.split(number);
        for round in 0..ROUNDS {
            let sum = a.wrapping_add(self.round(round, b)) & mask(self.changed(round));
            (a, b) = (b, sum);
        }
        self.join(a, b)
    }

    /// What [`Cipher::forward`] takes to `number`.
    pub(super) fn backward(&self, number: u128) -> u128 {
        let (mut a, mut b) = self.split(number);
        for round in (0..ROUNDS).rev() {
            let difference = b.wrapping_sub(self.round(round, a)) & mask(self.changed(round));
            (a, b) = (difference, a);
        }
        self.join(a, b)
    }

    fn low_bits(&self) -> u32 {
        u32::from(self.symbols - self.symbols / 2) * SYMBOL_BITS
    }

    fn split(&self, number: u128) -> (u64, u64) {
        let low = number & u128::from(mask(self.low_bits() / SYMBOL_BITS));
        let high = number >> self.low_bits();
        (
            u64::try_from(high).unwrap_or_default(),
            u64::try_from(low).unwrap_or_default(),
        )
    }

    fn join(&self, a: u64, b: u64) -> u128 {
        u128::from(a) << self.low_bits() | u128::from(b)
    }

    fn round(&self, round: u8, half: u64) -> u64 {
        let Some(mut mac) = self.mac.clone() else { return 0 };
        mac.update(DOMAIN);
        mac.update(&[self.symbols, round]);
        mac.update(&half.to_be_bytes());
        let tag: [u8; 32] = mac.finalize().into_bytes().into();
        let (word, _) = tag.split_first_chunk().unwrap_or((&[0; 8], &[]));
        u64::from_be_bytes(*word)
    }
}

/// The bits of a number of symbols, at most 12.
const fn mask(symbols: u32) -> u64 {
    (1 << (symbols * SYMBOL_BITS)) - 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::coupon::{MAX_SYMBOLS, MIN_SYMBOLS};
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    /// The numbers are those of another implementation, in Python.
    #[test]
    fn numbers_are_pinned() {
        let check = |symbols, number, expected: u128| {
            let cipher = Cipher::new(&[7; 32], symbols);
            assert_eq!(cipher.forward(number), expected, "{symbols} {number}");
        };
        check(8, 0, 242_937_122_328);
        check(9, 0, 32_916_250_493_688);
        check(10, 1, 777_870_946_004_394);
        check(24, 1, 867_945_556_677_349_034_402_960_148_733_529_155);
    }

    /// A small domain, so that all of it is seen.
    #[test]
    fn every_number_is_taken_once() {
        for symbols in [2, 3] {
            let cipher = Cipher::new(&[1; 32], symbols);
            let size = 1_u128 << (u32::from(symbols) * SYMBOL_BITS);
            let images: BTreeSet<_> = (0..size).map(|number| cipher.forward(number)).collect();
            assert_eq!(images.len() as u128, size);
            assert!(images.iter().all(|image| *image < size));
        }
    }

    proptest! {
        #[test]
        fn there_and_back(key: [u8; 32], symbols in MIN_SYMBOLS..=MAX_SYMBOLS, number: u128) {
            let number = number & ((1 << (u32::from(symbols) * SYMBOL_BITS)) - 1);
            let cipher = Cipher::new(&key, symbols);
            prop_assert_eq!(cipher.backward(cipher.forward(number)), number);
            prop_assert_eq!(cipher.forward(cipher.backward(number)), number);
        }

        #[test]
        fn another_key_or_length_gives_other_numbers(key: [u8; 32], other: [u8; 32], number in 0_u128..1 << 40) {
            prop_assume!(key != other);
            let image = Cipher::new(&key, 8).forward(number);
            // Equal by chance once in 2⁴⁰.
            prop_assert_ne!(image, Cipher::new(&other, 8).forward(number));
            prop_assert_ne!(image, Cipher::new(&key, 9).forward(number));
        }
    }
}
