//! Batches of generated coupons: made at once, whatever their size, for a batch is a range of serial numbers.

use axum::Json;
use axum::extract::State;
use engine::ids::CouponBatchId;
use engine::problem::ProblemType;

use super::find_batch_of;
use crate::app::App;
use crate::audit::{self, Action, Entry};
use crate::auth::{Allowed, CouponsWrite, PromotionsRead};
use crate::coupons;
use crate::coupons::batch::{CouponBatchOut, NEW_BATCH, NewBatch};
use crate::coupons::export::{CsvFile, export_batch};
use crate::db::coupon_batches::{self, CouponBatchRow};
use crate::openapi::doc::{Doc, MakeSchema};
use crate::openapi::schema;
use crate::problem::Error;
use crate::random::new_id;
use crate::routes::input::{Accepted, JsonBody, Page, PageQuery, Path, Query};

const PATH: &[(&str, MakeSchema)] = &[("code", schema::code)];
const BATCH_PATH: &[(&str, MakeSchema)] = &[("code", schema::code), ("id", schema::id::<CouponBatchId>)];

pub(crate) const CREATE_COUPON_BATCH: Doc = Doc::new(
    "create_coupon_batch",
    "Generates coupons. They exist at once, and can be used when `status` is `ready`.",
)
.path(PATH)
.body(NEW_BATCH)
.problems(&[ProblemType::Conflict]);

/// `POST /v1/promotions/{code}/coupon-batches`.
pub(crate) async fn create_coupon_batch(
    State(app): State<App>,
    Allowed { principal, .. }: Allowed<CouponsWrite>,
    Path(code): Path<String>,
    JsonBody(body): JsonBody,
) -> Result<Accepted<Json<CouponBatchOut>>, Error> {
    let now = app.clock.now();
    let id = new_id(CouponBatchId::from_parts, now)?;
    let create = || async {
        let mut tenant = app.db.begin(principal.organization).await?;
        let promotion = coupons::lock_promotion(&mut tenant, &code).await?;
        let new = NewBatch::parse(&body, now)?;
        let set = coupons::make_coupon_set(&mut tenant, &promotion).await?;
        let row = new.place(&mut tenant, promotion.id, set, id, now).await?;
        coupon_batches::insert_coupon_batch(&mut tenant, promotion.id, &row).await?;
        coupons::publish_set(&mut tenant, &promotion, now).await?;
        let batch = CouponBatchOut::from_row(&row, &promotion)?;
        let entry = Entry::new(Action::CouponBatchCreated, id).after(&batch)?;
        audit::record(&app, &mut tenant, &principal.actor(), entry).await?;
        tenant.commit(batch).await
    };
    let batch = app.db.transaction("create_coupon_batch", create).await?;
    Ok(Accepted(Json(batch)))
}

pub(crate) const LIST_COUPON_BATCHES: Doc =
    Doc::new("list_coupon_batches", "The batches of a promotion, newest first.")
        .path(PATH)
        .problems(&[ProblemType::Conflict]);

