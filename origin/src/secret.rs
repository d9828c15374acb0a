//! The origin's own secret, from which every key that the origin alone uses is derived.
//!
//! One secret to keep, as many keys as there are purposes: what one purpose's key reveals tells nothing of another's.

use std::fmt;
use std::sync::Arc;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// The least length, in bytes: the output size of SHA-256 (RFC 2104 §3 discourages less).
pub const MIN_ORIGIN_SECRET_BYTES: usize = 32;

/// The secret that only the origin holds. No log shows it.
#[derive(Clone)]
pub struct OriginSecret(Arc<[u8]>);

impl OriginSecret {
    /// From its text; `None` when it is shorter than [`MIN_ORIGIN_SECRET_BYTES`].
    pub fn new(text: &str) -> Option<Self> {
        (text.len() >= MIN_ORIGIN_SECRET_BYTES).then(|| Self(text.as_bytes().into()))
    }

    /// Whether another secret has the same bytes.
    pub(crate) fn is_same(&self, bytes: &[u8]) -> bool {
        *self.0 == *bytes
    }

    /// The key of a purpose and its parts: HMAC-SHA-256 over each with its length, so that no two lists of parts are
    /// the same message. What was derived is in use for as long as its purpose lives, so this never changes.
    pub(crate) fn derive(&self, purpose: &'static str, parts: &[&[u8]]) -> [u8; 32] {
        // `new_from_slice` refuses no length for HMAC; the empty key stands for the case that cannot happen.
        let mut mac =
            Hmac::<Sha256>::new_from_slice(&self.0).unwrap_or_else(|_| Hmac::<Sha256>::new(&Default::default()));
        for part in std::iter::once(purpose.as_bytes()).chain(parts.iter().copied()) {
            // A `usize` has at most 64 bits.
            mac.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }
}

impl fmt::Debug for OriginSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use base16ct::lower as hex;

    const TEXT: &str = "0123456789abcdef0123456789abcdef";

    #[test]
    fn derived_keys_are_pinned() {
        let secret = OriginSecret::new(TEXT).unwrap();
        let check = |parts: &[&[u8]], expected: &str| {
            assert_eq!(
                hex::encode_string(&secret.derive("signing-key", parts)),
                expected,
                "{parts:?}"
            );
        };
        check(
            &[&1_u64.to_be_bytes()],
            "3eed31dcdfdcfe2ed63629cd4cfcb821f9063e06476b453be02482471d888a5e",
        );
        check(
            &[b"ab", b"c"],
            "1677dc5fb03567b4c33d9c6f1e9a8dc6328fdfa09e3d71f1962e509e1aadc7f0",
        );
    }

    #[test]
    fn each_message_has_its_own_key() {
        let secret = OriginSecret::new(TEXT).unwrap();
        let other = OriginSecret::new("another secret of at least 32 bytes").unwrap();
        let keys = [
            secret.derive("a", &[]),
            secret.derive("b", &[]),
            secret.derive("a", &[b""]),
            secret.derive("a", &[b"bc"]),
            secret.derive("a", &[b"b", b"c"]),
            secret.derive("ab", &[b"c"]),
            other.derive("a", &[]),
        ];
        let different = std::collections::BTreeSet::from(keys);
        assert_eq!(different.len(), keys.len());
    }

    #[test]
    fn short_secrets_are_refused_and_none_is_shown() {
        assert!(OriginSecret::new(&TEXT[1..]).is_none());
        assert_eq!(format!("{:?}", OriginSecret::new(TEXT)), "Some([redacted])");
    }
}
