//! What a request works with: the bindings, each named once, the clock and the request's identifier.

use std::rc::Rc;

use chrono::{DateTime, Utc};
use engine::signature;
use worker::js_sys::Date;
use worker::kv::KvStore;
use worker::{Context, Env, Fetcher, ObjectNamespace, Queue};

use crate::random::random;

/// The KV namespace of rules and app keys.
const STORE: &str = "STORE";
/// The queue of evaluation records.
const RECORDS: &str = "RECORDS";
/// The queue of messages that can never be stored.
const DEAD_LETTERS: &str = "DEAD_LETTERS";
/// The namespace of the ledger's objects.
const LEDGER: &str = "LEDGER";
/// The namespace of the gates before KV.
const GATE: &str = "GATE";
/// Where the origin is, such as `https://origin.example.com`.
const ORIGIN_URL: &str = "ORIGIN_URL";
/// The secret that edge and origin share.
const INTERNAL_SECRET: &str = "INTERNAL_SECRET";
/// The app's files.
const ASSETS: &str = "ASSETS";
/// The origins of the pages that may evaluate from a browser, separated by commas; optional.
const CORS_ORIGINS: &str = "CORS_ORIGINS";
/// The longest delay of a retried record, in seconds; optional.
const RETRY_DELAY_CAP_SECS: &str = "RETRY_DELAY_CAP_SECS";
/// The time after which a ledger object sends an event again that was not acknowledged, in seconds; optional.
const LEDGER_RESEND_SECS: &str = "LEDGER_RESEND_SECS";

/// Typed access to the Worker's bindings.
#[derive(Clone)]
pub(crate) struct Bindings(Env);

impl Bindings {
    pub(crate) fn new(env: Env) -> Self {
        Self(env)
    }

    /// For `glue.js`, which takes [`LEDGER`] from it by itself: a binding costs less there.
    pub(crate) const fn env(&self) -> &Env {
        &self.0
    }

    pub(crate) fn store(&self) -> worker::Result<KvStore> {
        self.0.kv(STORE)
    }

    pub(crate) fn records(&self) -> worker::Result<Queue> {
        self.0.queue(RECORDS)
    }

    pub(crate) fn dead_letters(&self) -> worker::Result<Queue> {
        self.0.queue(DEAD_LETTERS)
    }

    pub(crate) fn ledger(&self) -> worker::Result<ObjectNamespace> {
        self.0.durable_object(LEDGER)
    }

    pub(crate) fn gate(&self) -> worker::Result<ObjectNamespace> {
        self.0.durable_object(GATE)
    }

    pub(crate) fn assets(&self) -> worker::Result<Fetcher> {
        self.0.assets(ASSETS)
    }

    /// Empty when no page of another site may call.
    pub(crate) fn cors_origins(&self) -> String {
        self.0
            .var(CORS_ORIGINS)
            .map(|list| list.to_string())
            .unwrap_or_default()
    }

    /// Without a slash at its end.
    pub(crate) fn origin_url(&self) -> Result<String, String> {
        let url = self.0.var(ORIGIN_URL).map_err(|error| error.to_string())?.to_string();
        let url = url.trim_end_matches('/');
        if url.starts_with("http://") || url.starts_with("https://") {
            return Ok(url.to_owned());
        }
        Err(format!(
            "{ORIGIN_URL} is `{url}`: set it to an address such as https://origin.example.com"
        ))
    }

    pub(crate) fn internal_secret(&self) -> Result<String, String> {
        let secret = self
            .0
            .secret(INTERNAL_SECRET)
            .map_err(|error| error.to_string())?
            .to_string();
        if secret.len() < signature::MIN_SECRET_BYTES {
            let least = signature::MIN_SECRET_BYTES;
            return Err(format!(
                "{INTERNAL_SECRET} is shorter than {least} bytes: set the origin's with `wrangler secret put`"
            ));
        }
        Ok(secret)
    }

    pub(crate) fn retry_delay_cap_secs(&self) -> Option<u32> {
        self.0.var(RETRY_DELAY_CAP_SECS).ok()?.to_string().parse().ok()
    }

    pub(crate) fn ledger_resend_millis(&self) -> Option<u64> {
        let secs: u32 = self.0.var(LEDGER_RESEND_SECS).ok()?.to_string().parse().ok()?;
        Some(u64::from(secs).saturating_mul(1_000))
    }
}

/// One request's surroundings.
pub(crate) struct App {
    bindings: Bindings,
    context: Rc<Context>,
    started_millis: u64,
    request_id: String,
}

impl App {
    /// Fixes the request's time and its identifier: `sent`, the client's, if it is well formed.
    pub(crate) fn new(env: Env, context: Context, started_millis: u64, sent_request_id: Option<&str>) -> Self {
        Self {
            bindings: Bindings::new(env),
            context: Rc::new(context),
            started_millis,
            request_id: request_id(sent_request_id, || random().unwrap_or_default()),
        }
    }

    pub(crate) const fn bindings(&self) -> &Bindings {
        &self.bindings
    }

    pub(crate) fn request_id(&self) -> &str {
        &self.request_id
    }

    /// When the request came, in milliseconds since 1970 UTC. Read once: everything in a request happens at one time.
    pub(crate) const fn started_millis(&self) -> u64 {
        self.started_millis
    }

    /// The same as a time.
    pub(crate) fn now(&self) -> DateTime<Utc> {
        i64::try_from(self.started_millis)
            .ok()
            .and_then(DateTime::from_timestamp_millis)
            .unwrap_or_default()
    }

    /// How long this request has taken. The platform's clock stands still between I/O, so this is time spent waiting.
    pub(crate) fn elapsed_millis(&self) -> u32 {
        u32::try_from(now_millis().saturating_sub(self.started_millis)).unwrap_or(u32::MAX)
    }

    /// Runs `future` to its end after the answer, for at most the platform's 30 seconds.
    pub(crate) fn after_answer<F: Future<Output = ()> + 'static>(&self, future: F) {
        self.context.wait_until(future);
    }
}

/// The platform's clock, in milliseconds since 1970 UTC.
pub(crate) fn now_millis() -> u64 {
    whole_millis(Date::now())
}

/// JavaScript's time of a clock as a whole number.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "saturates; a clock has whole milliseconds after 1970"
)]
pub(crate) const fn whole_millis(millis: f64) -> u64 {
    millis as u64
}

/// Longest identifier that a client may choose: what fits a log line and a UUID with a prefix.
const MAX_REQUEST_ID_CHARS: usize = 64;

fn request_id(sent: Option<&str>, random: impl FnOnce() -> [u8; 16]) -> String {
    let well_formed = |id: &&str| {
        (1..=MAX_REQUEST_ID_CHARS).contains(&id.len())
            && id
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    };
    sent.filter(well_formed)
        .map_or_else(|| format!("req_{:032x}", u128::from_be_bytes(random())), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn request_ids() {
        let made = "req_01010101010101010101010101010101";
        let longest = "a".repeat(MAX_REQUEST_ID_CHARS);
        let check = |sent, expected: &str| assert_eq!(request_id(sent, || [1; 16]), expected, "{sent:?}");
        check(None, made);
        check(Some("abc-DEF_123"), "abc-DEF_123");
        check(Some(&longest), &longest);
        for sent in ["", "a b", "a\nb", "é", "a,b", &"a".repeat(MAX_REQUEST_ID_CHARS + 1)] {
            check(Some(sent), made);
        }
    }
}
