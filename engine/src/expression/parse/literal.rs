//! Names, numbers and strings, and where they stand.

use pest::iterators::Pair;
use rust_decimal::Decimal;

use super::Rule;
use crate::expression::error::{Diagnostic, DiagnosticCode};
use crate::expression::limits::MAX_NAME_BYTES;
use crate::expression::tree::{ExprKind, Identifier, Span};

/// Its place, without the white space and comments before what could have followed it.
pub(super) fn span(pair: &Pair<'_, Rule>) -> Span {
    let start = pair.as_span().start();
    let mut last = pair.clone();
    while let Some(inner) = last.clone().into_inner().next_back() {
        last = inner;
    }
    Span {
        start,
        end: last.as_span().end(),
    }
}

pub(super) fn identifier(pair: &Pair<'_, Rule>) -> Result<Identifier, Diagnostic> {
    let span = span(pair);
    if pair.as_str().len() > MAX_NAME_BYTES {
        let message = format!("The name is longer than {MAX_NAME_BYTES} bytes: nothing can be called so.");
        return Err(Diagnostic::error(span, DiagnosticCode::NameTooLong, message));
    }
    Ok(Identifier {
        span,
        text: pair.as_str().to_owned(),
    })
}

pub(super) fn negated(number: Decimal) -> Decimal {
    if number.is_zero() { number } else { -number }
}

pub(super) fn literal(pair: &Pair<'_, Rule>) -> Result<ExprKind, Diagnostic> {
    let text = pair.as_str();
    match text.bytes().next() {
        Some(b'\'' | b'"') => Ok(ExprKind::Text(unescape(text))),
        Some(b't') => Ok(ExprKind::Boolean(true)),
        Some(b'f') => Ok(ExprKind::Boolean(false)),
        Some(_) | None => Decimal::from_str_exact(text).map(ExprKind::Number).map_err(|_| {
            let message = "The number has more than 28 digits: shorten it.";
            Diagnostic::error(span(pair), DiagnosticCode::NumberTooLong, message)
        }),
    }
}

/// The text between the quotes, its escapes resolved; the grammar admits no others.
fn unescape(quoted: &str) -> String {
    let mut chars = quoted.chars();
    chars.next();
    chars.next_back();
    let mut text = String::with_capacity(quoted.len());
    while let Some(char) = chars.next() {
        text.push(match char {
            '\\' => match chars.next() {
                Some('n') => '\n',
                Some('r') => '\r',
                Some('t') => '\t',
                Some(other) => other,
                None => '\\',
            },
            other => other,
        });
    }
    text
}
