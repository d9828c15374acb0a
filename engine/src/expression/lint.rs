//! What can be told of a condition without any request: parts that always fail are errors, parts that are always true
//! or never true are warnings.

use std::cmp::Ordering;

use rust_decimal::Decimal;

use super::error::{Diagnostic, DiagnosticCode};
use super::fold::{fold, is_constant};
use super::layout::slot;
use super::lower::{datum, mirrored};
use super::ops::FaultKind;
use super::trace::constant_fault;
use super::tree::{Comparison, Span};
use super::typed::{Aggregate, Function, Typed, TypedKind};
use super::types::Literal;
use super::value::order;
use crate::demographics::MAX_AGE_YEARS;
use crate::zone::Zone;

/// Looks through a checked condition, the outermost findings first.
pub(super) fn lint(source: &str, root: &Typed) -> Vec<Diagnostic> {
    let mut lint = Lint {
        source,
        findings: Vec::new(),
    };
    lint.faults(root);
    // `true` alone is how a promotion says that it always applies.
    if !matches!(root.kind, TypedKind::Constant(Literal::Boolean(true))) {
        lint.constants(root);
    }
    lint.findings.sort_by_key(|finding| (finding.start, finding.end));
    lint.findings
}

struct Lint<'a> {
    source: &'a str,
    findings: Vec<Diagnostic>,
}

/// A comparison of something with a constant.
#[derive(Clone)]
struct Bound {
    span: Span,
    of: Typed,
    operator: Comparison,
    literal: Literal,
}

impl Lint<'_> {
    /// Parts that read nothing and cannot be computed.
    fn faults(&mut self, typed: &Typed) {
        let zone = Zone::utc();
        let fault = if is_constant(typed) {
            constant_fault(typed, &zone)
        } else {
            None
        };
        match fault {
            Some(FaultKind::DivisionByZero) => {
                let message = "This always divides by zero: divide by something else.";
                self.findings
                    .push(Diagnostic::error(typed.span, DiagnosticCode::DivisionByZero, message));
            }
            Some(FaultKind::Overflow) => {
                let message = "This number has more than 28 digits: use smaller ones.";
                self.findings
                    .push(Diagnostic::error(typed.span, DiagnosticCode::Overflow, message));
            }
            Some(FaultKind::OutOfFuel | FaultKind::Corrupt) | None => {
                typed.parts().into_iter().for_each(|part| self.faults(part));
            }
        }
    }

    /// Parts that have one outcome only.
    fn constants(&mut self, typed: &Typed) {
        if let Some(value) = always(typed) {
            self.always(typed.span, value);
            return;
        }
        if let TypedKind::And(parts) | TypedKind::Or(parts) = &typed.kind {
            self.pairs(parts, matches!(typed.kind, TypedKind::And(_)));
        }
        typed.parts().into_iter().for_each(|part| self.constants(part));
    }

    fn always(&mut self, span: Span, value: bool) {
        let (code, message) = if value {
            (
                DiagnosticCode::AlwaysTrue,
                "This is always true: remove it, or compare with something that varies.",
            )
        } else {
            (
                DiagnosticCode::AlwaysFalse,
                "This is never true: the promotion would not apply because of it.",
            )
        };
        self.findings.push(Diagnostic::warning(span, code, message));
    }

    /// Operands that exclude each other, or of which one always holds.
    fn pairs(&mut self, parts: &[Typed], is_and: bool) {
        let bounds: Vec<_> = parts.iter().flat_map(bounds).collect();
        for (position, later) in bounds.iter().enumerate() {
            let clash = bounds.iter().take(position).find(|earlier| {
                earlier.of == later.of
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
                let message = format!("This is never true together with `{other}`: the promotion would not apply.");
                Diagnostic::warning(later.span, DiagnosticCode::AlwaysFalse, message)
            } else {
                let message = format!("Either this or `{other}` is always true: together they ask nothing.");
                Diagnostic::warning(later.span, DiagnosticCode::AlwaysTrue, message)
            };
            self.findings.push(finding);
        }
    }
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
    let folded = fold(typed.clone(), &Zone::utc());
    folded.boolean().or_else(|| by_range(typed))
}

/// Comparisons that the range of a number decides, such as `weekday(now) == 8`.
fn by_range(typed: &Typed) -> Option<bool> {
    let bounds = bounds(typed);
    let decided = bounds.iter().map(|bound| {
        let (least, greatest) = range(&bound.of)?;
        let out = |operator, limit: i64| Bound {
            span: bound.span,
            of: bound.of.clone(),
            operator,
            literal: Literal::Number(Decimal::from(limit)),
        };
        let inside = [
            Some(out(Comparison::GreaterOrEqual, least)),
            greatest.map(|greatest| out(Comparison::LessOrEqual, greatest)),
        ];
        let excluded = |bound: &Bound| inside.iter().flatten().any(|inside| excludes(inside, bound));
        if excluded(bound) {
            Some(false)
        } else {
            excluded(&contrary(bound)).then_some(true)
        }
    });
    let decided: Vec<_> = decided.collect();
    if decided.contains(&Some(false)) {
        return Some(false);
    }
    (!decided.is_empty() && decided.iter().all(|one| *one == Some(true))).then_some(true)
}

