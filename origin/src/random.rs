//! Random bytes of the operating system, and what is made of them.

use base16ct::lower as hex;
use chrono::{DateTime, Utc};

use crate::clock::unix_millis;
use crate::problem::Error;

/// Bytes of a generated secret: 256 bits, the strength of the HMAC.
const SECRET_BYTES: usize = 32;

/// `N` random bytes.
pub(crate) fn bytes<const N: usize>() -> Result<[u8; N], getrandom::Error> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes)?;
    Ok(bytes)
}

/// A new identifier, such as `new_id(PromotionId::from_parts, now)`.
pub(crate) fn new_id<T>(from_parts: fn(u64, [u8; 10]) -> T, now: DateTime<Utc>) -> Result<T, Error> {
    Ok(from_parts(unix_millis(now), bytes()?))
}

/// A new value for `INTERNAL_SECRET` or `ORIGIN_SECRET`, in hex.
///
/// # Errors
/// When the operating system gives no random bytes.
pub fn generate_secret() -> Result<String, getrandom::Error> {
    Ok(hex::encode_string(&bytes::<SECRET_BYTES>()?))
}
