//! Questions before something that cannot be undone.

use leptos::html::Dialog;
use leptos::prelude::*;

use super::{Button, Look};

/// A modal question, open while `question` is there. The browser's own dialog keeps the focus inside and closes on
/// Escape.
#[component]
pub(crate) fn ConfirmDialog(
    /// The id of the question: one page may have several dialogs.
    #[prop(default = "confirm-question")]
    id: &'static str,
    /// What is asked; emptied when the dialog closes.
    question: RwSignal<Option<String>>,
    #[prop(into)] confirm: Signal<String>,
    #[prop(into)] cancel: String,
    #[prop(into)] on_confirm: Callback<()>,
) -> impl IntoView {
    let dialog = NodeRef::<Dialog>::new();
    Effect::new(move |_| {
        let is_asked = question.with(Option::is_some);
        if let Some(dialog) = dialog.get() {
            if is_asked && !dialog.open() {
                // Fails only for a dialog outside of the document.
                _ = dialog.show_modal();
            } else if !is_asked {
                dialog.close();
            }
        }
    });
    let close = move || question.set(None);
    view! {
        <dialog node_ref=dialog on:close=move |_| close() aria-labelledby=id>
            <p id=id>{move || question.get()}</p>
            <div class="actions">
                <Button look=Look::Secondary on_press=move |()| close()>{cancel}</Button>
                <Button
                    look=Look::Danger
                    on_press=move |()| {
                        on_confirm.run(());
                        close();
                    }
                >
                    {confirm}
                </Button>
            </div>
        </dialog>
    }
}
