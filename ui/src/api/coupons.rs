//! Calls: coupons and their batches.

mod export;

use engine::ids::CouponBatchId;
use gloo_net::http::Method;
use wasm_bindgen::JsValue;

pub(crate) use self::export::{Export, export};
use super::{Answer, decode, get, list_path, post, segment, send, send_as};
use crate::wire::Page;
use crate::wire::coupons::{Batch, Coupon, Import, NewBatch, NewCoupon};

/// Batches of a call, the most: a promotion has at most 200.
const BATCHES_PAGE: usize = 100;
/// How long an import may take, in milliseconds: the gateway gives the sender a minute and the origin another one.
const IMPORT_TIMEOUT_MS: u32 = 130_000;
/// The media type of the files (RFC 7111).
const CSV: &str = "text/csv";

/// Every batch of a promotion, newest first.
pub(crate) async fn batches(token: &str, promotion: &str) -> Answer<Vec<Batch>> {
    let path = format!("{}/coupon-batches?limit={BATCHES_PAGE}", below(promotion));
    let mut page: Page<Batch> = get(&path, token).await?;
    let mut batches = page.items;
    while let Some(cursor) = page.next_cursor {
        page = get(&format!("{path}&cursor={}", segment(&cursor)), token).await?;
        batches.append(&mut page.items);
    }
    Ok(batches)
}

pub(crate) async fn create_batch(token: &str, promotion: &str, batch: &NewBatch) -> Answer<Batch> {
    post(&format!("{}/coupon-batches", below(promotion)), Some(token), batch).await
}

/// Takes all coupons of a batch back, for good.
pub(crate) async fn revoke_batch(token: &str, promotion: &str, id: CouponBatchId) -> Answer<Batch> {
    let path = format!("{}/coupon-batches/{id}/revoke", below(promotion));
    decode(send(Method::POST, &path, Some(token), None).await?).await
}

/// The coupons of a batch, or those whose code was chosen or imported.
pub(crate) async fn coupons(
    token: &str,
    promotion: &str,
    batch: Option<&str>,
    cursor: Option<&str>,
) -> Answer<Page<Coupon>> {
    let path = list_path(&format!("{}/coupons", below(promotion)), cursor);
    let batch = batch.map(|id| format!("&batch={}", segment(id))).unwrap_or_default();
    get(&(path + &batch), token).await
}

/// The coupon of a code as people type it, or none.
pub(crate) async fn find_coupon(token: &str, promotion: &str, typed: &str) -> Answer<Page<Coupon>> {
    get(&format!("{}/coupons?q={}", below(promotion), segment(typed)), token).await
}

pub(crate) async fn coupon(token: &str, promotion: &str, code: &str) -> Answer<Coupon> {
    get(&format!("{}/coupons/{}", below(promotion), segment(code)), token).await
}

pub(crate) async fn create_coupon(token: &str, promotion: &str, coupon: &NewCoupon) -> Answer<Coupon> {
    post(&format!("{}/coupons", below(promotion)), Some(token), coupon).await
}

/// Takes a coupon back, for good.
pub(crate) async fn revoke_coupon(token: &str, promotion: &str, code: &str) -> Answer<Coupon> {
    let path = format!("{}/coupons/{}/revoke", below(promotion), segment(code));
    decode(send(Method::POST, &path, Some(token), None).await?).await
}

/// Makes the coupons of a CSV file.
pub(crate) async fn import(token: &str, promotion: &str, file: &web_sys::File) -> Answer<Import> {
    let path = format!("{}/coupons/import", below(promotion));
    let body = Some((CSV, JsValue::from(file)));
    decode(send_as(Method::POST, &path, Some(token), body, Some(IMPORT_TIMEOUT_MS)).await?).await
}

/// Where the calls about one promotion begin.
fn below(promotion: &str) -> String {
    format!("/v1/promotions/{}", segment(promotion))
}
