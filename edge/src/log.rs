//! Structured lines on the Worker's log. No secrets, no bodies, no birth dates.

use engine::trace_context::TraceContext;
use serde::Serialize;
use worker::{console_error, console_log};

use crate::app::App;

#[derive(Serialize)]
struct Line<'a> {
    level: &'static str,
    event: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    request_id: &'a str,
    detail: &'a str,
}

#[derive(Serialize)]
struct ForwardedLine<'a> {
    level: &'static str,
    event: &'static str,
    request_id: &'a str,
    trace_id: String,
    span_id: String,
    method: &'a str,
    /// Without the query, which may hold what should not be logged.
    path: &'a str,
    status: Option<u16>,
    duration_ms: u32,
}

/// Something that a person may want to know later.
pub(crate) fn info(event: &str, request_id: &str, detail: &str) {
    console_log!("{}", line("info", event, request_id, detail));
}

/// Something failed that a person may have to look at. `request_id` is empty outside of a request.
pub(crate) fn error(event: &str, request_id: &str, detail: &str) {
    console_error!("{}", line("error", event, request_id, detail));
}

/// A call that went to the origin: what joins the logs of both. `status` is `None` when there was no answer.
pub(crate) fn forwarded(app: &App, trace: &TraceContext, method: &str, path: &str, status: Option<u16>) {
    let line = ForwardedLine {
        level: "info",
        event: "forwarded",
        request_id: app.request_id(),
        trace_id: trace.trace_id(),
        span_id: trace.span_id(),
        method,
        path,
        status,
        duration_ms: app.elapsed_millis(),
    };
    console_log!("{}", serde_json::to_string(&line).unwrap_or_default());
}

fn line(level: &'static str, event: &str, request_id: &str, detail: &str) -> String {
    let line = Line {
        level,
        event,
        request_id,
        detail,
    };
    serde_json::to_string(&line).unwrap_or_default()
}
