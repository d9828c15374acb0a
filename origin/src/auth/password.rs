//! Passwords: Argon2id on a bounded number of threads.

use std::sync::Arc;
use std::time::Duration;

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{self, PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use base16ct::lower as hex;
use tokio::sync::Semaphore;

use crate::problem::Error;
use crate::random;

/// Memory of one hash, in KiB: with two passes and one lane the least that OWASP's password storage guide names.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;
/// Of how many cores one hashes: the others answer everybody else, however many sign-ins come.
const CORES_PER_HASH: usize = 2;
/// Requests that may wait, for each that hashes. At 20 to 50 hashes a second and core the last of them waits one to
/// three seconds; more would only wait longer.
const MAX_WAITING_PER_HASH: usize = 50;
/// How long a request waits for a turn: then more sign-ins come than the machine can hash.
const TURN_TIMEOUT: Duration = Duration::from_secs(5);

/// Hashes and compares passwords, on half the cores at most and with a bounded number waiting, so that a flood of
/// sign-ins takes neither all memory nor the cores of everything else.
#[derive(Debug, Clone)]
pub(crate) struct Passwords {
    /// Of those that wait for a turn.
    places: Arc<Semaphore>,
    turns: Arc<Semaphore>,
    /// The hash of a password that nobody knows, for e-mails that nobody has.
    decoy: Arc<str>,
}

/// Why the hasher cannot start.
#[derive(Debug, thiserror::Error)]
pub enum PasswordError {
    /// The operating system gives no random bytes.
    #[error("no random bytes")]
    Random(#[from] getrandom::Error),
    /// The algorithm refuses.
    #[error("hashing failed")]
    Hash(#[from] password_hash::Error),
}

impl Passwords {
    pub(crate) fn new() -> Result<Self, PasswordError> {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let hashes = (cores / CORES_PER_HASH).max(1);
        let decoy = hash(&hex::encode_string(&random::bytes::<16>()?))?;
        Ok(Self {
            places: Arc::new(Semaphore::new(hashes.saturating_mul(MAX_WAITING_PER_HASH))),
            turns: Arc::new(Semaphore::new(hashes)),
            decoy: decoy.into(),
        })
    }

    /// The PHC string of a password.
    pub(crate) async fn hash(&self, password: String) -> Result<String, Error> {
        self.run(move || hash(&password)).await?.map_err(Error::fault)
    }

    /// Whether the password has this hash. Without a hash the same work is done for nothing, so that the time does not
    /// tell whether an e-mail is known.
    pub(crate) async fn verify(&self, password: String, hash: Option<String>) -> Result<bool, Error> {
        let hash = hash.unwrap_or_else(|| self.decoy.to_string());
        self.run(move || verify(&password, &hash)).await?.map_err(Error::fault)
    }

    async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Error> {
        let busy = || Error::unavailable("Too many sign-ins at once: send the request again in a moment.");
        let place = self.places.try_acquire().map_err(|_| busy())?;
        let turn = tokio::time::timeout(TURN_TIMEOUT, Arc::clone(&self.turns).acquire_owned())
            .await
            .map_err(|_| busy())?
            .map_err(Error::fault)?;
        drop(place);
        // The turn moves into the work: a client that goes away does not let another hash start beside this one.
        let work = move || {
            let value = work();
            drop(turn);
            value
        };
        tokio::task::spawn_blocking(work).await.map_err(Error::fault)
    }
}

fn argon2() -> Result<Argon2<'static>, password_hash::Error> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn hash(password: &str) -> Result<String, PasswordError> {
    let hash: PasswordHash = argon2()?.hash_password(password.as_bytes())?;
    Ok(hash.to_string())
}

fn verify(password: &str, hash: &str) -> Result<bool, password_hash::Error> {
    let hash = PasswordHash::new(hash)?;
    match argon2()?.verify_password(password.as_bytes(), &hash) {
        Ok(()) => Ok(true),
        Err(password_hash::Error::PasswordInvalid) => Ok(false),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn who_finds_no_place_to_wait_is_told_at_once() {
        let passwords = Passwords::new().unwrap();
        let hashes = passwords.turns.available_permits();
        let turns = Arc::clone(&passwords.turns)
            .acquire_many_owned(u32::try_from(hashes).unwrap())
            .await
            .unwrap();
        let hash = || passwords.hash("correct horse".to_owned());
        let waiting: Vec<_> = (0..hashes * MAX_WAITING_PER_HASH).map(|_| Box::pin(hash())).collect();
        let mut waiting = futures_util::future::join_all(waiting);
        tokio::select! {
            biased;
            _ = &mut waiting => panic!("a hash without a turn"),
            () = std::future::ready(()) => {}
        }
        let refused = tokio::time::timeout(TURN_TIMEOUT, hash()).await.unwrap();
        assert!(matches!(refused, Err(Error::Rejection(_))));
        drop(waiting);
        drop(turns);
        hash().await.unwrap();
    }

    #[tokio::test]
    async fn verifies() {
        let passwords = Passwords::new().unwrap();
        let hash = passwords.hash("correct horse".to_owned()).await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        let check = async |password: &str, hash: Option<&str>, expected| {
            let verified = passwords
                .verify(password.to_owned(), hash.map(str::to_owned))
                .await
                .unwrap();
            assert_eq!(verified, expected, "{password} {hash:?}");
        };
        check("correct horse", Some(&hash), true).await;
        check("wrong horse", Some(&hash), false).await;
        check("correct horse", None, false).await;
        assert!(
            passwords
                .verify("x".to_owned(), Some("no hash".to_owned()))
                .await
                .is_err()
        );
    }
}
