//! What can be told of a condition without any request: parts that always fail are errors, parts that are always true
//! or never true are warnings.

mod bounds;
mod unequal;

use std::cmp::Ordering;

use super::error::{Diagnostic, DiagnosticCode};
use super::fold::{fold, is_constant};
use super::lower::datum;
use super::ops::FaultKind;
use super::trace::constant_fault;
use super::tree::{Arithmetic, Span};
use super::typed::{Typed, TypedKind};
use super::types::Literal;
use super::value::order;
use crate::zone::Zone;
use bounds::{bounds_or_itself, by_range, contrary, excludes, without_spans};

/// Looks through a checked condition, the outermost findings first.
pub(super) fn lint(source: &str, root: &Typed) -> Vec<Diagnostic> {
    let mut lint = Lint {
        source,
        findings: Vec::new(),
    };
    lint.faults(root);
    // `true` alone is how a promotion says that it always applies.
    if !matches!(root.kind, TypedKind::Constant(Literal::Boolean(true))) {
        lint.constants(root, true);
    }
    lint.findings.sort_by_key(|finding| (finding.start, finding.end));
    lint.findings
}

struct Lint<'a> {
    source: &'a str,
    findings: Vec<Diagnostic>,
}

impl Lint<'_> {
    /// Parts that cannot be computed, whatever the request.
    fn faults(&mut self, typed: &Typed) {
        if let TypedKind::Arithmetic { operator, right, .. } = &typed.kind
            && matches!(operator, Arithmetic::Divide | Arithmetic::Remainder)
            && matches!(fold((**right).clone(), &Zone::utc()).constant(), Some(Literal::Number(number)) if number.is_zero())
        {
            let message = "This always divides by zero: divide by something else.";
            let finding = Diagnostic::error(right.span, DiagnosticCode::DivisionByZero, message);
            self.findings.push(finding);
            return;
        }
        let is_overflow = is_constant(typed) && constant_fault(typed, &Zone::utc()) == Some(FaultKind::Overflow);
        if is_overflow && !typed.parts().into_iter().any(overflows) {
            let message = "This number has more than 28 digits: use smaller ones.";
            let finding = Diagnostic::error(typed.span, DiagnosticCode::Overflow, message);
            self.findings.push(finding);
            return;
        }
        typed.parts().into_iter().for_each(|part| self.faults(part));
    }

    /// Parts that have one outcome only. Of a part on which the whole condition depends (`required`) it can be said
    /// what follows.
    fn constants(&mut self, typed: &Typed, required: bool) {
        self.findings.extend(unequal::unequal(typed));
        if let Some(finding) = self.reversed(typed) {
            self.findings.push(finding);
            return;
        }
        if let Some(value) = always(typed) {
            self.always(typed.span, value, required);
            return;
        }
        let is_and = matches!(typed.kind, TypedKind::And(_));
        if let TypedKind::And(parts) | TypedKind::Or(parts) = &typed.kind {
            self.pairs(parts, is_and, required);
        }
        for part in typed.parts() {
            // As an operand or a branch it is written on purpose: `member == true`, `else false`.
            if part.boolean().is_none() || is_asked(typed, part) {
                self.constants(part, required && is_and);
            }
        }
    }

    fn always(&mut self, span: Span, value: bool, required: bool) {
        let (code, message) = match (value, required) {
            (true, _) => (
                DiagnosticCode::AlwaysTrue,
                "This is always true: remove it, or compare with something that varies.",
            ),
            (false, true) => (
                DiagnosticCode::AlwaysFalse,
                "This is never true, so the promotion never applies: compare with something that varies.",
            ),
            (false, false) => (
                DiagnosticCode::AlwaysFalse,
                "This is never true: remove it, or compare with something that varies.",
            ),
        };
        self.findings.push(Diagnostic::warning(span, code, message));
    }

    /// The ends of a `between` whose first is the greater, and the same exchanged.
    fn reversed(&self, typed: &Typed) -> Option<Diagnostic> {
        let TypedKind::Between { negated, low, high, .. } = &typed.kind else {
            return None;
        };
        let reversed = order(datum(low.constant()?), datum(high.constant()?)) == Some(Ordering::Greater);
        let text = |start, end| self.source.get(start..end);
        let (first, second) = (low.span, high.span);
        let [low, and, high] = [
            text(first.start, first.end)?,
            text(first.end, second.start)?,
            text(second.start, second.end)?,
        ];
        let span = Span {
            start: first.start,
            end: second.end,
        };
        let code = if *negated {
            DiagnosticCode::AlwaysTrue
        } else {
            DiagnosticCode::AlwaysFalse
        };
        let message = "Nothing lies between these two, the first of which is the greater: exchange them.";
        let warning = Diagnostic::warning(span, code, message);
        reversed.then(|| match exchanged(low, and, high) {
            Some(text) => warning.replace_by(text),
            None => warning,
        })
    }

    /// Operands that exclude each other, or of which one always holds.
    fn pairs(&mut self, parts: &[Typed], is_and: bool, required: bool) {
        let bounds: Vec<_> = parts.iter().flat_map(bounds_or_itself).collect();
        for (position, later) in bounds.iter().enumerate() {
            let clash = bounds.iter().take(position).find(|earlier| {
                earlier.span != later.span
                    && earlier.of == later.of
                    && if is_and {
                        excludes(earlier, later)
                    } else {
                        excludes(&contrary(earlier), &contrary(later))
                    }
            });
            let Some(earlier) = clash else { continue };
            let other = self
                .source
                .get(earlier.span.start..earlier.span.end)
                .unwrap_or_default();
            let finding = if is_and {
                let so = if required {
                    ", so the promotion never applies"
                } else {
                    ""
                };
                let message = format!("This is never true together with `{other}`{so}: change one of the two.");
                Diagnostic::warning(later.span, DiagnosticCode::AlwaysFalse, message)
            } else {
                let message = format!(
                    "Either this or `{other}` is always true, so together they ask nothing: change one of the two."
                );
                Diagnostic::warning(later.span, DiagnosticCode::AlwaysTrue, message)
            };
            self.findings.push(finding);
        }
    }
}

