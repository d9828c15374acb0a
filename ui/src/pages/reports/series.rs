//! A usage report as a picture and as tables.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use engine::evaluate::ReasonCode;
use engine::money::Money;

use super::days::Interval;
use super::usage::Report;
use crate::browser::{Grain, format_decimal, format_grain, format_money, format_number, format_percent};
use crate::components::{Bar, Line, Lines, Stroke};
use crate::i18n::{reports as text, usage};
use crate::wire::UsageTotals;
use crate::wire::reports::UsagePart;

/// How an interval of the report is named.
fn label(report: &Report, at: DateTime<Utc>) -> String {
    let grain = match report.question.interval {
        Interval::Hour if report.question.days.count() == 1 => Grain::Hour,
        Interval::Hour => Grain::DayAndHour,
        Interval::Day => Grain::Day,
        Interval::Month => Grain::Month,
    };
    format_grain(at, Some(&report.zone), grain)
}

/// The intervals of the time before, each under the one that it is compared with.
fn parts_before(report: &Report) -> Option<impl Iterator<Item = Option<&UsagePart>>> {
    let before = report.before.as_ref()?;
    Some((0..report.usage.series.len()).map(|index| before.series.get(index)))
}

/// Evaluations and what of them applied, over time.
pub(super) fn lines(report: &Report) -> Lines {
    let series = &report.usage.series;
    let line = |name: &str, stroke, values| Line {
        name: name.to_owned(),
        stroke,
        values,
    };
    let count = |pick: fn(&UsageTotals) -> u64| series.iter().map(|part| Some(pick(&part.totals))).collect();
    let before = parts_before(report).map(|parts| {
        let values = parts.map(|part| part.map(|part| part.totals.evaluations)).collect();
        line(text::evaluations_before(), Stroke::Before, values)
    });
    let mut lines = vec![
        line(text::evaluations(), Stroke::First, count(|totals| totals.evaluations)),
        line(text::applied(), Stroke::Second, count(|totals| totals.applicable)),
    ];
    lines.extend(before);
    Lines {
        labels: series.iter().map(|part| label(report, part.from)).collect(),
        lines,
        summary: summary(report),
    }
}

/// The picture in a sentence.
fn summary(report: &Report) -> String {
    let totals = &report.usage.totals;
    // Of several with as many, the first.
    let busiest = report
        .usage
        .series
        .iter()
        .rev()
        .max_by_key(|part| part.totals.evaluations);
    match busiest.filter(|part| part.totals.evaluations > 0) {
        Some(part) => text::chart_summary(
            &format_number(totals.evaluations),
            &format_number(totals.applicable),
            &format_number(part.totals.evaluations),
            &label(report, part.from),
        ),
        None => text::chart_empty().to_owned(),
    }
}

/// The columns of [`series_rows`].
pub(super) fn series_columns(compares: bool) -> Vec<String> {
    let before = compares.then(text::evaluations_before);
    let columns = [
        Some(text::time()),
        Some(text::evaluations()),
        before,
        Some(text::applied()),
        Some(text::not_applied()),
        Some(text::share_applied()),
        Some(text::redemptions()),
        Some(text::rolled_back()),
        Some(text::mean_response()),
        Some(text::p95_response()),
    ];
    columns.into_iter().flatten().map(str::to_owned).collect()
}

/// A row for each interval.
pub(super) fn series_rows(report: &Report) -> Vec<Vec<String>> {
    let mut before = parts_before(report);
    let rows = report.usage.series.iter().map(|part| {
        let totals = &part.totals;
        let before = before.as_mut().map(|before| {
            let part = before.next().flatten();
            written(part.map(|part| format_number(part.totals.evaluations)))
        });
        let cells = [
            Some(label(report, part.from)),
            Some(format_number(totals.evaluations)),
            before,
            Some(format_number(totals.applicable)),
            Some(format_number(totals.not_applicable)),
            Some(written(totals.ratio.map(format_percent))),
            Some(format_number(totals.redemptions)),
            Some(format_number(totals.rolled_back)),
            Some(milliseconds(totals.response_ms.mean)),
            Some(milliseconds(totals.response_ms.p95)),
        ];
        cells.into_iter().flatten().collect()
    });
    rows.collect()
}

fn milliseconds<T: ToString>(ms: Option<T>) -> String {
    written(ms.map(|ms| text::milliseconds(&format_decimal(&ms.to_string()))))
}

fn written(value: Option<String>) -> String {
    value.unwrap_or_else(|| text::no_value().to_owned())
}

/// Why evaluations did not apply, the most frequent reason first.
pub(super) fn reasons(totals: &UsageTotals) -> Vec<Bar> {
    let mut reasons: Vec<_> = totals.by_reason.iter().filter(|(_, count)| **count > 0).collect();
    reasons.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
    let bars = reasons.into_iter().map(|(slug, count)| Bar {
        name: reason_name(slug),
        code: String::new(),
        value: *count,
        filled: *count,
        note: text::share_of_all(&format_percent(*count as f64 / totals.evaluations.max(1) as f64)),
    });
    bars.collect()
}

/// A reason in words; one that this version of the app does not know stays as it came.
fn reason_name(slug: &str) -> String {
    let known = ReasonCode::ALL.iter().find(|code| code.as_str() == slug);
    known.map_or(slug, |code| usage::reason(*code)).to_owned()
}

