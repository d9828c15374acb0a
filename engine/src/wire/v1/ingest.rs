//! What the queue brings to the origin.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::V1;

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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case", try_from = "ResultForm")]
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

/// [`IngestResult`] as it is read: serde would read the enum itself through a buffer.
#[derive(Deserialize)]
struct ResultForm {
    state: State,
    detail: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum State {
    Stored,
    Duplicate,
    Parked,
    Rejected,
}

impl TryFrom<ResultForm> for IngestResult {
    type Error = &'static str;

    fn try_from(form: ResultForm) -> Result<Self, &'static str> {
        match form.state {
            State::Stored => Ok(Self::Stored),
            State::Duplicate => Ok(Self::Duplicate),
            State::Parked => Ok(Self::Parked),
            State::Rejected => {
                let detail = form.detail.ok_or("what is rejected has a `detail`")?;
                Ok(Self::Rejected { detail })
            }
        }
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
        let check = |json: &str, expected: Result<IngestResult, &str>| {
            let read = serde_json::from_str::<IngestResult>(json).map_err(|error| error.to_string());
            match (read, expected) {
                (Ok(result), expected) => assert_eq!(Ok(result), expected, "{json}"),
                (Err(error), expected) => {
                    assert!(expected.is_err_and(|part| error.contains(part)), "{json}: {error}");
                }
            }
        };
        check(r#"{"state":"stored"}"#, Ok(IngestResult::Stored));
        check(r#"{"state":"duplicate","later":[1]}"#, Ok(IngestResult::Duplicate));
        check(r#"{"state":"parked"}"#, Ok(IngestResult::Parked));
        let detail = "no record".to_owned();
        check(
            r#"{"detail":"no record","state":"rejected"}"#,
            Ok(IngestResult::Rejected { detail }),
        );
        check(r#"{"state":"rejected"}"#, Err("what is rejected has a `detail`"));
        check(r#"{"state":"lost"}"#, Err("unknown variant `lost`"));
        check("null", Err("invalid type: null"));
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
