//! The pure core of Coupons: the condition language, promotions, evaluation, money, the redemption ledger and the
//! wire contract.
//!
//! The same code decides at the edge, checks a draft at the origin and previews in the merchant's browser. It has no
//! clock, no I/O, no randomness, no environment and no async: time and identifiers come in as arguments. Data flows
//! one way:
//!
//! ```text
//! request bytes → wire::v1 (parse) → evaluate (decide) → ledger (decide what is consumed) → wire::v1 (answer)
//! ```

pub mod app_key;
pub mod calendar;
pub mod coupon;
pub mod decimal;
pub mod demographics;
pub mod effect;
pub mod evaluate;
pub mod expression;
pub mod ids;
mod json;
pub mod ledger;
pub mod money;
pub mod problem;
pub mod promotion;
pub mod signature;
pub mod trace_context;
pub mod wire;
pub mod zone;
