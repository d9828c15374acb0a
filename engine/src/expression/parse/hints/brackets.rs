//! Brackets that do not pair.

use super::Hint;
use super::spot::Spot;
use crate::expression::tree::Span;

pub(super) fn hint(spot: &Spot<'_>) -> Option<Hint> {
    let innermost = spot.innermost();
    if spot.is_end() {
        let (bracket, at, _) = innermost.filter(|_| !spot.wants.operand)?;
        let span = Span { start: at, end: at + 1 };
        let message = format!(
            "This `{bracket}` is not closed: add `{}` where it ends.",
            closing(bracket)
        );
        return Some(Hint::new(span, message));
    }
    let found = spot.rest().chars().next().filter(|char| matches!(char, ')' | ']'))?;
    let span = spot.span(0, 1);
    let Some((bracket, ..)) = innermost else {
        let message = format!("No bracket is open that this `{found}` could close: remove it.");
        return Some(Hint::new(span, message).replace_by(""));
    };
    let wanted = closing(bracket);
    if wanted != found {
        let hint = Hint::new(span, format!("The `{bracket}` before this is closed with `{wanted}`."));
        return Some(hint.replace_by(wanted));
    }
    (spot.wants.operand).then(|| Hint::new(span, format!("Something is missing before `{found}`: write a value.")))
}

const fn closing(bracket: char) -> char {
    match bracket {
        '(' => ')',
        '[' => ']',
        _ => '}',
    }
}
