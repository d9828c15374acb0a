//! docs/events.md says what the wire types say.

use engine::evaluate::ReasonCode;
use engine::wire::v1::{EvaluationRecord, LedgerEvent, LedgerEventKind};
use serde_json::Value;

const DOCUMENT: &str = include_str!("../../../docs/events.md");

fn examples() -> Vec<Value> {
    let blocks = DOCUMENT.split("```json\n").skip(1);
    let blocks = blocks.map(|block| block.split_once("```").unwrap().0);
    blocks.map(|block| serde_json::from_str(block).unwrap()).collect()
}

fn check_record(example: &Value) {
    let record: EvaluationRecord = serde_json::from_value(example.clone()).unwrap();
    let written = serde_json::to_value(&record).unwrap();
    assert_eq!(&written, example);
    assert_eq!(
        i64::try_from(record.id.unix_millis()).unwrap(),
        record.at.timestamp_millis()
    );
}

#[test]
fn examples_are_read_and_written_as_they_are() {
    let examples = examples();
    assert_eq!(examples.len(), 3);
    check_record(&examples[0]);
    for example in &examples[1..] {
        let event: LedgerEvent = serde_json::from_value(example.clone()).unwrap();
        assert_eq!(&serde_json::to_value(&event).unwrap(), example);
        assert_eq!(
            i64::try_from(event.id.unix_millis()).unwrap(),
            event.at.timestamp_millis()
        );
    }
    check_record(&examples[1]["record"]);
}

#[test]
fn every_field_and_word_is_explained() {
    let rows: Vec<&str> = DOCUMENT.lines().filter(|line| line.starts_with("| `")).collect();
    let is_explained = |word: &str| rows.iter().any(|row| row.contains(&format!("`{word}`")));
    let examples = examples();
    let objects = [&examples[0], &examples[1], &examples[1]["record"]];
    for name in objects.iter().flat_map(|object| object.as_object().unwrap().keys()) {
        assert!(is_explained(name), "{name}");
    }
    for reason in ReasonCode::ALL {
        assert!(is_explained(reason.as_str()), "{reason:?}");
    }
    for kind in [
        LedgerEventKind::Reserved,
        LedgerEventKind::Committed,
        LedgerEventKind::Released,
        LedgerEventKind::Expired,
        LedgerEventKind::PartlyRolledBack,
        LedgerEventKind::RolledBack,
    ] {
        assert!(is_explained(kind.as_str()), "{kind:?}");
    }
}
