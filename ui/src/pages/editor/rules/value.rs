//! The values of a rule, each by its type.

use engine::wire::workbench::{Function, Operator, ValueType, Values};
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;

use super::Rules;
use super::choices::{Choices, Pick};
use crate::browser::focus;
use crate::components::{Button, Choice, CityPicker, CountryPicker, Icon, IconMark, Look, Places};
use crate::forms::rules::{Field, FilledRow};
use crate::forms::window::parse_wall;
use crate::i18n::builder as text;

/// A value's place: the row and which of its values.
#[derive(Clone, Copy)]
struct Slot {
    rules: Rules,
    places: Places,
    row: Memo<Option<FilledRow>>,
    id: usize,
}

impl Slot {
    fn value(self, index: usize) -> Signal<String> {
        Signal::derive(move || {
            self.row
                .with(|row| {
                    let row = row.as_ref()?;
                    row.row.values.get(index).cloned()
                })
                .unwrap_or_default()
        })
    }

    fn set(self, index: usize, value: String) {
        self.rules
            .edit(|tree| tree.edit_row(self.id, |row| row.set_value(index, value)));
    }

    fn values(self) -> Vec<String> {
        self.row
            .with(|row| row.as_ref().map(|row| row.row.values.clone()).unwrap_or_default())
    }

    fn add(self, value: String) {
        if !value.is_empty() {
            self.rules
                .edit(|tree| tree.edit_row(self.id, |row| row.add_value(value)));
        }
    }

    fn remove(self, value: &str) {
        self.rules
            .edit(|tree| tree.edit_row(self.id, |row| row.remove_value(value)));
    }
}

/// The editor of a row's values, for one operator of one field.
#[component]
pub(super) fn ValueEditor(
    rules: Rules,
    places: Places,
    id: usize,
    op: Operator,
    field: Field,
    row: Memo<Option<FilledRow>>,
) -> impl IntoView {
    let slot = Slot { rules, places, row, id };
    match op.values() {
        Values::None => ().into_any(),
        Values::One => view! { <Single at=slot index=0 label=text::value_label() field=field /> }.into_any(),
        Values::Two => view! {
            <Single at=slot index=0 label=text::low_label() field=field.clone() />
            <span class="rule-and">{text::and_between()}</span>
            <Single at=slot index=1 label=text::high_label() field=field />
        }
        .into_any(),
        Values::Some => view! { <Several at=slot field=field /> }.into_any(),
    }
}

/// One value.
#[component]
fn Single(at: Slot, index: usize, label: &'static str, field: Field) -> impl IntoView {
    let value = at.value(index);
    let set = Callback::new(move |value| at.set(index, value));
    let id = format!("rule-{}-value-{index}", at.id);
    match field.kind {
        ValueType::Country => {
            view! { <CountryPicker id=id label=text::country_label() places=at.places value=value on_choose=set /> }
                .into_any()
        }
        ValueType::City => view! { <CityField at=at id=id value=value on_choose=set /> }.into_any(),
        ValueType::Boolean => {
            let choices = vec![Choice::new("true", text::yes()), Choice::new("false", text::no())];
            pick(label, choices, value, set)
        }
        ValueType::Integer if field.function == Some(Function::Weekday) => pick(label, weekdays(), value, set),
        ValueType::Number
        | ValueType::Integer
        | ValueType::String
        | ValueType::Date
        | ValueType::DateTime
        | ValueType::Object
        | ValueType::List => {
            let kind = input_type(field.kind, &value.get_untracked());
            view! {
                <input
                    id=id
                    class="rule-value"
                    type=kind
                    aria-label=label
                    aria-describedby=format!("rule-{}-note", at.id)
                    inputmode=input_mode(field.kind)
                    autocomplete="off"
                    autocapitalize="none"
                    spellcheck="false"
                    prop:value=value
                    on:input=move |event| set.run(event_target_value(&event))
                />
            }
            .into_any()
        }
    }
}

fn pick(label: &'static str, choices: Vec<Choice>, value: Signal<String>, set: Callback<String>) -> AnyView {
    let mut choices = choices;
    if value.with_untracked(String::is_empty) {
        choices.insert(0, Choice::new("", "–"));
    }
    let choices = Signal::stored(Choices::plain(choices));
    view! { <Pick label=label choices=choices value=value on_change=set /> }.into_any()
}

/// The days by their numbers.
fn weekdays() -> Vec<Choice> {
    let days = text::weekdays().into_iter().zip(1..);
    days.map(|(name, number): (_, u8)| Choice::new(number.to_string(), name))
        .collect()
}

/// A browser's picker shows no moment that has an offset: such a one stays text.
fn input_type(kind: ValueType, value: &str) -> &'static str {
    match kind {
        ValueType::Date => "date",
        ValueType::DateTime if value.is_empty() || parse_wall(value).is_some() => "datetime-local",
        ValueType::DateTime
        | ValueType::Number
        | ValueType::Integer
        | ValueType::String
        | ValueType::Boolean
        | ValueType::Country
        | ValueType::City
        | ValueType::Object
        | ValueType::List => "text",
    }
}

