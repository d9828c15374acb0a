//! Reading a request's body up to a bound, its media type, and JSON.

use std::pin::pin;
use std::time::Duration;

use engine::problem::ProblemType;
use futures_util::StreamExt;
use futures_util::future::{Either, select};
use serde::de::{DeserializeOwned, Error};
use worker::{Delay, Request};

use crate::problem::Failure;

/// How long a client may take to send a body of the usual size: 64 KiB at 4 kB a second, the slowest mobile network.
const READ_TIMEOUT: Duration = Duration::from_secs(15);

/// Reads JSON. Of serde_json's readers, one for bytes and one for texts, the Worker carries the second alone: each brings a copy of
/// what reads every type.
///
/// # Errors
/// It is no UTF-8, or not what `T` reads.
pub(crate) fn parse<T: DeserializeOwned>(json: &[u8]) -> serde_json::Result<T> {
    let text = std::str::from_utf8(json).map_err(serde_json::Error::custom)?;
    serde_json::from_str(text)
}

/// Reads at most `max_bytes`, within the time that a body of the usual size may take.
pub(crate) async fn read(request: &mut Request, max_bytes: usize) -> Result<Vec<u8>, Failure> {
    read_within(request, max_bytes, READ_TIMEOUT).await
}

/// Reads at most `max_bytes`. A declared length beyond it is refused before anything is read; a body that is longer
/// than declared, or declares nothing, as soon as it passes the bound. Whoever sends a byte now and then holds nothing
/// but the own request, and that for no longer than `timeout`.
pub(crate) async fn read_within(
    request: &mut Request,
    max_bytes: usize,
    timeout: Duration,
) -> Result<Vec<u8>, Failure> {
    let declared = request.headers().get("Content-Length")?;
    if declares_more(declared.as_deref(), max_bytes) {
        return Err(too_large(max_bytes));
    }
    if request.inner().body().is_none() {
        return Ok(Vec::new());
    }
    let reading = async {
        if declared.is_some() {
            request.bytes().await.map_err(ended_early)
        } else {
            read_pieces(request, max_bytes).await
        }
    };
    match select(pin!(reading), Delay::from(timeout)).await {
        Either::Left((body, _)) => body,
        Either::Right(((), _)) => Err(too_slow(timeout)),
    }
}

/// A body of unknown length. One that is declared is read by one call, which costs less.
async fn read_pieces(request: &mut Request, max_bytes: usize) -> Result<Vec<u8>, Failure> {
    let mut chunks = request.stream()?;
    let mut body = Vec::new();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(ended_early)?;
        if body.len().saturating_add(chunk.len()) > max_bytes {
            return Err(too_large(max_bytes));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// Refuses a body that is compressed or otherwise encoded: nothing here unpacks one, so a small body never becomes a
/// large one.
pub(crate) fn refuse_encoded(request: &Request) -> Result<(), Failure> {
    match request.headers().get("Content-Encoding")? {
        Some(coding) if !is_identity(&coding) => {
            let failure = Failure::rejection(
                ProblemType::UnsupportedMediaType,
                "Send the body as it is, without `Content-Encoding`.",
            );
            Err(failure.with_header("Accept-Encoding", "identity"))
        }
        Some(_) | None => Ok(()),
    }
}

/// Refuses a body that is encoded, or claims to be something else than JSON. A body that claims nothing is taken for JSON.
pub(crate) fn require_json(request: &Request) -> Result<(), Failure> {
    refuse_encoded(request)?;
    match request.headers().get("Content-Type")? {
        Some(media_type) if !is_json(&media_type) => Err(Failure::rejection(
            ProblemType::UnsupportedMediaType,
            "Send JSON, with the header `Content-Type: application/json`.",
        )),
        Some(_) | None => Ok(()),
    }
}

fn declares_more(content_length: Option<&str>, max_bytes: usize) -> bool {
    content_length
        .and_then(|text| text.trim().parse::<u64>().ok())
        .is_some_and(|length| {
            // A bound is far below 2⁶⁴ on every target.
            length > u64::try_from(max_bytes).unwrap_or(u64::MAX)
        })
}

fn is_json(media_type: &str) -> bool {
    let essence = media_type
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    essence == "application/json" || (essence.starts_with("application/") && essence.ends_with("+json"))
}

fn is_identity(coding: &str) -> bool {
    let coding = coding.trim();
    coding.is_empty() || coding.eq_ignore_ascii_case("identity")
}

fn ended_early(error: worker::Error) -> Failure {
    let detail = format!("The body ended early ({error}): send it again.");
    Failure::rejection(ProblemType::Malformed, detail)
}

fn too_slow(timeout: Duration) -> Failure {
    let secs = timeout.as_secs();
    let detail = format!("The body did not come within {secs} seconds: send it again, in one go.");
    Failure::rejection(ProblemType::RequestTimeout, detail)
}

fn too_large(max_bytes: usize) -> Failure {
    Failure::rejection(ProblemType::BodyTooLarge, format!("Send at most {max_bytes} bytes."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn media_types() {
        let check = |media_type, expected| assert_eq!(is_json(media_type), expected, "{media_type}");
        check("application/json", true);
        check("Application/JSON; charset=utf-8", true);
        check("application/cloudevents+json", true);
        check("text/json", false);
        check("text/plain", false);
        check("application/x-www-form-urlencoded", false);
        check("", false);
        check("image/svg+json", false);
    }

    #[test]
    fn codings() {
        let check = |coding, expected| assert_eq!(is_identity(coding), expected, "{coding}");
        check("identity", true);
        check(" Identity ", true);
        check("", true);
        for coding in ["gzip", "br", "deflate", "identity, gzip", "x"] {
            check(coding, false);
        }
    }

    #[test]
    fn declared_lengths() {
        let check = |length, expected| assert_eq!(declares_more(length, 10), expected, "{length:?}");
        check(None, false);
        check(Some("10"), false);
        check(Some("11"), true);
        check(Some(" 11 "), true);
        check(Some("18446744073709551615"), true);
        check(Some("ten"), false);
    }
}
