//! Access tokens: issued for a session of a user, verified with the [`Keyring`].

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use engine::ids::{OrganizationId, SessionId, UserId};
use engine::wire::v1::{
    ACCESS_TOKEN_AUDIENCE, ACCESS_TOKEN_TYPE, AccessTokenClaims, AccessTokenError, KeySetEntry, UnverifiedAccessToken,
    V1,
};
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, Header, crypto};
use sqlx::PgPool;

use super::keyring::{Keyring, Ring};
use crate::db::signing_keys::SigningKeyRow;
use crate::problem::Error;
use crate::secret::OriginSecret;

/// How long an access token lives: the edge cannot learn that one was taken back, so it is short.
pub(crate) const ACCESS_TOKEN_LIFETIME: TimeDelta = TimeDelta::minutes(10);

/// Signs and verifies access tokens.
#[derive(Debug, Clone)]
pub(crate) struct Tokens {
    keyring: Arc<Keyring>,
    issuer: Arc<str>,
}

/// Whom a token is for, and what they may do.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Grant<'a> {
    pub(crate) user: UserId,
    pub(crate) organization: OrganizationId,
    pub(crate) session: SessionId,
    pub(crate) permissions: &'a [&'a str],
}

impl Tokens {
    /// Reads the signing keys.
    pub(crate) async fn load(
        pool: PgPool,
        secret: OriginSecret,
        issuer: &str,
        now: DateTime<Utc>,
    ) -> Result<Self, Error> {
        Ok(Self {
            keyring: Arc::new(Keyring::load(pool, secret, now).await?),
            issuer: issuer.into(),
        })
    }

    /// A token from `now` for [`ACCESS_TOKEN_LIFETIME`].
    pub(crate) async fn issue(&self, grant: Grant<'_>, now: DateTime<Utc>) -> Result<String, Error> {
        issue(&*self.keyring.ring(now).await, &self.issuer, grant, now)
    }

    /// What a token says, when it is ours and good at `now`; else 401.
    pub(crate) async fn verify(&self, text: &str, now: DateTime<Utc>) -> Result<AccessTokenClaims, Error> {
        let verified = match UnverifiedAccessToken::parse(text) {
            Ok(token) => {
                let ring = self.keyring.ring_with(token.key_id(), now).await?;
                verify(&ring, &self.issuer, token, now)
            }
            Err(error) => Err(error),
        };
        verified.map_err(|error| {
            tracing::debug!(%error, "an access token was refused");
            Error::unauthenticated("The access token is not valid or has expired: refresh it or sign in again.")
        })
    }

    /// The public keys for anyone (RFC 7517).
    pub(crate) async fn key_set(&self, now: DateTime<Utc>) -> JwkSet {
        self.keyring.ring(now).await.key_set(now)
    }

    /// What the edge is told of the keys of given generations.
    pub(crate) fn key_set_entry(&self, rows: &[SigningKeyRow], now: DateTime<Utc>) -> Result<KeySetEntry, Error> {
        Ok(KeySetEntry {
            v: V1,
            issuer: self.issuer.to_string(),
            keys: self.keyring.derive(rows)?.public_keys(now),
        })
    }
}

fn issue(ring: &Ring, issuer: &str, grant: Grant<'_>, now: DateTime<Utc>) -> Result<String, Error> {
    let key = ring
        .signing(now)
        .ok_or_else(|| Error::fault("no signing key is active: compare the clocks of origin and database"))?;
    let claims = AccessTokenClaims {
        iss: issuer.to_owned(),
        aud: ACCESS_TOKEN_AUDIENCE.to_owned(),
        sub: grant.user,
        org: grant.organization,
        sid: grant.session,
        permissions: grant.permissions.iter().map(|&word| word.to_owned()).collect(),
        iat: now.timestamp(),
        nbf: now.timestamp(),
        exp: (now + ACCESS_TOKEN_LIFETIME).timestamp(),
    };
    let header = Header {
        typ: Some(ACCESS_TOKEN_TYPE.to_owned()),
        kid: Some(key.key_id().to_owned()),
        ..Header::new(Algorithm::EdDSA)
    };
    jsonwebtoken::encode(&header, &claims, key.encoding()).map_err(Error::fault)
}

fn verify(
    ring: &Ring,
    issuer: &str,
    token: UnverifiedAccessToken<'_>,
    now: DateTime<Utc>,
) -> Result<AccessTokenClaims, AccessTokenError> {
    let key = ring
        .verifying(token.key_id(), now)
        .ok_or(AccessTokenError::UnknownKey)?;
    let signature = URL_SAFE_NO_PAD.encode(token.signature());
    let fits = crypto::verify(&signature, token.message(), key.decoding(), Algorithm::EdDSA);
    token.accept(fits.unwrap_or(false), issuer, now.timestamp())
}

#[cfg(test)]
mod tests;
