//! Which language the app speaks: the user's profile says, or else what was last chosen on this device, or else the
//! browser.
//!
//! The texts of [`crate::i18n`] follow no signal: whoever shows them mounts its views again when the language changes,
//! which `App` does for all pages.

use leptos::prelude::*;

use crate::browser::{languages, mark_language, remember, remembered};
use crate::components::Look;
use crate::i18n::{Language, common as text};

/// The name under which the device remembers the language.
const STORED_AS: &str = "coupons.language";

/// The language of this tab.
#[derive(Clone, Copy)]
pub(crate) struct LanguageChoice(RwSignal<Language>);

impl LanguageChoice {
    /// The device's, or else the browser's; made once, at the root, before anything is shown.
    pub(crate) fn new() -> Self {
        let chosen = remembered(STORED_AS).and_then(|tag| Language::of(&tag));
        let language = chosen.unwrap_or_else(|| Language::first_of(languages().iter().map(String::as_str)));
        speak(language);
        Self(RwSignal::new(language))
    }

    /// The choice of the app.
    pub(crate) fn current() -> Self {
        expect_context()
    }

    /// The language, tracked.
    pub(crate) fn get(self) -> Language {
        self.0.get()
    }

    /// Changes it, here and for the next time on this device; the pages are mounted again.
    pub(crate) fn choose(self, language: Language) {
        remember(STORED_AS, language.tag());
        if self.0.get_untracked() != language {
            speak(language);
            self.0.set(language);
        }
    }
}

fn speak(language: Language) {
    language.speak(&languages());
    mark_language(language.tag());
}

/// The other languages, for whoever is not signed in: each by its own name, which its readers know.
#[component]
pub(crate) fn LanguageSwitch() -> impl IntoView {
    let choice = LanguageChoice::current();
    let others = Language::ALL
        .into_iter()
        .filter(|language| *language != Language::current());
    let buttons = others.map(|language| {
        view! {
            <button
                type="button"
                class=Look::Quiet.class()
                lang=language.tag()
                on:click=move |_| choice.choose(language)
            >
                {language.own_name()}
            </button>
        }
    });
    view! { <div class="actions" role="group" aria-label=text::language()>{buttons.collect_view()}</div> }
}
