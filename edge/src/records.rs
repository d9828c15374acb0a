//! Evaluation records on their way to the queue, as JSON text.
//!
//! ```text
//! send_after_answer ─▶ buffer ─ full ──────────────▶ one message, after the answer of the request that filled it
//!                             └ else, after 250 ms ─▶ the same, after the answer of the request that began it
//! ```
//!
//! An isolate gathers the records of its requests in one message, because a call to the queue costs more than an
//! evaluation, and messages are what a queue is paid and limited by. A call
//! belongs to the request that makes it, so the request whose record begins a batch also waits for its time, and the one
//! that fills a batch sends it. If the one that waits is cut off, the next record sends the batch instead.
//!
//! **What can be lost.** When an isolate dies, or a panic replaces its Wasm instance, the records that wait go with it:
//! at most those of one message, of the last [`buffer::MAX_WAIT_MILLIS`]; and those on their way, mostly one batch for
//! the time of one call. When the queue refuses a batch twice, or takes so long that too many are on their way, the batch
//! is lost and the log says how many records it had. No redemption is among them: its record is part of the ledger's event.

mod buffer;
mod pack;

use std::cell::RefCell;
use std::time::Duration;

use engine::wire::v1::EvaluationRecord;
use worker::wasm_bindgen::JsValue;
use worker::{Delay, Queue, QueueContentType, RawMessageBuilder};

use crate::app::{App, Bindings, now_millis};
use crate::{log, outgoing};
use buffer::{Batch, Buffer, MAX_WAIT_MILLIS, Task};
pub(crate) use pack::Pack;

/// How long a call to the queue may take.
const TIMEOUT: Duration = Duration::from_secs(10);
/// Between the two tries of a batch: most troubles of a queue are short, and a batch has less than 30 seconds.
const RETRY_DELAY: Duration = Duration::from_secs(1);

thread_local! {
    static BUFFER: RefCell<Buffer> = RefCell::default();
}

/// Sends a record once the shop has its answer, together with others.
///
/// Awaits the queue at most twice. Repeating is safe: the record's id makes storing it twice harmless.
pub(crate) fn send_after_answer(app: &App, record: &EvaluationRecord) {
    // A record has no form that is not JSON.
    let text = serde_json::to_string(record).unwrap_or_default();
    let task = BUFFER.with_borrow_mut(|buffer| buffer.push(&text, app.started_millis()));
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

async fn carry_out(task: Task, bindings: &Bindings, request_id: &str) {
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

async fn send_twice(bindings: &Bindings, batch: &Batch) -> Result<(), String> {
    if send(bindings, batch).await.is_ok() {
        return Ok(());
    }
    Delay::from(RETRY_DELAY).await;
    send(bindings, batch).await
}

async fn send(bindings: &Bindings, batch: &Batch) -> Result<(), String> {
    let call = async {
        let queue = bindings.records()?;
        send_text(&queue, batch.pack.to_text()).await
    };
    outgoing::within(TIMEOUT, call).await.map_err(|error| error.to_string())
}

fn report_loss(request_id: &str, batch: &Batch, cause: &str) {
    log::error(
        "records_lost",
        request_id,
        &format!("{} records: {cause}", batch.pack.records()),
    );
}

/// Sends a message. As text: what typed messages do to numbers depends on the runtime, text stays text.
pub(crate) async fn send_text(queue: &Queue, text: String) -> worker::Result<()> {
    let message = RawMessageBuilder::new(JsValue::from_str(&text)).build_with_content_type(QueueContentType::Text);
    // The module's memory never shrinks, and the queue may take long.
    drop(text);
    queue.send_raw(message).await
}
