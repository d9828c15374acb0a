//! Runs a program over the inputs of a request.
//!
//! Total: whatever the program, an evaluation ends, because each operation takes fuel and only loops go back. It
//! allocates nothing once the machine's buffers have grown to what a program needs.

use std::cmp::Ordering;

use rust_decimal::Decimal;

use super::inputs::Inputs;
use super::ops::{self, FaultKind};
use super::program::{Code, Op, Place, Program};
use super::tree::{Comparison, Span};
use super::typed::{Aggregate, Function};
use super::value::{Datum, List, ListOrigin, Text, TextOrigin, Value, order};

/// Steps that an evaluation may take. A step is an operation, sixteen bytes of text or four elements of a list that is
/// searched; a cart of 1,000 lines with a question of ten operations on each takes 10,000, and this many take about a
/// millisecond, a tenth of the least CPU time that the platform gives a request.
pub const FUEL: u32 = 200_000;

const TEXT_BYTES_PER_STEP: u32 = 16;
const ELEMENTS_PER_STEP: u32 = 4;

/// The buffers of evaluations, kept from one to the next.
#[derive(Debug, Default)]
pub struct Machine {
    stack: Vec<Value>,
    loops: Vec<Loop>,
    cells: Vec<Value>,
    text: String,
}

/// What an evaluation says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The condition is true.
    Met,
    /// It is not, because of a part of it.
    NotMet {
        /// The part: the first operand of the outermost `and` that is not true, or the whole.
        at: Span,
        /// Whether the part is neither true nor false, because something that it reads is absent.
        absent: bool,
    },
    /// It cannot be decided.
    Fault {
        /// Why.
        kind: FaultKind,
        /// The part that could not be computed; the whole when there was no fuel left.
        at: Span,
    },
}

/// A loop under way.
#[derive(Debug, Clone, Copy)]
struct Loop {
    list: List,
    width: u32,
    position: u32,
    result: Value,
    count: u32,
}

impl Program {
    /// Decides for `inputs` with at most [`FUEL`] steps.
    ///
    /// ```
    /// use engine::expression::{Condition, Inputs, Machine, Outcome, Program, Schema};
    /// use engine::zone::Zone;
    ///
    /// let condition = Condition::check("1 + 1 == 2", &Schema::new()).unwrap();
    /// let program = Program::compile_unoptimised(&condition, &Zone::utc());
    /// assert_eq!(program.evaluate(&Inputs::default(), &mut Machine::default()), Outcome::Met);
    /// ```
    pub fn evaluate(&self, inputs: &Inputs, machine: &mut Machine) -> Outcome {
        self.evaluate_with(inputs, machine, FUEL).0
    }

    /// Decides with at most `fuel` steps, and tells how many were taken.
    pub fn evaluate_with(&self, inputs: &Inputs, machine: &mut Machine, fuel: u32) -> (Outcome, u32) {
        machine.stack.clear();
        machine.loops.clear();
        machine.cells.clear();
        machine.text.clear();
        let mut run = Run {
            program: self,
            inputs,
            machine,
            fuel,
            at: 0,
        };
        let outcome = match run.run() {
            Ok(outcome) => outcome,
            Err(kind) => Outcome::Fault {
                kind,
                at: self.place(run.at),
            },
        };
        (outcome, fuel - run.fuel)
    }

    /// The part of the source that is noted for a place in the code; the start when there is none.
    fn place(&self, at: usize) -> Span {
        let found = self.places.binary_search_by_key(&at, |(code, _)| usize::from(*code));
        let place = found.ok().and_then(|found| self.places.get(found));
        place.map_or(Span::default(), |(_, Place { start, end })| Span {
            start: usize::from(*start),
            end: usize::from(*end),
        })
    }
}

struct Run<'a> {
    program: &'a Program,
    inputs: &'a Inputs,
    machine: &'a mut Machine,
    fuel: u32,
    /// The operation under way.
    at: usize,
}

