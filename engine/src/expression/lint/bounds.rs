//! Comparisons with constants: which exclude each other, and which the range of a number decides.

use std::cmp::Ordering;

use rust_decimal::Decimal;

use crate::demographics::MAX_AGE_YEARS;
use crate::expression::layout::slot;
use crate::expression::lower::{datum, mirrored};
use crate::expression::tree::{Comparison, Span};
use crate::expression::typed::{Aggregate, Function, Typed, TypedKind};
use crate::expression::types::Literal;
use crate::expression::value::order;

/// A comparison of something with a constant.
#[derive(Clone)]
pub(super) struct Bound {
    pub(super) span: Span,
    pub(super) of: Typed,
    operator: Comparison,
    literal: Literal,
}

/// Comparisons that the range of a number decides, such as `weekday(now) == 8`.
pub(super) fn by_range(typed: &Typed) -> Option<bool> {
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

/// The same, where a part that is no comparison is true, and `not` of it false.
pub(super) fn bounds_or_itself(typed: &Typed) -> Vec<Bound> {
    let of_comparison = bounds(typed);
    if !of_comparison.is_empty() || matches!(typed.kind, TypedKind::Compare { .. } | TypedKind::Between { .. }) {
        return of_comparison;
    }
    let (of, value) = if let TypedKind::Not(inner) = &typed.kind {
        (&**inner, false)
    } else {
        (typed, true)
    };
    vec![Bound {
        span: typed.span,
        of: without_spans(of.clone()),
        operator: Comparison::Equal,
        literal: Literal::Boolean(value),
    }]
}

pub(super) fn without_spans(typed: Typed) -> Typed {
    Typed::new(Span::default(), typed.map_parts(without_spans).kind)
}

pub(super) fn contrary(bound: &Bound) -> Bound {
    if let (Comparison::Equal, Literal::Boolean(value)) = (bound.operator, &bound.literal) {
        let literal = Literal::Boolean(!value);
        return Bound {
            literal,
            ..bound.clone()
        };
    }
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
pub(super) fn excludes(a: &Bound, b: &Bound) -> bool {
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
