//! `POST /internal/coupons`: coupons that the ledger's objects have to list.

use engine::ledger::Objects;
use engine::problem::ProblemType;
use engine::wire::v1::{COUPONS_PATH, CouponsAnswer, CouponsRequest, MAX_COUPONS_PER_CALL, V1};
use worker::{Request, Response};

use super::signed;
use crate::answer;
use crate::app::App;
use crate::ledger;
use crate::problem::Failure;

/// Longest body in bytes: [`MAX_COUPONS_PER_CALL`] coupons with references of the greatest length.
const MAX_COUPONS_BYTES: usize = 1024 * 1024;

/// Lists coupons with a promotion's objects.
///
/// Awaits the body, then the objects that count these coupons. Repeating is safe: an object keeps the newest of a code.
pub(crate) async fn post_coupons(app: &App, request: &mut Request) -> Result<Response, Failure> {
    let request: CouponsRequest = signed::read(app, request, COUPONS_PATH, MAX_COUPONS_BYTES).await?;
    signed::at_most(request.coupons.len(), MAX_COUPONS_PER_CALL, "coupons")?;
    let objects = Objects {
        organization: request.organization_id,
        promotion: request.promotion_id,
        counted: request.counted,
    };
    let stored = request.coupons.len();
    ledger::list_coupons(app.bindings(), objects, request.coupons)
        .await
        .map_err(|cause| Failure::fault(ProblemType::LedgerUnavailable, cause))?;
    Ok(answer::json(200, &CouponsAnswer { v: V1, stored }))
}
