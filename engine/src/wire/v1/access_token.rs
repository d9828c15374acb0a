//! The access token: a JWT of the profile of RFC 9068, signed with Ed25519 by the origin and verified by edge and
//! origin.
//!
//! All but the signature's own arithmetic is read and checked here, so that both refuse the same texts.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::V1;
use crate::ids::{OrganizationId, SessionId, UserId};

/// `typ` of the header (RFC 9068 §2.1): no other JWT passes for an access token.
pub const ACCESS_TOKEN_TYPE: &str = "at+jwt";
/// `alg` of the header: the only one, so that a token cannot choose how it is verified.
pub const ACCESS_TOKEN_ALGORITHM: &str = "EdDSA";
/// `aud` of every access token.
pub const ACCESS_TOKEN_AUDIENCE: &str = "coupons";
/// How far the clocks of issuer and verifier may differ, in seconds: platforms keep time to well under a second.
pub const CLOCK_TOLERANCE_SECS: i64 = 5;
/// Longest text that is read as an access token, in bytes: one with every permission has under 1 KiB.
const MAX_ACCESS_TOKEN_BYTES: usize = 4 * 1024;
/// Bytes of an Ed25519 signature.
const SIGNATURE_BYTES: usize = 64;

/// The header of an access token. Another field, such as `crit` or `jwk`, makes it no access token of ours.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccessTokenHeader {
    /// [`ACCESS_TOKEN_TYPE`].
    pub typ: String,
    /// [`ACCESS_TOKEN_ALGORITHM`].
    pub alg: String,
    /// The key that signed.
    pub kid: String,
}

/// What an access token says. Times are seconds since 1970.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessTokenClaims {
    /// Who issued it.
    pub iss: String,
    /// [`ACCESS_TOKEN_AUDIENCE`].
    pub aud: String,
    /// The user.
    pub sub: UserId,
    /// The organisation.
    pub org: OrganizationId,
    /// The session.
    pub sid: SessionId,
    /// Words, so that a token of a newer release can be read.
    pub permissions: Vec<String>,
    /// When it was issued.
    pub iat: i64,
    /// From when it is good.
    pub nbf: i64,
    /// Until when it is good, exclusive.
    pub exp: i64,
}

/// Why a text is not accepted as an access token. A client learns only that it is not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AccessTokenError {
    /// Not three parts of base64url, or not their JSON.
    #[error("the access token is malformed")]
    Malformed,
    /// Another type or algorithm.
    #[error("the access token's header is not ours")]
    Header,
    /// Signed by no key that is good.
    #[error("the access token's key is not known")]
    UnknownKey,
    /// The signature does not fit.
    #[error("the access token's signature does not fit")]
    Signature,
    /// Of another issuer, or for another audience.
    #[error("the access token is not for this service")]
    Foreign,
    /// Before its time.
    #[error("the access token is not valid yet")]
    Early,
    /// After its time.
    #[error("the access token has expired")]
    Expired,
}

/// A well-formed access token whose signature and claims are still to be checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnverifiedAccessToken<'a> {
    key_id: String,
    message: &'a str,
    signature: [u8; SIGNATURE_BYTES],
    claims: AccessTokenClaims,
}

impl<'a> UnverifiedAccessToken<'a> {
    /// Reads a token's three parts; a field that stands twice is refused with the rest.
    ///
    /// # Errors
    /// [`AccessTokenError::Malformed`] and [`AccessTokenError::Header`].
    pub fn parse(text: &'a str) -> Result<Self, AccessTokenError> {
        if text.len() > MAX_ACCESS_TOKEN_BYTES {
            return Err(AccessTokenError::Malformed);
        }
        let (message, signature) = text.rsplit_once('.').ok_or(AccessTokenError::Malformed)?;
        let (header, claims) = message.split_once('.').ok_or(AccessTokenError::Malformed)?;
        let header: AccessTokenHeader = decode_json(header).ok_or(AccessTokenError::Header)?;
        if header.typ != ACCESS_TOKEN_TYPE || header.alg != ACCESS_TOKEN_ALGORITHM {
            return Err(AccessTokenError::Header);
        }
        let signature = URL_SAFE_NO_PAD.decode(signature).ok();
        Ok(Self {
            key_id: header.kid,
            message,
            signature: signature
                .and_then(|bytes| bytes.try_into().ok())
                .ok_or(AccessTokenError::Malformed)?,
            claims: decode_json(claims).ok_or(AccessTokenError::Malformed)?,
        })
    }

