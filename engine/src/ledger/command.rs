//! What is asked of the ledger, and what it says.

mod read;

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::{Claim, Entry};
use crate::evaluate::{Detail, ReasonCode, Refusal};
use crate::ids::{AppKeyId, RedemptionId};
use crate::money::Money;
use crate::wire::v1::{EvaluateAnswer, KeyScope, RedemptionAnswer, RedemptionStatus};

/// What a request wants of the ledger.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// Consume, with the answer to give if nothing stands against it: for good, or until a time.
    Redeem(Box<Redeem>),
    /// Consume nothing: is this the retry of a request that was granted?
    LookUp {
        /// Of the request at hand.
        fingerprint: String,
        /// With which it came.
        app_key_id: AppKeyId,
    },
    /// Make a reservation final.
    Confirm(Handle),
    /// Give a reservation back.
    Release(Handle),
    /// Give back what was consumed, or a part of its discount.
    RollBack(Box<RollBack>),
    /// Tell.
    Find(Handle),
    /// End a reservation whose time is over; the host's own.
    Expire,
}

/// A command, and where it is to be carried out.
#[derive(Debug, Clone, PartialEq)]
pub struct Submission {
    /// From [`super::Place::key`]; empty when the command names its redemption.
    pub key: String,
    /// What to do.
    pub command: Command,
}

/// A redemption as it would be stored.
#[derive(Debug, Clone, PartialEq)]
pub struct Redeem {
    /// What to store and answer.
    pub entry: Entry,
    /// Its identifier.
    pub id: RedemptionId,
    /// What to count.
    pub claim: Claim,
    /// The shop's name for the order, if it sent one.
    pub transaction_id: Option<String>,
    /// Until when to reserve; `None` consumes for good.
    pub until: Option<DateTime<Utc>>,
}

/// A redemption by its identifier, and who asks.
#[derive(Debug, Clone, PartialEq)]
pub struct Handle {
    /// Which.
    pub redemption_id: RedemptionId,
    /// By which key.
    pub app_key_id: AppKeyId,
    /// What the key is bound to.
    pub scope: KeyScope,
}

/// What to give back.
#[derive(Debug, Clone, PartialEq)]
pub struct RollBack {
    /// Of which.
    pub handle: Handle,
    /// A part of the discount; `None` for all that is left, and the use with it.
    pub amount: Option<Money>,
    /// The caller's name for this call: repeated, it gives back nothing more.
    pub idempotency_key: Option<String>,
}

/// What the shop is answered.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Outcome {
    /// Consumed by this request, with the answer of the command.
    Granted {
        /// Whether it took the last that a limit or the budget allows.
        exhausted: bool,
    },
    /// Consumed before by the same request: its first answer, the redemption as it stands.
    Replayed(Box<EvaluateAnswer>),
    /// The place, or the idempotency key, is taken by another request.
    Conflict,
    /// Not consumed, for this reason.
    Refused {
        /// Why.
        by: Refused,
    },
    /// Not consumed; only [`Command::LookUp`] learns this.
    Unused,
    /// The redemption as it stands after the command.
    Stands(Box<RedemptionAnswer>),
    /// The redemption stands where the command cannot change it.
    Closed {
        /// Where.
        status: RedemptionStatus,
    },
    /// More than is left of the discount, or in another currency.
    Excess {
        /// What is left, in minor units.
        left: u64,
    },
    /// There is no such redemption.
    Unknown,
    /// The key is not bound to the redemption's promotion.
    NotAllowed,
    /// The key was revoked.
    KeyRevoked,
}

/// Why the ledger refuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
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
