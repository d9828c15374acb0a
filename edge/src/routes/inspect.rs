//! `POST /internal/inspect`: what the edge has under published keys, so that the origin finds what drifted.

use std::collections::BTreeMap;

use engine::ledger::Objects;
use engine::problem::ProblemType;
use engine::wire::v1::{
    INSPECT_PATH, InspectAnswer, InspectRequest, Inspected, LEDGER_PREFIX, MAX_INSPECTED_KEYS, V1, parse_ledger_key,
};
use futures_util::future::join_all;
use worker::{Request, Response};

use super::signed;
use crate::app::{App, Bindings};
use crate::ledger;
use crate::problem::Failure;
use crate::{answer, log};

/// Longest body in bytes: [`MAX_INSPECTED_KEYS`] keys of the 512 bytes that KV allows.
const MAX_INSPECT_BYTES: usize = 64 * 1024;
/// KV answers from a data centre's copy of at most this age, in seconds: the least that it allows.
const KV_CACHE_SECS: u64 = 30;

/// Tells the digest of each key's value.
///
/// Awaits the body, then KV or the ledger's objects, which change nothing. What cannot be read fails the whole call: the
/// origin would take it for missing.
pub(crate) async fn post_inspection(app: &App, request: &mut Request) -> Result<Response, Failure> {
    let request: InspectRequest = signed::read(app, request, INSPECT_PATH, MAX_INSPECT_BYTES).await?;
    signed::at_most(request.keys.len(), MAX_INSPECTED_KEYS, "keys")?;
    let looks = request.keys.into_iter().map(async |key| {
        let value = look(app.bindings(), &key).await;
        (key, value)
    });
    let mut found = BTreeMap::new();
    for (key, value) in join_all(looks).await {
        match value {
            Ok(Some(value)) => _ = found.insert(key, value),
            Ok(None) => {}
            Err(cause) => {
                log::error("inspect_failed", app.request_id(), &format!("{key}: {cause}"));
                return Err(Failure::fault(ProblemType::Unavailable, cause));
            }
        }
    }
    Ok(answer::json(200, &InspectAnswer { v: V1, found }))
}

async fn look(bindings: &Bindings, key: &str) -> Result<Option<Inspected>, String> {
    if key.starts_with(LEDGER_PREFIX) {
        return look_at_ledger(bindings, key).await;
    }
    let store = bindings.store().map_err(|error| error.to_string())?;
    let text = store.get(key).cache_ttl(KV_CACHE_SECS).text().await;
    Ok(text.map_err(|error| error.to_string())?.as_deref().map(Inspected::of))
}

async fn look_at_ledger(bindings: &Bindings, key: &str) -> Result<Option<Inspected>, String> {
    let Some((organization, promotion, counted)) = parse_ledger_key(key) else {
        return Ok(None);
    };
    let objects = Objects {
        organization,
        promotion,
        counted,
    };
    ledger::configurations(bindings, objects).await.map(combine)
}

/// What all objects have; if one has none, there is none; if they differ, a text that is none.
fn combine(texts: Vec<Option<String>>) -> Option<Inspected> {
    let texts: Option<Vec<String>> = texts.into_iter().collect();
    let texts = texts?;
    let (first, others) = texts.split_first()?;
    let same = others.iter().all(|text| text == first);
    Some(Inspected::of(if same { first } else { "" }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests() {
        let check = |texts: &[Option<&str>], expected: Option<&str>| {
            let texts = texts.iter().map(|text| text.map(str::to_owned)).collect();
            assert_eq!(combine(texts), expected.map(Inspected::of), "{expected:?}");
        };
        check(&[], None);
        check(&[None], None);
        check(&[Some("a")], Some("a"));
        check(&[Some("a"), Some("a")], Some("a"));
        check(&[Some("a"), None], None);
        check(&[Some("a"), Some("b")], Some(""));
    }
}
