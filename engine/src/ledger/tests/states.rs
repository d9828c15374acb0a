//! The ways of a redemption, as lists of commands.

use super::*;
use crate::ids::LedgerEventId;
use crate::wire::v1::{KeyScope, LedgerEvent, LedgerEventKind};

const UNTIL: &str = "2026-11-21T12:10:00Z";

fn at(minute: u32, second: u32) -> DateTime<Utc> {
    format!("2026-11-21T12:{minute:02}:{second:02}Z").parse().unwrap()
}

fn until() -> Option<DateTime<Utc>> {
    Some(UNTIL.parse().unwrap())
}

fn uyu(amount: u64) -> Money {
    Money::new(amount, "UYU".parse().unwrap()).unwrap()
}

/// One place of the ledger, over several commands.
#[derive(Default)]
struct Ledger {
    redemption: Option<Stored>,
    remembered: Vec<(String, Remembered)>,
    told: Vec<LedgerEventKind>,
}

impl Ledger {
    fn run(&mut self, command: Command, now: DateTime<Utc>) -> Outcome {
        let key = if let Command::RollBack(wanted) = &command {
            wanted.idempotency_key.clone()
        } else {
            None
        };
        let remembered = self.remembered.iter().find(|(named, _)| Some(named) == key.as_ref());
        let remembered = remembered.map(|(_, remembered)| remembered.clone());
        let state = State {
            redemption: self.redemption.clone(),
            remembered,
            ..State::default()
        };
        let (event, outcome) = decide(&state, command, now);
        let Some(event) = event else { return outcome };
        self.told.push(message(&event).kind);
        self.redemption = match event {
            Event::Granted(stored) => Some(*stored),
            Event::Changed(changed) => {
                assert_eq!(Some(&changed.before), self.redemption.as_ref());
                self.remembered.extend(key.zip(changed.remembered));
                Some(changed.after)
            }
        };
        outcome
    }

    fn held(&self) -> Held {
        self.redemption.as_ref().map(Stored::held).unwrap_or_default()
    }
}

fn message(event: &Event) -> LedgerEvent {
    let json = event.message(LedgerEventId::from_parts(1, [1; 10])).unwrap();
    serde_json::from_slice(&json).unwrap()
}

fn redeem_of(fingerprint: &str, until: Option<DateTime<Utc>>) -> Command {
    let entry = entry_with(fingerprint, entry().facts().discount);
    redeem(entry, claim(), until)
}

fn handle() -> Handle {
    Handle {
        redemption_id: redemption_id(&entry()),
        app_key_id: entry().facts().app_key_id,
        scope: KeyScope::ALL,
    }
}

fn look_up(fingerprint: &str) -> Command {
    Command::LookUp {
        fingerprint: fingerprint.to_owned(),
        app_key_id: entry().facts().app_key_id,
    }
}

fn roll_back(amount: Option<u64>, key: Option<&str>) -> Command {
    Command::RollBack(Box::new(RollBack {
        handle: handle(),
        amount: amount.map(uyu),
        idempotency_key: key.map(str::to_owned),
    }))
}

/// An outcome in a word, with the status that it tells.
fn word(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Granted { .. } => "granted".to_owned(),
        Outcome::Replayed(answer) => format!("replayed {}", answer.redemption.as_ref().unwrap().status.as_str()),
        Outcome::Stands(answer) => format!("stands {}", answer.status.as_str()),
        Outcome::Closed { status } => format!("closed {}", status.as_str()),
        Outcome::Excess { left } => format!("excess {left}"),
        Outcome::Conflict => "conflict".to_owned(),
        Outcome::Refused { by } => format!("refused {by:?}"),
        Outcome::Unused => "unused".to_owned(),
        Outcome::Unknown => "unknown".to_owned(),
        Outcome::NotAllowed => "not allowed".to_owned(),
        Outcome::KeyRevoked => "key revoked".to_owned(),
    }
}

