//! What the origin tells the ledger's objects.

use std::num::NonZeroU32;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::coupon::{BatchTerms, CouponCode};
use crate::ids::{CouponBatchId, OrganizationId, PromotionId};
use crate::promotion::{Limits, Rule, Status};
use crate::wire::v1::V1;

/// A promotion as the ledger has to know it: the value of [`crate::wire::v1::ledger_key`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Config {
    /// The format.
    pub v: V1,
    /// The tenant.
    pub organization_id: OrganizationId,
    /// The promotion.
    pub promotion_id: PromotionId,
    /// Counts changes of any kind: an object keeps the newest.
    pub revision: u64,
    /// Whether one object counts all redemptions.
    pub counted: bool,
    /// Whether it applies.
    pub status: Status,
    /// The last instant at which it applies, inclusive.
    pub ends_at: Option<DateTime<Utc>>,
    /// How often and how much.
    pub limits: Limits,
    /// What holds for the coupons of each batch.
    pub batches: Vec<BatchTerms>,
}

/// Why a stored configuration cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the ledger's configuration cannot be read: {0}; publish the promotion again from an origin of this release")]
pub struct ConfigError(String);

impl Config {
    /// What the ledger has to know of a rule.
    pub fn of(rule: &Rule) -> Self {
        let batches = rule.coupons().into_iter().flat_map(|coupons| &coupons.batches);
        Self {
            v: V1,
            organization_id: rule.organization_id(),
            promotion_id: rule.promotion_id(),
            revision: rule.revision(),
            counted: rule.is_counted(),
            status: rule.status(),
            ends_at: rule.ends_at(),
            limits: *rule.limits(),
            batches: batches.map(|batch| *batch.terms()).collect(),
        }
    }

    /// Reads the stored form.
    ///
    /// # Errors
    /// Says what is wrong.
    pub fn from_json(text: &str) -> Result<Self, ConfigError> {
        serde_json::from_str(text).map_err(|error| ConfigError(error.to_string()))
    }

    /// The text that [`Config::from_json`] reads.
    ///
    /// # Errors
    /// None in practice: every field has a JSON form.
    pub fn to_json(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string(self)
    }

    /// What holds for a batch.
    pub fn batch(&self, id: CouponBatchId) -> Option<BatchTerms> {
        self.batches.iter().find(|batch| batch.id == id).copied()
    }
}

/// A coupon that the ledger lists: one whose code was chosen or imported, or a generated one that was taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListedCoupon {
    /// Which.
    pub code: CouponCode,
    /// Counts its changes: an object keeps the newest.
    pub revision: u64,
    /// How often it may be used; `None` for no limit.
    pub max_uses: Option<NonZeroU32>,
    /// The last instant at which it is good, inclusive.
    pub expires_at: Option<DateTime<Utc>>,
    /// Who alone may use it, by the shop's name for the shopper.
    pub customer_id: Option<String>,
    /// Whether it was taken back.
    pub revoked: bool,
}
