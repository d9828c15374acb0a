//! The redemption ledger, checked beyond single cases.
//!
//! [`host::Book`] does in memory what the Durable Object does in SQLite: read what a command is about, have
//! [`engine::ledger::decide`] decide, write the event in one step. [`shop::Shop`] is a model of three clients, a network
//! that loses, repeats and reorders, time, and the way of the ledger's events to the origin; Stateright visits every
//! state of it. The tests run both, and see that each [`bug::Bug`] is found.

#![allow(clippy::expect_used, reason = "a test may fail loudly")]

pub mod bug;
pub mod host;
pub mod shop;
