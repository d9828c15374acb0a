//! Calls of the origin: signed with the secret that both sides hold.

use engine::problem::ProblemType;
use engine::signature::{self, Call};
use worker::Request;

use crate::app::App;
use crate::body;
use crate::problem::Failure;

/// The body of a call to `path`, of at most `max_bytes`, read as what the origin says it is.
///
/// Awaits the body.
pub(crate) async fn read<T: serde::de::DeserializeOwned>(
    app: &App,
    request: &mut Request,
    path: &str,
    max_bytes: usize,
) -> Result<T, Failure> {
    let header = request.headers().get(signature::HEADER)?.unwrap_or_default();
    let body = body::read(request, max_bytes).await?;
    let secret = app
        .bindings()
        .internal_secret()
        .map_err(|cause| Failure::fault(ProblemType::Internal, cause))?;
    let now_secs = app.started_millis() / 1_000;
    signature::verify(secret.as_bytes(), &header, &Call::post(path, &body), now_secs)
        .map_err(|error| Failure::rejection(ProblemType::Unauthenticated, format!("Sign the call: {error}.")))?;
    body::parse(&body).map_err(|error| {
        let detail = format!("Send what an origin of this release sends: {error}.");
        Failure::rejection(ProblemType::Malformed, detail)
    })
}

/// 400 for more than a call may hold.
pub(crate) fn at_most(count: usize, most: usize, what: &str) -> Result<(), Failure> {
    if count <= most {
        return Ok(());
    }
    let detail = format!("Send at most {most} {what} at once.");
    Err(Failure::rejection(ProblemType::Malformed, detail))
}
