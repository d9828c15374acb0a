//! Coupons of a promotion: which there are, and how the edge learns of them.
//!
//! ```text
//! batch ──────────────▶ coupon_batches ──▶ the rule and the ledger's configuration (outbox) ──▶ ready
//! chosen, imported ───▶ coupons, pending ─┬▶ jobs::push_coupons, by pages ──▶ the ledger's objects
//! a generated one revoked ────────────────┘
//! ```

pub(crate) mod batch;
pub(crate) mod coupon;
pub(crate) mod export;
pub(crate) mod import;
pub(crate) mod sheet;

use std::num::NonZeroU32;

use chrono::{DateTime, Utc};
use engine::coupon::{CouponKey, CouponSet};
use engine::ids::{JobId, PromotionId};
use engine::problem::ProblemType;
use engine::promotion::{Kind, PromotionCode, Status};

use crate::db::coupon_batches::{self, CouponPromotionRow};
use crate::db::jobs::{self, NewJob};
use crate::db::{Tenant, coupons, promotions};
use crate::jobs::Job;
use crate::problem::Error;
use crate::random::{self, new_id};
use crate::routes::promotions::{Promotion, not_found, parse_code, publish};

/// Rows of one statement that makes coupons wait again: a second or two of a small database's time.
const REPEATED_ROWS: i64 = 10_000;

/// A promotion that takes coupons.
#[derive(Debug, Clone)]
pub(crate) struct CouponPromotion {
    pub(crate) id: PromotionId,
    pub(crate) code: PromotionCode,
    is_archived: bool,
    has_key: bool,
    version: i64,
}

impl CouponPromotion {
    fn of(code: PromotionCode, row: Option<CouponPromotionRow>) -> Result<Self, Error> {
        let row = row.ok_or_else(not_found)?;
        if row.kind != Kind::Coupon.as_str() {
            let detail = "The promotion's kind is `discount`, which takes no coupons: use one of kind `coupon`.";
            return Err(Error::new(ProblemType::Conflict, detail));
        }
        Ok(Self {
            id: row.id.into(),
            code,
            is_archived: row.status == Status::Archived.as_str(),
            has_key: row.has_key,
            version: row.version,
        })
    }

    /// Whether the edge does not know it.
    pub(crate) const fn is_draft(&self) -> bool {
        self.version == 0
    }
}

/// The promotion of kind `coupon` with a code, to be read.
pub(crate) async fn find_promotion(tenant: &mut Tenant, code: &str) -> Result<CouponPromotion, Error> {
    let code = parse_code(code)?;
    let row = coupon_batches::find_coupon_promotion(tenant, &code).await?;
    CouponPromotion::of(code, row)
}

/// The same, locked until the transaction ends, for a change of its coupons.
pub(crate) async fn lock_promotion(tenant: &mut Tenant, code: &str) -> Result<CouponPromotion, Error> {
    let code = parse_code(code)?;
    let row = coupon_batches::lock_coupon_promotion(tenant, &code).await?;
    let promotion = CouponPromotion::of(code, row)?;
    if promotion.is_archived {
        let detail = "The promotion is archived for good, and its coupons with it: duplicate it.";
        return Err(Error::new(ProblemType::Conflict, detail));
    }
    Ok(promotion)
}

/// What the edge knows of a promotion's coupons; `None` when there are none.
pub(crate) async fn coupon_set(tenant: &mut Tenant, promotion: PromotionId) -> Result<Option<CouponSet>, Error> {
    let Some(key) = coupon_batches::find_coupon_key(tenant, promotion).await? else {
        return Ok(None);
    };
    let key = <[u8; 32]>::try_from(key).map_err(|key| Error::fault(format!("a coupon key has {} bytes", key.len())))?;
    let rows = coupon_batches::list_all_coupon_batches(tenant, promotion).await?;
    let batches: Result<Vec<_>, Error> = rows.iter().map(batch::from_row).collect();
    Ok(Some(CouponSet {
        key: CouponKey::new(key),
        batches: batches?,
        listed: coupons::has_listed_coupons(tenant, promotion).await?,
    }))
}

/// The same of a promotion that is about to have coupons: its key is made.
pub(crate) async fn make_coupon_set(tenant: &mut Tenant, promotion: &CouponPromotion) -> Result<CouponSet, Error> {
    if !promotion.has_key {
        let key = random::bytes::<32>()?;
        coupon_batches::insert_coupon_key(tenant, promotion.id, &key).await?;
    }
    coupon_set(tenant, promotion.id)
        .await?
        .ok_or_else(|| Error::fault("a promotion lost its coupon key"))
}

/// Tells the edge of another set of coupons: the promotion's next revision, and no version. A draft's first activation
/// tells all.
pub(crate) async fn publish_set(
    tenant: &mut Tenant,
    promotion: &CouponPromotion,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    promotions::raise_promotion_revision(tenant, promotion.id, 0).await?;
    if promotion.is_draft() {
        return Ok(());
    }
    let row = promotions::find_promotion(tenant, &promotion.code).await?;
    publish(tenant, &Promotion::from_row(row.ok_or_else(not_found)?)?, now).await
}

/// Asks for the job that tells the ledger of a published promotion's coupons, if any wait. The last statement of a change:
/// it takes the place of a job that waits or runs, which may have looked before this change is committed.
pub(crate) async fn publish_pending(
    tenant: &mut Tenant,
    promotion: PromotionId,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    if !coupons::has_pending_coupons(tenant, promotion).await? {
        return Ok(());
    }
    let organization = tenant.organization();
    let key = format!("push_coupons:{promotion}");
    let job = Job::PushCoupons {
        organization_id: organization,
        promotion_id: promotion,
    };
    let new = NewJob {
        id: new_id(JobId::from_parts, now)?,
        organization: Some(organization),
        job: &job,
        unique_key: Some(&key),
        run_at: now,
    };
    jobs::cancel_job(tenant.connection(), organization, &key, now).await?;
    jobs::insert_job(tenant.connection(), &new, now).await?;
    Ok(())
}

/// Has the ledger told again of all coupons of a promotion that it has to list: its objects were lost, or have newer
/// numbers than a restored database.
pub(crate) async fn publish_again(
    tenant: &mut Tenant,
    promotion: PromotionId,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    let mut after = String::new();
    while let Some(last) = coupons::repeat_coupons(tenant, promotion, &after, REPEATED_ROWS).await? {
        after = last;
    }
    publish_pending(tenant, promotion, now).await
}

/// Uses from the database, whose check bounds them.
fn max_uses_from_row(max_uses: Option<i64>) -> Result<Option<NonZeroU32>, Error> {
    let convert = |uses: i64| {
        u32::try_from(uses)
            .ok()
            .and_then(NonZeroU32::new)
            .ok_or_else(|| Error::fault(format!("{uses} uses are stored")))
    };
    max_uses.map(convert).transpose()
}
