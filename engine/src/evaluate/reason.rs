//! The closed list of why a promotion does not apply.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::calendar::Instant;
use crate::effect::EffectError;
use crate::expression::FaultKind;
use crate::money::{Currency, Money};

/// Why a promotion does not apply.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReasonCode {
    /// The condition is false for this request.
    ConditionNotMet,
    /// Paused or archived.
    NotActive,
    /// Before the start.
    NotStarted,
    /// After the end.
    Expired,
    /// No such coupon.
    CouponNotFound,
    /// The coupon ended.
    CouponExpired,
    /// The coupon was taken back.
    CouponRevoked,
    /// The coupon has no use left.
    CouponExhausted,
    /// The coupon belongs to another customer.
    WrongCustomer,
    /// The promotion has no use left.
    PromotionLimitReached,
    /// This customer has no use left.
    CustomerLimitReached,
    /// The budget is spent.
    BudgetExhausted,
    /// The effect does not fit the request, such as another currency.
    EffectNotApplicable,
}

impl ReasonCode {
    /// Every code.
    pub const ALL: [Self; 13] = [
        Self::ConditionNotMet,
        Self::NotActive,
        Self::NotStarted,
        Self::Expired,
        Self::CouponNotFound,
        Self::CouponExpired,
        Self::CouponRevoked,
        Self::CouponExhausted,
        Self::WrongCustomer,
        Self::PromotionLimitReached,
        Self::CustomerLimitReached,
        Self::BudgetExhausted,
        Self::EffectNotApplicable,
    ];

    /// The word on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ConditionNotMet => "condition_not_met",
            Self::NotActive => "not_active",
            Self::NotStarted => "not_started",
            Self::Expired => "expired",
            Self::CouponNotFound => "coupon_not_found",
            Self::CouponExpired => "coupon_expired",
            Self::CouponRevoked => "coupon_revoked",
            Self::CouponExhausted => "coupon_exhausted",
            Self::WrongCustomer => "wrong_customer",
            Self::PromotionLimitReached => "promotion_limit_reached",
            Self::CustomerLimitReached => "customer_limit_reached",
            Self::BudgetExhausted => "budget_exhausted",
            Self::EffectNotApplicable => "effect_not_applicable",
        }
    }

    /// Whether the same request could have applied a moment ago, so that it may be the retry of a lost answer.
    pub const fn may_follow_a_grant(self) -> bool {
        match self {
            Self::NotActive | Self::Expired | Self::CouponExpired | Self::CouponRevoked => true,
            Self::ConditionNotMet
            | Self::NotStarted
            | Self::CouponNotFound
            | Self::CouponExhausted
            | Self::WrongCustomer
            | Self::PromotionLimitReached
            | Self::CustomerLimitReached
            | Self::BudgetExhausted
            | Self::EffectNotApplicable => false,
        }
    }
}

impl fmt::Display for ReasonCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A reason with its sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refusal<'r> {
    /// From the closed list.
    pub code: ReasonCode,
    /// For people; its text is made only when it is written.
    pub detail: Detail<'r>,
}

/// Longest part of a condition that a sentence repeats, in characters: a line of a log.
pub const MAX_PART_CHARS: usize = 120;

/// What a refusal says besides its code. Parts are of the condition's source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detail<'r> {
    /// Paused or archived.
    NotActive,
    /// Before the start.
    StartsAt(DateTime<Utc>),
    /// After the end.
    EndedAt(DateTime<Utc>),
    /// A part is false.
    NotMet {
        /// Which.
        part: &'r str,
    },
    /// A part is neither true nor false, because something that it reads is absent.
    Absent {
        /// Which.
        part: &'r str,
    },
    /// A part cannot be computed.
    Fault {
        /// Why.
        kind: FaultKind,
        /// Which.
        part: &'r str,
    },
    /// The effect does not fit the amount.
    Effect(EffectError),
    /// The budget is in another currency than the amount.
    OtherCurrency {
        /// The budget's.
        budget: Currency,
        /// The request's.
        request: Currency,
    },
    /// There is no such coupon.
    CouponNotFound,
    /// The coupon is over.
    CouponExpired,
    /// The coupon was taken back.
    CouponRevoked,
    /// The coupon has no use left.
    CouponExhausted,
    /// The coupon is bound to another customer.
    WrongCustomer,
    /// The promotion has no redemption left.
    PromotionLimit,
    /// The customer has no redemption left.
    CustomerLimit,
    /// The discount is more than is left of the budget.
    Budget,
}

impl fmt::Display for Detail<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotActive => f.write_str("The promotion is not active."),
            Self::StartsAt(time) => write!(f, "The promotion starts at {}.", Instant::from(*time)),
            Self::EndedAt(time) => write!(f, "The promotion ended at {}.", Instant::from(*time)),
            Self::NotMet { part } => write!(f, "The condition is not met: `{}` is false.", Shortened(part)),
            Self::Absent { part } => write!(
                f,
                "The condition is not met: `{}` reads something that the request leaves out.",
                Shortened(part)
            ),
            Self::Fault { kind, part } => {
                write!(f, "The condition cannot be decided: {kind} in `{}`.", Shortened(part))
            }
            Self::Effect(error) => write!(f, "No discount: {error}."),
            Self::OtherCurrency { budget, request } => write!(
                f,
                "No discount: the budget is in {budget}, the request's amount in {request}."
            ),
            Self::CouponNotFound => f.write_str("There is no such coupon."),
            Self::CouponExpired => f.write_str("The coupon has expired."),
            Self::CouponRevoked => f.write_str("The coupon was taken back."),
            Self::CouponExhausted => f.write_str("The coupon has been used as often as it may be."),
            Self::WrongCustomer => f.write_str("The coupon is another customer's."),
            Self::PromotionLimit => f.write_str("The promotion has been used as often as it may be."),
            Self::CustomerLimit => f.write_str("The customer has used the promotion as often as they may."),
            Self::Budget => f.write_str("What is left of the promotion's budget is less than the discount."),
        }
    }
}

/// A part of a source, cut where it is too long.
struct Shortened<'a>(&'a str);

impl fmt::Display for Shortened<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.char_indices().nth(MAX_PART_CHARS) {
            None => f.write_str(self.0),
            Some((end, _)) => write!(f, "{}…", self.0.get(..end).unwrap_or_default()),
        }
    }
}

/// What an evaluation says, before anything is consumed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision<'r> {
    /// The promotion applies.
    Applicable {
        /// What it gives in money; `None` when the request names no amount.
        discount: Option<Money>,
    },
    /// It does not.
    Refused(Refusal<'r>),
}
