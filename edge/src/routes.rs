//! What the edge answers itself: one file per endpoint.

mod consume;
pub(crate) mod coupons;
pub(crate) mod evaluate;
pub(crate) mod forgotten_customers;
pub(crate) mod health;
mod idempotency;
pub(crate) mod inspect;
mod locations;
pub(crate) mod page;
pub(crate) mod preview;
pub(crate) mod publish;
pub(crate) mod redemptions;
mod reservation;
pub(crate) mod revoked_keys;
mod signed;
pub(crate) mod tally;
pub(crate) mod warm;
