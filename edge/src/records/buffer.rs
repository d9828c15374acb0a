//! Records that wait to be sent, and when they go. Pure: time is an argument.

use std::mem;

/// Longest wait of a record for others, in milliseconds. It bounds what an isolate that dies takes with it, and how
/// late a report is; a busy isolate fills a batch in less.
pub(super) const MAX_WAIT_MILLIS: u64 = 250;
/// A batch whose own timer has not sent it by then, in milliseconds, has lost that timer together with the request that
/// ran it: the next record sends it.
const LOST_TIMER_MILLIS: u64 = 2 * MAX_WAIT_MILLIS;
/// Most records in a message: what is lost at most when an isolate dies. One has less than 700 bytes, so that a hundred are
/// far below the 128 kB that a message of Cloudflare Queues may have.
const MAX_RECORDS: usize = 100;
/// Most batches that are being sent at a time. The platform lets an isolate have six calls open and queues the others;
/// with 500 bytes a record, those that wait for a queue in trouble hold 5 MB of the isolate's 128.
const MAX_SENDING: usize = 100;
/// A call that has not ended by then, in milliseconds, was cut off: the platform ends work after an answer at 30 seconds.
const MAX_SENDING_MILLIS: u64 = 30_000;

/// Records in the order of their answers.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Batch<T> {
    /// Names it in this isolate.
    pub(super) number: u64,
    pub(super) records: Vec<T>,
}

/// What whoever added a record has to do.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Task<T> {
    /// Somebody else sends it.
    Nothing,
    /// Send this batch when [`MAX_WAIT_MILLIS`] are over, unless it has gone by then.
    SendLater(u64),
    /// Send these.
    Send(Batch<T>),
    /// Too much is being sent already: say that these are lost.
    Discard(Batch<T>),
}

/// What waits, and what is on its way.
#[derive(Debug)]
pub(super) struct Buffer<T> {
    number: u64,
    records: Vec<T>,
    since_millis: u64,
    /// Number and start of each batch that is being sent.
    sending: Vec<(u64, u64)>,
}

impl<T> Buffer<T> {
    pub(super) const fn new() -> Self {
        Self {
            number: 0,
            records: Vec::new(),
            since_millis: 0,
            sending: Vec::new(),
        }
    }

    /// Adds a record.
    pub(super) fn push(&mut self, record: T, now_millis: u64) -> Task<T> {
        if self.records.is_empty() {
            self.since_millis = now_millis;
        }
        self.records.push(record);
        let has_lost_its_timer = now_millis.saturating_sub(self.since_millis) >= LOST_TIMER_MILLIS;
        if self.records.len() >= MAX_RECORDS || has_lost_its_timer {
            return self.start_sending(now_millis);
        }
        if self.records.len() == 1 {
            Task::SendLater(self.number)
        } else {
            Task::Nothing
        }
    }

    /// The time of a batch has come: what to do if it still waits.
    pub(super) fn is_due(&mut self, number: u64, now_millis: u64) -> Task<T> {
        if self.number == number && !self.records.is_empty() {
            self.start_sending(now_millis)
        } else {
            Task::Nothing
        }
    }

    /// A batch has gone, or is given up.
    pub(super) fn ended(&mut self, number: u64) {
        self.sending.retain(|(other, _)| *other != number);
    }

    fn start_sending(&mut self, now_millis: u64) -> Task<T> {
        let batch = Batch {
            number: self.number,
            records: mem::take(&mut self.records),
        };
        self.number += 1;
        self.sending
            .retain(|(_, since)| now_millis.saturating_sub(*since) < MAX_SENDING_MILLIS);
        if self.sending.len() >= MAX_SENDING {
            return Task::Discard(batch);
        }
        self.sending.push((batch.number, now_millis));
        Task::Send(batch)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn batch<T: Clone>(number: u64, records: &[T]) -> Batch<T> {
        Batch {
            number,
            records: records.to_vec(),
        }
    }

    /// Pushes all but the last record of a batch.
    fn fill(buffer: &mut Buffer<char>, number: u64) {
        assert_eq!(buffer.push('x', 0), Task::SendLater(number));
        for _ in 2..MAX_RECORDS {
            assert_eq!(buffer.push('x', 0), Task::Nothing);
        }
    }

    #[test]
    fn the_first_record_is_sent_later_with_what_comes_meanwhile() {
        let mut buffer = Buffer::new();
        assert_eq!(buffer.push('a', 0), Task::SendLater(0));
        assert_eq!(buffer.push('b', 249), Task::Nothing);
        assert_eq!(buffer.is_due(0, 250), Task::Send(batch(0, &['a', 'b'])));
        assert_eq!(buffer.is_due(0, 250), Task::Nothing);
        assert_eq!(buffer.push('c', 251), Task::SendLater(1));
        assert_eq!(buffer.is_due(1, 501), Task::Send(batch(1, &['c'])));
    }

    #[test]
    fn a_full_batch_goes_at_once() {
        let mut buffer = Buffer::new();
        fill(&mut buffer, 0);
        assert_eq!(
            buffer.push('y', 0),
            Task::Send(batch(0, &[['x'; 99].as_slice(), &['y']].concat()))
        );
        assert_eq!(buffer.is_due(0, 250), Task::Nothing);
    }

    #[test]
    fn a_lost_timer_is_made_up_for() {
        let mut buffer = Buffer::new();
        assert_eq!(buffer.push('a', 1_000), Task::SendLater(0));
        assert_eq!(buffer.push('b', 1_000 + LOST_TIMER_MILLIS - 1), Task::Nothing);
        assert_eq!(
            buffer.push('c', 1_000 + LOST_TIMER_MILLIS),
            Task::Send(batch(0, &['a', 'b', 'c']))
        );
    }

    #[test]
    fn what_is_on_its_way_is_bounded() {
        let (mut buffer, records) = (Buffer::new(), ['x'; MAX_RECORDS]);
        let full = u64::try_from(MAX_SENDING).unwrap();
        let push = |buffer: &mut Buffer<char>, number, now_millis| {
            fill(buffer, number);
            buffer.push('x', now_millis)
        };
        for number in 0..full {
            assert_eq!(push(&mut buffer, number, 0), Task::Send(batch(number, &records)));
        }
        assert_eq!(push(&mut buffer, full, 0), Task::Discard(batch(full, &records)));
        buffer.ended(7);
        assert_eq!(push(&mut buffer, full + 1, 0), Task::Send(batch(full + 1, &records)));
        assert_eq!(
            push(&mut buffer, full + 2, MAX_SENDING_MILLIS - 1),
            Task::Discard(batch(full + 2, &records))
        );
        // Those that were cut off do not count for ever.
        assert_eq!(
            push(&mut buffer, full + 3, MAX_SENDING_MILLIS),
            Task::Send(batch(full + 3, &records))
        );
    }
}
