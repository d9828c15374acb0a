use super::*;
use crate::evaluate::ReasonCode;
use crate::ids::{CouponBatchId, OrganizationId, PromotionId};
use crate::promotion::Status;
use crate::wire::v1::V1;

use entry::tests::record_of;

mod states;

use serde_json::json;
use std::num::NonZeroU32;

const STORED: &str = include_str!("../../tests/data/ledger_entry.v1.json");

fn entry() -> Entry {
    Entry::from_json(STORED).unwrap()
}

/// Of another request, with another discount.
fn entry_with(fingerprint: &str, discount: Option<Money>) -> Entry {
    let entry = entry();
    let answer = EvaluateAnswer {
        discount,
        ..entry.answer().unwrap()
    };
    Entry::new(fingerprint.to_owned(), &answer, &record_of(&entry))
}

/// As the host has it.
fn decide(state: &State<'_>, command: Command, now: DateTime<Utc>) -> (Option<Event>, Outcome) {
    super::decide(state, command, now).unwrap()
}

fn redemption_id(entry: &Entry) -> RedemptionId {
    entry.answer().unwrap().redemption.unwrap().id
}

fn now() -> DateTime<Utc> {
    "2026-11-21T12:00:00Z".parse().unwrap()
}

fn limits(json: serde_json::Value) -> Limits {
    Limits::parse(&json).unwrap()
}

fn claim() -> Claim {
    Claim {
        revision: 5,
        counted: true,
        limits: Limits::default(),
        customer_id: Some("c-77".to_owned()),
        coupon: None,
    }
}

fn config() -> Config {
    Config {
        v: V1,
        organization_id: OrganizationId::from_parts(1, [1; 10]),
        promotion_id: PromotionId::from_parts(1, [1; 10]),
        revision: 5,
        counted: true,
        status: Status::Active,
        ends_at: Some(now()),
        limits: Limits::default(),
        batches: vec![],
    }
}

fn batch() -> BatchTerms {
    BatchTerms {
        id: CouponBatchId::from_parts(1, [1; 10]),
        max_uses: NonZeroU32::new(2),
        expires_at: Some(now()),
        revoked: false,
    }
}

fn listed() -> ListedCoupon {
    ListedCoupon {
        code: "WELCOME".parse().unwrap(),
        revision: 1,
        max_uses: NonZeroU32::new(2),
        expires_at: Some(now()),
        customer_id: None,
        revoked: false,
    }
}

fn redeem(entry: Entry, claim: Claim, until: Option<DateTime<Utc>>) -> Command {
    Command::Redeem(Box::new(Redeem {
        id: redemption_id(&entry),
        entry,
        claim,
        transaction_id: Some("order-1001".to_owned()),
        until,
    }))
}

const GRANTED: Outcome = Outcome::Granted { exhausted: false };
const LAST: Outcome = Outcome::Granted { exhausted: true };

const fn refused(by: Refused) -> Outcome {
    Outcome::Refused { by }
}

/// What is granted is written, and nothing else.
fn check(state: &State<'_>, claim: &Claim, expected: &Outcome) {
    let (event, outcome) = decide(state, redeem(entry(), claim.clone(), None), now());
    assert_eq!(outcome, *expected);
    let written = matches!(outcome, Outcome::Granted { .. });
    assert_eq!(event.is_some(), written);
}

#[test]
fn stored_form_is_pinned() {
    let config = include_str!("../../tests/data/ledger_config.v1.json").trim_end();
    assert_eq!(Config::from_json(config).unwrap().to_json().unwrap(), config);
    let coupon = r#"{"code":"WELCOME","revision":1,"max_uses":2,"expires_at":"2026-11-21T12:00:00Z","customer_id":null,"revoked":false}"#;
    assert_eq!(serde_json::to_string(&listed()).unwrap(), coupon);
    assert_eq!(serde_json::from_str::<ListedCoupon>(coupon).unwrap(), listed());
}

