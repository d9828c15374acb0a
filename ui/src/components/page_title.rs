//! The heading of a page.

use leptos::html::H1;
use leptos::prelude::*;

use crate::i18n::common;

/// Whether a page was shown before in this tab.
#[derive(Clone, Copy)]
pub(crate) struct Navigated(StoredValue<bool>);

impl Navigated {
    /// Nothing shown yet; made once, at the root.
    pub(crate) fn new() -> Self {
        Self(StoredValue::new(false))
    }
}

/// The page's heading: names the tab and, after a navigation, takes the focus, so that keyboard and screen reader go
/// on from there.
#[component]
pub(crate) fn PageTitle(#[prop(into)] title: Signal<String>) -> impl IntoView {
    let heading = NodeRef::<H1>::new();
    let navigated: Option<Navigated> = use_context();
    Effect::new(move |_| document().set_title(&common::page_title(&title.get())));
    Effect::new(move |_| {
        if let Some(heading) = heading.get()
            && let Some(Navigated(navigated)) = navigated
            && navigated.try_update_value(|navigated| std::mem::replace(navigated, true)) == Some(true)
        {
            // A heading that cannot take the focus leaves it where it was.
            _ = heading.focus();
        }
    });
    view! { <h1 tabindex="-1" node_ref=heading>{title}</h1> }
}
