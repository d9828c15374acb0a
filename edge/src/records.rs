//! Evaluation records on their way to the queue, as JSON text.
//!
//! A record is sent after the answer. If the isolate dies in that moment, the record of a refusal is lost; that of a
//! redemption is kept in the ledger and sent again with the next retry of its request.

use engine::wire::v1::EvaluationRecord;
use worker::wasm_bindgen::JsValue;
use worker::{Queue, QueueContentType, RawMessageBuilder};

use crate::app::App;
use crate::log;

/// Sends a record once the shop has its answer.
///
/// Awaits the queue once. Repeating is safe: the record's id makes storing it twice harmless.
pub(crate) fn send_after_answer(app: &App, record: EvaluationRecord) {
    let bindings = app.bindings().clone();
    let request_id = app.request_id().to_owned();
    app.after_answer(async move {
        let sent = match bindings.records() {
            Ok(queue) => send_json(&queue, &record).await,
            Err(error) => Err(error),
        };
        if let Err(error) = sent {
            log::error("record_not_sent", &request_id, &format!("{}: {error}", record.id));
        }
    });
}

/// Sends a value as JSON text: what typed messages do to numbers depends on the runtime, text stays text.
pub(crate) async fn send_json<T: serde::Serialize>(queue: &Queue, value: &T) -> worker::Result<()> {
    let text = JsValue::from_str(&serde_json::to_string(value)?);
    queue
        .send_raw(RawMessageBuilder::new(text).build_with_content_type(QueueContentType::Text))
        .await
}