/// Runs steps `(command, time, expected outcome, uses held, amount held)`.
fn check(steps: Vec<(Command, DateTime<Utc>, &str, u64, u64)>) -> Ledger {
    let mut ledger = Ledger::default();
    for (place, (command, now, expected, uses, amount)) in steps.into_iter().enumerate() {
        let shown = format!("step {place}: {command:?}");
        assert_eq!(word(&ledger.run(command, now)), expected, "{shown}");
        assert_eq!(ledger.held(), Held { uses, amount }, "{shown}");
    }
    ledger
}

#[test]
fn a_transaction_counts_once() {
    check(vec![
        (look_up("a"), at(0, 0), "unused", 0, 0),
        (redeem_of("a", None), at(0, 0), "granted", 1, 1_205),
        (redeem_of("a", None), at(1, 0), "replayed committed", 1, 1_205),
        (look_up("a"), at(1, 0), "replayed committed", 1, 1_205),
        (redeem_of("b", None), at(1, 0), "conflict", 1, 1_205),
        (redeem_of("b", until()), at(1, 0), "conflict", 1, 1_205),
        (look_up("b"), at(1, 0), "conflict", 1, 1_205),
        (redeem_of("a", until()), at(1, 0), "replayed committed", 1, 1_205),
        (Command::Confirm(handle()), at(1, 0), "stands committed", 1, 1_205),
        (Command::Release(handle()), at(1, 0), "closed committed", 1, 1_205),
    ]);
}

#[test]
fn a_reservation_is_confirmed() {
    let ledger = check(vec![
        (redeem_of("a", until()), at(0, 0), "granted", 1, 1_205),
        (redeem_of("a", until()), at(1, 0), "replayed reserved", 1, 1_205),
        (redeem_of("b", until()), at(1, 0), "conflict", 1, 1_205),
        (look_up("a"), at(1, 0), "replayed reserved", 1, 1_205),
        (roll_back(None, None), at(1, 0), "closed reserved", 1, 1_205),
        (Command::Expire, at(9, 59), "stands reserved", 1, 1_205),
        (Command::Confirm(handle()), at(9, 59), "stands committed", 1, 1_205),
        (Command::Confirm(handle()), at(11, 0), "stands committed", 1, 1_205),
        (Command::Expire, at(11, 0), "stands committed", 1, 1_205),
    ]);
    assert_eq!(ledger.told, [LedgerEventKind::Reserved, LedgerEventKind::Committed]);
}

#[test]
fn an_order_confirms_its_own_reservation() {
    let ledger = check(vec![
        (redeem_of("a", until()), at(0, 0), "granted", 1, 1_205),
        (redeem_of("b", None), at(1, 0), "conflict", 1, 1_205),
        (redeem_of("a", None), at(1, 0), "replayed committed", 1, 1_205),
        (redeem_of("a", None), at(1, 0), "replayed committed", 1, 1_205),
    ]);
    assert_eq!(ledger.told, [LedgerEventKind::Reserved, LedgerEventKind::Committed]);
}

#[test]
fn a_released_reservation_leaves_its_place() {
    let ledger = check(vec![
        (redeem_of("a", until()), at(0, 0), "granted", 1, 1_205),
        (Command::Release(handle()), at(1, 0), "stands released", 0, 0),
        (Command::Release(handle()), at(1, 0), "stands released", 0, 0),
        (Command::Confirm(handle()), at(1, 0), "closed released", 0, 0),
        (roll_back(None, None), at(1, 0), "closed released", 0, 0),
        (look_up("a"), at(1, 0), "unused", 0, 0),
        (redeem_of("b", None), at(1, 0), "granted", 1, 1_205),
    ]);
    use LedgerEventKind::{Committed, Released, Reserved};
    assert_eq!(ledger.told, [Reserved, Released, Committed]);
}

