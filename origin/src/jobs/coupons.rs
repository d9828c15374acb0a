//! Tells the ledger's objects of the coupons that they have to list.

use std::num::NonZeroU32;
use std::time::{Duration, Instant};

use anyhow::{Context, anyhow};
use engine::ids::{OrganizationId, PromotionId};
use engine::ledger::ListedCoupon;
use engine::wire::v1::{COUPONS_PATH, CouponsAnswer, CouponsRequest, MAX_COUPONS_PER_CALL, V1};

use super::JobError;
use crate::app::App;
use crate::coupons::publish_pending;
use crate::db::coupons::{PendingRow, find_pushed_promotion, list_pending_coupons, settle_coupons};
use crate::edge::Edge;

/// How long one job goes on, well within what a job may take; another one does the rest.
const LONGEST_RUN: Duration = Duration::from_secs(40);

/// The job. Awaits, for each page: reading it; the call, which the edge takes again without harm; and the note that it was
/// made, without which the page is sent again. A coupon that changes between the first and the last goes on waiting.
pub(super) async fn push_coupons(
    app: &App,
    organization: OrganizationId,
    promotion: PromotionId,
) -> Result<(), JobError> {
    let edge = Edge::new(app).map_err(JobError::Retry)?;
    let started = Instant::now();
    while started.elapsed() < LONGEST_RUN {
        if !push_page(app, &edge, organization, promotion).await? {
            return Ok(());
        }
    }
    let ask = || async {
        let mut tenant = app.db.begin(organization).await?;
        publish_pending(&mut tenant, promotion, app.clock.now()).await?;
        tenant.commit(()).await
    };
    Ok(app.db.transaction("push_coupons", ask).await?)
}

/// Sends a page; `false` when nothing waits.
async fn push_page(
    app: &App,
    edge: &Edge,
    organization: OrganizationId,
    promotion: PromotionId,
) -> Result<bool, JobError> {
    let mut tenant = app.db.begin(organization).await?;
    let limit = i64::try_from(MAX_COUPONS_PER_CALL).unwrap_or(i64::MAX);
    let rows = list_pending_coupons(&mut tenant, promotion, limit).await?;
    let row = find_pushed_promotion(&mut tenant, promotion).await?;
    drop(tenant);
    let counted = row.filter(|row| row.version > 0).and_then(|row| row.counted);
    let Some(counted) = counted.filter(|_| !rows.is_empty()) else {
        return Ok(false);
    };
    let coupons: anyhow::Result<_> = rows.iter().map(listed_coupon).collect();
    let request = CouponsRequest {
        v: V1,
        organization_id: organization,
        promotion_id: promotion,
        counted,
        coupons: coupons.map_err(JobError::Permanent)?,
    };
    let answer: CouponsAnswer = edge
        .post(COUPONS_PATH, &request)
        .await
        .context("the edge did not take the coupons")
        .map_err(JobError::Retry)?;
    if answer.stored < rows.len() {
        let error = anyhow!("the edge took {} of {} coupons", answer.stored, rows.len());
        return Err(JobError::Retry(error));
    }
    let (codes, revisions): (Vec<_>, Vec<_>) = rows.into_iter().map(|row| (row.code, row.revision)).unzip();
    let settle = || async {
        let mut tenant = app.db.begin(organization).await?;
        settle_coupons(&mut tenant, promotion, &codes, &revisions).await?;
        tenant.commit(()).await
    };
    app.db.transaction("push_coupons", settle).await?;
    tracing::info!(coupons = codes.len(), "the ledger knows of coupons");
    Ok(true)
}

fn listed_coupon(row: &PendingRow) -> anyhow::Result<ListedCoupon> {
    Ok(ListedCoupon {
        code: row.code.parse()?,
        revision: u64::try_from(row.revision)?,
        max_uses: row.max_uses.map(u32::try_from).transpose()?.and_then(NonZeroU32::new),
        expires_at: row.expires_at,
        customer_id: row.customer_id.clone(),
        revoked: row.revoked,
    })
}
