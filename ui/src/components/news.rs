//! What was just done, in a line that leaves by itself: for changes whose result is not on the screen.

use std::time::Duration;

use leptos::prelude::*;

use super::{Icon, IconMark};
use crate::i18n::shell as text;

/// Long enough to be read twice (WCAG 2.2.1: nothing that it says is lost with it).
const SHOWN_FOR: Duration = Duration::from_secs(8);

/// The line's text; provided once, at the root.
#[derive(Clone, Copy)]
pub(crate) struct News {
    text: RwSignal<Option<String>>,
    /// Counts texts: one that follows another is shown for its whole time.
    turn: StoredValue<u64>,
}

impl News {
    /// Nothing to say.
    pub(crate) fn new() -> Self {
        Self {
            text: RwSignal::new(None),
            turn: StoredValue::new(0),
        }
    }

    /// The line of the app.
    pub(crate) fn current() -> Self {
        expect_context()
    }

    /// Says it.
    pub(crate) fn say(self, text: impl Into<String>) {
        self.turn.update_value(|turn| *turn += 1);
        let turn = self.turn.get_value();
        self.text.set(Some(text.into()));
        set_timeout(
            move || {
                if self.turn.get_value() == turn {
                    self.text.set(None);
                }
            },
            SHOWN_FOR,
        );
    }
}

/// The line itself: announced without interrupting, and put away by hand or by time.
#[component]
pub(crate) fn NewsLine() -> impl IntoView {
    let news = News::current();
    let line = move || {
        news.text.get().map(|said| {
            view! {
                <p class="news">
                    <IconMark icon=Icon::Check />
                    <span>{said}</span>
                    <button
                        type="button"
                        class="icon-button"
                        aria-label=text::dismiss()
                        on:click=move |_| news.text.set(None)
                    >
                        <IconMark icon=Icon::Close />
                    </button>
                </p>
            }
        })
    };
    view! { <div class="news-place" role="status">{line}</div> }
}
