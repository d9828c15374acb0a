//! What edge and object say to each other: JSON over the object's `fetch`, versioned, pinned by a test because edge
//! and object of two releases meet during a deployment.

use engine::ledger::{Command, ListedCoupon, Outcome};
use engine::wire::v1::V1;
use serde::{Deserialize, Serialize};

/// Where a [`Submission`] is posted. The host is a name only: the request never leaves the platform.
pub(super) const COMMAND_URL: &str = "https://ledger/v1/command";
/// The path of [`COMMAND_URL`].
pub(super) const COMMAND_PATH: &str = "/v1/command";
/// Where an [`engine::ledger::Config`] is posted and read; 404 when there is none.
pub(super) const CONFIG_URL: &str = "https://ledger/v1/config";
/// The path of [`CONFIG_URL`].
pub(super) const CONFIG_PATH: &str = "/v1/config";
/// Where a [`CouponList`] is posted.
pub(super) const COUPONS_URL: &str = "https://ledger/v1/coupons";
/// The path of [`COUPONS_URL`].
pub(super) const COUPONS_PATH: &str = "/v1/coupons";
/// Answers 200 when the object reads its storage.
pub(super) const HEALTH_URL: &str = "https://ledger/v1/health";
/// The path of [`HEALTH_URL`].
pub(super) const HEALTH_PATH: &str = "/v1/health";

/// A command for a redemption.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Submission {
    v: V1,
    /// What it is found by: a transaction, or a coupon's use.
    pub(super) transaction_id: String,
    pub(super) command: Command,
}

/// What became of it.
#[derive(Debug, Serialize, Deserialize)]
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

impl Submission {
    pub(super) fn new(key: &str, command: Command) -> Self {
        Self {
            v: V1,
            transaction_id: key.to_owned(),
            command,
        }
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use engine::ledger::{Claim, CouponClaim, Entry, Redeem};
    use engine::promotion::Limits;

    const ENTRY: &str = include_str!("../../../engine/tests/data/ledger_entry.v1.json");

    fn entry() -> Entry {
        serde_json::from_str(ENTRY).unwrap()
    }

    fn redeem(claim: Option<Claim>) -> Command {
        Command::Redeem(Box::new(Redeem { entry: entry(), claim }))
    }

    #[test]
    fn submissions_are_pinned() {
        let check = |command, expected: &str| {
            let text = serde_json::to_string(&Submission::new("order-1", command)).unwrap();
            assert_eq!(text, expected);
            let read: Submission = serde_json::from_str(&text).unwrap();
            assert_eq!(serde_json::to_string(&read).unwrap(), text);
        };
        check(
            Command::LookUp {
                fingerprint: "f1".to_owned(),
            },
            r#"{"v":1,"transaction_id":"order-1","command":{"command":"look_up","fingerprint":"f1"}}"#,
        );
        let entry_fields = ENTRY.trim_end().trim_start_matches('{').trim_end_matches('}');
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
        let claim_text = r#"{"revision":5,"counted":true,"limits":{"total":null,"per_customer":null,"budget":null},"customer_id":null,"coupon":{"code":"WELCOME","batch":null}}"#;
        check(
            redeem(Some(claim)),
            &format!(
                r#"{{"v":1,"transaction_id":"order-1","command":{{"command":"redeem",{entry_fields}}},"claim":{claim_text}}}}}"#
            ),
        );
    }

    #[test]
    fn a_submission_of_the_release_before_is_read() {
        let entry_fields = ENTRY.trim_end().trim_start_matches('{');
        let text = format!(r#"{{"v":1,"transaction_id":"order-1","command":{{"command":"redeem",{entry_fields}}}"#);
        assert_eq!(serde_json::from_str::<Submission>(&text).unwrap().command, redeem(None));
    }

    #[test]
    fn replies_are_pinned() {
        let check = |outcome, expected: &str| {
            let text = serde_json::to_string(&Reply::new(outcome)).unwrap();
            assert_eq!(text, expected);
            let read: Reply = serde_json::from_str(&text).unwrap();
            assert_eq!(serde_json::to_string(&read).unwrap(), text);
        };
        check(
            Outcome::Granted { exhausted: false },
            r#"{"v":1,"outcome":{"outcome":"granted","exhausted":false}}"#,
        );
        check(Outcome::Conflict, r#"{"v":1,"outcome":{"outcome":"conflict"}}"#);
        check(Outcome::Unused, r#"{"v":1,"outcome":{"outcome":"unused"}}"#);
        let entry_fields = ENTRY.trim_end().trim_start_matches('{');
        check(
            Outcome::Replayed(Box::new(entry())),
            &format!(r#"{{"v":1,"outcome":{{"outcome":"replayed",{entry_fields}}}"#),
        );
    }

    #[test]
    fn lists_are_pinned() {
        let text = r#"{"v":1,"coupons":[{"code":"WELCOME","revision":3,"max_uses":1,"expires_at":null,"customer_id":"c-77","revoked":false}]}"#;
        let list: CouponList = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_string(&list).unwrap(), text);
    }

    #[test]
    fn another_version_is_refused() {
        let text = r#"{"v":2,"outcome":{"outcome":"granted"}}"#;
        assert!(
            serde_json::from_str::<Reply>(text)
                .unwrap_err()
                .to_string()
                .contains("format version 2")
        );
    }
}
