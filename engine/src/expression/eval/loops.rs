//! Aggregates: a loop over the elements of a list.

use std::cmp::Ordering;

use super::{Run, Step, absent};
use crate::expression::number::Number;
use crate::expression::ops::FaultKind;
use crate::expression::tree::Arithmetic;
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
        let answer = self.pop()?;
        let decided = self.take_in(aggregate, answer)?;
        let around = self.machine.loops.last_mut().ok_or(FaultKind::Corrupt)?;
        around.left -= 1;
        if around.left > 0 && !decided {
            around.row += around.width;
            return Ok(true);
        }
        let result = around.result;
        self.machine.loops.pop();
        self.push(result);
        Ok(false)
    }

    /// Whether the rest of the elements cannot change the result, which now has one more answer.
    fn take_in(&mut self, aggregate: Aggregate, answer: Value) -> Step<bool> {
        let around = self.machine.loops.last_mut().ok_or(FaultKind::Corrupt)?;
        let result = &mut around.result;
        match (aggregate, &answer) {
            (Aggregate::Sum, Value::Number(number)) => add(result, number).map(|()| false),
            (Aggregate::Count, Value::Boolean(true)) => add(result, &Number::whole(1)).map(|()| false),
            (Aggregate::Count, Value::Boolean(false) | Value::Absent) => Ok(false),
            (Aggregate::Any | Aggregate::All, Value::Boolean(held)) => {
                let decides = *held == (aggregate == Aggregate::Any);
                if decides {
                    *result = answer;
                }
                Ok(decides)
            }
            (Aggregate::Any | Aggregate::All, Value::Absent) => {
                *result = Value::Absent;
                Ok(false)
            }
            (Aggregate::Sum | Aggregate::MinOf | Aggregate::MaxOf, Value::Absent) => {
                *result = Value::Absent;
                Ok(true)
            }
            (Aggregate::MinOf, _) => self.keep_better(Ordering::Less, answer),
            (Aggregate::MaxOf, _) => self.keep_better(Ordering::Greater, answer),
            _ => Err(FaultKind::Corrupt),
        }
    }

    /// Keeps the first answer, and then each that stands to the best so far as `wanted`.
    fn keep_better(&mut self, wanted: Ordering, answer: Value) -> Step<bool> {
        let best = self.machine.loops.last().ok_or(FaultKind::Corrupt)?.result;
        if (best.is_absent() || self.order(&answer, &best) == Some(wanted))
            && let Some(around) = self.machine.loops.last_mut()
        {
            around.result = answer;
        }
        Ok(false)
    }
}

fn add(sum: &mut Value, number: &Number) -> Step<()> {
    if let Value::Number(sum) = sum {
        sum.apply(Arithmetic::Add, number)
    } else {
        Err(FaultKind::Corrupt)
    }
}
