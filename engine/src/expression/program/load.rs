//! Reads a stored program. Bytes from a store are not trusted: what is loaded can be run, whatever they were.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::save::{MAGIC, constant, opcode, take};
use super::{Code, FORMAT_VERSION, Op, Place, Program};
use crate::calendar::{Date, Instant};
use crate::expression::layout::{Layout, LayoutField, Scalar, Take, slot};
use crate::expression::limits::{MAX_DEPTH, MAX_NAME_BYTES, MAX_SOURCE_BYTES};
use crate::expression::tree::{Arithmetic, Comparison};
use crate::expression::typed::{Aggregate, Function};
use crate::expression::types::{Literal, MAX_FIELDS, MAX_TYPE_DEPTH};
use crate::expression::value::{Datum, Text, TextOrigin, Value, order};
use crate::zone::Zone;

/// Most operations, constants and places: a source has 4 KiB, and none of its bytes makes more than one of each.
const MAX_PARTS: usize = MAX_SOURCE_BYTES;
/// Most tables: each is a list that a part of the source reads.
const MAX_TABLES: usize = 256;
/// Deepest stack: one value for each level of nesting, and those of the widest list.
const MAX_STACK: usize = MAX_PARTS;

/// Why bytes are no program.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LoadError {
    /// Not the beginning of a stored program.
    #[error("these bytes are no compiled condition")]
    Magic,
    /// Written by another release.
    #[error("format version {0} of compiled conditions is not known here")]
    Version(u8),
    /// They end too early.
    #[error("the compiled condition is cut off")]
    Cut,
    /// A part of them makes no sense.
    #[error("the compiled condition is damaged: {0}")]
    Damaged(&'static str),
}

type Loaded<T> = Result<T, LoadError>;

pub(super) fn load(bytes: &[u8]) -> Loaded<Program> {
    let mut reader = Reader { rest: bytes };
    if reader.bytes(MAGIC.len())? != MAGIC {
        return Err(LoadError::Magic);
    }
    let version = reader.byte()?;
    if version != FORMAT_VERSION {
        return Err(LoadError::Version(version));
    }
    let (zone, rest) = Zone::decode(reader.rest).map_err(|_| LoadError::Damaged("its time zone"))?;
    reader.rest = rest;
    let text = reader.text(MAX_SOURCE_BYTES)?.to_owned();
    let constants = reader.list(MAX_PARTS, |reader| reader.constant(&text))?;
    let widths = reader.list(MAX_TABLES, Reader::short)?;
    if widths.first().is_none_or(|slots| *slots < slot::COUNT) {
        return Err(LoadError::Damaged("its slots"));
    }
    let attributes = reader.fields(&widths, 0, 0)?;
    let code = reader.list(MAX_PARTS, Reader::op)?;
    let places = reader.list(MAX_PARTS, Reader::place)?;
    if !reader.rest.is_empty() {
        return Err(LoadError::Damaged("its end"));
    }
    if !places.windows(2).all(|pair| matches!(pair, [(a, _), (b, _)] if a < b)) {
        return Err(LoadError::Damaged("its places in the source"));
    }
    let program = Program {
        code,
        constants,
        text,
        layout: Layout { attributes, widths },
        zone,
        places,
    };
    Flow::check(&program)?;
    Ok(program)
}

struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    fn bytes(&mut self, length: usize) -> Loaded<&'a [u8]> {
        let (bytes, rest) = self.rest.split_at_checked(length).ok_or(LoadError::Cut)?;
        self.rest = rest;
        Ok(bytes)
    }

    fn byte(&mut self) -> Loaded<u8> {
        let (byte, rest) = self.rest.split_first().ok_or(LoadError::Cut)?;
        self.rest = rest;
        Ok(*byte)
    }

    fn unsigned(&mut self) -> Loaded<u64> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            let bits = u64::from(byte & 0x7F);
            if shift == 63 && bits > 1 {
                break;
            }
            value |= bits << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(LoadError::Damaged("a number"))
    }

    #[expect(clippy::cast_possible_wrap, reason = "zigzag: the lowest bit is the sign")]
    fn signed(&mut self) -> Loaded<i64> {
        let value = self.unsigned()?;
        Ok((value >> 1) as i64 ^ -((value & 1) as i64))
    }

    fn short(&mut self) -> Loaded<u16> {
        u16::try_from(self.unsigned()?).map_err(|_| LoadError::Damaged("a number"))
    }

    fn tiny(&mut self) -> Loaded<u8> {
        u8::try_from(self.unsigned()?).map_err(|_| LoadError::Damaged("a number"))
    }

    fn flag(&mut self) -> Loaded<bool> {
        match self.byte()? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(LoadError::Damaged("a flag")),
        }
    }

    fn count(&mut self, most: usize) -> Loaded<usize> {
        let count = usize::try_from(self.unsigned()?).map_err(|_| LoadError::Damaged("a count"))?;
        if count > most {
            return Err(LoadError::Damaged("a count"));
        }
        Ok(count)
    }

    fn list<T>(&mut self, most: usize, mut item: impl FnMut(&mut Self) -> Loaded<T>) -> Loaded<Vec<T>> {
        let count = self.count(most)?;
        // An item takes a byte at least: a wrong count reserves no more than there is.
        let mut items = Vec::with_capacity(count.min(self.rest.len()));
        for _ in 0..count {
            items.push(item(self)?);
        }
        Ok(items)
    }

    fn text(&mut self, most: usize) -> Loaded<&'a str> {
        let length = self.count(most)?;
        std::str::from_utf8(self.bytes(length)?).map_err(|_| LoadError::Damaged("a text"))
    }

    fn one_of<T: Copy>(&mut self, all: &[T]) -> Loaded<T> {
        let position = usize::from(self.byte()?);
        all.get(position).copied().ok_or(LoadError::Damaged("an operator"))
    }

    fn number(&mut self) -> Loaded<Decimal> {
        let scale_and_sign = self.unsigned()?;
        let (low, high) = (self.unsigned()?, self.unsigned()?);
        let scale = u32::try_from(scale_and_sign >> 1).ok();
        let mantissa = i128::from(low) | i128::from(high) << 64;
        let is_negative = scale_and_sign & 1 == 1;
        let mantissa = if is_negative { -mantissa } else { mantissa };
        let number = scale.and_then(|scale| Decimal::try_from_i128_with_scale(mantissa, scale).ok());
        number
            .filter(|_| high >> 32 == 0 && !(is_negative && mantissa == 0))
            .ok_or(LoadError::Damaged("a decimal"))
    }

    fn date(&mut self) -> Loaded<Date> {
        let days = i32::try_from(self.signed()?).ok().and_then(Date::from_days);
        days.ok_or(LoadError::Damaged("a date"))
    }

    fn instant(&mut self) -> Loaded<Instant> {
        Instant::from_millis(self.signed()?).ok_or(LoadError::Damaged("a time"))
    }

    fn constant(&mut self, text: &str) -> Loaded<Value> {
        match self.byte()? {
            constant::FALSE => Ok(Value::Boolean(false)),
            constant::TRUE => Ok(Value::Boolean(true)),
            constant::NUMBER => self.number().map(|number| Value::Number(number.into())),
            constant::DATE => self.date().map(Value::Date),
            constant::DATE_TIME => self.instant().map(Value::DateTime),
            constant::TEXT => {
                let (start, len) = (self.short()?, self.short()?);
                let range = usize::from(start)..usize::from(start) + usize::from(len);
                text.get(range).ok_or(LoadError::Damaged("a text"))?;
                Ok(Value::Text(Text {
                    origin: TextOrigin::Program,
                    start: start.into(),
                    len: len.into(),
                }))
            }
            _ => Err(LoadError::Damaged("a constant")),
        }
    }

    fn default(&mut self) -> Loaded<Option<Literal>> {
        if !self.flag()? {
            return Ok(None);
        }
        let literal = match self.byte()? {
            constant::FALSE => Literal::Boolean(false),
            constant::TRUE => Literal::Boolean(true),
            constant::NUMBER => Literal::Number(self.number()?),
            constant::DATE => Literal::Date(self.date()?),
            constant::DATE_TIME => Literal::DateTime(self.instant()?),
            constant::TEXT => Literal::Text(self.text(crate::wire::v1::MAX_BODY_BYTES)?.to_owned()),
            _ => return Err(LoadError::Damaged("a default")),
        };
        Ok(Some(literal))
    }

    /// Fields whose cells lie in rows of `table`.
    fn fields(&mut self, widths: &[u16], table: u16, depth: usize) -> Loaded<Vec<LayoutField>> {
        self.list(MAX_FIELDS, |reader| {
            Ok(LayoutField {
                name: reader.text(MAX_NAME_BYTES)?.to_owned(),
                optional: reader.flag()?,
                default: reader.default()?,
                take: reader.take(widths, table, depth)?,
            })
        })
    }

    fn take(&mut self, widths: &[u16], table: u16, depth: usize) -> Loaded<Take> {
        if depth > MAX_TYPE_DEPTH {
            return Err(LoadError::Damaged("its depth"));
        }
        let fits = |cell: u16| widths.get(usize::from(table)).is_some_and(|width| cell < *width);
        let (taken, cell) = match self.byte()? {
            take::SCALAR => {
                let cell = self.short()?;
                let kind = self.one_of(&Scalar::ALL)?;
                (Take::Scalar { cell, kind }, Some(cell))
            }
            take::OBJECT => {
                let cell = self.unsigned()?.checked_sub(1);
                let cell = cell.map(u16::try_from).transpose();
                let cell = cell.map_err(|_| LoadError::Damaged("a cell"))?;
                let fields = self.fields(widths, table, depth + 1)?;
                (Take::Object { cell, fields }, cell)
            }
            take::LIST => {
                let (cell, inner) = (self.short()?, self.short()?);
                if inner == 0 || usize::from(inner) >= widths.len() {
                    return Err(LoadError::Damaged("a table"));
                }
                let element = if self.flag()? {
                    Some(Box::new(self.take(widths, inner, depth + 1)?))
                } else {
                    None
                };
                let taken = Take::List {
                    cell,
                    table: inner,
                    element,
                };
                (taken, Some(cell))
            }
            _ => return Err(LoadError::Damaged("its layout")),
        };
        if cell.is_some_and(|cell| !fits(cell)) {
            return Err(LoadError::Damaged("a cell"));
        }
        Ok(taken)
    }

    fn place(&mut self) -> Loaded<(Code, Place)> {
        let (code, start, end) = (self.short()?, self.short()?, self.short()?);
        Ok((code, Place { start, end }))
    }

    fn op(&mut self) -> Loaded<Op> {
        Ok(match self.byte()? {
            opcode::CONSTANT => Op::Constant(self.short()?),
            opcode::CONSTANTS => Op::Constants {
                start: self.short()?,
                len: self.short()?,
            },
            opcode::SLOT => Op::Slot(self.short()?),
            opcode::ELEMENT => Op::Element {
                level: self.tiny()?,
                column: self.short()?,
            },
            opcode::ITEM => Op::Item { column: self.short()? },
            opcode::LIST => Op::List { len: self.short()? },
            opcode::NEGATE => Op::Negate,
            opcode::NOT => Op::Not,
            opcode::ARITHMETIC => Op::Arithmetic(self.one_of(&Arithmetic::ALL)?),
            opcode::JOIN => Op::Join,
            opcode::COMPARE => Op::Compare(self.one_of(&Comparison::ALL)?),
            opcode::COMPARE_CONSTANT => Op::CompareConstant {
                operator: self.one_of(&Comparison::ALL)?,
                constant: self.short()?,
            },
            opcode::COMPARE_SLOT => Op::CompareSlot {
                operator: self.one_of(&Comparison::ALL)?,
                slot: self.short()?,
                constant: self.short()?,
            },
            opcode::COMPARE_ELEMENT => Op::CompareElement {
                operator: self.one_of(&Comparison::ALL)?,
                level: self.tiny()?,
                column: self.short()?,
                constant: self.short()?,
            },
            opcode::IN => Op::In { negated: self.flag()? },
            opcode::IN_SET => Op::InSet {
                negated: self.flag()?,
                start: self.short()?,
                len: self.short()?,
            },
            opcode::BETWEEN => Op::Between { negated: self.flag()? },
            opcode::JUMP_IF_FALSE => Op::JumpIfFalse(self.short()?),
            opcode::JUMP_IF_TRUE => Op::JumpIfTrue(self.short()?),
            opcode::AND => Op::And,
            opcode::OR => Op::Or,
            opcode::JUMP => Op::Jump(self.short()?),
            opcode::BRANCH => Op::Branch {
                otherwise: self.short()?,
                absent: self.short()?,
            },
            opcode::JUMP_IF_PRESENT => Op::JumpIfPresent(self.short()?),
            opcode::HAS => Op::Has,
            opcode::CALL => Op::Call {
                function: self.one_of(&Function::ALL)?,
                arity: self.tiny()?,
            },
            opcode::BEGIN => Op::Begin {
                aggregate: self.one_of(&Aggregate::ALL)?,
                end: self.short()?,
            },
            opcode::NEXT => Op::Next {
                aggregate: self.one_of(&Aggregate::ALL)?,
                body: self.short()?,
            },
            opcode::REQUIRE => Op::Require,
            opcode::REQUIRE_SLOT => Op::RequireSlot {
                operator: self.one_of(&Comparison::ALL)?,
                slot: self.short()?,
                constant: self.short()?,
            },
            opcode::MET => Op::Met,
            _ => return Err(LoadError::Damaged("an operation")),
        })
    }
}

