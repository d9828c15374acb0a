//! The API reference, made of the document that the API serves: one group of operations at a time, each opened on demand.
//!
//! `?operation=` in the address opens an operation, and with it its group; `?group=` a group, or the problems.

mod document;
mod operation;
mod schema;
mod shape;

use engine::problem::ProblemType;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use self::document::{Document, Group, matches};
use self::operation::Operations;
use super::developers::DeveloperTabs;
use crate::api;
use crate::components::{Loaded, PageTitle, SearchField, prose};
use crate::i18n::{Language, developers as text};
use crate::load::Load;

/// The group of the problems; no tag of the document has a space.
const PROBLEMS: &str = "problem codes";

/// The address of the page.
pub(super) const PATH: &str = "/developers/reference";

/// The reference.
#[component]
pub(crate) fn ReferencePage() -> impl IntoView {
    let load = Load::new(|| async { api::reference::document().await.map(Document::new) });
    let note = (Language::current() != Language::English)
        .then(|| view! { <p class="hint">{text::reference_in_english()}</p> });
    view! {
        <PageTitle title=text::reference() />
        <p class="lead">{text::reference_lead()}</p>
        {note}
        <DeveloperTabs />
        <Loaded
            load=load
            children=move |document| document.get_untracked().map(|document| view! { <Reference document=document /> })
        />
    }
    .into_any()
}

#[component]
fn Reference(document: Document) -> impl IntoView {
    let groups = StoredValue::new(document.groups());
    let query = use_query_map();
    let wanted = Memo::new(move |_| query.with(|query| query.get("operation")));
    let group = Memo::new(move |_| {
        let named = query.with(|query| query.get("group"));
        wanted
            .get()
            .and_then(|id| groups.with_value(|groups| group_of(groups, &id)))
            .or(named)
    });
    let typed = RwSignal::new(String::new());
    let description = document.description();
    let shown = move || {
        let document = document.clone();
        match group.get() {
            Some(name) if name == PROBLEMS => view! { <Problems /> }.into_any(),
            Some(name) => {
                let found = groups.with_value(|groups| groups.iter().find(|group| group.name == name).cloned());
                match found {
                    Some(group) => view! { <Operations document=document group=group wanted=wanted /> }.into_any(),
                    None => view! { <p>{text::no_operation()}</p> }.into_any(),
                }
            }
            None => view! { <Introduction description=description.clone() /> }.into_any(),
        }
    };
    view! {
        <div class="reference">
            <div class="reference-index">
                <SearchField
                    id="reference-search"
                    label=text::reference_search()
                    value=typed
                    placeholder=text::reference_search()
                />
                <Index groups=groups group=group wanted=wanted typed=typed />
            </div>
            <div class="reference-content">{shown}</div>
        </div>
    }
    .into_any()
}

/// The group of an operation.
fn group_of(groups: &[Group], id: &str) -> Option<String> {
    let has = |group: &&Group| group.operations.iter().any(|operation| operation.id == id);
    groups.iter().find(has).map(|group| group.name.clone())
}

/// The groups; those with what is searched for show which of their operations have it.
#[component]
fn Index(
    groups: StoredValue<Vec<Group>>,
    group: Memo<Option<String>>,
    wanted: Memo<Option<String>>,
    typed: RwSignal<String>,
) -> impl IntoView {
    let found = move || {
        let typed = typed.get();
        let groups = groups.get_value().into_iter();
        let shown = groups.filter_map(|mut group| {
            if !typed.trim().is_empty() {
                group.operations.retain(|operation| matches(operation, &typed));
            }
            (!group.operations.is_empty()).then_some(group)
        });
        shown.collect::<Vec<_>>()
    };
    let is_searching = Memo::new(move |_| typed.with(|typed| !typed.trim().is_empty()));
    let entry = move |one: Group| {
        let name = one.name.clone();
        let is_open = Memo::new(move |_| is_searching.get() || group.with(|group| group.as_ref() == Some(&name)));
        let (path, name) = (group_path(&one.name), one.name.clone());
        let is_current = move || (group.get().as_ref() == Some(&name)).then_some("true");
        let operations = StoredValue::new(one.operations);
        let list = move || is_open.get().then(|| view! { <ul>{links(operations, wanted)}</ul> });
        view! { <li><a href=path data-noscroll="" aria-current=is_current>{one.name}</a> {list}</li> }
    };
    let list = move || found().into_iter().map(entry).collect_view();
    let nothing = move || {
        found()
            .is_empty()
            .then(|| view! { <p class="hint">{text::no_operation()}</p> })
    };
    let problems = move || group.with(|group| group.as_deref() == Some(PROBLEMS)).then_some("true");
    view! {
        <nav aria-label=text::reference()>
            <ul>
                {list}
                <li><a href=group_path(PROBLEMS) data-noscroll="" aria-current=problems>{text::problems()}</a></li>
            </ul>
        </nav>
        {nothing}
    }
    .into_any()
}

/// Links to operations.
fn links(operations: StoredValue<Vec<document::Operation>>, wanted: Memo<Option<String>>) -> AnyView {
    let link = |operation: document::Operation| {
        let (id, path) = (operation.id.clone(), operation_path(&operation.id));
        let is_current = move || wanted.with(|wanted| wanted.as_ref() == Some(&id)).then_some("true");
        view! {
            <li>
                <a href=path data-noscroll="" aria-current=is_current>
                    {operation.id.replace('_', " ")}
                </a>
            </li>
        }
    };
    operations.get_value().into_iter().map(link).collect_view().into_any()
}

fn group_path(name: &str) -> String {
    format!("{PATH}?group={}", name.replace(' ', "+"))
}

/// The address of an operation.
fn operation_path(id: &str) -> String {
    format!("{PATH}?operation={id}")
}

#[component]
fn Introduction(description: String) -> impl IntoView {
    view! {
        <section class="card" aria-label=text::introduction()>
            <h2>{text::introduction()}</h2>
            <p lang="en">{prose(&description)}</p>
            <p>{text::introduction_body()}</p>
        </section>
    }
}

/// Every problem that an answer can be.
#[component]
fn Problems() -> impl IntoView {
    let rows = ProblemType::ALL.iter().map(|problem| {
        view! {
            <tr>
                <th scope="row"><code>{problem.code()}</code></th>
                <td data-label=text::column_status()>{problem.status()}</td>
                <td data-label=text::column_meaning() lang="en">{problem.title()}</td>
            </tr>
        }
    });
    view! {
        <section class="card" aria-label=text::problems()>
            <h2>{text::problems()}</h2>
            <p class="lead">{text::problems_lead()}</p>
            <div class="table-box">
                <table>
                    <caption>{text::problems()}</caption>
                    <thead>
                        <tr>
                            <th scope="col">{text::column_code()}</th>
                            <th scope="col">{text::column_status()}</th>
                            <th scope="col">{text::column_meaning()}</th>
                        </tr>
                    </thead>
                    <tbody>{rows.collect_view()}</tbody>
                </table>
            </div>
        </section>
    }
    .into_any()
}