/// The least and the greatest value that a number has by its nature.
fn range(typed: &Typed) -> Option<(i64, Option<i64>)> {
    if let TypedKind::Call { function, .. } = &typed.kind {
        return range_of_call(*function);
    }
    let is_count = matches!(
        typed.kind,
        TypedKind::Aggregate {
            aggregate: Aggregate::Count,
            ..
        }
    );
    if typed.kind == TypedKind::Slot(slot::AGE) {
        Some((0, Some(MAX_AGE_YEARS.into())))
    } else if is_count || typed.kind == TypedKind::Slot(slot::AMOUNT) {
        Some((0, None))
    } else {
        None
    }
}

const fn range_of_call(function: Function) -> Option<(i64, Option<i64>)> {
    match function {
        Function::Length | Function::Size | Function::Abs => Some((0, None)),
        Function::Hour => Some((0, Some(23))),
        Function::Weekday => Some((1, Some(7))),
        Function::Day => Some((1, Some(31))),
        Function::Month => Some((1, Some(12))),
        Function::Year => Some((1, Some(9_999))),
        Function::Lower
        | Function::Upper
        | Function::Trim
        | Function::StartsWith
        | Function::EndsWith
        | Function::Contains
        | Function::Min
        | Function::Max
        | Function::Round
        | Function::Floor
        | Function::Ceil
        | Function::DateOf
        | Function::StartOfDay
        | Function::DaysBetween => None,
    }
}

/// The comparisons with constants that `typed` consists of.
fn bounds(typed: &Typed) -> Vec<Bound> {
    let bound = |of: &Typed, operator, literal: &Literal| Bound {
        span: typed.span,
        of: without_spans(of.clone()),
        operator,
        literal: literal.clone(),
    };
    if let TypedKind::Compare { operator, left, right } = &typed.kind {
        return match (left.constant(), right.constant()) {
            (None, Some(literal)) => vec![bound(left, *operator, literal)],
            (Some(literal), None) => vec![bound(right, mirrored(*operator), literal)],
            (Some(_), Some(_)) | (None, None) => Vec::new(),
        };
    }
    if let TypedKind::Between {
        negated: false,
        item,
        low,
        high,
    } = &typed.kind
    {
        let end = |of: &Typed, operator| of.constant().map(|literal| bound(item, operator, literal));
        let ends = [end(low, Comparison::GreaterOrEqual), end(high, Comparison::LessOrEqual)];
        return ends.into_iter().flatten().collect();
    }
    Vec::new()
}

fn without_spans(typed: Typed) -> Typed {
    Typed::new(Span::default(), typed.map_parts(without_spans).kind)
}

fn contrary(bound: &Bound) -> Bound {
    let operator = match bound.operator {
        Comparison::Equal => Comparison::NotEqual,
        Comparison::NotEqual => Comparison::Equal,
        Comparison::Less => Comparison::GreaterOrEqual,
        Comparison::LessOrEqual => Comparison::Greater,
        Comparison::Greater => Comparison::LessOrEqual,
        Comparison::GreaterOrEqual => Comparison::Less,
    };
    Bound {
        operator,
        ..bound.clone()
    }
}

/// Whether no value satisfies both.
fn excludes(a: &Bound, b: &Bound) -> bool {
    let Some(order) = order(datum(&a.literal), datum(&b.literal)) else {
        return false;
    };
    let from = |operator| matches!(operator, Comparison::Greater | Comparison::GreaterOrEqual);
    let to = |operator| matches!(operator, Comparison::Less | Comparison::LessOrEqual);
    let both_closed = a.operator == Comparison::LessOrEqual && b.operator == Comparison::GreaterOrEqual
        || a.operator == Comparison::GreaterOrEqual && b.operator == Comparison::LessOrEqual;
    let touching = order == Ordering::Equal && !both_closed;
    if a.operator == Comparison::Equal {
        !b.operator.holds(order)
    } else if b.operator == Comparison::Equal {
        !a.operator.holds(order.reverse())
    } else if to(a.operator) && from(b.operator) {
        order == Ordering::Less || touching
    } else if from(a.operator) && to(b.operator) {
        order == Ordering::Greater || touching
    } else {
        false
    }
}