/// `GET /v1/promotions/{code}/coupon-batches`.
pub(crate) async fn list_coupon_batches(
    State(app): State<App>,
    Allowed { principal, .. }: Allowed<PromotionsRead>,
    Path(code): Path<String>,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<CouponBatchOut>>, Error> {
    let page = page.parse::<CouponBatchId>()?;
    let list = || async {
        let mut tenant = app.db.begin(principal.organization).await?;
        let promotion = coupons::find_promotion(&mut tenant, &code).await?;
        let rows = coupon_batches::list_coupon_batches(&mut tenant, promotion.id, page.before, page.rows()).await?;
        let batch = |row: &CouponBatchRow| CouponBatchOut::from_row(row, &promotion);
        let batches: Result<Vec<_>, Error> = rows.iter().map(batch).collect();
        tenant.commit(batches?).await
    };
    let batches = app.db.transaction("list_coupon_batches", list).await?;
    let batches = batches.into_iter().map(|batch| (batch.id.to_string(), batch));
    Ok(Json(page.page(batches.collect())))
}

pub(crate) const GET_COUPON_BATCH: Doc = Doc::new("get_coupon_batch", "A batch and how it stands.")
    .path(BATCH_PATH)
    .problems(&[ProblemType::Conflict]);

/// `GET /v1/promotions/{code}/coupon-batches/{id}`.
pub(crate) async fn get_coupon_batch(
    State(app): State<App>,
    Allowed { principal, .. }: Allowed<PromotionsRead>,
    Path((code, id)): Path<(String, String)>,
) -> Result<Json<CouponBatchOut>, Error> {
    let get = || async {
        let mut tenant = app.db.begin(principal.organization).await?;
        let promotion = coupons::find_promotion(&mut tenant, &code).await?;
        let row = coupon_batches::find_coupon_batch(&mut tenant, promotion.id, parse_id(&id)?).await?;
        let batch = CouponBatchOut::from_row(&row.ok_or_else(not_found)?, &promotion)?;
        tenant.commit(batch).await
    };
    app.db.transaction("get_coupon_batch", get).await.map(Json)
}

pub(crate) const REVOKE_COUPON_BATCH: Doc =
    Doc::new("revoke_coupon_batch", "Takes all coupons of a batch back for good.")
        .path(BATCH_PATH)
        .problems(&[ProblemType::Conflict]);

/// `POST /v1/promotions/{code}/coupon-batches/{id}/revoke`: final, and safe to repeat.
pub(crate) async fn revoke_coupon_batch(
    State(app): State<App>,
    Allowed { principal, .. }: Allowed<CouponsWrite>,
    Path((code, id)): Path<(String, String)>,
) -> Result<Json<CouponBatchOut>, Error> {
    let now = app.clock.now();
    let revoke = || async {
        let mut tenant = app.db.begin(principal.organization).await?;
        let promotion = coupons::lock_promotion(&mut tenant, &code).await?;
        let id = parse_id(&id)?;
        let row = coupon_batches::find_coupon_batch(&mut tenant, promotion.id, id).await?;
        let row = row.ok_or_else(not_found)?;
        let before = CouponBatchOut::from_row(&row, &promotion)?;
        if row.revoked_at.is_some() {
            return tenant.commit(before).await;
        }
        coupon_batches::revoke_coupon_batch(&mut tenant, id, now).await?;
        coupons::publish_set(&mut tenant, &promotion, now).await?;
        let revoked_at = Some(now);
        let after = CouponBatchOut::from_row(&CouponBatchRow { revoked_at, ..row }, &promotion)?;
        let entry = Entry::new(Action::CouponBatchRevoked, id)
            .before(&before)?
            .after(&after)?;
        audit::record(&app, &mut tenant, &principal.actor(), entry).await?;
        tenant.commit(after).await
    };
    app.db.transaction("revoke_coupon_batch", revoke).await.map(Json)
}

pub(crate) const EXPORT_COUPON_BATCH: Doc = Doc::new(
    "export_coupon_batch",
    "The coupons of a batch with their states, as a CSV file.",
)
.path(BATCH_PATH)
.problems(&[ProblemType::Conflict]);

/// `GET /v1/promotions/{code}/coupon-batches/{id}/coupons.csv`.
pub(crate) async fn export_coupon_batch(
    State(app): State<App>,
    Allowed { principal, .. }: Allowed<PromotionsRead>,
    Path((code, id)): Path<(String, String)>,
) -> Result<CsvFile, Error> {
    let find = || async {
        let mut tenant = app.db.begin(principal.organization).await?;
        let promotion = coupons::find_promotion(&mut tenant, &code).await?;
        let found = find_batch_of(&mut tenant, promotion.id, parse_id(&id)?).await?;
        tenant.commit((promotion.id, found)).await
    };
    let (promotion, (row, set, batch)) = app.db.transaction("export_coupon_batch", find).await?;
    Ok(export_batch(
        app,
        principal.organization,
        promotion,
        row,
        set.key,
        batch,
    ))
}

pub(super) fn not_found() -> Error {
    Error::not_found("No batch of the promotion has this id: list its batches for those that exist.")
}

/// An id in a path. One that cannot exist names nothing.
fn parse_id(text: &str) -> Result<CouponBatchId, Error> {
    text.parse().map_err(|_| not_found())
}
