//! The redemption ledger as a state machine: `(state, command, now) → (event, outcome)`.
//!
//! Its host reads the state that a command is about, calls [`decide`], writes the event and answers the outcome, all
//! without an `await` in between; nothing else is needed for a transaction to count once and for a limit to hold.
//!
//! What counts is decided by the newest of two: the configuration that the origin sent to the object ([`Config`]), and
//! the terms by which the edge judged ([`Claim`]). So a promotion that was switched off, or whose limit was lowered, is
//! off or lowered here at once, while copies of its rule are still about.

mod config;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::coupon::{BatchTerms, CouponCode};
use crate::evaluate::{Detail, ReasonCode, Refusal};
use crate::promotion::{Limits, Status};
use crate::wire::v1::{EvaluateAnswer, EvaluationRecord, V1};

pub use config::{Config, ConfigError, ListedCoupon};

/// What the ledger keeps of a transaction: its first answer, so that the same request gets it again, and the record,
/// so that a lost one can be sent again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// The format.
    pub v: V1,
    /// From [`crate::evaluate::Request::fingerprint`].
    pub fingerprint: String,
    /// What the shop was told.
    pub answer: EvaluateAnswer,
    /// What the reports are told.
    pub record: EvaluationRecord,
}

/// The terms by which a redemption was judged, and whom it counts for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Claim {
    /// The rule's: the object's configuration counts when it is as new.
    pub revision: u64,
    /// Whether the promotion's redemptions are counted here: the rule's.
    pub counted: bool,
    /// The rule's.
    pub limits: Limits,
    /// The shop's name for the shopper, if it sent one.
    pub customer_id: Option<String>,
    /// The coupon that is used, for a promotion that consumes coupons.
    pub coupon: Option<CouponClaim>,
}

/// A coupon about to be used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CouponClaim {
    /// Which.
    pub code: CouponCode,
    /// What holds for its batch; `None` for one that only the ledger lists.
    pub batch: Option<BatchTerms>,
}

/// What a request wants of the ledger.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "snake_case")]
pub enum Command {
    /// Consume, with the answer to give if nothing stands against it.
    Redeem(Box<Redeem>),
    /// Consume nothing: is this the retry of a request that was granted?
    LookUp {
        /// Of the request at hand.
        fingerprint: String,
    },
}

/// A redemption as it would be stored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Redeem {
    /// What to store and answer.
    #[serde(flatten)]
    pub entry: Entry,
    /// What to count; `None` from an edge of the release before, which knew only transactions.
    #[serde(default)]
    pub claim: Option<Claim>,
}

/// What the ledger knows that a command is about. The host reads it.
#[derive(Debug, Clone, Default)]
pub struct State<'s> {
    /// The same transaction before.
    pub entry: Option<Entry>,
    /// What the origin sent to the object.
    pub config: Option<&'s Config>,
    /// Redemptions of the promotion.
    pub redemptions: u64,
    /// Discounts of the promotion in the currency of the one at hand, in minor units.
    pub spent: u64,
    /// Redemptions of the customer.
    pub customer_redemptions: u64,
    /// Uses of the coupon.
    pub coupon_uses: u64,
    /// The coupon, if it is listed here.
    pub coupon: Option<ListedCoupon>,
}

/// What has to be written, all of it or nothing.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// The transaction is used from now on; what its claim names counts once more.
    Redeemed(Box<Redeem>),
}

/// What the shop is answered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Outcome {
    /// Consumed now, with the answer of the command.
    Granted {
        /// Whether it took the last that a limit or the budget allows.
        #[serde(default)]
        exhausted: bool,
    },
    /// Consumed before by the same request: its first answer.
    Replayed(Box<Entry>),
    /// Consumed before by another request.
    Conflict,
    /// Not consumed, for this reason.
    Refused {
        /// Why.
        by: Refused,
    },
    /// Not consumed; only [`Command::LookUp`] learns this.
    Unused,
}

/// Why the ledger refuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "reason", rename_all = "snake_case")]
pub enum Refused {
    /// Switched off.
    NotActive,
    /// Its window was shortened.
    Expired {
        /// When it ended.
        at: DateTime<Utc>,
    },
    /// No such coupon.
    CouponNotFound,
    /// The coupon is over.
    CouponExpired,
    /// The coupon was taken back.
    CouponRevoked,
    /// The coupon has no use left.
    CouponExhausted,
    /// The coupon is another customer's.
    WrongCustomer,
    /// No redemption is left.
    PromotionLimit,
    /// The customer has none left.
    CustomerLimit,
    /// Less is left of the budget than the discount.
    Budget,
}