    /// The key that is said to have signed.
    pub fn key_id(&self) -> &str {
        &self.key_id
    }

    /// What was signed.
    pub const fn message(&self) -> &'a [u8] {
        self.message.as_bytes()
    }

    /// The signature over it.
    pub const fn signature(&self) -> &[u8; SIGNATURE_BYTES] {
        &self.signature
    }

    /// The claims, if the caller found the signature to fit and they are good at `now_unix_secs`.
    ///
    /// # Errors
    /// What is wrong first.
    pub fn accept(
        self,
        signature_fits: bool,
        issuer: &str,
        now_unix_secs: i64,
    ) -> Result<AccessTokenClaims, AccessTokenError> {
        let claims = self.claims;
        if !signature_fits {
            Err(AccessTokenError::Signature)
        } else if claims.iss != issuer || claims.aud != ACCESS_TOKEN_AUDIENCE {
            Err(AccessTokenError::Foreign)
        } else if claims.nbf > now_unix_secs.saturating_add(CLOCK_TOLERANCE_SECS) {
            Err(AccessTokenError::Early)
        } else if claims.exp.saturating_add(CLOCK_TOLERANCE_SECS) <= now_unix_secs {
            Err(AccessTokenError::Expired)
        } else {
            Ok(claims)
        }
    }
}

/// What the edge verifies access tokens with: the value of [`super::key_set_key`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeySetEntry {
    /// The format.
    pub v: V1,
    /// The issuer of the tokens.
    pub issuer: String,
    /// Every key that may have signed a token that is still good, and the next one.
    pub keys: Vec<PublicKey>,
}

/// An Ed25519 public key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublicKey {
    /// Its name in a token's header: its thumbprint (RFC 7638).
    pub kid: String,
    /// Its 32 bytes in base64url, as in a JWK (RFC 8037 §2).
    pub x: String,
}

impl KeySetEntry {
    /// The bytes of a key.
    pub fn key(&self, kid: &str) -> Option<[u8; 32]> {
        let key = self.keys.iter().find(|key| key.kid == kid)?;
        URL_SAFE_NO_PAD.decode(&key.x).ok()?.try_into().ok()
    }
}

