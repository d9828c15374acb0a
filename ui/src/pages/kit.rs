//! Every component in every state, and the design tokens: for whoever builds pages, to see what there is and what a change
//! of the kit does.
//!
//! Its own texts are in English alone, because developers are its only readers; what the components say themselves is in
//! the app's language, which can be changed at its top. What needs the server, such as the pickers of countries and cities,
//! is shown by what it is made of.

mod actions;
mod boxes;
mod charts;
mod conditions;
mod fields;
mod icons;
mod lists;
mod messages;
mod server;
mod tokens;

use leptos::prelude::*;

use crate::components::PageTitle;
use crate::language::LanguageSwitch;

/// A section of the page: its anchor, its heading and what makes its samples.
struct Section {
    id: &'static str,
    title: &'static str,
    samples: fn() -> AnyView,
}

const SECTIONS: [Section; 10] = [
    section("tokens", "Design tokens", tokens::samples),
    section("icons", "Icons", icons::samples),
    section("actions", "Buttons, menus and dialogs", actions::samples),
    section("fields", "Forms and fields", fields::samples),
    section("messages", "Messages", messages::samples),
    section("server", "Values of the server", server::samples),
    section("boxes", "Cards, tabs, figures and details", boxes::samples),
    section("lists", "Tables and texts to copy", lists::samples),
    section("charts", "Charts", charts::samples),
    section("conditions", "Conditions", conditions::samples),
];

const fn section(id: &'static str, title: &'static str, samples: fn() -> AnyView) -> Section {
    Section { id, title, samples }
}

/// The page.
#[component]
pub(crate) fn KitPage() -> impl IntoView {
    let links = SECTIONS.map(|Section { id, title, .. }| view! { <li><a href=format!("#{id}")>{title}</a></li> });
    let sections = SECTIONS.map(|Section { id, title, samples }| {
        let heading = format!("{id}-heading");
        let labelled_by = heading.clone();
        view! {
            <section id=id class="kit-section" aria-labelledby=labelled_by>
                <h2 id=heading>{title}</h2>
                {samples()}
            </section>
        }
    });
    view! {
        <main id="content">
            <div class="page kit">
                <div class="page-head">
                    <PageTitle title="Component kit" />
                    <LanguageSwitch />
                </div>
                <p class="lead">"Every component in every state. Shown only where the app is served from this machine."</p>
                <nav aria-label="Sections">
                    <ul class="kit-index">{links.collect_view()}</ul>
                </nav>
                {sections.collect_view()}
            </div>
        </main>
    }
}

/// A component in one state, under that state's name.
#[component]
fn Sample(name: &'static str, children: Children) -> impl IntoView {
    view! {
        <div class="kit-sample">
            <h3>{name}</h3>
            {children()}
        </div>
    }
}