/// Currency by currency: what was given, given back, and given before where that is compared.
pub(super) fn discounts(report: &Report) -> Vec<Vec<String>> {
    let by_currency = |sums: &[Money]| -> BTreeMap<String, String> {
        sums.iter()
            .map(|sum| (sum.currency().to_string(), format_money(sum)))
            .collect()
    };
    let given = by_currency(&report.usage.totals.discount);
    let given_back = by_currency(&report.usage.totals.given_back);
    let before = report
        .before
        .as_ref()
        .map(|before| by_currency(&before.totals.discount));
    let mut currencies: Vec<_> = given
        .keys()
        .chain(given_back.keys())
        .chain(before.iter().flatten().map(|(name, _)| name))
        .collect();
    currencies.sort_unstable();
    currencies.dedup();
    let of = |sums: &BTreeMap<String, String>, currency: &str| written(sums.get(currency).cloned());
    let rows = currencies.into_iter().map(|currency| {
        let mut row = vec![currency.clone(), of(&given, currency), of(&given_back, currency)];
        row.extend(before.as_ref().map(|before| of(before, currency)));
        row
    });
    rows.collect()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::days::Days;
    use super::super::filters::Question;
    use super::*;
    use crate::wire::Usage;

    fn totals(evaluations: u64, applicable: u64) -> Value {
        json!({
            "evaluations": evaluations, "applicable": applicable, "not_applicable": evaluations - applicable,
            "by_reason": {"not_active": 1, "of_a_later_version": 2, "expired": 0}, "ratio": 0.5,
            "discount": [{"amount": 1205, "currency": "UYU"}], "given_back": [{"amount": 5, "currency": "USD"}],
            "redemptions": 1, "rolled_back": 0, "response_ms": {"mean": 4.3, "p95": null},
        })
    }

    fn usage(counts: &[(u64, u64)]) -> Usage {
        let parts = counts.iter().enumerate().map(|(index, (evaluations, applicable))| {
            let day = |index: usize| format!("2026-11-{:02}T00:00:00Z", index + 1);
            json!({"from": day(index), "to": day(index + 1), "totals": totals(*evaluations, *applicable)})
        });
        let series: Vec<_> = parts.collect();
        let (evaluations, applicable) = counts
            .iter()
            .fold((0, 0), |sum, count| (sum.0 + count.0, sum.1 + count.1));
        serde_json::from_value(json!({"totals": totals(evaluations, applicable), "series": series})).unwrap()
    }

    fn report(counts: &[(u64, u64)], before: Option<&[(u64, u64)]>) -> Report {
        let day = |text: &str| text.parse().unwrap();
        Report {
            promotion: None,
            zone: "UTC".to_owned(),
            question: Question {
                days: Days {
                    first: day("2026-11-01"),
                    last: day("2026-11-03"),
                },
                interval: Interval::Day,
                is_open: false,
                query: Vec::new(),
                before: None,
            },
            usage: usage(counts),
            before: before.map(usage),
            counted_at: DateTime::default(),
        }
    }

    #[test]
    fn lines_of_a_report() {
        let found = lines(&report(&[(1_000, 4), (7, 2), (1_000, 0)], Some(&[(3, 1), (4, 1)])));
        assert_eq!(found.labels, ["11-01", "11-02", "11-03"]);
        let values: Vec<_> = found.lines.iter().map(|line| line.values.clone()).collect();
        assert_eq!(
            values,
            [
                [Some(1_000), Some(7), Some(1_000)],
                [Some(4), Some(2), Some(0)],
                // The time before has fewer days.
                [Some(3), Some(4), None],
            ]
        );
        assert_eq!(
            found.summary,
            "2,007 evaluations, of which 6 applied. The most were 1,000 (11-01)."
        );
        let empty = lines(&report(&[(0, 0)], None));
        assert_eq!(
            (empty.lines.len(), empty.summary.as_str()),
            (2, "Nothing was evaluated in this time.")
        );
    }

    #[test]
    fn rows_have_as_many_cells_as_columns() {
        for before in [None, Some(&[(3, 1)][..])] {
            let rows = series_rows(&report(&[(2, 1), (4, 3)], before));
            let columns = series_columns(before.is_some());
            assert!(rows.iter().all(|row| row.len() == columns.len()), "{rows:?}");
            assert_eq!(rows.len(), 2);
        }
        let rows = series_rows(&report(&[(2, 1), (4, 3)], Some(&[(3, 1)])));
        assert_eq!(rows[0][..4], ["11-01", "2", "3", "1"]);
        assert_eq!(rows[1][..4], ["11-02", "4", "—", "3"]);
        assert_eq!(rows[0][8..], ["4.3 ms", "—"]);
    }

    #[test]
    fn reasons_are_sorted_and_named() {
        let bars = reasons(&usage(&[(6, 3)]).totals);
        let told: Vec<_> = bars.iter().map(|bar| (bar.name.as_str(), bar.value)).collect();
        assert_eq!(told, [("of_a_later_version", 2), ("Not active", 1)]);
        assert_eq!(bars[1].note, "16.7 % of all evaluations");
    }

    #[test]
    fn discounts_by_currency() {
        let rows = discounts(&report(&[(1, 1)], Some(&[(1, 1)])));
        assert_eq!(
            rows,
            [["USD", "—", "0.05 USD", "—"], ["UYU", "12.05 UYU", "—", "12.05 UYU"]]
        );
        assert_eq!(discounts(&report(&[(1, 1)], None))[0].len(), 3);
    }
}
