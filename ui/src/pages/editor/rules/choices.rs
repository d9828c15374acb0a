//! Selects without a frame of their own, as rows of rules have them.

use leptos::prelude::*;

use crate::components::Choice;
use crate::forms::rules::{Field, Scope};
use crate::i18n::builder as text;

/// Choices under a heading; one without a heading stands alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Choices {
    heading: String,
    choices: Vec<Choice>,
}

impl Choices {
    /// Choices without a heading.
    pub(super) fn plain(choices: Vec<Choice>) -> Vec<Self> {
        vec![Self {
            heading: String::new(),
            choices,
        }]
    }
}

/// The fields that a row can ask for, and the one that it asks for now.
pub(super) fn fields(scope: &Scope, current: &Field) -> Vec<Choices> {
    let mut fields = scope.fields();
    if !fields.iter().any(|field| field.key() == current.key()) {
        fields.push(current.clone());
    }
    let under = |heading: &str, is_here: &dyn Fn(&Field) -> bool| Choices {
        heading: heading.to_owned(),
        choices: fields
            .iter()
            .filter(|field| is_here(field))
            .map(|field| Choice::new(field.key(), text::field(&field.path, field.function)))
            .collect(),
    };
    let is_built_in = |field: &Field| engine::expression::BUILT_IN_NAMES.contains(&field.path.as_str());
    let is_declared = |field: &Field| scope.is_declared(&field.path);
    let groups = [
        under(text::of_elements(), &|field| !is_built_in(field) && !is_declared(field)),
        under(text::declared(), &is_declared),
        under(text::built_in(), &is_built_in),
    ];
    groups.into_iter().filter(|group| !group.choices.is_empty()).collect()
}

/// One value of a few.
#[component]
pub(super) fn Pick(
    #[prop(into, optional)] id: Option<String>,
    /// Read aloud, not shown.
    #[prop(into)]
    label: Signal<String>,
    #[prop(into)] choices: Signal<Vec<Choices>>,
    #[prop(into)] value: Signal<String>,
    #[prop(into)] on_change: Callback<String>,
) -> impl IntoView {
    let option = move |choice: Choice| {
        let own = choice.value.clone();
        view! {
            <option value=choice.value prop:selected=move || value.with(|value| *value == own)>{choice.label}</option>
        }
    };
    let options = move || {
        let groups = choices.get().into_iter().map(|group| {
            let options = group.choices.into_iter().map(option).collect_view();
            if group.heading.is_empty() {
                options.into_any()
            } else {
                view! { <optgroup label=group.heading>{options}</optgroup> }.into_any()
            }
        });
        groups.collect_view()
    };
    view! {
        <select id=id class="pick" aria-label=label on:change=move |event| on_change.run(event_target_value(&event))>
            {options}
        </select>
    }
}
