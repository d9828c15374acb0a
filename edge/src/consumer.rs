//! The queue's consumer: records → origin, each acknowledged by itself.
//!
//! ```text
//! batch ─ read ─▶ JSON? ─ no ──▶ dead letters
//!                   └ yes ─▶ one signed POST ─▶ stored or duplicate: acknowledged
//!                                            │   └ a ledger event: its object is told
//!                                            ├▶ rejected: dead letters
//!                                            └▶ no answer: each message again, later
//! ```

use std::collections::BTreeMap;
use std::time::Duration;

use engine::ids::{LedgerEventId, OrganizationId, RedemptionId};
use engine::ledger::object_of;
use engine::signature::{self, Call};
use engine::wire::v1::{INGEST_PATH, IngestAnswer, IngestRequest, IngestResult, MAX_INGEST_RECORDS, V1};
use futures_util::future::join_all;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use worker::{Env, Headers, MessageBatch, MessageExt, QueueRetryOptionsBuilder, RawMessage};

use crate::app::{Bindings, now_millis};
use crate::{ledger, log, origin, outgoing, records};

/// How long the origin may take to store a batch: it is one transaction of at most [`MAX_INGEST_RECORDS`] rows.
const TIMEOUT: Duration = Duration::from_secs(10);

/// The longest delay of a retried message, in seconds: an origin that returns after hours gets its records within
/// five minutes. With the queue's 100 retries a message then lives for about eight hours.
const RETRY_DELAY_CAP_SECS: u32 = 300;

/// Most bytes of a message's text that a dead letter keeps: a queue's message holds 128 kB, and JSON may double it.
const MAX_DEAD_BODY_BYTES: usize = 48 * 1024;

/// A message that can never be stored, and why.
#[derive(Debug, Serialize)]
struct DeadLetter<'a> {
    v: V1,
    reason: &'a str,
    body: &'a str,
}

/// Of a message, what says that it is an [`engine::wire::v1::LedgerEvent`], and whose.
#[derive(Debug, Deserialize)]
struct EventHead {
    id: LedgerEventId,
    organization_id: OrganizationId,
    redemption_id: RedemptionId,
}

/// Takes a batch to the origin.
///
/// Awaits one POST to the origin, which stores each record once however often it comes; one send per dead letter,
/// which may appear there twice; and the ledger's objects whose events are stored, which send an event again that they
/// are not told of. What is not acknowledged comes again.
pub(crate) async fn consume(batch: &MessageBatch<String>, env: &Env) {
    let bindings = Bindings::new(env.clone());
    let mut messages = Vec::new();
    let mut request = IngestRequest {
        v: V1,
        records: Vec::new(),
    };
    for message in batch.raw_iter() {
        let text = message.body().as_string();
        match text.as_deref().ok_or_else(|| "not a text".to_owned()).and_then(read) {
            Ok(record) if request.records.len() < MAX_INGEST_RECORDS => {
                messages.push((message, record.get().to_owned()));
                request.records.push(record);
            }
            // The queue is configured for no more; a larger batch is taken in parts.
            Ok(_) => retry(&message, &bindings),
            Err(reason) => bury(&bindings, &message, &reason, text.as_deref().unwrap_or_default()).await,
        }
    }
    if messages.is_empty() {
        return;
    }
    match deliver(&bindings, &request).await {
        Ok(results) => settle(&bindings, &messages, &results).await,
        Err(cause) => {
            log::error(
                "ingest_failed",
                "",
                &format!("{} records wait: {cause}", messages.len()),
            );
            messages.iter().for_each(|(message, _)| retry(message, &bindings));
        }
    }
}

async fn settle(bindings: &Bindings, messages: &[(RawMessage, String)], results: &[IngestResult]) {
    for ((message, text), result) in messages.iter().zip(results) {
        match result {
            IngestResult::Stored | IngestResult::Duplicate => message.ack(),
            IngestResult::Rejected { detail } => bury(bindings, message, detail, text).await,
        }
    }
    let stored = messages
        .iter()
        .zip(results)
        .filter(|(_, result)| matches!(result, IngestResult::Stored | IngestResult::Duplicate));
    let told = stored_events(stored.map(|((_, text), _)| text.as_str()))
        .into_iter()
        .map(async |(object, events)| {
            if let Err(cause) = ledger::acknowledge(bindings, &object, events).await {
                log::error("events_not_acknowledged", "", &cause);
            }
        });
    join_all(told).await;
}

/// The ledger events among messages, by the object that they are of.
fn stored_events<'a>(messages: impl Iterator<Item = &'a str>) -> BTreeMap<String, Vec<LedgerEventId>> {
    let mut events: BTreeMap<String, Vec<LedgerEventId>> = BTreeMap::new();
    // An evaluation's record has an identifier of another kind.
    for head in messages.filter_map(|text| serde_json::from_str::<EventHead>(text).ok()) {
        if let Some(object) = object_of(head.organization_id, head.redemption_id) {
            events.entry(object).or_default().push(head.id);
        }
    }
    events
}

