//! The handlers, one file per resource; what a handler reads and answers stands beside it.

pub(crate) mod app_keys;
pub(crate) mod audit_events;
pub(crate) mod auth;
pub(crate) mod conditions;
pub(crate) mod coupons;
pub(crate) mod customers;
pub(crate) mod document;
pub(crate) mod etag;
pub(crate) mod evaluations;
pub(crate) mod fields;
pub(crate) mod health;
pub(crate) mod ingest;
pub(crate) mod input;
pub(crate) mod invitation_answers;
pub(crate) mod invitations;
pub(crate) mod key_set;
pub(crate) mod language;
pub(crate) mod me;
pub(crate) mod organization;
pub(crate) mod passwords;
pub(crate) mod places;
pub(crate) mod preview;
pub(crate) mod promotions;
pub(crate) mod reports;
pub(crate) mod roles;
pub(crate) mod users;