#[test]
fn a_reservation_ends_at_its_time() {
    let ledger = check(vec![
        (redeem_of("a", until()), at(0, 0), "granted", 1, 1_205),
        // The time is exclusive. What is held is returned when the end is written.
        (Command::Find(handle()), at(9, 59), "stands reserved", 1, 1_205),
        (Command::Find(handle()), at(10, 0), "stands expired", 1, 1_205),
        (Command::Confirm(handle()), at(10, 0), "closed expired", 1, 1_205),
        (Command::Release(handle()), at(10, 0), "stands expired", 1, 1_205),
        (look_up("a"), at(10, 0), "unused", 1, 1_205),
        (Command::Expire, at(10, 0), "stands expired", 0, 0),
        (Command::Expire, at(10, 0), "stands expired", 0, 0),
        // A clock that goes back revives nothing.
        (Command::Confirm(handle()), at(9, 0), "closed expired", 0, 0),
        (redeem_of("a", until()), at(10, 0), "granted", 1, 1_205),
    ]);
    use LedgerEventKind::{Expired, Reserved};
    assert_eq!(ledger.told, [Reserved, Expired, Reserved]);
}

#[test]
fn all_is_given_back_once() {
    let ledger = check(vec![
        (redeem_of("a", None), at(0, 0), "granted", 1, 1_205),
        (roll_back(None, None), at(1, 0), "stands rolled_back", 0, 0),
        (roll_back(None, None), at(2, 0), "stands rolled_back", 0, 0),
        (roll_back(Some(1), None), at(2, 0), "excess 0", 0, 0),
        (Command::Confirm(handle()), at(2, 0), "closed rolled_back", 0, 0),
        (Command::Release(handle()), at(2, 0), "closed rolled_back", 0, 0),
        // A late repetition consumes nothing, and another order does not get the place.
        (redeem_of("a", None), at(2, 0), "replayed rolled_back", 0, 0),
        (redeem_of("b", None), at(2, 0), "conflict", 0, 0),
    ]);
    assert_eq!(ledger.told, [LedgerEventKind::Committed, LedgerEventKind::RolledBack]);
}

#[test]
fn parts_are_given_back_up_to_the_discount() {
    let ledger = check(vec![
        (redeem_of("a", None), at(0, 0), "granted", 1, 1_205),
        (roll_back(Some(0), None), at(1, 0), "excess 1205", 1, 1_205),
        (roll_back(Some(1_206), None), at(1, 0), "excess 1205", 1, 1_205),
        (roll_back(Some(200), Some("k1")), at(1, 0), "stands committed", 1, 1_005),
        (roll_back(Some(200), Some("k1")), at(2, 0), "stands committed", 1, 1_005),
        (roll_back(Some(300), Some("k1")), at(2, 0), "conflict", 1, 1_005),
        (roll_back(None, Some("k1")), at(2, 0), "conflict", 1, 1_005),
        (roll_back(Some(200), Some("k2")), at(2, 0), "stands committed", 1, 805),
        (roll_back(Some(806), None), at(2, 0), "excess 805", 1, 805),
        (roll_back(Some(805), Some("k3")), at(3, 0), "stands rolled_back", 0, 0),
        (roll_back(Some(805), Some("k3")), at(3, 0), "stands rolled_back", 0, 0),
        (roll_back(Some(200), Some("k1")), at(3, 0), "stands committed", 0, 0),
    ]);
    use LedgerEventKind::{Committed, PartlyRolledBack, RolledBack};
    assert_eq!(ledger.told, [Committed, PartlyRolledBack, PartlyRolledBack, RolledBack]);
}

#[test]
fn a_part_is_of_the_discounts_currency() {
    let mut ledger = Ledger::default();
    ledger.run(redeem_of("a", None), at(0, 0));
    let part = RollBack {
        handle: handle(),
        amount: Some(Money::new(1, "USD".parse().unwrap()).unwrap()),
        idempotency_key: None,
    };
    let outcome = ledger.run(Command::RollBack(Box::new(part)), at(1, 0));
    assert_eq!(outcome, Outcome::Excess { left: 1_205 });
}

