//! The way of published values into KV: only forward.
//!
//! KV writes whatever comes last, and a call of the origin may be held up on its way for any time. So each key has an
//! object, the gate, that knows the newest revision of its value and writes to KV itself, one value after the other:
//!
//! ```text
//! publish ── revision, value ──▶ Gate (one per key) ── older than known? ──▶ nothing
//!                                      └── remember the revision ──▶ write to KV
//! ```

use std::time::Duration;

use engine::wire::v1::PublishEntry;
// The attribute macro expects the crate by this name.
use worker::wasm_bindgen;
use worker::{DurableObject, Env, Headers, Request, Response, ResponseBuilder, Result, State, Storage, durable_object};

use crate::app::Bindings;
use crate::outgoing::{self, within};
use crate::{answer, body, log};

/// How long a write may take: KV answers in well under a second, and the origin waits for ten.
const TIMEOUT: Duration = Duration::from_secs(8);
/// The host is a name only: the request never leaves the platform.
const URL: &str = "https://gate/v1/write";
/// Under which the newest revision is remembered.
const REVISION: &str = "revision";

/// Has a value written, unless a newer one of its key was before.
///
/// Awaits the key's gate once. Repeating is safe: the same value is written again.
pub(crate) async fn write(bindings: &Bindings, entry: &PublishEntry) -> std::result::Result<(), String> {
    let body = serde_json::to_vec(entry).map_err(|error| error.to_string())?;
    let request = outgoing::request("POST", URL, &Headers::new(), Some(&body)).map_err(|error| error.to_string())?;
    let stub = bindings.gate().and_then(|namespace| namespace.get_by_name(&entry.key));
    let stub = stub.map_err(|error| error.to_string())?;
    match within(TIMEOUT, stub.fetch_with_request(request)).await {
        Ok(response) if response.status_code() == 200 => Ok(()),
        Ok(response) => Err(format!("the gate answered {}", response.status_code())),
        Err(error) => Err(error.to_string()),
    }
}

/// The gate of one key.
#[durable_object(fetch)]
pub(crate) struct Gate {
    state: State,
    bindings: Bindings,
}

impl DurableObject for Gate {
    fn new(state: State, env: Env) -> Self {
        Self {
            state,
            bindings: Bindings::new(env),
        }
    }

    /// Awaits the body, then, with all other calls held back, its own storage and one KV write: two values of a key are
    /// never on their way at once. Repeating is safe. A failure after the revision was remembered leaves the value to be
    /// sent again, which the origin does.
    async fn fetch(&self, mut request: Request) -> Result<Response> {
        let entry: PublishEntry = body::parse(&request.bytes().await?)?;
        let (storage, bindings) = (self.state.storage(), self.bindings.clone());
        let key = entry.key.clone();
        let pass = async move { Ok(pass(&storage, &bindings, entry).await) };
        Ok(match self.state.block_concurrency_while(pass).await? {
            Ok(()) => answer::json(200, &()),
            Err(error) => {
                log::error("gate_failed", "", &format!("{key}: {error}"));
                ResponseBuilder::new().with_status(500).fixed(Vec::new())
            }
        })
    }
}

async fn pass(storage: &Storage, bindings: &Bindings, entry: PublishEntry) -> Result<()> {
    let newest: Option<u64> = storage.get(REVISION).await?;
    if newest.is_some_and(|newest| newest > entry.revision) {
        return Ok(());
    }
    storage.put(REVISION, entry.revision).await?;
    Ok(bindings.store()?.put(&entry.key, entry.value)?.execute().await?)
}
