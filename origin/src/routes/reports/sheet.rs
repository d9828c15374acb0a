//! Reports as CSV (RFC 4180). Of usage a row for each interval, or one for all.

use std::collections::BTreeSet;

use axum::http::HeaderMap;
use axum::http::header::{ACCEPT, CONTENT_DISPOSITION, CONTENT_TYPE, VARY};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, SecondsFormat, Utc};
use csv::{Terminator, WriterBuilder};
use engine::evaluate::ReasonCode;

use super::UsageOut;
use super::totals::{Sum, Totals};
use crate::coupons::sheet::escape_formula;
use crate::problem::Error;

const MEDIA_TYPE: &str = "text/csv";

/// Whether a client would rather have CSV: it names it.
pub(super) fn is_wanted(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok());
    accepted
        .flat_map(|value| value.split(','))
        .filter_map(|range| range.split(';').next())
        .any(|media_type| media_type.trim().eq_ignore_ascii_case(MEDIA_TYPE))
}

/// The usage report as a file.
pub(super) fn answer(usage: &UsageOut) -> Result<Response, Error> {
    let all = &usage.totals;
    let currencies = currencies_of(all);
    let mut rows = Vec::new();
    if usage.series.is_empty() {
        rows.push(row(usage.from, usage.to, all, &currencies));
    }
    for part in &usage.series {
        rows.push(row(Some(part.from), Some(part.to), &part.totals, &currencies));
    }
    file("usage", header(&currencies), rows)
}

/// A file to be saved.
pub(super) fn file<R: IntoIterator<Item: AsRef<str>>>(
    name: &str,
    header: impl IntoIterator<Item: AsRef<[u8]>>,
    rows: impl IntoIterator<Item = R>,
) -> Result<Response, Error> {
    let text = write(header, rows).map_err(Error::fault)?;
    let disposition = format!("attachment; filename=\"{name}.csv\"");
    let headers = [
        (CONTENT_TYPE, "text/csv; charset=utf-8; header=present"),
        (CONTENT_DISPOSITION, disposition.as_str()),
        (VARY, "accept"),
    ];
    Ok((headers, text).into_response())
}

fn write<R: IntoIterator<Item: AsRef<str>>>(
    header: impl IntoIterator<Item: AsRef<[u8]>>,
    rows: impl IntoIterator<Item = R>,
) -> Result<Vec<u8>, Box<dyn std::error::Error + Send + Sync>> {
    let mut writer = WriterBuilder::new()
        .terminator(Terminator::CRLF)
        .from_writer(Vec::new());
    writer.write_record(header)?;
    for row in rows {
        writer.write_record(row.into_iter().map(|cell| escape_formula(cell.as_ref()).into_owned()))?;
    }
    Ok(writer.into_inner().map_err(|error| error.into_error())?)
}

/// Those that occur, in their order.
fn currencies_of(totals: &Totals) -> BTreeSet<&str> {
    let sums = totals.discount.iter().chain(&totals.given_back);
    sums.map(|sum| sum.currency.as_str()).collect()
}

fn header(currencies: &BTreeSet<&str>) -> Vec<String> {
    let fixed = [
        "from",
        "to",
        "evaluations",
        "applicable",
        "not_applicable",
        "ratio",
        "redemptions",
        "rolled_back",
        "response_ms_mean",
        "response_ms_p95",
    ];
    let reasons = ReasonCode::ALL.iter().map(|reason| reason.as_str());
    let sums = ["discount", "given_back"].into_iter();
    let sums = sums.flat_map(|name| currencies.iter().map(move |currency| format!("{name}_{currency}")));
    let fixed = fixed.into_iter().chain(reasons).map(str::to_owned);
    fixed.chain(sums).collect()
}

fn row(
    from: Option<DateTime<Utc>>,
    to: Option<DateTime<Utc>>,
    totals: &Totals,
    currencies: &BTreeSet<&str>,
) -> Vec<String> {
    let fixed = [
        text(from.map(time)),
        text(to.map(time)),
        totals.evaluations.to_string(),
        totals.applicable.to_string(),
        totals.not_applicable.to_string(),
        text(totals.ratio),
        totals.redemptions.to_string(),
        totals.rolled_back.to_string(),
        text(totals.response_ms.mean),
        text(totals.response_ms.p95),
    ];
    let reasons = ReasonCode::ALL.iter().map(|reason| {
        let count = totals.by_reason.get(reason.as_str());
        count.copied().unwrap_or_default().to_string()
    });
    let sums = [&totals.discount, &totals.given_back].into_iter();
    let sums = sums.flat_map(|sums| currencies.iter().map(|currency| amount(sums, currency)));
    fixed.into_iter().chain(reasons).chain(sums).collect()
}

fn amount(sums: &[Sum], currency: &str) -> String {
    let sum = sums.iter().find(|sum| sum.currency == currency);
    sum.map_or(0, |sum| sum.amount).to_string()
}

fn time(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::AutoSi, true)
}

fn text<T: ToString>(value: Option<T>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn csv_is_for_those_who_name_it() {
        let check = |accept: &str, expected| {
            let headers = HeaderMap::from_iter([(ACCEPT, accept.parse().unwrap())]);
            assert_eq!(is_wanted(&headers), expected, "{accept}");
        };
        check("text/csv", true);
        check("application/json;q=0.5, Text/CSV; header=present", true);
        check("*/*", false);
        check("application/json", false);
        check("text/csvx", false);
        assert!(!is_wanted(&HeaderMap::new()));
    }
}
