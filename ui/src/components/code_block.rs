//! A program or another text of several lines, to read and to copy.

use leptos::prelude::*;

use super::{Button, Look};
use crate::browser::copy;
use crate::i18n::common;
use crate::task::spawn;

/// A text of several lines with a button that copies it.
#[component]
pub(crate) fn CodeBlock(#[prop(into)] label: String, #[prop(into)] text: Signal<String>) -> impl IntoView {
    let news = RwSignal::new("");
    let press = move |()| {
        let text = text.get_untracked();
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
        <figure class="code-block" aria-label=label>
            // Wide lines scroll, so the keyboard has to reach them.
            <pre tabindex="0"><code>{text}</code></pre>
            <div class="actions">
                <Button look=Look::Secondary on_press=press>{common::copy()}</Button>
                <span class="hint" role="status">{move || news.get()}</span>
            </div>
        </figure>
    }
}