fn read(text: &str) -> Result<Box<RawValue>, String> {
    serde_json::from_str(text).map_err(|error| format!("not JSON: {error}"))
}

/// One result per record, or why the origin did not take the batch.
async fn deliver(bindings: &Bindings, request: &IngestRequest) -> Result<Vec<IngestResult>, String> {
    let body = serde_json::to_vec(request).map_err(|error| error.to_string())?;
    let secret = bindings.internal_secret()?;
    let signature = signature::sign(secret.as_bytes(), &Call::post(INGEST_PATH, &body), now_millis() / 1_000);
    let headers = Headers::from_iter([("Content-Type", "application/json"), (signature::HEADER, &signature)]);
    let url = format!("{}{INGEST_PATH}", bindings.origin_url()?);
    let call = outgoing::request("POST", &url, &headers, Some(&body)).map_err(|error| error.to_string())?;
    let mut response = origin::send(call, TIMEOUT).await.map_err(|error| error.to_string())?;
    if response.status_code() != 200 {
        return Err(format!("the origin answered {}", response.status_code()));
    }
    let body = outgoing::within(TIMEOUT, response.bytes())
        .await
        .map_err(|error| error.to_string())?;
    let answer: IngestAnswer =
        serde_json::from_slice(&body).map_err(|error| format!("the origin's answer: {error}"))?;
    if answer.results.len() != request.records.len() {
        return Err(format!(
            "the origin answered {} results for {}",
            answer.results.len(),
            request.records.len()
        ));
    }
    Ok(answer.results)
}

/// Puts a message aside with its reason. If that fails, the message comes again.
async fn bury(bindings: &Bindings, message: &RawMessage, reason: &str, text: &str) {
    log::error("record_dead", "", &format!("message {}: {reason}", message.id()));
    let letter = DeadLetter {
        v: V1,
        reason,
        body: shortened(text, MAX_DEAD_BODY_BYTES),
    };
    let sent = match bindings.dead_letters() {
        Ok(queue) => records::send_json(&queue, &letter).await,
        Err(error) => Err(error),
    };
    match sent {
        Ok(()) => message.ack(),
        Err(error) => {
            log::error("dead_letter_not_sent", "", &error.to_string());
            retry(message, bindings);
        }
    }
}

fn retry(message: &RawMessage, bindings: &Bindings) {
    let age_millis = now_millis().saturating_sub(message.timestamp().as_millis());
    let cap_secs = bindings.retry_delay_cap_secs().unwrap_or(RETRY_DELAY_CAP_SECS);
    let options = QueueRetryOptionsBuilder::new().with_delay_seconds(delay_secs(age_millis, cap_secs));
    message.retry_with_options(&options.build());
}

/// How long a message waits before its next delivery: as long as it has waited so far, so that the delays double
/// (1, 2, 4, … seconds) up to the cap. The crate does not tell how often a message was tried; its age does.
fn delay_secs(age_millis: u64, cap_secs: u32) -> u32 {
    u32::try_from(age_millis / 1_000)
        .unwrap_or(u32::MAX)
        .max(1)
        .min(cap_secs)
}

/// The start of a text, cut between characters.
fn shortened(text: &str, max_bytes: usize) -> &str {
    text.get(..text.floor_char_boundary(max_bytes)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_double_up_to_the_cap() {
        let check = |age_millis, expected| assert_eq!(delay_secs(age_millis, 300), expected, "{age_millis}");
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
            let delay = delay_secs(age_secs * 1_000, 300);
            age_secs += u64::from(delay);
            Some(delay)
        });
        assert_eq!(
            delays.take(11).collect::<Vec<_>>(),
            [1, 1, 2, 4, 8, 16, 32, 64, 128, 256, 300]
        );
        assert_eq!(delay_secs(60_000, 1), 1);
    }

    #[test]
    fn dead_letters_are_pinned() {
        let letter = DeadLetter {
            v: V1,
            reason: "not JSON",
            body: "{",
        };
        assert_eq!(
            serde_json::to_string(&letter).unwrap(),
            r#"{"v":1,"reason":"not JSON","body":"{"}"#
        );
        assert_eq!(shortened("año", 2), "a");
        assert_eq!(shortened("año", 3), "añ");
        assert_eq!(shortened("año", 9), "año");
    }

    #[test]
    fn events_are_told_by_object() {
        let entry: engine::ledger::Entry =
            serde_json::from_str(include_str!("../../engine/tests/data/ledger_entry.v1.json")).unwrap();
        let record = serde_json::to_string(&entry.record).unwrap();
        let (organization, id) = (entry.record.organization_id, "01a0c4506c0071018101010101010101");
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
        assert_eq!(read(r#" {"v": 1} "#).unwrap().get(), r#"{"v": 1}"#);
        assert!(read("{").unwrap_err().starts_with("not JSON"));
        assert!(read("").is_err());
    }
}
