//! Coupons: codes that a shopper shows.
//!
//! A generated coupon is not stored anywhere. Its code is a serial number of its batch under a keyed permutation,
//! written into the places of the batch's pattern. Whoever holds the key reads the serial back, and a serial that lies
//! in a batch is a coupon:
//!
//! ```text
//! serial (first ≤ serial < first + count) ── permutation of 32ⁿ ──▶ n symbols ── pattern ──▶ SUMMER-7KQ2M-9XD4T
//! ```
//!
//! So two coupons never collide, a guess hits with a chance of coupons in 32ⁿ (at most one in 2²⁰, by
//! [`Pattern::capacity`]) and dies without a look-up, and a batch of a million is as small as one of ten. Coupons whose
//! code was chosen or imported are listed with the ledger instead.

mod cipher;
mod code;
mod pattern;
mod set;

pub use code::{CouponCode, CouponCodeError, MAX_COUPON_CHARS};
pub use pattern::{GUESS_BITS, MAX_SERIALS, MAX_SYMBOLS, MIN_SYMBOLS, Pattern, PatternError};
pub use set::{Batch, BatchError, BatchTerms, CouponKey, CouponSet, MAX_BATCH_COUPONS, MAX_BATCHES, Match};
