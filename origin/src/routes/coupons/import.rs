//! Import of coupons: a file in one transaction, in statements of bounded size.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{FromRequest, Request, State};
use axum::http::header::CONTENT_TYPE;
use chrono::{DateTime, Utc};
use engine::problem::ProblemType;

use super::PATH;
use crate::app::App;
use crate::audit::{self, Action, Entry};
use crate::auth::{Allowed, CouponsWrite};
use crate::coupons::import::{Import, Report};
use crate::coupons::{self, CouponPromotion};
use crate::db::Tenant;
use crate::db::coupons::insert_coupons;
use crate::openapi::describe::Describe;
use crate::openapi::doc::Doc;
use crate::openapi::operation::Operation;
use crate::problem::Error;
use crate::routes::input::Path;

/// What CSV is called (RFC 7111).
const CSV: &str = "text/csv";

/// A body that should be CSV.
#[derive(Debug)]
pub(crate) struct CsvBody {
    bytes: Bytes,
    is_csv: bool,
}

impl<S: Send + Sync> FromRequest<S> for CsvBody {
    type Rejection = Error;

    async fn from_request(request: Request, state: &S) -> Result<Self, Error> {
        let kind = request.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        let kind = kind.unwrap_or_default().split(';').next().unwrap_or_default();
        let is_csv = kind.trim().eq_ignore_ascii_case(CSV);
        let bytes = Bytes::from_request(request, state).await?;
        Ok(Self { bytes, is_csv })
    }
}

impl CsvBody {
    fn require(&self) -> Result<Bytes, Error> {
        if self.is_csv {
            return Ok(self.bytes.clone());
        }
        let detail = format!("Send CSV with the header `Content-Type: {CSV}`.");
        Err(Error::new(ProblemType::UnsupportedMediaType, detail))
    }
}

impl Describe for CsvBody {
    fn describe(operation: &mut Operation<'_>) {
        operation.takes_text(CSV);
    }
}

pub(crate) const IMPORT_COUPONS: Doc = Doc::new(
    "import_coupons",
    "Makes coupons with the codes of a CSV file: a line that names its columns, `code` and as wanted `max_uses`, \
     `expires_at` and `customer_id`, and a line for each coupon. Lines that cannot be imported are reported, the others \
     imported.",
)
.path(PATH)
.problems(&[ProblemType::Conflict]);

/// `POST /v1/promotions/{code}/coupons/import`.
pub(crate) async fn import_coupons(
    State(app): State<App>,
    Allowed { principal, .. }: Allowed<CouponsWrite>,
    Path(code): Path<String>,
    body: CsvBody,
) -> Result<Json<Report>, Error> {
    let now = app.clock.now();
    let import = || async {
        let mut tenant = app.db.begin(principal.organization).await?;
        let promotion = coupons::lock_promotion(&mut tenant, &code).await?;
        let report = store(&mut tenant, &promotion, body.require()?, now).await?;
        if report.imported > 0 {
            let entry = Entry::new(Action::PromotionCouponsImported, promotion.id);
            let counts = serde_json::json!({"imported": report.imported, "refused": report.refused});
            audit::record(&app, &mut tenant, &principal.actor(), entry.after(&counts)?).await?;
            coupons::publish_pending(&mut tenant, promotion.id, now).await?;
        }
        tenant.commit(report).await
    };
    app.db.transaction("import_coupons", import).await.map(Json)
}

/// Stores a file chunk by chunk.
async fn store(
    tenant: &mut Tenant,
    promotion: &CouponPromotion,
    file: Bytes,
    now: DateTime<Utc>,
) -> Result<Report, Error> {
    let mut import = Import::open(file, now)?;
    let set = coupons::coupon_set(tenant, promotion.id).await?;
    let had_listed = set.as_ref().is_some_and(|set| set.listed);
    let set = Arc::new(set);
    loop {
        let set = Arc::clone(&set);
        // Parsing and hashing thousands of lines is kept from the threads that serve requests.
        let read = tokio::task::spawn_blocking(move || {
            let chunk = import.read_chunk(set.as_ref().as_ref());
            (import, chunk)
        });
        let (back, chunk) = read.await.map_err(Error::fault)?;
        import = back;
        let stored = if chunk.is_empty() {
            Vec::new()
        } else {
            insert_coupons(tenant, promotion.id, &chunk.columns(), now).await?
        };
        let has_more = chunk.has_more;
        import.settle(chunk, &stored);
        if !has_more {
            break;
        }
    }
    let report = import.finish();
    if report.imported > 0 && !had_listed {
        coupons::make_coupon_set(tenant, promotion).await?;
        coupons::publish_set(tenant, promotion, now).await?;
    }
    Ok(report)
}
