//! What one message of the queue holds.

/// Most records in a message: what is lost at most when an isolate dies.
const MAX_RECORDS: usize = 100;
/// Bytes of records from which a message is full: one record more still fits the 128 kB that a message of Cloudflare
/// Queues may have.
const MAX_BYTES: usize = 100_000;

/// Records or ledger events, each a JSON text, as a JSON array. Several in a message, because messages are what a queue is
/// paid and limited by.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Pack {
    /// The array, still open at its end; empty without records.
    json: String,
    records: usize,
}

impl Pack {
    pub(crate) fn push(&mut self, record: &str) {
        self.json.push(if self.records == 0 { '[' } else { ',' });
        self.json.push_str(record);
        self.records += 1;
    }

    pub(crate) const fn is_full(&self) -> bool {
        self.records >= MAX_RECORDS || self.json.len() >= MAX_BYTES
    }

    /// How many there are.
    pub(crate) const fn records(&self) -> usize {
        self.records
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
        assert_eq!((pack.to_text().as_str(), pack.records()), (r#"[{"v":1},2]"#, 2));
    }

    #[test]
    fn a_pack_is_full_by_records_or_bytes() {
        let full = |records: usize, record: &str| {
            let mut pack = Pack::default();
            (0..records).for_each(|_| pack.push(record));
            pack.is_full()
        };
        assert!(!full(0, ""));
        assert!(!full(99, "x"));
        assert!(full(100, "x"));
        assert!(!full(1, &"x".repeat(99_998)));
        assert!(full(1, &"x".repeat(99_999)));
    }
}
