//! The keys that sign access tokens, as this process knows them.
//!
//! The database holds the generations, the origin's secret makes their keys. Each process reads the generations again
//! from time to time, and when it meets a key that it does not know, so that all agree within seconds.

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use chrono::{DateTime, TimeDelta, Utc};
use engine::wire::v1::PublicKey;
use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::jwk::{AlgorithmParameters, Jwk, JwkSet, PublicKeyUse, ThumbprintHash};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey};
use sqlx::PgPool;
use tokio::sync::{Mutex, MutexGuard};

use crate::db::signing_keys::{SigningKeyRow, list_signing_keys};
use crate::problem::{Error, chain};
use crate::secret::OriginSecret;

/// How old the generations may be that a process works with: far below the lead with which a key is published, and the
/// longest that a process honours a key that was retired at once.
pub(crate) const RELOAD_EVERY: TimeDelta = TimeDelta::seconds(10);
/// How soon an unknown key makes a process read the generations again: bounds what invented keys cost the database.
const UNKNOWN_KEY_RELOAD_EVERY: TimeDelta = TimeDelta::seconds(2);

/// The DER of a PKCS#8 Ed25519 private key up to its 32 bytes (RFC 8410 §10.3).
const PKCS8_ED25519_PREFIX: [u8; 16] = [
    0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
];

/// The keyring of a process.
pub(crate) struct Keyring {
    pool: PgPool,
    secret: OriginSecret,
    ring: RwLock<Arc<Ring>>,
    /// When the generations were last asked for; held while they are.
    asked_at: Mutex<DateTime<Utc>>,
}

impl Keyring {
    /// Reads the generations for the first time.
    pub(crate) async fn load(pool: PgPool, secret: OriginSecret, now: DateTime<Utc>) -> Result<Self, Error> {
        let ring = Ring::derive(&secret, &list_signing_keys(&pool).await?)?;
        Ok(Self {
            pool,
            secret,
            ring: RwLock::new(Arc::new(ring)),
            asked_at: Mutex::new(now),
        })
    }

    /// The keys. When they are old, one caller reads them anew; if that fails, the old ones serve on.
    pub(crate) async fn ring(&self, now: DateTime<Utc>) -> Arc<Ring> {
        if let Ok(asked_at) = self.asked_at.try_lock()
            && let Err(error) = self.reload(asked_at, RELOAD_EVERY, now).await
        {
            tracing::warn!(error = chain(&error), "the signing keys cannot be read again");
        }
        self.present()
    }

    /// The keys, among them `key_id` if it exists anywhere.
    pub(crate) async fn ring_with(&self, key_id: &str, now: DateTime<Utc>) -> Result<Arc<Ring>, Error> {
        let ring = self.ring(now).await;
        if ring.verifying(key_id, now).is_some() {
            return Ok(ring);
        }
        self.reload(self.asked_at.lock().await, UNKNOWN_KEY_RELOAD_EVERY, now)
            .await?;
        Ok(self.present())
    }

    /// The keys of given generations.
    pub(crate) fn derive(&self, rows: &[SigningKeyRow]) -> Result<Ring, Error> {
        Ring::derive(&self.secret, rows)
    }

    fn present(&self) -> Arc<Ring> {
        Arc::clone(&self.ring.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Awaits one read of the database, at most once in `every`.
    async fn reload(
        &self,
        mut asked_at: MutexGuard<'_, DateTime<Utc>>,
        every: TimeDelta,
        now: DateTime<Utc>,
    ) -> Result<(), Error> {
        if (now - *asked_at).abs() < every {
            return Ok(());
        }
        *asked_at = now;
        let ring = self.derive(&list_signing_keys(&self.pool).await?)?;
        *self.ring.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(ring);
        Ok(())
    }
}

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Keyring({:?})", self.present())
    }
}

/// Every generation's key, oldest first.
#[derive(Debug)]
pub(crate) struct Ring(Vec<SigningKey>);

/// A generation's key.
pub(crate) struct SigningKey {
    row: SigningKeyRow,
    public: PublicKey,
    encoding: EncodingKey,
    decoding: DecodingKey,
    jwk: Jwk,
}

impl Ring {
    fn derive(secret: &OriginSecret, rows: &[SigningKeyRow]) -> Result<Self, Error> {
        rows.iter()
            .map(|row| SigningKey::derive(secret, row).map_err(Error::fault))
            .collect::<Result<_, _>>()
            .map(Self)
    }

    /// The key that signs at `now`: the newest that has become active.
    pub(crate) fn signing(&self, now: DateTime<Utc>) -> Option<&SigningKey> {
        self.good(now).rfind(|key| key.row.active_at <= now)
    }

    /// The key of that name, unless it is retired.
    pub(crate) fn verifying(&self, key_id: &str, now: DateTime<Utc>) -> Option<&SigningKey> {
        self.good(now).find(|key| key.key_id() == key_id)
    }

    /// The public keys for anyone (RFC 7517), the next one included.
    pub(crate) fn key_set(&self, now: DateTime<Utc>) -> JwkSet {
        JwkSet {
            keys: self.good(now).map(|key| key.jwk.clone()).collect(),
        }
    }

