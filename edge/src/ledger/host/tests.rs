//! The host on a real SQLite: what one statement writes, and what is kept.

mod histories;
mod lite;
mod migration;
mod mistakes;
mod relay;

use std::cell::Cell;

use engine::ids::{AppKeyId, RedemptionId};
use engine::ledger::{Changed, Claim, CouponClaim, Entry, Event, Handle, Redeem, RollBack, Stored, Submission};
use engine::money::Money;
use engine::promotion::Limits;
use engine::wire::v1::{KeyScope, LedgerEvent, RedemptionStatus};
use serde_json::{Value, json};

use super::super::outbox::Batch;
use super::super::row::Row;
use super::super::schema::SCHEMA;
use super::*;
use lite::Lite;
use mistakes::How;

const START: u64 = 1_790_000_000_000;
/// When an event that was not acknowledged is sent again at first.
const RESEND: u64 = 60_000;
/// When what an instance wrote has to be sent at last.
const WRITTEN_AT: u64 = START + 900;
const ENTRY: &str = include_str!("../../../../engine/tests/data/ledger_entry.v1.json");
const CONFIG: &str = include_str!("../../../../engine/tests/data/ledger_config.v1.json");

/// An object.
struct Object {
    store: Store<Lite>,
    now: u64,
    is_armed: bool,
    made: Cell<u8>,
}

impl Object {
    fn new() -> Self {
        Self {
            store: Store::open(Lite::new()).unwrap(),
            now: START,
            is_armed: true,
            made: Cell::new(0),
        }
    }

    fn run(&self, key: &str, mut command: Command) -> Step {
        let mistake = mistakes::current();
        if mistake == Some(How::DropFingerprint) {
            mistakes::drop_fingerprint(&mut command);
        }
        let new_id = || {
            self.made.set(self.made.get() + 1);
            Ok(LedgerEventId::from_parts(self.now, [self.made.get(); 10]))
        };
        let moment = Moment {
            now: self.now,
            is_armed: self.is_armed || mistake == Some(How::SayArmed),
            new_id: &new_id,
        };
        let Submission { key, command } = received(key, command);
        carry_out(&self.store, None, &key, command, &moment).unwrap()
    }

    /// Another instance of it, which knows what is stored.
    fn reopen(&mut self) {
        let store = std::mem::replace(&mut self.store, Store::open(Lite::new()).unwrap());
        self.store = Store::open(store.sql).unwrap();
    }

    /// Another instance, whose alarm rings now.
    fn succeed(&mut self) {
        self.reopen();
        self.store.take_over(self.now).unwrap();
    }

    /// The events that are sent by `now`, in the order of sending.
    fn send(&self, now: u64) -> Vec<LedgerEvent> {
        let mut sent = Vec::new();
        self.store.begin_relay();
        while let Some(batch) = self.store.next_batch(now, RESEND).unwrap() {
            let message = batch.to_text().unwrap_or_else(|| "[]".to_owned());
            sent.extend(serde_json::from_str::<Vec<LedgerEvent>>(&message).unwrap());
            self.store.set_sent(batch);
        }
        sent
    }

    /// The first message of an alarm.
    fn next_batch(&self, now: u64) -> Batch {
        self.store.begin_relay();
        self.store.next_batch(now, RESEND).unwrap().unwrap()
    }

    fn next_due(&self) -> Fallible<Option<u64>> {
        self.store.next_due(WRITTEN_AT)
    }

    fn numbers(&self, query: &str) -> Vec<u64> {
        let rows = self.store.sql.exec(query, vec![]).unwrap();
        rows.into_iter().map(|row| Row::new(row).count().unwrap()).collect()
    }

    fn number(&self, query: &str) -> u64 {
        self.numbers(query).into_iter().sum()
    }

    /// Everything that is stored, as one text.
    fn dump(&self) -> String {
        ["redemptions", "counts", "answers", "outbox"]
            .map(|table| format!("{:?}", self.rows_of(table)))
            .concat()
    }

