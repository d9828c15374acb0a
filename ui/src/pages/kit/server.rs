//! What comes from the server, in the states of a [`Load`]. Nothing here calls it.

use std::future::{pending, ready};

use leptos::prelude::*;

use super::Sample;
use crate::api::{Answer, Failure};
use crate::components::{Loaded, Loading, More};
use crate::load::Load;
use crate::wire::Page;

pub(super) fn samples() -> AnyView {
    view! {
        <Sample name="Loading, in words of its own">
            <Loading text="Restoring your session…" />
        </Sample>
        <Sample name="On its way">{shown(Load::new(pending))}</Sample>
        <Sample name="There">{shown(Load::new(|| ready(value())))}</Sample>
        <Sample name="There, and out of date">{shown(stale())}</Sample>
        <Sample name="Failed">{shown(Load::new(|| ready(Err(Failure::Unreachable))))}</Sample>
        <Sample name="The rest of a list">{list(|_| ready(Ok(page(None))))}</Sample>
        <Sample name="The rest of a list, which fails">{list(|_| ready(Err(Failure::Unreachable)))}</Sample>
    }
    .into_any()
}

fn value() -> Answer<String> {
    Ok("Summer sale".to_owned())
}

fn shown(load: Load<String>) -> impl IntoView {
    let content = |value: Signal<Option<String>>| view! { <p>{move || value.get()}</p> };
    view! { <Loaded load=load children=content /> }
}

/// A value whose first reload, and each later one, fails.
fn stale() -> Load<String> {
    let is_there = StoredValue::new(false);
    let load = Load::new(move || {
        let failed = is_there.try_get_value().unwrap_or_default();
        is_there.try_set_value(true);
        ready(if failed { Err(Failure::Unreachable) } else { value() })
    });
    Effect::new(move |_| {
        if load.value().is_some() && load.failure().is_none() {
            load.reload();
        }
    });
    load
}

fn page(next_cursor: Option<&str>) -> Page<String> {
    Page {
        items: vec!["Summer sale".to_owned(), "Winter sale".to_owned()],
        next_cursor: next_cursor.map(str::to_owned),
    }
}

/// A list that has more, which `fetch` gets.
fn list<F, Fut>(fetch: F) -> impl IntoView
where
    F: Fn(String) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Answer<Page<String>>> + 'static,
{
    let load = Load::new(|| ready(Ok(page(Some("next")))));
    let items = move || {
        let items = load.value().map(|page| page.items).unwrap_or_default();
        items.into_iter().map(|name| view! { <li>{name}</li> }).collect_view()
    };
    view! {
        <ul>{items}</ul>
        <More load=load fetch=fetch />
    }
}
