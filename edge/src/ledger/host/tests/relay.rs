//! The outbox on a real SQLite: what is sent, sent again and dropped.

use super::*;

/// Events are numbered in the order of writing, and their identifiers by their time, then by this number.
fn event(number: u8) -> LedgerEventId {
    LedgerEventId::from_parts(START, [number; 10])
}

fn ids(events: Vec<LedgerEvent>) -> Vec<LedgerEventId> {
    events.into_iter().map(|event| event.id).collect()
}

#[test]
pub(super) fn events_are_sent_again_until_they_are_acknowledged() {
    let object = Object::new();
    granted(&object, 1);
    assert_eq!(object.next_due(), Ok(Some(WRITTEN_AT)));
    let mut now = START;
    for minutes in [1, 1, 2, 4, 4, 4] {
        assert_eq!(ids(object.send(now)), [event(1)]);
        assert_eq!(object.send(now), []);
        now += minutes * 60_000;
        assert_eq!(object.next_due(), Ok(Some(now)));
        assert_eq!(object.send(now - 1), []);
    }
    assert_eq!(object.store.tally().unwrap().outstanding, 1);
    object.store.acknowledge(&[event(1)]).unwrap();
    object.store.acknowledge(&[event(1)]).unwrap();
    assert_eq!(object.send(u64::MAX >> 1), []);
    assert_eq!(object.next_due(), Ok(None));
    let tally = object.store.tally().unwrap();
    assert_eq!((tally.outstanding, tally.events), (0, 1));
}

/// What is on its way is not sent a second time because an older event is.
#[test]
fn an_event_has_time_to_be_acknowledged() {
    let mut object = Object::new();
    granted(&object, 1);
    object.send(START);
    object.now = START + 1_000;
    object.run("t/2", redeem(2, None, None));
    assert_eq!(object.send(object.now).len(), 1);
    assert_eq!(ids(object.send(START + RESEND)), [event(1)]);
    assert_eq!(object.send(START + 2 * RESEND).len(), 2);
}

/// Events of the same millisecond have identifiers in any order, and a clock may go back.
#[test]
pub(super) fn an_event_is_sent_whatever_its_identifier() {
    let object = Object::new();
    object.made.set(8);
    granted(&object, 1);
    assert_eq!(ids(object.send(START)), [event(9)]);
    assert_eq!(ids(object.send(START + RESEND)), [event(9)]);
    object.made.set(0);
    object.run("t/2", redeem(2, None, None));
    assert_eq!(ids(object.send(START + RESEND)), [event(1)]);
    assert_eq!(ids(object.send(START + 2 * RESEND)), [event(1), event(9)]);
}

#[test]
pub(super) fn a_new_instance_sends_what_the_last_one_may_not_have() {
    let mut object = Object::new();
    granted(&object, 1);
    object.reopen();
    assert_eq!(object.next_due(), Ok(None));
    object.store.take_over(START + 1_000).unwrap();
    assert_eq!(object.next_due(), Ok(Some(START + 1_000)));
    assert_eq!(object.send(START + 999), []);
    object.run("", roll_back(1, None, None));
    // What it writes itself does not wait for that.
    assert_eq!(ids(object.send(START + 999)), [event(2)]);
    assert_eq!(ids(object.send(START + 1_000)), [event(1), event(2)]);
    assert_eq!(object.next_due(), Ok(Some(START + 1_000 + RESEND)));
}

/// At a busy object something comes each time that the queue is awaited.
#[test]
fn what_comes_during_an_alarm_is_sent_together_with_the_next() {
    let object = Object::new();
    granted(&object, 1);
    let batch = object.next_batch(START);
    for amount in 1..=2 {
        object.run("", roll_back(1, Some(amount), None));
    }
    object.store.set_sent(batch);
    assert!(object.store.next_batch(START, RESEND).unwrap().is_none());
    assert_eq!(object.next_due(), Ok(Some(WRITTEN_AT)));
    let batch = object.next_batch(WRITTEN_AT).to_text().unwrap();
    assert_eq!(ids(serde_json::from_str(&batch).unwrap()), [event(2), event(3)]);
}

