//! The edge: a Cloudflare Worker that decides shops' requests with the engine, hands everything else to the origin
//! and carries the records of its decisions there.
//!
//! This file holds the entry points alone. A request goes [`router`] → one of [`routes`] or the [`gateway`] → answer;
//! a batch of a queue goes to the [`consumer`] or to [`dead_letters`]; the objects of the [`ledger`] and of the [`gate`] are reached from
//! `routes` only.

mod answer;
mod app;
mod auth;
mod body;
mod circuit;
mod consumer;
mod cors;
mod crypto;
mod dead_letters;
mod gate;
mod gateway;
mod guesses;
mod ledger;
mod log;
mod origin;
mod outgoing;
mod problem;
mod random;
mod records;
mod router;
mod routes;
mod rules;

use worker::wasm_bindgen::{self, prelude::wasm_bindgen};
use worker::{Context, Env, MessageBatch, Request, Response, Result, event, worker_sys};

use app::App;
use routes::warm;

/// Answers one HTTP request. Repeating is safe where the method says so; an evaluation is repeated safely by its
/// transaction.
#[event(fetch)]
async fn fetch(request: Request, env: Env, context: Context) -> Result<Response> {
    Ok(router::respond(request, env, context).await)
}

/// Answers an evaluation with what the isolate's memory holds, at once or by a promise, or declines. `entry.js` calls it with
/// the request's bytes. Each argument is a step over the boundary to JavaScript; an object would take one for each field besides.
#[wasm_bindgen]
#[allow(
    clippy::needless_pass_by_value,
    clippy::too_many_arguments,
    reason = "texts come over the boundary as values; see above"
)]
pub fn evaluate_warm(
    env: Env,
    context: worker_sys::Context,
    received_millis: f64,
    code: &str,
    authorization: Option<String>,
    request_id: Option<String>,
    body: &[u8],
    soon: &wasm_bindgen::JsValue,
) -> Option<wasm_bindgen::JsValue> {
    let received_millis = app::whole_millis(received_millis);
    let app = App::new(env, Context::new(context), received_millis, request_id.as_deref());
    warm::answer_evaluation(app, code, authorization.as_deref(), body, soon)
}

/// Takes a batch of one of the queues. Never returns an error: the runtime would turn it into a panic, which costs the
/// isolate.
#[event(queue)]
async fn queue(batch: MessageBatch<String>, env: Env, _context: Context) -> Result<()> {
    if batch.queue() == dead_letters::QUEUE {
        dead_letters::consume(&batch, &env).await;
    } else {
        consumer::consume(&batch, &env).await;
    }
    Ok(())
}
