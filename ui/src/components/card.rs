//! Boxes that hold what belongs together.

use leptos::prelude::*;

/// A titled section.
#[component]
pub(crate) fn Card(
    #[prop(into)] title: String,
    #[prop(into, optional)] lead: Option<String>,
    children: Children,
) -> impl IntoView {
    let label = title.clone();
    view! {
        <section class="card" aria-label=label>
            <h2>{title}</h2>
            {lead.map(|lead| view! { <p class="lead">{lead}</p> })}
            {children()}
        </section>
    }
}

/// What stands in place of an empty list.
#[component]
pub(crate) fn EmptyState(
    #[prop(into)] title: String,
    #[prop(into)] body: String,
    /// What to do about it.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class="empty">
            <p class="empty-title">{title}</p>
            <p>{body}</p>
            {children.map(|children| children())}
        </div>
    }
}
