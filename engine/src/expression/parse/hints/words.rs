//! Words of other languages, and words of this one where they cannot stand.

use super::Hint;
use super::spot::{Spot, first_word, last_word};
use crate::expression::check::function_form;
use crate::expression::tree::Span;

const KEYWORDS: [&str; 10] = [
    "and", "or", "not", "in", "between", "if", "then", "else", "true", "false",
];

/// What people write for an operator, and the operator.
const OPERATORS: [(&str, &str); 13] = [
    ("equals", "=="),
    ("eq", "=="),
    ("ne", "!="),
    ("neq", "!="),
    ("gt", ">"),
    ("gte", ">="),
    ("ge", ">="),
    ("lt", "<"),
    ("lte", "<="),
    ("le", "<="),
    ("mod", "%"),
    ("div", "/"),
    ("but", "and"),
];

pub(super) fn hint(spot: &Spot<'_>) -> Option<Hint> {
    if spot.wants.operator() {
        word_before(spot).or_else(|| infix(spot))
    } else {
        operand(spot)
    }
}

/// What stands before the spot was taken for a name.
fn word_before(spot: &Spot<'_>) -> Option<Hint> {
    let before = spot.before();
    let code = before.trim_end();
    let word = last_word(code);
    if word.is_empty() || code.len() == before.len() || spot.is_end() {
        return None;
    }
    let span = Span {
        start: code.len() - word.len(),
        end: code.len(),
    };
    if let Some(keyword) = miscased(word) {
        return Some(lower_case(span, keyword));
    }
    let starts_a_value = spot
        .rest()
        .starts_with(|char: char| char.is_ascii_alphabetic() || matches!(char, '\'' | '"'));
    let is_operator = KEYWORDS.contains(&first_word(spot.rest()).to_ascii_lowercase().as_str());
    let form = function_form(word).filter(|_| starts_a_value && !is_operator)?;
    Some(Hint::new(span, format!("`{word}` is a function: write `{form}`.")))
}

/// A word where an operator stands.
fn infix(spot: &Spot<'_>) -> Option<Hint> {
    let rest = spot.rest();
    let word = first_word(rest);
    let lower = word.to_ascii_lowercase();
    let span = spot.span(0, word.len());
    if let Some(keyword) = miscased(word) {
        return Some(lower_case(span, keyword));
    }
    if let Some((_, meant)) = OPERATORS.into_iter().find(|(written, _)| *written == lower) {
        return Some(Hint::new(span, format!("Write `{meant}` instead of `{word}`.")).replace_by(meant));
    }
    match lower.as_str() {
        "is" => Some(is(spot)),
        "not" => {
            let message = "`not` stands before a condition, or in `not in` and `not between`: write `not (total > 5)`.";
            Some(Hint::new(span, message))
        }
        "xor" => {
            let message = "To ask that one of two holds and the other does not compare them: `(a) != (b)`.";
            Some(Hint::new(span, message))
        }
        "like" | "matches" => {
            let message = "Write `contains(text, part)`, `starts_with(text, start)` or `ends_with(text, end)`.";
            Some(Hint::new(span, message))
        }
        _ => {
            let form = function_form(word)?;
            Some(Hint::new(span, format!("`{word}` is a function: write `{form}`.")))
        }
    }
}

/// `is null`, `is not null`, `is` and `is not`.
fn is(spot: &Spot<'_>) -> Hint {
    let rest = spot.rest();
    let words: Vec<_> = rest.split_whitespace().take(3).map(str::to_ascii_lowercase).collect();
    let words: Vec<_> = words.iter().map(String::as_str).collect();
    let len_of = |count| spot.span(0, len_of_words(rest, count));
    match words.as_slice() {
        ["is", "null" | "empty" | "missing", ..] => Hint::new(
            len_of(2),
            "To ask whether a request leaves something out write `not has(note)`.",
        ),
        ["is", "not", "null" | "empty" | "missing"] => {
            Hint::new(len_of(3), "To ask whether a request says something write `has(note)`.")
        }
        ["is", "not", ..] => Hint::new(len_of(2), "Write `!=` instead of `is not`.").replace_by("!="),
        [
            "is",
            "greater" | "more" | "above" | "less" | "below" | "at" | "in" | "between" | "equal",
            ..,
        ] => Hint::new(
            len_of(2),
            "Compare with one of `==`, `!=`, `<`, `<=`, `>`, `>=`, `in` and `between`.",
        ),
        _ => Hint::new(len_of(1), "Write `==` instead of `is`.").replace_by("=="),
    }
}

/// The length of the first words of a text, with the white space between them.
fn len_of_words(text: &str, count: usize) -> usize {
    let mut rest = text;
    for _ in 0..count {
        rest = rest.trim_start().trim_start_matches(|char: char| !char.is_whitespace());
    }
    text.len() - rest.len()
}

/// A word where a value stands.
fn operand(spot: &Spot<'_>) -> Option<Hint> {
    let word = first_word(spot.rest());
    let span = spot.span(0, word.len());
    if let Some(keyword) = miscased(word) {
        return Some(lower_case(span, keyword));
    }
    if !KEYWORDS.contains(&word) {
        return None;
    }
    Some(Hint::new(
        span,
        match word {
            "if" => "Put round brackets around an `if` that is part of something: `1 + (if member then 10 else 20)`."
                .to_owned(),
            "and" | "or" => format!("A condition is missing before `{word}`: write one, or remove the word."),
            "not" => {
                "`not` stands before a condition, not before a value to compare: write `not (total == 5)`.".to_owned()
            }
            _ => format!("Something is missing before `{word}`, which is a word of the language and cannot be a name."),
        },
    ))
}

fn miscased(word: &str) -> Option<&'static str> {
    let lower = word.to_ascii_lowercase();
    KEYWORDS
        .into_iter()
        .find(|keyword| *keyword == lower && *keyword != word)
}

fn lower_case(span: Span, keyword: &str) -> Hint {
    Hint::new(span, format!("Write `{keyword}` in lower case.")).replace_by(keyword)
}
