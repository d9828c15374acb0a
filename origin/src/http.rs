//! What every request passes: its identifier, its log line, and the body of a problem.

use std::time::Instant;

use axum::body::Body;
use axum::extract::Request;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER};
use axum::http::{Extensions, HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::Response;
use base16ct::lower as hex;
use engine::problem::{MEDIA_TYPE, Problem};
use engine::trace_context::{TRACEPARENT_HEADER, TraceContext};
use tracing::Instrument;
use tracing::field::Empty;

use crate::problem::{Occurrence, RETRY_AFTER_SECS};
use crate::random;

/// The header that carries the request's identifier, in and out.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// Longest identifier that is taken over from the edge: enough for a UUID with a prefix, and bounds the log line.
const MAX_REQUEST_ID_CHARS: usize = 64;

/// The request's identifier, among its extensions.
#[derive(Debug, Clone)]
pub(crate) struct RequestId(String);

impl RequestId {
    /// The identifier that [`observe_request`] gave.
    pub(crate) fn of(extensions: &Extensions) -> Option<String> {
        extensions.get::<Self>().map(|id| id.0.clone())
    }
}

/// Gives the request an identifier, logs its outcome, and writes the body of a problem.
pub(crate) async fn observe_request(mut request: Request, next: Next) -> Response {
    let request_id = sent_request_id(request.headers()).unwrap_or_else(make_request_id);
    request.extensions_mut().insert(RequestId(request_id.clone()));
    // The path alone: a query may hold what should not be logged.
    let span = tracing::info_span!(
        "request",
        %request_id,
        method = %request.method(),
        path = request.uri().path(),
        // Of the caller's span, for whoever follows a call through several systems.
        trace_id = Empty,
        span_id = Empty,
        // Known once a token was verified.
        user = Empty,
        organization = Empty,
        session = Empty,
    );
    if let Some(trace) = sent_trace(request.headers()) {
        span.record("trace_id", trace.trace_id())
            .record("span_id", trace.span_id());
    }
    let started = Instant::now();
    async move {
        let mut response = complete(next.run(request).await, &request_id);
        let duration_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        tracing::info!(status = response.status().as_u16(), duration_ms, "answered");
        if let Ok(value) = HeaderValue::from_str(&request_id) {
            response.headers_mut().insert(REQUEST_ID, value);
        }
        response
    }
    .instrument(span)
    .await
}

fn complete(mut response: Response, request_id: &str) -> Response {
    if let Some(occurrence) = response.extensions_mut().remove::<Occurrence>() {
        let problem = Problem::new(occurrence.kind, occurrence.detail, request_id).with_errors(occurrence.errors);
        // Every field of a problem has a JSON form.
        *response.body_mut() = Body::from(serde_json::to_vec(&problem).unwrap_or_default());
        response
            .headers_mut()
            .insert(CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
        if let Some(secs) = occurrence.retry_after_secs {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(secs));
        }
    }
    if matches!(
        response.status(),
        StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE
    ) {
        let headers = response.headers_mut();
        headers
            .entry(RETRY_AFTER)
            .or_insert(HeaderValue::from(RETRY_AFTER_SECS));
    }
    response
        .headers_mut()
        .entry(CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    response
}

fn sent_request_id(headers: &HeaderMap) -> Option<String> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    let text = headers.get(REQUEST_ID)?.to_str().ok()?;
    let fits = (1..=MAX_REQUEST_ID_CHARS).contains(&text.len()) && text.bytes().all(allowed);
    fits.then(|| text.to_owned())
}

fn sent_trace(headers: &HeaderMap) -> Option<TraceContext> {
    TraceContext::parse(headers.get(TRACEPARENT_HEADER)?.to_str().ok()?)
}

fn make_request_id() -> String {
    // Without randomness the identifier is useless, and the request fails wherever it needs some.
    format!("req_{}", hex::encode_string(&random::bytes::<16>().unwrap_or_default()))
}
