//! The workbench's tree ↔ the builder's.

use engine::wire::workbench::{Node, Question};

use super::{FilledRow, Group, Join, Member, Part, Tree};

impl Tree {
    fn member(&mut self, node: Node, negated: bool) -> Member {
        let part = match node {
            Node::Not(inner) => return self.member(*inner, !negated),
            Node::All(_) | Node::Any(_) => Part::Group(self.group(node, negated)),
            Node::Row(row) => Part::Row(FilledRow {
                row,
                negated,
                is_unfinished: false,
            }),
            Node::Some(question) => self.question(question, Join::of_node(true, negated)),
            Node::Every(question) => self.question(question, Join::of_node(false, negated)),
        };
        Member {
            id: self.next_id(),
            part,
        }
    }

    fn question(&mut self, question: Question, of: Join) -> Part {
        Part::Question {
            of,
            list: question.list,
            element: question.element,
            inner: self.group(*question.r#where, false),
        }
    }

    /// A node as a group: what is none becomes the one member of one.
    pub(super) fn group(&mut self, node: Node, negated: bool) -> Group {
        let (is_any, nodes) = match node {
            Node::All(nodes) => (false, nodes),
            Node::Any(nodes) => (true, nodes),
            Node::Not(inner) if matches!(*inner, Node::All(_) | Node::Any(_) | Node::Not(_)) => {
                return self.group(*inner, !negated);
            }
            Node::Not(_) | Node::Row(_) | Node::Some(_) | Node::Every(_) => {
                let members = vec![self.member(node, negated)];
                return Group {
                    join: Join::All,
                    members,
                };
            }
        };
        Group {
            join: Join::of_node(is_any, negated),
            members: nodes.into_iter().map(|node| self.member(node, false)).collect(),
        }
    }
}

/// `None` for one that has nothing to say.
pub(super) fn node_of_group(group: &Group, pointer: String, places: &mut Vec<(String, usize)>) -> Option<Node> {
    let (pointer, word) = match (group.join.is_negated(), group.join.is_any()) {
        (false, false) => (pointer, "all"),
        (false, true) => (pointer, "any"),
        (true, false) => (format!("{pointer}/not"), "all"),
        (true, true) => (format!("{pointer}/not"), "any"),
    };
    let mut nodes = Vec::new();
    for member in &group.members {
        let below = format!("{pointer}/{word}/{}", nodes.len());
        nodes.extend(node_of_member(member, below, places));
    }
    if nodes.is_empty() {
        return None;
    }
    let node = if group.join.is_any() {
        Node::Any(nodes)
    } else {
        Node::All(nodes)
    };
    Some(negate(node, group.join.is_negated()))
}

fn node_of_member(member: &Member, pointer: String, places: &mut Vec<(String, usize)>) -> Option<Node> {
    places.push((pointer.clone(), member.id));
    match &member.part {
        Part::Row(row) => (!row.is_unfinished).then(|| negate(Node::Row(row.row.clone()), row.negated)),
        Part::Group(group) => node_of_group(group, pointer, places),
        Part::Question {
            of,
            list,
            element,
            inner,
        } => {
            let word = if of.is_any() { "some" } else { "every" };
            let not = if of.is_negated() { "/not" } else { "" };
            let question = Question {
                list: list.clone(),
                element: element.clone(),
                r#where: Box::new(node_of_group(inner, format!("{pointer}{not}/{word}/where"), places)?),
            };
            let node = if of.is_any() {
                Node::Some(question)
            } else {
                Node::Every(question)
            };
            Some(negate(node, of.is_negated()))
        }
    }
}

fn negate(node: Node, negated: bool) -> Node {
    if negated { Node::Not(Box::new(node)) } else { node }
}
