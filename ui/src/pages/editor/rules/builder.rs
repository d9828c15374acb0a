//! Groups of rules.

use engine::expression::{BUILT_IN_NAMES, is_name};
use leptos::prelude::*;

use super::choices::{Choices, Pick};
use super::row::RuleRow;
use super::{Apart, Rules};
use crate::browser::focus;
use crate::components::{Button, Choice, Icon, IconMark, Look, Places};
use crate::forms::rules::{FilledRow, Group, Join, Part, ROOT, Scope};
use crate::i18n::builder as text;

/// Groups inside each other that are offered: who needs more reads the text more easily.
const OFFERED_DEPTH: usize = 3;

/// The rules. While they cannot say what the text says they stand still, and a line tells why.
#[component]
pub(super) fn Builder(rules: Rules, places: Places) -> impl IntoView {
    let is_off = move || rules.because.with(Option::is_some);
    let note = move || {
        let is_beyond = rules.because.with(|because| matches!(because, Some(Apart::Because(_))));
        is_beyond.then(text::cannot_show_note)
    };
    view! {
        <div class="builder" role="group" aria-label=text::title()>
            <fieldset class="builder-rules" disabled=is_off>
                <GroupView rules=rules places=places scope=rules.scope() id=ROOT depth=0 />
            </fieldset>
            <p class="builder-status hint" role="status">{move || rules.status()} " " {note}</p>
        </div>
    }
}

/// A group: how many of its members have to be true, its members, and what can be added.
#[component]
fn GroupView(rules: Rules, places: Places, scope: Signal<Scope>, id: usize, depth: usize) -> impl IntoView {
    let members = Memo::new(move |_| rules.members(id));
    let is_empty = move || members.with(Vec::is_empty);
    let empty = if id == ROOT {
        text::empty_root()
    } else {
        text::empty_group()
    };
    view! {
        <div class="rule-group" role="group" aria-label=move || group_label(id)>
            <div class="rule-group-head">
                {(id == ROOT).then(|| view! { <span>{text::applies_when()}</span> })}
                <JoinPick rules=rules id=id />
                {(id != ROOT).then(|| view! { <RemoveGroup rules=rules id=id /> })}
            </div>
            <Show when=is_empty>
                <p class="hint">{empty}</p>
            </Show>
            <ul class="rule-members plain">
                <For each=move || members.get() key=|member| *member let:member>
                    <li><MemberView rules=rules places=places scope=scope id=member depth=depth + 1 /></li>
                </For>
            </ul>
            <Additions rules=rules scope=scope id=id depth=depth />
        </div>
    }
    .into_any()
}

fn group_label(id: usize) -> String {
    if id == ROOT {
        text::applies_when().to_owned()
    } else {
        text::group_label().to_owned()
    }
}

/// How many members have to be true; of a question, of how many elements they are asked.
#[component]
fn JoinPick(rules: Rules, id: usize) -> impl IntoView {
    let list = Memo::new(move |_| rules.part(id, list_of).flatten());
    let of_elements = move |list: String| {
        let name = text::name(&list);
        let choice = |join: Join| Choice::new(join.as_str(), text::of_elements_of(join, &name));
        let current = Signal::derive(move || rules.part(id, question_join).flatten().unwrap_or(Join::Any));
        let change = move |word: String| {
            if let Some(join) = Join::of(&word) {
                rules.edit(|tree| tree.set_question(id, join));
            }
        };
        view! {
            <Pick
                label=text::question_label(&name)
                choices=Signal::stored(Choices::plain(Join::ALL.map(choice).to_vec()))
                value=Signal::derive(move || current.get().as_str().to_owned())
                on_change=change
            />
        }
    };
    let change = move |word: String| {
        if let Some(join) = Join::of(&word) {
            rules.edit(|tree| tree.set_join(id, join));
        }
    };
    let current = move || rules.group(id, |group| group.join).unwrap_or(Join::All);
    let choices = Join::ALL.map(|join| Choice::new(join.as_str(), text::join(join)));
    view! {
        {move || list.get().map(of_elements)}
        <Pick
            label=text::join_label()
            choices=Signal::stored(Choices::plain(choices.to_vec()))
            value=Signal::derive(move || current().as_str().to_owned())
            on_change=change
        />
    }
}

