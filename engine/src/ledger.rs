//! The redemption ledger as a state machine: `(state, command, now) → (event, outcome)`.
//!
//! ```text
//!              ┌── release ──▶ released
//! reserve ─▶ reserved ── until ──▶ expired
//!              └── confirm ──▶ committed ── roll back ──▶ rolled back
//! redeem ─────────────────────────┘  └┘ a part
//! ```
//!
//! A redemption holds its use of the promotion, the customer and the coupon while it is reserved or committed, and its
//! discount less what was given back; afterwards it holds nothing ([`Stored::held`]). What is counted is the sum of what
//! redemptions hold, so nothing is returned twice.
//!
//! The host reads the state that a command is about, calls [`decide`], writes the event and answers the outcome, all
//! without an `await` in between; nothing else is needed for a transaction to count once and for a limit to hold. Before
//! a command it writes the end of every reservation whose time is over ([`Command::Expire`]).
//!
//! What counts is decided by the newest of two: the configuration that the origin sent to the object ([`Config`]), and
//! the terms by which the edge judged ([`Claim`]). So a promotion that was switched off, or whose limit was lowered, is
//! off or lowered here at once, while copies of its rule are still about. A reservation is a promise: it can be
//! confirmed after that.

mod address;
mod command;
mod config;
mod decide;
mod entry;
mod event;
mod judge;
mod write;

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::coupon::{BatchTerms, CouponCode};
use crate::ids::RedemptionId;
use crate::money::Money;
use crate::promotion::Limits;
use crate::wire::v1::{EvaluateAnswer, RedemptionAnswer, RedemptionStatus};

pub use address::{Objects, Place, PromotionTag, SHARDS, Shard, object_of};
pub use command::{Command, Handle, Outcome, Redeem, Refused, RollBack, Submission};
pub use config::{Config, ConfigError, ListedCoupon};
pub use decide::decide;
pub use entry::{Entry, Facts, Unreadable};
pub use event::{Changed, Event, Remembered, message_of};

/// The terms by which a redemption was judged, and whom it counts for.
#[derive(Debug, Clone, PartialEq)]
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CouponClaim {
    /// Which.
    pub code: CouponCode,
    /// What holds for its batch; `None` for one that only the ledger lists.
    pub batch: Option<BatchTerms>,
}

/// A redemption as the ledger keeps it.
#[derive(Debug, Clone, PartialEq)]
pub struct Stored {
    /// Its identifier, which says where it is kept.
    pub id: RedemptionId,
    /// The first answer and the record. Its answer tells the status of then.
    pub entry: Entry,
    /// The shop's name for the order, if it sent one.
    pub transaction_id: Option<String>,
    /// The shop's name for the shopper, if it sent one.
    pub customer_id: Option<String>,
    /// The coupon that it uses.
    pub coupon: Option<CouponCode>,
    /// Whether it counts for the promotion and the customer.
    pub counted: bool,
    /// Where it stood when it was written last.
    pub status: RedemptionStatus,
    /// Until when it is reserved, exclusive; kept when it is over.
    pub reserved_until: Option<DateTime<Utc>>,
    /// What was given back, in minor units; at most its discount.
    pub rolled_back: u64,
    /// When it was written last.
    pub updated_at: DateTime<Utc>,
}

/// What a redemption takes of what is limited.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Held {
    /// Uses of the promotion, the customer and the coupon: one or none.
    pub uses: u64,
    /// Of the budget, in minor units.
    pub amount: u64,
}

impl Stored {
    /// Where it stands at `now`: a reservation ends by itself.
    pub fn status_at(&self, now: DateTime<Utc>) -> RedemptionStatus {
        let is_over = self.reserved_until.is_none_or(|until| now >= until);
        if self.status == RedemptionStatus::Reserved && is_over {
            RedemptionStatus::Expired
        } else {
            self.status
        }
    }

    /// What it takes as it was written last.
    pub fn held(&self) -> Held {
        match self.status {
            RedemptionStatus::Reserved | RedemptionStatus::Committed => Held {
                uses: 1,
                amount: self.left(),
            },
            RedemptionStatus::Released | RedemptionStatus::Expired | RedemptionStatus::RolledBack => Held::default(),
        }
    }

    /// What the shopper still has of the discount, in minor units.
    pub fn left(&self) -> u64 {
        let discount = self.discount().map_or(0, Money::amount);
        discount.saturating_sub(self.rolled_back)
    }

    /// What it gave.
    pub const fn discount(&self) -> Option<Money> {
        self.entry.facts().discount
    }

    /// What a shop is told of it at `now`.
    pub fn answer(&self, now: DateTime<Utc>) -> RedemptionAnswer {
        let status = self.status_at(now);
        RedemptionAnswer {
            id: self.id,
            status,
            promotion: self.entry.facts().promotion.clone(),
            transaction_id: self.transaction_id.clone(),
            customer_id: self.customer_id.clone(),
            coupon_code: self.coupon.clone(),
            discount: self.discount(),
            rolled_back: self
                .discount()
                .and_then(|discount| Money::new(self.rolled_back, discount.currency()).ok()),
            expires_at: self.reserved_until.filter(|_| status == RedemptionStatus::Reserved),
            created_at: self.entry.facts().at,
            updated_at: self.updated_at,
        }
    }

    /// The first answer again, its redemption as it stands at `now`.
    ///
    /// # Errors
    /// What is stored is no answer.
    pub fn replayed(&self, now: DateTime<Utc>) -> Result<EvaluateAnswer, Unreadable> {
        let mut answer = self.entry.answer()?;
        if let Some(redemption) = &mut answer.redemption {
            redemption.status = self.status_at(now);
            redemption.expires_at = self
                .reserved_until
                .filter(|_| redemption.status == RedemptionStatus::Reserved);
        }
        Ok(answer)
    }
}

/// What the ledger knows that a command is about. The host reads it.
#[derive(Debug, Clone, Default)]
pub struct State<'s> {
    /// The redemption: the newest of the place for [`Command::Redeem`] and [`Command::LookUp`], else the named one.
    pub redemption: Option<Stored>,
    /// What a [`RollBack`] with the same idempotency key was answered.
    pub remembered: Option<Remembered>,
    /// Whether the app key was revoked.
    pub key_revoked: bool,
    /// What the origin sent to the object.
    pub config: Option<&'s Config>,
    /// What redemptions of the promotion hold.
    pub redemptions: u64,
    /// The same as an amount in the currency of the one at hand, in minor units.
    pub spent: u64,
    /// What redemptions of the customer hold.
    pub customer_redemptions: u64,
    /// What redemptions of the coupon hold.
    pub coupon_uses: u64,
    /// The coupon, if it is listed here.
    pub coupon: Option<ListedCoupon>,
}

#[cfg(test)]
mod tests;
