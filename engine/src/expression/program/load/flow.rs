//! Whether the code of a stored program can be run.

use std::collections::BTreeMap;

use super::{LoadError, Loaded, MAX_STACK};
use crate::expression::limits::MAX_DEPTH;
use crate::expression::program::{Code, Op, Program};
use crate::expression::typed::Aggregate;
use crate::expression::value::{Datum, Value, order};

/// Walks the code once, as the machine would on every way at the same time: the stack is as high and the loops are as
/// deep at an operation, whichever way led there, and every number names something.
pub(super) struct Flow<'a> {
    program: &'a Program,
    /// What is known of operations that jumps lead to.
    expected: BTreeMap<Code, Level>,
}

/// How high the stack is and which loops are open, by the operation that begins each one's body.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Level {
    stack: usize,
    loops: Vec<Code>,
}

const BAD_FLOW: LoadError = LoadError::Damaged("its flow");
const BAD_OPERAND: LoadError = LoadError::Damaged("an operand");

impl<'a> Flow<'a> {
    pub(super) fn check(program: &'a Program) -> Loaded<()> {
        let mut flow = Self {
            program,
            expected: BTreeMap::new(),
        };
        let mut level = Some(Level {
            stack: 0,
            loops: Vec::new(),
        });
        let mut ops = program.code.iter().enumerate();
        while let Some((at, op)) = ops.next() {
            let at = Code::try_from(at).map_err(|_| BAD_FLOW)?;
            // What only jumps lead to continues with what they bring.
            let jumped = flow.expected.remove(&at);
            let here = match (level.take(), jumped) {
                (Some(a), Some(b)) if a != b => return Err(BAD_FLOW),
                (Some(here), _) | (None, Some(here)) => here,
                (None, None) => return Err(BAD_FLOW),
            };
            if let Op::Scan { aggregate, parts } = *op {
                for _ in 0..parts {
                    let (_, part) = ops.next().ok_or(BAD_FLOW)?;
                    flow.part(aggregate, *part)?;
                }
            }
            level = flow.step(at, *op, here)?;
        }
        // The last operation ends the evaluation, and no jump leads behind it.
        if level.is_none() && flow.expected.is_empty() {
            Ok(())
        } else {
            Err(BAD_FLOW)
        }
    }