#[test]
fn what_the_queue_does_not_take_is_sent_first() {
    let object = Object::new();
    granted(&object, 1);
    let batch = object.next_batch(START);
    object.run("", roll_back(1, None, None));
    object.store.give_back(batch);
    assert_eq!(object.next_due(), Ok(Some(WRITTEN_AT)));
    assert_eq!(ids(object.send(START)), [event(1), event(2)]);
    // The same of what comes from the table.
    let batch = object.next_batch(START + RESEND);
    object.store.give_back(batch);
    assert_eq!(object.next_due(), Ok(Some(START + RESEND)));
    assert_eq!(ids(object.send(START + RESEND)), [event(1), event(2)]);
}

#[test]
fn a_reading_goes_on_where_a_message_is_full() {
    let mut object = Object::new();
    granted(&object, 1);
    let mut all: Vec<_> = (0..=255).map(event).collect();
    all.sort();
    for id in &all {
        let values = vec![json!(id), json!(super::id(1))];
        let insert = "INSERT OR IGNORE INTO outbox (id, redemption_id, status, rolled_back, at) VALUES (?, ?, 'committed', 0, 7)";
        object.store.sql.exec(insert, values).unwrap();
    }
    object.succeed();
    assert_eq!(ids(object.send(START)), all);
}

/// While a busy object has something new each time, what is read goes out too, and the other way about.
#[test]
fn memory_and_table_take_turns() {
    let mut object = Object::new();
    granted(&object, 1);
    object.succeed();
    let mut sent = Vec::new();
    for amount in 1..=4 {
        object.run("", roll_back(1, Some(amount), None));
        let batch = object.next_batch(START);
        let message = batch.to_text().unwrap();
        object.store.set_sent(batch);
        sent.push(ids(serde_json::from_str(&message).unwrap()));
    }
    assert_eq!(sent[0], [event(1), event(2)]);
    assert_eq!(sent[1], [event(2), event(3)]);
}

/// What comes while the table is read is not read by the same passage.
#[test]
fn a_reading_ends() {
    let mut object = Object::new();
    granted(&object, 1);
    object.succeed();
    let batch = object.next_batch(START);
    object.store.set_sent(batch);
    object.now = START + 1;
    object.run("", roll_back(1, None, None));
    assert_eq!(object.send(START + 1).len(), 1);
}

/// It stays where it is, for a person to look at.
#[test]
fn an_unreadable_event_keeps_no_other_from_being_sent() {
    let mut object = Object::new();
    granted(&object, 1);
    object.run("", roll_back(1, Some(5), None));
    object.run("", roll_back(1, None, None));
    let spoil = "UPDATE outbox SET status = 'lost' WHERE id = ?";
    object.store.sql.exec(spoil, vec![json!(event(2))]).unwrap();
    object.succeed();
    let batch = object.next_batch(START);
    let [cause] = batch.unreadable.as_slice() else {
        panic!("{:?}", batch.unreadable)
    };
    assert!(cause.starts_with(&event(2).to_string()), "{cause}");
    assert_eq!(ids(object.send(START)), [event(1), event(3)]);
    assert_eq!(object.store.tally().unwrap().outstanding, 3);
    // Alone, it is no message.
    object.store.acknowledge(&[event(1), event(3)]).unwrap();
    let batch = object.next_batch(START + RESEND);
    assert_eq!(batch.to_text(), None);
}

#[test]
pub(super) fn only_what_is_stored_is_dropped() {
    let mut object = Object::new();
    granted(&object, 1);
    object.run("", roll_back(1, None, None));
    object.store.acknowledge(&[event(2)]).unwrap();
    assert_eq!(object.store.tally().unwrap().outstanding, 1);
    object.succeed();
    assert_eq!(ids(object.send(START)), [event(1)]);
}

#[test]
pub(super) fn reservations_are_due_at_their_end() {
    let object = Object::new();
    object.run("t/1", redeem(1, None, Some(START + 5_000)));
    object.store.acknowledge(&[event(1)]).unwrap();
    object.send(START);
    assert_eq!(object.next_due(), Ok(Some(START + 5_000)));
}
