//! A figure with its name, and how it stands against an earlier time.

use leptos::prelude::*;

/// Some figures beside each other.
#[component]
pub(crate) fn Stats(children: Children) -> impl IntoView {
    view! { <dl class="stats">{children()}</dl> }
}

/// One figure. The note says in words what changed; an arrow or a colour alone would not.
#[component]
pub(crate) fn Stat(
    #[prop(into)] name: String,
    #[prop(into)] value: Signal<String>,
    #[prop(into, optional)] note: Signal<String>,
) -> impl IntoView {
    view! {
        <div class="stat">
            <dt>{name}</dt>
            <dd>{value}</dd>
            <dd class="stat-note">{note}</dd>
        </div>
    }
}