#[test]
fn outcomes_are_pinned() {
    let check = |outcome: Outcome, expected: &str| {
        assert_eq!(serde_json::to_string(&outcome).unwrap(), expected);
        assert_eq!(Outcome::from_json(expected), Ok(outcome));
    };
    check(LAST, r#"{"outcome":"granted","exhausted":true}"#);
    check(
        refused(Refused::Expired { at: now() }),
        r#"{"outcome":"refused","by":{"reason":"expired","at":"2026-11-21T12:00:00Z"}}"#,
    );
    check(
        refused(Refused::CouponExhausted),
        r#"{"outcome":"refused","by":{"reason":"coupon_exhausted"}}"#,
    );
}

#[test]
fn the_newest_of_configuration_and_rule_counts() {
    let check = |change: fn(&mut Config), revision, expected| {
        let mut config = config();
        change(&mut config);
        let state = State {
            config: Some(&config),
            redemptions: 10,
            ..State::default()
        };
        let claim = Claim {
            revision,
            limits: limits(json!({"total": 20})),
            ..claim()
        };
        check(&state, &claim, &expected);
    };
    check(|_| {}, 5, GRANTED);
    check(|config| config.status = Status::Paused, 5, refused(Refused::NotActive));
    check(
        |config| config.status = Status::Archived,
        4,
        refused(Refused::NotActive),
    );
    check(|config| config.status = Status::Paused, 6, GRANTED);
    let earlier = |config: &mut Config| config.ends_at = Some(now() - chrono::TimeDelta::milliseconds(1));
    let at = now() - chrono::TimeDelta::milliseconds(1);
    check(earlier, 5, refused(Refused::Expired { at }));
    check(earlier, 6, GRANTED);
    let lower = |config: &mut Config| config.limits = limits(json!({"total": 10}));
    check(lower, 5, refused(Refused::PromotionLimit));
    check(lower, 6, GRANTED);
}

#[test]
fn limits_hold() {
    let discount = entry().facts().discount.unwrap();
    assert_eq!(discount, Money::new(1_205, "UYU".parse().unwrap()).unwrap());
    let check = |redemptions, spent, customer_redemptions, json, expected| {
        let state = State {
            redemptions,
            spent,
            customer_redemptions,
            ..State::default()
        };
        let claim = Claim {
            limits: limits(json),
            ..claim()
        };
        check(&state, &claim, &expected);
    };
    check(u64::MAX, u64::MAX, u64::MAX, json!(null), GRANTED);
    check(8, 0, 0, json!({"total": 10}), GRANTED);
    check(9, 0, 0, json!({"total": 10}), LAST);
    check(10, 0, 0, json!({"total": 10}), refused(Refused::PromotionLimit));
    check(u64::MAX, 0, 0, json!({"total": 10}), refused(Refused::PromotionLimit));
    check(0, 0, 0, json!({"per_customer": 1}), GRANTED);
    check(0, 0, 1, json!({"per_customer": 1}), refused(Refused::CustomerLimit));
    let budget = |amount: u64| json!({"budget": {"amount": amount, "currency": "UYU"}});
    check(0, 0, 0, budget(1_206), GRANTED);
    check(0, 0, 0, budget(1_205), LAST);
    check(0, 1, 0, budget(1_205), refused(Refused::Budget));
    check(0, u64::MAX, 0, budget(1_205), refused(Refused::Budget));
    let other = json!({"budget": {"amount": 1_000_000, "currency": "USD"}});
    check(0, 0, 0, other, refused(Refused::Budget));
}

#[test]
fn a_budget_needs_a_discount() {
    let entry = entry_with("f1", None);
    let claim = Claim {
        limits: limits(json!({"budget": {"amount": 5, "currency": "UYU"}})),
        ..claim()
    };
    let (_, outcome) = decide(&State::default(), redeem(entry, claim, None), now());
    assert_eq!(outcome, refused(Refused::Budget));
}

#[test]
fn coupons_of_a_batch() {
    let check = |uses, change: fn(&mut BatchTerms), expected| {
        let mut batch = batch();
        change(&mut batch);
        let coupon = CouponClaim {
            code: "A-1".parse().unwrap(),
            batch: Some(batch),
        };
        let state = State {
            coupon_uses: uses,
            ..State::default()
        };
        let claim = Claim {
            coupon: Some(coupon),
            ..claim()
        };
        check(&state, &claim, &expected);
    };
    check(0, |_| {}, GRANTED);
    check(1, |_| {}, GRANTED);
    check(2, |_| {}, refused(Refused::CouponExhausted));
    check(u64::MAX, |batch| batch.max_uses = None, GRANTED);
    check(0, |batch| batch.revoked = true, refused(Refused::CouponRevoked));
    let earlier = |batch: &mut BatchTerms| batch.expires_at = Some(now() - chrono::TimeDelta::milliseconds(1));
    check(0, earlier, refused(Refused::CouponExpired));
}

#[test]
fn a_batch_that_was_taken_back_is_back_at_once() {
    let config = Config {
        batches: vec![BatchTerms {
            revoked: true,
            ..batch()
        }],
        ..config()
    };
    let coupon = CouponClaim {
        code: "A-1".parse().unwrap(),
        batch: Some(batch()),
    };
    let claim = |revision| Claim {
        revision,
        coupon: Some(coupon.clone()),
        ..claim()
    };
    let state = State {
        config: Some(&config),
        ..State::default()
    };
    check(&state, &claim(5), &refused(Refused::CouponRevoked));
    check(&state, &claim(6), &GRANTED);
}

#[test]
fn listed_coupons() {
    let check = |uses, listed: Option<ListedCoupon>, batch: Option<BatchTerms>, expected| {
        let code = "WELCOME".parse().unwrap();
        let state = State {
            coupon_uses: uses,
            coupon: listed,
            ..State::default()
        };
        let claim = Claim {
            coupon: Some(CouponClaim { code, batch }),
            ..claim()
        };
        check(&state, &claim, &expected);
    };
    let with = |change: fn(&mut ListedCoupon)| {
        let mut coupon = listed();
        change(&mut coupon);
        Some(coupon)
    };
    check(0, None, None, refused(Refused::CouponNotFound));
    check(1, with(|_| {}), None, GRANTED);
    check(2, with(|_| {}), None, refused(Refused::CouponExhausted));
    check(2, with(|coupon| coupon.max_uses = None), None, GRANTED);
    check(
        0,
        with(|coupon| coupon.revoked = true),
        None,
        refused(Refused::CouponRevoked),
    );
    let earlier = |coupon: &mut ListedCoupon| coupon.expires_at = Some(now() - chrono::TimeDelta::milliseconds(1));
    check(0, with(earlier), None, refused(Refused::CouponExpired));
    let of = |customer: &str| {
        Some(ListedCoupon {
            customer_id: Some(customer.to_owned()),
            ..listed()
        })
    };
    check(0, of("c-77"), None, GRANTED);
    check(0, of("c-78"), None, refused(Refused::WrongCustomer));
    // One that was taken back out of a batch.
    check(
        0,
        with(|coupon| coupon.revoked = true),
        Some(batch()),
        refused(Refused::CouponRevoked),
    );
}

#[test]
fn a_coupon_of_somebody_needs_a_customer() {
    let coupon = ListedCoupon {
        customer_id: Some("c-77".to_owned()),
        ..listed()
    };
    let state = State {
        coupon: Some(coupon),
        ..State::default()
    };
    let claim = Claim {
        customer_id: None,
        coupon: Some(CouponClaim {
            code: "WELCOME".parse().unwrap(),
            batch: None,
        }),
        ..claim()
    };
    check(&state, &claim, &refused(Refused::WrongCustomer));
}

#[test]
fn refusals_are_reasons() {
    let check = |refused: Refused, code: ReasonCode, exhausted| {
        assert_eq!(refused.refusal().code, code);
        assert_eq!(refused.is_exhaustion(), exhausted);
    };
    check(Refused::NotActive, ReasonCode::NotActive, false);
    check(Refused::Expired { at: now() }, ReasonCode::Expired, false);
    check(Refused::CouponNotFound, ReasonCode::CouponNotFound, false);
    check(Refused::CouponExpired, ReasonCode::CouponExpired, false);
    check(Refused::CouponRevoked, ReasonCode::CouponRevoked, false);
    check(Refused::CouponExhausted, ReasonCode::CouponExhausted, false);
    check(Refused::WrongCustomer, ReasonCode::WrongCustomer, false);
    check(Refused::PromotionLimit, ReasonCode::PromotionLimitReached, true);
    check(Refused::CustomerLimit, ReasonCode::CustomerLimitReached, false);
    check(Refused::Budget, ReasonCode::BudgetExhausted, true);
}
