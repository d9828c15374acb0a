//! A dialog with a form or a text of its own.

use leptos::html::Dialog;
use leptos::prelude::*;

use super::{Icon, IconMark};
use crate::i18n::common;

/// A modal dialog, open while `open` says so; its content is made anew each time. The browser's own dialog keeps the focus
/// inside, closes on Escape and gives the focus back.
#[component]
pub(crate) fn Modal(
    #[prop(into)] id: String,
    #[prop(into)] title: String,
    open: RwSignal<bool>,
    children: ChildrenFn,
) -> impl IntoView {
    let dialog = NodeRef::<Dialog>::new();
    Effect::new(move |_| {
        let is_wanted = open.get();
        if let Some(dialog) = dialog.get() {
            if is_wanted && !dialog.open() {
                // Fails only for a dialog outside of the document.
                _ = dialog.show_modal();
            } else if !is_wanted {
                dialog.close();
            }
        }
    });
    let heading = format!("{id}-title");
    let labelled_by = heading.clone();
    view! {
        <dialog id=id node_ref=dialog class="modal" on:close=move |_| open.set(false) aria-labelledby=labelled_by>
            <div class="modal-head">
                <h2 id=heading>{title}</h2>
                <button
                    type="button"
                    class="icon-button"
                    aria-label=common::close()
                    on:click=move |_| open.set(false)
                >
                    <IconMark icon=Icon::Close />
                </button>
            </div>
            {move || open.get().then(|| children())}
        </dialog>
    }
}
