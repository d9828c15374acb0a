//! Evaluation records on their way to the queue.
//!
//! ```text
//! send_after_answer ─▶ buffer ─ full ──────────────▶ one message, after the answer of the request that filled it
//!                             └ else, after 250 ms ─▶ the same, after the answer of the request that began it
//! ```
//!
//! An isolate gathers the records of its requests in one message, because a call to the queue costs more than an
//! evaluation, and messages are what a queue is paid and limited by. They are written as JSON when they are sent: a hundred in
//! a row cost less than one in each request, by whose time that code has left the processor's caches. A call
//! belongs to the request that makes it, so the request whose record begins a batch also waits for its time, and the one
//! that fills a batch sends it. If the one that waits is cut off, the next record sends the batch instead.
//!
//! **What can be lost.** When an isolate dies, or a panic replaces its Wasm instance, the records that wait go with it:
//! at most those of one message, of the last [`buffer::MAX_WAIT_MILLIS`]; and those on their way, mostly one batch for
//! the time of one call. When the queue refuses a batch twice, or takes so long that too many are on their way, the batch
//! is lost and the log says how many records it had. No redemption is among them: its record is part of the ledger's event.

mod buffer;

use std::cell::RefCell;
use std::time::Duration;

use engine::wire::v1::EvaluationRecord;
use worker::wasm_bindgen::JsValue;
use worker::{Delay, Queue, QueueContentType, RawMessageBuilder};

use crate::app::{App, Bindings, now_millis};
use crate::{log, outgoing};
use buffer::{Batch, Buffer, MAX_WAIT_MILLIS, Task};

/// How long a call to the queue may take.
const TIMEOUT: Duration = Duration::from_secs(10);
/// Between the two tries of a batch: most troubles of a queue are short, and a batch has less than 30 seconds.
const RETRY_DELAY: Duration = Duration::from_secs(1);

thread_local! {
    static BUFFER: RefCell<Buffer<EvaluationRecord>> = const { RefCell::new(Buffer::new()) };
}

/// Sends a record once the shop has its answer, together with others.
///
/// Awaits the queue at most twice. Repeating is safe: the record's id makes storing it twice harmless.
pub(crate) fn send_after_answer(app: &App, record: EvaluationRecord) {
    let task = BUFFER.with_borrow_mut(|buffer| buffer.push(record, app.started_millis()));
    match task {
        Task::Nothing => {}
        Task::Discard(batch) => report_loss(
            app.request_id(),
            &batch,
            "too many batches are on their way to the queue",
        ),
        Task::SendLater(_) | Task::Send(_) => {
            let (bindings, request_id) = (app.bindings().clone(), app.request_id().to_owned());
            app.after_answer(async move { carry_out(task, &bindings, &request_id).await });
        }
    }
}

async fn carry_out(task: Task<EvaluationRecord>, bindings: &Bindings, request_id: &str) {
    let task = match task {
        Task::SendLater(number) => {
            Delay::from(Duration::from_millis(MAX_WAIT_MILLIS)).await;
            BUFFER.with_borrow_mut(|buffer| buffer.is_due(number, now_millis()))
        }
        Task::Nothing | Task::Send(_) | Task::Discard(_) => task,
    };
    match task {
        Task::Send(batch) => {
            if let Err(cause) = send_twice(bindings, &batch).await {
                report_loss(request_id, &batch, &cause);
            }
            BUFFER.with_borrow_mut(|buffer| buffer.ended(batch.number));
        }
        Task::Discard(batch) => report_loss(request_id, &batch, "too many batches are on their way to the queue"),
        Task::Nothing | Task::SendLater(_) => {}
    }
}

async fn send_twice(bindings: &Bindings, batch: &Batch<EvaluationRecord>) -> Result<(), String> {
    if send(bindings, batch).await.is_ok() {
        return Ok(());
    }
    Delay::from(RETRY_DELAY).await;
    send(bindings, batch).await
}

async fn send(bindings: &Bindings, batch: &Batch<EvaluationRecord>) -> Result<(), String> {
    let call = async {
        let queue = bindings.records()?;
        let json = EvaluationRecord::to_json(&batch.records);
        send_text(&queue, String::from_utf8(json).map_err(|error| error.to_string())?).await
    };
    outgoing::within(TIMEOUT, call).await.map_err(|error| error.to_string())
}

fn report_loss(request_id: &str, batch: &Batch<EvaluationRecord>, cause: &str) {
    log::error(
        "records_lost",
        request_id,
        &format!("{} records: {cause}", batch.records.len()),
    );
}

/// Sends a message. As text: what typed messages do to numbers depends on the runtime, text stays text.
pub(crate) async fn send_text(queue: &Queue, text: String) -> worker::Result<()> {
    let message = RawMessageBuilder::new(JsValue::from_str(&text)).build_with_content_type(QueueContentType::Text);
    // The module's memory never shrinks, and the queue may take long.
    drop(text);
    queue.send_raw(message).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::DateTime;
    use engine::app_key::Mode;
    use engine::demographics::AgeBand;
    use engine::evaluate::ReasonCode;
    use engine::ids::{AppKeyId, EvaluationId, OrganizationId, PromotionId, RedemptionId};
    use engine::money::{MAX_AMOUNT, Money};
    use engine::wire::v1::V1;

    #[test]
    fn no_record_is_longer_than_a_message_allows_for() {
        let longest = EvaluationRecord {
            v: V1,
            id: EvaluationId::from_parts(1, [1; 10]),
            organization_id: OrganizationId::from_parts(1, [1; 10]),
            promotion_id: PromotionId::from_parts(1, [1; 10]),
            version: u64::MAX,
            app_key_id: AppKeyId::from_parts(1, [1; 10]),
            mode: Mode::Live,
            at: DateTime::from_timestamp(1_800_000_000, 123_000_000).unwrap(),
            reason: Some(ReasonCode::ConditionNotMet),
            discount: Some(Money::new(MAX_AMOUNT, "USD".parse().unwrap()).unwrap()),
            redemption_id: Some(RedemptionId::from_parts(1, [1; 10])),
            coupon: Some("A".repeat(64).parse().unwrap()),
            exhausted: true,
            country: Some("UY".to_owned()),
            city: Some("MVD".to_owned()),
            age_band: Some(AgeBand::of(200)),
            response_ms: u32::MAX,
        };
        let bytes = serde_json::to_string(&longest).unwrap().len();
        assert!(bytes < 700, "{bytes}");
    }
}
