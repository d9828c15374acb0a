//! How often promotions were asked for, and what came of it.

use chrono::{DateTime, Utc};
use leptos::prelude::*;

use super::figures::Figures;
use super::filter_bar::FilterBar;
use super::filters::{Filters, Question};
use super::series::{discounts, lines, reasons, series_columns, series_rows};
use super::{POLL, ReportHead, ReportTabs, counted_at, filters_of_address, name_days, on_change, zone_of};
use crate::api::Answer;
use crate::api::reports::{usage_csv, usage_report};
use crate::browser::{format_date, format_number, now, offset_at};
use crate::components::{Bars, Card, DataTable, LineChart, Loaded, NumberTable, PageTitle};
use crate::i18n::reports as text;
use crate::load::Load;
use crate::session::Session;
use crate::wire::Usage;

/// What was asked, and what came.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Report {
    pub(super) promotion: Option<String>,
    pub(super) zone: String,
    pub(super) question: Question,
    pub(super) usage: Usage,
    /// The time before; `None` unless it was asked for.
    pub(super) before: Option<Usage>,
    pub(super) counted_at: DateTime<Utc>,
}

fn question(filters: &Filters) -> Question {
    let zone = zone_of(filters);
    Question::of_usage(filters, &zone, now(), |at| offset_at(&zone, at))
}

async fn fetch(session: Session, filters: Filters) -> Answer<Report> {
    let question = question(&filters);
    let (usage, before) = session
        .call(async |token| {
            let usage = usage_report(token, &question.query).await?;
            let before = match &question.before {
                Some(before) => Some(usage_report(token, before).await?),
                None => None,
            };
            Ok((usage, before))
        })
        .await?;
    Ok(Report {
        zone: zone_of(&filters),
        promotion: filters.promotion,
        question,
        counted_at: counted_at(i64::try_from(usage.lag_seconds).unwrap_or(i64::MAX)),
        usage,
        before,
    })
}

/// The usage report.
#[component]
pub(crate) fn UsagePage() -> impl IntoView {
    let session = Session::current();
    let filters = filters_of_address();
    let load = Load::new(move || fetch(session, filters.get_untracked()));
    on_change(filters, move || load.reload());
    load.poll(POLL, move || filters.with(|filters| question(filters).is_open));
    view! {
        <PageTitle title=text::usage_title() />
        <ReportTabs filters=filters />
        <FilterBar filters=filters is_usage=true />
        <Loaded load=load children=move |report| view! { <Told report=report /> }.into_any() />
    }
    .into_any()
}

/// The promotion, the days, what they are compared with, and the zone.
fn scope(report: &Report) -> String {
    let Question { days, .. } = report.question;
    let promotion = report.promotion.clone();
    let (first, last) = name_days(days, &report.zone);
    let compared = report.before.as_ref().and_then(|before| {
        let name = |at| format_date(at, Some(&report.zone));
        Some(text::compared_with(
            &name(before.from?),
            &name(before.series.last()?.from),
        ))
    });
    let parts = [
        Some(promotion.unwrap_or_else(|| text::all_promotions().to_owned())),
        Some(text::days_shown(&first, &last)),
        compared,
        Some(report.zone.clone()),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

/// Parts of a report, each of which is drawn anew when it has changed.
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
        let call = async move { session.call(async |token| usage_csv(token, &query).await).await };
        (name, call)
    };
    let counted = Signal::derive(move || report.with(|report| report.as_ref().map(|report| report.counted_at)));
    let lines = part(report, lines);
    let is_compared = part(report, |report| report.before.is_some());
    let is_open = part(report, |report| report.question.is_open && report.before.is_some());
    let rows = Signal::derive(move || report.with(|report| report.as_ref().map(series_rows).unwrap_or_default()));
    // The columns are of the comparison: without it there is one less.
    let table = move || {
        let columns = series_columns(is_compared.get());
        view! { <DataTable summary=text::numbers() caption=text::over_time() columns=columns rows=rows /> }
    };
    view! {
        <ReportHead scope=part(report, scope) counted_at=counted csv=csv />
        <Figures report=report />
        <Card title=text::over_time()>
            <LineChart id="usage-chart" title=text::over_time() lines=lines />
            <p class="hint">{move || is_open.get().then(text::still_open)}</p>
            {table}
        </Card>
        <div class="columns">
            <Reasons report=report />
            <Discounts report=report />
        </div>
    }
    .into_any()
}

/// `usage-2026-11-01-2026-11-21.csv`
fn file_name(report: &Report) -> String {
    let days = report.question.days;
    format!("usage-{}-{}.csv", days.first, days.last)
}

#[component]
fn Reasons(report: Signal<Option<Report>>) -> impl IntoView {
    let bars = part(report, |report| reasons(&report.usage.totals));
    let none = move || {
        bars.with(Vec::is_empty)
            .then(|| view! { <p>{text::why_not_none()}</p> })
    };
    let columns = [text::reason(), text::not_applied(), text::share()]
        .map(str::to_owned)
        .to_vec();
    let rows = Signal::derive(move || {
        let bars = bars.get().into_iter();
        bars.map(|bar| vec![bar.name, format_number(bar.value), bar.note])
            .collect::<Vec<_>>()
    });
    view! {
        <Card title=text::why_not()>
            {none}
            <Bars label=text::why_not() bars=bars />
            <DataTable summary=text::numbers() caption=text::why_not() columns=columns rows=rows />
        </Card>
    }
}

#[component]
fn Discounts(report: Signal<Option<Report>>) -> impl IntoView {
    let rows = part(report, discounts);
    let is_compared = part(report, |report| report.before.is_some());
    let table = move || {
        if rows.with(Vec::is_empty) {
            return view! { <p>{text::discount_none()}</p> }.into_any();
        }
        let columns = [Some(text::currency()), Some(text::given()), Some(text::given_back())];
        let before = is_compared.get().then(text::given_before);
        let columns: Vec<_> = columns
            .into_iter()
            .chain([before])
            .flatten()
            .map(str::to_owned)
            .collect();
        view! { <NumberTable caption=text::discount_caption() columns=columns rows=rows /> }.into_any()
    };
    view! { <Card title=text::discount()>{table}</Card> }
}
