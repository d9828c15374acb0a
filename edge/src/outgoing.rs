//! Calls that leave the isolate, each with a bound on its time.

use std::time::Duration;

use futures_util::future::{Either, select};
use worker::js_sys::Uint8Array;
use worker::wasm_bindgen::JsValue;
use worker::wasm_bindgen_futures::JsFuture;
use worker::{AbortController, Delay, Fetch, Headers, Request, Response, web_sys};

/// Why a call has no answer.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum CallError {
    /// The bound passed.
    #[error("no answer within {0} ms")]
    TimedOut(u128),
    /// It could not be made.
    #[error("{0}")]
    Failed(String),
}

impl From<worker::Error> for CallError {
    fn from(error: worker::Error) -> Self {
        Self::Failed(error.to_string())
    }
}

/// Waits for `call`, at most `timeout`.
pub(crate) async fn within<T>(
    timeout: Duration,
    call: impl Future<Output = worker::Result<T>>,
) -> Result<T, CallError> {
    match select(std::pin::pin!(call), Delay::from(timeout)).await {
        Either::Left((result, _)) => Ok(result?),
        Either::Right(((), _)) => Err(CallError::TimedOut(timeout.as_millis())),
    }
}

/// All of an answer's body by one call out of the module; reading it piece by piece takes several, each of which costs.
pub(crate) async fn bytes(response: Response) -> worker::Result<Vec<u8>> {
    let response = web_sys::Response::from(response);
    let body = JsFuture::from(response.array_buffer()?).await?;
    Ok(Uint8Array::new(&body).to_vec())
}

/// Fetches over the network. `timeout` bounds the time to the answer's head; its body may stream for longer.
/// Redirects are handed back, not followed.
pub(crate) async fn send(request: Request, timeout: Duration) -> Result<Response, CallError> {
    let controller = AbortController::default();
    let signal = controller.signal();
    let fetch = Fetch::Request(request);
    let result = within(timeout, fetch.send_with_signal(&signal)).await;
    if result.is_err() {
        controller.abort();
    }
    result
}

/// A request with a method that the caller has checked. The headers are taken as they are.
pub(crate) fn request(method: &str, url: &str, headers: &Headers, body: Option<&[u8]>) -> Result<Request, CallError> {
    let init = web_sys::RequestInit::new();
    init.set_method(method);
    init.set_headers(headers.as_ref());
    init.set_redirect(web_sys::RequestRedirect::Manual);
    if let Some(body) = body {
        init.set_body(&Uint8Array::from(body));
    }
    let request = web_sys::Request::new_with_str_and_init(url, &init);
    Ok(request.map_err(|error: JsValue| worker::Error::from(error))?.into())
}
