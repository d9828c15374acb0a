//! One rule: a field, a comparison and its values.

use engine::wire::workbench::Operator;
use leptos::prelude::*;

use super::Rules;
use super::builder::add_id;
use super::choices::{Choices, Pick, fields};
use super::value::ValueEditor;
use crate::browser::focus;
use crate::components::{Choice, Icon, IconMark, Places, prose};
use crate::forms::rules::{Field, FilledRow, ROOT, Scope};
use crate::i18n::builder as text;

/// A rule.
#[component]
pub(super) fn RuleRow(rules: Rules, places: Places, scope: Signal<Scope>, id: usize) -> impl IntoView {
    let row = Memo::new(move |_| rules.row(id));
    let is_negated = Memo::new(move |_| row.with(|row| row.as_ref().is_some_and(|row| row.negated)));
    let name = Memo::new(move |_| row.with(|row| row.as_ref().map(name_of).unwrap_or_default()));
    // The editor of the values is made anew only when they are of another form.
    let form = Memo::new(move |_| row.with(|row| row.as_ref().map(|row| (row.row.op, Field::of_row(&row.row)))));
    let errors = move || {
        let errors = rules.errors_of(id);
        let is_unfinished = row.with(|row| row.as_ref().is_some_and(|row| row.is_unfinished));
        let hint = (is_unfinished && errors.is_empty()).then(|| view! { <p class="hint">{text::unfinished()}</p> });
        let errors = errors
            .into_iter()
            .map(|error| view! { <p class="field-errors">{prose(&error)}</p> });
        (hint, errors.collect_view())
    };
    let remove = move |_| {
        rules.edit(|tree| tree.remove(id));
        focus(&add_id(ROOT));
    };
    view! {
        <div class="rule" role="group" aria-label=move || text::row_label(&name.get())>
            {move || is_negated.get().then(|| view! { <NotMark rules=rules id=id /> })}
            <FieldPick rules=rules scope=scope id=id row=row />
            <OperatorPick rules=rules scope=scope id=id row=row />
            <div class="rule-values">
                {move || form.get().map(|(op, field)| {
                    view! { <ValueEditor rules=rules places=places id=id op=op field=field row=row /> }
                })}
            </div>
            <button
                type="button"
                class="icon-button rule-remove"
                aria-label=move || text::remove_row(&name.get())
                on:click=remove
            >
                <IconMark icon=Icon::Close />
            </button>
            <div class="rule-note" id=format!("rule-{id}-note") aria-live="polite">{errors}</div>
        </div>
    }
}

fn name_of(row: &FilledRow) -> String {
    text::field(&row.row.field, row.row.function)
}

/// Stands before a rule of which the opposite has to be true; pressed, it goes.
#[component]
fn NotMark(rules: Rules, id: usize) -> impl IntoView {
    let affirm = move |_| {
        rules.edit(|tree| tree.edit_row(id, |row| row.negated = false));
        focus(&format!("rule-{id}-field"));
    };
    view! {
        <button type="button" class="rule-not" title=text::not_row_title() aria-pressed="true" on:click=affirm>
            {text::not_row()}
        </button>
    }
}

#[component]
fn FieldPick(rules: Rules, scope: Signal<Scope>, id: usize, row: Memo<Option<FilledRow>>) -> impl IntoView {
    let current = Memo::new(move |_| row.with(|row| row.as_ref().map(|row| Field::of_row(&row.row))));
    let choices = Memo::new(move |_| match current.get() {
        Some(current) => scope.with(|scope| fields(scope, &current)),
        None => Vec::new(),
    });
    let key = Signal::derive(move || current.with(|field| field.as_ref().map(Field::key).unwrap_or_default()));
    let change = move |key: String| {
        let field = scope.with_untracked(|scope| scope.fields().into_iter().find(|field| field.key() == key));
        if let Some(field) = field {
            rules.edit(|tree| tree.edit_row(id, |row| row.set_field(&field)));
        }
    };
    view! { <Pick id=format!("rule-{id}-field") label=text::field_label() choices=choices value=key on_change=change /> }
}

#[component]
fn OperatorPick(rules: Rules, scope: Signal<Scope>, id: usize, row: Memo<Option<FilledRow>>) -> impl IntoView {
    let offered = Memo::new(move |_| {
        row.with(|row| {
            let row = row.as_ref()?;
            let own = Field::of_row(&row.row);
            let known = scope.with(|scope| scope.fields().into_iter().find(|field| field.key() == own.key()));
            let operators = known.unwrap_or(own).operators(Some(row.row.op));
            Some((operators, row.row.kind))
        })
    });
    let choices = Memo::new(move |_| {
        let (operators, kind) = offered
            .get()
            .unwrap_or((Vec::new(), engine::wire::workbench::ValueType::String));
        let choice = |op: &Operator| Choice::new(word(*op), text::operator(*op, kind));
        Choices::plain(operators.iter().map(choice).collect())
    });
    let current = Signal::derive(move || row.with(|row| row.as_ref().map(|row| word(row.row.op)).unwrap_or_default()));
    let change = move |chosen: String| {
        let operators = offered
            .get_untracked()
            .map(|(operators, _)| operators)
            .unwrap_or_default();
        if let Some(op) = operators.into_iter().find(|op| word(*op) == chosen) {
            rules.edit(|tree| tree.edit_row(id, |row| row.set_operator(op)));
        }
    };
    view! { <Pick label=text::operator_label() choices=choices value=current on_change=change /> }
}

/// An operator's word in a menu, which nobody sees.
fn word(op: Operator) -> String {
    format!("{op:?}")
}
