//! pest's error as a sentence about what stands in the source.

use pest::Parser as _;
use pest::error::{Error, ErrorVariant, InputLocation};

use super::{Grammar, Rule};
use crate::expression::error::{Diagnostic, DiagnosticCode};
use crate::expression::tree::Span;

/// Most characters of the source that a message repeats: a word, not a line.
const MAX_FOUND_CHARS: usize = 20;

pub(super) fn describe(source: &str, error: &Error<Rule>) -> Diagnostic {
    let start = match error.location {
        InputLocation::Pos(start) | InputLocation::Span((start, _)) => start,
    };
    let rest = source.get(start..).unwrap_or_default();
    let found: String = rest
        .split(char::is_whitespace)
        .next()
        .unwrap_or_default()
        .chars()
        .take(MAX_FOUND_CHARS)
        .collect();
    let end = start + found.len();
    let span = Span { start, end };
    if let Some((message, replacement)) = hint(rest) {
        let length = replacement.as_ref().map_or(found.len(), |(length, _)| *length);
        let span = Span {
            start,
            end: start + length,
        };
        let diagnostic = Diagnostic::error(span, DiagnosticCode::Syntax, message);
        return match replacement {
            Some((_, text)) => diagnostic.replace_by(text),
            None => diagnostic,
        };
    }
    let expected = match &error.variant {
        ErrorVariant::ParsingError { positives, .. } => expected(positives),
        ErrorVariant::CustomError { message } => message.clone(),
    };
    let message = if found.is_empty() {
        format!("The condition ends where {expected} should follow.")
    } else {
        format!("Expected {expected} here, found `{found}`.")
    };
    Diagnostic::error(span, DiagnosticCode::Syntax, message)
}

/// A sentence, and how many bytes of the source to replace by what.
type Hint = (String, Option<(usize, &'static str)>);

/// A better sentence for mistakes that people make often.
fn hint(rest: &str) -> Option<Hint> {
    keyword_hint(rest).or_else(|| character_hint(rest))
}

fn keyword_hint(rest: &str) -> Option<Hint> {
    let word: String = rest
        .chars()
        .take_while(|char| char.is_ascii_alphanumeric() || *char == '_')
        .collect();
    let lower = word.to_ascii_lowercase();
    let words = [
        "and", "or", "not", "in", "between", "if", "then", "else", "true", "false",
    ];
    let known = words.into_iter().find(|known| *known == lower)?;
    if word != lower {
        return Some((format!("Write `{lower}` in lower case."), Some((word.len(), known))));
    }
    (known == "if").then(|| {
        let message = "Put parentheses around `if … then … else …` when it is part of something.";
        (message.to_owned(), None)
    })
}

fn character_hint(rest: &str) -> Option<Hint> {
    let with = |message: &str, length, text| Some((message.to_owned(), Some((length, text))));
    let plain = |message: String| Some((message, None));
    match rest.chars().next()? {
        '=' if rest.starts_with("=>") => plain(
            "`=>` names the elements of a list: write it inside any, all, count, sum, min_of or max_of, such as \
             `any(lines, l => l.quantity > 1)`."
                .to_owned(),
        ),
        '=' => with("Compare with `==`; a single `=` means nothing here.", 1, "=="),
        '<' if rest.starts_with("<>") => with("Write `!=` for \"is not equal\".", 2, "!="),
        '&' => with("Write `and` or `&&`.", 1, "&&"),
        '|' => with("Write `or` or `||`.", 1, "||"),
        '?' => plain("Write `if … then … else …` instead of `? :`.".to_owned()),
        '#' => plain("A comment starts with `//`.".to_owned()),
        quote @ ('\'' | '"') if Grammar::parse(Rule::string, rest).is_err() => plain(format!(
            "The string that starts here has no closing {quote}, or an escape other than \\\\ \\' \\\" \\n \\r \\t."
        )),
        '\u{2018}' | '\u{2019}' | '\u{201C}' | '\u{201D}' => plain("Use straight quotes: ' or \".".to_owned()),
        '0'..='9' if Grammar::parse(Rule::number, rest).is_err() => {
            plain("Write a number like 100 or 12.5: digits, and a point before decimals.".to_owned())
        }
        _ => None,
    }
}

/// The expected things, most general first, as `a value, a name or …`.
fn expected(rules: &[Rule]) -> String {
    let has = |rule: Rule| rules.contains(&rule);
    // pest names the outermost rule that could have begun here.
    let operand = [
        Rule::condition,
        Rule::expression,
        Rule::conditional,
        Rule::disjunction,
        Rule::conjunction,
        Rule::negation,
        Rule::comparison,
        Rule::sum,
        Rule::product,
        Rule::unary,
        Rule::postfix,
        Rule::primary,
        Rule::argument,
    ];
    let names = [
        (operand.into_iter().any(has), "a value, a name or `(`"),
        (!operand.into_iter().any(has) && has(Rule::name), "the name of a field"),
        (
            has(Rule::compare_operator) || has(Rule::in_operator) || has(Rule::between_operator),
            "a comparison such as `>=` or `in`",
        ),
        (
            has(Rule::add_operator) || has(Rule::multiply_operator),
            "an operator such as `+`",
        ),
        (has(Rule::and_operator) || has(Rule::or_operator), "`and`, `or`"),
        (has(Rule::then_word), "`then`"),
        (has(Rule::else_word), "`else`"),
        (has(Rule::close_group), "`)`"),
        (has(Rule::close_list), "`,` or `]`"),
        (has(Rule::EOI), "the end"),
    ];
    let names: Vec<_> = names
        .into_iter()
        .filter_map(|(is_expected, name)| is_expected.then_some(name))
        .collect();
    match names.split_last() {
        None => "a condition".to_owned(),
        Some((last, [])) => (*last).to_owned(),
        Some((last, before)) => format!("{} or {last}", before.join(", ")),
    }
}
