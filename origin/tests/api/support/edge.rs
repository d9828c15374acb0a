//! A small edge: takes publications, keeps the newest of each key, checks signatures, and fails when it is told to.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use base16ct::lower as hex;
use chrono::{DateTime, Utc};
use engine::signature::{self, Call};
use engine::wire::v1::{
    INSPECT_PATH, InspectAnswer, InspectRequest, Inspected, LEDGER_PREFIX, MAX_INSPECTED_KEYS, MAX_PUBLISH_ENTRIES,
    PUBLISH_PATH, PublishAnswer, PublishEntry, PublishRequest, V1,
};
use origin::clock::Clock;
use serde_json::Value;
use sha2::{Digest, Sha256};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use super::INTERNAL_SECRET;
use super::ledger::FakeLedger;

/// How a call fails.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Fault {
    /// 500, nothing stored.
    Before,
    /// Everything stored, then 500.
    After,
    /// The first value stored, and said so.
    FirstOnly,
    /// 200 with a body that is no answer.
    Nonsense,
    /// Everything stored, and no answer.
    Silence,
    /// Nothing until [`FakeEdge::release`]; then as if nothing had been.
    Late,
}

#[derive(Debug, Default)]
struct Store {
    values: BTreeMap<String, (u64, String)>,
    calls: Vec<Vec<String>>,
    ledger_calls: Vec<Vec<String>>,
    /// Writes of the store with their time.
    writes: Vec<(String, DateTime<Utc>)>,
    faults: VecDeque<Fault>,
    is_down: bool,
    taken_late: usize,
}

#[derive(Debug, Clone)]
pub(crate) struct FakeEdge {
    pub(crate) url: String,
    pub(crate) ledger: FakeLedger,
    inner: Inner,
}

#[derive(Debug, Clone)]
struct Inner {
    store: Arc<Mutex<Store>>,
    released: Arc<Semaphore>,
    clock: Clock,
}

impl FakeEdge {
    pub(crate) async fn start(clock: Clock, stop: CancellationToken) -> Self {
        let ledger = FakeLedger::new(clock.clone());
        let inner = Inner {
            store: Arc::default(),
            released: Arc::new(Semaphore::new(0)),
            clock,
        };
        let router = Router::new()
            .route(PUBLISH_PATH, post(take))
            .route(INSPECT_PATH, post(inspect))
            .with_state(inner.clone())
            .merge(ledger.router());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(
            axum::serve(listener, router)
                .with_graceful_shutdown(stop.cancelled_owned())
                .into_future(),
        );
        Self { url, ledger, inner }
    }

    /// The next calls for the store fail so, in order.
    pub(crate) fn fail(&self, faults: impl IntoIterator<Item = Fault>) {
        self.inner.store.lock().unwrap().faults.extend(faults);
    }

    /// Nothing is answered but 503, or as always again.
    pub(crate) fn set_down(&self, is_down: bool) {
        self.inner.store.lock().unwrap().is_down = is_down;
    }

    /// Lets a call go on that is [`Fault::Late`].
    pub(crate) fn release(&self) {
        self.inner.released.add_permits(1);
    }

    /// How many late calls went on.
    pub(crate) fn taken_late(&self) -> usize {
        self.inner.store.lock().unwrap().taken_late
    }

    /// What is stored under a key.
    pub(crate) fn value(&self, key: &str) -> Option<Value> {
        let store = self.inner.store.lock().unwrap();
        let (_, text) = store.values.get(key)?;
        Some(serde_json::from_str(text).unwrap())
    }

    /// At which revision a key is.
    pub(crate) fn revision(&self, key: &str) -> Option<u64> {
        self.inner
            .store
            .lock()
            .unwrap()
            .values
            .get(key)
            .map(|(revision, _)| *revision)
    }

    /// Forgets a key.
    pub(crate) fn lose(&self, key: &str) {
        self.inner.store.lock().unwrap().values.remove(key).unwrap();
    }

    /// Puts something else under a key.
    pub(crate) fn tamper(&self, key: &str, revision: u64) {
        let value = (revision, "{}".to_owned());
        self.inner.store.lock().unwrap().values.insert(key.to_owned(), value);
    }

    /// The keys of each call for the store so far.
    pub(crate) fn calls(&self) -> Vec<Vec<String>> {
        self.inner.store.lock().unwrap().calls.clone()
    }

