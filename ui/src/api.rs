//! Every call to the server: one function for each, typed both ways. Nothing else in the app uses the network.
//!
//! A call answers a value or a [`Failure`]; who is signed in is the business of `session`.

pub(crate) mod accounts;
pub(crate) mod coupons;
pub(crate) mod home;
pub(crate) mod keys;
pub(crate) mod places;
pub(crate) mod promotions;
pub(crate) mod reference;
pub(crate) mod reports;
pub(crate) mod team;

use engine::problem::{FieldError, Problem, ProblemType};
use engine::wire::v1::EvaluateAnswer;
use gloo_net::http::{Method, RequestBuilder, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;
use wasm_bindgen::JsValue;

use crate::browser::random_hex;
use crate::i18n::{failures as text, problems};
use crate::outage::Outage;
use crate::wire::{
    Acceptance, Credentials, ForgottenPassword, Invitation, Link, NewAccount, NewPassword, Promotion, SessionAnswer,
};

/// How long a call may take, in milliseconds: above the gateway's own limit, so that its answer is seen first.
const TIMEOUT_MS: u32 = 30_000;
/// The media types of most bodies and of files for spreadsheets.
const JSON: &str = "application/json";
const CSV: &str = "text/csv";
/// Rows of a page: a screen or two.
pub(crate) const PAGE_SIZE: usize = 20;

/// Why a call, of the server or of the workbench, has no value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Failure {
    /// The service said why, in the app's language.
    Problem(Box<Problem>),
    /// What was typed is wrong in itself; nothing was sent.
    Invalid(Vec<FieldError>),
    /// No answer came: no network, or nobody listening.
    Unreachable,
    /// A part of the app did not come: no network, or another release has taken its place.
    NotLoaded,
    /// The answer is not one of the contract, such as a proxy's error page.
    Unexpected {
        /// Its HTTP status.
        status: u16,
        /// Its `X-Request-Id`.
        request_id: Option<String>,
    },
}

impl Failure {
    /// A sentence for people.
    pub(crate) fn detail(&self) -> String {
        match self {
            Self::Problem(problem) => problem.detail.clone(),
            Self::Invalid(_) => text::check_fields().to_owned(),
            Self::Unreachable => text::unreachable().to_owned(),
            Self::NotLoaded => text::not_loaded().to_owned(),
            Self::Unexpected { status, .. } => text::unexpected(*status),
        }
    }

    /// What support asks for.
    pub(crate) fn request_id(&self) -> Option<&str> {
        match self {
            Self::Problem(problem) => Some(problem.request_id.as_str()).filter(|id| !id.is_empty()),
            Self::Invalid(_) | Self::Unreachable | Self::NotLoaded => None,
            Self::Unexpected { request_id, .. } => request_id.as_deref(),
        }
    }

    /// What is wrong with single fields of the request.
    pub(crate) fn field_errors(&self) -> &[FieldError] {
        match self {
            Self::Problem(problem) => &problem.errors,
            Self::Invalid(errors) => errors,
            Self::Unreachable | Self::NotLoaded | Self::Unexpected { .. } => &[],
        }
    }

    /// Whether the service is away, so that the same call may work later.
    pub(crate) fn is_outage(&self) -> bool {
        match self {
            Self::Problem(problem) => problem.status >= 500 || problem.code == ProblemType::RateLimited.code(),
            Self::Invalid(_) => false,
            Self::Unreachable | Self::NotLoaded => true,
            Self::Unexpected { status, .. } => *status >= 500,
        }
    }

    /// Whether a part that most calls need is away, rather than something about this call.
    pub(crate) fn is_absence(&self) -> bool {
        match self {
            Self::Problem(problem) => problem.code == ProblemType::Unavailable.code(),
            Self::Unreachable => true,
            // Neither tells anything of the service.
            Self::Invalid(_) | Self::NotLoaded => false,
            Self::Unexpected { status, .. } => matches!(status, 502..=504),
        }
    }

    /// Whether what was asked for does not fit the state of things.
    pub(crate) fn is_conflict(&self) -> bool {
        match self {
            Self::Problem(problem) => problem.code == ProblemType::Conflict.code(),
            Self::Invalid(_) | Self::Unreachable | Self::NotLoaded | Self::Unexpected { .. } => false,
        }
    }

    /// Whether somebody else changed meanwhile what was to be changed.
    pub(crate) fn is_stale(&self) -> bool {
        match self {
            Self::Problem(problem) => problem.code == ProblemType::PreconditionFailed.code(),
            Self::Invalid(_) | Self::Unreachable | Self::NotLoaded | Self::Unexpected { .. } => false,
        }
    }

