//! The calls that the runtime makes for a Worker's bindings.

use std::fs;
use std::future::pending;
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context as _, Result};
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State as Extracted};
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::{Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::percent_decode_str;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};
use xtask::paths;
use xtask::services::workerd::DEAD_LETTER_HEADER;

use super::{Files, Point, Shared};

/// Where the app's files are, below the folder of what was built for it.
const ASSETS: &str = "/assets/";

pub(super) fn start(shared: &Arc<Shared>) -> Result<(Runtime, u16)> {
    let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let listener = runtime.block_on(TcpListener::bind(("127.0.0.1", 0)))?;
    let port = listener.local_addr()?.port();
    let router = Router::new()
        .fallback(answer)
        .layer(DefaultBodyLimit::disable())
        .with_state(Arc::clone(shared));
    runtime.spawn(async move { axum::serve(listener, router).await });
    Ok((runtime, port))
}

async fn answer(
    Extracted(shared): Extracted<Arc<Shared>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    match (method.as_str(), uri.path()) {
        ("POST", "/before-write") => {
            shared.pass(Point::BeforeWrite).await;
            StatusCode::OK.into_response()
        }
        ("POST", "/after-write") => {
            shared.pass(Point::AfterWrite).await;
            StatusCode::OK.into_response()
        }
        ("POST", path @ ("/message" | "/batch")) => match texts(path, &body) {
            Ok(texts) if headers.contains_key(DEAD_LETTER_HEADER) => {
                shared.lock().dead_letters.extend(texts);
                taken()
            }
            Ok(texts) => shared.take(texts).await,
            Err(error) => (StatusCode::BAD_REQUEST, format!("{error:#}")).into_response(),
        },
        ("GET" | "HEAD", path) if path.starts_with(ASSETS) => shared.file(path).await,
        (method, path) => shared.value(method, path, &body),
    }
}

/// What the queue answers.
fn taken() -> Response {
    let metrics = json!({"backlogCount": 0, "backlogBytes": 0, "oldestMessageTimestamp": 0});
    Json(json!({"metadata": {"metrics": metrics}})).into_response()
}

#[derive(Deserialize)]
struct Batch {
    messages: Vec<Encoded>,
}

#[derive(Deserialize)]
struct Encoded {
    body: String,
}

/// The messages of a call, all of which are texts.
fn texts(path: &str, body: &[u8]) -> Result<Vec<String>> {
    if path == "/message" {
        return Ok(vec![String::from_utf8(body.to_vec())?]);
    }
    let batch: Batch = serde_json::from_slice(body)?;
    let decode = |message: Encoded| {
        let bytes = STANDARD.decode(message.body)?;
        String::from_utf8(bytes).context("no text")
    };
    batch.messages.into_iter().map(decode).collect()
}

impl Shared {
    async fn take(&self, texts: Vec<String>) -> Response {
        self.pass(Point::BeforeSend).await;
        {
            let mut state = self.lock();
            texts.into_iter().for_each(|text| state.take(text, Instant::now()));
        }
        self.changed.notify_all();
        self.pass(Point::AfterSend).await;
        taken()
    }

    /// Never comes back from the point at which whoever passes is held: its caller is killed.
    async fn pass(&self, point: Point) {
        let is_held = {
            let mut state = self.lock();
            let is_held = state.held_at == Some(point);
            state.is_held |= is_held;
            is_held
        };
        if is_held {
            pending::<()>().await;
        }
    }

    /// One of the app's files.
    async fn file(&self, path: &str) -> Response {
        let files = self.lock().files;
        let built = match files {
            Files::Built => fs::read(paths::root().join("ui/dist").join(path.trim_start_matches('/'))).ok(),
            Files::Missing => None,
            Files::Page => Some(b"<!doctype html>".to_vec()),
            Files::Silent => pending().await,
        };
        built.map_or(StatusCode::NOT_FOUND.into_response(), IntoResponse::into_response)
    }

    /// KV.
    fn value(&self, method: &str, path: &str, body: &[u8]) -> Response {
        let key = percent_decode_str(path.trim_start_matches('/')).decode_utf8_lossy();
        let mut state = self.lock();
        match method {
            "PUT" => _ = state.values.insert(key.into_owned(), body.to_vec()),
            "DELETE" => _ = state.values.remove(key.as_ref()),
            _ => {
                let value = state.values.get(key.as_ref()).cloned();
                return value.map_or(StatusCode::NOT_FOUND.into_response(), IntoResponse::into_response);
            }
        }
        StatusCode::OK.into_response()
    }
}

/// The records and events of a message, which holds one or an array of them; none when it is no JSON.
pub(super) fn records_of(text: &str) -> Vec<Value> {
    match serde_json::from_str(text) {
        Ok(Value::Array(records)) => records,
        Ok(record) => vec![record],
        Err(_) => Vec::new(),
    }
}
