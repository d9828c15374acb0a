//! What one message of the queue holds.

/// Most events in a message, which the origin stores together.
const MAX_EVENTS: usize = 100;
/// Bytes of events from which a message is full: one event more still fits the 128 kB that a message of Cloudflare
/// Queues may have.
const MAX_BYTES: usize = 100_000;

/// The ledger's events, each a JSON text, as a JSON array. Several in a message, because messages are what a queue is paid and
/// limited by.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Pack {
    /// The array, still open at its end; empty without events.
    json: String,
    events: usize,
}

impl Pack {
    pub(crate) fn push(&mut self, event: &str) {
        self.json.push(if self.events == 0 { '[' } else { ',' });
        self.json.push_str(event);
        self.events += 1;
    }

    pub(crate) const fn is_full(&self) -> bool {
        self.events >= MAX_EVENTS || self.json.len() >= MAX_BYTES
    }

    /// How many there are.
    pub(crate) const fn events(&self) -> usize {
        self.events
    }

    /// The message.
    pub(crate) fn to_text(&self) -> String {
        format!("{}]", self.json)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_arrays() {
        let mut pack = Pack::default();
        pack.push(r#"{"v":1}"#);
        assert_eq!(pack.to_text(), r#"[{"v":1}]"#);
        pack.push("2");
        assert_eq!((pack.to_text().as_str(), pack.events()), (r#"[{"v":1},2]"#, 2));
    }

    #[test]
    fn a_pack_is_full_by_events_or_bytes() {
        let full = |events: usize, event: &str| {
            let mut pack = Pack::default();
            (0..events).for_each(|_| pack.push(event));
            pack.is_full()
        };
        assert!(!full(0, ""));
        assert!(!full(99, "x"));
        assert!(full(100, "x"));
        assert!(!full(1, &"x".repeat(99_998)));
        assert!(full(1, &"x".repeat(99_999)));
    }
}
