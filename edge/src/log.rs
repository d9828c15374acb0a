//! Structured lines on the Worker's log. No secrets, no bodies, no birth dates.

use serde::Serialize;
use worker::console_error;

#[derive(Serialize)]
struct Line<'a> {
    level: &'static str,
    event: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    request_id: &'a str,
    detail: &'a str,
}

/// Something failed that a person may have to look at. `request_id` is empty outside of a request.
pub(crate) fn error(event: &str, request_id: &str, detail: &str) {
    let line = Line {
        level: "error",
        event,
        request_id,
        detail,
    };
    console_error!("{}", serde_json::to_string(&line).unwrap_or_default());
}
