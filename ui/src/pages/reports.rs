//! Reports: how often promotions were asked for and what came of it, and who asked.
//!
//! ```text
//! address ── Filters ── Question ── api ── Load ──▶ figures, chart, table, CSV
//!    ▲                                   │
//!    └── FilterBar                       └─ again each 10 s while the last day is today
//! ```

mod change;
mod days;
mod demographics;
mod figures;
mod filter_bar;
mod filters;
mod picker;
mod series;
mod usage;

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use js_sys::Array;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

pub(crate) use self::demographics::DemographicsPage;
pub(crate) use self::usage::UsagePage;

use self::days::Days;
use self::filter_bar::query_of;
use self::filters::Filters;
use crate::api::Answer;
use crate::browser::{current_time_zone, format_date, now, offset_at, save_file};
use crate::components::{Button, Form, Icon, IconMark, Look, TabLinks, UpdatedAgo};
use crate::i18n::reports as text;

/// How often a report of today is asked for again: counts follow an evaluation within seconds.
const POLL: Duration = Duration::from_secs(10);

/// The filters of the address, and again whenever it changes.
fn filters_of_address() -> Memo<Filters> {
    let query = use_query_map();
    Memo::new(move |_| {
        let filters = query.with(|query| Filters::read(|name| query.get(name)));
        let zone = filters.zone.clone().filter(|zone| offset_at(zone, now()).is_some());
        Filters { zone, ..filters }
    })
}

/// The zone whose days are told.
fn zone_of(filters: &Filters) -> String {
    filters.zone.clone().unwrap_or_else(current_time_zone)
}

/// Calls when the filters have changed, but not for the first ones.
fn on_change(filters: Memo<Filters>, reload: impl Fn() + 'static) {
    Effect::new(move |previous: Option<Filters>| {
        let current = filters.get();
        if previous.is_some_and(|previous| previous != current) {
            reload();
        }
        current
    });
}

/// The reports; each keeps what was chosen for the other.
#[component]
fn ReportTabs(filters: Memo<Filters>) -> impl IntoView {
    let tabs = vec![
        ("/reports".to_owned(), text::usage().to_owned()),
        ("/reports/demographics".to_owned(), text::demographics().to_owned()),
    ];
    let query = Signal::derive(move || filters.with(query_of));
    view! { <TabLinks label=text::reports() tabs=tabs query=query /> }
}

/// The days of a report as people write them; `zone` is the one that they are days of.
fn name_days(days: Days, zone: &str) -> (String, String) {
    let name = |day| {
        let start = days::start_of(day, |at| offset_at(zone, at));
        start.map(|start| format_date(start, Some(zone))).unwrap_or_default()
    };
    (name(days.first), name(days.last))
}

/// When everything was counted that an answer of now counts, by this device's clock, which may not be the server's.
fn counted_at(lag_seconds: i64) -> DateTime<Utc> {
    let lag = TimeDelta::try_seconds(lag_seconds).unwrap_or_default();
    now() - lag
}

/// What a report is about, how fresh it is, and a way to take it along.
#[component]
fn ReportHead<F, Fut>(
    /// The promotion, the days and the zone, in words.
    #[prop(into)]
    scope: Signal<String>,
    #[prop(into)] counted_at: Signal<Option<DateTime<Utc>>>,
    /// Fetches the file; its name, then its text.
    csv: F,
) -> impl IntoView
where
    F: Fn() -> (String, Fut) + Copy + Send + Sync + 'static,
    Fut: Future<Output = Answer<String>> + 'static,
{
    let form = Form::new();
    let is_refused = RwSignal::new(false);
    let download = Callback::new(move |()| {
        let (name, call) = csv();
        form.submit(call, move |text| {
            is_refused.set(!save_file(&name, "text/csv", &Array::of1(&text.into())))
        });
    });
    let nothing = move || counted_at.with(Option::is_none).then(text::nothing_counted);
    view! {
        <div class="report-head">
            <p class="report-scope">{scope}</p>
            <p class="hint">{nothing} <UpdatedAgo at=counted_at /></p>
            <Button look=Look::Secondary busy=form.busy() on_press=download>
                <IconMark icon=Icon::Download />
                {text::download()}
            </Button>
        </div>
        {form.summary(download)}
        <p class="hint" role="alert">{move || is_refused.get().then(text::save_failed)}</p>
    }
}