    /// The same for the edge.
    pub(crate) fn public_keys(&self, now: DateTime<Utc>) -> Vec<PublicKey> {
        self.good(now).map(|key| key.public.clone()).collect()
    }

    fn good(&self, now: DateTime<Utc>) -> impl DoubleEndedIterator<Item = &SigningKey> {
        self.0.iter().filter(move |key| key.row.is_good(now))
    }
}

impl SigningKeyRow {
    /// Whether what it signed may still be good.
    pub(crate) fn is_good(&self, now: DateTime<Utc>) -> bool {
        self.retired_at.is_none_or(|retired_at| now < retired_at)
    }
}

impl SigningKey {
    fn derive(secret: &OriginSecret, row: &SigningKeyRow) -> Result<Self, jsonwebtoken::errors::Error> {
        let seed = secret.derive("signing-key", &[&row.generation.to_be_bytes()]);
        let encoding = EncodingKey::from_ed_der(&[PKCS8_ED25519_PREFIX.as_slice(), &seed].concat());
        let mut jwk = Jwk::from_encoding_key(&encoding, Algorithm::EdDSA)?;
        let AlgorithmParameters::OctetKeyPair(pair) = &jwk.algorithm else {
            return Err(ErrorKind::InvalidKeyFormat.into());
        };
        let public = PublicKey {
            kid: jwk.thumbprint(ThumbprintHash::SHA256)?,
            x: pair.x.clone(),
        };
        jwk.common.key_id = Some(public.kid.clone());
        jwk.common.public_key_use = Some(PublicKeyUse::Signature);
        let decoding = DecodingKey::from_jwk(&jwk)?;
        Ok(Self {
            row: row.clone(),
            public,
            encoding,
            decoding,
            jwk,
        })
    }

    pub(crate) fn key_id(&self) -> &str {
        &self.public.kid
    }

    pub(crate) const fn encoding(&self) -> &EncodingKey {
        &self.encoding
    }

    pub(crate) const fn decoding(&self) -> &DecodingKey {
        &self.decoding
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "generation {} {}", self.row.generation, self.key_id())
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) const NOW: i64 = 1_790_000_000;

    pub(crate) fn at(offset_secs: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(NOW + offset_secs, 0).unwrap()
    }

    /// A ring of generations from 1, each active and retired at these offsets from [`NOW`].
    pub(crate) fn ring(secret: &str, generations: &[(i64, Option<i64>)]) -> Ring {
        let rows: Vec<_> = (1..)
            .zip(generations)
            .map(|(generation, (active, retired))| SigningKeyRow {
                generation,
                created_at: at(*active),
                active_at: at(*active),
                retired_at: retired.map(at),
            })
            .collect();
        Ring::derive(&OriginSecret::new(secret).unwrap(), &rows).unwrap()
    }

    pub(crate) const SECRET: &str = "0123456789abcdef0123456789abcdef";

    #[test]
    fn generations_take_turns() {
        let ring = ring(SECRET, &[(-500, Some(50)), (-100, Some(100)), (10, None)]);
        let check = |offset, signing: Option<i32>, good: &[i32]| {
            let now = at(offset);
            assert_eq!(ring.signing(now).map(|key| key.row.generation), signing, "{offset}");
            let found: Vec<_> = ring.good(now).map(|key| key.row.generation).collect();
            assert_eq!(found, good, "{offset}");
            assert_eq!(ring.key_set(now).keys.len(), good.len(), "{offset}");
            assert_eq!(ring.public_keys(now).len(), good.len(), "{offset}");
            for key in &ring.0 {
                let verifies = ring.verifying(key.key_id(), now).is_some();
                assert_eq!(verifies, good.contains(&key.row.generation), "{offset} {key:?}");
            }
        };
        check(-501, None, &[1, 2, 3]);
        check(-500, Some(1), &[1, 2, 3]);
        check(-100, Some(2), &[1, 2, 3]);
        check(9, Some(2), &[1, 2, 3]);
        check(10, Some(3), &[1, 2, 3]);
        check(49, Some(3), &[1, 2, 3]);
        check(50, Some(3), &[2, 3]);
        check(100, Some(3), &[3]);
    }

    #[test]
    fn key_set_is_pinned() {
        let ring = ring(SECRET, &[(0, None)]);
        let json = serde_json::to_value(ring.key_set(at(0))).unwrap();
        let (kid, x) = (
            "4ljzgshdeU-Va0lKcHpWfg4UIUnd60wKSrezXBZLe54",
            "nECgOhuZb2ecW_0H0LxmX51CxVGHnrvuZ6Z8ahrgU1Q",
        );
        assert_eq!(
            json,
            serde_json::json!({"keys": [{
                "use": "sig", "alg": "EdDSA", "kty": "OKP", "crv": "Ed25519", "kid": kid, "x": x,
            }]})
        );
        let key = PublicKey {
            kid: kid.to_owned(),
            x: x.to_owned(),
        };
        assert_eq!(ring.public_keys(at(0)), [key]);
    }
}
