//! Random histories of one promotion, against a reference that counts by looking at all it has.

#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may fail loudly, and its numbers are small"
)]

use std::num::NonZeroU32;

use chrono::{DateTime, TimeDelta, Utc};
use engine::coupon::BatchTerms;
use engine::ids::{CouponBatchId, RedemptionId};
use engine::ledger::{Claim, Command, CouponClaim, Entry, Handle, Outcome, Redeem, RollBack};
use engine::money::Money;
use engine::promotion::Limits;
use engine::wire::v1::{KeyScope, RedemptionStatus};
use model::host::{Book, Counts};
use proptest::prelude::*;
use proptest::test_runner::Config;
use serde_json::json;

/// How many histories are tried.
const HISTORIES: u32 = 10_000;

const PLACES: [&str; 4] = ["o1", "o2", "o3", "o4"];
const CUSTOMERS: [&str; 2] = ["ana", "bruno"];
const COUPONS: [&str; 2] = ["X", "Y"];
const CARTS: [&str; 2] = ["a", "b"];

/// Of the promotion, in the same units as discounts.
const TOTAL: u64 = 4;
const PER_CUSTOMER: u64 = 2;
const BUDGET: u64 = 40;
const COUPON_USES: u32 = 2;

#[derive(Debug, Clone, Copy)]
enum Op {
    Redeem {
        place: usize,
        customer: usize,
        coupon: usize,
        cart: usize,
        discount: u64,
        /// Reserves for so many seconds.
        hold: Option<i64>,
    },
    /// Of the redemption that was granted so many ago.
    Confirm(usize),
    Release(usize),
    RollBack {
        of: usize,
        amount: Option<u64>,
        key: Option<u8>,
    },
    Wait(i64),
}

fn op() -> impl Strategy<Value = Op> {
    let redeem = (
        0..PLACES.len(),
        0..CUSTOMERS.len(),
        0..COUPONS.len(),
        0..CARTS.len(),
        5..20_u64,
        prop::option::of(1..4_i64),
    );
    let redeem = redeem.prop_map(|(place, customer, coupon, cart, discount, hold)| Op::Redeem {
        place,
        customer,
        coupon,
        cart,
        discount,
        hold,
    });
    let roll_back = (0..5_usize, prop::option::of(0..20_u64), prop::option::of(0..2_u8));
    prop_oneof![
        4 => redeem,
        2 => (0..5_usize).prop_map(Op::Confirm),
        1 => (0..5_usize).prop_map(Op::Release),
        2 => roll_back.prop_map(|(of, amount, key)| Op::RollBack { of, amount, key }),
        1 => (0..3_i64).prop_map(Op::Wait),
    ]
}

/// What the reference has of a redemption.
#[derive(Debug, Clone)]
struct Known {
    id: RedemptionId,
    place: usize,
    customer: usize,
    coupon: usize,
    cart: usize,
    discount: u64,
    returned: u64,
    status: RedemptionStatus,
    ends_at: i64,
    /// Roll-backs with a key: key, amount, status then.
    calls: Vec<(u8, Option<u64>, RedemptionStatus)>,
}

/// The ledger as one would do it by hand: everything is in one list, and every question looks at all of it.
#[derive(Debug, Default)]
struct Reference {
    known: Vec<Known>,
    now: i64,
}

use RedemptionStatus::{Committed, Expired, Released, Reserved, RolledBack};

impl Reference {
    fn run(&mut self, op: Op, id: RedemptionId) -> String {
        for known in &mut self.known {
            if known.status == Reserved && known.ends_at <= self.now {
                known.status = Expired;
            }
        }
        match op {
            Op::Redeem { .. } => self.redeem(op, id),
            Op::Confirm(of) => self.change(of, |known| match known.status {
                Reserved | Committed => {
                    known.status = Committed;
                    "stands committed".to_owned()
                }
                Released | Expired | RolledBack => format!("closed {}", known.status.as_str()),
            }),
            Op::Release(of) => self.change(of, |known| match known.status {
                Reserved => {
                    known.status = Released;
                    "stands released".to_owned()
                }
                Released | Expired => format!("stands {}", known.status.as_str()),
                Committed | RolledBack => format!("closed {}", known.status.as_str()),
            }),
            Op::RollBack { of, amount, key } => self.change(of, |known| roll_back(known, amount, key)),
            Op::Wait(secs) => {
                self.now += secs;
                String::new()
            }
        }
    }

