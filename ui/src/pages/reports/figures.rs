//! The figures of a usage report, each with what became of it.

use leptos::prelude::*;

use super::change::Change;
use super::usage::Report;
use crate::browser::{format_decimal, format_percent};
use crate::components::{Stat, Stats};
use crate::i18n::reports as text;
use crate::wire::UsageTotals;

/// One figure: which, how it is written, and whether a change of it is told as a share of what it was.
#[derive(Clone, Copy)]
struct Figure {
    name: fn() -> &'static str,
    pick: fn(&UsageTotals) -> Option<f64>,
    write: fn(f64) -> String,
    is_compared: bool,
}

impl Figure {
    const fn count(name: fn() -> &'static str, pick: fn(&UsageTotals) -> Option<f64>) -> Self {
        Self {
            name,
            pick,
            write: write_count,
            is_compared: true,
        }
    }

    fn written(self, totals: &UsageTotals) -> String {
        (self.pick)(totals).map_or_else(|| text::no_value().to_owned(), self.write)
    }

    /// What became of it, in words; empty without an earlier time.
    fn change(self, report: &Report) -> String {
        let Some(before) = &report.before else {
            return String::new();
        };
        let earlier = self.written(&before.totals);
        if self.is_compared {
            Change::between((self.pick)(&report.usage.totals), (self.pick)(&before.totals)).in_words(&earlier)
        } else {
            text::was_before(&earlier)
        }
    }
}

/// In the order in which they are shown. Counts are exact as floats below 2⁵³, which no shop reaches.
const FIGURES: [Figure; 8] = [
    Figure::count(text::evaluations, |totals| Some(totals.evaluations as f64)),
    Figure::count(text::applied, |totals| Some(totals.applicable as f64)),
    Figure {
        name: text::share_applied,
        pick: |totals| totals.ratio,
        write: format_percent,
        is_compared: false,
    },
    Figure::count(text::not_applied, |totals| Some(totals.not_applicable as f64)),
    Figure::count(text::redemptions, |totals| Some(totals.redemptions as f64)),
    Figure::count(text::rolled_back, |totals| Some(totals.rolled_back as f64)),
    Figure {
        name: text::mean_response,
        pick: |totals| totals.response_ms.mean,
        write: write_ms,
        is_compared: true,
    },
    Figure {
        name: text::p95_response,
        pick: |totals| totals.response_ms.p95.map(f64::from),
        write: write_ms,
        is_compared: true,
    },
];

fn write_count(count: f64) -> String {
    format_decimal(&count.to_string())
}

fn write_ms(ms: f64) -> String {
    text::milliseconds(&format_decimal(&ms.to_string()))
}

/// The totals of a report.
#[component]
pub(super) fn Figures(report: Signal<Option<Report>>) -> impl IntoView {
    let figures = FIGURES.into_iter().map(move |figure| {
        let told = move |tell: fn(Figure, &Report) -> String| -> Signal<String> {
            let told = Memo::new(move |_| {
                report.with(|report| report.as_ref().map(|report| tell(figure, report)).unwrap_or_default())
            });
            told.into()
        };
        let value = told(|figure, report| figure.written(&report.usage.totals));
        let note = told(Figure::change);
        view! { <Stat name=(figure.name)() value=value note=note /> }
    });
    view! { <Stats>{figures.collect_view()}</Stats> }
}
