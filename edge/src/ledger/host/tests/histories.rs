//! Random histories: counts, rows and events agree, and no limit is passed.

use std::collections::BTreeMap;

use engine::wire::v1::LedgerEventKind;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRng, TestRunner};

use super::*;

/// Enough for each mistake to be met by some.
const HISTORIES_FOR_MISTAKES: u32 = 64;

/// What callers do to four orders.
fn commands() -> impl Strategy<Value = Vec<(u8, u8, u64)>> {
    prop::collection::vec((0..10_u8, 1..5_u8, 0..700_u64), 1..40)
}

proptest! {
    /// Counts are the sums of what rows hold, no limit is passed, and the events tell the same as the rows.
    #[test]
    fn histories(steps in commands()) {
        history(steps);
    }
}

/// The same ones each time, and enough for each mistake that they have to find.
#[test]
pub(super) fn some_histories() {
    let config = Config {
        failure_persistence: None,
        max_shrink_iters: 0,
        cases: HISTORIES_FOR_MISTAKES,
        ..Config::default()
    };
    let random = TestRng::deterministic_rng(config.rng_algorithm);
    let run = |steps| {
        history(steps);
        Ok(())
    };
    TestRunner::new_with_rng(config, random).run(&commands(), run).unwrap();
}

fn history(steps: Vec<(u8, u8, u64)>) {
    let mut object = Object::new();
    // Identifiers of an order's redemption: a new one each time it is asked for.
    let mut newest: BTreeMap<u8, u8> = BTreeMap::new();
    // By their identifiers, as they were sent when they were new.
    let mut told = BTreeMap::new();
    for (place, (kind, order, amount)) in (10..).zip(steps) {
        let key = format!("t/{order}");
        let named = newest.get(&order).copied().unwrap_or(order);
        let coupon = (order % 2 == 0).then_some("ONE");
        let step = match kind {
            0..3 => object.run(&key, redeem(place, coupon, None)),
            3..5 => object.run(&key, redeem(place, coupon, Some(object.now + 1_000 + amount))),
            5 => object.run("", Command::Confirm(handle(named))),
            6 => object.run("", Command::Release(handle(named))),
            7 => object.run("", roll_back(named, None, None)),
            8 => object.run("", roll_back(named, Some(amount), Some("k"))),
            _ => {
                object.now += amount * 2;
                object.run("", Command::Find(handle(named)))
            }
        };
        if matches!(step, Step::Answered(Outcome::Granted { .. })) {
            newest.insert(order, place);
        }
        if !object.store.has_tables() {
            continue;
        }
        told.extend(object.send(object.now).into_iter().map(|event| (event.id, event)));
        agree(&mut object, &told);
    }
}

fn agree(object: &mut Object, told: &BTreeMap<LedgerEventId, LedgerEvent>) {
    // Whatever became of their redemptions, a new instance sends the same.
    object.succeed();
    let events = object.send(object.now);
    assert!(events.iter().eq(told.values()), "{events:?}, but first {told:?}");
    let object = &*object;

    const HELD: &str = "status IN ('reserved', 'committed')";
    let counted = |name: &str| object.number(&format!("SELECT value FROM counts WHERE name = '{name}'"));
    let summed =
        |what: &str, of: &str| object.number(&format!("SELECT sum({what}) FROM redemptions WHERE {HELD} AND {of}"));
    assert_eq!(counted("redemptions"), summed("1", "true"));
    assert_eq!(counted("spent:UYU"), summed("amount - rolled_back", "true"));
    for customer in ["c-0", "c-1"] {
        assert_eq!(
            counted(&format!("customer:{customer}")),
            summed("1", &format!("customer_id = '{customer}'"))
        );
        assert!(counted(&format!("customer:{customer}")) <= 2);
    }
    assert_eq!(counted("coupon:ONE"), summed("1", "coupon = 'ONE'"));
    assert!(counted("redemptions") <= 3 && counted("spent:UYU") <= 4_000 && counted("coupon:ONE") <= 2);
    let ended = format!(
        "SELECT count(*) FROM redemptions WHERE status = 'reserved' AND reserved_until <= {}",
        object.now
    );
    assert_eq!(object.number(&ended), 0, "a reservation is over and not ended");

    let tally = object.store.tally().unwrap();
    assert_eq!(usize::try_from(tally.events).unwrap(), events.len());
    let count = |kind| u64::try_from(events.iter().filter(|event| event.kind == kind).count()).unwrap();
    assert_eq!(
        (tally.committed, tally.rolled_back),
        (count(LedgerEventKind::Committed), count(LedgerEventKind::RolledBack))
    );
    let sum = |kinds: &[LedgerEventKind]| {
        let told = events.iter().filter(|event| kinds.contains(&event.kind));
        told.map(|event| event.discount.unwrap().amount()).sum::<u64>()
    };
    let (given, returned) = tally
        .discounts
        .first()
        .map_or((0, 0), |sums| (sums.committed, sums.returned));
    assert_eq!(given, sum(&[LedgerEventKind::Committed]));
    assert_eq!(
        returned,
        sum(&[LedgerEventKind::PartlyRolledBack, LedgerEventKind::RolledBack])
    );
}
