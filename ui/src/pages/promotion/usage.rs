//! How often a promotion was asked for, followed as it is counted.

use engine::evaluate::ReasonCode;
use leptos::prelude::*;
use serde::Deserialize as _;
use serde::de::IntoDeserializer;

use crate::browser::format_time;
use crate::components::{Card, Loaded};
use crate::i18n::{common, usage as text};
use crate::load::Load;
use crate::wire::{Usage, UsageTotals};

/// The counts.
#[component]
pub(super) fn UsageCard(usage: Load<Usage>) -> impl IntoView {
    view! {
        <Card title=text::title()>
            <Loaded load=usage children=move |usage| view! { <Counts usage=usage /> } />
        </Card>
    }
}

#[component]
fn Counts(usage: Signal<Option<Usage>>) -> impl IntoView {
    let count = move |pick: fn(&UsageTotals) -> u64| {
        Memo::new(move |_| usage.with(|usage| usage.as_ref().map(|usage| pick(&usage.totals)).unwrap_or_default()))
    };
    let updated = move || {
        let at = usage.with(|usage| usage.as_ref().and_then(|usage| usage.updated_at));
        at.map_or(text::nothing_counted().to_owned(), |at| {
            common::updated_at(&format_time(at, None))
        })
    };
    let discount = move || {
        let sums = usage.with(|usage| {
            usage
                .as_ref()
                .map(|usage| usage.totals.discount.clone())
                .unwrap_or_default()
        });
        let shown: Vec<_> = sums.iter().map(ToString::to_string).collect();
        if shown.is_empty() {
            common::none().to_owned()
        } else {
            shown.join(", ")
        }
    };
    let reasons = Memo::new(move |_| {
        usage.with(|usage| {
            usage
                .as_ref()
                .map(|usage| usage.totals.by_reason.clone())
                .unwrap_or_default()
        })
    });
    let reasons = move || {
        let rows = reasons.get().into_iter().filter(|(_, count)| *count > 0);
        let rows: Vec<_> = rows
            .map(|(reason, count)| view! { <dt>{reason_name(reason)}</dt><dd>{count}</dd> })
            .collect();
        (!rows.is_empty()).then(|| {
            view! {
                <h3>{text::by_reason()}</h3>
                <dl class="reasons">{rows}</dl>
            }
        })
    };
    view! {
        <dl class="stats" aria-live="polite">
            <Stat label=text::evaluations() value=count(|totals| totals.evaluations) />
            <Stat label=text::applicable() value=count(|totals| totals.applicable) />
            <Stat label=text::not_applicable() value=count(|totals| totals.not_applicable) />
        </dl>
        <p>{text::discount()} ": " <strong>{discount}</strong></p>
        {reasons}
        <p class="hint">{updated} ". " {text::delay()}</p>
    }
}

#[component]
fn Stat(label: &'static str, value: Memo<u64>) -> impl IntoView {
    view! {
        <div class="stat">
            <dt>{label}</dt>
            <dd>{move || value.get()}</dd>
        </div>
    }
}

/// A reason in words; one that this version of the app does not know stays as it came.
fn reason_name(slug: String) -> String {
    let known = ReasonCode::deserialize(IntoDeserializer::<serde::de::value::Error>::into_deserializer(
        slug.as_str(),
    ));
    known.map_or(slug, |code| text::reason(code).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons() {
        assert_eq!(reason_name("condition_not_met".to_owned()), "Condition not met");
        assert_eq!(reason_name("of_a_later_version".to_owned()), "of_a_later_version");
    }
}
