//! What the platform keeps around a Worker, outside of the Worker's process: KV, the queue, its dead letters, the app's
//! files; and the points at which the Worker can be held.
//!
//! The queue keeps what it has answered for, and delivers a hundred messages at a time, until each is acknowledged. It
//! can be told to deliver as badly as a queue may.

mod queue;
mod server;

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Instant;

use anyhow::Result;
use serde_json::Value;
use tokio::runtime::Runtime;

use crate::client::wait_for;
pub(crate) use queue::Manner;
use queue::Message;
use server::records_of;

/// Where an edge can be held, in the order in which a redemption passes them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Point {
    /// The ledger's object has not seen the command.
    BeforeWrite,
    /// The object has written, and nobody has its answer.
    AfterWrite,
    /// The event is in the outbox, and the queue has not taken it.
    BeforeSend,
    /// The queue has the event, and the object does not know.
    AfterSend,
}

impl Point {
    pub(crate) const ALL: [Self; 4] = [Self::BeforeWrite, Self::AfterWrite, Self::BeforeSend, Self::AfterSend];
}

/// What a Worker gets that asks for one of the app's files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Files {
    /// The file, as it was built.
    #[default]
    Built,
    /// There is none.
    Missing,
    /// A page in its place.
    Page,
    /// Whoever asks for it has no answer.
    Silent,
}

/// The running stand-in. Dropping it ends it.
pub(crate) struct Standin {
    shared: Arc<Shared>,
    port: u16,
    delivery: Option<JoinHandle<()>>,
    server: Option<Runtime>,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    values: BTreeMap<String, Vec<u8>>,
    waiting: VecDeque<Message>,
    /// How often each record or event was taken, by its identifier.
    taken: BTreeMap<String, usize>,
    dead_letters: Vec<String>,
    manner: Manner,
    files: Files,
    /// Messages so far.
    messages: usize,
    /// Records and events that are being delivered.
    under_way: usize,
    consumer: Option<String>,
    held_at: Option<Point>,
    is_held: bool,
    is_over: bool,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Standin {
    pub(crate) fn start() -> Result<Self> {
        let shared = Arc::new(Shared::default());
        let (server, port) = server::start(&shared)?;
        let delivery = queue::start(&shared)?;
        Ok(Self {
            shared,
            port,
            delivery: Some(delivery),
            server: Some(server),
        })
    }

    pub(crate) const fn port(&self) -> u16 {
        self.port
    }

    /// Where messages are delivered from now on.
    pub(crate) fn deliver_to(&self, url: String) {
        self.shared.lock().consumer = Some(url);
        self.shared.changed.notify_all();
    }

    /// How messages are taken and delivered from now on. What came late is delivered once the queue is faithful again.
    pub(crate) fn behave(&self, manner: Manner) {
        self.shared.lock().manner = manner;
        self.shared.changed.notify_all();
    }

    /// What is given for the app's files from now on.
    pub(crate) fn give(&self, files: Files) {
        self.shared.lock().files = files;
    }

    /// Holds whoever passes `point` until it is killed; `None`: nobody from now on.
    pub(crate) fn hold_at(&self, point: Option<Point>) {
        let mut state = self.shared.lock();
        state.held_at = point;
        state.is_held = false;
    }

    pub(crate) fn wait_until_held(&self) -> Result<()> {
        wait_for("the edge to be held", || Ok(self.shared.lock().is_held.then_some(())))
    }

    /// Puts messages into the queue, as another producer would.
    pub(crate) fn put(&self, texts: impl IntoIterator<Item = String>) {
        let mut state = self.shared.lock();
        texts.into_iter().for_each(|text| state.take(text, Instant::now()));
        self.shared.changed.notify_all();
    }

    /// The first of the records and events that wait.
    pub(crate) fn oldest(&self) -> Option<Value> {
        let state = self.shared.lock();
        records_of(&state.waiting.front()?.body).into_iter().next()
    }

    /// Records and events that are not acknowledged.
    pub(crate) fn backlog(&self) -> usize {
        let state = self.shared.lock();
        let waiting: usize = state.waiting.iter().map(|message| message.records).sum();
        waiting + state.under_way
    }

    /// How often each record or event was taken, by its identifier.
    pub(crate) fn taken(&self) -> BTreeMap<String, usize> {
        self.shared.lock().taken.clone()
    }

    /// Records and events that were taken more than once.
    pub(crate) fn sent_again(&self) -> usize {
        self.shared.lock().taken.values().filter(|times| **times > 1).count()
    }

    pub(crate) fn dead_letters(&self) -> Vec<String> {
        self.shared.lock().dead_letters.clone()
    }
}

impl Drop for Standin {
    fn drop(&mut self) {
        self.shared.lock().is_over = true;
        self.shared.changed.notify_all();
        if let Some(delivery) = self.delivery.take() {
            // A panic of it was shown.
            _ = delivery.join();
        }
        if let Some(server) = self.server.take() {
            server.shutdown_background();
        }
    }
}
