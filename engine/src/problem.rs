//! The closed list of what can go wrong for a caller, and its form on the wire (RFC 9457).
//!
//! Hosts map their own errors to a [`ProblemType`]; nothing else reaches a client. A refusal by a rule is not here: it
//! is an answer with a reason.

use serde::{Deserialize, Serialize};

/// The media type of a [`Problem`].
pub const MEDIA_TYPE: &str = "application/problem+json";

macro_rules! problem_types {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $status:literal, $title:literal;)*) => {
        /// Each kind of error that a client can meet.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum ProblemType { $($(#[$doc])* $name,)* }

        impl ProblemType {
            /// Every type, for documentation and tests.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The stable slug that clients match on.
            pub const fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// The HTTP status.
            pub const fn status(self) -> u16 {
                match self { $(Self::$name => $status,)* }
            }

            /// A title that is the same for every occurrence.
            pub const fn title(self) -> &'static str {
                match self { $(Self::$name => $title,)* }
            }
        }
    };
}

problem_types! {
    /// The body is not the JSON that it claims to be.
    Malformed = "malformed", 400, "The request cannot be read";
    /// No credential, or one that is not known here.
    Unauthenticated = "unauthenticated", 401, "Sign in first";
    /// E-mail and password do not fit together.
    CredentialsInvalid = "credentials_invalid", 401, "E-mail or password is wrong";
    /// The application key is malformed, unknown, expired or revoked.
    AppKeyInvalid = "app_key_invalid", 401, "The application key is not valid";
    /// The application key is not bound to this promotion.
    AppKeyNotAllowed = "app_key_not_allowed", 403, "The application key is not allowed here";
    /// The user's permissions do not reach this.
    Forbidden = "forbidden", 403, "Not allowed";
    /// Nothing is there, or it is another tenant's.
    NotFound = "not_found", 404, "Not found";
    /// No such promotion in the key's organisation.
    PromotionNotFound = "promotion_not_found", 404, "The promotion does not exist";
    /// The path exists, the method does not.
    MethodNotAllowed = "method_not_allowed", 405, "The method is not allowed here";
    /// The body did not come in time.
    RequestTimeout = "request_timeout", 408, "The request took too long to arrive";
    /// The state forbids it, or the name is taken.
    Conflict = "conflict", 409, "The request conflicts with the present state";
    /// The transaction consumed this promotion with another request.
    TransactionAlreadyUsed = "transaction_already_used", 409, "The transaction was already used";
    /// It was there, and is over: expired, revoked or used.
    Gone = "gone", 410, "No longer available";
    /// `If-Match` names another revision than the present one.
    PreconditionFailed = "precondition_failed", 412, "It was changed meanwhile";
    /// The body is larger than allowed.
    BodyTooLarge = "body_too_large", 413, "The body is too large";
    /// The body's media type is not JSON.
    UnsupportedMediaType = "unsupported_media_type", 415, "The media type is not supported";
    /// Fields are missing or wrong; `errors` lists them all.
    InvalidRequest = "invalid_request", 422, "The request is not valid";
    /// The change needs `If-Match`, so that no other one is lost.
    PreconditionRequired = "precondition_required", 428, "The header If-Match is missing";
    /// Too many requests; `Retry-After` says when to come back.
    RateLimited = "rate_limited", 429, "Too many requests";
    /// Our fault.
    Internal = "internal", 500, "Something failed on our side";
    /// The ledger cannot be reached; sending the same request again is safe.
    LedgerUnavailable = "ledger_unavailable", 503, "The ledger cannot be reached";
    /// A part that this request needs cannot be reached.
    Unavailable = "unavailable", 503, "Temporarily unavailable";
}

/// What is wrong with one field of the input.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldError {
    /// A JSON pointer (RFC 6901) into the request's body; empty for the whole body.
    pub pointer: String,
    /// A stable slug.
    pub code: String,
    /// A sentence that says what to do.
    pub detail: String,
    /// Where in a condition's source the error starts, in bytes; only for conditions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start: Option<usize>,
    /// Where it ends, exclusive, in bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end: Option<usize>,
}

impl FieldError {
    /// An error at `pointer`.
    pub fn new(pointer: impl Into<String>, code: impl Into<String>, detail: impl Into<String>) -> Self {
        Self {
            pointer: pointer.into(),
            code: code.into(),
            detail: detail.into(),
            start: None,
            end: None,
        }
    }
}

/// The body of an error answer: `application/problem+json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// A URI that names the type.
    #[serde(rename = "type")]
    pub kind: String,
    /// The type's title.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What to do about this occurrence.
    pub detail: String,
    /// The stable slug.
    pub code: String,
    /// The request's identifier, also in `X-Request-Id`.
    pub request_id: String,
    /// Every field error, for [`ProblemType::InvalidRequest`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
}

impl Problem {
    /// The wire form of one occurrence.
    pub fn new(kind: ProblemType, detail: impl Into<String>, request_id: impl Into<String>) -> Self {
        Self {
            kind: format!("urn:coupons:problem:{}", kind.code()),
            title: kind.title().to_owned(),
            status: kind.status(),
            detail: detail.into(),
            code: kind.code().to_owned(),
            request_id: request_id.into(),
            errors: Vec::new(),
        }
    }

    /// The same with field errors.
    #[must_use]
    pub fn with_errors(mut self, errors: Vec<FieldError>) -> Self {
        self.errors = errors;
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wire_form_is_pinned() {
        let errors = vec![FieldError::new(
            "/country",
            "country_unknown",
            "Send an ISO 3166-1 alpha-2 code.",
        )];
        let problem = Problem::new(ProblemType::InvalidRequest, "See errors.", "req_1").with_errors(errors);
        assert_eq!(
            serde_json::to_string(&problem).unwrap(),
            r#"{"type":"urn:coupons:problem:invalid_request","title":"The request is not valid","status":422,"detail":"See errors.","code":"invalid_request","request_id":"req_1","errors":[{"pointer":"/country","code":"country_unknown","detail":"Send an ISO 3166-1 alpha-2 code."}]}"#
        );
    }

    #[test]
    fn codes_are_unique() {
        let codes: std::collections::BTreeSet<_> = ProblemType::ALL.iter().map(|kind| kind.code()).collect();
        assert_eq!(codes.len(), ProblemType::ALL.len());
    }
}