    /// Whether the credential was refused.
    pub(crate) fn is_unauthenticated(&self) -> bool {
        match self {
            Self::Problem(problem) => problem.status == 401,
            Self::Invalid(_) | Self::Unreachable | Self::NotLoaded => false,
            Self::Unexpected { status, .. } => *status == 401,
        }
    }
}

/// The value of a call.
pub(crate) type Answer<T> = Result<T, Failure>;

pub(crate) async fn register(account: &NewAccount) -> Answer<SessionAnswer> {
    post("/v1/auth/register", None, account).await
}

pub(crate) async fn login(credentials: &Credentials) -> Answer<SessionAnswer> {
    post("/v1/auth/login", None, credentials).await
}

/// Whether the service answers: the smallest call that goes all the way.
pub(crate) async fn ping() -> Answer<()> {
    send(Method::GET, "/.well-known/jwks.json", None, None).await.map(drop)
}

/// A new access token for the browser's session cookie.
pub(crate) async fn refresh() -> Answer<SessionAnswer> {
    decode(send(Method::POST, "/v1/auth/refresh", None, None).await?).await
}

/// Ends the session of the cookie.
pub(crate) async fn logout() -> Answer<()> {
    send(Method::POST, "/v1/auth/logout", None, None).await.map(drop)
}

/// Asks for a mail with a link; the answer is the same for every address.
pub(crate) async fn forgot_password(forgotten: &ForgottenPassword) -> Answer<()> {
    post_for_nothing("/v1/auth/password/forgot", forgotten).await
}

pub(crate) async fn reset_password(new: &NewPassword) -> Answer<()> {
    post_for_nothing("/v1/auth/password/reset", new).await
}

pub(crate) async fn inspect_invitation(link: &Link) -> Answer<Invitation> {
    post("/v1/invitations/inspect", None, link).await
}

pub(crate) async fn accept_invitation(acceptance: &Acceptance) -> Answer<SessionAnswer> {
    post("/v1/invitations/accept", None, acceptance).await
}

pub(crate) async fn decline_invitation(link: &Link) -> Answer<()> {
    let path = format!("/v1/invitations/decline?token={}", segment(&link.token));
    send(Method::POST, &path, None, None).await.map(drop)
}

pub(crate) async fn promotion(token: &str, code: &str) -> Answer<Promotion> {
    get(&format!("/v1/promotions/{}", segment(code)), token).await
}

pub(crate) async fn activate_promotion(token: &str, code: &str) -> Answer<Promotion> {
    decode(
        send(
            Method::POST,
            &format!("/v1/promotions/{}/activate", segment(code)),
            Some(token),
            None,
        )
        .await?,
    )
    .await
}

pub(crate) async fn pause_promotion(token: &str, code: &str) -> Answer<Promotion> {
    decode(
        send(
            Method::POST,
            &format!("/v1/promotions/{}/pause", segment(code)),
            Some(token),
            None,
        )
        .await?,
    )
    .await
}

/// What a shop does: `body` is the text of the request, `app_key` its credential.
pub(crate) async fn evaluate(app_key: &str, code: &str, body: String) -> Answer<EvaluateAnswer> {
    let path = format!("/v1/promotions/{}/evaluate", segment(code));
    decode(send(Method::POST, &path, Some(app_key), Some(body)).await?).await
}

fn list_path(path: &str, cursor: Option<&str>) -> String {
    let cursor = cursor
        .map(|cursor| format!("&cursor={}", segment(cursor)))
        .unwrap_or_default();
    format!("{path}?limit={PAGE_SIZE}{cursor}")
}

/// A path with a query.
fn with_query(path: &str, query: &[(&str, String)]) -> String {
    let pairs: Vec<_> = query
        .iter()
        .map(|(name, value)| format!("{name}={}", segment(value)))
        .collect();
    format!("{path}?{}", pairs.join("&"))
}

fn segment(text: &str) -> String {
    js_sys::encode_uri_component(text).into()
}

async fn get<T: DeserializeOwned>(path: &str, token: &str) -> Answer<T> {
    decode(send(Method::GET, path, Some(token), None).await?).await
}

/// The text of a file for a spreadsheet.
async fn get_csv(path: &str, token: &str) -> Answer<String> {
    let sent = Sent {
        accept: CSV,
        ..Sent::default()
    };
    let answer = transmit(Method::GET, path, Some(token), sent).await;
    answer?.text().await.map_err(|_| Failure::Unreachable)
}

async fn post<T: DeserializeOwned>(path: &str, token: Option<&str>, body: &impl Serialize) -> Answer<T> {
    // Every body of the app has a JSON form; were one not to, the server would name what is missing.
    let body = serde_json::to_string(body).unwrap_or_default();
    decode(send(Method::POST, path, token, Some(body)).await?).await
}

