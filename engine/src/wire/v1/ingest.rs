//! What the queue brings to the origin.

use serde::de::MapAccess;
use serde::de::value::MapAccessDeserializer;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;

use super::V1;
use crate::tagged::{self, Tagged, read_none};

/// The path on the origin that takes an [`IngestRequest`].
pub const INGEST_PATH: &str = "/internal/ingest";

/// Edge → origin: messages from the queue. Each is its own JSON, so that a bad one does not take others with it.
#[derive(Debug, Serialize, Deserialize)]
pub struct IngestRequest {
    /// The format.
    pub v: V1,
    /// At most [`MAX_INGEST_RECORDS`]; each an [`EvaluationRecord`] or a [`LedgerEvent`], which alone has a `kind`.
    pub records: Vec<Box<RawValue>>,
}

/// Most records in an [`IngestRequest`]: ten full messages of the queue. The origin stores them in one transaction, which so
/// many make worth its commit, and which ends within a second.
pub const MAX_INGEST_RECORDS: usize = 1_000;

/// Origin → edge, `200`: the fate of each record, in the order of the request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IngestAnswer {
    /// The format.
    pub v: V1,
    /// As many as there were records.
    pub results: Vec<IngestResult>,
}

/// What became of a record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum IngestResult {
    /// Committed now.
    Stored,
    /// Committed before.
    Duplicate,
    /// Of a version that this origin does not know: put aside until a newer one replays it. Nobody has to send it again.
    Parked,
    /// Cannot be stored, now or later.
    Rejected {
        /// Why.
        detail: String,
    },
}

/// The field of [`IngestResult::Rejected`].
#[derive(Deserialize)]
struct Rejected {
    detail: String,
}

impl Tagged for IngestResult {
    const TAG: &'static str = "state";
    const NAMES: &'static [&'static str] = &["rejected", "stored", "duplicate", "parked"];

    fn read<'de, A: MapAccess<'de>>(name: &str, rest: MapAccessDeserializer<A>) -> Result<Self, A::Error> {
        let alone = match name {
            "rejected" => return Rejected::deserialize(rest).map(|Rejected { detail }| Self::Rejected { detail }),
            "stored" => Self::Stored,
            "duplicate" => Self::Duplicate,
            "parked" => Self::Parked,
            _ => return tagged::unknown(name),
        };
        read_none(rest).map(|()| alone)
    }
}

impl<'de> Deserialize<'de> for IngestResult {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        tagged::read(deserializer)
    }
}

/// Most calls of [`INGEST_PATH`] that an origin works on at a time, and so the most consumers of the queue (`max_concurrency`
/// in wrangler.toml): less than half of the origin's connections, so that the queue never keeps people waiting.
pub const MAX_INGESTS: usize = 4;

/// The path on the origin that takes a [`DeadLettersRequest`].
pub const DEAD_LETTERS_PATH: &str = "/internal/dead-letters";

/// Most letters in a [`DeadLettersRequest`]: one for each record of a message of the queue.
pub const MAX_DEAD_LETTERS: usize = 100;

/// A message, or a record of one, that was given up, as it travels through the queue of dead letters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeadLetter {
    /// The format.
    pub v: V1,
    /// Why it was given up.
    pub reason: String,
    /// The message's text, or its beginning when it is too long for any message of ours.
    pub body: String,
}

/// Edge → origin: what a message held, to be put aside.
#[derive(Debug, Serialize, Deserialize)]
pub struct DeadLettersRequest {
    /// The format.
    pub v: V1,
    /// At most [`MAX_DEAD_LETTERS`].
    pub letters: Vec<DeadLetter>,
}

/// Origin → edge, `200`: all of them are put aside.
#[derive(Debug, Serialize, Deserialize)]
pub struct DeadLettersAnswer {
    /// The format.
    pub v: V1,
    /// How many there were.
    pub parked: usize,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check<T: Serialize + serde::de::DeserializeOwned>(json: &str) {
        let value: T = serde_json::from_str(json).unwrap();
        assert_eq!(serde_json::to_string(&value).unwrap(), json);
    }

    #[test]
    fn each_fate_is_read() {
        let detail = "no record".to_owned();
        let samples = [
            IngestResult::Stored,
            IngestResult::Duplicate,
            IngestResult::Parked,
            IngestResult::Rejected { detail },
        ];
        tagged::tests::check(&samples, |result| match result {
            IngestResult::Stored => "stored",
            IngestResult::Duplicate => "duplicate",
            IngestResult::Parked => "parked",
            IngestResult::Rejected { .. } => "rejected",
        });
    }

    #[test]
    fn sent_forms_are_pinned() {
        check::<IngestRequest>(r#"{"v":1,"records":[{"v":1},null]}"#);
        check::<IngestAnswer>(
            r#"{"v":1,"results":[{"state":"stored"},{"state":"duplicate"},{"state":"parked"},{"state":"rejected","detail":"no record"}]}"#,
        );
        check::<DeadLettersRequest>(r#"{"v":1,"letters":[{"v":1,"reason":"not JSON","body":"{"}]}"#);
        check::<DeadLettersAnswer>(r#"{"v":1,"parked":1}"#);
    }
}
