//! Where the shoppers were and how old, as far as nobody is found in it.

use chrono::{DateTime, Utc};
use leptos::prelude::*;

use super::filter_bar::{FilterBar, query_of};
use super::filters::{By, Filters, Question};
use super::{POLL, ReportHead, ReportTabs, counted_at, filters_of_address, name_days, on_change, zone_of};
use crate::api::Answer;
use crate::api::reports::{demographics, demographics_csv};
use crate::browser::{format_number, format_percent, now, offset_at};
use crate::components::{Bar, Bars, Card, DataTable, EmptyState, Loaded, PageTitle};
use crate::i18n::{Language, reports as text};
use crate::load::Load;
use crate::session::Session;
use crate::wire::reports::{Demographics, DemographicsRow};

/// Rows with a bar: what can be taken in at a glance. The table has all.
const BARS: usize = 15;

/// What was asked, and what came.
#[derive(Debug, Clone, PartialEq)]
struct Report {
    promotion: Option<String>,
    by: By,
    zone: String,
    question: Question,
    demographics: Demographics,
    /// `None` before the first period that is told.
    counted_at: Option<DateTime<Utc>>,
}

fn question(filters: &Filters) -> Question {
    let zone = zone_of(filters);
    Question::of_demographics(filters, Language::current().tag(), now(), |at| offset_at(&zone, at))
}

async fn fetch(session: Session, filters: Filters) -> Answer<Report> {
    let question = question(&filters);
    let demographics = session
        .call(async |token| demographics(token, &question.query).await)
        .await?;
    Ok(Report {
        zone: zone_of(&filters),
        promotion: filters.promotion,
        by: filters.by,
        question,
        counted_at: demographics.lag_seconds.map(counted_at),
        demographics,
    })
}

/// The demographics report.
#[component]
pub(crate) fn DemographicsPage() -> impl IntoView {
    let session = Session::current();
    let filters = filters_of_address();
    let load = Load::new(move || fetch(session, filters.get_untracked()));
    on_change(filters, move || load.reload());
    load.poll(POLL, move || filters.with(|filters| question(filters).is_open));
    view! {
        <PageTitle title=text::demographics_title() />
        <ReportTabs filters=filters />
        <FilterBar filters=filters is_usage=false />
        <ByTabs filters=filters />
        <Loaded load=load children=move |report| view! { <Told report=report /> }.into_any() />
    }
    .into_any()
}

/// By what shoppers are told: links, because each has an address.
#[component]
fn ByTabs(filters: Memo<Filters>) -> impl IntoView {
    let links = By::ALL.map(|by| {
        let address = move || {
            let filters = Filters { by, ..filters.get() };
            format!("/reports/demographics{}", query_of(&filters))
        };
        let is_current = move || filters.with(|filters| filters.by == by).then_some("page");
        view! { <li><a href=address aria-current=is_current>{name_by(by)}</a></li> }
    });
    view! {
        <nav class="tabs" aria-label=text::by()>
            <ul>{links.into_iter().collect_view()}</ul>
        </nav>
    }
}

fn name_by(by: By) -> &'static str {
    match by {
        By::Country => text::country(),
        By::City => text::city(),
        By::Age => text::age(),
    }
}

fn part<T: Clone + Default + PartialEq + Send + Sync + 'static>(
    report: Signal<Option<Report>>,
    pick: fn(&Report) -> T,
) -> Memo<T> {
    Memo::new(move |_| report.with(|report| report.as_ref().map(pick).unwrap_or_default()))
}

#[component]
fn Told(report: Signal<Option<Report>>) -> impl IntoView {
    let session = Session::current();
    let csv = move || {
        let query = report.with_untracked(|report| report.as_ref().map(|report| report.question.query.clone()));
        let name = report.with_untracked(|report| report.as_ref().map(file_name).unwrap_or_default());
        let query = query.unwrap_or_default();
        let call = async move { session.call(async |token| demographics_csv(token, &query).await).await };
        (name, call)
    };
    let counted = part(report, |report| report.counted_at);
    let is_empty = part(report, |report| report.demographics.rows.is_empty());
    let threshold = part(report, |report| report.demographics.threshold);
    let content = move || {
        if is_empty.get() {
            let body = text::demographics_empty_body(threshold.get());
            view! { <EmptyState title=text::demographics_empty() body=body /> }.into_any()
        } else {
            view! { <Rows report=report /> }.into_any()
        }
    };
    let notes = part(report, notes);
    let notes = move || {
        notes
            .get()
            .into_iter()
            .map(|note| view! { <li>{note}</li> })
            .collect_view()
    };
    view! {
        <ReportHead scope=part(report, scope) counted_at=counted csv=csv />
        {content}
        <ul class="plain report-notes hint">{notes}</ul>
    }
    .into_any()
}

/// `demographics-city-2026-11-01-2026-11-21.csv`
fn file_name(report: &Report) -> String {
    let days = report.question.days;
    format!("demographics-{}-{}-{}.csv", report.by.as_str(), days.first, days.last)
}

/// The promotion, the days and the zone.
fn scope(report: &Report) -> String {
    let promotion = report.promotion.clone();
    let (first, last) = name_days(report.question.days, &report.zone);
    let parts = [
        promotion.unwrap_or_else(|| text::all_promotions().to_owned()),
        text::days_shown(&first, &last),
        report.zone.clone(),
    ];
    parts.join(" · ")
}

