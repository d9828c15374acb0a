//! Reads a stored program. Bytes from a store are not trusted: what is loaded can be run, whatever they were.

mod flow;

use rust_decimal::Decimal;

use super::save::{MAGIC, constant, opcode, take};
use super::{Code, FORMAT_VERSION, Op, Place, Program};
use crate::calendar::{Date, Instant};
use crate::expression::layout::{Layout, LayoutField, Scalar, Take, slot};
use crate::expression::limits::{MAX_NAME_BYTES, MAX_SOURCE_BYTES};
use crate::expression::tree::{Arithmetic, Comparison};
use crate::expression::typed::{Aggregate, Function};
use crate::expression::types::{Literal, MAX_FIELDS, MAX_TYPE_DEPTH};
use crate::expression::value::{Text, TextOrigin, Value};
use crate::zone::Zone;
use flow::Flow;

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
            let name = reader.name()?;
            let (optional, default) = (reader.flag()?, reader.default()?);
            let take = reader.take(widths, table, depth)?;
            Ok(LayoutField::new(name, optional, default, take))
        })
    }

    /// A name, in which nothing is escaped when it is a key.
    fn name(&mut self) -> Loaded<String> {
        let name = self.text(MAX_NAME_BYTES)?;
        let is_name = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        is_name.then(|| name.to_owned()).ok_or(LoadError::Damaged("a name"))
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
            opcode::ARITHMETIC_ELEMENTS => Op::ArithmeticElements {
                operator: self.one_of(&Arithmetic::ALL)?,
                level: self.tiny()?,
                left: self.short()?,
                right: self.short()?,
            },
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
            opcode::IN_SET_SLOT => Op::InSetSlot {
                negated: self.flag()?,
                slot: self.short()?,
                start: self.short()?,
                len: self.short()?,
            },
            opcode::BETWEEN_SLOT => Op::BetweenSlot {
                negated: self.flag()?,
                slot: self.short()?,
                low: self.short()?,
                high: self.short()?,
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
            opcode::SCAN => Op::Scan {
                aggregate: self.one_of(&Aggregate::ALL)?,
                parts: self.short()?,
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
