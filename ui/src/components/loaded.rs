//! The states of something that comes from the server.

use leptos::prelude::*;

use super::FailureAlert;
use crate::i18n::{common, failures};
use crate::load::Load;

/// Says that something is under way.
#[component]
pub(crate) fn Loading(#[prop(into, optional)] text: Option<String>) -> impl IntoView {
    view! { <p class="loading" role="status">{text.unwrap_or_else(|| common::loading().to_owned())}</p> }
}

/// Shows a value once it is there, and says when it is missing or may be out of date. `children` runs once, with a
/// signal of the value: they follow its parts, so that focus and input survive a reload.
#[component]
pub(crate) fn Loaded<T, F, V>(load: Load<T>, children: F) -> impl IntoView
where
    T: Clone + Send + Sync + 'static,
    F: Fn(Signal<Option<T>>) -> V + Send + 'static,
    V: IntoView + 'static,
{
    let value = load.signal();
    let is_there = Memo::new(move |_| value.with(Option::is_some));
    let alert = move || {
        let failure = load.failure()?;
        let note = is_there.get().then(|| failures::stale().to_owned());
        let retry = Callback::new(move |()| load.reload());
        Some(view! { <FailureAlert failure=failure retry=Some(retry) note=note /> })
    };
    let content = move || is_there.get().then(|| children(value.into()));
    let loading = move || (!is_there.get() && load.failure().is_none()).then(|| view! { <Loading /> });
    view! {
        {alert}
        {loading}
        {content}
    }
}