/// What is not in the rows, and why.
fn notes(report: &Report) -> Vec<String> {
    let Demographics {
        threshold,
        omitted,
        hidden,
        ..
    } = report.demographics;
    let notes = [
        (hidden > 0).then(|| text::hidden(hidden, threshold)),
        (omitted > 0).then(|| text::omitted(omitted)),
        Some(text::demographics_lead().to_owned()),
    ];
    notes.into_iter().flatten().collect()
}

#[component]
fn Rows(report: Signal<Option<Report>>) -> impl IntoView {
    let by = part(report, |report| report.by);
    let bars = part(report, bars);
    let all = part(report, |report| report.demographics.rows.len() as u64);
    let rest = move || {
        let (shown, all) = (bars.with(Vec::len) as u64, all.get());
        (shown < all).then(|| text::first_rows(&format_number(shown), &format_number(all)))
    };
    let rows = part(report, rows);
    let card = move || {
        let title = name_by(by.get());
        let columns = columns(by.get());
        view! {
            <Card title=title>
                <Bars label=title bars=bars />
                <p class="hint">{rest}</p>
                <DataTable summary=text::numbers() caption=title columns=columns rows=rows />
            </Card>
        }
    };
    card.into_any()
}

/// A country's or a city's code; an age band is its own name.
fn code(row: &DemographicsRow) -> String {
    let parts = [
        row.country.as_deref(),
        row.key.as_deref().filter(|key| *key != row.name),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
}

fn bars(report: &Report) -> Vec<Bar> {
    let rows = report.demographics.rows.iter().take(BARS);
    let bars = rows.map(|row| Bar {
        name: row.name.clone(),
        code: code(row),
        value: row.evaluations,
        filled: row.applicable,
        note: text::applied_of(&format_number(row.applicable), &format_number(row.evaluations)),
    });
    bars.collect()
}

fn columns(by: By) -> Vec<String> {
    let code = match by {
        By::Country | By::City => Some(text::code()),
        By::Age => None,
    };
    let columns = [
        Some(name_by(by)),
        code,
        Some(text::evaluations()),
        Some(text::applied()),
        Some(text::not_applied()),
        Some(text::share_applied()),
    ];
    columns.into_iter().flatten().map(str::to_owned).collect()
}

/// As many cells as [`columns`].
fn rows(report: &Report) -> Vec<Vec<String>> {
    let rows = report.demographics.rows.iter().map(|row| {
        let code = match report.by {
            By::Country | By::City => Some(code(row)),
            By::Age => None,
        };
        let cells = [
            Some(row.name.clone()),
            code,
            Some(format_number(row.evaluations)),
            Some(format_number(row.applicable)),
            Some(format_number(row.not_applicable)),
            Some(row.ratio.map_or_else(|| text::no_value().to_owned(), format_percent)),
        ];
        cells.into_iter().flatten().collect()
    });
    rows.collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::days::{Days, Interval};
    use super::*;

    fn report(by: By, rows: serde_json::Value) -> Report {
        let day = || "2026-11-01".parse().unwrap();
        Report {
            promotion: None,
            by,
            zone: "UTC".to_owned(),
            question: Question {
                days: Days {
                    first: day(),
                    last: day(),
                },
                interval: Interval::Day,
                is_open: true,
                query: Vec::new(),
                before: None,
            },
            demographics: serde_json::from_value(json!({"threshold": 5, "rows": rows, "omitted": 1, "hidden": 7}))
                .unwrap(),
            counted_at: None,
        }
    }

    fn row(key: Option<&str>, name: &str, country: Option<&str>) -> serde_json::Value {
        json!({
            "key": key, "name": name, "country": country, "evaluations": 70, "applicable": 61, "not_applicable": 9,
            "ratio": 0.8714,
        })
    }

    #[test]
    fn bars_are_named() {
        let check = |by, given: serde_json::Value, name: &str, code: &str| {
            let report = report(by, json!([given]));
            let found = bars(&report);
            assert_eq!((found[0].name.as_str(), found[0].code.as_str()), (name, code));
            assert_eq!(found[0].note, "61 of 70 applied");
            assert_eq!(rows(&report)[0].len(), columns(by).len());
        };
        check(By::Country, row(Some("UY"), "Uruguay", None), "Uruguay", "UY");
        check(
            By::City,
            row(Some("MVD"), "Montevideo", Some("UY")),
            "Montevideo",
            "UY MVD",
        );
        check(By::City, row(None, "Unknown", None), "Unknown", "");
        check(By::Age, row(Some("25-34"), "25-34", None), "25-34", "");
    }

    #[test]
    fn bars_are_few_and_what_is_left_out_is_told() {
        let many = report(By::Age, vec![row(None, "Unknown", None); 40].into());
        assert_eq!((bars(&many).len(), rows(&many).len()), (BARS, 40));
        let notes = notes(&many);
        assert!(
            notes[0].starts_with("7 evaluations are in no row: numbers below 5 are not told"),
            "{notes:?}"
        );
        assert!(notes[1].starts_with("1 evaluation is in a smaller row"), "{notes:?}");
    }
}
