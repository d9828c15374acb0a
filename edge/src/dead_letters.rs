//! The consumer of dead letters: brings what the queue of records gave up to the origin, which puts it aside.
//!
//! ```text
//! rejected by the origin, or no JSON ── consumer ──▶ DeadLetter ┐
//! delivered too often in vain ── the platform ──▶ as it was ────┴▶ signed POSTs ─▶ parked: acknowledged
//!                                                                     └▶ no answer: again, later
//! ```

use std::time::Duration;

use engine::wire::v1::{DEAD_LETTERS_PATH, DeadLetter, DeadLettersAnswer, DeadLettersRequest, MAX_DEAD_LETTERS, V1};
use serde_json::value::RawValue;
use worker::{Env, MessageBatch, MessageExt};

use crate::app::Bindings;
use crate::consumer::retry_within;
use crate::log;
use crate::origin::{self, PostError};

/// The queue's name in wrangler.toml.
pub(crate) const QUEUE: &str = "coupons-records-dead";

/// How long the origin may take: it is one statement.
const TIMEOUT: Duration = Duration::from_secs(10);

/// The longest delay of a retried letter, in seconds: with the queue's 100 retries a letter is tried for longer than the
/// four days that the platform keeps it.
const RETRY_DELAY_CAP_SECS: u32 = 3_600;

/// Most bytes of a text that a dead letter keeps: a queue's message holds 128 kB, and JSON may double it. A record has
/// under 2 KiB.
const MAX_BODY_BYTES: usize = 48 * 1024;

/// What is said of a message that the platform gave up.
const GIVEN_UP: &str = "delivered as often as the queue tries, in vain";

/// Takes a batch to the origin, message by message.
///
/// Awaits one POST to the origin for each, which counts a letter twice that comes twice. What is not acknowledged comes
/// again.
pub(crate) async fn consume(batch: &MessageBatch<String>, env: &Env) {
    let bindings = Bindings::new(env.clone());
    for message in batch.raw_iter() {
        let letters = read(&message.body().as_string().unwrap_or_default());
        let request = DeadLettersRequest { v: V1, letters };
        let answer: Result<DeadLettersAnswer, PostError> =
            origin::post(&bindings, DEAD_LETTERS_PATH, &request, TIMEOUT).await;
        match answer {
            Ok(_) => message.ack(),
            Err(PostError {
                cause,
                retry_after_secs,
            }) => {
                let detail = format!("{} dead letters wait: {cause}", request.letters.len());
                log::error("dead_letters_not_parked", "", &detail);
                retry_within(&message, retry_after_secs.unwrap_or_default(), RETRY_DELAY_CAP_SECS);
            }
        }
    }
}

/// A letter of the consumer, or one for each record of what the platform moved as it was.
fn read(text: &str) -> Vec<DeadLetter> {
    if let Ok(letter) = serde_json::from_str(text) {
        return vec![letter];
    }
    match serde_json::from_str::<Vec<Box<RawValue>>>(text) {
        Ok(records) if records.len() <= MAX_DEAD_LETTERS => {
            records.iter().map(|record| given_up(record.get())).collect()
        }
        Ok(_) | Err(_) => vec![given_up(text)],
    }
}

fn given_up(text: &str) -> DeadLetter {
    DeadLetter {
        v: V1,
        reason: GIVEN_UP.to_owned(),
        body: shortened(text).to_owned(),
    }
}

/// The start of a text, cut between characters.
pub(crate) fn shortened(text: &str) -> &str {
    text.get(..text.floor_char_boundary(MAX_BODY_BYTES)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_read_and_messages_are_wrapped() {
        let check = |text: &str, reason: &str, bodies: &[&str]| {
            let letters = read(text);
            let told: Vec<_> = letters.iter().map(|letter| letter.body.as_str()).collect();
            assert_eq!(told, bodies, "{text}");
            assert!(letters.iter().all(|letter| letter.reason == reason), "{text}");
        };
        check(r#"{"v":1,"reason":"not JSON","body":"{"}"#, "not JSON", &["{"]);
        let record = r#"{"v":1,"id":"eval_1"}"#;
        check(record, GIVEN_UP, &[record]);
        check(&format!("[{record}, 2]"), GIVEN_UP, &[record, "2"]);
        check("{", GIVEN_UP, &["{"]);
        let many = format!("[{}0]", "0,".repeat(MAX_DEAD_LETTERS));
        check(&many, GIVEN_UP, &[&many]);
    }

    #[test]
    fn long_texts_are_cut_between_characters() {
        let long = format!("a{}", "ñ".repeat(MAX_BODY_BYTES));
        assert_eq!(shortened(&long).len(), MAX_BODY_BYTES - 1);
        assert_eq!(shortened("año"), "año");
    }
}
