//! Values that come from the server: loading, shown, shown although a later attempt failed, or failed.

use std::time::Duration;

use leptos::prelude::*;

use crate::api::{Answer, Failure};
use crate::browser::is_visible;
use crate::outage::Outage;
use crate::task::spawn;

/// A value of the server, and what happened last. Lives as long as the component that made it.
pub(crate) struct Load<T: Send + Sync + 'static> {
    value: RwSignal<Option<T>>,
    failure: RwSignal<Option<Failure>>,
    /// Counts attempts and replacements: an answer older than the newest of them is dropped.
    turn: StoredValue<u64>,
    is_busy: StoredValue<bool>,
    fetch: StoredValue<Fetch<T>>,
}

/// Starts one attempt, of the turn given.
type Fetch<T> = Box<dyn Fn(Load<T>, u64) + Send + Sync>;

impl<T: Send + Sync + 'static> Clone for Load<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: Send + Sync + 'static> Copy for Load<T> {}

impl<T: Clone + Send + Sync + 'static> Load<T> {
    /// Starts to load; `fetch` is called again for each [`Load::reload`].
    pub(crate) fn new<F, Fut>(fetch: F) -> Self
    where
        F: Fn() -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Answer<T>> + 'static,
    {
        let load = Self {
            value: RwSignal::new(None),
            failure: RwSignal::new(None),
            turn: StoredValue::new(0),
            is_busy: StoredValue::new(false),
            fetch: StoredValue::new(Box::new(move |load: Self, turn| {
                let answer = fetch();
                spawn(async move { load.finish(turn, answer.await) });
            })),
        };
        load.reload();
        Outage::on_end(move || {
            if load.failure.try_get_untracked().flatten().is_some() {
                load.reload();
            }
        });
        load
    }

    /// The value, tracked.
    pub(crate) fn value(self) -> Option<T> {
        self.value.get()
    }

    /// The value's signal, for views that follow a part of it.
    pub(crate) const fn signal(self) -> RwSignal<Option<T>> {
        self.value
    }

    /// Why the last attempt failed, tracked.
    pub(crate) fn failure(self) -> Option<Failure> {
        self.failure.get()
    }

    /// Fetches again; the value stays until the answer is there.
    pub(crate) fn reload(self) {
        let turn = self.next_turn();
        self.is_busy.try_set_value(true);
        self.fetch.try_with_value(|fetch| fetch(self, turn));
    }

    /// Replaces the value with a newer one; answers under way are dropped.
    pub(crate) fn replace(self, value: T) {
        self.next_turn();
        self.is_busy.try_set_value(false);
        self.failure.try_set(None);
        self.value.try_set(Some(value));
    }

    /// Reloads at an interval while `wanted` says so and somebody can see it.
    pub(crate) fn poll(self, interval: Duration, wanted: impl Fn() -> bool + 'static) {
        let tick = move || {
            let is_busy = self.is_busy.try_get_value().unwrap_or(true);
            if !is_busy && is_visible() && untrack(&wanted) {
                self.reload();
            }
        };
        if let Ok(handle) = set_interval_with_handle(tick, interval) {
            on_cleanup(move || handle.clear());
        }
    }

    fn next_turn(self) -> u64 {
        let mut next = 0;
        self.turn.try_update_value(|turn| {
            *turn += 1;
            next = *turn;
        });
        next
    }

    /// Takes an answer, unless the component is gone or a newer turn has begun.
    fn finish(self, turn: u64, answer: Answer<T>) {
        if self.turn.try_get_value() != Some(turn) {
            return;
        }
        self.is_busy.try_set_value(false);
        match answer {
            Ok(value) => {
                self.failure.try_set(None);
                self.value.try_set(Some(value));
            }
            Err(failure) => _ = self.failure.try_set(Some(failure)),
        }
    }
}
