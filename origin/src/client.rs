//! Who calls: the edge for somebody, or somebody directly.
//!
//! ```text
//! x-coupons-signature ─ fits ──────▶ what the context says: address, identity
//!                     ├ does not ──▶ 401
//!                     └ none ──────▶ the socket's address; headers that claim another are not read
//! ```

use std::net::{IpAddr, SocketAddr};

use axum::body::{Body, Bytes};
use axum::extract::{ConnectInfo, FromRequest, FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Uri};
use axum::middleware::Next;
use axum::response::Response;
use engine::problem::ProblemType;
use engine::signature::{self, Call};
use engine::wire::v1::{AccessTokenClaims, CONTEXT_HEADER, EdgeContext, Identity};

use crate::app::App;
use crate::clock::unix_secs;
use crate::problem::Error;

/// What `REQUIRE_EDGE` closes to everyone but the edge.
const PUBLIC_PREFIX: &str = "/v1/";

/// Where a request comes from, in its extensions.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Client {
    /// The client's address as the edge saw it, else the socket's.
    address: IpAddr,
    /// Whether the edge forwarded the request.
    via_edge: bool,
    /// Whom the edge found in the access token.
    identity: Option<Identity>,
}

/// Marks a request that the holder of the shared secret signed, in its extensions.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SignedByEdge;

/// Finds out who calls, before anything else of a route. A signed body is read up to the route's own limit.
pub(crate) async fn identify_client(State(app): State<App>, request: Request, next: Next) -> Result<Response, Error> {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
    let peer = peer.ok_or_else(|| Error::fault("the router is served without connect info"))?;
    let direct = Client {
        address: peer.ip(),
        via_edge: false,
        identity: None,
    };
    let is_signed = [signature::HEADER, CONTEXT_HEADER]
        .iter()
        .any(|name| request.headers().contains_key(*name));
    let (mut request, client) = if is_signed {
        let now = unix_secs(app.clock.now());
        verify_signature(app.internal_secret.reveal(), now, request, direct).await?
    } else {
        (request, direct)
    };
    if app.require_edge && !client.via_edge && request.uri().path().starts_with(PUBLIC_PREFIX) {
        let detail = "Send the call to the service's public address: here it is taken from the edge alone.";
        return Err(Error::new(ProblemType::Forbidden, detail));
    }
    request.extensions_mut().insert(client);
    Ok(next.run(request).await)
}

/// The same request with its body read, and what its context says. A context without a signature is refused like a
/// wrong signature: nobody but the edge has a reason to send one.
async fn verify_signature(
    secret: &[u8],
    now_unix_secs: u64,
    request: Request,
    direct: Client,
) -> Result<(Request, Client), Error> {
    let (parts, body) = request.into_parts();
    let body = Bytes::from_request(Request::from_parts(parts.clone(), body), &()).await?;
    let refuse = |reason: &str| {
        tracing::warn!(reason, "a signed call was refused");
        Error::unauthenticated("Sign the call with the secret that edge and origin share.")
    };
    let context = text(&parts.headers, CONTEXT_HEADER);
    let call = Call {
        method: parts.method.as_str(),
        path: path_and_query(&parts.uri),
        context,
        body: &body,
    };
    let signature = text(&parts.headers, signature::HEADER).unwrap_or_default();
    signature::verify(secret, signature, &call, now_unix_secs).map_err(|error| refuse(&error.to_string()))?;
    let client = match context.map(EdgeContext::from_header) {
        None => direct,
        Some(Some(context)) => Client {
            address: context.address.unwrap_or(direct.address),
            via_edge: true,
            identity: context.identity,
        },
        Some(None) => {
            return Err(refuse(
                "the context is not known here: deploy edge and origin of one release",
            ));
        }
    };
    let mut request = Request::from_parts(parts, Body::from(body));
    request.extensions_mut().insert(SignedByEdge);
    Ok((request, client))
}

impl Client {
    /// Refuses a token of somebody else than the edge found in it: one of the two is deceived.
    pub(crate) fn check_identity(parts: &Parts, claims: &AccessTokenClaims) -> Result<(), Error> {
        let seen = parts.extensions.get::<Self>().and_then(|client| client.identity);
        let claimed = Identity {
            user: claims.sub,
            organization: claims.org,
            session: claims.sid,
        };
        match seen {
            Some(seen) if seen != claimed => {
                tracing::warn!(?seen, ?claimed, "the edge found somebody else in the token");
                Err(Error::unauthenticated("The access token is not valid: sign in again."))
            }
            Some(_) | None => Ok(()),
        }
    }
}

/// The client's address, for limits: what the edge says under its signature, else the socket's.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ClientAddress(pub(crate) IpAddr);

impl<S: Send + Sync> FromRequestParts<S> for ClientAddress {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Error> {
        let client = parts.extensions.get::<Client>();
        client
            .map(|client| Self(client.address))
            .ok_or_else(|| Error::fault("a route without its layer"))
    }
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    // What is no text fits no signature.
    headers.get(name).map(|value| value.to_str().unwrap_or_default())
}

fn path_and_query(uri: &Uri) -> &str {
    uri.path_and_query().map_or("", |path| path.as_str())
}

#[cfg(test)]
mod tests {
    use engine::wire::v1::V1;

    use super::*;

    const SECRET: &[u8] = b"0123456789abcdef0123456789abcdef";
    const NOW: u64 = 1_790_000_000;

    fn direct() -> Client {
        Client {
            address: "192.0.2.1".parse().unwrap(),
            via_edge: false,
            identity: None,
        }
    }

    fn context(address: Option<&str>) -> String {
        let context = EdgeContext {
            v: V1,
            address: address.map(|address| address.parse().unwrap()),
            request_id: "req_1".to_owned(),
            identity: None,
        };
        context.to_header()
    }

    /// The address that a handler is given for a call with one context that was signed with another; `None` when the
    /// call is refused.
    async fn address(sent: Option<&str>, signed: Option<&str>) -> Option<String> {
        let call = Call {
            method: "POST",
            path: "/v1/a?b=c",
            context: signed,
            body: b"{}",
        };
        let mut request = Request::post("/v1/a?b=c")
            .header(signature::HEADER, signature::sign(SECRET, &call, NOW))
            .header("x-forwarded-for", "203.0.113.9");
        if let Some(sent) = sent {
            request = request.header(CONTEXT_HEADER, sent);
        }
        let request = request.body(Body::from("{}")).unwrap();
        let (mut request, client) = verify_signature(SECRET, NOW, request, direct()).await.ok()?;
        request.extensions_mut().insert(client);
        let (mut parts, _) = request.into_parts();
        let ClientAddress(address) = ClientAddress::from_request_parts(&mut parts, &()).await.unwrap();
        Some(address.to_string())
    }

    #[tokio::test]
    async fn addresses_come_from_a_signed_context_alone() {
        let check = async |sent: Option<&str>, signed: Option<&str>, expected: Option<&str>| {
            assert_eq!(address(sent, signed).await.as_deref(), expected, "{sent:?} {signed:?}");
        };
        let (one, two) = (context(Some("2001:db8::1")), context(Some("2001:db8::2")));
        let unknown = context(None);
        check(Some(&one), Some(&one), Some("2001:db8::1")).await;
        check(Some(&unknown), Some(&unknown), Some("192.0.2.1")).await;
        check(None, None, Some("192.0.2.1")).await;
        check(Some(&two), Some(&one), None).await;
        check(Some(&one), None, None).await;
        check(None, Some(&one), None).await;
        check(Some("e30"), Some("e30"), None).await;
    }
}
