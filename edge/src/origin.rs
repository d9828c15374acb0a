//! Calls of the origin: each with a bound on its time, and none while the origin is known to be away.
//!
//! ```text
//! gateway ── admit ──▶ send ──▶ an answer, or none ──▶ circuit
//! consumer, health ──▶ send ──────────┘
//! ```
//!
//! Evaluation and redemption call no origin, so nothing here concerns them.

use std::cell::Cell;
use std::time::Duration;

use engine::signature::{self, Call};
use serde::Serialize;
use serde::de::DeserializeOwned;
use worker::{Headers, Request, Response};

use crate::app::{Bindings, now_millis};
use crate::circuit::{Change, Circuit};
use crate::outgoing::{self, CallError};
use crate::{body, log};

thread_local! {
    /// What this isolate knows of the origin. Isolates share nothing, so each finds out for itself.
    static CIRCUIT: Cell<Circuit> = const { Cell::new(Circuit::CLOSED) };
}

/// Whether a client's call may go out; else how many seconds to wait. Whoever is admitted has to call [`send`] next.
pub(crate) fn admit() -> Result<(), u64> {
    let (circuit, admitted) = CIRCUIT.get().admit(now_millis());
    CIRCUIT.set(circuit);
    admitted.map_err(|wait_millis| wait_millis.div_ceil(1_000).max(1))
}

/// Calls the origin, and learns from the outcome whether it is there. Calls of the queue are made whatever the circuit
/// says: their batch waits for nobody, and it is often they who find the origin back.
///
/// Awaits the origin once, at most `timeout` for the answer's head.
pub(crate) async fn send(request: Request, timeout: Duration) -> Result<Response, CallError> {
    let answer = outgoing::send(request, timeout).await.and_then(of_the_origin);
    let (circuit, change) = CIRCUIT.get().learn(answer.is_ok(), now_millis());
    CIRCUIT.set(circuit);
    match change {
        Some(Change::Opened) => log::error("origin_away", "", "calls are answered 503 until it is back"),
        Some(Change::Closed) => log::info("origin_back", "", "calls are forwarded again"),
        None => {}
    }
    answer
}

/// Why the origin did not take what was posted.
#[derive(Debug)]
pub(crate) struct PostError {
    pub(crate) cause: String,
    /// How long the origin asked to wait.
    pub(crate) retry_after_secs: Option<u32>,
}

impl<T: ToString> From<T> for PostError {
    fn from(cause: T) -> Self {
        Self {
            cause: cause.to_string(),
            retry_after_secs: None,
        }
    }
}

/// Posts a signed body of the queue, and reads the answer.
///
/// Awaits the origin once, at most `timeout` for the answer's head and as long again for its body.
pub(crate) async fn post<T: Serialize, A: DeserializeOwned>(
    bindings: &Bindings,
    path: &str,
    body: &T,
    timeout: Duration,
) -> Result<A, PostError> {
    let body = serde_json::to_vec(body)?;
    let secret = bindings.internal_secret()?;
    let signature = signature::sign(secret.as_bytes(), &Call::post(path, &body), now_millis() / 1_000);
    let headers = Headers::from_iter([("Content-Type", "application/json"), (signature::HEADER, &signature)]);
    let url = format!("{}{path}", bindings.origin_url()?);
    let call = outgoing::request("POST", &url, &headers, Some(&body))?;
    let answer = send(call, timeout).await?;
    if answer.status_code() != 200 {
        let retry_after = answer.headers().get("Retry-After").ok().flatten();
        return Err(PostError {
            cause: format!("the origin answered {}", answer.status_code()),
            retry_after_secs: retry_after.and_then(|secs| secs.parse().ok()),
        });
    }
    let body = outgoing::within(timeout, outgoing::bytes(answer)).await?;
    body::parse(&body).map_err(|error| format!("the origin's answer: {error}").into())
}

/// An answer of the origin itself: a proxy between the two says with these statuses that it met nobody.
fn of_the_origin(answer: Response) -> Result<Response, CallError> {
    let status = answer.status_code();
    if is_of_a_proxy(status) {
        return Err(CallError::Failed(format!("a proxy answered {status} for the origin")));
    }
    Ok(answer)
}

/// 502 and 504 (RFC 9110) and Cloudflare's 520 to 530. The origin answers none of them.
const fn is_of_a_proxy(status: u16) -> bool {
    matches!(status, 502 | 504 | 520..=530)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_of_proxies() {
        let check = |status, expected| assert_eq!(is_of_a_proxy(status), expected, "{status}");
        for status in [502, 504, 520, 522, 530] {
            check(status, true);
        }
        for status in [200, 404, 429, 500, 501, 503, 505, 519, 531] {
            check(status, false);
        }
    }
}
