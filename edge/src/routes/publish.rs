//! `POST /internal/publish`: the origin's rules, app keys and public keys into KV, and what the ledger has to know to its
//! objects.

use std::collections::{BTreeMap, BTreeSet};

use engine::ledger::Config;
use engine::problem::ProblemType;
use engine::wire::v1::{
    LEDGER_PREFIX, MAX_PUBLISH_ENTRIES, PUBLISH_PATH, PublishAnswer, PublishEntry, PublishRequest, V1, key_set_key,
};
use futures_util::future::join_all;
use worker::{Request, Response};

use super::signed;
use crate::app::App;
use crate::problem::Failure;
use crate::{answer, gate, ledger, log, rules};

/// Longest body in bytes: the origin's calls hold at most as much text, with room for escapes.
const MAX_PUBLISH_BYTES: usize = 2 * 1024 * 1024;

/// What every key but [`key_set_key`] starts with.
const KEY_PREFIXES: [&str; 3] = ["promo/", "key/", LEDGER_PREFIX];

/// Stores values of the origin.
///
/// Awaits the body, then for each key its gate, or a promotion's ledger objects, all at once. Repeating is safe: the same
/// value is written again. What failed is left out of the answer, and the origin sends that entry again.
pub(crate) async fn post_publish(app: &App, request: &mut Request) -> Result<Response, Failure> {
    let request: PublishRequest = signed::read(app, request, PUBLISH_PATH, MAX_PUBLISH_BYTES).await?;
    signed::at_most(request.entries.len(), MAX_PUBLISH_ENTRIES, "entries")?;
    let entries = newest(request.entries).map_err(|detail| Failure::rejection(ProblemType::Malformed, detail))?;
    let writes = entries.into_values().map(|entry| write(app, entry));
    let stored: BTreeSet<String> = join_all(writes).await.into_iter().flatten().collect();
    Ok(answer::json(200, &PublishAnswer { v: V1, stored }))
}

/// The key, if its value is where it belongs.
async fn write(app: &App, entry: PublishEntry) -> Option<String> {
    let written = if entry.key.starts_with(LEDGER_PREFIX) {
        configure(app, &entry.value).await
    } else {
        let written = gate::write(app.bindings(), &entry).await;
        rules::forget(&entry.key);
        written
    };
    match written {
        Ok(()) => Some(entry.key),
        Err(error) => {
            log::error("publish_failed", app.request_id(), &format!("{}: {error}", entry.key));
            None
        }
    }
}

async fn configure(app: &App, text: &str) -> Result<(), String> {
    let config = Config::from_json(text).map_err(|error| error.to_string())?;
    ledger::configure(app.bindings(), &config).await
}

/// Of several values for one key the newest: the writes are not ordered among themselves.
fn newest(entries: Vec<PublishEntry>) -> Result<BTreeMap<String, PublishEntry>, String> {
    let mut newest: BTreeMap<String, PublishEntry> = BTreeMap::new();
    for entry in entries {
        if !is_key(&entry.key) {
            return Err(format!(
                "`{}` is no key of a promotion, a ledger, an application key or the set of public keys.",
                entry.key
            ));
        }
        let known = newest.get(&entry.key).map_or(0, |known| known.revision);
        if entry.revision >= known {
            newest.insert(entry.key.clone(), entry);
        }
    }
    Ok(newest)
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

    #[test]
    fn the_newest_value_of_a_key_counts() {
        let check = |entries: &[(&str, u64, &str)], expected: &[(&str, &str)]| {
            let entry = |(key, revision, value): &(&str, u64, &str)| PublishEntry {
                key: (*key).to_owned(),
                revision: *revision,
                value: (*value).to_owned(),
            };
            let found = newest(entries.iter().map(entry).collect()).unwrap();
            let found: Vec<_> = found
                .values()
                .map(|entry| (entry.key.as_str(), entry.value.as_str()))
                .collect();
            assert_eq!(found, expected);
        };
        check(&[], &[]);
        check(&[("promo/o/a", 1, "1")], &[("promo/o/a", "1")]);
        check(&[("key/a", 1, "1"), ("key/a", 2, "2")], &[("key/a", "2")]);
        check(&[("key/a", 2, "2"), ("key/a", 1, "1")], &[("key/a", "2")]);
        check(&[("key/a", 2, "1"), ("key/a", 2, "2")], &[("key/a", "2")]);
        check(
            &[("ledger/o/p", 1, "1"), ("jwks", 1, "2")],
            &[("jwks", "2"), ("ledger/o/p", "1")],
        );
    }

    #[test]
    fn keys() {
        for key in ["jwks/", "promo/", "key/", "ledger/", "xkey/a", ""] {
            let entry = PublishEntry {
                key: key.to_owned(),
                revision: 1,
                value: "1".to_owned(),
            };
            assert!(newest(vec![entry]).unwrap_err().contains("is no key"), "{key}");
        }
    }
}
