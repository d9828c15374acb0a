//! Every call to the server: one function for each, typed both ways. Nothing else in the app uses the network.
//!
//! A call answers a value or a [`Failure`]; who is signed in is the business of `session`.

use engine::ids::AppKeyId;
use engine::problem::{FieldError, Problem, ProblemType};
use engine::wire::v1::EvaluateAnswer;
use gloo_net::http::{Method, RequestBuilder, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::browser::random_hex;
use crate::i18n::failures as text;
use crate::outage::Outage;
use crate::wire::{
    Acceptance, AppKey, CreatedAppKey, Credentials, ForgottenPassword, Invitation, Link, NewAccount, NewAppKey,
    NewPassword, Page, Promotion, SessionAnswer, Usage,
};

/// How long a call may take, in milliseconds: above the gateway's own limit, so that its answer is seen first.
const TIMEOUT_MS: u32 = 30_000;
/// Rows of a page: a screen or two.
pub(crate) const PAGE_SIZE: usize = 20;

/// Why a call has no value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Failure {
    /// The service said why.
    Problem(Box<Problem>),
    /// No answer came: no network, or nobody listening.
    Unreachable,
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
            Self::Unreachable => text::unreachable().to_owned(),
            Self::Unexpected { status, .. } => text::unexpected(*status),
        }
    }

    /// What support asks for.
    pub(crate) fn request_id(&self) -> Option<&str> {
        match self {
            Self::Problem(problem) => Some(problem.request_id.as_str()).filter(|id| !id.is_empty()),
            Self::Unreachable => None,
            Self::Unexpected { request_id, .. } => request_id.as_deref(),
        }
    }

    /// What is wrong with single fields of the request.
    pub(crate) fn field_errors(&self) -> &[FieldError] {
        match self {
            Self::Problem(problem) => &problem.errors,
            Self::Unreachable | Self::Unexpected { .. } => &[],
        }
    }

    /// Whether the service is away, so that the same call may work later.
    pub(crate) fn is_outage(&self) -> bool {
        match self {
            Self::Problem(problem) => problem.status >= 500 || problem.code == ProblemType::RateLimited.code(),
            Self::Unreachable => true,
            Self::Unexpected { status, .. } => *status >= 500,
        }
    }

    /// Whether a part that most calls need is away, rather than something about this call.
    pub(crate) fn is_absence(&self) -> bool {
        match self {
            Self::Problem(problem) => problem.code == ProblemType::Unavailable.code(),
            Self::Unreachable => true,
            Self::Unexpected { status, .. } => matches!(status, 502..=504),
        }
    }

    /// Whether the credential was refused.
    pub(crate) fn is_unauthenticated(&self) -> bool {
        match self {
            Self::Problem(problem) => problem.status == 401,
            Self::Unreachable => false,
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

pub(crate) async fn promotions(token: &str, cursor: Option<&str>) -> Answer<Page<Promotion>> {
    get(&list_path("/v1/promotions", cursor), token).await
}

pub(crate) async fn promotion(token: &str, code: &str) -> Answer<Promotion> {
    get(&format!("/v1/promotions/{}", segment(code)), token).await
}

pub(crate) async fn create_promotion(token: &str, body: &Value) -> Answer<Promotion> {
    post("/v1/promotions", Some(token), body).await
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

pub(crate) async fn usage(token: &str, code: &str) -> Answer<Usage> {
    get(&format!("/v1/reports/usage?promotion={}", segment(code)), token).await
}

pub(crate) async fn app_keys(token: &str, cursor: Option<&str>) -> Answer<Page<AppKey>> {
    get(&list_path("/v1/app-keys", cursor), token).await
}

pub(crate) async fn create_app_key(token: &str, key: &NewAppKey) -> Answer<CreatedAppKey> {
    post("/v1/app-keys", Some(token), key).await
}

pub(crate) async fn revoke_app_key(token: &str, id: AppKeyId) -> Answer<()> {
    send(Method::DELETE, &format!("/v1/app-keys/{id}"), Some(token), None)
        .await
        .map(drop)
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

fn segment(text: &str) -> String {
    js_sys::encode_uri_component(text).into()
}

async fn get<T: DeserializeOwned>(path: &str, token: &str) -> Answer<T> {
    decode(send(Method::GET, path, Some(token), None).await?).await
}

async fn post<T: DeserializeOwned>(path: &str, token: Option<&str>, body: &impl Serialize) -> Answer<T> {
    // Every body of the app has a JSON form; were one not to, the server would name what is missing.
    let body = serde_json::to_string(body).unwrap_or_default();
    decode(send(Method::POST, path, token, Some(body)).await?).await
}

async fn post_for_nothing(path: &str, body: &impl Serialize) -> Answer<()> {
    let body = serde_json::to_string(body).unwrap_or_default();
    send(Method::POST, path, None, Some(body)).await.map(drop)
}

/// Sends, and sorts the answer into success and failure; whether the service is there is told to [`Outage`].
async fn send(method: Method, path: &str, bearer: Option<&str>, body: Option<String>) -> Answer<Response> {
    let answer = exchange(method, path, bearer, body).await;
    Outage::learn(&answer);
    answer
}

async fn exchange(method: Method, path: &str, bearer: Option<&str>, body: Option<String>) -> Answer<Response> {
    let is_unsafe = method != Method::GET;
    let timeout = web_sys::AbortSignal::timeout_with_u32(TIMEOUT_MS);
    let mut request = RequestBuilder::new(path)
        .method(method)
        .header("Accept", "application/json")
        .abort_signal(Some(&timeout));
    if is_unsafe {
        request = request.header("Idempotency-Key", &random_hex());
    }
    if let Some(bearer) = bearer {
        request = request.header("Authorization", &format!("Bearer {bearer}"));
    }
    let request = match body {
        Some(body) => request.header("Content-Type", "application/json").body(body),
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
        Ok(problem) => Failure::Problem(Box::new(problem)),
        Err(_) => unexpected(&response),
    }
}

fn unexpected(response: &Response) -> Failure {
    Failure::Unexpected {
        status: response.status(),
        request_id: response.headers().get("X-Request-Id"),
    }
}
