//! Refresh tokens: `<organisation>.<session>.<family>.<secret>` in a cookie that no script reads.
//!
//! The family stays for the life of the session, the secret changes with every use. Who presents the right family and
//! another secret holds a token that was used before: somebody copied it, and the session ends, whichever of the two
//! it is. For some seconds the token before is exchanged once more, for the answer to its exchange may have been lost;
//! each token has one successor, derived with the origin's secret, so that the second answer is the same as the first.

use axum::http::HeaderMap;
use axum::http::header::COOKIE;
use base16ct::lower as hex;
use chrono::{DateTime, TimeDelta, Utc};
use cookie::{Cookie, SameSite};
use engine::ids::{OrganizationId, SessionId};
use sha2::{Digest, Sha256};

use crate::db::sessions::{SessionRow, TokenHashes};
use crate::random;
use crate::secret::OriginSecret;

/// How long the token before the newest is still exchanged: a lost answer is asked for again within seconds.
const GRACE: TimeDelta = TimeDelta::seconds(10);
/// How long a session lives without being used: a month, as people expect of a tool of daily work.
pub(crate) const SESSION_LIFETIME: TimeDelta = TimeDelta::days(30);

/// The prefix makes browsers insist on `Secure`, `Path=/` and no `Domain`.
pub(crate) const COOKIE_NAME: &str = "__Host-coupons_refresh";
/// Hex characters of the family and of the secret: 128 and 256 bits.
const FAMILY_CHARS: usize = 32;
const SECRET_CHARS: usize = 64;

/// A refresh token.
#[derive(Clone)]
pub(crate) struct RefreshToken {
    pub(crate) organization: OrganizationId,
    pub(crate) session: SessionId,
    family: String,
    secret: String,
}

/// What a presented token is to its session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// The newest: it may be exchanged.
    Current,
    /// The one before, whose exchange may not have been answered: the newest is told again.
    Previous,
    /// The session is over, or the token was exchanged before: the session has to end.
    Spent,
    /// Not of this session.
    Foreign,
}

impl RefreshToken {
    /// The first token of a session.
    pub(crate) fn issue(organization: OrganizationId, session: SessionId) -> Result<Self, getrandom::Error> {
        let family = hex::encode_string(&random::bytes::<{ FAMILY_CHARS / 2 }>()?);
        Ok(Self {
            organization,
            session,
            family,
            secret: hex::encode_string(&random::bytes::<{ SECRET_CHARS / 2 }>()?),
        })
    }

    /// The one token that replaces this one.
    pub(crate) fn successor(&self, secret: &OriginSecret) -> Self {
        let session = self.session.uuid();
        let parts = [session.as_bytes().as_slice(), self.secret.as_bytes()];
        Self {
            secret: hex::encode_string(&secret.derive("refresh-token", &parts)),
            ..self.clone()
        }
    }

    /// The token of a request's cookie.
    pub(crate) fn from_cookies(headers: &HeaderMap) -> Option<Self> {
        cookie_of(headers, COOKIE_NAME).and_then(|value| Self::parse(&value))
    }

    /// What is stored of it.
    pub(crate) fn hashes(&self) -> TokenHashes {
        TokenHashes {
            family: Sha256::digest(&self.family).into(),
            token: Sha256::digest(&self.secret).into(),
        }
    }

    /// Compares it with its session.
    pub(crate) fn standing(&self, session: &SessionRow, now: DateTime<Utc>) -> Standing {
        let hashes = self.hashes();
        if session.family_hash != hashes.family {
            Standing::Foreign
        } else if session.expires_at <= now {
            Standing::Spent
        } else if session.token_hash == hashes.token {
            Standing::Current
        } else if session.previous_hash.as_deref() == Some(&hashes.token) && now - session.refreshed_at <= GRACE {
            Standing::Previous
        } else {
            Standing::Spent
        }
    }

    /// The `Set-Cookie` value that stores it.
    pub(crate) fn to_cookie(&self) -> String {
        set_cookie(COOKIE_NAME, self.to_text(), SESSION_LIFETIME.num_seconds())
    }

    fn to_text(&self) -> String {
        format!("{}.{}.{}.{}", self.organization, self.session, self.family, self.secret)
    }

    fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('.');
        let organization = parts.next()?.parse().ok()?;
        let session = parts.next()?.parse().ok()?;
        let family = parts.next().filter(|part| part.len() == FAMILY_CHARS)?.to_owned();
        let secret = parts.next().filter(|part| part.len() == SECRET_CHARS)?.to_owned();
        parts.next().is_none().then_some(Self {
            organization,
            session,
            family,
            secret,
        })
    }
}

/// The `Set-Cookie` value that removes the token.
pub(crate) fn removal_cookie() -> String {
    set_cookie(COOKIE_NAME, String::new(), 0)
}

/// The value of a request's cookie.
pub(crate) fn cookie_of(headers: &HeaderMap, name: &str) -> Option<String> {
    let headers = headers
        .get_all(COOKIE)
        .into_iter()
        .filter_map(|value| value.to_str().ok());
    let mut cookies = headers.flat_map(Cookie::split_parse).filter_map(Result::ok);
    cookies
        .find(|cookie| cookie.name() == name)
        .map(|cookie| cookie.value().to_owned())
}

/// A `Set-Cookie` value that no script reads and no other site's page sends.
pub(crate) fn set_cookie(name: &'static str, value: String, max_age_secs: i64) -> String {
    Cookie::build((name, value))
        .path("/")
        .secure(true)
        .http_only(true)
        .same_site(SameSite::Strict)
        .max_age(cookie::time::Duration::seconds(max_age_secs))
        .build()
        .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token() -> RefreshToken {
        RefreshToken::issue(
            OrganizationId::from_parts(1, [1; 10]),
            SessionId::from_parts(1, [2; 10]),
        )
        .unwrap()
    }

    #[test]
    fn standings() {
        let now = DateTime::from_timestamp(1_790_000_000, 0).unwrap();
        let secret = OriginSecret::new(&"s".repeat(32)).unwrap();
        let first = token();
        let second = first.successor(&secret);
        let third = second.successor(&secret);
        let hashes = third.hashes();
        let session = SessionRow {
            user_id: uuid::Uuid::nil(),
            family_hash: hashes.family.to_vec(),
            token_hash: hashes.token.to_vec(),
            previous_hash: Some(second.hashes().token.to_vec()),
            refreshed_at: now,
            expires_at: now + TimeDelta::seconds(30),
        };
        let check = |token: &RefreshToken, after_secs, expected| {
            assert_eq!(token.standing(&session, now + TimeDelta::seconds(after_secs)), expected);
        };
        check(&third, 0, Standing::Current);
        check(&third, 29, Standing::Current);
        check(&third, 30, Standing::Spent);
        check(&second, 0, Standing::Previous);
        check(&second, 10, Standing::Previous);
        check(&second, 11, Standing::Spent);
        check(&first, 0, Standing::Spent);
        check(&token(), 0, Standing::Foreign);
    }

    #[test]
    fn each_token_has_one_successor() {
        let secret = |text: &str| OriginSecret::new(&text.repeat(32)).unwrap();
        let first = token();
        assert_eq!(
            first.successor(&secret("a")).to_text(),
            first.successor(&secret("a")).to_text()
        );
        assert_ne!(
            first.successor(&secret("a")).to_text(),
            first.successor(&secret("b")).to_text()
        );
        assert!(RefreshToken::parse(&first.successor(&secret("a")).to_text()).is_some());
    }

    #[test]
    fn reads_its_own_text_alone() {
        let text = token().to_text();
        assert_eq!(RefreshToken::parse(&text).unwrap().to_text(), text);
        for text in ["", "a.b.c.d", &text[1..], &text[..text.len() - 1], &format!("{text}.")] {
            assert!(RefreshToken::parse(text).is_none(), "{text}");
        }
    }

    #[test]
    fn cookie_is_bound_to_the_host() {
        let cookie = token().to_cookie();
        for part in [
            "__Host-coupons_refresh=org_",
            "HttpOnly",
            "Secure",
            "SameSite=Strict",
            "Path=/",
            "Max-Age=2592000",
        ] {
            assert!(cookie.contains(part), "{part} in {cookie}");
        }
        assert!(!cookie.contains("Domain"), "{cookie}");
    }
}
