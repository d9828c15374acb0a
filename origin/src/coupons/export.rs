//! Export of coupons as CSV: a stream of pages, each read from the database in a transaction of its own, so that a slow
//! reader holds nothing.

use axum::body::{Body, Bytes};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse, Response};
use chrono::SecondsFormat;
use csv::{Terminator, WriterBuilder};
use engine::coupon::{Batch, CouponCode, CouponKey};
use engine::ids::{OrganizationId, PromotionId};
use futures_util::stream;

use super::coupon::{CouponOut, Source, find_generated};
use super::import::UNLIMITED;
use super::sheet::escape_formula;
use crate::app::App;
use crate::db::coupon_batches::CouponBatchRow;
use crate::db::coupons;
use crate::openapi::describe::Describe;
use crate::openapi::operation::Operation;
use crate::problem::Error;

/// Coupons of a page: a hundred kilobytes of text, and some milliseconds of hashing.
const PAGE_COUPONS: usize = 1_000;
const HEADER: [&str; 6] = ["code", "state", "uses", "max_uses", "expires_at", "customer_id"];

/// A file to be saved.
#[derive(Debug)]
pub(crate) struct CsvFile {
    name: String,
    body: Body,
}

impl CsvFile {
    /// A file whose pages a task writes: `next` answers the page behind a place with the place behind it, and `None` at
    /// the end. A failure ends the transfer early, which its reader notices.
    fn stream<P, F>(name: String, start: P, next: impl Fn(P) -> F + Send + 'static) -> Self
    where
        P: Send + 'static,
        F: Future<Output = Result<Option<(Vec<CouponOut>, P)>, Error>> + Send + 'static,
    {
        let pages = stream::try_unfold((Some(start), true), move |(place, is_first)| {
            let page = place.map(&next);
            async move {
                let Some(page) = page else { return Ok(None) };
                let (coupons, place) = page
                    .await
                    .inspect_err(|error| {
                        tracing::error!(error = crate::problem::chain(error), "an export ended early")
                    })?
                    .map_or((Vec::new(), None), |(coupons, place)| (coupons, Some(place)));
                let text = write_page(&coupons, is_first).map_err(Error::fault)?;
                Ok::<_, Error>(Some((Bytes::from(text), (place, false))))
            }
        });
        let body = Body::from_stream(pages);
        Self { name, body }
    }
}

impl IntoResponse for CsvFile {
    fn into_response(self) -> Response {
        let mut headers = HeaderMap::new();
        headers.insert(
            CONTENT_TYPE,
            HeaderValue::from_static("text/csv; charset=utf-8; header=present"),
        );
        let disposition = format!("attachment; filename=\"{}.csv\"", self.name);
        // Codes and identifiers are letters, digits, `-` and `_`.
        headers.extend(
            HeaderValue::from_str(&disposition)
                .ok()
                .map(|value| (CONTENT_DISPOSITION, value)),
        );
        (headers, self.body).into_response()
    }
}

impl Describe for CsvFile {
    fn describe(operation: &mut Operation<'_>) {
        operation.answers_text(200, "A file", "text/csv");
    }
}

/// The coupons of a batch, in the order of their serial numbers.
pub(crate) fn export_batch(
    app: App,
    organization: OrganizationId,
    promotion: PromotionId,
    row: CouponBatchRow,
    key: CouponKey,
    batch: Batch,
) -> CsvFile {
    let name = format!("coupons-{}", batch.terms().id);
    CsvFile::stream(name, 0_u32, move |from| {
        let (app, row, batch) = (app.clone(), row.clone(), batch.clone());
        async move {
            let (codes, batch) = derive(batch, key, from).await?;
            if codes.is_empty() {
                return Ok(None);
            }
            let after = from.saturating_add(u32::try_from(codes.len()).map_err(Error::fault)?);
            let source = Source::of(&row, &batch);
            let mut tenant = app.db.begin(organization).await?;
            let coupons = find_generated(&mut tenant, promotion, &source, &codes, app.clock.now()).await?;
            Ok(Some((coupons, after)))
        }
    })
}

/// A page of codes. Hashing them takes long enough to be kept from the threads that serve requests.
async fn derive(batch: Batch, key: CouponKey, from: u32) -> Result<(Vec<CouponCode>, Batch), Error> {
    let derive = move || (batch.codes(key, from).take(PAGE_COUPONS).collect(), batch);
    tokio::task::spawn_blocking(derive).await.map_err(Error::fault)
}

/// The listed coupons of a promotion, newest first.
pub(crate) fn export_listed(
    app: App,
    organization: OrganizationId,
    promotion: PromotionId,
    code: &str,
    is_draft: bool,
) -> CsvFile {
    CsvFile::stream(format!("coupons-{code}"), None, move |before| {
        let app = app.clone();
        async move {
            let mut tenant = app.db.begin(organization).await?;
            let limit = i64::try_from(PAGE_COUPONS).map_err(Error::fault)?;
            let rows = coupons::list_coupons(&mut tenant, promotion, before, limit).await?;
            let Some(last) = rows.last().map(|row| row.number) else {
                return Ok(None);
            };
            let now = app.clock.now();
            let coupons: Result<Vec<_>, Error> = rows
                .into_iter()
                .map(|row| CouponOut::listed(row, is_draft, now))
                .collect();
            Ok(Some((coupons?, Some(last))))
        }
    })
}

fn write_page(coupons: &[CouponOut], with_header: bool) -> Result<Vec<u8>, Box<dyn std::error::Error + Send + Sync>> {
    let mut writer = WriterBuilder::new()
        .terminator(Terminator::CRLF)
        .from_writer(Vec::new());
    if with_header {
        writer.write_record(HEADER)?;
    }
    for coupon in coupons {
        let max_uses = coupon
            .max_uses
            .map_or_else(|| UNLIMITED.to_owned(), |uses| uses.to_string());
        let expires_at = coupon
            .expires_at
            .map(|time| time.to_rfc3339_opts(SecondsFormat::AutoSi, true));
        let cells = [
            coupon.code.as_str(),
            coupon.state.as_str(),
            &coupon.uses.to_string(),
            &max_uses,
            expires_at.as_deref().unwrap_or_default(),
            coupon.customer_id.as_deref().unwrap_or_default(),
        ];
        writer.write_record(cells.map(|cell| escape_formula(cell).into_owned()))?;
    }
    Ok(writer.into_inner().map_err(|error| error.into_error())?)
}
