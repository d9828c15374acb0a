//! Every error of the process, and its one way to the client: RFC 9457 through [`engine::problem`].
//!
//! A rejection is the caller's and says what to do. A fault is ours: its cause is logged with the request's
//! identifier, and the client sees the identifier alone.

use axum::response::{IntoResponse, Response};
use engine::problem::{FieldError, ProblemType};

/// When to come back after a 503, in seconds: a restart or a failover takes about that long.
pub const RETRY_AFTER_SECS: u64 = 2;

/// What ends a request early.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The caller's.
    #[error("{} ({})", .0.detail, .0.kind.code())]
    Rejection(Occurrence),
    /// The database failed, or refused by a constraint that stands for no rejection.
    #[error("the database failed")]
    Database(#[source] sqlx::Error),
    /// Ours.
    #[error("a fault")]
    Fault(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// One problem before it has its request's identifier.
#[derive(Debug, Clone)]
pub struct Occurrence {
    /// From the closed list.
    pub kind: ProblemType,
    /// What to do.
    pub detail: String,
    /// Field errors of an invalid request.
    pub errors: Vec<FieldError>,
    /// For 429 and 503.
    pub retry_after_secs: Option<u64>,
}

impl Error {
    /// A rejection.
    pub fn new(kind: ProblemType, detail: impl Into<String>) -> Self {
        Self::Rejection(Occurrence {
            kind,
            detail: detail.into(),
            errors: Vec::new(),
            retry_after_secs: None,
        })
    }

    /// 422 with every field error.
    pub fn invalid(errors: Vec<FieldError>) -> Self {
        let detail = "Correct the fields that `errors` lists, and send the request again.".to_owned();
        Self::Rejection(Occurrence {
            kind: ProblemType::InvalidRequest,
            detail,
            errors,
            retry_after_secs: None,
        })
    }

    /// 404: nothing is there, or it is another tenant's.
    pub fn not_found(detail: impl Into<String>) -> Self {
        Self::new(ProblemType::NotFound, detail)
    }

    /// 401 for a missing or unknown credential.
    pub fn unauthenticated(detail: impl Into<String>) -> Self {
        Self::new(ProblemType::Unauthenticated, detail)
    }

    /// 429 with `Retry-After`: whole seconds, at least one.
    pub(crate) fn rate_limited(wait: chrono::TimeDelta) -> Self {
        let secs = wait.num_milliseconds().div_euclid(1_000).saturating_add(1);
        let secs = u64::try_from(secs).unwrap_or(1).max(1);
        Self::Rejection(Occurrence {
            kind: ProblemType::RateLimited,
            detail: format!("Too many attempts: wait {secs} seconds, and try again."),
            errors: Vec::new(),
            retry_after_secs: Some(secs),
        })
    }

    /// 503 with `Retry-After`.
    pub fn unavailable(detail: impl Into<String>) -> Self {
        let retry_after_secs = Some(RETRY_AFTER_SECS);
        let kind = ProblemType::Unavailable;
        Self::Rejection(Occurrence {
            kind,
            detail: detail.into(),
            errors: Vec::new(),
            retry_after_secs,
        })
    }

    /// 500 with a cause for the log.
    pub fn fault(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Fault(cause.into())
    }

    /// Whether the same transaction may succeed when it is tried again: it lost to another one.
    pub(crate) fn is_transient(&self) -> bool {
        match self {
            Self::Database(error) => matches!(sql_state(error).as_deref(), Some("40001" | "40P01")),
            Self::Rejection(_) | Self::Fault(_) => false,
        }
    }

    fn into_occurrence(self) -> Occurrence {
        match self {
            Self::Rejection(occurrence) => occurrence,
            Self::Database(error) if is_outage(&error) => Occurrence {
                kind: ProblemType::Unavailable,
                detail: "The database cannot be reached: send the request again in a moment.".to_owned(),
                errors: Vec::new(),
                retry_after_secs: Some(RETRY_AFTER_SECS),
            },
            Self::Database(_) | Self::Fault(_) => Occurrence {
                kind: ProblemType::Internal,
                detail: "Send the request again; if it keeps failing, report the request id.".to_owned(),
                errors: Vec::new(),
                retry_after_secs: None,
            },
        }
    }
}

impl IntoResponse for Error {
    /// The status, and the occurrence for [`crate::http::observe_request`], which knows the request's identifier.
    fn into_response(self) -> Response {
        if let Self::Database(_) | Self::Fault(_) = &self {
            tracing::error!(error = chain(&self), "request failed");
        }
        let occurrence = self.into_occurrence();
        let status = axum::http::StatusCode::from_u16(occurrence.kind.status()).unwrap_or_default();
        let mut response = status.into_response();
        response.extensions_mut().insert(occurrence);
        response
    }
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        match error.as_database_error().and_then(|error| error.constraint()) {
            Some(EMAIL_TAKEN) => Self::new(
                ProblemType::Conflict,
                "An account with this e-mail exists: sign in, or register with another e-mail.",
            ),
            Some(ROLE_NAME_TAKEN) => Self::new(
                ProblemType::Conflict,
                "A role with this name exists: choose another name.",
            ),
            Some(ROLE_OF_MEMBERS) => Self::new(
                ProblemType::Conflict,
                "Users have this role: give them another one first.",
            ),
            Some(ROLE_OF_INVITATIONS) => Self::new(
                ProblemType::Conflict,
                "An open invitation names this role: revoke it, or wait until it is accepted.",
            ),
            Some(INVITATION_OPEN) => Self::new(
                ProblemType::Conflict,
                "This e-mail has an open invitation: resend or revoke that one.",
            ),
            Some(CODE_TAKEN) => Self::new(
                ProblemType::Conflict,
                "A promotion with this code exists: choose another code.",
            ),
            Some(TAG_TAKEN) => Self::unavailable(
                "The identifier that was drawn is too like another promotion's: send the request again.",
            ),
            Some(_) | None => Self::Database(error),
        }
    }
}

impl From<getrandom::Error> for Error {
    fn from(error: getrandom::Error) -> Self {
        Self::fault(error)
    }
}

impl From<axum::extract::rejection::JsonRejection> for Error {
    fn from(rejection: axum::extract::rejection::JsonRejection) -> Self {
        rejected_body(rejection.status().as_u16(), &rejection.body_text())
    }
}

impl From<axum::extract::rejection::BytesRejection> for Error {
    fn from(rejection: axum::extract::rejection::BytesRejection) -> Self {
        rejected_body(rejection.status().as_u16(), &rejection.body_text())
    }
}

impl From<axum::extract::rejection::QueryRejection> for Error {
    fn from(rejection: axum::extract::rejection::QueryRejection) -> Self {
        Self::new(ProblemType::Malformed, format!("{}.", rejection.body_text()))
    }
}

impl From<axum::extract::rejection::PathRejection> for Error {
    fn from(_: axum::extract::rejection::PathRejection) -> Self {
        Self::not_found("Nothing is at this address.")
    }
}

/// The constraints that stand for a rejection.
const EMAIL_TAKEN: &str = "users_email_key";
const CODE_TAKEN: &str = "promotions_code_key";
const TAG_TAKEN: &str = "promotions_tag_key";
const ROLE_NAME_TAKEN: &str = "roles_name_key";
const ROLE_OF_MEMBERS: &str = "memberships_organization_id_role_id_fkey";
const ROLE_OF_INVITATIONS: &str = "invitations_open_role";
const INVITATION_OPEN: &str = "invitations_open_key";

fn rejected_body(status: u16, text: &str) -> Error {
    match status {
        413 => Error::new(ProblemType::BodyTooLarge, "Send a smaller body."),
        415 => Error::new(
            ProblemType::UnsupportedMediaType,
            "Send JSON with the header `Content-Type: application/json`.",
        ),
        _ => Error::new(ProblemType::Malformed, format!("Send a JSON body. {text}.")),
    }
}

fn sql_state(error: &sqlx::Error) -> Option<std::borrow::Cow<'_, str>> {
    error.as_database_error().and_then(|error| error.code())
}

/// Whether the database is away or overloaded, rather than in disagreement with the statement.
fn is_outage(error: &sqlx::Error) -> bool {
    let connection_lost = matches!(
        error,
        sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::Io(_) | sqlx::Error::Tls(_)
    );
    // Classes: 08 connection, 53 resources, 57 operator intervention, 55P03 lock not available, 40 lost to another.
    connection_lost
        || sql_state(error)
            .is_some_and(|code| ["08", "40", "53", "57"].iter().any(|class| code.starts_with(class)) || code == "55P03")
}

/// An error with its sources, on one line.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text.push_str(": ");
        text.push_str(&error.to_string());
        source = error.source();
    }
    text
}
