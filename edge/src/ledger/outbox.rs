//! The object's outbox: events that the origin has not acknowledged.

use engine::ids::LedgerEventId;
use worker::Queue;

use super::row::{Fallible, integer, text};
use super::store::{Sql, Store};
use crate::records::{Pack, send_text};

/// The longest time after which an event is sent again, in milliseconds: an origin that was away for long gets what the
/// queue has given up within some minutes, and each event costs a message in that time.
const RESEND_CAP_MILLIS: u64 = 10 * 60 * 1_000;
/// The doublings after which any delay is above the cap.
const MAX_DOUBLINGS: u64 = 20;

/// As many as a message takes. The limit is no parameter, because SQLite compiles a statement anew for each value of one.
const SELECT_DUE: &str = "SELECT id, event FROM outbox WHERE due_at <= ? ORDER BY due_at LIMIT 100";
const UPDATE_SENT: &str = "UPDATE outbox SET due_at = ? + min(? << min(tries, ?), ?), tries = tries + 1 \
    WHERE id IN (SELECT value FROM json_each(?))";
const DELETE_EVENTS: &str = "DELETE FROM outbox WHERE id IN (SELECT value FROM json_each(?))";
const SELECT_NEXT: &str = "SELECT min(at) FROM (SELECT min(due_at) AS at FROM outbox \
    UNION ALL SELECT min(reserved_until) FROM redemptions WHERE status = 'reserved')";

/// Events as they are sent.
#[derive(Default)]
pub(super) struct Batch {
    ids: Vec<String>,
    pack: Pack,
}

impl Batch {
    pub(super) const fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// Awaits the queue once. Sending an event twice is harmless: the origin knows it by its identifier.
    pub(super) async fn send(&self, queue: &Queue) -> worker::Result<()> {
        send_text(queue, self.pack.to_text()).await
    }
}

impl<S: Sql> Store<S> {
    /// The events that are to be sent by now, the longest due first, as many as a message takes.
    pub(super) fn due(&self, now_millis: u64) -> Fallible<Batch> {
        let mut batch = Batch::default();
        if !self.has_tables() {
            return Ok(batch);
        }
        for mut row in self.rows(SELECT_DUE, vec![integer(now_millis)])? {
            batch.ids.push(row.text()?);
            batch.pack.push(&row.text()?);
            if batch.pack.is_full() {
                break;
            }
        }
        Ok(batch)
    }

    /// Has events sent again later, unless they are acknowledged before: after `resend_millis`, then after twice as long
    /// each time.
    pub(super) fn set_sent(&self, batch: &Batch, now_millis: u64, resend_millis: u64) -> Fallible<()> {
        let ids = serde_json::to_string(&batch.ids).map_err(text)?;
        let delays = [now_millis, resend_millis, MAX_DOUBLINGS, RESEND_CAP_MILLIS];
        let mut bindings: Vec<_> = delays.into_iter().map(integer).collect();
        bindings.push(ids.into());
        self.run(UPDATE_SENT, bindings)
    }

    /// Drops events that the origin has stored.
    pub(super) fn acknowledge(&self, events: &[LedgerEventId]) -> Fallible<()> {
        if !self.has_tables() {
            return Ok(());
        }
        let ids = serde_json::to_string(events).map_err(text)?;
        self.run(DELETE_EVENTS, vec![ids.into()])
    }

    /// When there is something to do without being asked: an event to send, or a reservation's end.
    pub(super) fn next_due(&self) -> Fallible<Option<u64>> {
        if !self.has_tables() {
            return Ok(None);
        }
        self.row(SELECT_NEXT, vec![])?.map_or(Ok(None), |mut row| row.integer())
    }
}
