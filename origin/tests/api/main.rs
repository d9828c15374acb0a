//! The origin over HTTP, on a real Postgres. `cargo xtask test origin` brings one.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking, in its helpers too"
)]

mod accounts;
mod app_keys;
mod audit;
mod authorisation;
mod document;
mod ingest;
mod people;
mod process;
mod promotions;
mod publisher;
mod reports;
mod service;
mod sign_in;
mod support;
mod tenancy;