    /// What it is made of.
    fn made(&self) -> Vec<Vec<Value>> {
        let made = "SELECT type, name, replace(sql, '\"', '') FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name";
        self.store.sql.exec(made, vec![]).unwrap()
    }

    fn rows_of(&self, table: &str) -> Vec<Vec<Value>> {
        self.store.sql.exec(&format!("SELECT * FROM {table}"), vec![]).unwrap()
    }
}

fn entry(fingerprint: &str) -> Entry {
    let entry = Entry::from_json(ENTRY).unwrap();
    let record = serde_json::from_slice(entry.record_json()).unwrap();
    Entry::new(fingerprint.to_owned(), &entry.answer().unwrap(), &record)
}

/// What an object reads of a command.
fn received(key: &str, command: Command) -> Submission {
    let key = key.to_owned();
    let sent = Submission { key, command }.to_json();
    Submission::from_json(&String::from_utf8(sent).unwrap()).unwrap()
}

fn id(number: u8) -> RedemptionId {
    RedemptionId::from_parts(START, [number; 10])
}

fn app_key() -> AppKeyId {
    entry("").facts().app_key_id
}

fn handle(number: u8) -> Handle {
    Handle {
        redemption_id: id(number),
        app_key_id: app_key(),
        scope: KeyScope::ALL,
    }
}

fn redeem(number: u8, coupon: Option<&str>, until: Option<u64>) -> Command {
    let limits = json!({"total": 3, "per_customer": 2, "budget": {"amount": 4_000, "currency": "UYU"}});
    Command::Redeem(Box::new(Redeem {
        entry: entry("f"),
        id: id(number),
        claim: Claim {
            revision: 1,
            counted: true,
            limits: Limits::parse(&limits).unwrap(),
            customer_id: Some(format!("c-{}", number % 2)),
            coupon: coupon.map(|code| CouponClaim {
                code: code.parse().unwrap(),
                batch: Some(serde_json::from_value(batch()).unwrap()),
            }),
        },
        transaction_id: Some(format!("order-{number}")),
        until: until.map(time),
    }))
}

fn batch() -> serde_json::Value {
    json!({"id": "batch_01a0c4506c0071018101010101010101", "max_uses": 2, "expires_at": null, "revoked": false})
}

fn roll_back(number: u8, amount: Option<u64>, key: Option<&str>) -> Command {
    Command::RollBack(Box::new(RollBack {
        handle: handle(number),
        amount: amount.map(|amount| Money::new(amount, "UYU".parse().unwrap()).unwrap()),
        idempotency_key: key.map(str::to_owned),
    }))
}

fn granted(object: &Object, number: u8) {
    let step = object.run("t/1", redeem(number, None, None));
    assert!(matches!(step, Step::Answered(Outcome::Granted { .. })), "{step:?}");
}

#[test]
fn what_is_only_asked_makes_no_tables() {
    let object = Object::new();
    let app_key_id = app_key();
    let fingerprint = "f".to_owned();
    assert_eq!(
        object.run(
            "t/1",
            Command::LookUp {
                fingerprint,
                app_key_id
            }
        ),
        Step::Answered(Outcome::Unused)
    );
    for command in [
        Command::Confirm(handle(1)),
        Command::Release(handle(1)),
        Command::Find(handle(1)),
        roll_back(1, None, None),
    ] {
        assert_eq!(object.run("", command), Step::Answered(Outcome::Unknown));
    }
    assert_eq!(object.store.ended(u64::MAX).unwrap(), []);
    object.store.take_over(START).unwrap();
    assert_eq!(object.send(u64::MAX), []);
    assert_eq!(object.next_due(), Ok(None));
    assert_eq!(object.store.tally(), Ok(Default::default()));
    object.store.acknowledge(&[]).unwrap();
    assert_eq!(object.number("SELECT count(*) FROM sqlite_master"), 0);
}

