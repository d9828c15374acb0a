//! The object's outbox: events that the origin has not acknowledged.
//!
//! An event is a row until the origin has stored it. The instance that writes it sends it from its memory, with its next
//! alarm. What was lost on its way, or with an instance, is read from the table: by each new instance when the alarm rings
//! that it was left, and from time to time while anything is outstanding.

use engine::ids::LedgerEventId;
use engine::ledger::message_of;
use serde_json::Value;

use super::pack::Pack;
use super::row::{Fallible, Row, text};
use super::store::{Sql, Store};

/// The longest time between two readings of what is outstanding, in milliseconds: an origin that was away for long gets
/// what the queue has given up within five minutes, and each event is sent once in that time.
const READING_CAP_MILLIS: u64 = 4 * 60 * 1_000;
/// Batches that one alarm sends, so that it ends under any load; the next one goes on. As many wait in an instance's memory,
/// some 5 MB: while the queue takes none, what comes on top is left to the table.
pub(super) const MAX_BATCHES: usize = 50;

/// As many as a message takes. The limit is no parameter, because SQLite compiles a statement anew for each value of one.
const SELECT_OUTSTANDING: &str = "SELECT json_array(outbox.id, old_status, old_rolled_back, redemptions.id, outbox.status, \
    transaction_id, customer_id, coupon, counted, reserved_until, outbox.rolled_back, at, entry) \
    FROM outbox JOIN redemptions ON redemptions.id = redemption_id \
    WHERE outbox.id > ?1 ->> 0 AND outbox.id < ?1 ->> 1 ORDER BY outbox.id LIMIT 100";
const SELECT_OLDEST: &str = "SELECT json_array(min(id)) AS row FROM outbox";
const DELETE_EVENTS: &str = "DELETE FROM outbox WHERE id IN (SELECT value FROM json_each(?1))";
const SELECT_FIRST_END: &str =
    "SELECT json_array(min(reserved_until)) AS row FROM redemptions WHERE status = 'reserved'";

/// What this instance has to send.
#[derive(Default)]
pub(super) struct Unsent {
    /// What it wrote, in the order of writing.
    packs: Vec<Pack>,
    /// How many of them the alarm that rang last still has to send.
    due: usize,
    /// Planned while anything is outstanding, as far as the instance knows.
    reading: Option<Reading>,
    /// Whether the last batch was read.
    has_read: bool,
}

/// A passage through the table in the order of identifiers.
struct Reading {
    /// When it begins, in milliseconds.
    at: u64,
    /// Whether it takes what was written a moment ago too, because the instance that sends it from its memory may be gone.
    takes_new: bool,
    /// The last event that it has sent; empty at its beginning.
    after: String,
    /// What it ends before; empty until it begins.
    end: String,
}

/// Events as they are sent.
#[derive(Default)]
pub(super) struct Batch {
    pack: Pack,
    /// The last event, when they come from the table.
    last: Option<String>,
    /// What is in the table and cannot be sent, and why. It stays there, and keeps nothing else from being sent.
    pub(super) unreadable: Vec<String>,
}

impl Unsent {
    /// Adds an event that was written.
    pub(super) fn push(&mut self, event: &str) {
        let has_room = |pack: &&mut Pack| !pack.is_full();
        if let Some(pack) = self.packs.last_mut().filter(has_room) {
            pack.push(event);
        } else if self.packs.len() < MAX_BATCHES {
            let mut pack = Pack::default();
            pack.push(event);
            self.packs.push(pack);
        }
    }

    fn plan(&mut self, at: u64, takes_new: bool) {
        self.reading = Some(Reading {
            at,
            takes_new,
            after: String::new(),
            end: String::new(),
        });
    }

    /// What was written first, if it is due. Whatever becomes of it, it is read again.
    fn take(&mut self, read_at: u64) -> Option<Batch> {
        self.due = self.due.checked_sub(1)?;
        if self.reading.is_none() {
            self.plan(read_at, false);
        }
        Some(Batch {
            pack: self.packs.remove(0),
            ..Batch::default()
        })
    }
}

impl Batch {
    /// The message, if there is one. Sending it twice is harmless: the origin knows an event by its identifier.
    pub(super) fn to_text(&self) -> Option<String> {
        (self.pack.events() > 0).then(|| self.pack.to_text())
    }
}

impl<S: Sql> Store<S> {
    /// Has everything outstanding read at `at_millis`: this instance knows nothing of what the one before it has sent.
    pub(super) fn take_over(&self, at_millis: u64) -> Fallible<()> {
        if self.oldest()?.is_some() {
            self.unsent.borrow_mut().plan(at_millis, true);
        }
        Ok(())
    }

    /// Has what is in memory be sent. What is written from here on, while the queue is awaited, goes with the next alarm: one
    /// by one, such events would be a message each.
    pub(super) fn begin_relay(&self) {
        let mut unsent = self.unsent.borrow_mut();
        unsent.due = unsent.packs.len();
    }

