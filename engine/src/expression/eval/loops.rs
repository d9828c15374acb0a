//! Aggregates: a loop over the elements of a list.

use std::cmp::Ordering;

use super::{Run, Step, absent};
use crate::expression::number::Number;
use crate::expression::ops::FaultKind;
use crate::expression::typed::Aggregate;
use crate::expression::value::{ListOrigin, Value};

/// A loop under way.
#[derive(Debug, Clone, Copy)]
pub(super) struct Loop {
    origin: ListOrigin,
    /// The first cell of the element that is looked at.
    row: usize,
    width: usize,
    /// Elements from this one on.
    left: u32,
    result: Value,
}

impl Run<'_> {
    /// A column of the element that a loop looks at.
    pub(super) fn element(&self, level: u8, column: u16) -> Step<&Value> {
        let around = self.machine.loops.get(usize::from(level)).ok_or(FaultKind::Corrupt)?;
        self.cell(around.origin, around.row + usize::from(column))
    }

    /// Whether there is an element to look at; else the result is on the stack.
    pub(super) fn begin(&mut self, aggregate: Aggregate) -> Step<bool> {
        let value = self.pop()?;
        let Value::List(list) = value else {
            self.push(absent(value)?);
            return Ok(false);
        };
        let result = match aggregate {
            Aggregate::Any => Value::Boolean(false),
            Aggregate::All => Value::Boolean(true),
            Aggregate::Count | Aggregate::Sum => Value::Number(Number::ZERO),
            Aggregate::MinOf | Aggregate::MaxOf => Value::Absent,
        };
        if list.len == 0 {
            self.push(result);
            return Ok(false);
        }
        self.machine.loops.push(Loop {
            origin: list.origin,
            row: list.start as usize,
            width: self.width(list),
            left: list.len,
            result,
        });
        Ok(true)
    }

    /// Takes in what one element gave. Whether there is another to look at; else the result is on the stack.
    pub(super) fn next(&mut self, aggregate: Aggregate) -> Step<bool> {
        let value = self.pop()?;
        let result = self.machine.loops.last().ok_or(FaultKind::Corrupt)?.result;
        let (result, decided) = self.take_in(aggregate, result, value)?;
        let around = self.machine.loops.last_mut().ok_or(FaultKind::Corrupt)?;
        around.left -= 1;
        if around.left > 0 && !decided {
            around.result = result;
            around.row += around.width;
            return Ok(true);
        }
        self.machine.loops.pop();
        self.push(result);
        Ok(false)
    }

    /// The result with one more answer, and whether the rest of the elements cannot change it.
    fn take_in(&self, aggregate: Aggregate, result: Value, answer: Value) -> Step<(Value, bool)> {
        match (aggregate, answer) {
            (Aggregate::Count, Value::Boolean(true)) => Ok((with_added(result, Number::whole(1))?, false)),
            (Aggregate::Count, Value::Boolean(false) | Value::Absent) => Ok((result, false)),
            (Aggregate::Any | Aggregate::All, Value::Boolean(held)) => {
                let decides = held == (aggregate == Aggregate::Any);
                Ok((if decides { answer } else { result }, decides))
            }
            (Aggregate::Any | Aggregate::All, Value::Absent) => Ok((answer, false)),
            (Aggregate::Sum | Aggregate::MinOf | Aggregate::MaxOf, Value::Absent) => Ok((answer, true)),
            (Aggregate::Sum, Value::Number(number)) => Ok((with_added(result, number)?, false)),
            (Aggregate::MinOf, answer) => Ok((self.better(Ordering::Less, result, answer), false)),
            (Aggregate::MaxOf, answer) => Ok((self.better(Ordering::Greater, result, answer), false)),
            _ => Err(FaultKind::Corrupt),
        }
    }

    /// The first answer, or the one that stands to the best so far as `wanted`.
    fn better(&self, wanted: Ordering, best: Value, answer: Value) -> Value {
        if best.is_absent() || self.order(&answer, &best) == Some(wanted) {
            answer
        } else {
            best
        }
    }
}

fn with_added(sum: Value, number: Number) -> Step<Value> {
    if let Value::Number(sum) = sum {
        Ok(Value::Number(sum.plus(number)?))
    } else {
        Err(FaultKind::Corrupt)
    }
}