fn decode_json<T: DeserializeOwned>(part: &str) -> Option<T> {
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(part).ok()?).ok()?;
    serde_json::from_str(&text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "01a0c4506c0071018101010101010101";
    const HEADER: &str = r#"{"typ":"at+jwt","alg":"EdDSA","kid":"k"}"#;

    fn claims() -> String {
        format!(
            r#"{{"iss":"urn:a","aud":"coupons","sub":"user_{ID}","org":"org_{ID}","sid":"sess_{ID}","permissions":["reports.read"],"iat":1000,"nbf":1000,"exp":1600}}"#
        )
    }

    fn token(header: &str, claims: &str) -> String {
        let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
        format!("{}.{}.{}", part(header), part(claims), URL_SAFE_NO_PAD.encode([7; 64]))
    }

    #[test]
    fn forms_are_pinned() {
        let read: AccessTokenClaims = serde_json::from_str(&claims()).unwrap();
        assert_eq!(serde_json::to_string(&read).unwrap(), claims());
        let read: AccessTokenHeader = serde_json::from_str(HEADER).unwrap();
        assert_eq!(serde_json::to_string(&read).unwrap(), HEADER);
        let entry =
            r#"{"v":1,"issuer":"urn:a","keys":[{"kid":"k","x":"iojj3XQJ8ZX9UtstPLpdcspnCb8dlBIb83SIAbQPb1w"}]}"#;
        let read: KeySetEntry = serde_json::from_str(entry).unwrap();
        assert_eq!(serde_json::to_string(&read).unwrap(), entry);
        assert_eq!(read.key("k").unwrap()[..2], [0x8a, 0x88]);
        assert_eq!(read.key("other"), None);
    }

    #[test]
    fn parts() {
        let text = token(HEADER, &claims());
        let read = UnverifiedAccessToken::parse(&text).unwrap();
        assert_eq!((read.key_id(), read.signature()), ("k", &[7; 64]));
        assert_eq!(read.message(), text.rsplit_once('.').unwrap().0.as_bytes());
    }

    #[test]
    fn malformed_texts_are_refused() {
        use AccessTokenError::{Header, Malformed};
        let check = |text: &str, expected| {
            assert_eq!(UnverifiedAccessToken::parse(text).unwrap_err(), expected, "{text}");
        };
        let good = token(HEADER, &claims());
        let header = |header: &str| token(header, &claims());
        let other_claims = |from: &str, to: &str| token(HEADER, &claims().replace(from, to));
        for text in ["", "a", "a.b", "....", &good[..good.len() - 1], &format!("{good}x")] {
            assert!(UnverifiedAccessToken::parse(text).is_err(), "{text}");
        }
        check(&format!("{good}."), Malformed);
        check(&format!("{good}.{good}"), Malformed);
        check(&format!("{good}="), Malformed);
        check(&header(&HEADER.replace("at+jwt", "JWT")), Header);
        check(&header(&HEADER.replace("EdDSA", "none")), Header);
        check(&header(&HEADER.replace("EdDSA", "HS256")), Header);
        check(&header(r#"{"alg":"EdDSA","kid":"k"}"#), Header);
        check(&header(r#"{"typ":"at+jwt","alg":"EdDSA"}"#), Header);
        check(&header(&HEADER.replace('}', r#","crit":["exp"]}"#)), Header);
        check(&header(&HEADER.replace('}', r#","alg":"EdDSA"}"#)), Header);
        check(&other_claims("}", r#","exp":9999}"#), Malformed);
        check(&other_claims(r#""exp":1600"#, r#""exp":1e9"#), Malformed);
        check(&other_claims("sess_", "user_"), Malformed);
        check(&other_claims(r#""aud":"coupons""#, r#""aud":["coupons"]"#), Malformed);
        check(&other_claims("reports.read", &"x".repeat(5_000)), Malformed);
    }

    #[test]
    fn claims_are_checked() {
        let check = |fits, issuer, now, expected: Result<(), AccessTokenError>| {
            let text = token(HEADER, &claims());
            let accepted = UnverifiedAccessToken::parse(&text).unwrap().accept(fits, issuer, now);
            assert_eq!(accepted.map(drop), expected, "{issuer} {now}");
        };
        check(true, "urn:a", 1_000, Ok(()));
        check(true, "urn:a", 1_000 - CLOCK_TOLERANCE_SECS, Ok(()));
        check(true, "urn:a", 999 - CLOCK_TOLERANCE_SECS, Err(AccessTokenError::Early));
        check(true, "urn:a", 1_599 + CLOCK_TOLERANCE_SECS, Ok(()));
        check(
            true,
            "urn:a",
            1_600 + CLOCK_TOLERANCE_SECS,
            Err(AccessTokenError::Expired),
        );
        check(true, "urn:b", 1_000, Err(AccessTokenError::Foreign));
        check(false, "urn:a", 1_000, Err(AccessTokenError::Signature));
        let other = token(HEADER, &claims().replace("coupons", "others"));
        let accepted = UnverifiedAccessToken::parse(&other)
            .unwrap()
            .accept(true, "urn:a", 1_000);
        assert_eq!(accepted, Err(AccessTokenError::Foreign));
    }
}
