//! Parts of a tree by their numbers.

use engine::wire::workbench::{Operator, ValueType};

use super::{FilledRow, Group, Join, Member, Part};

pub(super) fn find_group(group: &Group, id: usize, own: usize) -> Option<&Group> {
    if own == id {
        return Some(group);
    }
    group.members.iter().find_map(|member| match &member.part {
        Part::Row(_) => None,
        Part::Group(inner) | Part::Question { inner, .. } => find_group(inner, id, member.id),
    })
}

pub(super) fn find_group_mut(group: &mut Group, id: usize, own: usize) -> Option<&mut Group> {
    if own == id {
        return Some(group);
    }
    group.members.iter_mut().find_map(|member| match &mut member.part {
        Part::Row(_) => None,
        Part::Group(inner) | Part::Question { inner, .. } => find_group_mut(inner, id, member.id),
    })
}

pub(super) fn find_part(group: &Group, id: usize) -> Option<&Part> {
    group.members.iter().find_map(|member| {
        if member.id == id {
            return Some(&member.part);
        }
        match &member.part {
            Part::Row(_) => None,
            Part::Group(inner) | Part::Question { inner, .. } => find_part(inner, id),
        }
    })
}

pub(super) fn find_part_mut(group: &mut Group, id: usize) -> Option<&mut Part> {
    group.members.iter_mut().find_map(|member| {
        if member.id == id {
            return Some(&mut member.part);
        }
        match &mut member.part {
            Part::Row(_) => None,
            Part::Group(inner) | Part::Question { inner, .. } => find_part_mut(inner, id),
        }
    })
}

pub(super) fn remove(group: &mut Group, id: usize) {
    group.members.retain(|member| member.id != id);
    for member in &mut group.members {
        match &mut member.part {
            Part::Row(_) => {}
            Part::Group(inner) | Part::Question { inner, .. } => remove(inner, id),
        }
    }
}

pub(super) fn has_element(group: &Group, name: &str) -> bool {
    group.members.iter().any(|member| match &member.part {
        Part::Row(_) => false,
        Part::Group(inner) => has_element(inner, name),
        Part::Question { element, inner, .. } => element == name || has_element(inner, name),
    })
}

pub(super) fn is_unfinished(group: &Group) -> bool {
    group.members.iter().any(|member| match &member.part {
        Part::Row(row) => row.is_unfinished,
        Part::Group(inner) | Part::Question { inner, .. } => inner.members.is_empty() || is_unfinished(inner),
    })
}

/// `None` when the part is not below this group; `around` is what the groups around ask for.
pub(super) fn country_of(group: &Group, id: usize, around: Option<String>) -> Option<Option<String>> {
    let asked = if group.join == Join::All {
        group.members.iter().find_map(only_country)
    } else {
        None
    };
    let known = asked.or(around);
    group.members.iter().find_map(|member| {
        if member.id == id {
            return Some(known.clone());
        }
        match &member.part {
            Part::Row(_) => None,
            Part::Group(inner) | Part::Question { inner, .. } => country_of(inner, id, known.clone()),
        }
    })
}

/// The country of a row that lets one through.
fn only_country(member: &Member) -> Option<String> {
    let Part::Row(FilledRow {
        row, negated: false, ..
    }) = &member.part
    else {
        return None;
    };
    let names_one = row.kind == ValueType::Country && matches!(row.op, Operator::Equals | Operator::OneOf);
    match row.values.as_slice() {
        [country] if names_one && !country.is_empty() => Some(country.clone()),
        _ => None,
    }
}
