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
mod conformance;
mod coupon_access;
mod coupon_batches;
mod coupon_files;
mod coupon_pushes;
mod coupons;
mod customers;
mod demographics;
mod document;
mod edge_calls;
mod evaluations;
mod events;
mod ingest;
mod invitations;
mod jobs;
mod ledger_events;
mod ledger_tallies;
mod mail;
mod notice_drill;
mod notice_plans;
mod notices;
mod parked;
mod partitions;
mod passwords;
mod people;
mod places;
mod previews;
mod process;
mod promotion_changes;
mod promotion_life;
mod promotion_list;
mod promotion_tags;
mod promotion_versions;
mod promotions;
mod promotions_usage;
mod publisher;
mod publisher_faults;
mod reconcile;
mod reports;
mod republish;
mod revoked_keys;
mod roll_up_faults;
mod samples;
mod service;
mod sign_in;
mod signing_keys;
mod support;
mod tenancy;