/// The ends of a `between` exchanged; `None` when a comment between them would swallow the second.
fn exchanged(low: &str, and: &str, high: &str) -> Option<String> {
    let space = |touches: bool| if touches { " " } else { "" };
    let before = space(and.starts_with(char::is_alphanumeric));
    let after = space(and.ends_with(char::is_alphanumeric));
    (!and.contains("//")).then(|| format!("{high}{before}{and}{after}{low}"))
}

/// Whether a part has to be true or false by what it is a part of.
fn is_asked(typed: &Typed, part: &Typed) -> bool {
    if let TypedKind::If { condition, .. } = &typed.kind {
        return std::ptr::eq(&**condition, part);
    }
    matches!(typed.kind, TypedKind::And(_) | TypedKind::Or(_) | TypedKind::Not(_))
}

/// The outcome of a part that is not a plain literal but has only one.
fn always(typed: &Typed) -> Option<bool> {
    let is_condition = matches!(
        typed.kind,
        TypedKind::Compare { .. }
            | TypedKind::In { .. }
            | TypedKind::Between { .. }
            | TypedKind::Not(_)
            | TypedKind::And(_)
            | TypedKind::Or(_)
            | TypedKind::Constant(Literal::Boolean(_))
    );
    if !is_condition {
        return None;
    }
    if let TypedKind::In { negated, list, .. } = &typed.kind
        && list.elements().is_some_and(<[Typed]>::is_empty)
    {
        return Some(*negated);
    }
    if let TypedKind::Compare { operator, left, right } = &typed.kind
        && without_spans((**left).clone()) == without_spans((**right).clone())
    {
        return Some(operator.holds(Ordering::Equal));
    }
    let folded = fold(typed.clone(), &Zone::utc());
    folded.boolean().or_else(|| by_range(typed))
}

/// Whether computing a part that reads nothing needs a number that no decimal holds.
fn overflows(typed: &Typed) -> bool {
    constant_fault(typed, &Zone::utc()) == Some(FaultKind::Overflow)
}
