//! A text to copy.

use leptos::prelude::*;

use super::{Button, Look};
use crate::browser::copy;
use crate::i18n::common;
use crate::task::spawn;

/// A labelled text with a button that copies it.
#[component]
pub(crate) fn Copyable(
    #[prop(into)] id: String,
    #[prop(into)] label: String,
    #[prop(into)] text: String,
) -> impl IntoView {
    let news = RwSignal::new("");
    let value = text.clone();
    let press = move |()| {
        let text = text.clone();
        spawn(async move {
            let said = if copy(&text).await {
                common::copied()
            } else {
                common::copy_failed()
            };
            news.try_set(said);
        });
    };
    view! {
        <div class="copyable">
            <label for=id.clone()>{label}</label>
            <div class="copyable-row">
                <input id=id readonly=true class="code" prop:value=value spellcheck="false" autocomplete="off" />
                <Button look=Look::Secondary on_press=press>{common::copy()}</Button>
            </div>
            <p class="hint" role="status">{move || news.get()}</p>
        </div>
    }
}
