//! What the edge tells the origin of a forwarded call, under the call's signature.

use std::net::IpAddr;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use super::V1;
use crate::ids::{OrganizationId, SessionId, UserId};

/// The header that carries an [`EdgeContext`].
pub const CONTEXT_HEADER: &str = "x-coupons-context";

/// A call as the edge saw it. The call's signature covers its text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EdgeContext {
    /// The format.
    pub v: V1,
    /// Where the client is; `None` when the platform does not tell.
    pub address: Option<IpAddr>,
    /// Names the request in the logs of both.
    pub request_id: String,
    /// Who the access token names; `None` without a token, or when the edge had no keys to verify it.
    pub identity: Option<Identity>,
}

/// Whom a verified access token names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// The user.
    pub user: UserId,
    /// The organisation.
    pub organization: OrganizationId,
    /// The session.
    pub session: SessionId,
}

impl EdgeContext {
    /// The header's value: its JSON in base64url.
    pub fn to_header(&self) -> String {
        // Every field has a JSON form; an empty text, which nobody reads, stands for the case that cannot happen.
        URL_SAFE_NO_PAD.encode(serde_json::to_vec(self).unwrap_or_default())
    }

    /// Reads the header's value.
    pub fn from_header(text: &str) -> Option<Self> {
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).ok()?).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "01a0c4506c0071018101010101010101";

    #[test]
    fn forms_are_pinned() {
        let check = |json: &str| {
            let context = EdgeContext::from_header(&URL_SAFE_NO_PAD.encode(json)).unwrap();
            assert_eq!(serde_json::to_string(&context).unwrap(), json);
            assert_eq!(EdgeContext::from_header(&context.to_header()), Some(context));
        };
        check(&format!(
            r#"{{"v":1,"address":"2001:db8::1","request_id":"req_1","identity":{{"user":"user_{ID}","organization":"org_{ID}","session":"sess_{ID}"}}}}"#
        ));
        check(r#"{"v":1,"address":null,"request_id":"req_1","identity":null}"#);
    }

    #[test]
    fn other_texts_are_refused() {
        for json in ["", "{}", r#"{"v":2,"address":null,"request_id":"r","identity":null}"#] {
            assert_eq!(EdgeContext::from_header(&URL_SAFE_NO_PAD.encode(json)), None, "{json}");
        }
        assert_eq!(EdgeContext::from_header("{}"), None);
    }
}
