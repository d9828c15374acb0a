//! Runs a program over the inputs of a request.
//!
//! Total: whatever the program, an evaluation ends, because each operation takes fuel and only loops go back. It
//! allocates nothing once the machine's buffers have grown to what a program needs.

mod comparisons;
mod loops;
mod scans;
mod text;

use std::cell::Cell;

use super::inputs::Inputs;
use super::number::Number;
use super::ops::{self, FaultKind};
use super::program::{Code, Op, Place, Program};
use super::tree::{Arithmetic, Span};
use super::typed::Function;
use super::value::{Datum, List, ListOrigin, Text, TextOrigin, Value};
use loops::Loop;

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
            constants: &self.constants,
            inputs,
            slots: inputs.slots(),
            machine,
            fuel: Cell::new(fuel),
            at: Cell::new(0),
        };
        let outcome = match run.run() {
            Ok(outcome) => outcome,
            Err(kind) => Outcome::Fault {
                kind,
                at: self.place(run.at.get()),
            },
        };
        (outcome, fuel - run.fuel.get())
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
    constants: &'a [Value],
    inputs: &'a Inputs,
    slots: &'a [Value],
    machine: &'a mut Machine,
    fuel: Cell<u32>,
    /// The operation under way.
    at: Cell<usize>,
}

type Step<T> = Result<T, FaultKind>;

