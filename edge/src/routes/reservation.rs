//! How long a reservation is: the field `ttl_seconds` of the body.

use chrono::{DateTime, TimeDelta, Utc};
use engine::problem::FieldError;
use serde::Deserialize;
use serde_json::Value;

use crate::body;

/// Shortest reservation, in seconds: the clock of the platform is as fine as that between two of its machines.
const MIN_TTL_SECS: u64 = 1;
/// Longest reservation, in seconds: a day. What is kept back from others for longer is an order, and can be consumed.
const MAX_TTL_SECS: u64 = 86_400;
/// Without the field: as long as a checkout with a payment elsewhere takes.
const DEFAULT_TTL_SECS: u64 = 900;

#[derive(Deserialize)]
struct Body {
    ttl_seconds: Option<Value>,
}

/// When a reservation of now ends, exclusive.
pub(super) fn end(body: &[u8], now: DateTime<Utc>) -> Result<DateTime<Utc>, FieldError> {
    // A body that is no object is refused by the evaluation.
    let sent = body::parse::<Body>(body).map_or(None, |body| body.ttl_seconds);
    let secs = match sent {
        None => Some(DEFAULT_TTL_SECS),
        Some(sent) => sent
            .as_u64()
            .filter(|secs| (MIN_TTL_SECS..=MAX_TTL_SECS).contains(secs)),
    };
    let length = secs.and_then(|secs| TimeDelta::try_seconds(i64::try_from(secs).ok()?));
    length.and_then(|length| now.checked_add_signed(length)).ok_or_else(|| {
        let detail = format!("Send a whole number from {MIN_TTL_SECS} to {MAX_TTL_SECS}.");
        FieldError::new("/ttl_seconds", "ttl_invalid", detail)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths() {
        let now: DateTime<Utc> = "2026-11-21T12:00:00.250Z".parse().unwrap();
        let check = |body: &str, secs: Option<i64>| {
            let found = end(body.as_bytes(), now).map_err(|error| error.pointer);
            let expected = secs
                .map(|secs| now + TimeDelta::seconds(secs))
                .ok_or("/ttl_seconds".to_owned());
            assert_eq!(found, expected, "{body}");
        };
        check("{}", Some(900));
        check(r#"{"ttl_seconds": null}"#, Some(900));
        check(r#"{"ttl_seconds": 1, "country": "UY"}"#, Some(1));
        check(r#"{"ttl_seconds": 86400}"#, Some(86_400));
        for wrong in [
            "0",
            "-1",
            "86401",
            "1.5",
            "\"60\"",
            "[]",
            "1e999",
            "18446744073709551616",
        ] {
            if serde_json::from_str::<Value>(wrong).is_ok() {
                check(&format!(r#"{{"ttl_seconds": {wrong}}}"#), None);
            }
        }
    }
}
