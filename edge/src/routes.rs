//! What the edge answers itself: one file per endpoint.

mod consume;
pub(crate) mod coupons;
pub(crate) mod evaluate;
pub(crate) mod health;
pub(crate) mod inspect;
pub(crate) mod publish;
mod signed;
