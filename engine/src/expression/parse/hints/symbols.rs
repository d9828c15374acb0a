//! Operators and punctuation as other languages write them.

use super::Hint;
use super::spot::{Spot, first_word, is_word, last_word};
use crate::expression::check::function_form;
use crate::expression::tree::Span;

/// What people write for an operator, and the operator.
const OPERATORS: [(&str, &str); 16] = [
    ("=", "=="),
    ("===", "=="),
    (":=", "=="),
    ("!==", "!="),
    ("=!", "!="),
    ("<>", "!="),
    ("=<", "<="),
    ("≤", "<="),
    ("≥", ">="),
    ("≠", "!="),
    ("&", "&&"),
    ("|", "||"),
    ("×", "*"),
    ("÷", "/"),
    ("−", "-"),
    ("–", "-"),
];

pub(super) fn hint(spot: &Spot<'_>) -> Option<Hint> {
    operator(spot)
        .or_else(|| chained(spot))
        .or_else(|| comma(spot))
        .or_else(|| braces(spot))
        .or_else(|| member(spot))
        .or_else(|| letter(spot))
}

fn operator(spot: &Spot<'_>) -> Option<Hint> {
    const SIGNS: &str = "=<>!&|*^/:?~+-≤≥≠×÷−–";
    if spot.is_end() {
        return None;
    }
    let (run, span) = spot.run(|char| SIGNS.contains(char));
    let known = |run: &str| OPERATORS.into_iter().find(|(written, _)| *written == run);
    // A sign or a negation of what follows does not belong to it.
    let shorter = run.trim_end_matches(['-', '!']);
    if let Some((written, meant)) = known(run).or_else(|| known(shorter)) {
        let span = Span {
            end: span.start + written.len(),
            ..span
        };
        return Some(Hint::new(span, format!("Write `{meant}` instead of `{written}`.")).replace_by(meant));
    }
    let in_call = spot
        .innermost()
        .is_some_and(|(bracket, _, before)| bracket == '(' && before.ends_with(is_word));
    let plain = |message: &str| Some(Hint::new(span, message));
    match run {
        "=>" if in_call => plain(
            "`=>` follows the name of an element, without brackets, as in `any(lines, l => l.quantity > 1)`. To compare \
             write `>=`.",
        ),
        "=>" => Some(Hint::new(span, "Write `>=` instead of `=>`.").replace_by(">=")),
        "->" => Some(Hint::new(span, "Write `=>` instead of `->`.").replace_by("=>")),
        "**" | "^" => plain("There is no operator for powers: multiply, as in `total * total`."),
        "=~" | "~" => plain("Write `contains(text, part)`, `starts_with(text, start)` or `ends_with(text, end)`."),
        "?" => plain("Write `if a then b else c` instead of `a ? b : c`."),
        "??" => plain("Write `default(a, b)` instead of `a ?? b`."),
        "/*" => plain("A comment starts with `//` and ends with its line."),
        _ => None,
    }
}

fn chained(spot: &Spot<'_>) -> Option<Hint> {
    let rest = spot.rest();
    let sign = rest.len() - rest.trim_start_matches(['<', '>', '=', '!']).len();
    let word = first_word(rest);
    let len = if matches!(word, "in" | "between") {
        word.len()
    } else {
        sign
    };
    let is_chain = len > 0 && spot.wants.and && spot.wants.or && !spot.wants.comparison;
    is_chain.then(|| {
        let message = "Comparisons do not chain: write `1 < total and total < 5`, or `total between 1 and 5`, which includes \
                       both.";
        Hint::new(spot.span(0, len), message)
    })
}

