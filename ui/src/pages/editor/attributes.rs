//! The rows in which a promotion's attributes are declared.

use engine::expression::AttributeType;
use leptos::prelude::*;

use crate::browser::focus;
use crate::components::{Card, Checkbox, Choice, Form, Icon, IconMark, Look, SelectField, TextField};
use crate::forms::field_errors::pointer;
use crate::forms::promotion::AttributeDraft;
use crate::i18n::editor as text;

/// The choice of a type that has no choice of its own.
const OTHER: &str = "other";
/// Types of lists that have one.
const LISTS: [&str; 2] = ["list<string>", "list<number>"];
/// The button that adds a row.
const ADD: &str = "add-attribute";

/// The rows' texts.
#[derive(Clone, Copy)]
pub(super) struct Attributes {
    rows: RwSignal<Vec<Row>>,
    /// Numbers the rows, for their identity in the page.
    next_id: StoredValue<usize>,
    /// Rows outlive the presses that add them, so their signals belong to the page.
    owner: StoredValue<Option<Owner>>,
}

#[derive(Clone, Copy)]
struct Row {
    id: usize,
    name: RwSignal<String>,
    /// A type that has a choice, or [`OTHER`].
    choice: RwSignal<String>,
    /// The type, where it is another.
    other: RwSignal<String>,
    is_optional: RwSignal<bool>,
    default: RwSignal<String>,
}

impl Row {
    fn draft(self) -> AttributeDraft {
        let choice = self.choice.get();
        AttributeDraft {
            name: self.name.get(),
            kind: if choice == OTHER { self.other.get() } else { choice },
            is_optional: self.is_optional.get(),
            default: if self.is_optional.get() {
                self.default.get()
            } else {
                String::new()
            },
        }
    }
}

impl Attributes {
    /// Rows that live as long as the calling component.
    pub(super) fn new(drafts: &[AttributeDraft]) -> Self {
        let attributes = Self {
            rows: RwSignal::new(Vec::new()),
            next_id: StoredValue::new(1),
            owner: StoredValue::new(Owner::current()),
        };
        attributes.set(drafts);
        attributes
    }

    /// Replaces all rows.
    pub(super) fn set(self, drafts: &[AttributeDraft]) {
        let rows = drafts.iter().map(|draft| self.row(draft)).collect();
        self.rows.set(rows);
    }

    /// The rows as typed, tracked.
    pub(super) fn drafts(self) -> Vec<AttributeDraft> {
        self.rows.with(|rows| rows.iter().map(|row| row.draft()).collect())
    }

    /// The field of a declared name, for what is wrong with it.
    pub(super) fn field_of(self, name: &str) -> Option<String> {
        self.rows.with_untracked(|rows| {
            let row = rows
                .iter()
                .find(|row| row.name.with_untracked(|own| own.trim() == name))?;
            Some(name_id(row.id))
        })
    }

    fn row(self, draft: &AttributeDraft) -> Row {
        let id = self.next_id.get_value();
        self.next_id.set_value(id + 1);
        let has_choice = kinds().iter().any(|kind| kind.value == draft.kind);
        let make = || Row {
            id,
            name: RwSignal::new(draft.name.clone()),
            choice: RwSignal::new(if has_choice {
                draft.kind.clone()
            } else {
                OTHER.to_owned()
            }),
            other: RwSignal::new(if has_choice { String::new() } else { draft.kind.clone() }),
            is_optional: RwSignal::new(draft.is_optional),
            default: RwSignal::new(draft.default.clone()),
        };
        self.owner.with_value(|owner| match owner {
            Some(owner) => owner.with(make),
            None => make(),
        })
    }

    fn add(self) {
        let row = self.row(&AttributeDraft {
            name: String::new(),
            kind: AttributeType::Number.to_string(),
            is_optional: false,
            default: String::new(),
        });
        self.rows.update(|rows| rows.push(row));
        focus(&name_id(row.id));
    }

    fn remove(self, id: usize) {
        self.rows.update(|rows| rows.retain(|row| row.id != id));
        focus(ADD);
    }
}

fn name_id(row: usize) -> String {
    format!("attribute-{row}-name")
}

/// The rows, with buttons to add and remove.
#[component]
pub(super) fn AttributesEditor(attributes: Attributes, form: Form) -> impl IntoView {
    let is_empty = move || attributes.rows.with(Vec::is_empty);
    view! {
        <Card title=text::attributes() lead=text::attributes_lead()>
            <Show when=is_empty>
                <p class="hint">{text::no_attributes()}</p>
            </Show>
            <For each=move || attributes.rows.get() key=|row| row.id let:row>
                <AttributeRow attributes=attributes row=row form=form />
            </For>
            <button id=ADD type="button" class=Look::Secondary.class() on:click=move |_| attributes.add()>
                {text::add_attribute()}
            </button>
        </Card>
    }
    .into_any()
}

#[component]
fn AttributeRow(attributes: Attributes, row: Row, form: Form) -> impl IntoView {
    let id = row.id;
    let errors = form.errors_at(Signal::derive(move || pointer("/attributes", row.name.get().trim())));
    let remove_label = move || row.name.with(|name| text::remove_attribute(name));
    let is_other = move || row.choice.with(|choice| choice == OTHER);
    view! {
        <div class="attribute-row" role="group" aria-label=text::attribute_name(id)>
            <TextField id=name_id(id) label=text::attribute_name(id) value=row.name errors=errors />
            <SelectField
                id=format!("attribute-{id}-type")
                label=text::attribute_type(id)
                value=row.choice
                choices=kinds()
            />
            <button type="button" class="icon-button" aria-label=remove_label on:click=move |_| attributes.remove(id)>
                <IconMark icon=Icon::Close />
            </button>
            <Show when=is_other>
                <TextField
                    id=format!("attribute-{id}-other")
                    label=text::attribute_other(id)
                    value=row.other
                    hint=text::attribute_other_hint()
                />
            </Show>
            <Checkbox id=format!("attribute-{id}-optional") label=text::attribute_optional() value=row.is_optional />
            <Show when=move || row.is_optional.get()>
                <TextField
                    id=format!("attribute-{id}-default")
                    label=text::attribute_default(id)
                    value=row.default
                    is_optional=true
                />
            </Show>
        </div>
    }
}

/// The types that have a choice.
fn kinds() -> Vec<Choice> {
    let simple = AttributeType::SIMPLE.map(|kind| Choice::new(kind.word(), kind_name(&kind)));
    let [texts, numbers] = LISTS;
    let lists = [
        Choice::new(texts, text::type_list_of_texts()),
        Choice::new(numbers, text::type_list_of_numbers()),
        Choice::new(OTHER, text::type_other()),
    ];
    simple.into_iter().chain(lists).collect()
}

fn kind_name(kind: &AttributeType) -> &'static str {
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
