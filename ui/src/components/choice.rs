//! Yes or no, one of few, and a search.

use leptos::prelude::*;

use super::{Choice, FieldFrame};
use crate::browser::format_number;
use crate::i18n::common;

/// A box to tick.
#[component]
pub(crate) fn Checkbox(
    #[prop(into)] id: String,
    #[prop(into)] label: String,
    value: RwSignal<bool>,
    #[prop(into, optional)] hint: String,
) -> impl IntoView {
    let hint_id = format!("{id}-hint");
    view! {
        <div class="check">
            <input id=id.clone() type="checkbox" bind:checked=value aria-describedby=hint_id.clone() />
            <label for=id>{label}</label>
            <div class="hint" id=hint_id>{hint}</div>
        </div>
    }
}

/// One of few, all of them in sight.
#[component]
pub(crate) fn Segments(
    /// The name of the group; the radio buttons share it.
    #[prop(into)]
    name: String,
    #[prop(into)] label: String,
    value: RwSignal<String>,
    choices: Vec<Choice>,
) -> impl IntoView {
    let items = choices.into_iter().map(|choice| {
        let id = format!("{name}-{}", choice.value);
        let (own, chosen) = (choice.value.clone(), choice.value.clone());
        view! {
            <span class="segment">
                <input
                    id=id.clone()
                    type="radio"
                    name=name.clone()
                    value=choice.value
                    prop:checked=move || value.with(|value| *value == own)
                    on:change=move |_| value.set(chosen.clone())
                />
                <label for=id>{choice.label}</label>
            </span>
        }
    });
    let items = items.collect_view();
    view! {
        <fieldset class="segments">
            <legend>{label}</legend>
            <div class="segments-row">{items}</div>
        </fieldset>
    }
}

/// A search in what is listed below it.
#[component]
pub(crate) fn SearchField(
    #[prop(into)] id: String,
    #[prop(into)] label: String,
    value: RwSignal<String>,
    #[prop(into, optional)] placeholder: String,
) -> impl IntoView {
    view! {
        <div class="search" role="search">
            <label class="visually-hidden" for=id.clone()>{label}</label>
            <input
                id=id
                type="search"
                bind:value=value
                placeholder=placeholder
                autocomplete="off"
                autocapitalize="none"
                spellcheck="false"
                enterkeyhint="search"
            />
        </div>
    }
}

/// Several lines of text.
#[component]
pub(crate) fn TextArea(
    #[prop(into)] id: String,
    #[prop(into)] label: String,
    value: RwSignal<String>,
    #[prop(default = 4)] rows: u32,
    #[prop(into, optional)] hint: String,
    #[prop(into, optional)] errors: Signal<Vec<engine::problem::FieldError>>,
    #[prop(optional)] is_optional: bool,
) -> impl IntoView {
    let is_wrong = move || errors.with(|errors| !errors.is_empty()).then_some("true");
    let described_by = format!("{id}-hint {id}-errors");
    view! {
        <FieldFrame id=id.clone() label=label is_optional=is_optional hint=hint errors=errors>
            <textarea
                id=id.clone()
                name=id.clone()
                class="area"
                rows=rows.to_string()
                bind:value=value
                spellcheck="false"
                aria-invalid=is_wrong
                aria-describedby=described_by
            ></textarea>
        </FieldFrame>
    }
}

/// How far something is that takes a while.
#[component]
pub(crate) fn Progress(
    #[prop(into)] label: String,
    #[prop(into)] done: Signal<u64>,
    #[prop(into)] of: Signal<u64>,
) -> impl IntoView {
    let shown = move || common::progress(&format_number(done.get()), &format_number(of.get()));
    view! {
        <div class="progress">
            <progress aria-label=label max=move || of.get().to_string() value=move || done.get().to_string()></progress>
            <span class="hint">{shown}</span>
        </div>
    }
}