    fn redeem(&mut self, op: Op, id: RedemptionId) -> String {
        let Op::Redeem {
            place,
            customer,
            coupon,
            cart,
            discount,
            hold,
        } = op
        else {
            return String::new();
        };
        let same_place = self
            .known
            .iter_mut()
            .find(|known| known.place == place && matches!(known.status, Reserved | Committed | RolledBack));
        if let Some(known) = same_place {
            if (known.cart, known.customer, known.coupon, known.discount) != (cart, customer, coupon, discount) {
                return "conflict".to_owned();
            }
            if known.status == Reserved && hold.is_none() {
                known.status = Committed;
            }
            return format!("replayed {}", known.status.as_str());
        }
        let holding = || {
            self.known
                .iter()
                .filter(|known| matches!(known.status, Reserved | Committed))
        };
        let uses = holding().filter(|known| known.coupon == coupon).count();
        let of_customer = holding().filter(|known| known.customer == customer).count();
        let spent: u64 = holding().map(|known| known.discount - known.returned).sum();
        let refused = if uses >= COUPON_USES as usize {
            "CouponExhausted"
        } else if of_customer >= PER_CUSTOMER as usize {
            "CustomerLimit"
        } else if holding().count() >= TOTAL as usize {
            "PromotionLimit"
        } else if spent + discount > BUDGET {
            "Budget"
        } else {
            self.known.push(Known {
                id,
                place,
                customer,
                coupon,
                cart,
                discount,
                returned: 0,
                status: if hold.is_some() { Reserved } else { Committed },
                ends_at: self.now + hold.unwrap_or_default(),
                calls: Vec::new(),
            });
            return "granted".to_owned();
        };
        format!("refused {refused}")
    }

    fn change(&mut self, of: usize, change: impl FnOnce(&mut Known) -> String) -> String {
        let place = self.known.len().checked_sub(of + 1);
        match place.and_then(|place| self.known.get_mut(place)) {
            Some(known) => change(known),
            None => "unknown".to_owned(),
        }
    }

    fn id_of(&self, of: usize) -> RedemptionId {
        let place = self.known.len().checked_sub(of + 1);
        let known = place.and_then(|place| self.known.get(place));
        known.map_or_else(|| RedemptionId::from_parts(1, [99; 10]), |known| known.id)
    }

    fn held(&self) -> (i64, i64) {
        let holding = || {
            self.known
                .iter()
                .filter(|known| matches!(known.status, Reserved | Committed))
        };
        let spent: u64 = holding().map(|known| known.discount - known.returned).sum();
        (holding().count() as i64, spent as i64)
    }
}

fn roll_back(known: &mut Known, amount: Option<u64>, key: Option<u8>) -> String {
    if let Some((_, asked, status)) = known.calls.iter().find(|(called, _, _)| Some(*called) == key) {
        let same = *asked == amount;
        return if same {
            format!("stands {}", status.as_str())
        } else {
            "conflict".to_owned()
        };
    }
    let left = if matches!(known.status, Committed) {
        known.discount - known.returned
    } else {
        0
    };
    match (known.status, amount) {
        (Committed, amount) if amount.is_none_or(|amount| (1..=left).contains(&amount)) => {
            known.returned += amount.unwrap_or(left);
            if known.returned == known.discount {
                known.status = RolledBack;
            }
            if let Some(key) = key {
                known.calls.push((key, amount, known.status));
            }
            format!("stands {}", known.status.as_str())
        }
        (RolledBack, None) => "stands rolled_back".to_owned(),
        (Committed | RolledBack, _) => format!("excess {left}"),
        (other, _) => format!("closed {}", other.as_str()),
    }
}

fn template() -> Entry {
    Entry::from_json(include_str!("../../../engine/tests/data/ledger_entry.v1.json")).expect("a stored entry")
}

fn uyu(amount: u64) -> Money {
    Money::new(amount, "UYU".parse().expect("a currency")).expect("an amount")
}

fn limits() -> Limits {
    let budget = json!({"amount": BUDGET, "currency": "UYU"});
    Limits::parse(&json!({"total": TOTAL, "per_customer": PER_CUSTOMER, "budget": budget})).expect("limits")
}

fn instant(secs: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::seconds(secs)
}

