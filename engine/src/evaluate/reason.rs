//! The closed list of why a promotion does not apply.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::money::Money;

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
            Self::NotActive | Self::Expired => true,
            Self::ConditionNotMet
            | Self::NotStarted
            | Self::CouponNotFound
            | Self::CouponExpired
            | Self::CouponRevoked
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
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// From the closed list.
    pub code: ReasonCode,
    /// For people.
    pub detail: String,
}

/// What an evaluation says, before anything is consumed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// The promotion applies.
    Applicable {
        /// What it gives in money; `None` when the request names no amount.
        discount: Option<Money>,
    },
    /// It does not.
    Refused(Refusal),
}

impl Decision {
    pub(super) fn refused(code: ReasonCode, detail: impl Into<String>) -> Self {
        Self::Refused(Refusal {
            code,
            detail: detail.into(),
        })
    }
}
