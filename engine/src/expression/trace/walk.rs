//! The walk over the checked tree.

use std::cmp::Ordering;

use rust_decimal::Decimal;

use super::plain::{Plain, both, contains, datum, item, of_none, owned, plain, take_in, truth, written};
use super::{MAX_TRACED_ELEMENTS, Trace, TraceOutcome, TraceValue};
use crate::expression::eval::FUEL;
use crate::expression::inputs::Inputs;
use crate::expression::layout::Layout;
use crate::expression::ops::{self, FaultKind};
use crate::expression::tree::Span;
use crate::expression::typed::{Aggregate, Function, Typed, TypedKind};
use crate::expression::types::Literal;
use crate::expression::value::{ListOrigin, Value, order};
use crate::zone::Zone;

/// A part that cannot be computed.
pub(super) struct Fault {
    pub(super) kind: FaultKind,
    pub(super) at: Span,
}

type Walked<T> = Result<T, Fault>;

pub(super) struct Walk<'a> {
    inputs: &'a Inputs,
    layout: Option<&'a Layout>,
    zone: &'a Zone,
    /// The elements that the aggregates around look at.
    elements: Vec<Vec<Plain>>,
    steps: u32,
    /// The sub-conditions under way, the outermost first; the first holds the finished ones.
    open: Vec<Trace>,
}

impl<'a> Walk<'a> {
    pub(super) fn new(inputs: &'a Inputs, layout: Option<&'a Layout>, zone: &'a Zone) -> Self {
        Self {
            inputs,
            layout,
            zone,
            elements: Vec::new(),
            steps: 0,
            open: vec![trace(Span::default(), None)],
        }
    }

    pub(super) fn into_traces(mut self) -> Vec<Trace> {
        self.open.pop().map(|root| root.parts).unwrap_or_default()
    }

    pub(super) fn literal(&mut self, typed: &Typed) -> Option<Literal> {
        match self.value(typed).ok()? {
            Plain::Boolean(value) => Some(Literal::Boolean(value)),
            Plain::Number(number) => Some(Literal::Number(number)),
            Plain::Text(text) => Some(Literal::Text(text)),
            Plain::Date(date) => Some(Literal::Date(date)),
            Plain::DateTime(instant) => Some(Literal::DateTime(instant)),
            Plain::Absent | Plain::List(_) => None,
        }
    }

    pub(super) fn fault(&mut self, typed: &Typed) -> Option<FaultKind> {
        self.value(typed).err().map(|fault| fault.kind)
    }

    pub(super) fn skip(&mut self, span: Span) {
        let mut skipped = trace(span, None);
        skipped.outcome = TraceOutcome::Skipped;
        self.close(skipped);
    }

    /// A part that is true, false or absent, with a trace of its own at `span`.
    pub(super) fn condition(&mut self, span: Span, typed: &Typed, element: Option<u32>) -> Walked<Option<bool>> {
        self.open.push(trace(span, element));
        let result = if let TypedKind::If {
            condition,
            then,
            otherwise,
        } = &typed.kind
        {
            self.branches(condition, then, otherwise)
        } else {
            self.compute(typed)
        };
        let mut trace = self.open.pop().unwrap_or_else(|| trace(span, element));
        let decided = match result {
            Ok(Plain::Boolean(value)) => Ok(Some(value)),
            Ok(Plain::Absent) => Ok(None),
            Ok(_) => Err(corrupt(typed)),
            Err(fault) => Err(fault),
        };
        trace.outcome = match decided {
            Ok(Some(true)) => TraceOutcome::True,
            Ok(Some(false)) => TraceOutcome::False,
            Ok(None) => TraceOutcome::Absent,
            Err(_) => TraceOutcome::Fault,
        };
        if matches!(
            typed.kind,
            TypedKind::Slot(_) | TypedKind::Element { .. } | TypedKind::Item { .. }
        ) {
            let word = match trace.outcome {
                TraceOutcome::True => "true",
                TraceOutcome::False => "false",
                TraceOutcome::Absent | TraceOutcome::Fault | TraceOutcome::Skipped => "absent",
            };
            note(&mut trace, typed.span, word.to_owned());
        }
        self.close(trace);
        decided
    }

    /// An `if` whose branches are conditions.
    fn branches(&mut self, condition: &Typed, then: &Typed, otherwise: &Typed) -> Walked<Plain> {
        let decided = self.condition(condition.span, condition, None)?;
        let mut result = None;
        for (branch, chosen) in [(then, true), (otherwise, false)] {
            if decided == Some(chosen) {
                result = self.condition(branch.span, branch, None)?;
            } else {
                self.skip(branch.span);
            }
        }
        Ok(truth(result))
    }

