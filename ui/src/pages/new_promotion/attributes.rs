//! The rows in which a promotion's attributes are declared.

use engine::expression::AttributeType;
use leptos::prelude::*;

use crate::components::{Button, Card, Choice, Form, Look, SelectField, TextField};
use crate::forms::field_errors::pointer;
use crate::i18n::editor as text;

/// The rows' texts.
#[derive(Clone, Copy)]
pub(super) struct Attributes {
    rows: RwSignal<Vec<Row>>,
    /// Numbers the rows, for their identity in the page.
    next_id: StoredValue<usize>,
}

#[derive(Clone, Copy)]
struct Row {
    id: usize,
    name: RwSignal<String>,
    kind: RwSignal<String>,
}

impl Attributes {
    /// One row, as in most promotions.
    pub(super) fn new() -> Self {
        let attributes = Self {
            rows: RwSignal::new(Vec::new()),
            next_id: StoredValue::new(1),
        };
        attributes.add("total", &AttributeType::Number);
        attributes
    }

    /// Names and types as typed, tracked.
    pub(super) fn rows(self) -> Vec<(String, AttributeType)> {
        self.rows.with(|rows| {
            rows.iter()
                .filter_map(|row| Some((row.name.get(), row.kind.get().parse().ok()?)))
                .collect()
        })
    }

    fn add(self, name: &str, kind: &AttributeType) {
        let id = self.next_id.get_value();
        self.next_id.set_value(id + 1);
        let row = Row {
            id,
            name: RwSignal::new(name.to_owned()),
            kind: RwSignal::new(kind.to_string()),
        };
        self.rows.update(|rows| rows.push(row));
    }

    fn remove(self, id: usize) {
        self.rows.update(|rows| rows.retain(|row| row.id != id));
    }
}

/// The rows, with buttons to add and remove.
#[component]
pub(super) fn AttributesEditor(attributes: Attributes, form: Form) -> impl IntoView {
    let is_empty = move || attributes.rows.with(Vec::is_empty);
    // A row outlives the press that adds it, so its signals belong to the page, not to the button's event.
    let owner = Owner::current();
    let add = move |()| match &owner {
        Some(owner) => owner.with(|| attributes.add("", &AttributeType::Number)),
        None => attributes.add("", &AttributeType::Number),
    };
    view! {
        <Card title=text::attributes() lead=text::attributes_lead()>
            <Show when=is_empty>
                <p class="hint">{text::no_attributes()}</p>
            </Show>
            <For each=move || attributes.rows.get() key=|row| row.id let:row>
                <AttributeRow attributes=attributes row=row form=form />
            </For>
            <Button look=Look::Secondary on_press=add>{text::add_attribute()}</Button>
        </Card>
    }
}

#[component]
fn AttributeRow(attributes: Attributes, row: Row, form: Form) -> impl IntoView {
    let errors = form.errors_at(Signal::derive(move || pointer("/attributes", row.name.get().trim())));
    let kinds = AttributeType::SIMPLE.map(|kind| Choice::new(kind.word(), kind_name(&kind)));
    let remove_label = move || row.name.with(|name| text::remove_attribute(name));
    view! {
        <div class="attribute-row">
            <TextField
                id=format!("attribute-{}-name", row.id)
                label=text::attribute_name(row.id)
                value=row.name
                errors=errors
            />
            <SelectField
                id=format!("attribute-{}-type", row.id)
                label=text::attribute_type(row.id)
                value=row.kind
                choices=kinds.to_vec()
            />
            <button
                type="button"
                class=Look::Quiet.class()
                aria-label=remove_label
                on:click=move |_| attributes.remove(row.id)
            >
                "×"
            </button>
        </div>
    }
}

const fn kind_name(kind: &AttributeType) -> &'static str {
    match kind {
        AttributeType::Number => text::type_number(),
        AttributeType::Integer => text::type_integer(),
        AttributeType::String => text::type_string(),
        AttributeType::Boolean => text::type_boolean(),
        AttributeType::Date => text::type_date(),
        AttributeType::DateTime => text::type_date_time(),
        AttributeType::List(_) => text::type_list(),
        AttributeType::Object(_) => text::type_object(),
    }
}
