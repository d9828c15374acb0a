//! Access tokens: whom a call to the origin names. What the origin would refuse does not get there.

use std::rc::Rc;

use engine::app_key::AppKey;
use engine::problem::ProblemType;
use engine::wire::v1::{AccessTokenError, Identity, KeySetEntry, UnverifiedAccessToken, key_set_key};
use worker::Request;

use super::{bearer, is_app_key};
use crate::app::App;
use crate::problem::Failure;
use crate::{crypto, log, rules};

/// How old the known keys have to be, in seconds, for an unknown one to be worth a look: bounds what invented keys cost
/// the store.
const LOOK_AGAIN_AFTER_SECS: u64 = 5;

/// Whom a request's access token names; `None` without a token, or when there are no keys to verify it with: then the
/// origin decides, which verifies in any case.
///
/// Awaits the published keys, from the isolate's cache when it is warm, and the platform's cryptography.
pub(crate) async fn identify(app: &App, request: &Request) -> Result<Option<Identity>, Failure> {
    let header = request.headers().get("Authorization")?;
    let Some(text) = header.as_deref().and_then(bearer) else {
        return Ok(None);
    };
    if is_app_key(text) {
        return Err(refuse(app_key_detail(text)));
    }
    let token = UnverifiedAccessToken::parse(text).map_err(refuse_token)?;
    let Some(keys) = read_keys(app, token.key_id()).await else {
        return Ok(None);
    };
    let key = keys
        .key(token.key_id())
        .ok_or(AccessTokenError::UnknownKey)
        .map_err(refuse_token)?;
    let fits = crypto::verify_ed25519(&key, token.message(), token.signature()).await?;
    let claims = token
        .accept(fits, &keys.issuer, app.now().timestamp())
        .map_err(refuse_token)?;
    Ok(Some(Identity {
        user: claims.sub,
        organization: claims.org,
        session: claims.sid,
    }))
}

/// The published keys, read anew if they lack `key_id` and are not of this moment. A store that fails is for the log:
/// it decides nothing.
async fn read_keys(app: &App, key_id: &str) -> Option<Rc<KeySetEntry>> {
    let name = key_set_key().to_owned();
    let read = match rules::read::<KeySetEntry>(app, name.clone()).await {
        Ok(Some(read)) if is_outdated(&read.value, read.age_secs, key_id) => rules::read_anew(app, name).await,
        read => read,
    };
    match read {
        Ok(read) => read.map(|read| read.value),
        Err(failure) => {
            log::error("keys_not_read", app.request_id(), failure.cause());
            None
        }
    }
}

fn is_outdated(keys: &KeySetEntry, age_secs: u64, key_id: &str) -> bool {
    age_secs >= LOOK_AGAIN_AFTER_SECS && keys.keys.iter().all(|key| key.kid != key_id)
}

/// A mistyped key is told so by its checksum alone.
fn app_key_detail(text: &str) -> String {
    match AppKey::parse(text) {
        Ok(_) => {
            "Application keys evaluate promotions and manage nothing: sign in and send an access token.".to_owned()
        }
        Err(error) => format!("This is {error}; and here it would need an access token: sign in."),
    }
}

/// The caller learns no more than at the origin.
fn refuse_token(_: AccessTokenError) -> Failure {
    refuse("The access token is not valid or has expired: refresh it or sign in again.")
}

fn refuse(detail: impl Into<String>) -> Failure {
    let challenge = "Bearer realm=\"coupons\", error=\"invalid_token\"";
    Failure::rejection(ProblemType::Unauthenticated, detail).with_header("WWW-Authenticate", challenge)
}

#[cfg(test)]
mod tests {
    use engine::wire::v1::{PublicKey, V1};

    use super::*;

    #[test]
    fn unknown_keys_are_looked_for_from_time_to_time() {
        let keys = KeySetEntry {
            v: V1,
            issuer: "urn:a".to_owned(),
            keys: vec![PublicKey {
                kid: "known".to_owned(),
                x: String::new(),
            }],
        };
        let check = |key_id, age_secs, expected| {
            assert_eq!(is_outdated(&keys, age_secs, key_id), expected, "{key_id} {age_secs}");
        };
        check("known", 60, false);
        check("unknown", LOOK_AGAIN_AFTER_SECS - 1, false);
        check("unknown", LOOK_AGAIN_AFTER_SECS, true);
    }

    #[test]
    fn application_keys_are_told_what_they_are_for() {
        let check = |text, part| assert!(app_key_detail(text).contains(part), "{}", app_key_detail(text));
        check(
            "ck_live_09090909_3vnfXPH91tldVNF7zrjbTLD5xphZRJB313g8f8",
            "manage nothing",
        );
        check(
            "ck_live_09090909_3vnfXPH91tldVNF7zrjbTLD5xphZRJB313g8f9",
            "not an application key",
        );
    }
}
