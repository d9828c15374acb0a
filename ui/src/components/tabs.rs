//! The pages of one thing, as links: the address says which is shown, so that each can be reached directly.

use leptos::prelude::*;
use leptos_router::hooks::use_location;

/// Links to the pages of one thing: each an address and its name.
#[component]
pub(crate) fn TabLinks(
    #[prop(into)] label: String,
    tabs: Vec<(String, String)>,
    /// What the pages have in common in the query of their addresses, with its mark.
    #[prop(into, optional)]
    query: Signal<String>,
) -> impl IntoView {
    let location = use_location();
    let links = tabs.into_iter().map(|(path, name)| {
        let own = path.clone();
        let is_current = move || location.pathname.with(|here| *here == own).then_some("page");
        let address = move || format!("{path}{}", query.get());
        view! { <li><a href=address aria-current=is_current>{name}</a></li> }
    });
    view! {
        <nav class="tabs" aria-label=label>
            <ul>{links.collect_view()}</ul>
        </nav>
    }
}
