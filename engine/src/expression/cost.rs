//! A bound on the steps of an evaluation, without the inputs.

use super::error::{Diagnostic, DiagnosticCode};
use super::eval::FUEL;
use super::limits::MAX_LIST_ELEMENTS;
use super::typed::{Typed, TypedKind};
use super::types::Literal;

/// The longest text that a request carries, in steps.
const TEXT_STEPS: u64 = crate::wire::v1::MAX_BODY_BYTES as u64 / 16;
/// The texts of all elements of a list stand in one request: what each adds when a list is as long as it may be.
const ELEMENT_TEXT_STEPS: u64 = TEXT_STEPS.div_ceil(MAX_LIST_ELEMENTS as u64);
/// Steps of a list that is searched.
const LIST_STEPS: u64 = MAX_LIST_ELEMENTS as u64 / 4;
/// Operations of every other node, at most: `if` has three.
const OTHER_STEPS: u64 = 3;
/// A character has at most three times the bytes in another case.
const CASE_GROWTH: u64 = 3;

/// The most steps that computing `typed` can take.
pub(super) fn most_steps(typed: &Typed) -> u64 {
    steps(typed, None)
}

/// `level` is that of the innermost loop around.
fn steps(typed: &Typed, level: Option<u8>) -> u64 {
    if let TypedKind::Aggregate { list, body, .. } = &typed.kind {
        let inner = level.map_or(0, |level| level.saturating_add(1));
        let each = steps(body, Some(inner)).saturating_add(2);
        let elements = elements(list).saturating_mul(each);
        return steps(list, level).saturating_add(elements).saturating_add(2);
    }
    let own = if matches!(typed.kind, TypedKind::Join { .. } | TypedKind::Call { .. }) {
        text_steps(typed, level).saturating_add(1)
    } else if matches!(typed.kind, TypedKind::In { .. }) {
        LIST_STEPS
    } else if let TypedKind::And(parts) | TypedKind::Or(parts) = &typed.kind {
        // A jump beside each operand.
        2 * parts.len() as u64
    } else {
        OTHER_STEPS
    };
    let parts = typed.parts().into_iter().map(|part| steps(part, level));
    parts.fold(own, u64::saturating_add)
}

/// The length that the text of `typed` can have, in steps.
fn text_steps(typed: &Typed, level: Option<u8>) -> u64 {
    if let Some(Literal::Text(text)) = typed.constant() {
        return text.len() as u64 / 16 + 1;
    }
    if matches!(typed.kind, TypedKind::Element { level: own, .. } if Some(own) == level) {
        return ELEMENT_TEXT_STEPS;
    }
    if matches!(
        typed.kind,
        TypedKind::Slot(_) | TypedKind::Element { .. } | TypedKind::Item { .. }
    ) {
        return TEXT_STEPS;
    }
    let parts = typed.parts().into_iter().map(|part| text_steps(part, level));
    parts.fold(1, u64::saturating_add).saturating_mul(CASE_GROWTH)
}

fn elements(list: &Typed) -> u64 {
    list.elements().map_or(MAX_LIST_ELEMENTS, <[Typed]>::len) as u64
}

/// Says that an evaluation over long lists may run out of fuel, and where.
pub(super) fn warning(root: &Typed) -> Option<Diagnostic> {
    let steps = most_steps(root);
    (steps > u64::from(FUEL)).then(|| {
        let message = format!(
            "With lists of {} elements or long texts this takes up to {} steps, and an evaluation that has taken {} is \
             refused: ask one list only once, or not inside another.",
            grouped(MAX_LIST_ELEMENTS as u64),
            grouped(steps),
            grouped(FUEL.into())
        );
        Diagnostic::warning(costly(root, None).span, DiagnosticCode::MayRunOut, message)
    })
}

/// The smallest part that takes too many steps by itself.
fn costly(typed: &Typed, level: Option<u8>) -> &Typed {
    let inner =
        matches!(typed.kind, TypedKind::Aggregate { .. }).then(|| level.map_or(0, |level| level.saturating_add(1)));
    let level = inner.or(level);
    let part = typed
        .parts()
        .into_iter()
        .find(|part| steps(part, level) > u64::from(FUEL));
    part.map_or(typed, |part| costly(part, level))
}

/// A number as people read it: `200,000`.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let places = (0..digits.len()).rev();
    let separated = digits.chars().zip(places).flat_map(|(digit, place)| {
        let comma = (place > 0 && place % 3 == 0).then_some(',');
        std::iter::once(digit).chain(comma)
    });
    separated.collect()
}
