//! The signature of calls between edge and origin: HMAC-SHA-256 over method, path with query, time, body hash and, when
//! there is one, the context of a forwarded call.
//!
//! It is carried in the header [`HEADER`] as `v1,<unix seconds>,<hex>`. Both sides hold the same secret.

use base16ct::lower as hex;
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

/// What is signed of a call.
#[derive(Debug, Clone, Copy)]
pub struct Call<'a> {
    /// The method, in capitals.
    pub method: &'a str,
    /// The path, with its query if there is one.
    pub path: &'a str,
    /// The value of the header [`crate::wire::v1::CONTEXT_HEADER`], if the call has it.
    pub context: Option<&'a str>,
    /// The whole body.
    pub body: &'a [u8],
}

impl<'a> Call<'a> {
    /// A call of the edge's or the origin's own, without a context.
    pub const fn post(path: &'a str, body: &'a [u8]) -> Self {
        Self {
            method: "POST",
            path,
            context: None,
            body,
        }
    }
}

/// The header's value for a call.
pub fn sign(secret: &[u8], call: &Call<'_>, now_unix_secs: u64) -> String {
    let tag = mac(secret, call, now_unix_secs).finalize().into_bytes();
    format!("v1,{now_unix_secs},{}", hex::encode_string(&tag))
}

/// Checks a header's value against the call that it came with, in constant time.
///
/// # Errors
/// See [`SignatureError`].
pub fn verify(secret: &[u8], header: &str, call: &Call<'_>, now_unix_secs: u64) -> Result<(), SignatureError> {
    let mut parts = header.split(',');
    let (Some("v1"), Some(time), Some(tag), None) = (parts.next(), parts.next(), parts.next(), parts.next()) else {
        return Err(SignatureError::Malformed);
    };
    let time: u64 = time.parse().map_err(|_| SignatureError::Malformed)?;
    let tag = hex::decode_vec(tag).map_err(|_| SignatureError::Malformed)?;
    if time.abs_diff(now_unix_secs) > TOLERANCE_SECS {
        return Err(SignatureError::OutOfTolerance);
    }
    mac(secret, call, time)
        .verify_slice(&tag)
        .map_err(|_| SignatureError::Mismatch)
}

/// A line for each part. No part holds the end of a line, so no two calls are the same text; a context is a line more.
fn mac(secret: &[u8], call: &Call<'_>, time: u64) -> Hmac<Sha256> {
    // `new_from_slice` refuses no length for HMAC; the empty key stands for the case that cannot happen.
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).unwrap_or_else(|_| Hmac::<Sha256>::new(&Default::default()));
    let Call { method, path, .. } = call;
    mac.update(
        format!(
            "{method}\n{path}\n{time}\n{}",
            hex::encode_string(&Sha256::digest(call.body))
        )
        .as_bytes(),
    );
    if let Some(context) = call.context {
        mac.update(b"\n");
        mac.update(context.as_bytes());
    }
    mac
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &[u8] = b"0123456789abcdef0123456789abcdef";

    const CALL: Call<'_> = Call::post("/p", b"{}");

    #[test]
    fn headers_are_pinned() {
        let check = |call: &Call<'_>, expected: &str| {
            let header = sign(SECRET, call, 1_790_000_000);
            assert_eq!(header, format!("v1,1790000000,{expected}"));
            assert_eq!(verify(SECRET, &header, call, 1_790_000_000), Ok(()));
        };
        check(
            &Call::post("/internal/publish", b"{}"),
            "f9524c15240ee8a5b4a21690aa2da2ef89cc563eb4631eea57f6c836f04005b7",
        );
        let forwarded = Call {
            method: "GET",
            path: "/v1/me?a=b",
            context: Some("eyJ2IjoxfQ"),
            body: b"",
        };
        check(
            &forwarded,
            "76a91d9787a83135a7101bc0251141f6645fc75e583c302b6c04af72becf0787",
        );
    }

    #[test]
    fn another_call_does_not_fit() {
        let signed = Call {
            context: Some("c"),
            ..CALL
        };
        let header = sign(SECRET, &signed, 1_000);
        let check = |secret, call: &Call<'_>, expected| assert_eq!(verify(secret, &header, call, 1_000), expected);
        check(SECRET, &signed, Ok(()));
        let mismatch = Err(SignatureError::Mismatch);
        check(b"other", &signed, mismatch);
        for call in [
            Call {
                method: "PUT",
                ..signed
            },
            Call { path: "/q", ..signed },
            Call { path: "/p?a", ..signed },
            Call { body: b"{} ", ..signed },
            Call {
                context: Some("d"),
                ..signed
            },
            Call {
                context: Some(""),
                ..signed
            },
            Call {
                context: None,
                ..signed
            },
        ] {
            check(SECRET, &call, mismatch);
        }
        let without = sign(SECRET, &CALL, 1_000);
        assert_eq!(verify(SECRET, &without, &signed, 1_000), mismatch);
    }

    #[test]
    fn times_and_forms() {
        let header = sign(SECRET, &CALL, 1_000);
        let check = |header: &str, now, expected| assert_eq!(verify(SECRET, header, &CALL, now), expected, "{header}");
        check(&header, 1_000 + TOLERANCE_SECS, Ok(()));
        check(&header, 1_000 - TOLERANCE_SECS, Ok(()));
        check(&header, 1_001 + TOLERANCE_SECS, Err(SignatureError::OutOfTolerance));
        for header in [
            "",
            "v1",
            "v1,1000",
            "v2,1000,00",
            "v1,x,00",
            "v1,1000,zz",
            "v1,1000,00,",
        ] {
            check(header, 1_000, Err(SignatureError::Malformed));
        }
    }
}