#[test]
fn a_redemption_without_a_discount_is_given_back_wholly() {
    let plain = entry_with("f1", None);
    check(vec![
        (redeem(plain, claim(), None), at(0, 0), "granted", 1, 0),
        (roll_back(Some(1), None), at(1, 0), "excess 0", 1, 0),
        (roll_back(None, None), at(1, 0), "stands rolled_back", 0, 0),
    ]);
}

#[test]
fn only_its_own_key_reaches_a_redemption() {
    let stored = State {
        redemption: {
            let mut ledger = Ledger::default();
            ledger.run(redeem_of("a", None), at(0, 0));
            ledger.redemption
        },
        ..State::default()
    };
    let other = Handle {
        redemption_id: RedemptionId::from_parts(1, [9; 10]),
        ..handle()
    };
    let bound_elsewhere = Handle {
        scope: KeyScope::Named(["winter".parse().unwrap()].into()),
        ..handle()
    };
    let part = |handle: Handle| {
        Command::RollBack(Box::new(RollBack {
            handle,
            amount: None,
            idempotency_key: None,
        }))
    };
    for command in [Command::Confirm, Command::Release, Command::Find, part] {
        let decided = |handle: &Handle| decide(&stored, command(handle.clone()), at(1, 0));
        assert_eq!(decided(&other), (None, Outcome::Unknown));
        assert_eq!(decided(&bound_elsewhere), (None, Outcome::NotAllowed));
    }
}

#[test]
fn a_revoked_key_changes_nothing() {
    let state = State {
        key_revoked: true,
        ..State::default()
    };
    let commands = [
        redeem_of("a", None),
        redeem_of("a", until()),
        look_up("a"),
        Command::Confirm(handle()),
        Command::Release(handle()),
        Command::Find(handle()),
        roll_back(None, None),
    ];
    for command in commands {
        assert_eq!(decide(&state, command, at(0, 0)), (None, Outcome::KeyRevoked));
    }
    assert_eq!(decide(&state, Command::Expire, at(0, 0)), (None, Outcome::Unknown));
}

#[test]
fn the_record_of_a_grant_says_when_and_what() {
    let told = |until| {
        let state = State::default();
        let (event, _) = decide(&state, redeem_of("a", until), at(0, 1));
        message(&event.unwrap())
    };
    let committed = told(None);
    assert_eq!(
        (committed.kind, committed.discount),
        (LedgerEventKind::Committed, Some(uyu(1_205)))
    );
    let record = committed.record.unwrap();
    // From the request at 2026-09-21 to the decision.
    assert_eq!(
        record.response_ms,
        u32::try_from((at(0, 1) - record.at).num_milliseconds()).unwrap_or(u32::MAX)
    );
    assert_eq!(record.discount, Some(uyu(1_205)));
    let reserved = told(until());
    assert_eq!((reserved.kind, reserved.discount), (LedgerEventKind::Reserved, None));
    let record = reserved.record.unwrap();
    assert_eq!(
        (record.discount, record.redemption_id, record.coupon),
        (None, None, None)
    );
}

#[test]
fn messages_tell_what_was_given_and_returned() {
    let mut redemption = None;
    let mut check = |command: Command, expected: Option<u64>| {
        let state = State {
            redemption: redemption.clone(),
            ..State::default()
        };
        let event = decide(&state, command, at(1, 0)).0.unwrap();
        let message = message(&event);
        assert_eq!(message.discount, expected.map(uyu), "{:?}", message.kind);
        redemption = Some(match event {
            Event::Granted(stored) => *stored,
            Event::Changed(changed) => changed.after,
        });
    };
    check(redeem_of("a", until()), None);
    check(Command::Confirm(handle()), Some(1_205));
    check(roll_back(Some(205), None), Some(205));
    check(roll_back(None, None), Some(1_000));
}
