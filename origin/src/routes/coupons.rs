//! Coupons one by one: listed ones are made here, and any can be looked up and taken back.

pub(crate) mod batches;
pub(crate) mod import;

use axum::Json;
use axum::extract::State;
use engine::coupon::{Batch, CouponCode, CouponSet};
use engine::ids::{CouponBatchId, PromotionId};
use engine::problem::{FieldError, ProblemType};
use schemars::JsonSchema;
use serde::Deserialize;

use super::input::{Created, JsonBody, Page, PageQuery, PageRequest, Path, Query};
use crate::app::App;
use crate::audit::{self, Action, Entry};
use crate::auth::{Allowed, CouponsWrite, PromotionsRead};
use crate::coupons::coupon::{self, CouponOut, CouponState, NEW_COUPON, NewCoupon, Source};
use crate::coupons::export::{CsvFile, export_listed};
use crate::coupons::{self, CouponPromotion, coupon_set};
use crate::db::coupons::{CouponColumns, insert_coupons, list_coupons as list_rows, revoke_coupon as revoke_row};
use crate::db::{Tenant, coupon_batches};
use crate::openapi::doc::{Doc, MakeSchema};
use crate::openapi::schema::{self, Id};
use crate::problem::Error;

const PATH: &[(&str, MakeSchema)] = &[("code", schema::code)];
const COUPON_PATH: &[(&str, MakeSchema)] = &[("code", schema::code), ("coupon", coupon::coupon_code)];

/// Which coupons.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct CouponQuery {
    /// Those of a batch, in an order that is always the same; without it, those whose code was chosen or imported, newest
    /// first.
    #[schemars(with = "Option<Id<CouponBatchId>>")]
    batch: Option<String>,
    /// The one with this code, as people type it, whatever its kind.
    q: Option<String>,
}

pub(crate) const LIST_COUPONS: Doc = Doc::new(
    "list_coupons",
    "The coupons of a promotion whose codes were chosen or imported, or those of a batch.",
)
.path(PATH)
.problems(&[ProblemType::Conflict]);

/// `GET /v1/promotions/{code}/coupons`.
pub(crate) async fn list_coupons(
    State(app): State<App>,
    Allowed { principal, .. }: Allowed<PromotionsRead>,
    Path(code): Path<String>,
    Query(page): Query<PageQuery>,
    Query(query): Query<CouponQuery>,
) -> Result<Json<Page<CouponOut>>, Error> {
    let list = || async {
        let mut tenant = app.db.begin(principal.organization).await?;
        let promotion = coupons::find_promotion(&mut tenant, &code).await?;
        let page = match (&query.q, &query.batch) {
            (Some(typed), _) => find_page(&app, &mut tenant, &promotion, typed, &page).await?,
            (None, Some(batch)) => batch_page(&app, &mut tenant, &promotion, batch, &page).await?,
            (None, None) => listed_page(&app, &mut tenant, &promotion, &page).await?,
        };
        tenant.commit(page).await
    };
    app.db.transaction("list_coupons", list).await.map(Json)
}

/// One coupon or none.
async fn find_page(
    app: &App,
    tenant: &mut Tenant,
    promotion: &CouponPromotion,
    typed: &str,
    page: &PageQuery,
) -> Result<Page<CouponOut>, Error> {
    let page: PageRequest<i64> = page.parse()?;
    let found = find(app, tenant, promotion, typed).await?;
    Ok(page.page(found.into_iter().map(|coupon| (String::new(), coupon)).collect()))
}

/// Coupons of a batch from an index on: the cursor is the index of the last one.
async fn batch_page(
    app: &App,
    tenant: &mut Tenant,
    promotion: &CouponPromotion,
    batch: &str,
    page: &PageQuery,
) -> Result<Page<CouponOut>, Error> {
    let page: PageRequest<u32> = page.parse()?;
    let (row, set, batch) = find_batch(tenant, promotion, batch).await?;
    let from = page.before.map_or(0, |last| last.saturating_add(1));
    let rows = usize::try_from(page.rows()).map_err(Error::fault)?;
    let codes: Vec<CouponCode> = batch.codes(set.key, from).take(rows).collect();
    let source = Source::of(&row, &batch);
    let found = coupon::find_generated(tenant, promotion.id, &source, &codes, app.clock.now()).await?;
    let cursors = (from..).map(|index| index.to_string());
    Ok(page.page(cursors.zip(found).collect()))
}

