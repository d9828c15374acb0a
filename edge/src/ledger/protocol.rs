//! What edge and object say to each other: JSON over the object's `fetch`, versioned, pinned by a test because edge
//! and object of two releases meet during a deployment.

use engine::ledger::{Command, Outcome};
use engine::wire::v1::V1;
use serde::{Deserialize, Serialize};

/// Where a [`Submission`] is posted. The host is a name only: the request never leaves the platform.
pub(super) const COMMAND_URL: &str = "https://ledger/v1/command";
/// The path of [`COMMAND_URL`].
pub(super) const COMMAND_PATH: &str = "/v1/command";
/// Answers 200 when the object reads its storage.
pub(super) const HEALTH_URL: &str = "https://ledger/v1/health";
/// The path of [`HEALTH_URL`].
pub(super) const HEALTH_PATH: &str = "/v1/health";

/// A command for a transaction.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Submission {
    v: V1,
    pub(super) transaction_id: String,
    pub(super) command: Command,
}

/// What became of it.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Reply {
    v: V1,
    pub(super) outcome: Outcome,
}

impl Submission {
    pub(super) fn new(transaction_id: &str, command: Command) -> Self {
        Self {
            v: V1,
            transaction_id: transaction_id.to_owned(),
            command,
        }
    }
}

impl Reply {
    pub(super) const fn new(outcome: Outcome) -> Self {
        Self { v: V1, outcome }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use engine::ledger::Entry;

    const ENTRY: &str = include_str!("../../../engine/tests/data/ledger_entry.v1.json");

    fn entry() -> Box<Entry> {
        serde_json::from_str(ENTRY).unwrap()
    }

    #[test]
    fn submissions_are_pinned() {
        let check = |command, expected: &str| {
            let text = serde_json::to_string(&Submission::new("order-1", command)).unwrap();
            assert_eq!(text, expected);
            let read: Submission = serde_json::from_str(&text).unwrap();
            assert_eq!(serde_json::to_string(&read).unwrap(), text);
        };
        check(
            Command::LookUp {
                fingerprint: "f1".to_owned(),
            },
            r#"{"v":1,"transaction_id":"order-1","command":{"command":"look_up","fingerprint":"f1"}}"#,
        );
        let entry_fields = ENTRY.trim_end().trim_start_matches('{');
        check(
            Command::Redeem(entry()),
            &format!(r#"{{"v":1,"transaction_id":"order-1","command":{{"command":"redeem",{entry_fields}}}"#),
        );
    }

    #[test]
    fn replies_are_pinned() {
        let check = |outcome, expected: &str| {
            let text = serde_json::to_string(&Reply::new(outcome)).unwrap();
            assert_eq!(text, expected);
            let read: Reply = serde_json::from_str(&text).unwrap();
            assert_eq!(serde_json::to_string(&read).unwrap(), text);
        };
        check(Outcome::Granted, r#"{"v":1,"outcome":{"outcome":"granted"}}"#);
        check(Outcome::Conflict, r#"{"v":1,"outcome":{"outcome":"conflict"}}"#);
        check(Outcome::Unused, r#"{"v":1,"outcome":{"outcome":"unused"}}"#);
        let entry_fields = ENTRY.trim_end().trim_start_matches('{');
        check(
            Outcome::Replayed(entry()),
            &format!(r#"{{"v":1,"outcome":{{"outcome":"replayed",{entry_fields}}}"#),
        );
    }

    #[test]
    fn another_version_is_refused() {
        let text = r#"{"v":2,"outcome":{"outcome":"granted"}}"#;
        assert!(
            serde_json::from_str::<Reply>(text)
                .unwrap_err()
                .to_string()
                .contains("format version 2")
        );
    }
}
