//! The queue: takes messages, and delivers them until each is acknowledged.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Result, ensure};
use reqwest::blocking::Client;
use serde::{Deserialize, Serialize};

use super::server::records_of;
use super::{Shared, State};

/// As wrangler.toml has it.
const MAX_BATCH: usize = 100;
/// How long the platform gives a consumer.
const TIMEOUT: Duration = Duration::from_secs(60);
/// After a delivery that nobody took, and at the longest between two looks at messages that wait for their time.
const PAUSE: Duration = Duration::from_millis(100);

/// How the queue takes and delivers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Manner {
    /// Each message once, in the order in which they came.
    #[default]
    Faithful,
    /// None, until it behaves otherwise.
    Held,
    /// The last first; of five messages one twice, one late and, of those that came for the first time, one never.
    Badly,
}

/// A message that is not acknowledged.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Message {
    id: String,
    pub(super) body: String,
    /// How many it holds.
    #[serde(skip)]
    pub(super) records: usize,
    /// When it came, in milliseconds since 1970.
    timestamp: u64,
    attempts: u32,
    #[serde(skip)]
    ready_at: Instant,
    #[serde(skip)]
    is_late: bool,
}

/// What became of a delivery, as the runtime tells it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Outcome {
    outcome: String,
    retry_batch: RetryBatch,
    retry_messages: Vec<Retry>,
}

#[derive(Debug, Deserialize)]
struct RetryBatch {
    retry: bool,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Retry {
    msg_id: String,
    #[serde(default)]
    delay_seconds: u64,
}

/// Delivers until the end.
pub(super) fn start(shared: &Arc<Shared>) -> Result<JoinHandle<()>> {
    let http = Client::builder().timeout(TIMEOUT).no_proxy().build()?;
    let shared = Arc::clone(shared);
    Ok(thread::spawn(move || {
        while let Some((consumer, batch)) = next(&shared) {
            let outcome = deliver(&http, &consumer, &batch);
            let is_taken = outcome.is_ok();
            shared.lock().settle(batch, outcome.ok(), Instant::now());
            if !is_taken {
                thread::sleep(PAUSE);
            }
        }
    }))
}

/// Waits for messages that are to be delivered; `None` at the end.
fn next(shared: &Shared) -> Option<(String, Vec<Message>)> {
    let mut state = shared.lock();
    loop {
        if state.is_over {
            return None;
        }
        if let Some(consumer) = state.consumer.clone() {
            let batch = state.next_batch(Instant::now());
            if !batch.is_empty() {
                return Some((consumer, batch));
            }
        }
        let waited = shared.changed.wait_timeout(state, PAUSE);
        state = waited.map_or_else(|poisoned| poisoned.into_inner().0, |(state, _)| state);
    }
}

fn deliver(http: &Client, consumer: &str, batch: &[Message]) -> Result<Outcome> {
    let response = http.post(consumer).body(serde_json::to_string(batch)?).send()?;
    let outcome: Outcome = serde_json::from_str(&response.error_for_status()?.text()?)?;
    ensure!(outcome.outcome == "ok", "{outcome:?}");
    Ok(outcome)
}

impl State {
    /// A message that the queue answers for from now on.
    pub(super) fn take(&mut self, text: String, now: Instant) {
        self.messages += 1;
        let number = self.messages;
        let records = records_of(&text);
        let mut is_known = true;
        for id in records.iter().filter_map(|record| record["id"].as_str()) {
            let taken = self.taken.entry(id.to_owned()).or_default();
            is_known &= *taken > 0;
            *taken += 1;
        }
        let copies = match (self.manner, number % 5) {
            (Manner::Badly, 0) if !is_known => 0,
            (Manner::Badly, 1) => 2,
            (Manner::Badly | Manner::Held | Manner::Faithful, _) => 1,
        };
        let message = Message {
            id: String::new(),
            body: text,
            records: records.len().max(1),
            timestamp: millis_since_1970(),
            attempts: 1,
            ready_at: now,
            is_late: self.manner == Manner::Badly && number % 5 == 2,
        };
        self.waiting.extend((0..copies).map(|copy| Message {
            id: format!("{number}-{copy}"),
            ..message.clone()
        }));
    }

    /// The next messages, whose time has come. Copies of a message come in different batches, as those of a queue do.
    fn next_batch(&mut self, now: Instant) -> Vec<Message> {
        if self.manner == Manner::Held {
            return Vec::new();
        }
        let is_bad = self.manner == Manner::Badly;
        let mut order: Box<dyn Iterator<Item = usize>> = Box::new(0..self.waiting.len());
        if is_bad {
            order = Box::new((0..self.waiting.len()).rev());
        }
        let mut bodies = BTreeSet::new();
        let is_next = |place: &usize| {
            let message = &self.waiting[*place];
            message.ready_at <= now && !(is_bad && message.is_late) && bodies.insert(message.body.as_str())
        };
        let mut places: Vec<_> = order.filter(is_next).take(MAX_BATCH).collect();
        // The last place first, so that the others stay where they are.
        places.sort_unstable();
        let batch = places.into_iter().rev().filter_map(|place| self.waiting.remove(place));
        let mut batch: Vec<_> = batch.collect();
        if !is_bad {
            batch.reverse();
        }
        self.under_way = batch.iter().map(|message| message.records).sum();
        batch
    }

    /// What is not to be delivered again is gone; without an outcome, nothing is.
    fn settle(&mut self, batch: Vec<Message>, outcome: Option<Outcome>, now: Instant) {
        self.under_way = 0;
        let delay = |message: &Message| match &outcome {
            None => Some(0),
            Some(outcome) if outcome.retry_batch.retry => Some(0),
            Some(outcome) => {
                let retry = outcome.retry_messages.iter().find(|retry| retry.msg_id == message.id);
                retry.map(|retry| retry.delay_seconds)
            }
        };
        for message in batch {
            if let Some(secs) = delay(&message) {
                self.waiting.push_back(Message {
                    attempts: message.attempts + 1,
                    ready_at: now + Duration::from_secs(secs),
                    ..message
                });
            }
        }
    }
}

fn millis_since_1970() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}
