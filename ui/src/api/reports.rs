//! Calls: reports.

use super::{Answer, get, get_csv, with_query};
use crate::wire::Page;
use crate::wire::reports::{Demographics, PromotionName, Usage};

/// The parameters of a report, as they stand in its query.
pub(crate) type Query = [(&'static str, String)];

/// Promotions that a picker offers for what was typed: as many as can be looked over.
const OFFERED: usize = 20;

pub(crate) async fn usage_report(token: &str, query: &Query) -> Answer<Usage> {
    get(&with_query("/v1/reports/usage", query), token).await
}

/// The same report as a file for a spreadsheet.
pub(crate) async fn usage_csv(token: &str, query: &Query) -> Answer<String> {
    get_csv(&with_query("/v1/reports/usage", query), token).await
}

pub(crate) async fn demographics(token: &str, query: &Query) -> Answer<Demographics> {
    get(&with_query("/v1/reports/demographics", query), token).await
}

pub(crate) async fn demographics_csv(token: &str, query: &Query) -> Answer<String> {
    get_csv(&with_query("/v1/reports/demographics", query), token).await
}

/// Promotions whose code or name contains a text.
pub(crate) async fn find_promotions(token: &str, text: &str) -> Answer<Page<PromotionName>> {
    let query = [("q", text.to_owned()), ("limit", OFFERED.to_string())];
    get(&with_query("/v1/promotions", &query), token).await
}
