//! App keys: who calls, and what the key may evaluate. [`token`] does the same for those who manage.
//!
//! A key with a wrong checksum is refused without a look-up, so guesses cost the store nothing.

pub(crate) mod token;

use std::rc::Rc;

use chrono::{DateTime, Utc};
use engine::app_key::AppKey;
use engine::problem::ProblemType;
use engine::promotion::PromotionCode;
use engine::wire::v1::{AppKeyEntry, app_key_key};
use worker::Request;

use crate::app::App;
use crate::problem::Failure;
use crate::rules;

/// The key that a request carries, valid at the request's time.
pub(crate) async fn authenticate(app: &App, request: &Request) -> Result<Rc<AppKeyEntry>, Failure> {
    let header = request.headers().get("Authorization")?;
    let key = parse(header.as_deref())?;
    let entry = rules::read::<AppKeyEntry>(app, app_key_key(&key.hash())).await?;
    let entry = entry.ok_or_else(|| invalid("The application key is not known: create one in the merchant app."))?;
    check(&entry.value, app.now()).map_err(invalid)?;
    Ok(entry.value)
}

/// Whether a request's credential is an application key, good or not, rather than a user's token.
pub(crate) fn carries_app_key(request: &Request) -> Result<bool, Failure> {
    let header = request.headers().get("Authorization")?;
    Ok(header.as_deref().and_then(bearer).is_some_and(is_app_key))
}

/// The same from the isolate's memory; `None` unless it holds a key that is valid.
pub(crate) fn recall(app: &App, authorization: Option<&str>) -> Option<Rc<AppKeyEntry>> {
    let hash = AppKey::hash_of(authorization.and_then(bearer)?);
    let entry = rules::recall::<AppKeyEntry>(&app_key_key(&hash), app.started_millis())?;
    check(&entry.value, app.now()).ok()?;
    Some(entry.value)
}

fn parse(authorization: Option<&str>) -> Result<AppKey, Failure> {
    let Some(token) = authorization.and_then(bearer) else {
        let detail = "Send `Authorization: Bearer` with an application key, as it was shown when it was created.";
        return Err(refuse(detail, "Bearer realm=\"coupons\""));
    };
    AppKey::parse(token).map_err(|error| invalid(&error.to_string()))
}

/// Whether the key may evaluate this promotion.
pub(crate) fn authorize(entry: &AppKeyEntry, code: &PromotionCode) -> Result<(), Failure> {
    if entry.promotions.contains(code) {
        return Ok(());
    }
    let detail =
        format!("The application key is not bound to `{code}`: use one that is, or bind it in the merchant app.");
    Err(Failure::rejection(ProblemType::AppKeyNotAllowed, detail))
}

/// The refusal of a revoked key, which the ledger may know of before this isolate does.
pub(crate) fn revoked() -> Failure {
    invalid(REVOKED)
}

const REVOKED: &str = "The application key is revoked: use its successor or create another.";

fn check(entry: &AppKeyEntry, now: DateTime<Utc>) -> Result<(), &'static str> {
    if entry.revoked {
        return Err(REVOKED);
    }
    if entry.expires_at.is_some_and(|expires_at| now >= expires_at) {
        return Err("The application key has expired: rotate it or create another.");
    }
    Ok(())
}

/// Whether it looks like a key, if a mistyped one. No token does.
fn is_app_key(credential: &str) -> bool {
    credential.starts_with("ck_")
}

fn bearer(header: &str) -> Option<&str> {
    let (scheme, token) = header.trim().split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
}

fn invalid(detail: &str) -> Failure {
    refuse(detail, "Bearer realm=\"coupons\", error=\"invalid_token\"")
}

fn refuse(detail: &str, challenge: &str) -> Failure {
    Failure::rejection(ProblemType::AppKeyInvalid, detail).with_header("WWW-Authenticate", challenge)
}

#[cfg(test)]
mod tests {
    use super::*;
    use engine::app_key::Mode;
    use engine::ids::{AppKeyId, OrganizationId};
    use engine::wire::v1::{KeyScope, V1};

    fn entry() -> AppKeyEntry {
        AppKeyEntry {
            v: V1,
            id: AppKeyId::from_parts(1, [1; 10]),
            organization_id: OrganizationId::from_parts(1, [1; 10]),
            mode: Mode::Live,
            promotions: KeyScope::ALL,
            expires_at: None,
            revoked: false,
        }
    }

    fn at(unix_secs: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(unix_secs, 0).unwrap()
    }

    #[test]
    fn bearer_tokens() {
        let check = |header, expected| assert_eq!(bearer(header), expected, "{header}");
        check("Bearer ck_live_x", Some("ck_live_x"));
        check("bearer  ck_live_x ", Some("ck_live_x"));
        check("Basic ck_live_x", None);
        check("Bearer", None);
        check("Bearer  ", None);
        check("", None);
    }

    #[test]
    fn keys_end() {
        let expiring = AppKeyEntry {
            expires_at: Some(at(100)),
            ..entry()
        };
        assert_eq!(check(&entry(), at(100)), Ok(()));
        assert_eq!(check(&expiring, at(99)), Ok(()));
        assert!(check(&expiring, at(100)).unwrap_err().contains("expired"));
        assert!(
            check(
                &AppKeyEntry {
                    revoked: true,
                    ..entry()
                },
                at(0)
            )
            .unwrap_err()
            .contains("revoked")
        );
    }

    #[test]
    fn keys_are_bound() {
        let code = |text: &str| text.parse::<PromotionCode>().unwrap();
        let named = AppKeyEntry {
            promotions: KeyScope::Named([code("summer-10")].into()),
            ..entry()
        };
        assert!(authorize(&entry(), &code("winter")).is_ok());
        assert!(authorize(&named, &code("SUMMER-10")).is_ok());
        assert!(authorize(&named, &code("winter")).is_err());
    }
}
