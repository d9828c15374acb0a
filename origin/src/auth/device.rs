//! Known devices: a browser that signed in keeps a cookie that says so, for one person.
//!
//! Its wrong passwords are counted apart from everybody else's (OWASP, "device cookies"). A stranger who tries
//! passwords therefore delays strangers, not the owner at the usual browser. The cookie authorises nothing.

use axum::http::HeaderMap;
use base16ct::lower as hex;
use engine::ids::UserId;
use subtle::ConstantTimeEq;

use super::refresh::{cookie_of, set_cookie};
use crate::random;
use crate::secret::OriginSecret;

const COOKIE_NAME: &str = "__Host-coupons_device";
/// The longest life that browsers give a cookie (RFC 6265bis §5.5), in seconds.
const LIFETIME_SECS: i64 = 400 * 24 * 3_600;
/// Hex characters of the device's name: 128 bits.
const NONCE_CHARS: usize = 32;

/// A device of a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Device {
    nonce: String,
}

impl Device {
    /// The device that a request comes from, if `user` signed in there.
    pub(crate) fn of(headers: &HeaderMap, secret: &OriginSecret, user: UserId) -> Option<Self> {
        let value = cookie_of(headers, COOKIE_NAME)?;
        let (nonce, tag) = value.split_once('.').filter(|(nonce, _)| nonce.len() == NONCE_CHARS)?;
        let expected = tag_of(secret, user, nonce);
        bool::from(expected.as_bytes().ct_eq(tag.as_bytes())).then(|| Self {
            nonce: nonce.to_owned(),
        })
    }

    /// A device that was not known.
    pub(crate) fn issue() -> Result<Self, getrandom::Error> {
        let nonce = hex::encode_string(&random::bytes::<{ NONCE_CHARS / 2 }>()?);
        Ok(Self { nonce })
    }

    /// The `Set-Cookie` value that keeps it.
    pub(crate) fn to_cookie(&self, secret: &OriginSecret, user: UserId) -> String {
        let value = format!("{}.{}", self.nonce, tag_of(secret, user, &self.nonce));
        set_cookie(COOKIE_NAME, value, LIFETIME_SECS)
    }

    /// What its failures are counted under.
    pub(crate) fn subject(&self, user: UserId) -> String {
        format!("{user} {}", self.nonce)
    }
}

fn tag_of(secret: &OriginSecret, user: UserId, nonce: &str) -> String {
    hex::encode_string(&secret.derive("device", &[user.uuid().as_bytes(), nonce.as_bytes()]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;
    use axum::http::header::COOKIE;

    #[test]
    fn knows_its_person_alone() {
        let secret = |byte: u8| OriginSecret::new(&char::from(byte).to_string().repeat(32)).unwrap();
        let user = |n| UserId::from_parts(1, [n; 10]);
        let device = Device::issue().unwrap();
        let cookie = device.to_cookie(&secret(b'a'), user(1));
        let sent = cookie.split(';').next().unwrap().to_owned();
        let of = |sent: &str, secret: &OriginSecret, user| {
            let headers = HeaderMap::from_iter([(COOKIE, HeaderValue::from_str(sent).unwrap())]);
            Device::of(&headers, secret, user)
        };
        assert_eq!(of(&sent, &secret(b'a'), user(1)), Some(device));
        assert_eq!(of(&sent, &secret(b'a'), user(2)), None);
        assert_eq!(of(&sent, &secret(b'b'), user(1)), None);
        for broken in [
            "",
            "__Host-coupons_device=",
            "__Host-coupons_device=a.b",
            &sent[..sent.len() - 1],
        ] {
            assert_eq!(of(broken, &secret(b'a'), user(1)), None, "{broken}");
        }
    }
}