type Step<T> = Result<T, FaultKind>;

impl Run<'_> {
    fn run(&mut self) -> Step<Outcome> {
        let mut next = 0;
        loop {
            self.at = next;
            self.burn(1)?;
            let op = *self.program.code.get(next).ok_or(FaultKind::Corrupt)?;
            next += 1;
            match op {
                Op::Met => return Ok(Outcome::Met),
                Op::Require => {
                    let value = self.pop()?;
                    if value != Value::Boolean(true) {
                        return Ok(Outcome::NotMet {
                            at: self.program.place(self.at),
                            absent: value == Value::Absent,
                        });
                    }
                }
                Op::Jump(to) => next = usize::from(to),
                Op::JumpIfFalse(to) => next = self.jump_if(Value::Boolean(false), next, to)?,
                Op::JumpIfTrue(to) => next = self.jump_if(Value::Boolean(true), next, to)?,
                Op::JumpIfPresent(to) => {
                    let value = self.pop()?;
                    if value != Value::Absent {
                        self.push(value);
                        next = usize::from(to);
                    }
                }
                Op::Branch { otherwise, absent } => match truth(self.pop()?)? {
                    Some(true) => {}
                    Some(false) => next = usize::from(otherwise),
                    None => {
                        self.push(Value::Absent);
                        next = usize::from(absent);
                    }
                },
                Op::Begin { aggregate, end } => {
                    if !self.begin(aggregate)? {
                        next = usize::from(end);
                    }
                }
                Op::Next { aggregate, body } => {
                    if self.next(aggregate)? {
                        next = usize::from(body);
                    }
                }
                Op::Constant(_)
                | Op::Constants { .. }
                | Op::Slot(_)
                | Op::Element { .. }
                | Op::Item { .. }
                | Op::List { .. }
                | Op::Negate
                | Op::Not
                | Op::Arithmetic(_)
                | Op::Join
                | Op::Compare(_)
                | Op::CompareConstant { .. }
                | Op::CompareSlot { .. }
                | Op::CompareElement { .. }
                | Op::In { .. }
                | Op::InSet { .. }
                | Op::Between { .. }
                | Op::And
                | Op::Or
                | Op::Has
                | Op::Call { .. } => self.compute(op)?,
            }
        }
    }

    fn jump_if(&mut self, wanted: Value, next: usize, to: Code) -> Step<usize> {
        let top = self.machine.stack.last().ok_or(FaultKind::Corrupt)?;
        Ok(if *top == wanted { usize::from(to) } else { next })
    }

    /// The operations that leave the order of the code alone.
    fn compute(&mut self, op: Op) -> Step<()> {
        let value = match op {
            Op::Constant(constant) => self.constant(constant)?,
            Op::Constants { start, len } => Value::List(List {
                origin: ListOrigin::Program,
                start: start.into(),
                len: len.into(),
            }),
            Op::Slot(slot) => self.slot(slot)?,
            Op::Element { level, column } => self.element(level, column)?,
            Op::Item { column } => self.item(column)?,
            Op::List { len } => self.list(len)?,
            Op::Negate => {
                let value = self.pop()?;
                if let Value::Number(number) = value {
                    Value::Number(ops::negate(number))
                } else {
                    absent(value)?
                }
            }
            Op::Not => truth(self.pop()?)?.map_or(Value::Absent, |value| Value::Boolean(!value)),
            Op::Arithmetic(operator) => {
                let right = self.pop()?;
                match (self.pop()?, right) {
                    (Value::Number(left), Value::Number(right)) => {
                        Value::Number(ops::arithmetic(operator, left, right)?)
                    }
                    (Value::Absent, _) | (_, Value::Absent) => Value::Absent,
                    _ => return Err(FaultKind::Corrupt),
                }
            }
            Op::Join => self.join()?,
            Op::Compare(operator) => {
                let right = self.pop()?;
                let left = self.pop()?;
                self.compare(operator, left, right)
            }
            Op::CompareConstant { operator, constant } => {
                let left = self.pop()?;
                self.compare(operator, left, self.constant(constant)?)
            }
            Op::CompareSlot {
                operator,
                slot,
                constant,
            } => self.compare(operator, self.slot(slot)?, self.constant(constant)?),
            Op::CompareElement {
                operator,
                level,
                column,
                constant,
            } => self.compare(operator, self.element(level, column)?, self.constant(constant)?),
            Op::In { negated } => self.in_list(negated)?,
            Op::InSet { negated, start, len } => self.in_set(negated, start, len)?,
            Op::Between { negated } => self.between(negated)?,
            Op::And => self.both(false)?,
            Op::Or => self.both(true)?,
            Op::Has => Value::Boolean(self.pop()? != Value::Absent),
            Op::Call { function, arity } => self.call(function, arity)?,
            Op::Met
            | Op::Require
            | Op::Jump(_)
            | Op::JumpIfFalse(_)
            | Op::JumpIfTrue(_)
            | Op::JumpIfPresent(_)
            | Op::Branch { .. }
            | Op::Begin { .. }
            | Op::Next { .. } => return Err(FaultKind::Corrupt),
        };
        self.push(value);
        Ok(())
    }

    fn burn(&mut self, steps: u32) -> Step<()> {
        self.fuel = match self.fuel.checked_sub(steps) {
            Some(left) => left,
            None => {
                self.fuel = 0;
                return Err(FaultKind::OutOfFuel);
            }
        };
        Ok(())
    }

    fn push(&mut self, value: Value) {
        self.machine.stack.push(value);
    }

    fn pop(&mut self) -> Step<Value> {
        self.machine.stack.pop().ok_or(FaultKind::Corrupt)
    }

    fn constant(&self, constant: u16) -> Step<Value> {
        let constant = self.program.constants.get(usize::from(constant));
        constant.copied().ok_or(FaultKind::Corrupt)
    }

    fn slot(&self, slot: u16) -> Step<Value> {
        self.inputs.slot(slot).ok_or(FaultKind::Corrupt)
    }

    fn element(&self, level: u8, column: u16) -> Step<Value> {
        let around = self.machine.loops.get(usize::from(level)).ok_or(FaultKind::Corrupt)?;
        self.cell(around.list, around.width, around.position, column)
    }

    fn item(&mut self, column: u16) -> Step<Value> {
        let index = self.pop()?;
        match (self.pop()?, index) {
            (Value::List(list), Value::Number(index)) => match ops::position(index, list.len) {
                Some(position) => self.cell(list, self.width(list), position, column),
                None => Ok(Value::Absent),
            },
            (Value::Absent, _) | (_, Value::Absent) => Ok(Value::Absent),
            _ => Err(FaultKind::Corrupt),
        }
    }

    fn cell(&self, list: List, width: u32, position: u32, column: u16) -> Step<Value> {
        let cell = list.start as usize + position as usize * width as usize + usize::from(column);
        let cells = match list.origin {
            ListOrigin::Table(table) => self.inputs.table(table),
            ListOrigin::Program => &self.program.constants,
            ListOrigin::Machine => &self.machine.cells,
        };
        cells.get(cell).copied().ok_or(FaultKind::Corrupt)
    }

    fn width(&self, list: List) -> u32 {
        match list.origin {
            ListOrigin::Table(table) => {
                let width = self.program.layout.widths.get(usize::from(table));
                width.copied().unwrap_or_default().into()
            }
            ListOrigin::Program | ListOrigin::Machine => 1,
        }
    }

    fn list(&mut self, len: u16) -> Step<Value> {
        let from = self.machine.stack.len().checked_sub(usize::from(len));
        let from = from.ok_or(FaultKind::Corrupt)?;
        let start = u32::try_from(self.machine.cells.len()).map_err(|_| FaultKind::OutOfFuel)?;
        self.burn(u32::from(len) / ELEMENTS_PER_STEP)?;
        self.machine.cells.extend(self.machine.stack.drain(from..));
        Ok(Value::List(List {
            origin: ListOrigin::Machine,
            start,
            len: len.into(),
        }))
    }

    fn datum(&self, value: Value) -> Datum<'_> {
        match value {
            Value::Absent | Value::List(_) => Datum::Absent,
            Value::Boolean(value) => Datum::Boolean(value),
            Value::Number(number) => Datum::Number(number),
            Value::Text(text) => Datum::Text(self.text(text)),
            Value::Date(date) => Datum::Date(date),
            Value::DateTime(instant) => Datum::DateTime(instant),
        }
    }

    fn text(&self, text: Text) -> &str {
        let all = match text.origin {
            TextOrigin::Inputs => self.inputs.text(),
            TextOrigin::Program => &self.program.text,
            TextOrigin::Machine => &self.machine.text,
        };
        let start = text.start as usize;
        all.get(start..start + text.len as usize).unwrap_or_default()
    }

    fn order(&self, left: Value, right: Value) -> Option<Ordering> {
        match (left, right) {
            (Value::Number(left), Value::Number(right)) => Some(left.cmp(&right)),
            (left, right) => order(self.datum(left), self.datum(right)),
        }
    }

    fn compare(&self, operator: Comparison, left: Value, right: Value) -> Value {
        match self.order(left, right) {
            Some(order) => Value::Boolean(operator.holds(order)),
            None => Value::Absent,
        }
    }

    fn between(&mut self, negated: bool) -> Step<Value> {
        let (high, low, item) = (self.pop()?, self.pop()?, self.pop()?);
        let from = self.order(item, low).map(Ordering::is_ge);
        let to = self.order(item, high).map(Ordering::is_le);
        Ok(match (from, to) {
            (Some(false), _) | (_, Some(false)) => Value::Boolean(negated),
            (Some(true), Some(true)) => Value::Boolean(!negated),
            (None, _) | (_, None) => Value::Absent,
        })
    }

    /// True when one element equals the item, else absent when one is absent.
    fn in_list(&mut self, negated: bool) -> Step<Value> {
        let list = self.pop()?;
        let item = self.pop()?;
        let list = match (item, list) {
            (_, Value::List(list)) if list.len == 0 => return Ok(Value::Boolean(negated)),
            (Value::Absent, _) | (_, Value::Absent) => return Ok(Value::Absent),
            (_, Value::List(list)) => list,
            _ => return Err(FaultKind::Corrupt),
        };
        self.burn(list.len / ELEMENTS_PER_STEP)?;
        let width = self.width(list);
        let mut found = Value::Boolean(negated);
        for position in 0..list.len {
            let element = self.cell(list, width, position, 0)?;
            match self.order(item, element) {
                Some(Ordering::Equal) => return Ok(Value::Boolean(!negated)),
                Some(Ordering::Less | Ordering::Greater) => {}
                None => found = Value::Absent,
            }
        }
        Ok(found)
    }

    fn in_set(&mut self, negated: bool, start: u16, len: u16) -> Step<Value> {
        let item = self.pop()?;
        if item == Value::Absent && len > 0 {
            return Ok(Value::Absent);
        }
        let start = usize::from(start);
        let set = self.program.constants.get(start..start + usize::from(len));
        let set = set.ok_or(FaultKind::Corrupt)?;
        let found = set.binary_search_by(|element| self.order(*element, item).unwrap_or(Ordering::Less));
        Ok(Value::Boolean(found.is_ok() != negated))
    }

    /// Kleene's `and` (`decides` is false) and `or` (true): the value that decides wins, then absence.
    fn both(&mut self, decides: bool) -> Step<Value> {
        let right = self.pop()?;
        Ok(match (self.pop()?, right) {
            (Value::Boolean(left), Value::Boolean(right)) => Value::Boolean(if left == right { left } else { decides }),
            (Value::Boolean(one), Value::Absent) | (Value::Absent, Value::Boolean(one)) if one == decides => {
                Value::Boolean(decides)
            }
            (Value::Absent, _) | (_, Value::Absent) => Value::Absent,
            _ => return Err(FaultKind::Corrupt),
        })
    }

    fn call(&mut self, function: Function, arity: u8) -> Step<Value> {
        let second = if arity == 2 { Some(self.pop()?) } else { None };
        let first = self.pop()?;
        for value in [Some(first), second].into_iter().flatten() {
            if let Value::Text(text) = value {
                self.burn(text.len / TEXT_BYTES_PER_STEP)?;
            }
        }
        match (function, first) {
            (Function::Size, Value::List(list)) => return Ok(Value::Number(list.len.into())),
            (Function::Lower | Function::Upper, Value::Text(text)) => return self.case(function, text),
            (Function::Round, _) if second.is_none() => {
                return self.single_call(function, first, Value::Number(Decimal::ZERO));
            }
            _ => {}
        }
        self.single_call(function, first, second.unwrap_or(Value::Boolean(false)))
    }

    fn single_call(&self, function: Function, first: Value, second: Value) -> Step<Value> {
        let result = ops::call(function, self.datum(first), self.datum(second), &self.program.zone)?;
        Ok(match result {
            Datum::Absent => Value::Absent,
            Datum::Boolean(value) => Value::Boolean(value),
            Datum::Number(number) => Value::Number(number),
            Datum::Date(date) => Value::Date(date),
            Datum::DateTime(instant) => Value::DateTime(instant),
            Datum::Text(_) if function == Function::Trim => self.trimmed(first),
            // The only functions that yield one of their arguments.
            Datum::Text(text) if self.datum(second) == Datum::Text(text) => second,
            Datum::Text(_) => first,
        })
    }

    fn trimmed(&self, value: Value) -> Value {
        let Value::Text(text) = value else { return value };
        let whole = self.text(text);
        let before = whole.len() - whole.trim_start().len();
        let len = whole.trim().len();
        match (u32::try_from(before), u32::try_from(len)) {
            (Ok(before), Ok(len)) => Value::Text(Text {
                start: text.start + before,
                len,
                ..text
            }),
            _ => value,
        }
    }

    fn case(&mut self, function: Function, text: Text) -> Step<Value> {
        let start = self.machine.text.len();
        let mut at = 0;
        while let Some(char) = self.text(text).get(at..).and_then(|rest| rest.chars().next()) {
            at += char.len_utf8();
            self.machine.text.extend(ops::cased(function, char));
        }
        self.built(start)
    }

    fn join(&mut self) -> Step<Value> {
        let right = self.pop()?;
        let (left, right) = match (self.pop()?, right) {
            (Value::Text(left), Value::Text(right)) => (left, right),
            (Value::Absent, _) | (_, Value::Absent) => return Ok(Value::Absent),
            _ => return Err(FaultKind::Corrupt),
        };
        self.burn(left.len.saturating_add(right.len) / TEXT_BYTES_PER_STEP)?;
        let start = self.machine.text.len();
        self.append(left);
        self.append(right);
        self.built(start)
    }

    fn append(&mut self, text: Text) {
        let start = text.start as usize;
        let range = start..start + text.len as usize;
        match text.origin {
            TextOrigin::Inputs => self
                .machine
                .text
                .push_str(self.inputs.text().get(range).unwrap_or_default()),
            TextOrigin::Program => self
                .machine
                .text
                .push_str(self.program.text.get(range).unwrap_or_default()),
            TextOrigin::Machine => {
                if self.machine.text.get(range.clone()).is_some() {
                    self.machine.text.extend_from_within(range);
                }
            }
        }
    }

    /// What was appended to the machine's text since `start`.
    fn built(&self, start: usize) -> Step<Value> {
        let len = self.machine.text.len() - start;
        match (u32::try_from(start), u32::try_from(len)) {
            (Ok(start), Ok(len)) => Ok(Value::Text(Text {
                origin: TextOrigin::Machine,
                start,
                len,
            })),
            _ => Err(FaultKind::OutOfFuel),
        }
    }

    /// Whether there is an element to look at; else the result is on the stack.
    fn begin(&mut self, aggregate: Aggregate) -> Step<bool> {
        let value = self.pop()?;
        let Value::List(list) = value else {
            self.push(absent(value)?);
            return Ok(false);
        };
        let result = match aggregate {
            Aggregate::Any => Value::Boolean(false),
            Aggregate::All => Value::Boolean(true),
            Aggregate::Count | Aggregate::Sum => Value::Number(Decimal::ZERO),
            Aggregate::MinOf | Aggregate::MaxOf => Value::Absent,
        };
        if list.len == 0 {
            self.push(result);
            return Ok(false);
        }
        self.machine.loops.push(Loop {
            list,
            width: self.width(list),
            position: 0,
            result,
            count: 0,
        });
        Ok(true)
    }

    /// Takes in what one element gave. Whether there is another to look at; else the result is on the stack.
    fn next(&mut self, aggregate: Aggregate) -> Step<bool> {
        let value = self.pop()?;
        let mut around = self.machine.loops.pop().ok_or(FaultKind::Corrupt)?;
        let decided = self.take_in(aggregate, value, &mut around)?;
        around.position += 1;
        if !decided && around.position < around.list.len {
            self.machine.loops.push(around);
            return Ok(true);
        }
        self.push(match aggregate {
            Aggregate::Count => Value::Number(around.count.into()),
            Aggregate::Any | Aggregate::All | Aggregate::Sum | Aggregate::MinOf | Aggregate::MaxOf => around.result,
        });
        Ok(false)
    }

    /// Whether the rest of the elements cannot change the result.
    fn take_in(&self, aggregate: Aggregate, value: Value, around: &mut Loop) -> Step<bool> {
        match (aggregate, value) {
            (Aggregate::Count, value) => around.count += u32::from(value == Value::Boolean(true)),
            (Aggregate::Any | Aggregate::All, Value::Absent) => around.result = Value::Absent,
            (Aggregate::Any, Value::Boolean(held)) | (Aggregate::All, Value::Boolean(held)) => {
                let decides = aggregate == Aggregate::Any;
                if held == decides {
                    around.result = value;
                    return Ok(true);
                }
            }
            (Aggregate::Sum | Aggregate::MinOf | Aggregate::MaxOf, Value::Absent) => {
                around.result = Value::Absent;
                return Ok(true);
            }
            (Aggregate::Sum, Value::Number(number)) => {
                let Value::Number(sum) = around.result else {
                    return Err(FaultKind::Corrupt);
                };
                around.result = Value::Number(sum.checked_add(number).ok_or(FaultKind::Overflow)?);
            }
            (Aggregate::MinOf, value) => {
                if around.position == 0 || self.order(value, around.result) == Some(Ordering::Less) {
                    around.result = value;
                }
            }
            (Aggregate::MaxOf, value) => {
                if around.position == 0 || self.order(value, around.result) == Some(Ordering::Greater) {
                    around.result = value;
                }
            }
            _ => return Err(FaultKind::Corrupt),
        }
        Ok(false)
    }
}

/// Nothing in, nothing out; any other value here is one that the operation cannot take.
fn absent(value: Value) -> Step<Value> {
    if value == Value::Absent {
        Ok(value)
    } else {
        Err(FaultKind::Corrupt)
    }
}

/// A boolean, or nothing.
fn truth(value: Value) -> Step<Option<bool>> {
    if let Value::Boolean(value) = value {
        Ok(Some(value))
    } else {
        absent(value).map(|_| None)
    }
}
