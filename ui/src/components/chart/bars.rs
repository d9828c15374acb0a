//! Bars beside their names: a list, each item of which says in words what its bar shows.

use leptos::prelude::*;

use super::scale::share;
use crate::browser::format_number;

/// One bar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Bar {
    pub(crate) name: String,
    /// What the name stands for on the wire; empty where it would say nothing.
    pub(crate) code: String,
    pub(crate) value: u64,
    /// How much of the value is filled.
    pub(crate) filled: u64,
    /// What else to say, in words.
    pub(crate) note: String,
}

/// Bars, the longest of which takes all the room.
#[component]
pub(crate) fn Bars(#[prop(into)] label: String, #[prop(into)] bars: Signal<Vec<Bar>>) -> impl IntoView {
    let items = move || {
        let bars = bars.get();
        let longest = bars.iter().map(|bar| bar.value).max().unwrap_or_default();
        bars.into_iter().map(|bar| item(bar, longest)).collect_view()
    };
    view! { <ol class="bars" aria-label=label>{items}</ol> }
}

fn item(bar: Bar, longest: u64) -> impl IntoView {
    let width = format!("{:.2}%", share(bar.value, longest));
    let filled = format!("{:.2}%", share(bar.filled, longest));
    let code = (!bar.code.is_empty()).then(|| view! { " " <span class="code">{bar.code}</span> });
    view! {
        <li>
            <span class="bar-name">{bar.name}{code}</span>
            <span class="bar-value">{format_number(bar.value)}</span>
            <svg class="bar-mark" aria-hidden="true" focusable="false">
                <rect class="bar-whole" width=width height="100%"></rect>
                <rect class="bar-filled" width=filled height="100%"></rect>
            </svg>
            <span class="hint bar-note">{bar.note}</span>
        </li>
    }
}
