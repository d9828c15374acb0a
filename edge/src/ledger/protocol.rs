//! What edge and object say to each other: JSON over the object's `fetch`, versioned, pinned by a test because edge
//! and object of two releases meet during a deployment. The name of a command or an outcome comes first in its object.

use engine::ids::{AppKeyId, LedgerEventId};
use engine::ledger::{ListedCoupon, Outcome};
use engine::wire::v1::V1;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::row::{Fallible, text};
use crate::body;

/// What the paths follow in an address. The host is a name only: the request never leaves the platform.
pub(super) const HOST: &str = "https://ledger";
/// Where a [`engine::ledger::Submission`] is posted.
pub(super) const COMMAND_PATH: &str = "/v1/command";
/// Added to it by who takes a reply without a body for the usual one, [`Outcome::Granted`] and not exhausted: reading a body
/// costs more than deciding. An object may answer in full all the same.
pub(super) const BRIEFLY: &str = "?brief";
/// Where an [`engine::ledger::Config`] is posted and read; 404 when there is none.
pub(super) const CONFIG_PATH: &str = "/v1/config";
/// Where a [`CouponList`] is posted.
pub(super) const COUPONS_PATH: &str = "/v1/coupons";
/// Where a [`RevokedKey`] is posted.
pub(super) const REVOKED_KEYS_PATH: &str = "/v1/revoked-keys";
/// Where a [`ForgottenCustomer`] is posted.
pub(super) const FORGOTTEN_CUSTOMERS_PATH: &str = "/v1/forgotten-customers";
/// Where an [`Acknowledgement`] is posted.
pub(super) const ACKNOWLEDGE_PATH: &str = "/v1/acknowledge";
/// Answers an [`engine::wire::v1::TallyAnswer`].
pub(super) const TALLY_PATH: &str = "/v1/tally";
/// Answers 200 when the object reads its storage.
pub(super) const HEALTH_PATH: &str = "/v1/health";

/// What became of it.
#[derive(Debug, Serialize)]
pub(super) struct Reply {
    v: V1,
    pub(super) outcome: Outcome,
}

/// Coupons to list.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct CouponList {
    v: V1,
    pub(super) coupons: Vec<ListedCoupon>,
}

/// A key to refuse.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct RevokedKey {
    v: V1,
    pub(super) key_id: AppKeyId,
}

/// A customer whom nothing names any more.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct ForgottenCustomer {
    v: V1,
    pub(super) customer_id: String,
}

/// Events that the origin has stored.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Acknowledgement {
    v: V1,
    pub(super) events: Vec<LedgerEventId>,
}

/// Reads a [`Reply`].
pub(super) fn outcome_of(json: &[u8]) -> Fallible<Outcome> {
    #[derive(Deserialize)]
    struct Form {
        #[serde(rename = "v")]
        _v: V1,
        outcome: Box<RawValue>,
    }

    let Form { outcome, .. } = body::parse(json).map_err(text)?;
    Outcome::from_json(outcome.get())
}

impl Reply {
    pub(super) const fn new(outcome: Outcome) -> Self {
        Self { v: V1, outcome }
    }
}

impl CouponList {
    pub(super) const fn new(coupons: Vec<ListedCoupon>) -> Self {
        Self { v: V1, coupons }
    }
}

impl RevokedKey {
    pub(super) const fn new(key_id: AppKeyId) -> Self {
        Self { v: V1, key_id }
    }
}

impl ForgottenCustomer {
    pub(super) fn new(customer_id: &str) -> Self {
        Self {
            v: V1,
            customer_id: customer_id.to_owned(),
        }
    }
}