impl Refused {
    /// The same as the shop learns it.
    pub const fn refusal(self) -> Refusal<'static> {
        let (code, detail) = match self {
            Self::NotActive => (ReasonCode::NotActive, Detail::NotActive),
            Self::Expired { at } => (ReasonCode::Expired, Detail::EndedAt(at)),
            Self::CouponNotFound => (ReasonCode::CouponNotFound, Detail::CouponNotFound),
            Self::CouponExpired => (ReasonCode::CouponExpired, Detail::CouponExpired),
            Self::CouponRevoked => (ReasonCode::CouponRevoked, Detail::CouponRevoked),
            Self::CouponExhausted => (ReasonCode::CouponExhausted, Detail::CouponExhausted),
            Self::WrongCustomer => (ReasonCode::WrongCustomer, Detail::WrongCustomer),
            Self::PromotionLimit => (ReasonCode::PromotionLimitReached, Detail::PromotionLimit),
            Self::CustomerLimit => (ReasonCode::CustomerLimitReached, Detail::CustomerLimit),
            Self::Budget => (ReasonCode::BudgetExhausted, Detail::Budget),
        };
        Refusal { code, detail }
    }

    /// Whether the promotion has nothing left to give.
    pub const fn is_exhaustion(self) -> bool {
        match self {
            Self::PromotionLimit | Self::Budget => true,
            Self::NotActive
            | Self::Expired { .. }
            | Self::CouponNotFound
            | Self::CouponExpired
            | Self::CouponRevoked
            | Self::CouponExhausted
            | Self::WrongCustomer
            | Self::CustomerLimit => false,
        }
    }
}

/// Decides one command at `now` on what the ledger knows. An event is to be written before the outcome is told.
pub fn decide(state: &State<'_>, command: Command, now: DateTime<Utc>) -> (Option<Event>, Outcome) {
    match (&state.entry, command) {
        (Some(first), Command::Redeem(redeem)) => (None, repeat(first, &redeem.entry.fingerprint)),
        (Some(first), Command::LookUp { fingerprint }) => (None, repeat(first, &fingerprint)),
        (None, Command::LookUp { .. }) => (None, Outcome::Unused),
        (None, Command::Redeem(redeem)) => match judge(state, &redeem, now) {
            Ok(exhausted) => (Some(Event::Redeemed(redeem)), Outcome::Granted { exhausted }),
            Err(by) => (None, Outcome::Refused { by }),
        },
    }
}

fn repeat(first: &Entry, fingerprint: &str) -> Outcome {
    if first.fingerprint == fingerprint {
        Outcome::Replayed(Box::new(first.clone()))
    } else {
        Outcome::Conflict
    }
}

/// Whether the redemption takes the last of the promotion, or why it cannot be.
fn judge(state: &State<'_>, redeem: &Redeem, now: DateTime<Utc>) -> Result<bool, Refused> {
    let Some(claim) = &redeem.claim else { return Ok(false) };
    let config = state.config.filter(|config| config.revision >= claim.revision);
    if let Some(config) = config {
        check_window(config, now)?;
    }
    if let Some(coupon) = &claim.coupon {
        check_coupon(state, config, coupon, claim.customer_id.as_deref(), now)?;
    }
    let limits = config.map_or(&claim.limits, |config| &config.limits);
    check_limits(state, limits, redeem)
}

fn check_window(config: &Config, now: DateTime<Utc>) -> Result<(), Refused> {
    if config.status != Status::Active {
        return Err(Refused::NotActive);
    }
    match config.ends_at.filter(|ends_at| now > *ends_at) {
        Some(at) => Err(Refused::Expired { at }),
        None => Ok(()),
    }
}

/// What is listed counts before what holds for the batch.
fn check_coupon(
    state: &State<'_>,
    config: Option<&Config>,
    claim: &CouponClaim,
    customer_id: Option<&str>,
    now: DateTime<Utc>,
) -> Result<(), Refused> {
    let batch = claim
        .batch
        .map(|batch| config.and_then(|config| config.batch(batch.id)).unwrap_or(batch));
    if batch.is_some_and(|batch| batch.revoked) || state.coupon.as_ref().is_some_and(|coupon| coupon.revoked) {
        return Err(Refused::CouponRevoked);
    }
    let (max_uses, expires_at, bound_to) = match (&state.coupon, batch) {
        (Some(listed), _) => (listed.max_uses, listed.expires_at, listed.customer_id.as_deref()),
        (None, Some(batch)) => (batch.max_uses, batch.expires_at, None),
        (None, None) => return Err(Refused::CouponNotFound),
    };
    if expires_at.is_some_and(|expires_at| now > expires_at) {
        return Err(Refused::CouponExpired);
    }
    if bound_to.is_some() && bound_to != customer_id {
        return Err(Refused::WrongCustomer);
    }
    if max_uses.is_some_and(|max_uses| state.coupon_uses >= u64::from(max_uses.get())) {
        return Err(Refused::CouponExhausted);
    }
    Ok(())
}

fn check_limits(state: &State<'_>, limits: &Limits, redeem: &Redeem) -> Result<bool, Refused> {
    if limits
        .per_customer()
        .is_some_and(|most| state.customer_redemptions >= most.get())
    {
        return Err(Refused::CustomerLimit);
    }
    let redemptions = state.redemptions.saturating_add(1);
    if limits.total().is_some_and(|most| redemptions > most.get()) {
        return Err(Refused::PromotionLimit);
    }
    let last = limits.total().is_some_and(|most| redemptions == most.get());
    let Some(budget) = limits.budget() else { return Ok(last) };
    // The edge asks for an amount in the budget's currency; what has none cannot be counted.
    let discount = redeem.entry.answer.discount.ok_or(Refused::Budget)?;
    let spent = state.spent.saturating_add(discount.amount());
    if discount.currency() != budget.get().currency() || spent > budget.get().amount() {
        return Err(Refused::Budget);
    }
    Ok(last || spent == budget.get().amount())
}

#[cfg(test)]
mod tests;
