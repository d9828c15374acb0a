//! Values that own what they need, and what the walk computes of them.

use std::cmp::Ordering;

use rust_decimal::Decimal;

use crate::calendar::{Date, Instant};
use crate::expression::ops::{self, FaultKind};
use crate::expression::tree::{Expr, ExprKind, Span};
use crate::expression::typed::Aggregate;
use crate::expression::types::Literal;
use crate::expression::value::{Datum, order};

/// A value that owns what it needs.
#[derive(Clone, Debug)]
pub(super) enum Plain {
    Absent,
    Boolean(bool),
    Number(Decimal),
    Text(String),
    Date(Date),
    DateTime(Instant),
    /// Each element is its columns.
    List(Vec<Vec<Plain>>),
}

pub(super) fn item(list: &Plain, index: &Plain, column: u16) -> Plain {
    let (Plain::List(elements), Plain::Number(index)) = (list, index) else {
        return Plain::Absent;
    };
    let len = u32::try_from(elements.len()).unwrap_or(u32::MAX);
    let element = ops::position((*index).into(), len).and_then(|position| elements.get(position as usize));
    let cell = element.and_then(|element| element.get(usize::from(column)));
    cell.cloned().unwrap_or(Plain::Absent)
}

pub(super) fn contains(list: &Plain, item: &Plain) -> Option<bool> {
    let Plain::List(elements) = list else { return None };
    let equal = elements.iter().map(|element| {
        let element = element.first().unwrap_or(&Plain::Absent);
        order(datum(item), datum(element)).map(Ordering::is_eq)
    });
    equal.fold(Some(false), either)
}

/// Kleene's `and`.
pub(super) const fn both(a: Option<bool>, b: Option<bool>) -> Option<bool> {
    match (a, b) {
        (Some(false), _) | (_, Some(false)) => Some(false),
        (Some(true), Some(true)) => Some(true),
        _ => None,
    }
}

/// Kleene's `or`.
pub(super) const fn either(a: Option<bool>, b: Option<bool>) -> Option<bool> {
    match (a, b) {
        (Some(true), _) | (_, Some(true)) => Some(true),
        (Some(false), Some(false)) => Some(false),
        _ => None,
    }
}

pub(super) const fn truth(value: Option<bool>) -> Plain {
    match value {
        Some(value) => Plain::Boolean(value),
        None => Plain::Absent,
    }
}

/// What an aggregate is of an empty list.
pub(super) fn of_none(aggregate: Aggregate) -> Plain {
    match aggregate {
        Aggregate::Any => Plain::Boolean(false),
        Aggregate::All => Plain::Boolean(true),
        Aggregate::Count | Aggregate::Sum => Plain::Number(Decimal::ZERO),
        Aggregate::MinOf | Aggregate::MaxOf => Plain::Absent,
    }
}

/// The result with one more answer, and whether the rest cannot change it.
pub(super) fn take_in(
    aggregate: Aggregate,
    result: Plain,
    answer: Plain,
    is_first: bool,
) -> Result<(Plain, bool), FaultKind> {
    let held = |value: &Plain| {
        if let Plain::Boolean(value) = value {
            Some(*value)
        } else {
            None
        }
    };
    let better = |wanted| is_first || order(datum(&answer), datum(&result)) == Some(wanted);
    let goes_on = |value| Ok((value, false));
    match aggregate {
        Aggregate::Any if held(&answer) == Some(true) => Ok((answer, true)),
        Aggregate::Any => goes_on(truth(either(held(&result), held(&answer)))),
        Aggregate::All if held(&answer) == Some(false) => Ok((answer, true)),
        Aggregate::All => goes_on(truth(both(held(&result), held(&answer)))),
        Aggregate::Sum | Aggregate::MinOf | Aggregate::MaxOf if matches!(answer, Plain::Absent) => Ok((answer, true)),
        Aggregate::Count if held(&answer) != Some(true) => goes_on(result),
        Aggregate::Count => goes_on(plus(&result, &Plain::Number(Decimal::ONE))?),
        Aggregate::Sum => goes_on(plus(&result, &answer)?),
        Aggregate::MinOf => goes_on(if better(Ordering::Less) { answer } else { result }),
        Aggregate::MaxOf => goes_on(if better(Ordering::Greater) { answer } else { result }),
    }
}

pub(super) fn plus(left: &Plain, right: &Plain) -> Result<Plain, FaultKind> {
    match (left, right) {
        (Plain::Number(left), Plain::Number(right)) => {
            left.checked_add(*right).map(Plain::Number).ok_or(FaultKind::Overflow)
        }
        _ => Err(FaultKind::Corrupt),
    }
}

pub(super) fn plain(literal: &Literal) -> Plain {
    match literal {
        Literal::Number(number) => Plain::Number(*number),
        Literal::Text(text) => Plain::Text(text.clone()),
        Literal::Boolean(value) => Plain::Boolean(*value),
        Literal::Date(date) => Plain::Date(*date),
        Literal::DateTime(instant) => Plain::DateTime(*instant),
    }
}

pub(super) fn owned(datum: Datum<'_>) -> Plain {
    match datum {
        Datum::Absent => Plain::Absent,
        Datum::Boolean(value) => Plain::Boolean(value),
        Datum::Number(number) => Plain::Number(number.decimal()),
        Datum::Text(text) => Plain::Text(text.to_owned()),
        Datum::Date(date) => Plain::Date(date),
        Datum::DateTime(instant) => Plain::DateTime(instant),
    }
}

pub(super) fn datum(value: &Plain) -> Datum<'_> {
    match value {
        Plain::Absent | Plain::List(_) => Datum::Absent,
        Plain::Boolean(value) => Datum::Boolean(*value),
        Plain::Number(number) => Datum::Number((*number).into()),
        Plain::Text(text) => Datum::Text(text),
        Plain::Date(date) => Datum::Date(*date),
        Plain::DateTime(instant) => Datum::DateTime(*instant),
    }
}

/// A value as a condition writes it.
pub(super) fn written(value: &Plain) -> String {
    let expr = |kind: ExprKind| {
        let span = Span::default();
        Expr { span, kind }.to_string()
    };
    match value {
        Plain::Absent => "absent".to_owned(),
        Plain::Boolean(value) => value.to_string(),
        Plain::Number(number) => number.to_string(),
        Plain::Text(text) => expr(ExprKind::Text(text.clone())),
        Plain::Date(date) => format!("date('{date}')"),
        Plain::DateTime(instant) => format!("date_time('{instant}')"),
        Plain::List(elements) if elements.len() == 1 => "1 element".to_owned(),
        Plain::List(elements) => format!("{} elements", elements.len()),
    }
}
