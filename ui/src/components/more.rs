//! The rest of a long list.

use leptos::prelude::*;

use super::{Button, Form, Look};
use crate::api::Answer;
use crate::i18n::common;
use crate::load::Load;
use crate::wire::Page;

/// Appends the next page to a list, as long as there is one.
#[component]
pub(crate) fn More<T, F, Fut>(
    load: Load<Page<T>>,
    /// Fetches the page of a cursor.
    fetch: F,
) -> impl IntoView
where
    T: Clone + Send + Sync + 'static,
    F: Fn(String) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Answer<Page<T>>> + 'static,
{
    let form = Form::new();
    let more = Callback::new(move |()| {
        let Some(Page {
            items: mut shown,
            next_cursor: Some(cursor),
        }) = load.signal().get_untracked()
        else {
            return;
        };
        form.submit(fetch(cursor), move |next| {
            shown.extend(next.items);
            load.replace(Page {
                items: shown,
                next_cursor: next.next_cursor,
            });
        });
    });
    let has_more = move || load.value().is_some_and(|page| page.next_cursor.is_some());
    view! {
        {form.summary(more)}
        <Show when=has_more>
            <Button look=Look::Secondary busy=form.busy() on_press=more>{common::load_more()}</Button>
        </Show>
    }
}
