//! A small edge: takes publications, checks their signature, and fails when it is told to.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use engine::signature::{self, Call};
use engine::wire::v1::{PUBLISH_PATH, PublishAnswer, PublishEntry, PublishRequest, V1};
use origin::clock::Clock;
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use super::INTERNAL_SECRET;

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
}

#[derive(Debug, Default)]
struct Store {
    values: BTreeMap<String, String>,
    calls: Vec<Vec<String>>,
    faults: VecDeque<Fault>,
}

#[derive(Debug, Clone)]
pub(crate) struct FakeEdge {
    pub(crate) url: String,
    store: Arc<Mutex<Store>>,
}

impl FakeEdge {
    pub(crate) async fn start(clock: Clock, stop: CancellationToken) -> Self {
        let store = Arc::new(Mutex::new(Store::default()));
        let router = Router::new()
            .route(PUBLISH_PATH, post(take))
            .with_state((Arc::clone(&store), clock));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(
            axum::serve(listener, router)
                .with_graceful_shutdown(stop.cancelled_owned())
                .into_future(),
        );
        Self { url, store }
    }

    /// The next calls fail so, in order.
    pub(crate) fn fail(&self, faults: impl IntoIterator<Item = Fault>) {
        self.store.lock().unwrap().faults.extend(faults);
    }

    /// What is stored under a key.
    pub(crate) fn value(&self, key: &str) -> Option<Value> {
        self.store
            .lock()
            .unwrap()
            .values
            .get(key)
            .map(|text| serde_json::from_str(text).unwrap())
    }

    /// The keys of each call so far.
    pub(crate) fn calls(&self) -> Vec<Vec<String>> {
        self.store.lock().unwrap().calls.clone()
    }
}

async fn take(State((store, clock)): State<(Arc<Mutex<Store>>, Clock)>, headers: HeaderMap, body: Bytes) -> Response {
    let header = headers.get(signature::HEADER).unwrap().to_str().unwrap();
    let time = u64::try_from(clock.now().timestamp()).unwrap();
    signature::verify(
        INTERNAL_SECRET.as_bytes(),
        header,
        &Call::post(PUBLISH_PATH, &body),
        time,
    )
    .unwrap();
    let request: PublishRequest = serde_json::from_slice(&body).unwrap();
    let mut store = store.lock().unwrap();
    store
        .calls
        .push(request.entries.iter().map(|entry| entry.key.clone()).collect());
    let fault = store.faults.pop_front();
    let kept: Vec<PublishEntry> = match fault {
        Some(Fault::Before | Fault::Nonsense) => Vec::new(),
        Some(Fault::FirstOnly) => request.entries.into_iter().take(1).collect(),
        Some(Fault::After) | None => request.entries,
    };
    let stored = kept.iter().map(|entry| entry.key.clone()).collect();
    store
        .values
        .extend(kept.into_iter().map(|entry| (entry.key, entry.value)));
    match fault {
        Some(Fault::Before | Fault::After) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        Some(Fault::Nonsense) => "ok".into_response(),
        Some(Fault::FirstOnly) | None => axum::Json(PublishAnswer { v: V1, stored }).into_response(),
    }
}