/// The place and the command of an operation; `None` for time.
fn command(op: Op, template: &Entry, reference: &Reference, id: RedemptionId) -> Option<(&'static str, Command)> {
    let handle = |of| Handle {
        redemption_id: reference.id_of(of),
        app_key_id: template.facts().app_key_id,
        scope: KeyScope::ALL,
    };
    Some(match op {
        Op::Redeem { place, .. } => (
            PLACES[place],
            Command::Redeem(Box::new(redeem(op, template, reference.now, id))),
        ),
        Op::Confirm(of) => ("", Command::Confirm(handle(of))),
        Op::Release(of) => ("", Command::Release(handle(of))),
        Op::RollBack { of, amount, key } => {
            let wanted = RollBack {
                handle: handle(of),
                amount: amount.map(uyu),
                idempotency_key: key.map(|key| key.to_string()),
            };
            ("", Command::RollBack(Box::new(wanted)))
        }
        Op::Wait(_) => return None,
    })
}

fn redeem(op: Op, template: &Entry, now: i64, id: RedemptionId) -> Redeem {
    let Op::Redeem {
        place,
        customer,
        coupon,
        cart,
        discount,
        hold,
    } = op
    else {
        panic!("not a redemption")
    };
    let fingerprint = format!("{}/{customer}/{coupon}/{discount}", CARTS[cart]);
    let mut answer = template.answer().expect("an answer");
    answer.discount = Some(uyu(discount));
    if let Some(redemption) = &mut answer.redemption {
        redemption.id = id;
    }
    let record = serde_json::from_slice(template.record_json()).expect("a record");
    let entry = Entry::new(fingerprint, &answer, &record);
    Redeem {
        entry,
        id,
        claim: Claim {
            revision: 1,
            counted: true,
            limits: limits(),
            customer_id: Some(CUSTOMERS[customer].to_owned()),
            coupon: Some(CouponClaim {
                code: COUPONS[coupon].parse().expect("a code"),
                batch: Some(BatchTerms {
                    id: CouponBatchId::from_parts(1, [1; 10]),
                    max_uses: NonZeroU32::new(COUPON_USES),
                    expires_at: None,
                    revoked: false,
                }),
            }),
        },
        transaction_id: Some(PLACES[place].to_owned()),
        until: hold.map(|secs| instant(now + secs)),
    }
}

fn word(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Granted { .. } => "granted".to_owned(),
        Outcome::Replayed(answer) => {
            let status = answer.redemption.as_ref().map(|redemption| redemption.status.as_str());
            format!("replayed {}", status.unwrap_or_default())
        }
        Outcome::Stands(answer) => format!("stands {}", answer.status.as_str()),
        Outcome::Closed { status } => format!("closed {}", status.as_str()),
        Outcome::Excess { left } => format!("excess {left}"),
        Outcome::Refused { by } => format!("refused {by:?}"),
        Outcome::Conflict => "conflict".to_owned(),
        Outcome::Unknown => "unknown".to_owned(),
        Outcome::Unused | Outcome::NotAllowed | Outcome::KeyRevoked => format!("{outcome:?}"),
    }
}

proptest! {
    #![proptest_config(Config { cases: HISTORIES, ..Config::default() })]

    #[test]
    fn the_ledger_does_what_the_reference_does(history in prop::collection::vec(op(), 1..40)) {
        let template = template();
        let mut reference = Reference::default();
        let mut book = Book::default();
        let mut told = 0_u64;
        for (number, op) in (0_u64..).zip(history) {
            let id = RedemptionId::from_parts(1, [0, 0, 0, 0, 0, 0, 0, 0, 0, u8::try_from(number).unwrap_or(u8::MAX)]);
            let command = command(op, &template, &reference, id);
            let expected = reference.run(op, id);
            let Some((place, command)) = command else { continue };
            let outcome = book.execute(place, command, None, instant(reference.now), None);
            prop_assert_eq!(word(&outcome), expected, "{:?}", op);
            prop_assert_eq!((book.counts.redemptions, book.counts.spent), reference.held());
            prop_assert_eq!(&book.counts, &Counts::of(&book.rows));
            told += 1;
        }
        // An event for each change, and none for what changed nothing.
        prop_assert_eq!(book.outbox.len() as u64, book.written);
        prop_assert!(book.written <= told + reference.known.len() as u64);
    }
}
