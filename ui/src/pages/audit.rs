//! The audit log: who did what, with what changed.

mod changes;
mod filters;
mod words;

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_query_map};

use self::changes::{FieldChange, changes};
use self::filters::{Fields, Filters};
use self::words::{actor_name, name_action, name_kind, object_name};
use crate::api::team::audit_events;
use crate::browser::{current_time_zone, format_exact_time, offset_at};
use crate::components::{Choice, EmptyState, Loaded, More, PageTitle, SelectField, TextField};
use crate::i18n::audit as text;
use crate::load::Load;
use crate::session::Session;
use crate::wire::Page;
use crate::wire::team::AuditEvent;

/// What the server is asked for; days are of the browser's zone.
fn query(filters: &Filters) -> Vec<(&'static str, String)> {
    let zone = current_time_zone();
    filters.query(|at| offset_at(&zone, at))
}

/// The log.
#[component]
pub(crate) fn AuditPage() -> impl IntoView {
    let session = Session::current();
    let parameters = use_query_map();
    let filters = Memo::new(move |_| parameters.with(|parameters| Filters::read(|name| parameters.get(name))));
    let load = Load::new(move || {
        let query = query(&filters.get_untracked());
        async move {
            session
                .call(async |token| audit_events(token, &query, None).await)
                .await
        }
    });
    Effect::new(move |previous: Option<Filters>| {
        let current = filters.get();
        if previous.is_some_and(|previous| previous != current) {
            load.reload();
        }
        current
    });
    view! {
        <PageTitle title=text::title() />
        <p class="lead">{text::lead()}</p>
        <FilterBar filters=filters />
        <Loaded load=load children=move |page| view! { <List load=load page=page filters=filters /> }.into_any() />
    }
    .into_any()
}

#[component]
fn FilterBar(filters: Memo<Filters>) -> impl IntoView {
    let fields = Fields::new();
    Effect::new(move |_| filters.with(|filters| fields.show(filters)));
    fields.show(&filters.get_untracked());
    let navigate = use_navigate();
    Effect::new(move |_| {
        let shown = filters.get_untracked();
        let chosen = fields.read(&shown);
        if chosen != shown {
            let options = NavigateOptions {
                scroll: false,
                ..NavigateOptions::default()
            };
            navigate(&chosen.address(), options);
        }
    });
    let named = |(word, name): &(&str, fn() -> &'static str)| Choice::new(*word, name());
    let choices =
        |any: &str, named: Vec<Choice>| -> Vec<_> { std::iter::once(Choice::new("", any)).chain(named).collect() };
    let actions = choices(text::any_action(), text::ACTIONS.iter().map(named).collect());
    let kinds = choices(text::any_kind(), text::KINDS.iter().map(named).collect());
    // Chosen at an entry of the list, where their names are.
    let only = move || {
        filters.with(|filters| {
            let actor = filters.actor.is_some().then(|| text::only_actor().to_owned());
            let object = filters.object.as_ref().map(|id| text::only_object(id));
            let only: Vec<_> = actor.into_iter().chain(object).collect();
            (!only.is_empty()).then(|| only.join(" · "))
        })
    };
    let clear = move || {
        let is_filtered = filters.with(|filters| *filters != Filters::default());
        is_filtered.then(|| view! { <a href="/audit">{text::clear()}</a> })
    };
    view! {
        <section class="audit-filters" aria-label=text::filters()>
            <SelectField id="action" label=text::action() value=fields.action choices=actions />
            <SelectField id="kind" label=text::kind() value=fields.kind choices=kinds />
            <TextField id="from" label=text::from() kind="date" value=fields.from />
            <TextField id="to" label=text::to() kind="date" value=fields.to />
        </section>
        <p class="audit-only"><strong>{only}</strong> " " {clear}</p>
    }
    .into_any()
}

#[component]
fn List(load: Load<Page<AuditEvent>>, page: Signal<Option<Page<AuditEvent>>>, filters: Memo<Filters>) -> impl IntoView {
    let session = Session::current();
    let next_page = move |cursor: String| {
        let query = query(&filters.get_untracked());
        async move {
            session
                .call(async |token| audit_events(token, &query, Some(&cursor)).await)
                .await
        }
    };
    let items = move || page.with(|page| page.as_ref().map(|page| page.items.clone()).unwrap_or_default());
    let is_empty = Memo::new(move |_| page.with(|page| page.as_ref().is_none_or(|page| page.items.is_empty())));
    move || {
        if is_empty.get() {
            let (title, body) = (text::empty_title(), text::empty_body());
            return view! { <EmptyState title=title body=body /> }.into_any();
        }
        view! {
            <ol class="plain audit" aria-label=text::list()>
                <For each=items key=|event| event.id.clone() let:event>
                    <Entry event=event filters=filters />
                </For>
            </ol>
            <More load=load fetch=next_page />
        }
        .into_any()
    }
}

/// One entry: a sentence, its object, and what changed.
#[component]
fn Entry(event: AuditEvent, filters: Memo<Filters>) -> impl IntoView {
    let who = actor_name(&event.actor);
    let sentence = text::done(&who, &name_action(&event.action));
    let of_actor = event.actor.id.clone().map(|id| {
        let address = move || filters.with(|filters| filters.with_actor(&id).address());
        view! { <a href=address>{text::more_of_actor(&who)}</a> }
    });
    let (kind, id) = (event.object.kind.clone(), event.object.id.clone());
    let of_object = move || filters.with(|filters| filters.with_object(&kind, &id).address());
    let object = object_name(&event);
    let code = (event.object.kind == "promotion").then_some(object.code).flatten();
    let name = match code {
        Some(code) => view! { <a href=format!("/promotions/{code}")>{object.name}</a> }.into_any(),
        None => object.name.into_any(),
    };
    let changed = changes(event.before.as_ref(), event.after.as_ref());
    view! {
        <li class="card">
            <p>
                <strong>{sentence}</strong>
                " "
                <span class="hint">{format_exact_time(event.time, None)}</span>
            </p>
            <p class="hint">{name_kind(&event.object.kind)} ": " {name}</p>
            <Changes changed=changed />
            <p class="hint audit-links">
                {of_actor}
                <a href=of_object>{text::more_of_object()}</a>
                {event.request_id.map(|id| view! { <span>{text::request()} " " <code>{id}</code></span> })}
            </p>
        </li>
    }
    .into_any()
}

#[component]
fn Changes(changed: Vec<FieldChange>) -> impl IntoView {
    if changed.is_empty() {
        return ().into_any();
    }
    let count = text::changes(changed.len() as u64);
    let value = |value: Option<String>| value.unwrap_or_else(|| text::nothing().to_owned());
    let rows = changed.into_iter().map(|change| {
        view! {
            <tr>
                <th scope="row"><code>{change.field}</code></th>
                <td data-label=text::before()><del>{value(change.before)}</del></td>
                <td data-label=text::after()><ins>{value(change.after)}</ins></td>
            </tr>
        }
    });
    view! {
        <details>
            <summary>{count}</summary>
            <div class="table-box">
                <table>
                    <thead>
                        <tr>
                            <th scope="col">{text::field()}</th>
                            <th scope="col">{text::before()}</th>
                            <th scope="col">{text::after()}</th>
                        </tr>
                    </thead>
                    <tbody>{rows.collect_view()}</tbody>
                </table>
            </div>
        </details>
    }
    .into_any()
}
