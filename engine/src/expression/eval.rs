//! Decides a checked condition over the values of a request.

use std::cmp::Ordering;

use super::{Comparison, Inputs, Node, NodeKind, Value};

/// Whether the part holds. Total: what the checker excludes counts as false.
pub(super) fn truth(node: &Node, inputs: &Inputs<'_>) -> bool {
    match &node.kind {
        NodeKind::Literal(Value::Boolean(value)) => *value,
        NodeKind::Name(name) => matches!(inputs.get(name.as_str()), Some(Value::Boolean(true))),
        NodeKind::Not(operand) => !truth(operand, inputs),
        NodeKind::And(parts) => parts.iter().all(|part| truth(part, inputs)),
        NodeKind::Or(parts) => parts.iter().any(|part| truth(part, inputs)),
        NodeKind::Compare { operator, left, right } => {
            compare(left, right, inputs).is_some_and(|ordering| holds(*operator, ordering))
        }
        NodeKind::Member { negated, item, list } => member(item, list, inputs).is_some_and(|found| found != *negated),
        NodeKind::Literal(Value::Number(_) | Value::String(_)) | NodeKind::List(_) => false,
    }
}

/// A side of a comparison: borrowed, or the outcome of a condition.
enum Side<'a> {
    Value(&'a Value),
    Truth(bool),
}

fn side<'a>(node: &'a Node, inputs: &'a Inputs<'_>) -> Option<Side<'a>> {
    match &node.kind {
        NodeKind::Literal(value) => Some(Side::Value(value)),
        NodeKind::Name(name) => inputs.get(name.as_str()).map(Side::Value),
        NodeKind::List(_) => None,
        NodeKind::Not(_) | NodeKind::And(_) | NodeKind::Or(_) | NodeKind::Compare { .. } | NodeKind::Member { .. } => {
            Some(Side::Truth(truth(node, inputs)))
        }
    }
}

fn compare(left: &Node, right: &Node, inputs: &Inputs<'_>) -> Option<Ordering> {
    order(&side(left, inputs)?, &side(right, inputs)?)
}

fn order(left: &Side<'_>, right: &Side<'_>) -> Option<Ordering> {
    match (left, right) {
        (Side::Value(Value::Number(left)), Side::Value(Value::Number(right))) => Some(left.cmp(right)),
        (Side::Value(Value::String(left)), Side::Value(Value::String(right))) => Some(left.cmp(right)),
        (left, right) => Some(boolean(left)?.cmp(&boolean(right)?)),
    }
}

fn boolean(side: &Side<'_>) -> Option<bool> {
    match side {
        Side::Truth(value) | Side::Value(Value::Boolean(value)) => Some(*value),
        Side::Value(Value::Number(_) | Value::String(_)) => None,
    }
}

const fn holds(operator: Comparison, ordering: Ordering) -> bool {
    match operator {
        Comparison::Equal => ordering.is_eq(),
        Comparison::NotEqual => ordering.is_ne(),
        Comparison::Less => ordering.is_lt(),
        Comparison::LessOrEqual => ordering.is_le(),
        Comparison::Greater => ordering.is_gt(),
        Comparison::GreaterOrEqual => ordering.is_ge(),
    }
}

fn member(item: &Node, list: &Node, inputs: &Inputs<'_>) -> Option<bool> {
    let item = side(item, inputs)?;
    let NodeKind::List(elements) = &list.kind else {
        return None;
    };
    let equals = |element: &Node| {
        side(element, inputs)
            .and_then(|element| order(&item, &element))
            .is_some_and(Ordering::is_eq)
    };
    Some(elements.iter().any(equals))
}
