//! The redemption ledger as a state machine: `(state, command) → (event, outcome)`.
//!
//! Its host reads the state of one transaction, calls [`decide`], writes the event and answers the outcome, all
//! without an `await` in between; nothing else is needed for a transaction to count once.

use serde::{Deserialize, Serialize};

use crate::wire::v1::{EvaluateAnswer, EvaluationRecord, V1};

/// What the ledger keeps of a transaction: its first answer, so that the same request gets it again, and the record,
/// so that a lost one can be sent again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// The format.
    pub v: V1,
    /// From [`crate::evaluate::Request::fingerprint`].
    pub fingerprint: String,
    /// What the shop was told.
    pub answer: EvaluateAnswer,
    /// What the reports are told.
    pub record: EvaluationRecord,
}

/// What a request wants of the ledger.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "snake_case")]
pub enum Command {
    /// Consume the transaction, with the answer to give if it is still unused.
    Redeem(Box<Entry>),
    /// Consume nothing: is this the retry of a request that was granted?
    LookUp {
        /// Of the request at hand.
        fingerprint: String,
    },
}

/// What has to be written.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// The transaction is used from now on.
    Redeemed(Box<Entry>),
}

/// What the shop is answered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Outcome {
    /// Consumed now, with the answer of the command.
    Granted,
    /// Consumed before by the same request: its first answer.
    Replayed(Box<Entry>),
    /// Consumed before by another request.
    Conflict,
    /// Not consumed; only [`Command::LookUp`] learns this.
    Unused,
}

/// Decides one command on the state of its transaction. An event is to be written before the outcome is told.
pub fn decide(state: Option<&Entry>, command: Command) -> (Option<Event>, Outcome) {
    match (state, command) {
        (None, Command::Redeem(entry)) => (Some(Event::Redeemed(entry)), Outcome::Granted),
        (None, Command::LookUp { .. }) => (None, Outcome::Unused),
        (Some(first), Command::Redeem(entry)) => (None, repeat(first, &entry.fingerprint)),
        (Some(first), Command::LookUp { fingerprint }) => (None, repeat(first, &fingerprint)),
    }
}

fn repeat(first: &Entry, fingerprint: &str) -> Outcome {
    if first.fingerprint == fingerprint {
        Outcome::Replayed(Box::new(first.clone()))
    } else {
        Outcome::Conflict
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry() -> Entry {
        serde_json::from_str(include_str!("../tests/data/ledger_entry.v1.json")).unwrap()
    }

    fn look_up(fingerprint: &str) -> Command {
        Command::LookUp {
            fingerprint: fingerprint.to_owned(),
        }
    }

    #[test]
    fn stored_form_is_pinned() {
        let stored = include_str!("../tests/data/ledger_entry.v1.json").trim_end();
        assert_eq!(serde_json::to_string(&entry()).unwrap(), stored);
    }

    #[test]
    fn a_transaction_counts_once() {
        let first = Box::new(entry());
        let (event, outcome) = decide(None, Command::Redeem(first.clone()));
        assert_eq!(event, Some(Event::Redeemed(first.clone())));
        assert_eq!(outcome, Outcome::Granted);

        let mut again = first.clone();
        again.answer.rule_age_seconds += 1;
        assert_eq!(
            decide(Some(&first), Command::Redeem(again)),
            (None, Outcome::Replayed(first.clone()))
        );

        let mut other = first.clone();
        other.fingerprint = "other".to_owned();
        assert_eq!(decide(Some(&first), Command::Redeem(other)), (None, Outcome::Conflict));
    }

    #[test]
    fn looking_up_writes_nothing() {
        let first = Box::new(entry());
        assert_eq!(decide(None, look_up("f")), (None, Outcome::Unused));
        assert_eq!(
            decide(Some(&first), look_up(&first.fingerprint)),
            (None, Outcome::Replayed(first.clone()))
        );
        assert_eq!(decide(Some(&first), look_up("other")), (None, Outcome::Conflict));
    }
}
