//! The filters under the reader's hands. They live in the address: what is chosen goes there, and what stands there is
//! shown.

use chrono::NaiveDate;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_location, use_navigate};
use leptos_router::params::ParamsMap;

use super::days::{Interval, Range, day_of};
use super::filters::Filters;
use super::picker::PromotionPicker;
use super::zone_of;
use crate::browser::{current_time_zone, now, offset_at, time_zones};
use crate::components::{Checkbox, Choice, SelectField, TextField};
use crate::i18n::reports as text;

/// The choice of single days among the ranges.
const CHOSEN: &str = "chosen";

/// The query of an address with these filters, with its mark.
pub(super) fn query_of(filters: &Filters) -> String {
    let mut query = ParamsMap::new();
    for (name, value) in filters.write() {
        query.insert(name, value);
    }
    query.to_query_string()
}

/// What the controls hold.
#[derive(Clone, Copy)]
struct Fields {
    promotion: RwSignal<String>,
    range: RwSignal<String>,
    from: RwSignal<String>,
    to: RwSignal<String>,
    interval: RwSignal<String>,
    zone: RwSignal<String>,
    compares: RwSignal<bool>,
}

impl Fields {
    fn new() -> Self {
        let empty = || RwSignal::new(String::new());
        Self {
            promotion: empty(),
            range: empty(),
            from: empty(),
            to: empty(),
            interval: empty(),
            zone: empty(),
            compares: RwSignal::new(true),
        }
    }

    fn show(self, filters: &Filters) {
        let (from, to) = filters.custom.unzip();
        let range = if filters.custom.is_some() {
            CHOSEN
        } else {
            filters.range.as_str()
        };
        put(self.promotion, filters.promotion.clone().unwrap_or_default());
        put(self.range, range.to_owned());
        put(self.from, from.map(|day| day.to_string()).unwrap_or_default());
        put(self.to, to.map(|day| day.to_string()).unwrap_or_default());
        put(
            self.interval,
            filters.interval.map(Interval::as_str).unwrap_or_default().to_owned(),
        );
        put(self.zone, filters.zone.clone().unwrap_or_default());
        if self.compares.get_untracked() != filters.compares {
            self.compares.set(filters.compares);
        }
    }

    /// What is chosen, tracked; the rest is of `shown`.
    fn read(self, shown: Filters) -> Filters {
        let given = |field: RwSignal<String>| Some(field.get()).filter(|text| !text.is_empty());
        let range = self.range.get();
        let days = day(self.from).zip(day(self.to));
        let custom = if range == CHOSEN {
            days.or_else(|| shown_days(&shown))
        } else {
            None
        };
        Filters {
            promotion: given(self.promotion),
            range: Range::of(&range).unwrap_or(shown.range),
            custom,
            interval: Interval::of(&self.interval.get()),
            zone: given(self.zone),
            compares: self.compares.get(),
            by: shown.by,
        }
    }
}

/// Leaves a field alone that shows it already: a control under somebody's hands is not written to.
fn put(field: RwSignal<String>, text: String) {
    if field.with_untracked(|shown| *shown != text) {
        field.set(text);
    }
}

fn day(field: RwSignal<String>) -> Option<NaiveDate> {
    field.get().parse().ok()
}

/// The days that are shown now, from which a choice of days begins.
fn shown_days(filters: &Filters) -> Option<(NaiveDate, NaiveDate)> {
    let zone = zone_of(filters);
    let days = filters.days(day_of(now(), |at| offset_at(&zone, at)));
    Some((days.first, days.last))
}

/// The filters; those of intervals and comparisons where `is_usage`.
#[component]
pub(super) fn FilterBar(filters: Memo<Filters>, is_usage: bool) -> impl IntoView {
    let fields = Fields::new();
    fields.show(&filters.get_untracked());
    Effect::new(move |_| filters.with(|filters| fields.show(filters)));
    let path = use_location().pathname;
    let navigate = use_navigate();
    Effect::new(move |_| {
        let shown = filters.get_untracked();
        let chosen = fields.read(shown.clone());
        if chosen != shown {
            let address = format!("{}{}", path.get_untracked(), query_of(&chosen));
            let options = NavigateOptions {
                scroll: false,
                ..NavigateOptions::default()
            };
            navigate(&address, options);
        }
    });
    let is_chosen = Memo::new(move |_| fields.range.with(|range| range == CHOSEN));
    let days = move || {
        is_chosen.get().then(|| {
            view! {
                <TextField id="from" label=text::from() kind="date" value=fields.from />
                <TextField id="to" label=text::to() kind="date" value=fields.to />
            }
        })
    };
    let usage = is_usage.then(|| view! { <Intervals filters=filters interval=fields.interval /> });
    let compare = is_usage.then(|| view! { <Checkbox id="compare" label=text::compare() value=fields.compares /> });
    view! {
        <section class="report-filters" aria-label=text::filters()>
            <PromotionPicker code=fields.promotion />
            <SelectField id="range" label=text::range() value=fields.range choices=ranges() />
            {days}
            {usage}
            <SelectField id="time-zone" label=text::time_zone() value=fields.zone choices=zones() />
            {compare}
        </section>
    }
    .into_any()
}

/// What a report may be cut into: only what fits its days is offered.
#[component]
fn Intervals(filters: Memo<Filters>, interval: RwSignal<String>) -> impl IntoView {
    let fitting = Memo::new(move |_| {
        filters.with(|filters| {
            let zone = zone_of(filters);
            let days = filters.days(day_of(now(), |at| offset_at(&zone, at)));
            Interval::fitting(days).collect::<Vec<_>>()
        })
    });
    move || {
        let mut choices = vec![Choice::new("", text::interval_automatic())];
        let fitting = fitting.get().into_iter();
        choices.extend(fitting.map(|interval| Choice::new(interval.as_str(), name_interval(interval))));
        view! { <SelectField id="interval" label=text::interval() value=interval choices=choices /> }
    }
}

fn name_interval(interval: Interval) -> &'static str {
    match interval {
        Interval::Hour => text::hour(),
        Interval::Day => text::day(),
        Interval::Month => text::month(),
    }
}

fn ranges() -> Vec<Choice> {
    let name = |range| match range {
        Range::Today => text::today().to_owned(),
        Range::Week => text::last_days(7),
        Range::Month => text::last_days(30),
        Range::Quarter => text::last_days(90),
        Range::ThisMonth => text::this_month().to_owned(),
    };
    let ranges = Range::ALL.into_iter();
    let mut choices: Vec<_> = ranges.map(|range| Choice::new(range.as_str(), name(range))).collect();
    choices.push(Choice::new(CHOSEN, text::chosen_days()));
    choices
}

fn zones() -> Vec<Choice> {
    let own = Choice::new("", text::own_time_zone(&current_time_zone()));
    let zones = time_zones().into_iter().map(|zone| Choice::new(zone.clone(), zone));
    std::iter::once(own).chain(zones).collect()
}
