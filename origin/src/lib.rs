//! The origin: accounts, promotions, application keys, ingest and reports on Postgres, and the job that publishes to
//! the edge.
//!
//! ```text
//! request → router → auth (who, may they) → routes (parse, decide with the engine) → db (one transaction) → answer
//!                                                                              outbox row ┘
//! outbox → jobs::publisher → edge → KV            edge queue → /internal/ingest → records → roll-up → reports
//! ```
//!
//! A library, so that tests build the same application that `main` serves.

pub mod admin;
pub mod app;
mod audit;
mod auth;
mod client;
pub mod clock;
pub mod config;
mod coupons;
pub mod db;
mod disclosure;
mod edge;
mod http;
pub mod ingest;
pub mod jobs;
mod limits;
pub mod mail;
mod notices;
mod openapi;
mod places;
pub mod problem;
mod random;
pub mod router;
mod routes;
pub mod secret;
mod store;
mod window;
pub mod zones;

pub use auth::rotation::Rotated;
pub use random::generate_secret;
