//! A field that searches as one types and takes one of what was found: the combobox of the ARIA patterns, with a list
//! whose first result is taken by Enter.

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;

use super::Choice;

/// Results in sight: as many as fit under a field without scrolling. Who looks for another types on.
pub(crate) const MAX_RESULTS: usize = 8;

/// A search for one of many.
#[component]
pub(crate) fn Combobox(
    #[prop(into)] id: String,
    /// What is looked for; read aloud, not shown.
    #[prop(into)]
    label: String,
    #[prop(into)] placeholder: String,
    /// What stands in the field while nobody searches.
    #[prop(into)]
    shown: Signal<String>,
    /// What was found, the best first.
    #[prop(into)]
    results: Signal<Vec<Choice>>,
    /// Says how the search stands.
    #[prop(into)]
    note: Signal<String>,
    /// Hears what is typed; empty when the list opens.
    #[prop(into)]
    on_search: Callback<String>,
    #[prop(into)] on_choose: Callback<String>,
) -> impl IntoView {
    let search = Search {
        typed: RwSignal::new(None),
        active: RwSignal::new(0),
        results,
        on_search,
        on_choose,
    };
    let list_id = format!("{id}-list");
    let (controls, options_of, active_of) = (list_id.clone(), list_id.clone(), list_id.clone());
    let active = move || {
        let index = search.active.get();
        (search.is_open() && index < search.count()).then(|| option_id(&active_of, index))
    };
    view! {
        <div class="combobox">
            <input
                id=id
                type="text"
                role="combobox"
                aria-label=label.clone()
                aria-autocomplete="list"
                aria-expanded=move || if search.is_open() { "true" } else { "false" }
                aria-controls=controls
                aria-activedescendant=active
                placeholder=placeholder
                autocomplete="off"
                autocapitalize="none"
                spellcheck="false"
                prop:value=move || search.typed.get().unwrap_or_else(|| shown.get())
                on:input=move |event| search.search(event_target_value(&event))
                on:click=move |_| search.open()
                on:keydown=move |event| search.on_key(&event)
                on:blur=move |_| search.close()
            />
            <div class="combobox-popup" class:combobox-open=move || search.is_open()>
                <ul id=list_id role="listbox" aria-label=label>
                    {move || search.options(&options_of)}
                </ul>
                <p class="hint" role="status">{move || search.is_open().then(|| note.get())}</p>
            </div>
        </div>
    }
}

fn option_id(list: &str, index: usize) -> String {
    format!("{list}-{index}")
}

/// A search under way.
#[derive(Clone, Copy)]
struct Search {
    /// `None` while nobody searches.
    typed: RwSignal<Option<String>>,
    /// The result that Enter takes.
    active: RwSignal<usize>,
    results: Signal<Vec<Choice>>,
    on_search: Callback<String>,
    on_choose: Callback<String>,
}

impl Search {
    fn is_open(self) -> bool {
        self.typed.with(Option::is_some)
    }

    fn count(self) -> usize {
        self.results.with(|results| results.len().min(MAX_RESULTS))
    }

    fn open(self) {
        if self.typed.with_untracked(Option::is_none) {
            self.search(String::new());
        }
    }

    fn search(self, typed: String) {
        self.typed.set(Some(typed.clone()));
        self.active.set(0);
        self.on_search.run(typed);
    }

    fn close(self) {
        // The field may be gone with what was chosen.
        self.typed.try_set(None);
    }

    fn choose(self, value: String) {
        self.close();
        self.on_choose.run(value);
    }

    fn on_key(self, event: &KeyboardEvent) {
        let is_open = untrack(|| self.is_open());
        let count = untrack(|| self.count());
        let active = self.active.get_untracked();
        match event.key().as_str() {
            "ArrowDown" if is_open => self.active.set(if active + 1 < count { active + 1 } else { 0 }),
            "ArrowUp" if is_open => self
                .active
                .set(active.checked_sub(1).unwrap_or(count.saturating_sub(1))),
            "ArrowDown" | "ArrowUp" => self.open(),
            "Enter" if is_open => {
                let chosen = self.results.with_untracked(|results| results.get(active).cloned());
                if let Some(chosen) = chosen {
                    self.choose(chosen.value);
                }
            }
            "Escape" if is_open => self.close(),
            _ => return,
        }
        // Neither moves the caret, nor sends the form, nor closes a dialog around.
        event.prevent_default();
        event.stop_propagation();
    }

    fn options(self, list: &str) -> Option<impl IntoView + use<>> {
        let found = self.is_open().then(|| self.results.get())?;
        let options = found.into_iter().take(MAX_RESULTS).enumerate().map(|(index, choice)| {
            let value = choice.value.clone();
            view! {
                <li
                    id=option_id(list, index)
                    role="option"
                    aria-selected=move || if self.active.get() == index { "true" } else { "false" }
                    // The focus stays in the field.
                    on:mousedown=move |event| event.prevent_default()
                    on:click=move |_| self.choose(value.clone())
                >
                    {choice.label}
                </li>
            }
        });
        Some(options.collect_view())
    }
}
