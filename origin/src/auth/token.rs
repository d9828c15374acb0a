//! Access tokens: EdDSA JWTs that live ten minutes, and the key set with which anyone verifies them.

use std::fmt;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, TimeDelta, Utc};
use engine::ids::{OrganizationId, SessionId, UserId};
use jsonwebtoken::jwk::{Jwk, JwkSet, PublicKeyUse, ThumbprintHash};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};

use crate::random;

/// How long an access token lives: it cannot be taken back, so it is short.
pub(crate) const ACCESS_TOKEN_LIFETIME: TimeDelta = TimeDelta::minutes(10);
/// The audience of every access token.
const AUDIENCE: &str = "coupons";

/// The DER of a PKCS#8 Ed25519 private key up to its 32 bytes (RFC 8410 §10.3).
const PKCS8_ED25519_PREFIX: [u8; 16] = [
    0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
];

/// What an access token says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Claims {
    /// The user.
    pub(crate) sub: UserId,
    /// The organisation.
    pub(crate) org: OrganizationId,
    /// The session, which the origin looks up.
    pub(crate) sid: SessionId,
    /// Words, so that a token of a newer release can be read.
    pub(crate) permissions: Vec<String>,
    /// Seconds since 1970.
    pub(crate) iat: i64,
    /// Seconds since 1970, exclusive.
    pub(crate) exp: i64,
    pub(crate) iss: String,
    pub(crate) aud: String,
}

/// Signs and verifies access tokens.
#[derive(Clone)]
pub struct Tokens(Arc<Keys>);

struct Keys {
    encoding: EncodingKey,
    decoding: DecodingKey,
    key_id: String,
    key_set: JwkSet,
    issuer: String,
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Tokens(key {} of {})", self.0.key_id, self.0.issuer)
    }
}

impl Tokens {
    /// From an Ed25519 key in PKCS#8 DER.
    ///
    /// # Errors
    /// When it is no such key.
    pub fn new(pkcs8_der: &[u8], issuer: &str) -> Result<Self, jsonwebtoken::errors::Error> {
        let encoding = EncodingKey::from_ed_der(pkcs8_der);
        let mut jwk = Jwk::from_encoding_key(&encoding, Algorithm::EdDSA)?;
        let key_id = jwk.thumbprint(ThumbprintHash::SHA256)?;
        jwk.common.key_id = Some(key_id.clone());
        jwk.common.public_key_use = Some(PublicKeyUse::Signature);
        let decoding = DecodingKey::from_jwk(&jwk)?;
        let key_set = JwkSet { keys: vec![jwk] };
        Ok(Self(Arc::new(Keys {
            encoding,
            decoding,
            key_id,
            key_set,
            issuer: issuer.to_owned(),
        })))
    }

    /// The public key set (RFC 7517).
    pub(crate) fn key_set(&self) -> &JwkSet {
        &self.0.key_set
    }

    /// A token for a user, from `now` for [`ACCESS_TOKEN_LIFETIME`].
    pub(crate) fn issue(
        &self,
        user: UserId,
        organization: OrganizationId,
        session: SessionId,
        permissions: &[&str],
        now: DateTime<Utc>,
    ) -> Result<String, jsonwebtoken::errors::Error> {
        let claims = Claims {
            sub: user,
            org: organization,
            sid: session,
            permissions: permissions.iter().map(|&permission| permission.to_owned()).collect(),
            iat: now.timestamp(),
            exp: (now + ACCESS_TOKEN_LIFETIME).timestamp(),
            iss: self.0.issuer.clone(),
            aud: AUDIENCE.to_owned(),
        };
        let header = Header {
            kid: Some(self.0.key_id.clone()),
            ..Header::new(Algorithm::EdDSA)
        };
        jsonwebtoken::encode(&header, &claims, &self.0.encoding)
    }

    /// What a token says, when it is ours and lives at `now`.
    pub(crate) fn verify(&self, token: &str, now: DateTime<Utc>) -> Option<Claims> {
        let mut validation = Validation::new(Algorithm::EdDSA);
        validation.set_issuer(&[&self.0.issuer]);
        validation.set_audience(&[AUDIENCE]);
        // The process's clock decides, below.
        validation.validate_exp = false;
        let claims = jsonwebtoken::decode::<Claims>(token, &self.0.decoding, &validation)
            .ok()?
            .claims;
        (now.timestamp() < claims.exp).then_some(claims)
    }
}

/// A new value for `TOKEN_SIGNING_KEY`: an Ed25519 key, PKCS#8 in base64.
///
/// # Errors
/// When the operating system gives no random bytes.
pub fn generate_signing_key() -> Result<String, getrandom::Error> {
    let seed = random::bytes::<32>()?;
    Ok(STANDARD.encode([PKCS8_ED25519_PREFIX.as_slice(), &seed].concat()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(seed: u8, issuer: &str) -> Tokens {
        Tokens::new(&[PKCS8_ED25519_PREFIX.as_slice(), &[seed; 32]].concat(), issuer).unwrap()
    }

    fn issue(tokens: &Tokens, now: DateTime<Utc>) -> String {
        let user = UserId::from_parts(1, [1; 10]);
        tokens
            .issue(
                user,
                OrganizationId::from_parts(1, [2; 10]),
                SessionId::from_parts(1, [3; 10]),
                &["reports.read"],
                now,
            )
            .unwrap()
    }

    #[test]
    fn lives_ten_minutes() {
        let now = DateTime::from_timestamp(1_790_000_000, 0).unwrap();
        let tokens = tokens(1, "urn:a");
        let token = issue(&tokens, now);
        let check = |after_secs, valid| {
            let claims = tokens.verify(&token, now + TimeDelta::seconds(after_secs));
            assert_eq!(claims.is_some(), valid, "{after_secs} s");
        };
        check(0, true);
        check(599, true);
        check(600, false);
    }

    #[test]
    fn refuses_what_is_not_ours() {
        let now = DateTime::from_timestamp(1_790_000_000, 0).unwrap();
        let ours = tokens(1, "urn:a");
        for foreign in [tokens(2, "urn:a"), tokens(1, "urn:b")] {
            assert_eq!(ours.verify(&issue(&foreign, now), now), None);
        }
        let unsigned = issue(&ours, now).rsplit_once('.').unwrap().0.to_owned() + ".";
        for text in ["", "a.b.c", &unsigned] {
            assert_eq!(ours.verify(text, now), None, "{text}");
        }
    }

    #[test]
    fn key_set_is_pinned() {
        let json = serde_json::to_value(tokens(1, "urn:a").key_set()).unwrap();
        assert_eq!(
            json,
            serde_json::json!({"keys": [{
                "use": "sig", "alg": "EdDSA", "kty": "OKP", "crv": "Ed25519",
                "kid": "UDDReOZl1ipXAfp9wYsm13sDBMK5og--QWdBjzuf6o4",
                "x": "iojj3XQJ8ZX9UtstPLpdcspnCb8dlBIb83SIAbQPb1w",
            }]})
        );
    }

    #[test]
    fn generated_keys_work() {
        let key = generate_signing_key().unwrap();
        assert!(Tokens::new(&STANDARD.decode(key).unwrap(), "urn:a").is_ok());
        assert!(Tokens::new(b"no key", "urn:a").is_err());
    }
}