fn list_of(part: &Part) -> Option<String> {
    match part {
        Part::Question { list, .. } => Some(list.clone()),
        Part::Row(_) | Part::Group(_) => None,
    }
}

const fn question_join(part: &Part) -> Option<Join> {
    match part {
        Part::Question { of, .. } => Some(*of),
        Part::Row(_) | Part::Group(_) => None,
    }
}

#[component]
fn RemoveGroup(rules: Rules, id: usize) -> impl IntoView {
    let remove = move |_| {
        rules.edit(|tree| tree.remove(id));
        focus(&add_id(ROOT));
    };
    view! {
        <button type="button" class="icon-button" aria-label=text::remove_group() title=text::remove_group() on:click=remove>
            <IconMark icon=Icon::Close />
        </button>
    }
}

/// A row, a group or a question.
#[component]
fn MemberView(rules: Rules, places: Places, scope: Signal<Scope>, id: usize, depth: usize) -> impl IntoView {
    let question = rules.part(id, |part| match part {
        Part::Question { list, element, .. } => Some((list.clone(), element.clone())),
        Part::Row(_) | Part::Group(_) => None,
    });
    let is_row = untrack(|| rules.row(id).is_some());
    if is_row {
        return view! { <RuleRow rules=rules places=places scope=scope id=id /> }.into_any();
    }
    let scope = match question.flatten() {
        Some((list, element)) => Memo::new(move |_| scope.with(|scope| scope.inside(&list, &element))).into(),
        None => scope,
    };
    view! { <GroupView rules=rules places=places scope=scope id=id depth=depth /> }.into_any()
}

/// What can be added to a group.
#[component]
fn Additions(rules: Rules, scope: Signal<Scope>, id: usize, depth: usize) -> impl IntoView {
    let add_row = move |()| {
        let first = scope.with_untracked(|scope| scope.fields().into_iter().next());
        let Some(field) = first else { return };
        let added = rules.edit(|tree| tree.add(id, Part::Row(FilledRow::new(&field))));
        focus_field(added.flatten());
    };
    let add_group = move |()| {
        let group = Group {
            join: Join::Any,
            members: Vec::new(),
        };
        let added = rules.edit(|tree| tree.add(id, Part::Group(group)));
        if let Some(group) = added.flatten() {
            focus(&add_id(group));
        }
    };
    let lists = Memo::new(move |_| scope.with(Scope::lists));
    let is_deep = depth >= OFFERED_DEPTH;
    let questions = move || {
        let lists = if is_deep { Vec::new() } else { lists.get() };
        let buttons = lists.into_iter().map(|list| {
            let word = text::add_question(&text::name(&list));
            let add = move |()| {
                let added = rules.edit(|tree| tree.add_question(id, &list, |name| is_taken(scope, name)));
                if let Some(group) = added.flatten() {
                    focus(&add_id(group));
                }
            };
            view! { <Button look=Look::Quiet on_press=add>{word}</Button> }
        });
        buttons.collect_view()
    };
    view! {
        <div class="actions rule-additions">
            <button id=add_id(id) type="button" class=Look::Secondary.class() on:click=move |_| add_row(())>
                {text::add_row()}
            </button>
            {(!is_deep).then(|| view! { <Button look=Look::Quiet on_press=add_group>{text::add_group()}</Button> })}
            {questions}
        </div>
    }
}

/// Whether an element of a list cannot have a name.
fn is_taken(scope: Signal<Scope>, name: &str) -> bool {
    !is_name(name) || BUILT_IN_NAMES.contains(&name) || scope.with_untracked(|scope| scope.has(name))
}

/// The button that adds a row to a group: where the focus goes when something of the group is gone.
pub(super) fn add_id(group: usize) -> String {
    format!("rule-group-{group}-add")
}

/// The field of a row that was just added.
fn focus_field(row: Option<usize>) {
    if let Some(row) = row {
        focus(&format!("rule-{row}-field"));
    }
}