impl Run<'_> {
    fn run(&mut self) -> Step<Outcome> {
        let code = self.program.code.as_slice();
        let mut next = 0;
        loop {
            self.at.set(next);
            self.burn(1)?;
            let op = code.get(next).ok_or(FaultKind::Corrupt)?;
            next += 1;
            match *op {
                Op::Met => return Ok(Outcome::Met),
                Op::Require => {
                    let value = self.pop()?;
                    if !value.is_true() {
                        return Ok(self.not_met(value.is_absent()));
                    }
                }
                Op::RequireSlot {
                    operator,
                    slot,
                    constant,
                } => {
                    let holds = self.compare(operator, self.slot(slot)?, self.constant(constant)?);
                    if holds != Some(true) {
                        return Ok(self.not_met(holds.is_none()));
                    }
                }
                Op::Jump(to) => next = usize::from(to),
                Op::JumpIfFalse(to) => next = self.jump_if(false, next, to)?,
                Op::JumpIfTrue(to) => next = self.jump_if(true, next, to)?,
                Op::JumpIfPresent(to) => {
                    let value = self.pop()?;
                    if !value.is_absent() {
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
                Op::Constant(constant) => {
                    let value = *self.constant(constant)?;
                    self.push(value);
                }
                Op::Constants { start, len } => self.push(Value::List(List {
                    origin: ListOrigin::Program,
                    start: start.into(),
                    len: len.into(),
                })),
                Op::Slot(slot) => {
                    let value = *self.slot(slot)?;
                    self.push(value);
                }
                Op::Element { level, column } => {
                    let value = *self.element(level, column)?;
                    self.push(value);
                }
                Op::Item { column } => self.item(column)?,
                Op::List { len } => self.list(len)?,
                Op::Negate => {
                    let value = self.pop()?;
                    let result = if let Value::Number(number) = value {
                        Value::Number(number.negated())
                    } else {
                        absent(value)?
                    };
                    self.push(result);
                }
                Op::Not => {
                    let value = truth(self.pop()?)?;
                    self.push_truth(value.map(|value| !value));
                }
                Op::Arithmetic(operator) => {
                    let right = self.pop()?;
                    self.arithmetic_with(operator, &right)?;
                }
                Op::ArithmeticElements {
                    operator,
                    level,
                    left,
                    right,
                } => {
                    let (left, right) = (*self.element(level, left)?, *self.element(level, right)?);
                    self.push(left);
                    self.arithmetic_with(operator, &right)?;
                }
                Op::Join => self.join()?,
                Op::Compare(operator) => {
                    let right = self.pop()?;
                    let left = self.pop()?;
                    self.push_truth(self.compare(operator, &left, &right));
                }
                Op::CompareConstant { operator, constant } => {
                    let left = self.pop()?;
                    self.push_truth(self.compare(operator, &left, self.constant(constant)?));
                }
                Op::CompareSlot {
                    operator,
                    slot,
                    constant,
                } => self.push_truth(self.compare(operator, self.slot(slot)?, self.constant(constant)?)),
                Op::CompareElement {
                    operator,
                    level,
                    column,
                    constant,
                } => self.push_truth(self.compare(operator, self.element(level, column)?, self.constant(constant)?)),
                Op::In { negated } => self.in_list(negated)?,
                Op::InSet { negated, start, len } => {
                    let item = self.pop()?;
                    let found = self.in_set(&item, negated, start, len)?;
                    self.push(found);
                }
                Op::InSetSlot {
                    negated,
                    slot,
                    start,
                    len,
                } => {
                    let found = self.in_set(self.slot(slot)?, negated, start, len)?;
                    self.push(found);
                }
                Op::Between { negated } => self.between_popped(negated)?,
                Op::BetweenSlot {
                    negated,
                    slot,
                    low,
                    high,
                } => {
                    let (low, high) = (self.constant(low)?, self.constant(high)?);
                    let result = self.between(negated, self.slot(slot)?, low, high);
                    self.push(result);
                }
                Op::Scan { aggregate, parts } => {
                    let end = next + usize::from(parts);
                    self.scan(aggregate, code.get(next..end).unwrap_or_default())?;
                    next = end;
                }
                Op::And => self.both(false)?,
                Op::Or => self.both(true)?,
                Op::Has => {
                    let value = self.pop()?;
                    self.push(Value::Boolean(!value.is_absent()));
                }
                Op::Call { function, arity } => self.call(function, arity)?,
            }
        }
    }

    /// Computes with the value on top of the stack, in its place.
    fn arithmetic_with(&mut self, operator: Arithmetic, right: &Value) -> Step<()> {
        let left = self.machine.stack.last_mut().ok_or(FaultKind::Corrupt)?;
        compute(operator, left, right)
    }

    #[cold]
    fn not_met(&self, absent: bool) -> Outcome {
        Outcome::NotMet {
            at: self.program.place(self.at.get()),
            absent,
        }
    }

    fn jump_if(&self, wanted: bool, next: usize, to: Code) -> Step<usize> {
        let top = self.machine.stack.last().ok_or(FaultKind::Corrupt)?;
        let jumps = matches!(top, Value::Boolean(value) if *value == wanted);
        Ok(if jumps { usize::from(to) } else { next })
    }

    fn burn(&self, steps: u32) -> Step<()> {
        let left = self.fuel.get().checked_sub(steps);
        self.fuel.set(left.unwrap_or(0));
        left.map(|_| ()).ok_or(FaultKind::OutOfFuel)
    }

    fn push(&mut self, value: Value) {
        self.machine.stack.push(value);
    }

    fn push_truth(&mut self, truth: Option<bool>) {
        self.push(truth.map_or(Value::Absent, Value::Boolean));
    }

    fn pop(&mut self) -> Step<Value> {
        self.machine.stack.pop().ok_or(FaultKind::Corrupt)
    }

    fn constant(&self, constant: u16) -> Step<&Value> {
        self.constants.get(usize::from(constant)).ok_or(FaultKind::Corrupt)
    }

    fn slot(&self, slot: u16) -> Step<&Value> {
        self.slots.get(usize::from(slot)).ok_or(FaultKind::Corrupt)
    }

    fn item(&mut self, column: u16) -> Step<()> {
        let index = self.pop()?;
        let value = match (self.pop()?, index) {
            (Value::List(list), Value::Number(index)) => match ops::position(index, list.len) {
                Some(position) => {
                    let row = list.start as usize + position as usize * self.width(list);
                    *self.cell(list.origin, row + usize::from(column))?
                }
                None => Value::Absent,
            },
            (Value::Absent, _) | (_, Value::Absent) => Value::Absent,
            _ => return Err(FaultKind::Corrupt),
        };
        self.push(value);
        Ok(())
    }

    fn cell(&self, origin: ListOrigin, at: usize) -> Step<&Value> {
        self.cells(origin).get(at).ok_or(FaultKind::Corrupt)
    }

    fn cells(&self, origin: ListOrigin) -> &[Value] {
        match origin {
            ListOrigin::Table(table) => self.inputs.table(table),
            ListOrigin::Program => self.constants,
            ListOrigin::Machine => &self.machine.cells,
        }
    }

    /// Cells of an element.
    fn width(&self, list: List) -> usize {
        match list.origin {
            ListOrigin::Table(table) => {
                let width = self.program.layout.widths.get(usize::from(table));
                width.copied().unwrap_or_default().into()
            }
            ListOrigin::Program | ListOrigin::Machine => 1,
        }
    }

    fn list(&mut self, len: u16) -> Step<()> {
        let from = self.machine.stack.len().checked_sub(usize::from(len));
        let from = from.ok_or(FaultKind::Corrupt)?;
        let start = u32::try_from(self.machine.cells.len()).map_err(|_| FaultKind::OutOfFuel)?;
        self.burn(u32::from(len) / ELEMENTS_PER_STEP)?;
        self.machine.cells.extend(self.machine.stack.drain(from..));
        self.push(Value::List(List {
            origin: ListOrigin::Machine,
            start,
            len: len.into(),
        }));
        Ok(())
    }

    fn datum(&self, value: &Value) -> Datum<'_> {
        match value {
            Value::Absent | Value::List(_) => Datum::Absent,
            Value::Boolean(value) => Datum::Boolean(*value),
            Value::Number(number) => Datum::Number(*number),
            Value::Text(text) => Datum::Text(self.text(*text)),
            Value::Date(date) => Datum::Date(*date),
            Value::DateTime(instant) => Datum::DateTime(*instant),
        }
    }

    fn text(&self, text: Text) -> &str {
        let start = text.start as usize;
        let range = start..start + text.len as usize;
        self.texts(text.origin).get(range).unwrap_or_default()
    }

    /// The same without looking whether the ends are those of characters, which comparisons need not know.
    fn bytes(&self, text: Text) -> &[u8] {
        let start = text.start as usize;
        let range = start..start + text.len as usize;
        self.texts(text.origin).as_bytes().get(range).unwrap_or_default()
    }

    fn texts(&self, origin: TextOrigin) -> &str {
        match origin {
            TextOrigin::Inputs => self.inputs.text(),
            TextOrigin::Program => &self.program.text,
            TextOrigin::Machine => &self.machine.text,
        }
    }

    /// Kleene's `and` (`decides` is false) and `or` (true): the value that decides wins, then absence.
    fn both(&mut self, decides: bool) -> Step<()> {
        let right = self.pop()?;
        let result = match (self.pop()?, right) {
            (Value::Boolean(left), Value::Boolean(right)) => Value::Boolean(if left == right { left } else { decides }),
            (Value::Boolean(one), Value::Absent) | (Value::Absent, Value::Boolean(one)) if one == decides => {
                Value::Boolean(decides)
            }
            (Value::Absent, _) | (_, Value::Absent) => Value::Absent,
            _ => return Err(FaultKind::Corrupt),
        };
        self.push(result);
        Ok(())
    }

    fn call(&mut self, function: Function, arity: u8) -> Step<()> {
        match (function, arity) {
            (Function::StartsWith, 2) => return self.affix(<[u8]>::starts_with),
            (Function::EndsWith, 2) => return self.affix(<[u8]>::ends_with),
            _ => {}
        }
        // What a function of one argument is given besides is not looked at; for `round` it is no decimals.
        let second = if arity == 2 {
            self.pop()?
        } else {
            Value::Number(Number::ZERO)
        };
        let first = self.pop()?;
        self.burn(text_steps(first) + text_steps(second))?;
        let result = match (function, first, second) {
            (Function::Size, Value::List(list), _) => Value::Number(Number::whole(list.len.into())),
            (Function::Lower | Function::Upper, Value::Text(text), _) => self.case(function, text)?,
            (Function::Trim, Value::Text(text), _) => self.trimmed(text),
            (_, first, second) => self.single(function, first, second)?,
        };
        self.push(result);
        Ok(())
    }

    fn single(&self, function: Function, first: Value, second: Value) -> Step<Value> {
        let result = ops::call(function, self.datum(&first), self.datum(&second), &self.program.zone)?;
        Ok(match result {
            Datum::Absent => Value::Absent,
            Datum::Boolean(value) => Value::Boolean(value),
            Datum::Number(number) => Value::Number(number),
            Datum::Date(date) => Value::Date(date),
            Datum::DateTime(instant) => Value::DateTime(instant),
            // Only `min` and `max` yield a text, which is that of one of their arguments.
            Datum::Text(text) if self.datum(&second) == Datum::Text(text) => second,
            Datum::Text(_) => first,
        })
    }
}

/// Computes with two numbers, in the place of the left one.
fn compute(operator: Arithmetic, left: &mut Value, right: &Value) -> Step<()> {
    match (&mut *left, right) {
        (Value::Number(left), Value::Number(right)) => left.apply(operator, right)?,
        (Value::Absent, _) | (_, Value::Absent) => *left = Value::Absent,
        _ => return Err(FaultKind::Corrupt),
    }
    Ok(())
}

/// What an operation takes besides its one step.
const fn text_steps(value: Value) -> u32 {
    match value {
        Value::Text(text) => text.len / TEXT_BYTES_PER_STEP,
        Value::Absent | Value::Boolean(_) | Value::Number(_) => 0,
        Value::Date(_) | Value::DateTime(_) | Value::List(_) => 0,
    }
}

/// Nothing in, nothing out; any other value here is one that the operation cannot take.
fn absent(value: Value) -> Step<Value> {
    if value.is_absent() {
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