    fn close(&mut self, trace: Trace) {
        if let Some(outer) = self.open.last_mut() {
            // Of many elements the first ones are kept, and the last, which is the one that decided if one did.
            if trace.element.is_some() && outer.parts.len() > MAX_TRACED_ELEMENTS {
                outer.parts.pop();
            }
            outer.parts.push(trace);
        }
    }

    /// A value, which is noted for the sub-condition under way unless it stands in the source as it is.
    fn value(&mut self, typed: &Typed) -> Walked<Plain> {
        let value = self.compute(typed)?;
        if !matches!(typed.kind, TypedKind::Constant(_) | TypedKind::List(_))
            && let Some(trace) = self.open.last_mut()
        {
            note(trace, typed.span, written(&value));
        }
        Ok(value)
    }

    fn compute(&mut self, typed: &Typed) -> Walked<Plain> {
        self.steps += 1;
        if self.steps > FUEL {
            return Err(Fault {
                kind: FaultKind::OutOfFuel,
                at: typed.span,
            });
        }
        match &typed.kind {
            TypedKind::Constant(literal) => Ok(plain(literal)),
            TypedKind::Local(local) => Ok(Plain::DateTime(self.zone.instant_of(*local))),
            TypedKind::Slot(slot) => Ok(self.read(self.inputs.slot(*slot).unwrap_or(Value::Absent))),
            TypedKind::Element { level, column } => {
                let element = self.elements.get(usize::from(*level));
                let cell = element.and_then(|element| element.get(usize::from(*column)));
                cell.cloned().ok_or_else(|| corrupt(typed))
            }
            TypedKind::Item { list, index, column } => {
                let (list, index) = (self.value(list)?, self.value(index)?);
                Ok(item(&list, &index, *column))
            }
            TypedKind::List(elements) => {
                let elements = elements
                    .iter()
                    .map(|element| self.value(element).map(|value| vec![value]));
                elements.collect::<Walked<_>>().map(Plain::List)
            }
            TypedKind::Negate(inner) => {
                let value = self.value(inner)?;
                Ok(if let Plain::Number(number) = value {
                    Plain::Number(ops::negate(number))
                } else {
                    value
                })
            }
            TypedKind::Not(inner) => {
                let inner = self.condition(inner.span, inner, None)?;
                Ok(truth(inner.map(|value| !value)))
            }
            TypedKind::Arithmetic { operator, left, right } => match (self.value(left)?, self.value(right)?) {
                (Plain::Number(left), Plain::Number(right)) => {
                    let result = ops::arithmetic(*operator, left, right);
                    result.map(Plain::Number).map_err(|kind| Fault { kind, at: typed.span })
                }
                _ => Ok(Plain::Absent),
            },
            TypedKind::Join { left, right } => match (self.value(left)?, self.value(right)?) {
                (Plain::Text(left), Plain::Text(right)) => Ok(Plain::Text(left + &right)),
                _ => Ok(Plain::Absent),
            },
            TypedKind::Compare { operator, left, right } => {
                let (left, right) = (self.value(left)?, self.value(right)?);
                let order = order(datum(&left), datum(&right));
                Ok(truth(order.map(|order| operator.holds(order))))
            }
            TypedKind::In { negated, item, list } => {
                let (item, list) = (self.value(item)?, self.value(list)?);
                Ok(truth(contains(&list, &item).map(|found| found != *negated)))
            }
            TypedKind::Between {
                negated,
                item,
                low,
                high,
            } => {
                let (item, low, high) = (self.value(item)?, self.value(low)?, self.value(high)?);
                let from = order(datum(&item), datum(&low)).map(Ordering::is_ge);
                let to = order(datum(&item), datum(&high)).map(Ordering::is_le);
                Ok(truth(both(from, to).map(|between| between != *negated)))
            }
            TypedKind::And(parts) => self.chain(parts, true),
            TypedKind::Or(parts) => self.chain(parts, false),
            TypedKind::If {
                condition,
                then,
                otherwise,
            } => match self.condition(condition.span, condition, None)? {
                Some(true) => self.value(then),
                Some(false) => self.value(otherwise),
                None => Ok(Plain::Absent),
            },
            TypedKind::Has(inner) => Ok(Plain::Boolean(!matches!(self.value(inner)?, Plain::Absent))),
            TypedKind::Default { value, otherwise } => {
                let value = self.value(value)?;
                if matches!(value, Plain::Absent) {
                    self.value(otherwise)
                } else {
                    Ok(value)
                }
            }
            TypedKind::Call { function, arguments } => self.call(typed, *function, arguments),
            TypedKind::Aggregate { aggregate, list, body } => self.aggregate(typed, *aggregate, list, body),
        }
    }

