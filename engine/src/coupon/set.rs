//! The coupons of a promotion, as the edge knows them.

use std::fmt;
use std::num::NonZeroU32;

use base16ct::lower as hex;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::cipher::Cipher;
use super::{CouponCode, Pattern};
use crate::ids::CouponBatchId;

/// Most coupons of a batch.
pub const MAX_BATCH_COUPONS: u32 = 1_000_000;
/// Most batches of a promotion: at some 250 bytes each, the rule stays within 64 KB.
pub const MAX_BATCHES: usize = 200;

/// The secret behind a promotion's generated coupons: 32 random bytes. Its `Debug` shows nothing.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct CouponKey([u8; 32]);

impl CouponKey {
    /// A key of the host's random bytes.
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

impl fmt::Debug for CouponKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CouponKey(…)")
    }
}

impl Serialize for CouponKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&hex::encode_string(&self.0))
    }
}

impl<'de> Deserialize<'de> for CouponKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        let bytes = hex::decode_vec(&*text).map_err(serde::de::Error::custom)?;
        let wrong_length = |_| serde::de::Error::custom("a coupon key has 64 hexadecimal digits");
        bytes.try_into().map(Self).map_err(wrong_length)
    }
}

/// What holds for each coupon of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct BatchTerms {
    /// The batch.
    pub id: CouponBatchId,
    /// Uses of each coupon; `None` for no limit.
    pub max_uses: Option<NonZeroU32>,
    /// The last instant at which its coupons are good, inclusive.
    pub expires_at: Option<DateTime<Utc>>,
    /// Whether all of them were taken back.
    pub revoked: bool,
}

/// Coupons that were generated together: the serial numbers from `first` on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "BatchForm")]
pub struct Batch {
    #[serde(flatten)]
    terms: BatchTerms,
    pattern: Pattern,
    first: u64,
    count: NonZeroU32,
}

/// [`Batch`] as it is stored: `#[serde(flatten)]` would read it through a buffer.
#[derive(Deserialize)]
struct BatchForm {
    id: CouponBatchId,
    max_uses: Option<NonZeroU32>,
    expires_at: Option<DateTime<Utc>>,
    revoked: bool,
    pattern: Pattern,
    first: u64,
    count: NonZeroU32,
}

/// Why a batch cannot be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BatchError {
    /// Too many coupons at once.
    #[error("a batch has at most {MAX_BATCH_COUPONS} coupons")]
    TooLarge,
    /// The pattern has too few symbols for so many.
    #[error("patterns of {symbols} `#` have room for {left} more coupons in this promotion: use more `#`")]
    PatternTooShort {
        /// Of the pattern.
        symbols: u8,
        /// How many coupons fit.
        left: u64,
    },
}

impl Batch {
    /// A batch of `count` coupons with the serial numbers from `first` on.
    ///
    /// # Errors
    /// Larger than [`MAX_BATCH_COUPONS`] or than what the pattern has room for.
    pub fn new(terms: BatchTerms, pattern: Pattern, first: u64, count: NonZeroU32) -> Result<Self, BatchError> {
        if count.get() > MAX_BATCH_COUPONS {
            return Err(BatchError::TooLarge);
        }
        let left = pattern.capacity().saturating_sub(first);
        if left < u64::from(count.get()) {
            let symbols = pattern.symbols();
            return Err(BatchError::PatternTooShort { symbols, left });
        }
        Ok(Self {
            terms,
            pattern,
            first,
            count,
        })
    }

    /// What holds for each of its coupons.
    pub const fn terms(&self) -> &BatchTerms {
        &self.terms
    }

    /// What its codes look like.
    pub const fn pattern(&self) -> &Pattern {
        &self.pattern
    }

    /// How many coupons it has.
    pub const fn count(&self) -> u32 {
        self.count.get()
    }

    /// The serial number after its last one.
    const fn end(&self) -> u64 {
        self.first + self.count.get() as u64
    }

