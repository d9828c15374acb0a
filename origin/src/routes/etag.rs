//! Revisions of an object as entity tags (RFC 9110 §8.8.3), so that nobody overwrites what they have not seen.

use axum::extract::FromRequestParts;
use axum::http::header::{ETAG, IF_MATCH};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use engine::problem::ProblemType;

use crate::openapi::describe::Describe;
use crate::openapi::operation::Operation;
use crate::problem::Error;

/// An answer with the revision of the object in it.
pub(crate) struct Tagged<T> {
    pub(crate) revision: u64,
    pub(crate) answer: T,
}

impl<T: IntoResponse> IntoResponse for Tagged<T> {
    fn into_response(self) -> Response {
        ([(ETAG, tag(self.revision))], self.answer).into_response()
    }
}

impl<T: Describe> Describe for Tagged<T> {
    fn describe(operation: &mut Operation<'_>) {
        T::describe(operation);
        operation.answers_header(200, "ETag", "The revision, for `If-Match`.");
    }
}

/// The revisions in the header `If-Match`, if it was sent.
#[derive(Debug, Clone)]
pub(crate) struct IfMatch(Option<String>);

impl<S: Send + Sync> FromRequestParts<S> for IfMatch {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Error> {
        let lines = parts.headers.get_all(IF_MATCH).iter();
        // What is no text names no revision.
        let lines: Vec<_> = lines.map(|line| line.to_str().unwrap_or_default()).collect();
        Ok(Self((!lines.is_empty()).then(|| lines.join(","))))
    }
}

impl Describe for IfMatch {
    fn describe(operation: &mut Operation<'_>) {
        operation.takes_header("If-Match", "The `ETag` of the object that the change is meant for.");
        operation.problem(ProblemType::PreconditionFailed);
    }
}

impl IfMatch {
    /// 412 when the header names other revisions.
    pub(crate) fn check(&self, revision: u64) -> Result<(), Error> {
        let names = |tags: &str| {
            let mut tags = tags.split(',').map(str::trim);
            tags.any(|sent| sent == "*" || sent == tag(revision))
        };
        if self.0.as_deref().is_none_or(names) {
            return Ok(());
        }
        let detail = "Somebody changed it meanwhile: read it again, and send its `ETag` as `If-Match`.";
        Err(Error::new(ProblemType::PreconditionFailed, detail))
    }

    /// The same, and 428 without the header.
    pub(crate) fn require(&self, revision: u64) -> Result<(), Error> {
        if self.0.is_none() {
            let detail = "Send the header `If-Match` with the `ETag` that you read, so that no other change is lost.";
            return Err(Error::new(ProblemType::PreconditionRequired, detail));
        }
        self.check(revision)
    }
}

fn tag(revision: u64) -> String {
    format!("\"{revision}\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_compared_strongly() {
        let check = |header: Option<&str>, fits: bool, fits_where_required: bool| {
            let sent = IfMatch(header.map(str::to_owned));
            let found = (sent.check(7).is_ok(), sent.require(7).is_ok());
            assert_eq!(found, (fits, fits_where_required), "{header:?}");
        };
        check(None, true, false);
        check(Some("\"7\""), true, true);
        check(Some("\"6\", \"7\""), true, true);
        check(Some("*"), true, true);
        for other in ["\"6\"", "7", "W/\"7\"", "", "\"77\"", "\"\""] {
            check(Some(other), false, false);
        }
    }
}
