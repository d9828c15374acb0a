//! The condition, as text and as rules side by side. The text is what is saved; the rules follow it as far as they can say
//! the same, and write it anew when somebody changes them.
//!
//! ```text
//! text ── outline ──▶ rules        (unless the rules have just written it)
//! text ◀── write ──── rules
//! ```

mod builder;
mod choices;
mod row;
mod value;

use engine::expression::Schema;
use engine::problem::FieldError;
use engine::wire::workbench::{Because, Node, Outline};
use leptos::prelude::*;

use crate::api::Failure;
use crate::components::{Card, ConditionEditor, Places};
use crate::forms::place::place;
use crate::forms::rules::{FilledRow, Group, Part, ROOT, Scope, Tree};
use crate::i18n::{builder as text, editor};
use crate::task::spawn;
use crate::workbench;
use builder::Builder;

/// The rules of a condition.
#[derive(Clone, Copy)]
pub(super) struct Rules {
    condition: RwSignal<String>,
    schema: Signal<Schema>,
    tree: RwSignal<Tree>,
    /// Why the rules do not say what the text says; they are those of an earlier text then.
    because: RwSignal<Option<Apart>>,
    /// What is wrong with rules, by their numbers; the text is that before.
    errors: RwSignal<Vec<(usize, String)>>,
    /// What the rules wrote last.
    written: StoredValue<Option<String>>,
    /// Counts changes of either side: an answer about an older one is dropped.
    turn: StoredValue<u64>,
}

/// Why rules and text differ.
#[derive(Debug, Clone, PartialEq)]
enum Apart {
    /// The workbench has not answered yet.
    Waiting,
    /// Rules cannot say it.
    Because(Because),
    /// The workbench is not there.
    Failed(Failure),
}

impl Rules {
    /// The rules of `condition`, which follow it as long as the calling component lives.
    pub(super) fn new(condition: RwSignal<String>, schema: Signal<Schema>) -> Self {
        let rules = Self {
            condition,
            schema,
            tree: RwSignal::new(Tree::new(Node::All(Vec::new()))),
            because: RwSignal::new(Some(Apart::Waiting)),
            errors: RwSignal::new(Vec::new()),
            written: StoredValue::new(None),
            turn: StoredValue::new(0),
        };
        Effect::new(move |_| {
            condition.track();
            schema.track();
            rules.follow();
        });
        rules
    }

    /// What the rules say; `None` while they cannot say what the text says.
    pub(super) fn said(self) -> Option<Node> {
        self.because
            .with(Option::is_none)
            .then(|| self.tree.with(|tree| tree.to_node().0))
    }

    /// Why the text does not hold all that stands in the rules.
    pub(super) fn error(self) -> Option<FieldError> {
        let is_apart = self.because.with_untracked(Option::is_some);
        let is_unfinished = self.tree.with_untracked(Tree::is_unfinished);
        let is_wrong = self.errors.with_untracked(|errors| !errors.is_empty());
        (!is_apart && (is_unfinished || is_wrong))
            .then(|| FieldError::new("/condition", "rules_unfinished", editor::rules_unfinished()))
    }

    fn next_turn(self) -> u64 {
        let turn = self.turn.get_value() + 1;
        self.turn.set_value(turn);
        turn
    }

    /// Takes over the text, unless the rules wrote it themselves.
    fn follow(self) {
        let (condition, schema) = (self.condition.get_untracked(), self.schema.get_untracked());
        let turn = self.next_turn();
        spawn(async move {
            let outlined = workbench::outline(&condition, &schema).await;
            if self.turn.try_get_value() != Some(turn) {
                return;
            }
            match outlined {
                Ok(Outline::Tree(node)) => self.show(&condition, node),
                Ok(Outline::Because(because)) => self.because.set(Some(Apart::Because(because))),
                Err(Failure::Invalid(_)) => self.because.set(Some(Apart::Waiting)),
                Err(failure) => self.because.set(Some(Apart::Failed(failure))),
            }
        });
    }

    fn show(self, condition: &str, node: Node) {
        let is_own = self.written.with_value(|written| written.as_deref() == Some(condition));
        // Rules that say this already may hold more: rows that wait to be filled in.
        let is_known = is_own || self.tree.with_untracked(|tree| tree.to_node().0 == node);
        if !is_known {
            self.errors.set(Vec::new());
            self.tree.update(|tree| *tree = tree.replaced_by(node));
        }
        self.because.set(None);
    }

