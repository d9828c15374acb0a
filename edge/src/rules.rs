//! Promotion rules, app keys and the keys of access tokens: read from KV, held parsed in the isolate.
//!
//! ```text
//! recall ─ cache::recall ──▶ fresh: serve at once; else the caller reads
//! read ── cache::look_up ──▶ fresh or stale: serve at once (stale: one refresh after the answer)
//!                      └───▶ nothing, or too old: await KV
//! ```
//!
//! KV is eventually consistent, so what is here may be old: every value knows when it was read. Isolates share nothing
//! and a request cannot wait for another's I/O, so requests that meet an empty cache together each read KV.

mod cache;

use std::cell::RefCell;
use std::rc::Rc;
use std::thread::LocalKey;

use engine::problem::ProblemType;
use engine::promotion::Rule;
use engine::wire::v1::{AppKeyEntry, KeySetEntry};

use crate::app::{App, Bindings, now_millis};
use crate::log;
use crate::problem::Failure;
use cache::{Cache, Found};

/// How long a data centre may keep a value that it has read from KV, in seconds: the least that KV allows, because a
/// merchant waits for a changed promotion. The isolate's own cache keeps most requests from reaching KV at all, so a
/// longer time would save little.
const KV_CACHE_SECS: u64 = 30;

/// Most promotions that an isolate holds: at some 10 kB each, a tenth of its 128 MB.
const MAX_RULES: usize = 1_000;
/// Most app keys that an isolate holds: some 300 bytes each.
const MAX_APP_KEYS: usize = 4_000;
/// There is one set of keys.
const MAX_KEY_SETS: usize = 1;

thread_local! {
    static RULES: RefCell<Cache<Rule>> = RefCell::new(Cache::new(MAX_RULES));
    static APP_KEYS: RefCell<Cache<AppKeyEntry>> = RefCell::new(Cache::new(MAX_APP_KEYS));
    static KEY_SETS: RefCell<Cache<KeySetEntry>> = RefCell::new(Cache::new(MAX_KEY_SETS));
}

/// A type of value in KV.
pub(crate) trait Stored: Sized + 'static {
    /// Reads the stored text.
    fn parse(text: &str) -> Result<Self, String>;
    /// Where the isolate holds it.
    fn cache() -> &'static LocalKey<RefCell<Cache<Self>>>;
}

impl Stored for Rule {
    fn parse(text: &str) -> Result<Self, String> {
        Self::from_json(text).map_err(|error| error.to_string())
    }

    fn cache() -> &'static LocalKey<RefCell<Cache<Self>>> {
        &RULES
    }
}

impl Stored for AppKeyEntry {
    fn parse(text: &str) -> Result<Self, String> {
        serde_json::from_str(text)
            .map_err(|error| format!("the stored app key cannot be read: {error}; publish it again"))
    }

    fn cache() -> &'static LocalKey<RefCell<Cache<Self>>> {
        &APP_KEYS
    }
}

impl Stored for KeySetEntry {
    fn parse(text: &str) -> Result<Self, String> {
        serde_json::from_str(text)
            .map_err(|error| format!("the stored set of keys cannot be read: {error}; publish it again"))
    }

    fn cache() -> &'static LocalKey<RefCell<Cache<Self>>> {
        &KEY_SETS
    }
}

/// A value and how old it is.
pub(crate) struct Read<T> {
    pub(crate) value: Rc<T>,
    /// Seconds since it was read from KV.
    pub(crate) age_secs: u64,
}

/// The value of a key if the isolate holds it and nobody has to refresh it.
pub(crate) fn recall<T: Stored>(key: &str, now_millis: u64) -> Option<Read<T>> {
    let (value, age_millis) = T::cache().with_borrow_mut(|cache| cache.recall(key, now_millis))?;
    let age_secs = age_millis / 1_000;
    Some(Read { value, age_secs })
}

/// The value of a key; `None` when there is none. A warm isolate awaits nothing here.
pub(crate) async fn read<T: Stored>(app: &App, key: String) -> Result<Option<Read<T>>, Failure> {
    let now = app.started_millis();
    match T::cache().with_borrow_mut(|cache| cache.look_up(&key, now)) {
        Found::Present {
            value,
            age_millis,
            refresh,
        } => {
            if refresh {
                refresh_after_answer::<T>(app, key);
            }
            Ok(Some(Read {
                value,
                age_secs: age_millis / 1_000,
            }))
        }
        Found::Absent => Ok(None),
        Found::Missing => read_anew(app, key).await,
    }
}

/// The same without asking the isolate's memory, which remembers the answer. Awaits one KV read.
pub(crate) async fn read_anew<T: Stored>(app: &App, key: String) -> Result<Option<Read<T>>, Failure> {
    let value = fetch::<T>(app.bindings(), &key).await?;
    let value = value.map(Rc::new);
    T::cache().with_borrow_mut(|cache| cache.store(&key, value.clone(), now_millis()));
    Ok(value.map(|value| Read { value, age_secs: 0 }))
}

/// Forgets what this isolate knows of a key. Others learn of a change when their copy ages.
pub(crate) fn forget(key: &str) {
    RULES.with_borrow_mut(|cache| cache.forget(key));
    APP_KEYS.with_borrow_mut(|cache| cache.forget(key));
    KEY_SETS.with_borrow_mut(|cache| cache.forget(key));
}

/// Awaits one KV read; repeating it is harmless. A failed refresh leaves the old value, which is awaited once it is
/// too old.
fn refresh_after_answer<T: Stored>(app: &App, key: String) {
    let bindings = app.bindings().clone();
    let request_id = app.request_id().to_owned();
    app.after_answer(async move {
        match fetch::<T>(&bindings, &key).await {
            Ok(value) => T::cache().with_borrow_mut(|cache| cache.store(&key, value.map(Rc::new), now_millis())),
            Err(error) => {
                log::error("refresh_failed", &request_id, &error.to_string());
                T::cache().with_borrow_mut(|cache| cache.refresh_failed(&key));
            }
        }
    });
}

/// Why KV gave no value.
#[derive(Debug, thiserror::Error)]
enum StoreError {
    #[error("{0}: KV cannot be read: {1}")]
    Unreachable(String, String),
    #[error("{0}: {1}")]
    Unreadable(String, String),
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        let kind = match error {
            StoreError::Unreachable(_, _) => ProblemType::Unavailable,
            StoreError::Unreadable(_, _) => ProblemType::Internal,
        };
        Self::fault(kind, error.to_string())
    }
}

async fn fetch<T: Stored>(bindings: &Bindings, key: &str) -> Result<Option<T>, StoreError> {
    let text = fetch_text(bindings, key).await;
    let text = text.map_err(|error| StoreError::Unreachable(key.to_owned(), error.to_string()))?;
    let value = text.map(|text| T::parse(&text)).transpose();
    value.map_err(|error| StoreError::Unreadable(key.to_owned(), error))
}

async fn fetch_text(bindings: &Bindings, key: &str) -> worker::Result<Option<String>> {
    Ok(bindings.store()?.get(key).cache_ttl(KV_CACHE_SECS).text().await?)
}
