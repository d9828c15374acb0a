//! The edge: a Cloudflare Worker that decides shops' requests with the engine, hands everything else to the origin
//! and carries the records of its decisions there.
//!
//! This file holds the entry points alone. A request goes [`router`] → one of [`routes`] or the [`gateway`] → answer;
//! a batch of the queue goes to the [`consumer`]; the objects of the [`ledger`] and of the [`gate`] are reached from
//! `routes` only.

mod answer;
mod app;
mod auth;
mod body;
mod consumer;
mod crypto;
mod gate;
mod gateway;
mod ledger;
mod log;
mod outgoing;
mod problem;
mod records;
mod router;
mod routes;
mod rules;

use worker::{Context, Env, MessageBatch, Request, Response, Result, event};

/// Answers one HTTP request. Repeating is safe where the method says so; an evaluation is repeated safely by its
/// transaction.
#[event(fetch)]
async fn fetch(request: Request, env: Env, context: Context) -> Result<Response> {
    Ok(router::respond(request, env, context).await)
}

/// Takes a batch of records. Never returns an error: the runtime would turn it into a panic, which costs the isolate.
#[event(queue)]
async fn queue(batch: MessageBatch<String>, env: Env, _context: Context) -> Result<()> {
    consumer::consume(&batch, &env).await;
    Ok(())
}
