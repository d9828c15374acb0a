//! A schema on the screen: a line about its value, and its fields behind a native disclosure, made when it is opened.

use leptos::html;
use leptos::prelude::*;
use serde_json::Value;

use super::document::Document;
use super::shape::{Field, Part};
use crate::components::prose;
use crate::i18n::developers as text;

/// A schema; see the module.
#[component]
pub(super) fn SchemaView(
    document: Document,
    schema: Value,
    /// Said of the place, where the schema does not say it.
    #[prop(optional_no_strip)]
    description: Option<String>,
    /// Shows the fields at once.
    #[prop(optional)]
    is_open: bool,
) -> impl IntoView {
    let shape = document.shape(&schema);
    let said = description
        .or(shape.description)
        .map(|said| view! { <p lang="en">{prose(&said)}</p> });
    let notes = (!shape.notes.is_empty()).then(|| view! { <p class="hint notes">{shape.notes.join(" · ")}</p> });
    let values = (!shape.values.is_empty()).then(|| {
        let values = shape.values.into_iter().map(|value| view! { <code>{value}</code> " " });
        view! { <p class="hint">{text::one_of()} " " {values.collect_view()}</p> }
    });
    let has_fields = !document.parts(&schema).is_empty();
    let fields = has_fields.then(|| view! { <Fields document=document schema=schema is_open=is_open /> });
    view! {
        <p class="kind">{shape.kind}</p>
        {said}
        {notes}
        {values}
        {fields}
    }
    .into_any()
}

/// The fields of the objects in a schema.
#[component]
fn Fields(document: Document, schema: Value, is_open: bool) -> impl IntoView {
    let element = NodeRef::<html::Details>::new();
    let is_shown = RwSignal::new(is_open);
    let own = StoredValue::new((document, schema));
    let content = move || {
        is_shown.get().then(|| {
            let (document, schema) = own.get_value();
            let parts = document
                .parts(&schema)
                .into_iter()
                .map(|part| part_view(&document, part));
            parts.collect_view()
        })
    };
    view! {
        <details
            class="fields-of"
            open=is_open
            node_ref=element
            on:toggle=move |_| is_shown.set(element.get_untracked().is_some_and(|element| element.open()))
        >
            <summary>{text::fields()}</summary>
            {content}
        </details>
    }
    .into_any()
}

fn part_view(document: &Document, part: Part) -> AnyView {
    let name = part
        .name
        .map(|name| view! { <p class="part" lang="en">{prose(&name)}</p> });
    let fields = part.fields.into_iter().map(|field| field_view(document, field));
    view! {
        {name}
        <dl class="schema">{fields.collect_view()}</dl>
    }
    .into_any()
}

fn field_view(document: &Document, field: Field) -> AnyView {
    let required = field
        .is_required
        .then(|| view! { " " <span class="required">{text::required()}</span> });
    view! {
        <dt><code>{field.name}</code> {required}</dt>
        <dd><SchemaView document=document.clone() schema=field.schema /></dd>
    }
    .into_any()
}
