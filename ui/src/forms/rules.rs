//! The rule builder's state: the tree of a condition while somebody fills it in. Its parts are numbered, so that the page
//! keeps the focus where it is while others change; rows that were added and not filled in yet stay out of the condition.
//!
//! ```text
//! condition ── workbench: outline ──▶ Node ──▶ Tree ── edits ──▶ Tree ──▶ Node ── workbench: write ──▶ condition
//! ```

mod field;
mod find;
mod node;
mod row;

use engine::wire::workbench::Node;

pub(crate) use field::{Field, Scope};
use find::{country_of, find_group, find_group_mut, find_part, find_part_mut, has_element, is_unfinished, remove};
use node::node_of_group;
pub(crate) use row::FilledRow;

/// The number of the outermost group.
pub(crate) const ROOT: usize = 0;

/// A condition as groups and rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Tree {
    root: Group,
    next_id: usize,
}

/// Parts of which all, one, none or not all have to be true.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Group {
    pub(crate) join: Join,
    pub(crate) members: Vec<Member>,
}

/// How many of several parts have to be true.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Join {
    All,
    Any,
    /// `not (a or b)`
    None,
    /// `not (a and b)`
    NotAll,
}

/// A numbered part of a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Member {
    pub(crate) id: usize,
    pub(crate) part: Part,
}

/// A part of a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Part {
    Row(FilledRow),
    Group(Group),
    /// What is asked of the elements of a list: of one at least ([`Join::Any`]), of each, of none, not of each.
    Question {
        of: Join,
        list: String,
        element: String,
        inner: Group,
    },
}

impl Join {
    /// Every one, in the order of a menu.
    pub(crate) const ALL: [Self; 4] = [Self::All, Self::Any, Self::None, Self::NotAll];

    /// Its word in a menu.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Any => "any",
            Self::None => "none",
            Self::NotAll => "not_all",
        }
    }

    /// The one of a word.
    pub(crate) fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|join| join.as_str() == word)
    }

    const fn of_node(is_any: bool, is_negated: bool) -> Self {
        match (is_any, is_negated) {
            (false, false) => Self::All,
            (true, false) => Self::Any,
            (true, true) => Self::None,
            (false, true) => Self::NotAll,
        }
    }

    const fn is_any(self) -> bool {
        matches!(self, Self::Any | Self::None)
    }

    const fn is_negated(self) -> bool {
        matches!(self, Self::None | Self::NotAll)
    }
}

impl Tree {
    /// The tree of an outline.
    pub(crate) fn new(node: Node) -> Self {
        Self::numbered_from(ROOT + 1, node)
    }

    /// The tree that takes the place of this one: none of its parts has a number that one had here.
    pub(crate) fn replaced_by(&self, node: Node) -> Self {
        Self::numbered_from(self.next_id, node)
    }

    fn numbered_from(next_id: usize, node: Node) -> Self {
        let root = Group {
            join: Join::All,
            members: Vec::new(),
        };
        let mut tree = Self { root, next_id };
        tree.root = tree.group(node, false);
        tree
    }

    /// Whether a row or a group waits to be filled in.
    pub(crate) fn is_unfinished(&self) -> bool {
        is_unfinished(&self.root)
    }

    fn next_id(&mut self) -> usize {
        self.next_id += 1;
        self.next_id - 1
    }

    /// What it says, and where in that each part stands: what is wrong with the tree is told with pointers into it.
    /// Unfinished rows and groups without members are left out.
    pub(crate) fn to_node(&self) -> (Node, Vec<(String, usize)>) {
        let mut places = Vec::new();
        let node = node_of_group(&self.root, String::new(), &mut places);
        (node.unwrap_or(Node::All(Vec::new())), places)
    }

    /// A group by its number; a question's is that inside.
    pub(crate) fn group_of(&self, id: usize) -> Option<&Group> {
        find_group(&self.root, id, ROOT)
    }

    /// A part by its number.
    pub(crate) fn part(&self, id: usize) -> Option<&Part> {
        find_part(&self.root, id)
    }

    /// Changes a group.
    pub(crate) fn set_join(&mut self, id: usize, join: Join) {
        if let Some(group) = find_group_mut(&mut self.root, id, ROOT) {
            group.join = join;
        }
    }

    /// Changes a row.
    pub(crate) fn edit_row(&mut self, id: usize, edit: impl FnOnce(&mut FilledRow)) {
        if let Some(Part::Row(row)) = find_part_mut(&mut self.root, id) {
            edit(row);
        }
    }

    /// Changes of how many elements a question is asked.
    pub(crate) fn set_question(&mut self, id: usize, join: Join) {
        if let Some(Part::Question { of, .. }) = find_part_mut(&mut self.root, id) {
            *of = join;
        }
    }

    /// Adds a part at the end of a group; its number.
    pub(crate) fn add(&mut self, group: usize, part: Part) -> Option<usize> {
        let id = self.next_id();
        let group = find_group_mut(&mut self.root, group, ROOT)?;
        group.members.push(Member { id, part });
        Some(id)
    }

    /// Adds a question to the elements of a list, under a name that nothing else has.
    pub(crate) fn add_question(&mut self, group: usize, list: &str, is_taken: impl Fn(&str) -> bool) -> Option<usize> {
        let base = list.rsplit('.').next().unwrap_or(list);
        let base = base.strip_suffix('s').unwrap_or("item");
        let mut element = base.to_owned();
        let mut number = 2;
        while is_taken(&element) || has_element(&self.root, &element) {
            element = format!("{base}_{number}");
            number += 1;
        }
        let inner = Group {
            join: Join::All,
            members: Vec::new(),
        };
        self.add(
            group,
            Part::Question {
                of: Join::Any,
                list: list.to_owned(),
                element,
                inner,
            },
        )
    }

    /// Removes a part.
    pub(crate) fn remove(&mut self, id: usize) {
        remove(&mut self.root, id);
    }

    /// The one country that is asked for beside a part, or around it: that of its city.
    pub(crate) fn country_of(&self, id: usize) -> Option<String> {
        country_of(&self.root, id, None)?
    }
}

#[cfg(test)]
mod tests;
