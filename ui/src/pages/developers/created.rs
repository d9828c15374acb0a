//! The one time that a key is shown.

use leptos::ev::Event;
use leptos::html::Dialog;
use leptos::prelude::*;

use super::fresh::{FreshKey, FreshKeys};
use crate::components::{Button, Copyable};
use crate::i18n::{developers as text, keys as key_text};

/// A dialog that stays until somebody says that they have copied the key; what it would lose cannot be shown again.
#[component]
pub(super) fn CreatedKeyDialog() -> impl IntoView {
    let keys = FreshKeys::current();
    let dialog = NodeRef::<Dialog>::new();
    let key = Memo::new(move |_| keys.not_copied().map(|key| key.id));
    let show = move || {
        if let Some(dialog) = dialog.get_untracked()
            && !dialog.open()
        {
            // Fails only for a dialog outside of the document.
            _ = dialog.show_modal();
        }
    };
    Effect::new(move |_| match (key.get(), dialog.get()) {
        (Some(_), Some(_)) => show(),
        (None, Some(dialog)) => dialog.close(),
        (_, None) => {}
    });
    // Escape pressed twice closes any dialog.
    let reopen = move |_| {
        if key.get_untracked().is_some() {
            show();
        }
    };
    let content = move || {
        key.get()
            .and_then(|_| untrack(|| keys.not_copied()))
            .map(|key| view! { <Created keys=keys fresh=key /> })
    };
    view! {
        <dialog
            node_ref=dialog
            class="modal"
            aria-labelledby="created-title"
            on:cancel=|event: Event| event.prevent_default()
            on:close=reopen
        >
            {content}
        </dialog>
    }
    .into_any()
}

#[component]
fn Created(keys: FreshKeys, fresh: FreshKey) -> impl IntoView {
    let id = fresh.id;
    view! {
        <h2 id="created-title">{key_text::created_title()}</h2>
        <p>{text::created_body(&fresh.name)}</p>
        <Copyable id="created-key" label=key_text::the_key() text=fresh.key />
        <p class="hint">{text::created_warning()}</p>
        <div class="actions">
            <Button on_press=move |()| keys.mark_copied(id)>{key_text::done()}</Button>
        </div>
    }
    .into_any()
}