    /// The level after `op`, unless the next operation is not reached from it.
    fn step(&mut self, at: Code, op: Op, mut level: Level) -> Loaded<Option<Level>> {
        self.operands(op, &level)?;
        let (pops, pushes) = effect(op);
        level.stack = level.stack.checked_sub(pops).ok_or(BAD_FLOW)? + pushes;
        if level.stack > MAX_STACK {
            return Err(BAD_FLOW);
        }
        match op {
            Op::Met if level.stack == 0 && level.loops.is_empty() => return Ok(None),
            Op::Met => return Err(BAD_FLOW),
            Op::Jump(to) => {
                self.expect(at, to, level)?;
                return Ok(None);
            }
            Op::JumpIfFalse(to) | Op::JumpIfTrue(to) => self.expect(at, to, level.clone())?,
            Op::JumpIfPresent(to) => {
                let with_value = Level {
                    stack: level.stack + 1,
                    ..level.clone()
                };
                self.expect(at, to, with_value)?;
            }
            Op::Branch { otherwise, absent } => {
                self.expect(at, otherwise, level.clone())?;
                let with_value = Level {
                    stack: level.stack + 1,
                    ..level.clone()
                };
                self.expect(at, absent, with_value)?;
            }
            Op::Begin { end, .. } => {
                let with_result = Level {
                    stack: level.stack + 1,
                    ..level.clone()
                };
                self.expect(at, end, with_result)?;
                level.loops.push(at + 1);
                if level.loops.len() > MAX_DEPTH {
                    return Err(BAD_FLOW);
                }
            }
            Op::Next { body, .. } => {
                if level.loops.pop() != Some(body) {
                    return Err(BAD_FLOW);
                }
                level.stack += 1;
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
            | Op::ArithmeticElements { .. }
            | Op::In { .. }
            | Op::InSet { .. }
            | Op::InSetSlot { .. }
            | Op::Between { .. }
            | Op::BetweenSlot { .. }
            | Op::Scan { .. }
            | Op::And
            | Op::Or
            | Op::Has
            | Op::Call { .. }
            | Op::Require
            | Op::RequireSlot { .. } => {}
        }
        Ok(Some(level))
    }

    /// A part of a scan: no way leads to it, and what it would look at is the scan's own element.
    fn part(&self, aggregate: Aggregate, op: Op) -> Loaded<()> {
        if aggregate == Aggregate::Sum {
            let is_term = matches!(op, Op::Element { .. } | Op::ArithmeticElements { .. });
            return is_term.then_some(()).ok_or(BAD_FLOW);
        }
        let Op::CompareElement { constant, .. } = op else {
            return Err(BAD_FLOW);
        };
        let is_known = usize::from(constant) < self.program.constants.len();
        is_known.then_some(()).ok_or(BAD_OPERAND)
    }

    fn expect(&mut self, at: Code, to: Code, level: Level) -> Loaded<()> {
        if to <= at {
            return Err(BAD_FLOW);
        }
        match self.expected.get(&to) {
            Some(known) if *known != level => Err(BAD_FLOW),
            Some(_) => Ok(()),
            None => {
                self.expected.insert(to, level);
                Ok(())
            }
        }
    }

    /// Every number of an operation names something.
    fn operands(&self, op: Op, level: &Level) -> Loaded<()> {
        let has_constant = |at: u16| usize::from(at) < self.program.constants.len();
        let has_constants =
            |start: u16, len: u16| usize::from(start) + usize::from(len) <= self.program.constants.len();
        let has_slot = |slot: u16| self.program.layout.widths.first().is_some_and(|slots| slot < *slots);
        let has_loop = |wanted: u8| usize::from(wanted) < level.loops.len();
        let known = match op {
            Op::Constant(constant) | Op::CompareConstant { constant, .. } => has_constant(constant),
            Op::Constants { start, len } => has_constants(start, len),
            Op::Slot(slot) => has_slot(slot),
            Op::CompareSlot { slot, constant, .. } | Op::RequireSlot { slot, constant, .. } => {
                has_slot(slot) && has_constant(constant)
            }
            Op::Element { level, .. } | Op::ArithmeticElements { level, .. } => has_loop(level),
            Op::CompareElement { level, constant, .. } => has_loop(level) && has_constant(constant),
            Op::InSet { start, len, .. } => self.ascends(start, len),
            Op::InSetSlot { slot, start, len, .. } => has_slot(slot) && self.ascends(start, len),
            Op::BetweenSlot { slot, low, high, .. } => has_slot(slot) && has_constant(low) && has_constant(high),
            Op::Scan { aggregate, parts } => match aggregate {
                Aggregate::Any | Aggregate::All | Aggregate::Count => true,
                Aggregate::Sum => parts == 1,
                Aggregate::MinOf | Aggregate::MaxOf => false,
            },
            Op::Call { arity, .. } => matches!(arity, 1 | 2),
            Op::Item { .. }
            | Op::List { .. }
            | Op::Negate
            | Op::Not
            | Op::Arithmetic(_)
            | Op::Join
            | Op::Compare(_)
            | Op::In { .. }
            | Op::Between { .. }
            | Op::JumpIfFalse(_)
            | Op::JumpIfTrue(_)
            | Op::And
            | Op::Or
            | Op::Jump(_)
            | Op::Branch { .. }
            | Op::JumpIfPresent(_)
            | Op::Has
            | Op::Begin { .. }
            | Op::Next { .. }
            | Op::Require
            | Op::Met => true,
        };
        known.then_some(()).ok_or(BAD_OPERAND)
    }

    /// Whether a run of constants can be searched by halves.
    fn ascends(&self, start: u16, len: u16) -> bool {
        let start = usize::from(start);
        let run = self.program.constants.get(start..start + usize::from(len));
        run.is_some_and(|run| {
            run.windows(2).all(|pair| match pair {
                [a, b] => order(self.datum(*a), self.datum(*b)) == Some(std::cmp::Ordering::Less),
                _ => false,
            })
        })
    }

    fn datum(&self, value: Value) -> Datum<'_> {
        match value {
            Value::Absent | Value::List(_) => Datum::Absent,
            Value::Boolean(value) => Datum::Boolean(value),
            Value::Number(number) => Datum::Number(number),
            Value::Date(date) => Datum::Date(date),
            Value::DateTime(instant) => Datum::DateTime(instant),
            Value::Text(text) => {
                let start = text.start as usize;
                let text = self.program.text.get(start..start + text.len as usize);
                Datum::Text(text.unwrap_or_default())
            }
        }
    }
}

/// How many values an operation takes from the stack, and how many it leaves when it goes on to the next one.
fn effect(op: Op) -> (usize, usize) {
    match op {
        Op::Constant(_)
        | Op::Constants { .. }
        | Op::Slot(_)
        | Op::Element { .. }
        | Op::CompareSlot { .. }
        | Op::CompareElement { .. }
        | Op::ArithmeticElements { .. }
        | Op::InSetSlot { .. }
        | Op::BetweenSlot { .. } => (0, 1),
        Op::Negate | Op::Not | Op::CompareConstant { .. } | Op::InSet { .. } | Op::Has | Op::Scan { .. } => (1, 1),
        Op::Item { .. } | Op::Arithmetic(_) | Op::Join | Op::Compare(_) | Op::In { .. } | Op::And | Op::Or => (2, 1),
        Op::Between { .. } => (3, 1),
        Op::List { len } => (usize::from(len), 1),
        Op::Call { arity, .. } => (usize::from(arity), 1),
        Op::JumpIfFalse(_) | Op::JumpIfTrue(_) => (1, 1),
        Op::Branch { .. } | Op::JumpIfPresent(_) | Op::Begin { .. } | Op::Next { .. } | Op::Require => (1, 0),
        Op::Jump(_) | Op::RequireSlot { .. } | Op::Met => (0, 0),
    }
}
