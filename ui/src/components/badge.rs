//! One word about a state.

use leptos::prelude::*;

/// What the word means; never by colour alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tone {
    Neutral,
    Good,
    Waiting,
    Bad,
}

/// A word about a state.
#[component]
pub(crate) fn Badge(tone: Tone, children: Children) -> impl IntoView {
    let class = match tone {
        Tone::Neutral => "badge",
        Tone::Good => "badge badge-good",
        Tone::Waiting => "badge badge-waiting",
        Tone::Bad => "badge badge-bad",
    };
    view! { <span class=class>{children()}</span> }
}