impl Acknowledgement {
    pub(super) const fn new(events: Vec<LedgerEventId>) -> Self {
        Self { v: V1, events }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use engine::ledger::{Claim, Command, CouponClaim, Entry, Handle, Redeem, Refused, RollBack, Submission};
    use engine::promotion::Limits;
    use engine::wire::v1::{KeyScope, RedemptionStatus};

    const ENTRY: &str = include_str!("../../../engine/tests/data/ledger_entry.v1.json");
    const ID: &str = "01a0c4506c0071018101010101010101";

    fn entry() -> Entry {
        Entry::from_json(ENTRY).unwrap()
    }

    fn handle() -> Handle {
        Handle {
            redemption_id: format!("red_{ID}").parse().unwrap(),
            app_key_id: format!("key_{ID}").parse().unwrap(),
            scope: KeyScope::ALL,
        }
    }

    fn check<T: Serialize + serde::de::DeserializeOwned>(value: &T, expected: &str) {
        let text = serde_json::to_string(value).unwrap();
        assert_eq!(text, expected);
        let read: T = serde_json::from_str(&text).unwrap();
        assert_eq!(serde_json::to_string(&read).unwrap(), text);
    }

    #[test]
    fn the_entry_knows_commands() {
        let entry = include_str!("../../entry.js");
        assert!(entry.contains(&format!("const COMMAND = \"{HOST}{COMMAND_PATH}{BRIEFLY}\";")));
        let timeout = super::super::TIMEOUT.as_millis();
        assert!(entry.contains(&format!("const LEDGER_MILLIS = {timeout};")));
    }

    #[test]
    fn submissions_are_pinned() {
        let check = |command: Command, expected: &str| {
            let key = "t/order-1".to_owned();
            let submission = Submission { key, command };
            let written = submission.to_json();
            let expected = format!(r#"{{"v":1,"key":"t/order-1","command":{{{expected}}}}}"#);
            assert_eq!(String::from_utf8(written).unwrap(), expected);
            assert_eq!(Submission::from_json(&expected), Ok(submission));
        };
        let claim = Claim {
            revision: 5,
            counted: true,
            limits: Limits::default(),
            customer_id: None,
            coupon: Some(CouponClaim {
                code: "WELCOME".parse().unwrap(),
                batch: None,
            }),
        };
        let redeem = Redeem {
            entry: entry(),
            id: handle().redemption_id,
            claim,
            transaction_id: Some("order-1".to_owned()),
            until: Some("2026-11-21T12:00:00Z".parse().unwrap()),
        };
        let entry_fields = ENTRY.trim_end().trim_start_matches('{').trim_end_matches('}');
        let claim = r#"{"revision":5,"counted":true,"limits":{"total":null,"per_customer":null,"budget":null},"customer_id":null,"coupon":{"code":"WELCOME","batch":null}}"#;
        check(
            Command::Redeem(Box::new(redeem)),
            &format!(
                r#""command":"redeem",{entry_fields}}},"id":"red_{ID}","claim":{claim},"transaction_id":"order-1","until":"2026-11-21T12:00:00Z""#
            ),
        );
        let app_key_id = handle().app_key_id;
        check(
            Command::LookUp {
                fingerprint: "f1".to_owned(),
                app_key_id,
            },
            &format!(r#""command":"look_up","fingerprint":"f1","app_key_id":"key_{ID}""#),
        );
        let named = format!(r#""redemption_id":"red_{ID}","app_key_id":"key_{ID}","scope":"all""#);
        check(Command::Confirm(handle()), &format!(r#""command":"confirm",{named}"#));
        check(Command::Release(handle()), &format!(r#""command":"release",{named}"#));
        check(Command::Find(handle()), &format!(r#""command":"find",{named}"#));
        let wanted = RollBack {
            handle: handle(),
            amount: None,
            idempotency_key: Some("i-1".to_owned()),
        };
        check(
            Command::RollBack(Box::new(wanted)),
            &format!(r#""command":"roll_back",{named},"amount":null,"idempotency_key":"i-1""#),
        );
    }

    #[test]
    fn replies_are_pinned() {
        let check = |outcome, expected: &str| {
            let reply = Reply::new(outcome);
            let text = serde_json::to_string(&reply).unwrap();
            assert_eq!(text, format!(r#"{{"v":1,"outcome":{{{expected}}}}}"#));
            assert_eq!(outcome_of(text.as_bytes()), Ok(reply.outcome));
        };
        check(
            Outcome::Granted { exhausted: false },
            r#""outcome":"granted","exhausted":false"#,
        );
        check(Outcome::Conflict, r#""outcome":"conflict""#);
        check(Outcome::Unused, r#""outcome":"unused""#);
        check(Outcome::Unknown, r#""outcome":"unknown""#);
        check(Outcome::NotAllowed, r#""outcome":"not_allowed""#);
        check(Outcome::KeyRevoked, r#""outcome":"key_revoked""#);
        check(Outcome::Excess { left: 5 }, r#""outcome":"excess","left":5"#);
        let status = RedemptionStatus::Expired;
        check(Outcome::Closed { status }, r#""outcome":"closed","status":"expired""#);
        for reason in [
            Refused::NotActive,
            Refused::CouponNotFound,
            Refused::CouponExpired,
            Refused::CouponRevoked,
            Refused::CouponExhausted,
            Refused::WrongCustomer,
            Refused::PromotionLimit,
            Refused::CustomerLimit,
            Refused::Budget,
        ] {
            let by = serde_json::to_string(&reason).unwrap();
            check(
                Outcome::Refused { by: reason },
                &format!(r#""outcome":"refused","by":{by}"#),
            );
        }
        let at = "2026-11-21T12:00:00Z".parse().unwrap();
        let by = Refused::Expired { at };
        check(
            Outcome::Refused { by },
            r#""outcome":"refused","by":{"reason":"expired","at":"2026-11-21T12:00:00Z"}"#,
        );
        let redemption = format!(
            r#""id":"red_{ID}","status":"committed","promotion":{{"code":"summer-10","version":3}},"transaction_id":"order-1","customer_id":null,"coupon_code":null,"discount":null,"rolled_back":null,"expires_at":null,"created_at":"2026-11-21T12:00:00Z","updated_at":"2026-11-21T12:00:00Z""#
        );
        let answer = serde_json::from_str(&format!("{{{redemption}}}")).unwrap();
        check(Outcome::Stands(answer), &format!(r#""outcome":"stands",{redemption}"#));
        let answer = entry().answer().unwrap();
        let text = serde_json::to_string(&answer).unwrap();
        let fields = text.trim_start_matches('{').strip_suffix('}').unwrap();
        check(
            Outcome::Replayed(Box::new(answer)),
            &format!(r#""outcome":"replayed",{fields}"#),
        );
    }

    #[test]
    fn lists_are_pinned() {
        let coupons = r#"{"v":1,"coupons":[{"code":"WELCOME","revision":3,"max_uses":1,"expires_at":null,"customer_id":"c-77","revoked":false}]}"#;
        check(&serde_json::from_str::<CouponList>(coupons).unwrap(), coupons);
        check(
            &RevokedKey::new(handle().app_key_id),
            &format!(r#"{{"v":1,"key_id":"key_{ID}"}}"#),
        );
        check(&ForgottenCustomer::new("c-77"), r#"{"v":1,"customer_id":"c-77"}"#);
        let events = vec![format!("evt_{ID}").parse().unwrap()];
        check(
            &Acknowledgement::new(events),
            &format!(r#"{{"v":1,"events":["evt_{ID}"]}}"#),
        );
    }

    #[test]
    fn another_version_is_refused() {
        let error = outcome_of(br#"{"v":2,"outcome":{"outcome":"unused"}}"#).unwrap_err();
        assert!(error.contains("format version 2"), "{error}");
    }
}
