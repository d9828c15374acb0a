//! Form fields: label, hint, control and what is wrong, tied together for everyone.

use engine::problem::FieldError;
use leptos::prelude::*;

use super::prose;
use crate::i18n::common;

/// Label, hint and errors around a control with the same `id`; the control is described by [`described_by`].
#[component]
pub(crate) fn FieldFrame(
    #[prop(into)] id: String,
    #[prop(into)] label: String,
    /// May stay empty.
    #[prop(optional)]
    is_optional: bool,
    #[prop(into, optional)] hint: String,
    #[prop(into, optional)] errors: Signal<Vec<FieldError>>,
    children: Children,
) -> impl IntoView {
    let mark = is_optional.then(|| view! { <span class="optional">" (" {common::optional()} ")"</span> });
    let complaints = move || {
        errors
            .get()
            .into_iter()
            .map(|error| view! { <p>{prose(&error.detail)}</p> })
            .collect_view()
    };
    view! {
        <div class="field" class:field-wrong=move || errors.with(|errors| !errors.is_empty())>
            <label for=id.clone()>{label}{mark}</label>
            {children()}
            <div class="hint" id=format!("{id}-hint")>{hint}</div>
            <div class="field-errors" id=format!("{id}-errors") aria-live="polite">{complaints}</div>
        </div>
    }
}

/// What describes the control `id` inside a [`FieldFrame`].
fn described_by(id: &str) -> String {
    format!("{id}-hint {id}-errors")
}

/// A line of text.
#[component]
pub(crate) fn TextField(
    #[prop(into)] id: String,
    #[prop(into)] label: String,
    value: RwSignal<String>,
    #[prop(into, optional)] errors: Signal<Vec<FieldError>>,
    /// The input's type.
    #[prop(default = "text")]
    kind: &'static str,
    #[prop(optional)] is_optional: bool,
    #[prop(into, optional)] hint: String,
    #[prop(default = "off")] autocomplete: &'static str,
    /// The keyboard that a phone shows.
    #[prop(default = "text")]
    inputmode: &'static str,
) -> impl IntoView {
    let is_wrong = move || errors.with(|errors| !errors.is_empty()).then_some("true");
    // Seconds, where the type has them.
    let step = (kind == "datetime-local").then_some("1");
    view! {
        <FieldFrame id=id.clone() label=label is_optional=is_optional hint=hint errors=errors>
            <input
                id=id.clone()
                name=id.clone()
                type=kind
                step=step
                bind:value=value
                autocomplete=autocomplete
                inputmode=inputmode
                autocapitalize="none"
                spellcheck="false"
                aria-invalid=is_wrong
                aria-describedby=described_by(&id)
            />
        </FieldFrame>
    }
}

/// One of the values of a [`SelectField`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Choice {
    pub(crate) value: String,
    pub(crate) label: String,
}

impl Choice {
    pub(crate) fn new(value: impl Into<String>, label: impl Into<String>) -> Self {
        Self {
            value: value.into(),
            label: label.into(),
        }
    }
}

/// One value of a list.
#[component]
pub(crate) fn SelectField(
    #[prop(into)] id: String,
    #[prop(into)] label: String,
    value: RwSignal<String>,
    choices: Vec<Choice>,
    #[prop(into, optional)] errors: Signal<Vec<FieldError>>,
    #[prop(optional)] is_optional: bool,
    #[prop(into, optional)] hint: String,
) -> impl IntoView {
    let is_wrong = move || errors.with(|errors| !errors.is_empty()).then_some("true");
    let options = choices.into_iter().map(|choice| {
        let own = choice.value.clone();
        // The property: the attribute counts no more once somebody has chosen.
        view! {
            <option value=choice.value prop:selected=move || value.with(|value| *value == own)>{choice.label}</option>
        }
    });
    let options = options.collect_view();
    view! {
        <FieldFrame id=id.clone() label=label is_optional=is_optional hint=hint errors=errors>
            <select
                id=id.clone()
                name=id.clone()
                on:change=move |event| value.set(event_target_value(&event))
                // What is `selected` stands for the start alone, once somebody has chosen.
                prop:value=move || value.get()
                aria-invalid=is_wrong
                aria-describedby=described_by(&id)
            >
                {options}
            </select>
        </FieldFrame>
    }
}
