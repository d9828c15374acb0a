//! pest's error as a sentence about what stands in the source, and what to write instead when that can be told.

mod brackets;
mod literals;
mod spot;
mod symbols;
mod words;

use pest::error::{Error, InputLocation};

use super::Rule;
use crate::expression::check::function_form;
use crate::expression::error::{Diagnostic, DiagnosticCode};
use crate::expression::tree::Span;
use spot::Spot;

/// Most characters of the source that a message repeats: a word, not a line.
const MAX_FOUND_CHARS: usize = 20;

/// What to say of a mistake.
struct Hint {
    span: Span,
    message: String,
    replacement: Option<String>,
}

impl Hint {
    fn new(span: Span, message: impl Into<String>) -> Self {
        Self {
            span,
            message: message.into(),
            replacement: None,
        }
    }

    fn replace_by(mut self, text: impl Into<String>) -> Self {
        self.replacement = Some(text.into());
        self
    }
}

pub(super) fn describe(source: &str, error: &Error<Rule>) -> Diagnostic {
    let at = match error.location {
        InputLocation::Pos(start) | InputLocation::Span((start, _)) => start,
    };
    let spot = Spot::new(source, at, error);
    // The more particular first.
    let hint = literals::hint(&spot)
        .or_else(|| symbols::hint(&spot))
        .or_else(|| words::hint(&spot))
        .or_else(|| brackets::hint(&spot))
        .unwrap_or_else(|| general(&spot));
    let diagnostic = Diagnostic::error(hint.span, DiagnosticCode::Syntax, hint.message);
    match hint.replacement {
        Some(text) => diagnostic.replace_by(text),
        None => diagnostic,
    }
}

fn general(spot: &Spot<'_>) -> Hint {
    if spot.is_end() {
        return at_the_end(spot);
    }
    let found = found(spot.rest());
    let span = spot.span(0, found.len());
    if spot.wants.operand {
        return Hint::new(span, format!("A value or a name should stand here, not `{found}`."));
    }
    if spot.wants.field {
        return Hint::new(
            span,
            format!("After the point stands the name of a field, not `{found}`."),
        );
    }
    let starts_a_value =
        found.starts_with(|char: char| char.is_ascii_alphanumeric() || matches!(char, '\'' | '"' | '_'));
    let is_enclosed = spot.innermost().is_some_and(|(bracket, _, before)| {
        bracket == '[' || bracket == '(' && function_form(spot::last_word(before)).is_some()
    });
    let message = if let Some(wanted) = wanted(spot) {
        format!("{wanted} Here stands `{found}`.")
    } else if starts_a_value && is_enclosed {
        format!("A comma or an operator is missing before `{found}`.")
    } else if starts_a_value {
        format!("An operator such as `and` or `==` is missing before `{found}`.")
    } else {
        format!("`{found}` cannot stand here: write an operator such as `and` or `==`, or end the condition.")
    };
    Hint::new(span, message)
}

fn at_the_end(spot: &Spot<'_>) -> Hint {
    let end = spot.outline.end;
    let span = Span { start: end, end };
    let code = spot.source.get(..end).unwrap_or_default();
    let last = code.split_whitespace().next_back().unwrap_or_default();
    let message = if last.is_empty() {
        "The condition is empty: write one, such as `total >= 100`, or `true` for a promotion that always applies."
            .to_owned()
    } else if let Some(wanted) = wanted(spot) {
        format!("The condition ends too early. {wanted}")
    } else {
        let skipped = last.chars().count().saturating_sub(MAX_FOUND_CHARS);
        let last: String = last.chars().skip(skipped).collect();
        format!("The condition ends too early: write what follows `{last}`.")
    };
    Hint::new(span, message)
}

/// What a construction that was begun needs next.
fn wanted(spot: &Spot<'_>) -> Option<&'static str> {
    if spot.wants.operand {
        None
    } else if spot.wants.then {
        Some("An `if` has three parts: `if member then 10 else 20`.")
    } else if spot.wants.otherwise {
        Some("An `if` needs its `else`: `if member then 10 else 20`.")
    } else if spot.wants.and && !spot.wants.or {
        Some("`between` needs two values: `total between 1 and 5`.")
    } else {
        None
    }
}

/// The first word of a text, or the first string, shortened.
fn found(rest: &str) -> String {
    let word = rest.split(char::is_whitespace).next().unwrap_or_default();
    let quoted = rest
        .chars()
        .next()
        .filter(|char| matches!(char, '\'' | '"'))
        .and_then(|quote| rest.get(..rest.get(1..)?.find(quote)? + 2));
    let name = Some(spot::first_word(rest)).filter(|name| !name.is_empty());
    let word = quoted.or(name).unwrap_or(word);
    word.chars().take(MAX_FOUND_CHARS).collect()
}
