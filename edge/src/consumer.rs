//! The queue's consumer: records → origin, each message acknowledged by itself.
//!
//! ```text
//! batch ─ read ─▶ JSON? ─ no ──▶ dead letters
//!                   └ yes ─▶ its records ─▶ signed POSTs ─▶ each stored, a duplicate, parked or a dead letter: acknowledged
//!                                        │                 └ ledger events that are stored: their objects are told
//!                                        └▶ no answer: the message again, later
//! ```

use std::collections::BTreeMap;
use std::mem;
use std::time::Duration;

use engine::ids::{LedgerEventId, OrganizationId, RedemptionId};
use engine::ledger::object_of;
use engine::wire::v1::{DeadLetter, INGEST_PATH, IngestAnswer, IngestRequest, IngestResult, MAX_INGEST_RECORDS, V1};
use futures_util::future::join_all;
use serde::Deserialize;
use serde_json::value::RawValue;
use worker::{Env, MessageBatch, MessageExt, QueueRetryOptionsBuilder, RawMessage};

use crate::app::{Bindings, now_millis};
use crate::dead_letters::shortened;
use crate::origin::{self, PostError};
use crate::{ledger, log, records};

/// How long the origin may take to store a batch: it is one transaction of at most [`MAX_INGEST_RECORDS`] rows.
const TIMEOUT: Duration = Duration::from_secs(10);

/// The longest delay of a retried message, in seconds: an origin that returns after hours gets its records within
/// five minutes. With the queue's 100 retries a message then lives for more than six hours.
const RETRY_DELAY_CAP_SECS: u32 = 240;

/// Of a message, what says that it is an [`engine::wire::v1::LedgerEvent`], and whose.
#[derive(Debug, Deserialize)]
struct EventHead {
    id: LedgerEventId,
    organization_id: OrganizationId,
    redemption_id: RedemptionId,
}

/// A message with its records.
struct Delivery {
    message: RawMessage,
    records: Vec<Box<RawValue>>,
}

/// Takes a batch to the origin.
///
/// Awaits a POST to the origin for each [`MAX_INGEST_RECORDS`] records, which stores each record once however often it
/// comes; one send per dead letter, which may appear there twice; and the ledger's objects whose events are stored, which
/// send an event again that they are not told of. What is not acknowledged comes again.
pub(crate) async fn consume(batch: &MessageBatch<String>, env: &Env) {
    let bindings = Bindings::new(env.clone());
    let mut deliveries: Vec<Delivery> = Vec::new();
    let mut records_waiting = 0;
    for message in batch.raw_iter() {
        let text = message.body().as_string();
        match text.as_deref().ok_or_else(|| "not a text".to_owned()).and_then(read) {
            Ok(records) => {
                if records_waiting + records.len() > MAX_INGEST_RECORDS {
                    bring(&bindings, mem::take(&mut deliveries)).await;
                    records_waiting = 0;
                }
                records_waiting += records.len();
                deliveries.push(Delivery { message, records });
            }
            Err(reason) => {
                if bury(&bindings, &message, &reason, text.as_deref().unwrap_or_default()).await {
                    message.ack();
                } else {
                    retry(&message, &bindings, 0);
                }
            }
        }
    }
    if !deliveries.is_empty() {
        bring(&bindings, deliveries).await;
    }
}

/// Takes messages to the origin at once.
async fn bring(bindings: &Bindings, deliveries: Vec<Delivery>) {
    let records = deliveries.iter().flat_map(|delivery| delivery.records.iter().cloned());
    let request = IngestRequest {
        v: V1,
        records: records.collect(),
    };
    match deliver(bindings, &request).await {
        Ok(results) => settle(bindings, &deliveries, &results).await,
        Err(PostError {
            cause,
            retry_after_secs,
        }) => {
            let waiting = format!("{} records wait: {cause}", request.records.len());
            log::error("ingest_failed", "", &waiting);
            let at_least = retry_after_secs.unwrap_or_default();
            deliveries
                .iter()
                .for_each(|Delivery { message, .. }| retry(message, bindings, at_least));
        }
    }
}