#[test]
fn nothing_is_written_that_would_not_be_sent() {
    let mut object = Object::new();
    object.is_armed = false;
    assert_eq!(object.run("t/1", redeem(1, None, Some(START + 1_000))), Step::Unarmed);
    assert_eq!(object.number("SELECT count(*) FROM sqlite_master"), 0);
    object.is_armed = true;
    object.run("t/1", redeem(1, None, Some(START + 1_000)));
    let before = object.dump();
    object.is_armed = false;
    object.now += 1_000;
    // Its reservation has ended, which has to be written.
    assert_eq!(object.run("", Command::Find(handle(1))), Step::Unarmed);
    assert_eq!(object.dump(), before);
}

/// The end is exclusive: one millisecond before it the reservation holds, at it another may have what it held.
#[test]
fn reservations_end_on_time() {
    let mut object = Object::new();
    let status = |object: &Object| object.number("SELECT count(*) FROM redemptions WHERE status = 'expired'");
    object.run("t/1", redeem(1, None, Some(START + 1_000)));
    object.now = START + 999;
    object.run("", Command::Find(handle(1)));
    assert_eq!(status(&object), 0);
    object.now = START + 1_000;
    object.run("", Command::Find(handle(1)));
    assert_eq!(status(&object), 1);
    assert_eq!(object.number("SELECT value FROM counts WHERE name = 'redemptions'"), 0);
}

#[test]
fn a_statement_writes_all_of_it() {
    let object = Object::new();
    granted(&object, 1);
    object.run("", roll_back(1, Some(5), Some("k")));
    assert_eq!(object.numbers("SELECT count(*) FROM redemptions"), [1]);
    assert_eq!(object.numbers("SELECT count(*) FROM outbox"), [2]);
    assert_eq!(object.numbers("SELECT count(*) FROM answers"), [1]);
    assert_eq!(object.numbers("SELECT value FROM counts ORDER BY name"), [1, 1, 1_200]);
}

/// A write that does not fit what is stored fails, and leaves everything as it was.
#[test]
fn a_statement_writes_all_or_nothing() {
    let object = Object::new();
    granted(&object, 1);
    let stored = || {
        let known = object.store.known("", &Command::Find(handle(1)), None).unwrap();
        known.state.redemption.unwrap()
    };
    let new = LedgerEventId::from_parts(START, [99; 10]);
    let told = LedgerEventId::from_parts(START, [1; 10]);
    let move_to = |before: &Stored, status, rolled_back| {
        let after = Stored {
            status,
            rolled_back,
            ..before.clone()
        };
        Event::Changed(Box::new(Changed {
            before: before.clone(),
            after,
            remembered: None,
        }))
    };
    let fails = |key: &str, event: &Event, id, why: &str| {
        let before = object.dump();
        let error = object.store.write(key, None, event, id).unwrap_err();
        assert!(error.contains(why), "{error}, not {why}");
        assert_eq!(object.dump(), before, "{why}");
    };
    let first = stored();
    // The event's identifier is taken: nothing of the redemption is written either.
    let second = Stored {
        id: id(2),
        ..first.clone()
    };
    fails("t/2", &Event::Granted(Box::new(second.clone())), told, "UNIQUE");
    fails("t/1", &Event::Granted(Box::new(second)), new, "UNIQUE");
    fails(
        "",
        &move_to(&first, RedemptionStatus::RolledBack, 1_205),
        told,
        "UNIQUE",
    );
    fails("", &move_to(&first, RedemptionStatus::Committed, 1_206), new, "CHECK");
    // As it is not, or not any more.
    let as_reserved = Stored {
        status: RedemptionStatus::Reserved,
        ..first.clone()
    };
    let stale = "not as it was read";
    fails("", &move_to(&as_reserved, RedemptionStatus::Released, 0), new, stale);
    object.run("", roll_back(1, Some(5), None));
    fails("", &move_to(&first, RedemptionStatus::Committed, 10), new, stale);
    let unknown = Stored { id: id(9), ..first };
    fails("", &move_to(&unknown, RedemptionStatus::RolledBack, 0), new, stale);
}

