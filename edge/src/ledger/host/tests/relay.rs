//! The outbox on a real SQLite: what is sent, sent again and dropped.

use super::*;

fn event(number: u8) -> LedgerEventId {
    LedgerEventId::from_parts(START, [number; 10])
}

#[test]
pub(super) fn events_are_sent_again_until_they_are_acknowledged() {
    let object = Object::new();
    granted(&object, 1);
    let mut now = START;
    for delay in [60_000, 120_000, 240_000, 480_000, 600_000, 600_000] {
        assert!(object.store.due(now - 1).unwrap().is_empty());
        let batch = object.store.due(now).unwrap();
        assert!(!batch.is_empty());
        object.store.set_sent(&batch, now, 60_000).unwrap();
        now += delay;
        assert_eq!(object.store.next_due(), Ok(Some(now)));
    }
    assert_eq!(object.store.tally().unwrap().outstanding, 1);
    object.store.acknowledge(&[event(1)]).unwrap();
    object.store.acknowledge(&[event(1)]).unwrap();
    assert!(object.store.due(u64::MAX >> 1).unwrap().is_empty());
    assert_eq!(object.store.next_due(), Ok(None));
    let tally = object.store.tally().unwrap();
    assert_eq!((tally.outstanding, tally.events), (0, 1));
}

/// Events of the same millisecond have identifiers in any order.
#[test]
pub(super) fn an_event_is_sent_whatever_its_identifier() {
    let object = Object::new();
    object.made.set(8);
    granted(&object, 1);
    let first = object.store.due(START).unwrap();
    object.store.set_sent(&first, START, 60_000).unwrap();
    object.made.set(0);
    object.run("t/2", redeem(2, None, None));
    assert!(
        !object.store.due(START).unwrap().is_empty(),
        "the second event is not sent"
    );
}

#[test]
pub(super) fn only_what_is_stored_is_dropped() {
    let object = Object::new();
    granted(&object, 1);
    object.run("", roll_back(1, None, None));
    object.store.acknowledge(&[event(2)]).unwrap();
    assert_eq!(object.store.tally().unwrap().outstanding, 1);
    assert!(!object.store.due(START).unwrap().is_empty());
}

#[test]
pub(super) fn reservations_are_due_at_their_end() {
    let object = Object::new();
    object.run("t/1", redeem(1, None, Some(START + 5_000)));
    object.store.acknowledge(&[event(1)]).unwrap();
    assert_eq!(object.store.next_due(), Ok(Some(START + 5_000)));
}