/// Acknowledges messages whose records each have found their place; `results` has one for each record in their order.
async fn settle(bindings: &Bindings, deliveries: &[Delivery], results: &[IngestResult]) {
    let mut results = results.iter();
    let mut stored = Vec::new();
    for Delivery { message, records } in deliveries {
        let mut is_settled = true;
        for (record, result) in records.iter().zip(&mut results) {
            match result {
                IngestResult::Stored | IngestResult::Duplicate => stored.push(record.get()),
                // An operator has it stored later; the object of a parked event is not told, and sends it until then.
                IngestResult::Parked => {}
                IngestResult::Rejected { detail } => is_settled &= bury(bindings, message, detail, record.get()).await,
            }
        }
        if is_settled {
            message.ack();
        } else {
            retry(message, bindings, 0);
        }
    }
    let told = stored_events(stored.into_iter())
        .into_iter()
        .map(async |(object, events)| {
            if let Err(cause) = ledger::acknowledge(bindings, &object, events).await {
                log::error("events_not_acknowledged", "", &cause);
            }
        });
    join_all(told).await;
}

/// The ledger events among records, by the object that they are of.
fn stored_events<'a>(records: impl Iterator<Item = &'a str>) -> BTreeMap<String, Vec<LedgerEventId>> {
    let mut events: BTreeMap<String, Vec<LedgerEventId>> = BTreeMap::new();
    // An evaluation's record has an identifier of another kind.
    for head in records.filter_map(|text| serde_json::from_str::<EventHead>(text).ok()) {
        if let Some(object) = object_of(head.organization_id, head.redemption_id) {
            events.entry(object).or_default().push(head.id);
        }
    }
    events
}

/// What a message holds: a JSON array of records, or one record.
fn read(text: &str) -> Result<Vec<Box<RawValue>>, String> {
    let records = if text.trim_start().starts_with('[') {
        serde_json::from_str(text)
    } else {
        serde_json::from_str(text).map(|record| vec![record])
    };
    let records: Vec<_> = records.map_err(|error| format!("not JSON: {error}"))?;
    if records.len() > MAX_INGEST_RECORDS {
        return Err(format!("more than {MAX_INGEST_RECORDS} records"));
    }
    Ok(records)
}

/// One result per record, or why the origin did not take the batch.
async fn deliver(bindings: &Bindings, request: &IngestRequest) -> Result<Vec<IngestResult>, PostError> {
    let answer: IngestAnswer = origin::post(bindings, INGEST_PATH, request, TIMEOUT).await?;
    if answer.results.len() != request.records.len() {
        let (results, records) = (answer.results.len(), request.records.len());
        return Err(format!("the origin answered {results} results for {records}").into());
    }
    Ok(answer.results)
}

/// Puts a message, or a record of it, aside with its reason. If that fails, the message has to come again.
async fn bury(bindings: &Bindings, message: &RawMessage, reason: &str, text: &str) -> bool {
    log::error("record_dead", "", &format!("message {}: {reason}", message.id()));
    let letter = DeadLetter {
        v: V1,
        reason: reason.to_owned(),
        body: shortened(text).to_owned(),
    };
    let letter = serde_json::to_string(&letter).unwrap_or_default();
    let sent = match bindings.dead_letters() {
        Ok(queue) => records::send_text(&queue, letter).await,
        Err(error) => Err(error),
    };
    if let Err(error) = &sent {
        log::error("dead_letter_not_sent", "", &error.to_string());
    }
    sent.is_ok()
}

/// Has a message delivered again, no sooner than the origin said.
fn retry(message: &RawMessage, bindings: &Bindings, at_least_secs: u32) {
    let cap_secs = bindings.retry_delay_cap_secs().unwrap_or(RETRY_DELAY_CAP_SECS);
    retry_within(message, at_least_secs, cap_secs);
}

