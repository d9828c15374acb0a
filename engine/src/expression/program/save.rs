//! The stored form of a program, version 1. Pinned by a test: a change of it is a new version.
//!
//! ```text
//! "CP" version │ zone │ text │ constants │ layout │ code │ places
//! ```
//!
//! Counts and numbers are LEB128, as in Protocol Buffers; those with a sign are zigzag.

use rust_decimal::Decimal;

use super::{FORMAT_VERSION, Op, Program};
use crate::expression::layout::{LayoutField, Scalar, Take};
use crate::expression::tree::{Arithmetic, Comparison};
use crate::expression::typed::{Aggregate, Function};
use crate::expression::types::Literal;
use crate::expression::value::Value;

/// What a stored program begins with.
pub(super) const MAGIC: [u8; 2] = *b"CP";

/// Codes of the operations.
pub(super) mod opcode {
    pub(in super::super) const CONSTANT: u8 = 0;
    pub(in super::super) const CONSTANTS: u8 = 1;
    pub(in super::super) const SLOT: u8 = 2;
    pub(in super::super) const ELEMENT: u8 = 3;
    pub(in super::super) const ITEM: u8 = 4;
    pub(in super::super) const LIST: u8 = 5;
    pub(in super::super) const NEGATE: u8 = 6;
    pub(in super::super) const NOT: u8 = 7;
    pub(in super::super) const ARITHMETIC: u8 = 8;
    pub(in super::super) const JOIN: u8 = 9;
    pub(in super::super) const COMPARE: u8 = 10;
    pub(in super::super) const COMPARE_CONSTANT: u8 = 11;
    pub(in super::super) const COMPARE_SLOT: u8 = 12;
    pub(in super::super) const COMPARE_ELEMENT: u8 = 13;
    pub(in super::super) const IN: u8 = 14;
    pub(in super::super) const IN_SET: u8 = 15;
    pub(in super::super) const BETWEEN: u8 = 16;
    pub(in super::super) const JUMP_IF_FALSE: u8 = 17;
    pub(in super::super) const JUMP_IF_TRUE: u8 = 18;
    pub(in super::super) const AND: u8 = 19;
    pub(in super::super) const OR: u8 = 20;
    pub(in super::super) const JUMP: u8 = 21;
    pub(in super::super) const BRANCH: u8 = 22;
    pub(in super::super) const JUMP_IF_PRESENT: u8 = 23;
    pub(in super::super) const HAS: u8 = 24;
    pub(in super::super) const CALL: u8 = 25;
    pub(in super::super) const BEGIN: u8 = 26;
    pub(in super::super) const NEXT: u8 = 27;
    pub(in super::super) const REQUIRE: u8 = 28;
    pub(in super::super) const MET: u8 = 29;
    pub(in super::super) const REQUIRE_SLOT: u8 = 30;
    pub(in super::super) const ARITHMETIC_ELEMENTS: u8 = 31;
    pub(in super::super) const IN_SET_SLOT: u8 = 32;
    pub(in super::super) const BETWEEN_SLOT: u8 = 33;
    pub(in super::super) const SCAN: u8 = 34;
}

/// Codes of the kinds of constants.
pub(super) mod constant {
    pub(in super::super) const FALSE: u8 = 0;
    pub(in super::super) const TRUE: u8 = 1;
    pub(in super::super) const NUMBER: u8 = 2;
    pub(in super::super) const TEXT: u8 = 3;
    pub(in super::super) const DATE: u8 = 4;
    pub(in super::super) const DATE_TIME: u8 = 5;
}

/// Codes of what is taken of a value.
pub(super) mod take {
    pub(in super::super) const SCALAR: u8 = 0;
    pub(in super::super) const OBJECT: u8 = 1;
    pub(in super::super) const LIST: u8 = 2;
}

pub(super) fn save(program: &Program) -> Vec<u8> {
    let mut out = Writer(MAGIC.to_vec());
    out.byte(FORMAT_VERSION);
    program.zone.encode(&mut out.0);
    out.text(&program.text);
    out.count(program.constants.len());
    for constant in &program.constants {
        out.constant(constant);
    }
    out.count(program.layout.widths.len());
    for width in &program.layout.widths {
        out.unsigned(u64::from(*width));
    }
    out.fields(&program.layout.attributes);
    out.count(program.code.len());
    for op in &program.code {
        out.op(*op);
    }
    out.count(program.places.len());
    for (code, place) in &program.places {
        out.unsigned(u64::from(*code));
        out.unsigned(u64::from(place.start));
        out.unsigned(u64::from(place.end));
    }
    out.0
}