const fn input_mode(kind: ValueType) -> &'static str {
    match kind {
        ValueType::Number => "decimal",
        ValueType::Integer => "numeric",
        ValueType::String
        | ValueType::Boolean
        | ValueType::Date
        | ValueType::DateTime
        | ValueType::Country
        | ValueType::City
        | ValueType::Object
        | ValueType::List => "text",
    }
}

/// Values to choose from: those that are there, each with a button that removes it, and a field for another.
#[component]
fn Several(at: Slot, field: Field) -> impl IntoView {
    let values = Memo::new(move |_| at.values());
    let kind = field.kind;
    let is_weekday = field.function == Some(Function::Weekday);
    let chips = move || {
        let chips = values.get().into_iter().map(|value| {
            let name = value_name(at, kind, is_weekday, &value);
            let gone = value.clone();
            view! {
                <li class="chip">
                    <span>{name.clone()}</span>
                    <button
                        type="button"
                        class="icon-button"
                        aria-label=text::remove_value(&name)
                        on:click=move |_| {
                            at.remove(&gone);
                            focus(&format!("rule-{}-new-value", at.id));
                        }
                    >
                        <IconMark icon=Icon::Close />
                    </button>
                </li>
            }
        });
        chips.collect_view()
    };
    view! {
        <ul class="chips plain" aria-label=text::value_label()>{chips}</ul>
        <NewValue at=at field=field />
    }
}

fn value_name(slot: Slot, kind: ValueType, is_weekday: bool, value: &str) -> String {
    match kind {
        ValueType::Country => slot.places.country_name(value),
        ValueType::City => {
            let country = slot.rules.tree.with(|tree| tree.country_of(slot.id));
            slot.places.city_name(country.as_deref(), value)
        }
        ValueType::Integer if is_weekday => {
            let days = weekdays().into_iter();
            days.filter(|day| day.value == value)
                .map(|day| day.label)
                .next()
                .unwrap_or_else(|| value.to_owned())
        }
        ValueType::String if value.is_empty() => text::quoted(value),
        ValueType::Number
        | ValueType::Integer
        | ValueType::String
        | ValueType::Boolean
        | ValueType::Date
        | ValueType::DateTime
        | ValueType::Object
        | ValueType::List => value.to_owned(),
    }
}

/// The field for another value.
#[component]
fn NewValue(at: Slot, field: Field) -> impl IntoView {
    let id = format!("rule-{}-new-value", at.id);
    let add = Callback::new(move |value: String| at.add(value));
    let nothing = Signal::stored(String::new());
    match field.kind {
        ValueType::Country => {
            view! { <CountryPicker id=id label=text::new_value_label() places=at.places value=nothing on_choose=add /> }
                .into_any()
        }
        ValueType::City => view! { <CityField at=at id=id value=nothing on_choose=add /> }.into_any(),
        ValueType::Integer if field.function == Some(Function::Weekday) => {
            pick(text::new_value_label(), weekdays(), nothing, add)
        }
        ValueType::Number
        | ValueType::Integer
        | ValueType::String
        | ValueType::Boolean
        | ValueType::Date
        | ValueType::DateTime
        | ValueType::Object
        | ValueType::List => view! { <NewText at=at id=id kind=field.kind /> }.into_any(),
    }
}

/// A text that Enter or a comma, the button or leaving the field makes a value.
#[component]
fn NewText(at: Slot, id: String, kind: ValueType) -> impl IntoView {
    let typed = RwSignal::new(String::new());
    let take = move || {
        let value = typed.get_untracked().trim().to_owned();
        typed.set(String::new());
        at.add(value);
    };
    let on_key = move |event: KeyboardEvent| {
        let is_end = event.key() == "Enter" || event.key() == ",";
        if is_end {
            event.prevent_default();
            take();
        }
    };
    view! {
        <span class="new-value">
            <input
                id=id
                class="rule-value"
                type=input_type(kind, "")
                aria-label=text::new_value_label()
                aria-describedby=format!("rule-{}-note", at.id)
                placeholder=text::new_value_label()
                inputmode=input_mode(kind)
                autocomplete="off"
                autocapitalize="none"
                spellcheck="false"
                bind:value=typed
                on:keydown=on_key
                on:change=move |_| take()
            />
            <Button look=Look::Quiet on_press=move |()| take()>{text::add_value()}</Button>
        </span>
    }
}

/// A city, and its country where no other rule says it.
#[component]
fn CityField(at: Slot, id: String, value: Signal<String>, on_choose: Callback<String>) -> impl IntoView {
    let chosen = RwSignal::new(String::new());
    let asked = Memo::new(move |_| at.rules.tree.with(|tree| tree.country_of(at.id)));
    let country = Signal::derive(move || {
        asked
            .get()
            .or_else(|| Some(chosen.get()).filter(|code| !code.is_empty()))
    });
    let country_id = format!("{id}-country");
    let needs_country = Memo::new(move |_| asked.with(Option::is_none));
    let picker = move || {
        needs_country.get().then(|| {
            view! {
                <CountryPicker
                    id=country_id.clone()
                    label=text::country_of_city()
                    places=at.places
                    value=chosen
                    on_choose=move |code| chosen.set(code)
                />
            }
        })
    };
    view! {
        {picker}
        <CityPicker id=id label=text::city_label() places=at.places country=country value=value on_choose=on_choose />
    }
}