fn comma(spot: &Spot<'_>) -> Option<Hint> {
    let rest = spot.rest();
    let sign = rest.chars().next().filter(|char| matches!(char, ',' | ';'))?;
    let span = spot.span(0, 1);
    let after = rest.get(1..)?;
    let and = if after.starts_with(char::is_whitespace) {
        " and"
    } else {
        " and "
    };
    if spot.wants.and && !spot.wants.or {
        let message = "`between` needs two values with `and`: `total between 1 and 5`.";
        return Some(Hint::new(span, message).replace_by(and));
    }
    let innermost = spot.innermost();
    if let Some((bracket, at, before)) = innermost {
        let word = last_word(before);
        if bracket == '[' && sign == ';' {
            return Some(Hint::new(span, "A comma stands between the elements of a list.").replace_by(","));
        }
        if bracket == '(' && word == "if" {
            let message = "`if` is no function: write `if member then 10 else 20`.";
            return Some(Hint::new(span, message));
        }
        if bracket == '(' && word == "in" {
            return Some(bracketed(spot, at));
        }
    }
    if after.trim().is_empty() {
        let message = format!("A condition ends without `{sign}`: remove it.");
        return Some(Hint::new(span, message).replace_by(""));
    }
    let precedes_a_literal = after
        .trim_start()
        .starts_with(|char: char| char.is_ascii_digit() || matches!(char, '\'' | '"'));
    if precedes_a_literal {
        let message = "A list stands in square brackets, as in `method in ['visa', 'oca']`.";
        return Some(Hint::new(span, message));
    }
    let hint = Hint::new(span, format!("Join conditions with `and` or `or`, not with `{sign}`."));
    Some(hint.replace_by(and))
}

/// `in ('visa', 'oca')` and `in {'visa', 'oca'}`.
fn bracketed(spot: &Spot<'_>, at: usize) -> Hint {
    let message = "A list stands in square brackets, as in `method in ['visa', 'oca']`.";
    let rest = spot.source.get(at..).unwrap_or_default();
    let close = if rest.starts_with('(') { ')' } else { '}' };
    let inside = rest.split_once(close).and_then(|(inside, _)| inside.get(1..));
    match inside.filter(|inside| !inside.contains(['(', '{', '['])) {
        Some(inside) => {
            let span = Span {
                start: at,
                end: at + inside.len() + 2,
            };
            Hint::new(span, message).replace_by(format!("[{inside}]"))
        }
        None => Hint::new(Span { start: at, end: at + 1 }, message),
    }
}

fn braces(spot: &Spot<'_>) -> Option<Hint> {
    let rest = spot.rest();
    if rest.starts_with('{') && last_word(spot.before().trim_end()) == "in" {
        return Some(bracketed(spot, spot.at));
    }
    let sign = rest
        .chars()
        .next()
        .filter(|char| matches!(char, '{' | '}' | '@' | '#' | '\\'))?;
    let span = spot.span(0, 1);
    let starts_a_comment =
        spot.wants.operator() || last_word(spot.before().trim_end()).is_empty() && spot.outline.end == 0;
    Some(match sign {
        '#' if starts_a_comment => Hint::new(span, "A comment starts with `//`.").replace_by("//"),
        '{' | '}' => Hint::new(span, "Braces mean nothing in a condition: group with `(` and `)`."),
        _ => Hint::new(span, format!("`{sign}` means nothing in a condition: remove it.")),
    })
}

/// `tags.contains('new')` and `customer.'tier'`.
fn member(spot: &Spot<'_>) -> Option<Hint> {
    let rest = spot.rest();
    if spot.wants.field {
        let name = rest.get(1..).map(first_word)?;
        let quote = rest.chars().next().filter(|char| matches!(char, '\'' | '"'))?;
        let is_quoted = !name.is_empty() && rest.get(name.len() + 1..)?.starts_with(quote);
        let span = spot.span(0, name.len() + 2);
        let hint = || Hint::new(span, "After the point stands the name of a field without quotes.").replace_by(name);
        return is_quoted.then(hint);
    }
    let function = last_word(spot.before());
    let before = spot.before().strip_suffix(function)?.strip_suffix('.')?;
    let path = before.len() - before.trim_end_matches(|char| is_word(char) || char == '.').len();
    let of = before.get(before.len() - path..)?;
    if !rest.starts_with('(') || of.is_empty() {
        return None;
    }
    let span = Span {
        start: spot.at - function.len(),
        end: spot.at,
    };
    Some(match function_form(function) {
        Some(_) => Hint::new(
            span,
            format!("`{function}` is a function: write `{function}({of}, …)`."),
        ),
        None => Hint::new(span, format!("A field takes no arguments: write `{of}.{function}`.")),
    })
}

/// A letter that no name has.
fn letter(spot: &Spot<'_>) -> Option<Hint> {
    let is_letter = spot
        .rest()
        .starts_with(|char: char| !char.is_ascii() && char.is_alphabetic());
    is_letter.then(|| {
        let (_, span) = spot.run(|char| char.is_alphanumeric() || char == '_');
        let message = "A name has the letters a to z, digits and `_`; put text into quotes.";
        Hint::new(span, message)
    })
}