async fn patch<T: DeserializeOwned>(path: &str, token: &str, body: &impl Serialize) -> Answer<T> {
    let body = serde_json::to_string(body).unwrap_or_default();
    decode(send(Method::PATCH, path, Some(token), Some(body)).await?).await
}

async fn post_for_nothing_as(path: &str, token: &str, body: &impl Serialize) -> Answer<()> {
    let body = serde_json::to_string(body).unwrap_or_default();
    send(Method::POST, path, Some(token), Some(body)).await.map(drop)
}

async fn delete(path: &str, token: &str) -> Answer<()> {
    send(Method::DELETE, path, Some(token), None).await.map(drop)
}

async fn post_for_nothing(path: &str, body: &impl Serialize) -> Answer<()> {
    let body = serde_json::to_string(body).unwrap_or_default();
    send(Method::POST, path, None, Some(body)).await.map(drop)
}

/// Sends, and sorts the answer into success and failure; whether the service is there is told to [`Outage`].
async fn send(method: Method, path: &str, bearer: Option<&str>, body: Option<String>) -> Answer<Response> {
    send_if(None, method, path, bearer, body).await
}

/// The same, for the revision `if_match` of what is changed and no other.
async fn send_if(
    if_match: Option<&str>,
    method: Method,
    path: &str,
    bearer: Option<&str>,
    body: Option<String>,
) -> Answer<Response> {
    let sent = Sent {
        if_match,
        body: body.map(|text| (JSON, text.into())),
        ..Sent::default()
    };
    transmit(method, path, bearer, sent).await
}

/// The same with a body of any media type, and with a time of its own, in milliseconds, for the whole answer; `None` waits
/// as long as it takes.
async fn send_as(
    method: Method,
    path: &str,
    bearer: Option<&str>,
    body: Option<(&str, JsValue)>,
    timeout_ms: Option<u32>,
) -> Answer<Response> {
    let sent = Sent {
        body,
        timeout_ms,
        ..Sent::default()
    };
    transmit(method, path, bearer, sent).await
}

/// What a call sends besides its credential.
struct Sent<'a> {
    /// The media type that is asked for.
    accept: &'a str,
    if_match: Option<&'a str>,
    /// Its media type and its content.
    body: Option<(&'a str, JsValue)>,
    /// Milliseconds for the whole answer.
    timeout_ms: Option<u32>,
}

impl Default for Sent<'_> {
    fn default() -> Self {
        Self {
            accept: JSON,
            if_match: None,
            body: None,
            timeout_ms: Some(TIMEOUT_MS),
        }
    }
}

async fn transmit(method: Method, path: &str, bearer: Option<&str>, sent: Sent<'_>) -> Answer<Response> {
    let answer = exchange(method, path, bearer, sent).await;
    Outage::learn(&answer);
    answer
}

async fn exchange(method: Method, path: &str, bearer: Option<&str>, sent: Sent<'_>) -> Answer<Response> {
    let Sent {
        accept,
        if_match,
        body,
        timeout_ms,
    } = sent;
    let is_unsafe = method != Method::GET;
    let timeout = timeout_ms.map(web_sys::AbortSignal::timeout_with_u32);
    let mut request = RequestBuilder::new(path)
        .method(method)
        .header("Accept", accept)
        .abort_signal(timeout.as_ref());
    if is_unsafe {
        request = request.header("Idempotency-Key", &random_hex());
    }
    if let Some(tag) = if_match {
        request = request.header("If-Match", tag);
    }
    if let Some(bearer) = bearer {
        request = request.header("Authorization", &format!("Bearer {bearer}"));
    }
    let request = match body {
        Some((kind, body)) => request.header("Content-Type", kind).body(body),
        None => request.build(),
    };
    let response = request
        .map_err(|_| Failure::Unreachable)?
        .send()
        .await
        .map_err(|_| Failure::Unreachable)?;
    if response.ok() {
        Ok(response)
    } else {
        Err(failure(response).await)
    }
}

async fn decode<T: DeserializeOwned>(response: Response) -> Answer<T> {
    let text = response.text().await.map_err(|_| Failure::Unreachable)?;
    serde_json::from_str(&text).map_err(|_| unexpected(&response))
}

async fn failure(response: Response) -> Failure {
    let text = response.text().await.unwrap_or_default();
    match serde_json::from_str(&text) {
        Ok(problem) => Failure::Problem(Box::new(problems::told(problem).await)),
        Err(_) => unexpected(&response),
    }
}

fn unexpected(response: &Response) -> Failure {
    Failure::Unexpected {
        status: response.status(),
        request_id: response.headers().get("X-Request-Id"),
    }
}