/// Whoever asks while others do is told what the ones before were given.
#[test]
fn a_limit_holds_for_callers_at_once() {
    let object = Object::new();
    let orders = 1..=8;
    let steps = orders.map(|order| object.run(&format!("t/{order}"), redeem(order, None, None)));
    let granted = steps.filter(|step| matches!(step, Step::Answered(Outcome::Granted { .. })));
    assert_eq!(granted.count(), 3);
}

#[test]
fn another_cart_at_a_place_is_a_conflict() {
    let object = Object::new();
    granted(&object, 1);
    let again = object.run("t/1", redeem(2, None, None));
    assert!(matches!(again, Step::Answered(Outcome::Replayed(_))), "{again:?}");
    let Command::Redeem(mut other) = redeem(2, None, None) else {
        panic!("no redemption")
    };
    other.entry = entry("g");
    assert_eq!(
        object.run("t/1", Command::Redeem(other)),
        Step::Answered(Outcome::Conflict)
    );
}

#[test]
fn a_revoked_key_is_refused() {
    let object = Object::new();
    granted(&object, 1);
    object.store.revoke_key(app_key()).unwrap();
    for (key, command) in [
        ("t/1", redeem(2, None, None)),
        ("t/2", redeem(2, None, None)),
        ("", roll_back(1, None, None)),
    ] {
        assert_eq!(object.run(key, command), Step::Answered(Outcome::KeyRevoked));
    }
}

/// What the origin says may come in any order.
#[test]
fn the_newest_word_of_the_origin_stays() {
    let object = Object::new();
    let config = |revision| Config {
        revision,
        ..Config::from_json(CONFIG).unwrap()
    };
    let coupon = |revision, revoked| {
        let coupon = json!({"code": "ONE", "revision": revision, "max_uses": 1, "expires_at": null,
            "customer_id": null, "revoked": revoked});
        [serde_json::from_value(coupon).unwrap()]
    };
    for revision in [1, 3, 2] {
        object.store.set_config(&config(revision)).unwrap();
        object.store.list(&coupon(revision, revision == 3)).unwrap();
    }
    assert_eq!(object.numbers("SELECT revision FROM config"), [3]);
    let kept = object.store.config().unwrap().unwrap();
    assert_eq!(Config::from_json(&kept).unwrap(), config(3));
    assert_eq!(object.numbers("SELECT coupon ->> 'revoked' FROM coupons"), [1]);
}

#[test]
fn a_customer_is_forgotten_and_nothing_else_changes() {
    let object = Object::new();
    object.store.forget_customer("c-1").unwrap();
    assert_eq!(object.number("SELECT count(*) FROM sqlite_master"), 0);
    granted(&object, 1);
    object.run("t/2", redeem(2, None, None));
    object.run("", roll_back(1, Some(5), Some("k")));
    let tally = object.store.tally().unwrap();
    let sums = "SELECT value FROM counts WHERE name NOT LIKE 'customer:%' ORDER BY name";
    let counted = object.numbers(sums);
    assert!(object.dump().contains("c-1"));
    for _ in 0..2 {
        object.store.forget_customer("c-1").unwrap();
    }
    assert!(!object.dump().contains("c-1"), "{}", object.dump());
    assert!(object.dump().contains("customer:c-0"));
    assert_eq!((object.store.tally().unwrap(), object.numbers(sums)), (tally, counted));
    // Its redemption goes on as before.
    let Step::Answered(Outcome::Stands(stands)) = object.run("", roll_back(1, Some(5), Some("k"))) else {
        panic!("the roll-back is not remembered");
    };
    assert_eq!(stands.customer_id, None);
    object.run("", roll_back(1, None, None));
    assert_eq!(object.numbers(sums), [1, 1_205]);
}
