//! Every kind of job, as the database stores it, and how one fails.
//!
//! Each runs at least once: a worker that dies after the work and before it is written down leaves a job that runs
//! again. So a handler's documentation names each await and why repeating it is safe; what it makes goes by the job's
//! identifier.

use engine::ids::JobId;
use engine::wire::v1::V1;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::clean_up::clean_up;
use crate::app::App;

/// What to do. A kind is added here, in [`Job::run`] and in the test that pins the stored form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Job {
    /// Remove what is over, and ask for the same again a day later.
    CleanUp,
}

/// How an attempt fails.
#[derive(Debug)]
pub(crate) enum JobError {
    /// Another attempt may succeed.
    Retry(anyhow::Error),
    /// No attempt will: somebody has to look at it.
    #[cfg_attr(not(test), expect(dead_code, reason = "cleaning up never fails for good"))]
    Permanent(anyhow::Error),
}

impl From<sqlx::Error> for JobError {
    fn from(error: sqlx::Error) -> Self {
        Self::Retry(anyhow::Error::new(error).context("the database failed"))
    }
}

impl From<getrandom::Error> for JobError {
    fn from(error: getrandom::Error) -> Self {
        Self::Retry(anyhow::Error::new(error).context("no random bytes"))
    }
}

impl JobError {
    /// Why, whatever follows from it.
    pub(crate) fn into_cause(self) -> anyhow::Error {
        match self {
            Self::Retry(cause) | Self::Permanent(cause) => cause,
        }
    }
}

/// The stored form.
#[derive(Serialize, Deserialize)]
struct Payload<J> {
    v: V1,
    #[serde(flatten)]
    job: J,
}

impl Job {
    /// As it is stored.
    pub(crate) fn to_payload(&self) -> Result<Value, serde_json::Error> {
        serde_json::to_value(Payload { v: V1, job: self })
    }

    /// From what is stored. An error means that a newer release stored it: that one's workers know it.
    pub(crate) fn from_payload(payload: Value) -> Result<Self, serde_json::Error> {
        serde_json::from_value(payload).map(|payload: Payload<Self>| payload.job)
    }

    /// Does it.
    pub(crate) async fn run(&self, app: &App, _id: JobId) -> Result<(), JobError> {
        match self {
            Self::CleanUp => clean_up(app).await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stored_forms_are_pinned() {
        let check = |job: Job, text: &str| {
            assert_eq!(job.to_payload().unwrap().to_string(), text);
            assert_eq!(Job::from_payload(serde_json::from_str(text).unwrap()).unwrap(), job);
        };
        check(Job::CleanUp, r#"{"kind":"clean_up","v":1}"#);
    }

    #[test]
    fn forms_of_other_releases_are_refused() {
        for text in [
            r#"{"kind":"clean_up","v":2}"#,
            r#"{"kind":"fly","v":1}"#,
            r#"{"kind":"clean_up"}"#,
            "1",
        ] {
            assert!(
                Job::from_payload(serde_json::from_str(text).unwrap()).is_err(),
                "{text}"
            );
        }
    }
}
