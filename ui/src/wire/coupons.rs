//! Coupons and their batches.

use chrono::{DateTime, Utc};
use engine::ids::CouponBatchId;
use serde::{Deserialize, Serialize};

/// `POST /v1/promotions/{code}/coupon-batches`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct NewBatch {
    pub(crate) count: u64,
    /// Of each coupon; `None` for no limit.
    pub(crate) max_uses: Option<u64>,
    pub(crate) pattern: String,
    /// Stands before the pattern.
    pub(crate) prefix: String,
    pub(crate) expires_at: Option<DateTime<Utc>>,
}

/// A batch of generated coupons.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Batch {
    pub(crate) id: CouponBatchId,
    pub(crate) status: BatchStatus,
    /// How many of its coupons exist.
    pub(crate) generated: u32,
    pub(crate) count: u32,
    /// What its codes look like.
    pub(crate) pattern: String,
    /// Of each coupon; `None` for no limit.
    pub(crate) max_uses: Option<u32>,
    /// The last instant at which its coupons are good.
    pub(crate) expires_at: Option<DateTime<Utc>>,
    pub(crate) created_at: DateTime<Utc>,
}

/// How a batch stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum BatchStatus {
    /// The promotion is a draft.
    Prepared,
    /// On its way to the edge.
    Publishing,
    /// The edge takes its coupons.
    Ready,
    Revoked,
}

/// `POST /v1/promotions/{code}/coupons`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct NewCoupon {
    pub(crate) code: String,
    /// `None` for no limit.
    pub(crate) max_uses: Option<u64>,
    pub(crate) expires_at: Option<DateTime<Utc>>,
    /// Who alone may use it.
    pub(crate) customer_id: Option<String>,
}

/// A coupon.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Coupon {
    pub(crate) code: String,
    /// The batch that it was generated in; `None` when its code was chosen or imported.
    pub(crate) batch_id: Option<CouponBatchId>,
    pub(crate) state: CouponState,
    /// As far as the records of evaluations have come in.
    pub(crate) uses: u64,
    /// `None` for no limit.
    pub(crate) max_uses: Option<u32>,
    /// The last instant at which it is good.
    pub(crate) expires_at: Option<DateTime<Utc>>,
    /// Who alone may use it.
    pub(crate) customer_id: Option<String>,
    pub(crate) created_at: DateTime<Utc>,
    pub(crate) revoked_at: Option<DateTime<Utc>>,
    /// Whether the edge knows of it as it is here.
    pub(crate) published: bool,
}

/// How a coupon stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum CouponState {
    Active,
    Exhausted,
    Expired,
    Revoked,
}

/// What became of an import.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Import {
    /// Coupons that were stored.
    pub(crate) imported: u64,
    /// Lines that were not.
    pub(crate) refused: u64,
    /// The first of the refused lines.
    pub(crate) lines: Vec<RefusedLine>,
    /// How many more there are.
    pub(crate) lines_not_shown: u64,
}

/// A line of a file that was not imported.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct RefusedLine {
    /// As an editor counts; that of the header is 1.
    pub(crate) line: u64,
    /// The code in it, or the beginning of what stands there.
    pub(crate) coupon: String,
    /// A stable slug.
    pub(crate) code: String,
    /// What to do, in English.
    pub(crate) detail: String,
}