/// Walks the code once, as the machine would on every way at the same time: the stack is as high and the loops are as
/// deep at an operation, whichever way led there, and every number names something.
struct Flow<'a> {
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

impl<'a> Flow<'a> {
    fn check(program: &'a Program) -> Loaded<()> {
        let mut flow = Self {
            program,
            expected: BTreeMap::new(),
        };
        let mut level = Some(Level {
            stack: 0,
            loops: Vec::new(),
        });
        for (at, op) in program.code.iter().enumerate() {
            let at = Code::try_from(at).map_err(|_| BAD_FLOW)?;
            // What only jumps lead to continues with what they bring.
            let jumped = flow.expected.remove(&at);
            let here = match (level.take(), jumped) {
                (Some(a), Some(b)) if a != b => return Err(BAD_FLOW),
                (Some(here), _) | (None, Some(here)) => here,
                (None, None) => return Err(BAD_FLOW),
            };
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
            | Op::In { .. }
            | Op::InSet { .. }
            | Op::Between { .. }
            | Op::And
            | Op::Or
            | Op::Has
            | Op::Call { .. }
            | Op::Require
            | Op::RequireSlot { .. } => {}
        }
        Ok(Some(level))
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
            Op::Element { level, .. } => has_loop(level),
            Op::CompareElement { level, constant, .. } => has_loop(level) && has_constant(constant),
            Op::InSet { start, len, .. } => has_constants(start, len) && self.ascends(start, len),
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
        known.then_some(()).ok_or(LoadError::Damaged("an operand"))
    }