    /// Changes the rules, and writes the text anew.
    fn edit<T>(self, edit: impl FnOnce(&mut Tree) -> T) -> Option<T> {
        let done = self.tree.try_update(edit);
        let (node, places) = self.tree.with_untracked(Tree::to_node);
        let turn = self.next_turn();
        spawn(async move {
            let written = workbench::write(&node).await;
            if self.turn.try_get_value() != Some(turn) {
                return;
            }
            match written {
                Ok(condition) => {
                    self.errors.set(Vec::new());
                    self.written.set_value(Some(condition.clone()));
                    self.condition.set(condition);
                }
                Err(Failure::Invalid(errors)) => self.errors.set(placed(&errors, &places)),
                Err(failure) => self.because.set(Some(Apart::Failed(failure))),
            }
        });
        done
    }

    /// The members of a group, by their numbers; tracked.
    fn members(self, group: usize) -> Vec<usize> {
        self.tree.with(|tree| {
            let members = tree.group_of(group).map(|group| group.members.iter());
            members.into_iter().flatten().map(|member| member.id).collect()
        })
    }

    /// A group's own part; tracked.
    fn group<T>(self, id: usize, of: impl FnOnce(&Group) -> T) -> Option<T> {
        self.tree.with(|tree| tree.group_of(id).map(of))
    }

    /// A part; tracked.
    fn part<T>(self, id: usize, of: impl FnOnce(&Part) -> T) -> Option<T> {
        self.tree.with(|tree| tree.part(id).map(of))
    }

    /// A row; tracked.
    fn row(self, id: usize) -> Option<FilledRow> {
        self.part(id, |part| match part {
            Part::Row(row) => Some(row.clone()),
            Part::Group(_) | Part::Question { .. } => None,
        })?
    }

    /// What is wrong with a row; tracked.
    fn errors_of(self, id: usize) -> Vec<String> {
        self.errors.with(|errors| {
            let of_row = errors.iter().filter(|(row, _)| *row == id);
            of_row.map(|(_, detail)| detail.clone()).collect()
        })
    }

    /// The names outside of every question.
    fn scope(self) -> Signal<Scope> {
        Memo::new(move |_| Scope::new(self.schema.get())).into()
    }

    /// Why the rules are out of step, in words; tracked.
    fn status(self) -> String {
        match self.because.get() {
            None | Some(Apart::Waiting) => String::new(),
            Some(Apart::Failed(failure)) => failure.detail(),
            Some(Apart::Because(because)) => {
                let place = self.condition.with(|source| place(source, because.start, because.end));
                let at = editor::at_place(place.line, place.column);
                format!("{} {at} {}", text::cannot_show(), text::because(because.code))
            }
        }
    }
}

/// Errors by the numbers of the parts that they are about: the innermost that holds their place.
fn placed(errors: &[FieldError], places: &[(String, usize)]) -> Vec<(usize, String)> {
    let part = |pointer: &str| {
        let holding = places.iter().filter(|(place, _)| pointer.starts_with(place.as_str()));
        holding.max_by_key(|(place, _)| place.len()).map_or(ROOT, |(_, id)| *id)
    };
    errors
        .iter()
        .map(|error| (part(&error.pointer), error.detail.clone()))
        .collect()
}

/// The condition's card: the rules beside the text, above it on a narrow screen.
#[component]
pub(super) fn ConditionCard(rules: Rules, places: Places, errors: Signal<Vec<FieldError>>) -> impl IntoView {
    view! {
        <Card title=editor::condition() lead=editor::condition_lead()>
            <div class="condition-panes">
                <Builder rules=rules places=places />
                <ConditionEditor id="condition" value=rules.condition schema=rules.schema errors=errors />
            </div>
        </Card>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_stand_at_the_innermost_part() {
        let places = [
            ("/all/0".to_owned(), 4),
            ("/all/1".to_owned(), 7),
            ("/all/1/any/0".to_owned(), 6),
        ];
        let check = |pointer: &str, expected: usize| {
            let errors = [FieldError::new(pointer, "value_invalid", "Write a number.")];
            assert_eq!(
                placed(&errors, &places),
                [(expected, "Write a number.".to_owned())],
                "{pointer}"
            );
        };
        check("/all/0/row/values/0", 4);
        check("/all/1/any/0/row/values/1", 6);
        check("/all/1/any", 7);
        check("", ROOT);
    }
}