    /// The next events to send by now, as many as a message takes: from memory and from the table by turns, so that neither a
    /// busy object nor a long table keeps the other from being sent. The table is read `resend_millis` after something was
    /// sent, without what is younger, and then each time that the oldest is twice as old.
    pub(super) fn next_batch(&self, now_millis: u64, resend_millis: u64) -> Fallible<Option<Batch>> {
        let mut unsent = self.unsent.borrow_mut();
        let may_read = unsent.due == 0 || !unsent.has_read;
        let due = |reading: &&mut Reading| may_read && reading.at <= now_millis;
        let read_at = now_millis.saturating_add(resend_millis);
        let Some(reading) = unsent.reading.as_mut().filter(due) else {
            unsent.has_read = false;
            return Ok(unsent.take(read_at));
        };
        if reading.end.is_empty() {
            let made_by = now_millis.saturating_sub(if reading.takes_new { 0 } else { resend_millis });
            reading.end = LedgerEventId::from_parts(made_by.saturating_add(1), [0; 10]).to_string();
        }
        if let Some(batch) = self.read(reading)? {
            unsent.has_read = true;
            return Ok(Some(batch));
        }
        unsent.reading = None;
        if let Some(oldest) = self.oldest()? {
            let age = now_millis.saturating_sub(oldest.unix_millis());
            let wait = age.min(READING_CAP_MILLIS).max(resend_millis);
            unsent.plan(now_millis.saturating_add(wait), false);
        }
        Ok(unsent.take(read_at))
    }

    fn read(&self, reading: &Reading) -> Fallible<Option<Batch>> {
        let mut batch = Batch::default();
        let range = [&reading.after, &reading.end].map(|id| id.as_str().into());
        for mut row in self.rows(SELECT_OUTSTANDING, range.into())? {
            let id = row.text()?;
            match message(&id, &mut row) {
                Ok(message) => batch.pack.push(&message),
                Err(cause) => batch.unreadable.push(format!("{id}: {cause}")),
            }
            batch.last = Some(id);
            if batch.pack.is_full() {
                break;
            }
        }
        Ok(batch.last.is_some().then_some(batch))
    }

    /// Goes on behind events that the queue has taken.
    pub(super) fn set_sent(&self, batch: Batch) {
        if let (Some(last), Some(reading)) = (batch.last, self.unsent.borrow_mut().reading.as_mut()) {
            reading.after = last;
        }
    }

    /// Keeps events that the queue has not taken.
    pub(super) fn give_back(&self, batch: Batch) {
        if batch.last.is_none() {
            self.unsent.borrow_mut().packs.insert(0, batch.pack);
        }
    }

    /// Drops events that the origin has stored.
    pub(super) fn acknowledge(&self, events: &[LedgerEventId]) -> Fallible<()> {
        if !self.has_tables() || events.is_empty() {
            return Ok(());
        }
        let ids: Vec<Value> = events.iter().map(|event| event.to_string().into()).collect();
        self.run(DELETE_EVENTS, ids)
    }

    /// When there is something to do without being asked, in milliseconds: an event to send, for which `written_at` is soon
    /// enough when this instance wrote it, or a reservation's end.
    pub(super) fn next_due(&self, written_at: u64) -> Fallible<Option<u64>> {
        if !self.has_tables() {
            return Ok(None);
        }
        let first_end = self.row(SELECT_FIRST_END, vec![])?.integer()?;
        let unsent = self.unsent.borrow();
        let waiting = (!unsent.packs.is_empty()).then_some(written_at);
        let reading = unsent.reading.as_ref().map(|reading| reading.at);
        Ok([first_end, waiting, reading].into_iter().flatten().min())
    }

    fn oldest(&self) -> Fallible<Option<LedgerEventId>> {
        if !self.has_tables() {
            return Ok(None);
        }
        self.row(SELECT_OLDEST, vec![])?.parsed()
    }
}

/// The message of a row of [`SELECT_OUTSTANDING`] behind its identifier: the same that was sent when it was written.
fn message(id: &str, row: &mut Row) -> Fallible<String> {
    let id = id.parse().map_err(text)?;
    let old_status = row.status()?;
    let old_rolled_back = row.count()?;
    let before = old_status.map(|status| (status, old_rolled_back));
    let after = row.stored()?;
    String::from_utf8(message_of(id, before, &after).map_err(text)?).map_err(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_bounded() {
        let mut unsent = Unsent::default();
        let mut sent = 0;
        for number in 0.. {
            unsent.push("x");
            if unsent.packs.len() == MAX_BATCHES && unsent.packs.last().is_some_and(Pack::is_full) {
                sent = number + 1;
                break;
            }
        }
        unsent.push("x");
        assert_eq!(unsent.packs.len(), MAX_BATCHES);
        assert_eq!(unsent.packs.iter().map(Pack::events).sum::<usize>(), sent);
    }
}
