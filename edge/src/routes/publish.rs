//! `POST /internal/publish`: the origin's rules, app keys and public keys into KV.

use std::collections::{BTreeMap, BTreeSet};

use engine::problem::ProblemType;
use engine::signature::{self, Call};
use engine::wire::v1::{MAX_PUBLISH_ENTRIES, PUBLISH_PATH, PublishAnswer, PublishRequest, V1, key_set_key};
use futures_util::future::join_all;
use worker::kv::KvStore;
use worker::{Request, Response};

use crate::app::App;
use crate::problem::Failure;
use crate::{answer, body, log, rules};

/// Longest body in bytes: [`MAX_PUBLISH_ENTRIES`] rules of the largest size, some 16 KiB each, with room for escapes.
const MAX_PUBLISH_BYTES: usize = 1024 * 1024;

/// What every key but [`key_set_key`] starts with.
const KEY_PREFIXES: [&str; 2] = ["promo/", "key/"];

/// Stores values of the origin.
///
/// Awaits the body, then one KV write per key, all at once. Repeating is safe: the same value is written again. A
/// failed write is left out of the answer, and the origin sends that entry again.
pub(crate) async fn post_publish(app: &App, request: &mut Request) -> Result<Response, Failure> {
    let header = request.headers().get(signature::HEADER)?.unwrap_or_default();
    let body = body::read(request, MAX_PUBLISH_BYTES).await?;
    let secret = app
        .bindings()
        .internal_secret()
        .map_err(|cause| Failure::fault(ProblemType::Internal, cause))?;
    let now_secs = app.started_millis() / 1_000;
    signature::verify(secret.as_bytes(), &header, &Call::post(PUBLISH_PATH, &body), now_secs)
        .map_err(|error| Failure::rejection(ProblemType::Unauthenticated, format!("Sign the call: {error}.")))?;
    let entries = parse(&body).map_err(|detail| Failure::rejection(ProblemType::Malformed, detail))?;
    let store = app.bindings().store()?;
    let writes = entries.into_iter().map(|(key, value)| write(app, &store, key, value));
    let stored: BTreeSet<String> = join_all(writes).await.into_iter().flatten().collect();
    Ok(answer::json(200, &PublishAnswer { v: V1, stored }))
}

/// The key, if it is stored.
async fn write(app: &App, store: &KvStore, key: String, value: String) -> Option<String> {
    let written = match store.put(&key, value) {
        Ok(put) => put.execute().await,
        Err(error) => Err(error),
    };
    rules::forget(&key);
    match written {
        Ok(()) => Some(key),
        Err(error) => {
            log::error("publish_failed", app.request_id(), &format!("{key}: {error}"));
            None
        }
    }
}

/// Keys with their values. Of several values for one key the last counts: the writes are not ordered among themselves.
fn parse(body: &[u8]) -> Result<BTreeMap<String, String>, String> {
    let request: PublishRequest =
        serde_json::from_slice(body).map_err(|error| format!("Send a publish request: {error}."))?;
    if request.entries.len() > MAX_PUBLISH_ENTRIES {
        return Err(format!("Send at most {MAX_PUBLISH_ENTRIES} entries at once."));
    }
    if let Some(entry) = request.entries.iter().find(|entry| !is_key(&entry.key)) {
        return Err(format!(
            "`{}` is no key of a promotion, an application key or the set of public keys.",
            entry.key
        ));
    }
    Ok(request
        .entries
        .into_iter()
        .map(|entry| (entry.key, entry.value))
        .collect())
}

fn is_key(key: &str) -> bool {
    key == key_set_key()
        || KEY_PREFIXES
            .iter()
            .any(|prefix| key.strip_prefix(prefix).is_some_and(|rest| !rest.is_empty()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(body: &str, expected: Result<&[(&str, &str)], &str>) {
        match (parse(body.as_bytes()), expected) {
            (Ok(entries), Ok(expected)) => {
                let expected = expected
                    .iter()
                    .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
                    .collect();
                assert_eq!(entries, expected, "{body}");
            }
            (Err(detail), Err(part)) => assert!(detail.contains(part), "{detail}"),
            (found, expected) => panic!("{body}: {found:?}, not {expected:?}"),
        }
    }

    #[test]
    fn requests() {
        check(r#"{"v":1,"entries":[]}"#, Ok(&[]));
        check(
            r#"{"v":1,"entries":[{"key":"promo/o/a","value":"1"}]}"#,
            Ok(&[("promo/o/a", "1")]),
        );
        check(
            r#"{"v":1,"entries":[{"key":"key/a","value":"1"},{"key":"key/a","value":"2"}]}"#,
            Ok(&[("key/a", "2")]),
        );
        check(r#"{"v":2,"entries":[]}"#, Err("format version 2"));
        check(r#"{"v":1}"#, Err("entries"));
        check("", Err("Send a publish request"));
        check(
            r#"{"v":1,"entries":[{"key":"jwks","value":"1"}]}"#,
            Ok(&[("jwks", "1")]),
        );
        for key in ["jwks/", "promo/", "key/", "xkey/a", ""] {
            check(
                &format!(r#"{{"v":1,"entries":[{{"key":"{key}","value":"1"}}]}}"#),
                Err("is no key"),
            );
        }
    }

    #[test]
    fn number_of_entries_is_bounded() {
        let body = |count: usize| {
            let entries: Vec<_> = (0..count)
                .map(|number| format!(r#"{{"key":"key/{number}","value":"1"}}"#))
                .collect();
            format!(r#"{{"v":1,"entries":[{}]}}"#, entries.join(","))
        };
        assert_eq!(
            parse(body(MAX_PUBLISH_ENTRIES).as_bytes()).unwrap().len(),
            MAX_PUBLISH_ENTRIES
        );
        check(&body(MAX_PUBLISH_ENTRIES + 1), Err("at most 50"));
    }
}