async fn listed_page(
    app: &App,
    tenant: &mut Tenant,
    promotion: &CouponPromotion,
    page: &PageQuery,
) -> Result<Page<CouponOut>, Error> {
    let page: PageRequest<i64> = page.parse()?;
    let rows = list_rows(tenant, promotion.id, page.before, page.rows()).await?;
    let now = app.clock.now();
    let coupon = |row: crate::db::coupons::CouponRow| {
        let cursor = row.number.to_string();
        Ok((cursor, CouponOut::listed(row, promotion.is_draft(), now)?))
    };
    let found: Result<Vec<_>, Error> = rows.into_iter().map(coupon).collect();
    Ok(page.page(found?))
}

pub(crate) const CREATE_COUPON: Doc = Doc::new("create_coupon", "Makes a coupon with a chosen code.")
    .path(PATH)
    .body(NEW_COUPON)
    .problems(&[ProblemType::Conflict]);

/// `POST /v1/promotions/{code}/coupons`.
pub(crate) async fn create_coupon(
    State(app): State<App>,
    Allowed { principal, .. }: Allowed<CouponsWrite>,
    Path(code): Path<String>,
    JsonBody(body): JsonBody,
) -> Result<Created<Json<CouponOut>>, Error> {
    let now = app.clock.now();
    let create = || async {
        let mut tenant = app.db.begin(principal.organization).await?;
        let promotion = coupons::lock_promotion(&mut tenant, &code).await?;
        let new = NewCoupon::parse(&body, now)?;
        let set = coupons::make_coupon_set(&mut tenant, &promotion).await?;
        let mut columns = CouponColumns::default();
        columns.push(&new);
        let is_free = !coupon::is_generated(&set, &new.code)
            && !insert_coupons(&mut tenant, promotion.id, &columns, now)
                .await?
                .is_empty();
        if !is_free {
            let detail = "A coupon of the promotion has this code: choose another code.";
            return Err(Error::new(ProblemType::Conflict, detail));
        }
        if !set.listed {
            coupons::publish_set(&mut tenant, &promotion, now).await?;
        }
        let coupon = find(&app, &mut tenant, &promotion, new.code.as_str()).await?;
        let coupon = coupon.ok_or_else(|| Error::fault("a coupon is gone"))?;
        let entry = Entry::new(Action::CouponCreated, object_id(&promotion, &coupon.code)).after(&coupon)?;
        audit::record(&app, &mut tenant, &principal.actor(), entry).await?;
        coupons::publish_pending(&mut tenant, promotion.id, now).await?;
        tenant.commit(coupon).await
    };
    let coupon = app.db.transaction("create_coupon", create).await?;
    Ok(Created(Json(coupon)))
}

pub(crate) const GET_COUPON: Doc = Doc::new("get_coupon", "A coupon, by its code as people type it.")
    .path(COUPON_PATH)
    .problems(&[ProblemType::Conflict]);

/// `GET /v1/promotions/{code}/coupons/{coupon}`.
pub(crate) async fn get_coupon(
    State(app): State<App>,
    Allowed { principal, .. }: Allowed<PromotionsRead>,
    Path((code, typed)): Path<(String, String)>,
) -> Result<Json<CouponOut>, Error> {
    let get = || async {
        let mut tenant = app.db.begin(principal.organization).await?;
        let promotion = coupons::find_promotion(&mut tenant, &code).await?;
        let coupon = find(&app, &mut tenant, &promotion, &typed).await?;
        tenant.commit(coupon).await
    };
    let coupon = app.db.transaction("get_coupon", get).await?;
    coupon.ok_or_else(coupon_not_found).map(Json)
}

pub(crate) const REVOKE_COUPON: Doc = Doc::new("revoke_coupon", "Takes a coupon back for good.")
    .path(COUPON_PATH)
    .problems(&[ProblemType::Conflict]);

