//! Every interleaving of three clients, and that each mistake of a host is found.

#![allow(clippy::expect_used, reason = "a test may fail loudly")]

use std::time::Duration;

use engine::ledger::Entry;
use engine::promotion::Limits;
use model::bug::Bug;
use model::shop::{Order, Shop, Step};
use serde_json::json;
use stateright::{Checker, HasDiscoveries, Model};

/// The least number of different states that the ledger has to be seen in.
const MIN_STATES: usize = 1_000_000;

/// A model that is not through after this time is a mistake in the model; all of them take about a minute.
const PATIENCE: Duration = Duration::from_secs(300);

const BUYS: &[Step] = &[Step::Reserve, Step::Confirm];
/// Its last step comes too late.
const REGRETS: &[Step] = &[Step::Reserve, Step::Confirm, Step::Release];
const CHANGES_ITS_MIND: &[Step] = &[Step::Reserve, Step::Release, Step::Redeem];
const RETURNS: &[Step] = &[Step::Redeem, Step::RollBackPart(4), Step::RollBackAll];

fn order(key: &'static str, fingerprint: &'static str, coupon: Option<&'static str>, steps: &'static [Step]) -> Order {
    Order {
        key,
        fingerprint,
        coupon,
        steps,
    }
}

fn shop(orders: Vec<Order>, limits: serde_json::Value) -> Shop {
    let template = include_str!("../../../engine/tests/data/ledger_entry.v1.json");
    let template = Entry::from_json(template).expect("a stored entry");
    Shop::new(orders, Limits::parse(&limits).expect("limits"), &template)
}

/// Three clients, two coupons of one use.
fn coupons() -> Shop {
    let orders = vec![
        order("o1", "a", Some("X"), BUYS),
        order("o2", "b", Some("X"), RETURNS),
        order("o3", "c", Some("Y"), CHANGES_ITS_MIND),
    ];
    shop(orders, json!(null))
}

/// Three clients and a budget for one and a half of them.
fn budget() -> Shop {
    let orders = vec![
        order("o1", "a", None, REGRETS),
        order("o2", "b", None, RETURNS),
        order("o3", "c", None, CHANGES_ITS_MIND),
    ];
    shop(orders, json!({"budget": {"amount": 16, "currency": "UYU"}}))
}

/// Two clients with one order number, and one that wants the only redemption.
fn one_order_number() -> Shop {
    let orders = vec![
        order("o1", "a", None, BUYS),
        order("o1", "b", None, RETURNS),
        order("o2", "c", None, CHANGES_ITS_MIND),
    ];
    shop(orders, json!({"total": 1}))
}

/// Two clients, and the way of their events.
fn relayed() -> Shop {
    let orders = vec![order("o1", "a", Some("X"), BUYS), order("o2", "b", Some("X"), RETURNS)];
    Shop {
        relays: true,
        ..shop(orders, json!({"total": 1}))
    }
}

/// With a network that loses one message.
fn losing(shop: Shop) -> Shop {
    Shop { losses: 1, ..shop }
}

/// With a network that delivers one message twice.
fn repeating(shop: Shop) -> Shop {
    Shop { repetitions: 1, ..shop }
}

/// Visits every state; answers the names of the laws that some state breaks, and how many states there are.
fn broken(shop: Shop) -> (Vec<&'static str>, usize) {
    let laws = shop.properties();
    let checker = shop.checker().threads(2).timeout(PATIENCE);
    let checker = checker.finish_when(HasDiscoveries::AnyFailures).spawn_bfs().join();
    let found = checker.discoveries();
    let broken = laws
        .iter()
        .filter(|law| law.expectation.discovery_is_failure() == found.contains_key(law.name))
        .map(|law| law.name)
        .collect();
    (broken, checker.unique_state_count())
}

#[test]
fn the_laws_hold_in_every_state() {
    let mut states = 0;
    for (name, shop) in [
        ("two coupons, repetitions", repeating(coupons())),
        ("budget, losses", losing(budget())),
        ("one order number, repetitions", repeating(one_order_number())),
        ("events, losses", losing(relayed())),
    ] {
        let (broken, count) = broken(shop);
        println!("{name}: {count} states");
        assert_eq!(broken, [""; 0], "{name}");
        states += count;
    }
    assert!(states >= MIN_STATES, "{states}");
}

#[test]
fn each_mistake_of_a_host_is_found() {
    for bug in Bug::ALL {
        let events = Shop { losses: 1, ..relayed() };
        let found = [one_order_number(), coupons(), budget(), events]
            .into_iter()
            .find_map(|shop| {
                let (broken, _) = broken(Shop { bug: Some(bug), ..shop });
                broken.first().copied()
            });
        println!("{bug:?}: {found:?}");
        assert!(found.is_some(), "{bug:?}");
    }
}
