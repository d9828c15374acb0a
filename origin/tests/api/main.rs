//! The origin over HTTP, on a real Postgres. `cargo xtask test origin` brings one.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking, in its helpers too"
)]

mod accounts;
mod app_key_rotation;
mod app_keys;
mod audit;
mod authorisation;
mod document;
mod edge_calls;
mod ingest;
mod invitations;
mod jobs;
mod mail;
mod passwords;
mod people;
mod process;
mod promotions;
mod publisher;
mod reports;
mod republish;
mod service;
mod sign_in;
mod signing_keys;
mod support;
mod tenancy;
