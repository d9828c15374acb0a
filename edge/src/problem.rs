//! How an error becomes an answer: a rejection (the caller's) or a fault (ours) → RFC 9457.
//!
//! The types are the engine's closed list. A fault's cause goes to the log and never to the client.

use engine::problem::{FieldError, MEDIA_TYPE, Problem, ProblemType};
use worker::Response;

use crate::{answer, log};

const UNAVAILABLE: u16 = 503;

/// Why a request is not answered as it asked.
#[derive(Debug)]
pub(crate) struct Failure {
    kind: ProblemType,
    detail: String,
    errors: Vec<FieldError>,
    headers: Vec<(&'static str, String)>,
    cause: Option<String>,
}

impl Failure {
    /// The caller's error; `detail` says what to do.
    pub(crate) fn rejection(kind: ProblemType, detail: impl Into<String>) -> Self {
        Self {
            kind,
            detail: detail.into(),
            errors: Vec::new(),
            headers: Vec::new(),
            cause: None,
        }
    }

    /// Ours; `cause` is for the log.
    pub(crate) fn fault(kind: ProblemType, cause: impl Into<String>) -> Self {
        let detail = if kind == ProblemType::LedgerUnavailable {
            "The ledger does not answer. Send the same request again: a transaction counts once however often it is sent."
        } else if kind.status() == UNAVAILABLE {
            "A part of the service does not answer. Send the request again later."
        } else {
            "Send the request again later. If it fails again, report the request id."
        };
        let mut failure = Self::rejection(kind, detail);
        failure.cause = Some(cause.into());
        failure
    }

    /// All that is wrong with the fields of the body.
    pub(crate) fn invalid(errors: Vec<FieldError>) -> Self {
        let detail = "Correct what `errors` lists and send the request again.";
        Self {
            errors,
            ..Self::rejection(ProblemType::InvalidRequest, detail)
        }
    }

    /// The same with another advice.
    #[must_use]
    pub(crate) fn with_detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = detail.into();
        self
    }

    #[must_use]
    pub(crate) fn with_header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// For the log, by a caller that goes on without what failed.
    pub(crate) fn cause(&self) -> &str {
        self.cause.as_deref().unwrap_or(&self.detail)
    }

    /// Whether the answer is the problem alone: no fault to log, no header of its own.
    pub(crate) const fn is_plain(&self) -> bool {
        self.cause.is_none() && self.headers.is_empty()
    }

    /// What the client is told.
    pub(crate) fn into_problem(self, request_id: &str) -> Problem {
        Problem::new(self.kind, self.detail, request_id).with_errors(self.errors)
    }

    /// Logs a fault's cause and makes the answer.
    pub(crate) fn into_response(mut self, request_id: &str) -> Response {
        if let Some(cause) = &self.cause {
            log::error(self.kind.code(), request_id, cause);
        }
        let headers = std::mem::take(&mut self.headers);
        let problem = self.into_problem(request_id);
        let response = answer::json_of_type(problem.status, &problem, MEDIA_TYPE);
        for (name, value) in &headers {
            answer::set_header(&response, name, value);
        }
        response
    }
}

impl From<worker::Error> for Failure {
    fn from(error: worker::Error) -> Self {
        Self::fault(ProblemType::Internal, error.to_string())
    }
}