    /// Whether a run of constants can be searched by halves.
    fn ascends(&self, start: u16, len: u16) -> bool {
        let start = usize::from(start);
        let run = self.program.constants.get(start..start + usize::from(len));
        run.unwrap_or_default().windows(2).all(|pair| match pair {
            [a, b] => order(self.datum(*a), self.datum(*b)) == Some(std::cmp::Ordering::Less),
            _ => false,
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
        | Op::CompareElement { .. } => (0, 1),
        Op::Negate | Op::Not | Op::CompareConstant { .. } | Op::InSet { .. } | Op::Has => (1, 1),
        Op::Item { .. } | Op::Arithmetic(_) | Op::Join | Op::Compare(_) | Op::In { .. } | Op::And | Op::Or => (2, 1),
        Op::Between { .. } => (3, 1),
        Op::List { len } => (usize::from(len), 1),
        Op::Call { arity, .. } => (usize::from(arity), 1),
        Op::JumpIfFalse(_) | Op::JumpIfTrue(_) => (1, 1),
        Op::Branch { .. } | Op::JumpIfPresent(_) | Op::Begin { .. } | Op::Next { .. } | Op::Require => (1, 0),
        Op::Jump(_) | Op::RequireSlot { .. } | Op::Met => (0, 0),
    }
}
