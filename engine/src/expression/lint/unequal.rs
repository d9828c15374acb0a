//! Texts that what they are compared with never is: countries and cities that are no codes, and cases that a function
//! takes away.

use crate::demographics::{City, Country};
use crate::expression::error::{Diagnostic, DiagnosticCode};
use crate::expression::layout::slot;
use crate::expression::ops;
use crate::expression::tree::{Comparison, Expr, ExprKind, Span};
use crate::expression::typed::{Function, Typed, TypedKind};
use crate::expression::types::Literal;

/// One warning for each such text of a comparison or of the list of an `in`.
pub(super) fn unequal(typed: &Typed) -> Vec<Diagnostic> {
    let (negated, pairs) = if let TypedKind::Compare { operator, left, right } = &typed.kind
        && !operator.is_ordering()
    {
        let pairs = vec![(&**left, &**right), (&**right, &**left)];
        (*operator == Comparison::NotEqual, pairs)
    } else if let TypedKind::In { negated, item, list } = &typed.kind {
        let elements = list.elements().unwrap_or_default();
        (*negated, elements.iter().map(|element| (&**item, element)).collect())
    } else {
        return Vec::new();
    };
    let code = if negated {
        DiagnosticCode::AlwaysTrue
    } else {
        DiagnosticCode::AlwaysFalse
    };
    let findings = pairs.into_iter().filter_map(|(of, text)| {
        let Some(Literal::Text(literal)) = text.constant() else {
            return None;
        };
        let (message, meant) = never_equal(of, literal)?;
        let finding = Diagnostic::warning(text.span, code, message);
        Some(match meant {
            Some(text) => finding.replace_by(quoted(text)),
            None => finding,
        })
    });
    findings.collect()
}

/// Why `of` is never equal to a text, and what may have been meant.
fn never_equal(of: &Typed, text: &str) -> Option<(String, Option<String>)> {
    if of.kind == TypedKind::Slot(slot::COUNTRY) {
        let upper = text.to_uppercase();
        let meant = Country::parse(&upper).is_ok().then_some(upper);
        let message =
            "`country` is an ISO 3166-1 code of two capitals, such as 'UY', and never this text: write a code.";
        return Country::parse(text).is_err().then(|| (message.to_owned(), meant));
    }
    if of.kind == TypedKind::Slot(slot::CITY) {
        let upper = text.to_uppercase();
        let meant = City::is_code(&upper).then_some(upper);
        let message = "`city` is a UN/LOCODE of three capitals, such as 'MVD', and never this text: write a code.";
        return (!City::is_code(text)).then(|| (message.to_owned(), meant));
    }
    let TypedKind::Call { function, .. } = &of.kind else {
        return None;
    };
    let (name, yielded) = if *function == Function::Lower {
        ("lower", cased(*function, text))
    } else if *function == Function::Upper {
        ("upper", cased(*function, text))
    } else if *function == Function::Trim {
        ("trim", text.trim().to_owned())
    } else {
        return None;
    };
    let message = format!("`{name}(…)` never yields this text: write it as `{name}` makes it.");
    (yielded != text).then_some((message, Some(yielded)))
}

fn cased(function: Function, text: &str) -> String {
    text.chars().flat_map(|char| ops::cased(function, char)).collect()
}

/// As a condition writes it.
fn quoted(text: String) -> String {
    let kind = ExprKind::Text(text);
    let span = Span::default();
    Expr { span, kind }.to_string()
}
