//! Objects of older releases.

use super::*;

/// As the first release made them, with the texts of events in the outbox.
const V1: &str = include_str!("schema.v1.sql");
const REDEMPTIONS: &str = "id, key, status, transaction_id, customer_id, coupon, counted, currency, amount, rolled_back, \
    reserved_until, updated_at, events, entry";

/// What six commands leave behind, in tables as the first release made them.
fn v1() -> (Lite, Vec<LedgerEvent>) {
    let mut object = Object::new();
    let until = Some(START + 100_000);
    for (key, command) in [
        ("t/1", redeem(1, Some("ONE"), until)),
        ("t/2", redeem(2, None, None)),
        ("t/3", redeem(3, None, until)),
        ("", Command::Confirm(handle(1))),
        ("", roll_back(2, Some(5), Some("k"))),
        ("", roll_back(2, None, None)),
        ("", Command::Release(handle(3))),
    ] {
        object.now += 7;
        let step = object.run(key, command);
        assert!(
            matches!(step, Step::Answered(Outcome::Granted { .. } | Outcome::Stands(_))),
            "{step:?}"
        );
    }
    let events = object.send(object.now);
    assert_eq!(events.len(), 7);
    let old = Lite::new();
    old.exec(V1, vec![]).unwrap();
    let read = format!("SELECT {REDEMPTIONS} FROM redemptions");
    for row in object.store.sql.exec(&read, vec![]).unwrap() {
        let places = vec!["?"; row.len()].join(", ");
        let insert = format!("INSERT INTO redemptions ({REDEMPTIONS}) VALUES ({places})");
        old.exec(&insert, row).unwrap();
    }
    for event in &events {
        let text = serde_json::to_string(event).unwrap();
        let insert = "INSERT INTO outbox (id, event, due_at) VALUES (?, ?, 0)";
        old.exec(insert, vec![json!(event.id), json!(text)]).unwrap();
    }
    (old, events)
}

fn made(lite: Lite, schema: &str) -> Vec<Vec<Value>> {
    lite.exec(schema, vec![]).unwrap();
    let mut object = Object::new();
    object.store = Store::open(lite).unwrap();
    object.made()
}

/// Since the first release an index was written another way.
#[test]
fn each_older_schema_becomes_this_one() {
    let older = SCHEMA.replace(
        "status NOT IN ('released', 'expired')",
        "status IN ('reserved', 'committed', 'rolled_back')",
    );
    assert_ne!(older, SCHEMA);
    let this = made(Lite::new(), SCHEMA);
    for schema in [V1, &older] {
        assert_eq!(made(Lite::new(), schema), this);
    }
}

#[test]
fn what_the_first_release_wrote_goes_on() {
    let (old, mut events) = v1();
    let mut object = Object::new();
    object.store = Store::open(old).unwrap();
    object.made.set(100);
    object.now += 1_000;
    events.sort_by_key(|event| event.id);
    object.store.take_over(object.now).unwrap();
    assert_eq!(object.send(object.now), events);
    object.run("", roll_back(1, None, None));
    let [told] = object.send(object.now).try_into().unwrap();
    assert_eq!(told.redemption_id, id(1));
    assert_eq!(object.made(), made(Lite::new(), SCHEMA));
    // Once is enough.
    let before = object.dump();
    object.reopen();
    assert_eq!(object.dump(), before);
}