    /// `and` (whose neutral value is true) or `or` (false), from the left until one decides.
    fn chain(&mut self, parts: &[Typed], neutral: bool) -> Walked<Plain> {
        let mut result = Some(neutral);
        for part in parts {
            if result == Some(!neutral) {
                self.skip(part.span);
                continue;
            }
            match self.condition(part.span, part, None)? {
                None => result = None,
                Some(value) if value != neutral => result = Some(value),
                Some(_) => {}
            }
        }
        Ok(truth(result))
    }

    fn call(&mut self, typed: &Typed, function: Function, arguments: &[Typed]) -> Walked<Plain> {
        let values = arguments.iter().map(|argument| self.value(argument));
        let values: Vec<Plain> = values.collect::<Walked<_>>()?;
        let mut values = values.into_iter();
        let first = values.next().ok_or_else(|| corrupt(typed))?;
        match (function, &first) {
            (Function::Size, Plain::List(elements)) => return Ok(Plain::Number(elements.len().into())),
            (Function::Lower | Function::Upper, Plain::Text(text)) => {
                let text = text.chars().flat_map(|char| ops::cased(function, char)).collect();
                return Ok(Plain::Text(text));
            }
            (Function::Size | Function::Lower | Function::Upper, _) => return Ok(Plain::Absent),
            _ => {}
        }
        let call = |first: &Plain, second: &Plain| {
            let result = ops::call(function, datum(first), datum(second), self.zone);
            result.map(owned).map_err(|kind| Fault { kind, at: typed.span })
        };
        if matches!(function, Function::Min | Function::Max) {
            return values.try_fold(first, |best, value| call(&best, &value));
        }
        // What a function of one argument is given besides is not looked at; for `round` it is no decimals.
        let second = values.next().unwrap_or(Plain::Number(Decimal::ZERO));
        call(&first, &second)
    }

    fn aggregate(&mut self, typed: &Typed, aggregate: Aggregate, list: &Typed, body: &Typed) -> Walked<Plain> {
        let Plain::List(elements) = self.value(list)? else {
            return Ok(Plain::Absent);
        };
        let is_question = matches!(aggregate, Aggregate::Any | Aggregate::All | Aggregate::Count);
        let mut result = of_none(aggregate);
        for (position, element) in elements.into_iter().enumerate() {
            self.elements.push(element);
            let answer = if is_question {
                let answer = self.condition(body.span, body, u32::try_from(position).ok());
                answer.map(truth)
            } else {
                self.value(body)
            };
            self.elements.pop();
            let answer = answer?;
            let is_first = position == 0;
            let taken = take_in(aggregate, result, answer, is_first);
            let (next, ends) = taken.map_err(|kind| Fault { kind, at: typed.span })?;
            result = next;
            if ends {
                break;
            }
        }
        Ok(result)
    }

    fn read(&self, value: Value) -> Plain {
        match value {
            Value::Absent => Plain::Absent,
            Value::Boolean(value) => Plain::Boolean(value),
            Value::Number(number) => Plain::Number(number.decimal()),
            Value::Date(date) => Plain::Date(date),
            Value::DateTime(instant) => Plain::DateTime(instant),
            Value::Text(text) => {
                let start = text.start as usize;
                let text = self.inputs.text().get(start..start + text.len as usize);
                Plain::Text(text.unwrap_or_default().to_owned())
            }
            Value::List(list) => {
                let ListOrigin::Table(table) = list.origin else {
                    return Plain::Absent;
                };
                let widths = self.layout.map(|layout| layout.widths.as_slice()).unwrap_or_default();
                let width = usize::from(widths.get(usize::from(table)).copied().unwrap_or_default());
                let rows = (0..list.len as usize).map(|row| {
                    let start = list.start as usize + row * width;
                    let cells = self.inputs.table(table).get(start..start + width);
                    cells.unwrap_or_default().iter().map(|cell| self.read(*cell)).collect()
                });
                Plain::List(rows.collect())
            }
        }
    }
}

fn trace(span: Span, element: Option<u32>) -> Trace {
    Trace {
        start: span.start,
        end: span.end,
        outcome: TraceOutcome::Skipped,
        element,
        values: Vec::new(),
        parts: Vec::new(),
    }
}

fn note(trace: &mut Trace, span: Span, value: String) {
    let value = TraceValue {
        start: span.start,
        end: span.end,
        value,
    };
    if trace.values.len() < MAX_TRACED_ELEMENTS && !trace.values.contains(&value) {
        trace.values.push(value);
    }
}

fn corrupt(typed: &Typed) -> Fault {
    Fault {
        kind: FaultKind::Corrupt,
        at: typed.span,
    }
}