/// The same, with a cap of its own.
pub(crate) fn retry_within(message: &RawMessage, at_least_secs: u32, cap_secs: u32) {
    let age_millis = now_millis().saturating_sub(message.timestamp().as_millis());
    let delay_secs = delay_secs(age_millis, at_least_secs, cap_secs);
    let options = QueueRetryOptionsBuilder::new().with_delay_seconds(delay_secs);
    message.retry_with_options(&options.build());
}

/// How long a message waits before its next delivery: as long as it has waited so far, so that the delays double
/// (1, 2, 4, … seconds) up to the cap, and as long as the origin asked for. The crate does not tell how often a message was
/// tried; its age does.
fn delay_secs(age_millis: u64, at_least_secs: u32, cap_secs: u32) -> u32 {
    let age_secs = u32::try_from(age_millis / 1_000).unwrap_or(u32::MAX);
    age_secs.max(1).max(at_least_secs).min(cap_secs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_double_up_to_the_cap() {
        let check = |age_millis, expected| assert_eq!(delay_secs(age_millis, 0, 300), expected, "{age_millis}");
        check(0, 1);
        check(999, 1);
        check(1_000, 1);
        check(2_000, 2);
        check(4_000, 4);
        check(299_999, 299);
        check(300_000, 300);
        check(u64::MAX, 300);
        let mut age_secs = 0;
        let delays = std::iter::from_fn(|| {
            let delay = delay_secs(age_secs * 1_000, 0, 300);
            age_secs += u64::from(delay);
            Some(delay)
        });
        assert_eq!(
            delays.take(11).collect::<Vec<_>>(),
            [1, 1, 2, 4, 8, 16, 32, 64, 128, 256, 300]
        );
        assert_eq!(delay_secs(60_000, 0, 1), 1);
    }

    #[test]
    fn the_origin_may_ask_for_more_time() {
        let check = |age_millis, at_least, expected| {
            assert_eq!(
                delay_secs(age_millis, at_least, 300),
                expected,
                "{age_millis} {at_least}"
            );
        };
        check(0, 2, 2);
        check(5_000, 2, 5);
        check(0, 3_600, 300);
    }

    #[test]
    fn events_are_told_by_object() {
        let entry =
            engine::ledger::Entry::from_json(include_str!("../../engine/tests/data/ledger_entry.v1.json")).unwrap();
        let record = String::from_utf8(entry.record_json().to_vec()).unwrap();
        let (organization, id) = (entry.facts().organization_id, "01a0c4506c0071018101010101010101");
        let event = |number: u8, redemption: &str| {
            format!(
                r#"{{"v":1,"id":"evt_01a0c4506c00710181010101010101{number:02}","kind":"committed","organization_id":"{organization}","redemption_id":"{redemption}","at":"2026-11-21T12:00:00Z"}}"#
            )
        };
        let (of_shard, of_all) = (format!("red_{id}"), "red_01a0c4506c0071019001010101010101");
        let messages = [event(1, &of_shard), record, event(2, of_all), event(3, &of_shard)];
        let found = stored_events(messages.iter().map(String::as_str));
        let found: Vec<_> = found.into_iter().map(|(object, ids)| (object, ids.len())).collect();
        let object = |shard| format!("{organization}/0101010101/{shard}");
        assert_eq!(found, [(object("01"), 2), (object("all"), 1)]);
    }

    #[test]
    fn messages_are_json() {
        let check = |text: &str, expected: &[&str]| {
            let records = read(text).unwrap();
            let texts: Vec<_> = records.iter().map(|record| record.get()).collect();
            assert_eq!(texts, expected, "{text}");
        };
        check(r#" {"v": 1} "#, &[r#"{"v": 1}"#]);
        check(r#" [{"v": 1}, 2]"#, &[r#"{"v": 1}"#, "2"]);
        check("[]", &[]);
        assert!(read("{").unwrap_err().starts_with("not JSON"));
        assert!(read("[{}").unwrap_err().starts_with("not JSON"));
        assert!(read("").is_err());
        let too_many = format!("[{}0]", "0,".repeat(MAX_INGEST_RECORDS));
        assert_eq!(read(&too_many).unwrap_err(), "more than 1000 records");
    }
}
