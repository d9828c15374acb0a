//! What a form decides: text typed by a person → the request's body, and the server's complaints → the fields they
//! belong to. Pure functions, tested natively; the browser's part is in `components` and `pages`.

pub(crate) mod amount;
pub(crate) mod batch;
pub(crate) mod comparison;
pub(crate) mod coupons;
pub(crate) mod field_errors;
pub(crate) mod fold;
pub(crate) mod number;
pub(crate) mod place;
pub(crate) mod promotion;
pub(crate) mod promotion_action;
pub(crate) mod promotion_filters;
pub(crate) mod rules;
pub(crate) mod trace;
pub(crate) mod try_out;
pub(crate) mod week;
pub(crate) mod window;
pub(crate) mod words;