    /// The keys of each call for the ledger so far.
    pub(crate) fn ledger_calls(&self) -> Vec<Vec<String>> {
        self.inner.store.lock().unwrap().ledger_calls.clone()
    }

    /// When a key of the store was written.
    pub(crate) fn writes(&self, key: &str) -> Vec<DateTime<Utc>> {
        let store = self.inner.store.lock().unwrap();
        let writes = store.writes.iter().filter(|(written, _)| written == key);
        writes.map(|(_, at)| *at).collect()
    }
}

impl Inner {
    /// Reads a call whose signature fits; `None` when the edge is down.
    fn read<T: serde::de::DeserializeOwned>(&self, path: &str, headers: &HeaderMap, body: &Bytes) -> Option<T> {
        let header = headers.get(signature::HEADER).unwrap().to_str().unwrap();
        let time = u64::try_from(self.clock.now().timestamp()).unwrap();
        signature::verify(INTERNAL_SECRET.as_bytes(), header, &Call::post(path, body), time).unwrap();
        let is_down = self.store.lock().unwrap().is_down;
        (!is_down).then(|| serde_json::from_slice(body).unwrap())
    }

    /// Keeps what is not older than what is there.
    fn keep(&self, entries: Vec<PublishEntry>) {
        let now = self.clock.now();
        let mut store = self.store.lock().unwrap();
        for entry in entries {
            let known = store.values.get(&entry.key).map(|(revision, _)| *revision);
            if known.is_none_or(|known| known <= entry.revision) {
                store.writes.push((entry.key.clone(), now));
                store.values.insert(entry.key, (entry.revision, entry.value));
            }
        }
    }
}

async fn take(State(inner): State<Inner>, headers: HeaderMap, body: Bytes) -> Response {
    let Some(request) = inner.read::<PublishRequest>(PUBLISH_PATH, &headers, &body) else {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    };
    assert!(request.entries.len() <= MAX_PUBLISH_ENTRIES);
    let keys: Vec<_> = request.entries.iter().map(|entry| entry.key.clone()).collect();
    let of_ledger = keys.iter().filter(|key| key.starts_with(LEDGER_PREFIX)).count();
    assert!(of_ledger == 0 || of_ledger == keys.len(), "{keys:?}");
    let fault = {
        let mut store = inner.store.lock().unwrap();
        if of_ledger > 0 {
            store.ledger_calls.push(keys);
            None
        } else {
            store.calls.push(keys);
            store.faults.pop_front()
        }
    };
    if matches!(fault, Some(Fault::Late)) {
        // The call stays at the edge when its sender is gone.
        let inner = inner.clone();
        let answered = tokio::spawn(async move {
            inner.released.acquire().await.unwrap().forget();
            let response = answer(&inner, None, request.entries);
            inner.store.lock().unwrap().taken_late += 1;
            response
        });
        return answered.await.unwrap();
    }
    let response = answer(&inner, fault, request.entries);
    if matches!(fault, Some(Fault::Silence)) {
        std::future::pending::<()>().await;
    }
    response
}

fn answer(inner: &Inner, fault: Option<Fault>, entries: Vec<PublishEntry>) -> Response {
    let kept: Vec<PublishEntry> = match fault {
        Some(Fault::Before | Fault::Nonsense) => Vec::new(),
        Some(Fault::FirstOnly) => entries.into_iter().take(1).collect(),
        Some(Fault::After | Fault::Silence | Fault::Late) | None => entries,
    };
    let stored = kept.iter().map(|entry| entry.key.clone()).collect();
    inner.keep(kept);
    match fault {
        Some(Fault::Before | Fault::After) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        Some(Fault::Nonsense) => "ok".into_response(),
        Some(Fault::FirstOnly | Fault::Silence | Fault::Late) | None => {
            axum::Json(PublishAnswer { v: V1, stored }).into_response()
        }
    }
}

async fn inspect(State(inner): State<Inner>, headers: HeaderMap, body: Bytes) -> Response {
    let Some(request) = inner.read::<InspectRequest>(INSPECT_PATH, &headers, &body) else {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    };
    assert!(request.keys.len() <= MAX_INSPECTED_KEYS);
    let store = inner.store.lock().unwrap();
    let found = request.keys.into_iter().filter_map(|key| {
        let (_, text) = store.values.get(&key)?;
        let digest = hex::encode_string(&Sha256::digest(text));
        Some((key, Inspected { digest }))
    });
    let found = found.collect();
    axum::Json(InspectAnswer { v: V1, found }).into_response()
}