    /// Its codes from the one with an index on, in an order that is always the same.
    pub fn codes(&self, key: CouponKey, from_index: u32) -> impl Iterator<Item = CouponCode> + '_ {
        let cipher = Cipher::new(&key.0, self.pattern.symbols());
        let serials = self.first.saturating_add(from_index.into())..self.end();
        serials.map(move |serial| self.pattern.write(cipher.forward(serial.into())))
    }

    /// The index of a code, if it is one of the batch's.
    pub fn index_of(&self, key: CouponKey, code: &CouponCode) -> Option<u32> {
        let serial = Cipher::new(&key.0, self.pattern.symbols()).backward(self.pattern.read(code)?);
        self.index_of_serial(serial)
    }

    fn index_of_serial(&self, serial: u128) -> Option<u32> {
        let index = u64::try_from(serial).ok()?.checked_sub(self.first)?;
        let index = u32::try_from(index).ok()?;
        (index < self.count.get()).then_some(index)
    }
}

impl TryFrom<BatchForm> for Batch {
    type Error = BatchError;

    fn try_from(form: BatchForm) -> Result<Self, BatchError> {
        let terms = BatchTerms {
            id: form.id,
            max_uses: form.max_uses,
            expires_at: form.expires_at,
            revoked: form.revoked,
        };
        Self::new(terms, form.pattern, form.first, form.count)
    }
}

/// All coupons of a promotion.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CouponSet {
    /// Behind the generated ones.
    pub key: CouponKey,
    /// The generated ones, at most [`MAX_BATCHES`].
    pub batches: Vec<Batch>,
    /// Whether there are others, which the ledger lists.
    pub listed: bool,
}

/// What a code is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Match<'s> {
    /// A coupon of a batch.
    Generated {
        /// Written as the batch writes it.
        code: CouponCode,
        /// Which.
        batch: &'s Batch,
        /// Its place in the batch.
        index: u32,
    },
    /// None of a batch; the ledger may list it.
    Listed(CouponCode),
    /// No coupon.
    Unknown,
}

impl CouponSet {
    /// What a code is. Computed from the key, without a look-up.
    pub fn find(&self, code: &CouponCode) -> Match<'_> {
        // Batches mostly share a pattern, and with it the costly step.
        let mut last: Option<(&Pattern, u128, u128)> = None;
        for batch in &self.batches {
            let known = last.filter(|(pattern, _, _)| **pattern == batch.pattern);
            let Some((_, number, serial)) = known.or_else(|| self.read(&batch.pattern, code)) else {
                continue;
            };
            last = Some((&batch.pattern, number, serial));
            if let Some(index) = batch.index_of_serial(serial) {
                let code = batch.pattern.write(number);
                return Match::Generated { code, batch, index };
            }
        }
        if self.listed {
            Match::Listed(code.clone())
        } else {
            Match::Unknown
        }
    }

    /// The number in a code and the serial number that stands behind it.
    fn read<'p>(&self, pattern: &'p Pattern, code: &CouponCode) -> Option<(&'p Pattern, u128, u128)> {
        let number = pattern.read(code)?;
        let serial = Cipher::new(&self.key.0, pattern.symbols()).backward(number);
        Some((pattern, number, serial))
    }

    /// The first serial number that no batch of patterns with as many symbols has used.
    pub fn first_free(&self, pattern: &Pattern) -> u64 {
        let alike = self
            .batches
            .iter()
            .filter(|batch| batch.pattern.symbols() == pattern.symbols());
        alike.map(Batch::end).max().unwrap_or_default()
    }

    /// The serial number that a code would have if a batch of this pattern had it: a batch that reached it would make a
    /// listed code a second time.
    pub fn serial_of(&self, pattern: &Pattern, code: &CouponCode) -> Option<u128> {
        self.read(pattern, code).map(|(_, _, serial)| serial)
    }
}

#[cfg(test)]
mod tests;
