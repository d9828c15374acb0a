//! The signature of calls between edge and origin: HMAC-SHA-256 over method, path, time and body hash.
//!
//! It is carried in the header [`HEADER`] as `v1,<unix seconds>,<hex>`. Both sides hold the same secret.

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

/// The header that carries the signature.
pub const HEADER: &str = "x-coupons-signature";

/// How far the two clocks may differ, in seconds. Platforms keep time to well under a second; five minutes leaves room
/// for a call that waited, and bounds how long a captured call could be sent again. What it reaches is idempotent.
pub const TOLERANCE_SECS: u64 = 300;

/// The least length of the shared secret, in bytes: the output size of SHA-256 (RFC 2104 §3 discourages less).
pub const MIN_SECRET_BYTES: usize = 32;

/// Why a signature is refused. The peer learns only that it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// The header does not have the form `v1,<unix seconds>,<hex>`.
    #[error("the signature header is malformed")]
    Malformed,
    /// The time is too far from the verifier's.
    #[error("the signature's time is out of tolerance: compare the clocks of edge and origin")]
    OutOfTolerance,
    /// The code does not fit the call.
    #[error("the signature does not match: edge and origin must hold the same INTERNAL_SECRET")]
    Mismatch,
}

/// The header's value for a call.
pub fn sign(secret: &[u8], method: &str, path: &str, now_unix_secs: u64, body: &[u8]) -> String {
    let tag = mac(secret, method, path, now_unix_secs, body).finalize().into_bytes();
    format!("v1,{now_unix_secs},{}", hex::encode(tag))
}

/// Checks a header's value against the call that it came with, in constant time.
///
/// # Errors
/// See [`SignatureError`].
pub fn verify(
    secret: &[u8],
    header: &str,
    method: &str,
    path: &str,
    now_unix_secs: u64,
    body: &[u8],
) -> Result<(), SignatureError> {
    let mut parts = header.split(',');
    let (Some("v1"), Some(time), Some(tag), None) = (parts.next(), parts.next(), parts.next(), parts.next()) else {
        return Err(SignatureError::Malformed);
    };
    let time: u64 = time.parse().map_err(|_| SignatureError::Malformed)?;
    let tag = hex::decode(tag).map_err(|_| SignatureError::Malformed)?;
    if time.abs_diff(now_unix_secs) > TOLERANCE_SECS {
        return Err(SignatureError::OutOfTolerance);
    }
    mac(secret, method, path, time, body)
        .verify_slice(&tag)
        .map_err(|_| SignatureError::Mismatch)
}

fn mac(secret: &[u8], method: &str, path: &str, time: u64, body: &[u8]) -> Hmac<Sha256> {
    // `new_from_slice` refuses no length for HMAC; the empty key stands for the case that cannot happen.
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).unwrap_or_else(|_| Hmac::<Sha256>::new(&Default::default()));
    mac.update(format!("{method}\n{path}\n{time}\n{}", hex::encode(Sha256::digest(body))).as_bytes());
    mac
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &[u8] = b"0123456789abcdef0123456789abcdef";

    #[test]
    fn header_is_pinned() {
        assert_eq!(
            sign(SECRET, "POST", "/internal/publish", 1_790_000_000, b"{}"),
            "v1,1790000000,f9524c15240ee8a5b4a21690aa2da2ef89cc563eb4631eea57f6c836f04005b7"
        );
    }

    #[test]
    fn refusals() {
        let header = sign(SECRET, "POST", "/p", 1_000, b"{}");
        let check =
            |secret, header: &str, method, path, now, body: &[u8]| verify(secret, header, method, path, now, body);
        assert_eq!(
            check(SECRET, &header, "POST", "/p", 1_000 + TOLERANCE_SECS, b"{}"),
            Ok(())
        );
        let mismatch = Err(SignatureError::Mismatch);
        assert_eq!(check(b"other", &header, "POST", "/p", 1_000, b"{}"), mismatch);
        assert_eq!(check(SECRET, &header, "PUT", "/p", 1_000, b"{}"), mismatch);
        assert_eq!(check(SECRET, &header, "POST", "/q", 1_000, b"{}"), mismatch);
        assert_eq!(check(SECRET, &header, "POST", "/p", 1_000, b"{} "), mismatch);
        assert_eq!(
            check(SECRET, &header, "POST", "/p", 1_001 + TOLERANCE_SECS, b"{}"),
            Err(SignatureError::OutOfTolerance)
        );
        for header in [
            "",
            "v1",
            "v1,1000",
            "v2,1000,00",
            "v1,x,00",
            "v1,1000,zz",
            "v1,1000,00,",
        ] {
            assert_eq!(
                check(SECRET, header, "POST", "/p", 1_000, b"{}"),
                Err(SignatureError::Malformed),
                "{header}"
            );
        }
    }
}