struct Writer(Vec<u8>);

impl Writer {
    fn byte(&mut self, byte: u8) {
        self.0.push(byte);
    }

    #[expect(clippy::cast_possible_truncation, reason = "the low seven bits are what is written")]
    fn unsigned(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.byte(value as u8 | 0x80);
            value >>= 7;
        }
        self.byte(value as u8);
    }

    #[expect(clippy::cast_sign_loss, reason = "zigzag moves the sign into the lowest bit")]
    fn signed(&mut self, value: i64) {
        self.unsigned((value << 1 ^ value >> 63) as u64);
    }

    fn count(&mut self, count: usize) {
        self.unsigned(count as u64);
    }

    fn text(&mut self, text: &str) {
        self.count(text.len());
        self.0.extend_from_slice(text.as_bytes());
    }

    #[expect(
        clippy::cast_possible_truncation,
        reason = "the two halves of the mantissa's 96 bits"
    )]
    fn number(&mut self, number: Decimal) {
        let sign = u64::from(number.is_sign_negative());
        let mantissa = number.mantissa().unsigned_abs();
        self.unsigned(u64::from(number.scale()) << 1 | sign);
        self.unsigned(mantissa as u64);
        self.unsigned((mantissa >> 64) as u64);
    }

    fn constant(&mut self, value: &Value) {
        match value {
            Value::Boolean(value) => self.byte(if *value { constant::TRUE } else { constant::FALSE }),
            Value::Number(number) => {
                self.byte(constant::NUMBER);
                self.number(number.decimal());
            }
            Value::Text(text) => {
                self.byte(constant::TEXT);
                self.unsigned(text.start.into());
                self.unsigned(text.len.into());
            }
            Value::Date(date) => {
                self.byte(constant::DATE);
                self.signed(date.days().into());
            }
            Value::DateTime(instant) => {
                self.byte(constant::DATE_TIME);
                self.signed(instant.millis());
            }
            // Neither is made as a constant.
            Value::Absent | Value::List(_) => self.byte(constant::FALSE),
        }
    }

    fn fields(&mut self, fields: &[LayoutField]) {
        self.count(fields.len());
        for field in fields {
            self.text(&field.name);
            self.byte(u8::from(field.optional));
            self.default(field.default.as_ref());
            self.take(&field.take);
        }
    }

    /// A count of 0 or 1, then the value.
    fn default(&mut self, default: Option<&Literal>) {
        self.byte(u8::from(default.is_some()));
        match default {
            None => {}
            Some(Literal::Boolean(value)) => self.byte(if *value { constant::TRUE } else { constant::FALSE }),
            Some(Literal::Number(number)) => {
                self.byte(constant::NUMBER);
                self.number(*number);
            }
            Some(Literal::Text(text)) => {
                self.byte(constant::TEXT);
                self.text(text);
            }
            Some(Literal::Date(date)) => {
                self.byte(constant::DATE);
                self.signed(date.days().into());
            }
            Some(Literal::DateTime(instant)) => {
                self.byte(constant::DATE_TIME);
                self.signed(instant.millis());
            }
        }
    }

    fn take(&mut self, take: &Take) {
        match take {
            Take::Scalar { cell, kind } => {
                self.byte(take::SCALAR);
                self.unsigned(u64::from(*cell));
                self.byte(position(&Scalar::ALL, *kind));
            }
            Take::Object { cell, fields } => {
                self.byte(take::OBJECT);
                self.optional(*cell);
                self.fields(fields);
            }
            Take::List { cell, table, element } => {
                self.byte(take::LIST);
                self.unsigned(u64::from(*cell));
                self.unsigned(u64::from(*table));
                self.byte(u8::from(element.is_some()));
                if let Some(element) = element {
                    self.take(element);
                }
            }
        }
    }

    /// 0 for none, else one more than the number.
    fn optional(&mut self, number: Option<u16>) {
        self.unsigned(number.map_or(0, |number| u64::from(number) + 1));
    }

    fn op(&mut self, op: Op) {
        match op {
            Op::Constant(at) => self.with(opcode::CONSTANT, &[at]),
            Op::Constants { start, len } => self.with(opcode::CONSTANTS, &[start, len]),
            Op::Slot(slot) => self.with(opcode::SLOT, &[slot]),
            Op::Element { level, column } => self.with(opcode::ELEMENT, &[level.into(), column]),
            Op::Item { column } => self.with(opcode::ITEM, &[column]),
            Op::List { len } => self.with(opcode::LIST, &[len]),
            Op::Negate => self.byte(opcode::NEGATE),
            Op::Not => self.byte(opcode::NOT),
            Op::Arithmetic(operator) => self.with(opcode::ARITHMETIC, &[position(&Arithmetic::ALL, operator).into()]),
            Op::ArithmeticElements {
                operator,
                level,
                left,
                right,
            } => self.with(
                opcode::ARITHMETIC_ELEMENTS,
                &[position(&Arithmetic::ALL, operator).into(), level.into(), left, right],
            ),
            Op::Join => self.byte(opcode::JOIN),
            Op::Compare(operator) => self.with(opcode::COMPARE, &[comparison(operator)]),
            Op::CompareConstant { operator, constant } => {
                self.with(opcode::COMPARE_CONSTANT, &[comparison(operator), constant]);
            }
            Op::CompareSlot {
                operator,
                slot,
                constant,
            } => self.with(opcode::COMPARE_SLOT, &[comparison(operator), slot, constant]),
            Op::CompareElement {
                operator,
                level,
                column,
                constant,
            } => self.with(
                opcode::COMPARE_ELEMENT,
                &[comparison(operator), level.into(), column, constant],
            ),
            Op::In { negated } => self.with(opcode::IN, &[negated.into()]),
            Op::InSet { negated, start, len } => self.with(opcode::IN_SET, &[negated.into(), start, len]),
            Op::InSetSlot {
                negated,
                slot,
                start,
                len,
            } => self.with(opcode::IN_SET_SLOT, &[negated.into(), slot, start, len]),
            Op::BetweenSlot {
                negated,
                slot,
                low,
                high,
            } => self.with(opcode::BETWEEN_SLOT, &[negated.into(), slot, low, high]),
            Op::Between { negated } => self.with(opcode::BETWEEN, &[negated.into()]),
            Op::JumpIfFalse(to) => self.with(opcode::JUMP_IF_FALSE, &[to]),
            Op::JumpIfTrue(to) => self.with(opcode::JUMP_IF_TRUE, &[to]),
            Op::And => self.byte(opcode::AND),
            Op::Or => self.byte(opcode::OR),
            Op::Jump(to) => self.with(opcode::JUMP, &[to]),
            Op::Branch { otherwise, absent } => self.with(opcode::BRANCH, &[otherwise, absent]),
            Op::JumpIfPresent(to) => self.with(opcode::JUMP_IF_PRESENT, &[to]),
            Op::Has => self.byte(opcode::HAS),
            Op::Call { function, arity } => {
                self.with(opcode::CALL, &[position(&Function::ALL, function).into(), arity.into()]);
            }
            Op::Begin { aggregate, end } => self.with(opcode::BEGIN, &[code_of(aggregate), end]),
            Op::Next { aggregate, body } => self.with(opcode::NEXT, &[code_of(aggregate), body]),
            Op::Scan { aggregate, parts } => self.with(opcode::SCAN, &[code_of(aggregate), parts]),
            Op::Require => self.byte(opcode::REQUIRE),
            Op::RequireSlot {
                operator,
                slot,
                constant,
            } => self.with(opcode::REQUIRE_SLOT, &[comparison(operator), slot, constant]),
            Op::Met => self.byte(opcode::MET),
        }
    }

    fn with(&mut self, opcode: u8, operands: &[u16]) {
        self.byte(opcode);
        for operand in operands {
            self.unsigned(u64::from(*operand));
        }
    }
}

fn comparison(operator: Comparison) -> u16 {
    position(&Comparison::ALL, operator).into()
}

fn code_of(aggregate: Aggregate) -> u16 {
    position(&Aggregate::ALL, aggregate).into()
}

/// The code of one of a closed list: its place.
fn position<T: PartialEq>(all: &[T], one: T) -> u8 {
    let position = all.iter().position(|other| *other == one);
    position
        .and_then(|position| u8::try_from(position).ok())
        .unwrap_or(u8::MAX)
}
