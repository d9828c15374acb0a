//! The secret in a reset's link: `<reset>.<key in hex>`, the key derived from the reset's identifier. Nothing of it is
//! stored, and a mail that is sent again holds the same.

use base16ct::lower as hex;
use engine::ids::PasswordResetId;
use subtle::ConstantTimeEq;

use crate::secret::OriginSecret;

/// What the key is derived for.
const PURPOSE: &str = "password-reset";

/// The token of a reset.
pub(crate) fn reset_token(secret: &OriginSecret, reset: PasswordResetId) -> String {
    format!("{reset}.{}", hex::encode_string(&key(secret, reset)))
}

/// The reset of a token that this origin made; compares in constant time.
pub(crate) fn read_reset_token(secret: &OriginSecret, token: &str) -> Option<PasswordResetId> {
    let (reset, presented) = token.split_once('.')?;
    let reset: PasswordResetId = reset.parse().ok()?;
    let presented = hex::decode_vec(presented).ok()?;
    bool::from(key(secret, reset).as_slice().ct_eq(&presented)).then_some(reset)
}

fn key(secret: &OriginSecret, reset: PasswordResetId) -> [u8; 32] {
    secret.derive(PURPOSE, &[reset.uuid().as_bytes()])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_ones_own_tokens_are_read() {
        let secret = OriginSecret::new("0123456789abcdef0123456789abcdef").unwrap();
        let other = OriginSecret::new("another secret of at least 32 bytes").unwrap();
        let (reset, foreign) = (
            PasswordResetId::from_parts(1, [1; 10]),
            PasswordResetId::from_parts(1, [2; 10]),
        );
        let token = reset_token(&secret, reset);
        assert_eq!(read_reset_token(&secret, &token), Some(reset));
        let (id, key) = token.split_once('.').unwrap();
        let changed_key = format!(
            "{id}.{}",
            key.replace(&key[..1], if &key[..1] == "0" { "1" } else { "0" })
        );
        for bad in [
            "",
            ".",
            id,
            &format!("{id}."),
            &format!("{id}.{}", &key[2..]),
            &format!("{id}.{key}00"),
            &format!("{foreign}.{key}"),
            &changed_key,
            &reset_token(&other, reset),
        ] {
            assert_eq!(read_reset_token(&secret, bad), None, "{bad}");
        }
    }
}