/// `POST /v1/promotions/{code}/coupons/{coupon}/revoke`: final, and safe to repeat.
pub(crate) async fn revoke_coupon(
    State(app): State<App>,
    Allowed { principal, .. }: Allowed<CouponsWrite>,
    Path((code, typed)): Path<(String, String)>,
) -> Result<Json<CouponOut>, Error> {
    let now = app.clock.now();
    let revoke = || async {
        let mut tenant = app.db.begin(principal.organization).await?;
        let promotion = coupons::lock_promotion(&mut tenant, &code).await?;
        let before = find(&app, &mut tenant, &promotion, &typed).await?;
        let before = before.ok_or_else(coupon_not_found)?;
        if before.state == CouponState::Revoked {
            return tenant.commit(before).await;
        }
        revoke_row(&mut tenant, promotion.id, &before.code, before.batch_id, now).await?;
        let after = find(&app, &mut tenant, &promotion, &before.code).await?;
        let after = after.ok_or_else(|| Error::fault("a coupon is gone"))?;
        let entry = Entry::new(Action::CouponRevoked, object_id(&promotion, &after.code));
        let entry = entry.before(&before)?.after(&after)?;
        audit::record(&app, &mut tenant, &principal.actor(), entry).await?;
        coupons::publish_pending(&mut tenant, promotion.id, now).await?;
        tenant.commit(after).await
    };
    app.db.transaction("revoke_coupon", revoke).await.map(Json)
}

pub(crate) const EXPORT_COUPONS: Doc = Doc::new(
    "export_coupons",
    "The coupons whose codes were chosen or imported, newest first, as a CSV file.",
)
.path(PATH)
.problems(&[ProblemType::Conflict]);

/// `GET /v1/promotions/{code}/coupons.csv`.
pub(crate) async fn export_coupons(
    State(app): State<App>,
    Allowed { principal, .. }: Allowed<PromotionsRead>,
    Path(code): Path<String>,
) -> Result<CsvFile, Error> {
    let find = || async {
        let mut tenant = app.db.begin(principal.organization).await?;
        let promotion = coupons::find_promotion(&mut tenant, &code).await?;
        tenant.commit(promotion).await
    };
    let promotion = app.db.transaction("export_coupons", find).await?;
    let (is_draft, name) = (promotion.is_draft(), promotion.code.to_string());
    Ok(export_listed(
        app,
        principal.organization,
        promotion.id,
        &name,
        is_draft,
    ))
}

/// What a typed code names.
async fn find(
    app: &App,
    tenant: &mut Tenant,
    promotion: &CouponPromotion,
    typed: &str,
) -> Result<Option<CouponOut>, Error> {
    coupon::find(tenant, promotion.id, promotion.is_draft(), typed, app.clock.now()).await
}

/// A batch with its row, and the set that it is of.
async fn find_batch(
    tenant: &mut Tenant,
    promotion: &CouponPromotion,
    id: &str,
) -> Result<(coupon_batches::CouponBatchRow, CouponSet, Batch), Error> {
    let Ok(id) = id.parse::<CouponBatchId>() else {
        let detail = "Send the id of a batch, or leave it out.";
        return Err(Error::invalid(vec![FieldError::new("/batch", "batch_invalid", detail)]));
    };
    find_batch_of(tenant, promotion.id, id).await
}

async fn find_batch_of(
    tenant: &mut Tenant,
    promotion: PromotionId,
    id: CouponBatchId,
) -> Result<(coupon_batches::CouponBatchRow, CouponSet, Batch), Error> {
    let row = coupon_batches::find_coupon_batch(tenant, promotion, id).await?;
    let set = coupon_set(tenant, promotion).await?;
    let (row, set) = row.zip(set).ok_or_else(batches::not_found)?;
    let batch = set.batches.iter().find(|batch| batch.terms().id == id).cloned();
    let batch = batch.ok_or_else(batches::not_found)?;
    Ok((row, set, batch))
}

/// A coupon in the audit trail: its code alone names several.
fn object_id(promotion: &CouponPromotion, coupon: &str) -> String {
    format!("{}/{coupon}", promotion.code)
}

fn coupon_not_found() -> Error {
    Error::not_found("No coupon of the promotion has this code: see its list of coupons, or look for it with `q`.")
}
