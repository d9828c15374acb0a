//! The checked tree as a program: places become operations, constants are pooled, `and` and `or` become jumps.

use super::condition::Requirement;
use super::layout::Layout;
use super::program::{Code, Op, Place, Program};
use super::tree::{Arithmetic, Comparison, Span};
use super::typed::{Aggregate, Function, Typed, TypedKind};
use super::types::Literal;
use super::value::{Datum, Text, TextOrigin, Value, order};
use crate::zone::Zone;

/// Lowers a condition: a row of requirements, so that a refusal can name the one that failed.
pub(super) fn lower(requirements: &[Requirement], layout: &Layout, zone: &Zone) -> Program {
    let mut lowering = Lowering {
        zone,
        code: Vec::new(),
        constants: Vec::new(),
        text: String::new(),
        places: Vec::new(),
        loops: 0,
    };
    for requirement in requirements {
        lowering.push(&requirement.typed);
        lowering.require(requirement);
    }
    lowering.emit(Op::Met);
    let uses_zone = requirements.iter().any(|requirement| needs_zone(&requirement.typed));
    Program {
        zone: if uses_zone { zone.clone() } else { Zone::utc() },
        code: lowering.code,
        constants: lowering.constants,
        text: lowering.text,
        layout: layout.clone(),
        places: lowering.places,
    }
}

fn needs_zone(typed: &Typed) -> bool {
    let itself = matches!(&typed.kind, TypedKind::Call { function, .. } if function.needs_zone());
    itself || typed.parts().into_iter().any(needs_zone)
}

struct Lowering<'a> {
    zone: &'a Zone,
    code: Vec<Op>,
    constants: Vec<Value>,
    text: String,
    places: Vec<(u16, Place)>,
    /// How many loops are around.
    loops: u8,
}

impl Lowering<'_> {
    fn here(&self) -> Code {
        // A source of 4 KiB makes some thousand operations at most.
        Code::try_from(self.code.len()).unwrap_or(Code::MAX)
    }

    fn emit(&mut self, op: Op) -> Code {
        let at = self.here();
        self.code.push(op);
        at
    }

    /// Emits an operation that may fail, and notes where it stands in the source.
    fn emit_at(&mut self, op: Op, span: Span) {
        let narrow = |at: usize| u16::try_from(at).unwrap_or(u16::MAX);
        let place = Place {
            start: narrow(span.start),
            end: narrow(span.end),
        };
        let at = self.emit(op);
        self.places.push((at, place));
    }

    /// Requires what the last operation pushed; a comparison of a slot with a constant does it by itself.
    fn require(&mut self, requirement: &Requirement) {
        let is_comparison = matches!(requirement.typed.kind, TypedKind::Compare { .. });
        let fused = match self.code.last() {
            Some(Op::CompareSlot {
                operator,
                slot,
                constant,
            }) if is_comparison => Op::RequireSlot {
                operator: *operator,
                slot: *slot,
                constant: *constant,
            },
            _ => Op::Require,
        };
        if fused != Op::Require {
            self.code.pop();
        }
        self.emit_at(fused, requirement.span);
    }

    /// Lets the operation at `at` lead here.
    fn land(&mut self, at: Code) {
        let here = self.here();
        if let Some(
            Op::Jump(to) | Op::JumpIfFalse(to) | Op::JumpIfTrue(to) | Op::JumpIfPresent(to) | Op::Begin { end: to, .. },
        ) = self.code.get_mut(usize::from(at))
        {
            *to = here;
        }
    }

    /// Emits what pushes the value of `typed`.
    fn push(&mut self, typed: &Typed) {
        match &typed.kind {
            TypedKind::Constant(literal) => {
                let constant = self.constant(literal);
                self.emit(Op::Constant(constant));
            }
            TypedKind::Local(local) => {
                let constant = self.constant(&Literal::DateTime(self.zone.instant_of(*local)));
                self.emit(Op::Constant(constant));
            }
            TypedKind::Slot(slot) => _ = self.emit(Op::Slot(*slot)),
            TypedKind::Element { level, column } => {
                let (level, column) = (*level, *column);
                self.emit(Op::Element { level, column });
            }
            TypedKind::Item { list, index, column } => {
                self.push(list);
                self.push(index);
                self.emit(Op::Item { column: *column });
            }
            TypedKind::List(elements) => self.list(elements),
            TypedKind::Negate(inner) => {
                self.push(inner);
                self.emit(Op::Negate);
            }
            TypedKind::Not(inner) => {
                self.push(inner);
                self.emit(Op::Not);
            }
            TypedKind::Arithmetic { operator, left, right } => self.arithmetic(*operator, left, right, typed.span),
            TypedKind::Join { left, right } => {
                self.push(left);
                self.push(right);
                self.emit_at(Op::Join, typed.span);
            }
            TypedKind::Compare { operator, left, right } => self.comparison(*operator, left, right),
            TypedKind::In { negated, item, list } => self.membership(*negated, item, list, typed.span),
            TypedKind::Between {
                negated,
                item,
                low,
                high,
            } => self.between(*negated, item, low, high),
            TypedKind::And(parts) => self.chain(parts, Op::JumpIfFalse, Op::And),
            TypedKind::Or(parts) => self.chain(parts, Op::JumpIfTrue, Op::Or),
            TypedKind::If {
                condition,
                then,
                otherwise,
            } => self.conditional(condition, then, otherwise),
            TypedKind::Has(inner) => {
                self.push(inner);
                self.emit(Op::Has);
            }
            TypedKind::Default { value, otherwise } => {
                self.push(value);
                let jump = self.emit(Op::JumpIfPresent(0));
                self.push(otherwise);
                self.land(jump);
            }
            TypedKind::Call { function, arguments } => self.call(*function, arguments, typed.span),
            TypedKind::Aggregate { aggregate, list, body } => {
                self.push(list);
                self.aggregate(*aggregate, body, typed.span);
            }
        }
    }

    fn chain(&mut self, parts: &[Typed], jump: fn(Code) -> Op, combine: Op) {
        let mut jumps = Vec::with_capacity(parts.len());
        for (position, part) in parts.iter().enumerate() {
            self.push(part);
            if position > 0 {
                self.emit(combine);
            }
            if position + 1 < parts.len() {
                jumps.push(self.emit(jump(0)));
            }
        }
        for jump in jumps {
            self.land(jump);
        }
    }

    fn conditional(&mut self, condition: &Typed, then: &Typed, otherwise: &Typed) {
        self.push(condition);
        let branch = self.emit(Op::Branch {
            otherwise: 0,
            absent: 0,
        });
        self.push(then);
        let jump = self.emit(Op::Jump(0));
        let second = self.here();
        self.push(otherwise);
        self.land(jump);
        let end = self.here();
        if let Some(op) = self.code.get_mut(usize::from(branch)) {
            *op = Op::Branch {
                otherwise: second,
                absent: end,
            };
        }
    }

    fn aggregate(&mut self, aggregate: Aggregate, body: &Typed, span: Span) {
        if let Some(parts) = self.scanned(aggregate, body) {
            self.scan(aggregate, parts, span);
            return;
        }
        let begin = self.emit(Op::Begin { aggregate, end: 0 });
        let start = self.here();
        self.loops += 1;
        self.push(body);
        self.loops -= 1;
        self.emit_at(Op::Next { aggregate, body: start }, span);
        self.land(begin);
    }

    fn scan(&mut self, aggregate: Aggregate, parts: &[Typed], span: Span) {
        let scan = Op::Scan {
            aggregate,
            parts: u16::try_from(parts.len()).unwrap_or(u16::MAX),
        };
        if aggregate == Aggregate::Sum {
            self.emit_at(scan, span);
        } else {
            self.emit(scan);
        }
        for part in parts {
            self.push(part);
        }
    }

    /// The parts of a body that a scan can ask an element for, if there are no others.
    fn scanned<'t>(&self, aggregate: Aggregate, body: &'t Typed) -> Option<&'t [Typed]> {
        let one = std::slice::from_ref(body);
        match aggregate {
            Aggregate::Any | Aggregate::All | Aggregate::Count => {
                let parts = if let TypedKind::And(parts) = &body.kind {
                    parts
                } else {
                    one
                };
                parts.iter().all(|part| self.is_test(part)).then_some(parts)
            }
            Aggregate::Sum => self.is_term(body).then_some(one),
            Aggregate::MinOf | Aggregate::MaxOf => None,
        }
    }

    /// Whether a part compares a column of the element with a constant.
    fn is_test(&self, part: &Typed) -> bool {
        matches!(&part.kind, TypedKind::Compare { left, right, .. }
            if self.is_column(left) && right.constant().is_some() || self.is_column(right) && left.constant().is_some())
    }

    /// Whether a part is a column of the element, or computed of two.
    fn is_term(&self, part: &Typed) -> bool {
        let is_computed = matches!(&part.kind, TypedKind::Arithmetic { left, right, .. }
            if self.is_column(left) && self.is_column(right));
        is_computed || self.is_column(part)
    }

    fn is_column(&self, typed: &Typed) -> bool {
        matches!(typed.kind, TypedKind::Element { level, .. } if level == self.loops)
    }

    fn arithmetic(&mut self, operator: Arithmetic, left: &Typed, right: &Typed, span: Span) {
        if let (
            TypedKind::Element { level, column: left },
            TypedKind::Element {
                level: other,
                column: right,
            },
        ) = (&left.kind, &right.kind)
            && level == other
        {
            let (level, left, right) = (*level, *left, *right);
            let op = Op::ArithmeticElements {
                operator,
                level,
                left,
                right,
            };
            self.emit_at(op, span);
            return;
        }
        self.push(left);
        self.push(right);
        self.emit_at(Op::Arithmetic(operator), span);
    }

    fn between(&mut self, negated: bool, item: &Typed, low: &Typed, high: &Typed) {
        if let (TypedKind::Slot(slot), Some(low), Some(high)) = (&item.kind, low.constant(), high.constant()) {
            let (low, high) = (self.constant(low), self.constant(high));
            self.emit(Op::BetweenSlot {
                negated,
                slot: *slot,
                low,
                high,
            });
            return;
        }
        self.push(item);
        self.push(low);
        self.push(high);
        self.emit(Op::Between { negated });
    }

    /// A comparison with a constant takes the constant along, and a plain place on its other side too.
    fn comparison(&mut self, operator: Comparison, left: &Typed, right: &Typed) {
        let (operator, left, constant) = match (&left.kind, &right.kind) {
            (_, TypedKind::Constant(literal)) => (operator, left, self.constant(literal)),
            (TypedKind::Constant(literal), _) => (mirrored(operator), right, self.constant(literal)),
            _ => {
                self.push(left);
                self.push(right);
                self.emit(Op::Compare(operator));
                return;
            }
        };
        if let TypedKind::Slot(slot) = left.kind {
            self.emit(Op::CompareSlot {
                operator,
                slot,
                constant,
            });
        } else if let TypedKind::Element { level, column } = left.kind {
            self.emit(Op::CompareElement {
                operator,
                level,
                column,
                constant,
            });
        } else {
            self.push(left);
            self.emit(Op::CompareConstant { operator, constant });
        }
    }

    fn membership(&mut self, negated: bool, item: &Typed, list: &Typed, span: Span) {
        let Some(constants) = list.elements().and_then(constant_elements) else {
            self.push(item);
            self.push(list);
            self.emit_at(Op::In { negated }, span);
            return;
        };
        if let TypedKind::Slot(slot) = item.kind {
            let (start, len) = self.set(&constants);
            self.emit(Op::InSetSlot {
                negated,
                slot,
                start,
                len,
            });
        } else {
            self.push(item);
            let (start, len) = self.set(&constants);
            self.emit(Op::InSet { negated, start, len });
        }
    }

    fn list(&mut self, elements: &[Typed]) {
        let len = u16::try_from(elements.len()).unwrap_or(u16::MAX);
        if let Some(constants) = constant_elements(elements) {
            let start = u16::try_from(self.constants.len()).unwrap_or(u16::MAX);
            for literal in constants {
                let value = self.value(literal);
                self.constants.push(value);
            }
            self.emit(Op::Constants { start, len });
        } else {
            for element in elements {
                self.push(element);
            }
            self.emit(Op::List { len });
        }
    }

    /// `min(a, b, c)` is `min(min(a, b), c)`.
    fn call(&mut self, function: Function, arguments: &[Typed], span: Span) {
        let folds = matches!(function, Function::Min | Function::Max);
        for (position, argument) in arguments.iter().enumerate() {
            self.push(argument);
            if folds && position > 0 {
                self.emit_at(Op::Call { function, arity: 2 }, span);
            }
        }
        if !folds {
            let arity = u8::try_from(arguments.len()).unwrap_or(u8::MAX);
            self.emit_at(Op::Call { function, arity }, span);
        }
    }

    fn constant(&mut self, literal: &Literal) -> u16 {
        let value = self.value(literal);
        let known = self.constants.iter().position(|known| self.same(*known, value));
        let at = known.unwrap_or(self.constants.len());
        if known.is_none() {
            self.constants.push(value);
        }
        u16::try_from(at).unwrap_or(u16::MAX)
    }

    /// Equal in every digit: `1.0` and `1` print differently.
    fn same(&self, a: Value, b: Value) -> bool {
        match (a, b) {
            (Value::Number(a), Value::Number(b)) => a == b && a.decimal().scale() == b.decimal().scale(),
            (Value::Text(a), Value::Text(b)) => self.text_of(a) == self.text_of(b),
            (a, b) => a == b,
        }
    }

    fn text_of(&self, text: Text) -> &str {
        let start = text.start as usize;
        self.text.get(start..start + text.len as usize).unwrap_or_default()
    }

    fn value(&mut self, literal: &Literal) -> Value {
        match literal {
            Literal::Number(number) => Value::Number((*number).into()),
            Literal::Boolean(value) => Value::Boolean(*value),
            Literal::Date(date) => Value::Date(*date),
            Literal::DateTime(instant) => Value::DateTime(*instant),
            Literal::Text(text) => {
                let narrow = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
                let known = self.text.find(text.as_str());
                let start = known.unwrap_or(self.text.len());
                if known.is_none() {
                    self.text.push_str(text);
                }
                Value::Text(Text {
                    origin: TextOrigin::Program,
                    start: narrow(start),
                    len: narrow(text.len()),
                })
            }
        }
    }

    /// A run of constants that ascends without repetition.
    fn set(&mut self, literals: &[&Literal]) -> (u16, u16) {
        let mut literals = literals.to_vec();
        let by_value = |a: &&Literal, b: &&Literal| order(datum(a), datum(b)).unwrap_or(std::cmp::Ordering::Equal);
        literals.sort_by(by_value);
        literals.dedup_by(|a, b| by_value(&&**a, &&**b).is_eq());
        let start = u16::try_from(self.constants.len()).unwrap_or(u16::MAX);
        let len = u16::try_from(literals.len()).unwrap_or(u16::MAX);
        for literal in literals {
            let value = self.value(literal);
            self.constants.push(value);
        }
        (start, len)
    }
}

/// The same comparison with its sides exchanged.
pub(super) const fn mirrored(operator: Comparison) -> Comparison {
    match operator {
        Comparison::Equal | Comparison::NotEqual => operator,
        Comparison::Less => Comparison::Greater,
        Comparison::LessOrEqual => Comparison::GreaterOrEqual,
        Comparison::Greater => Comparison::Less,
        Comparison::GreaterOrEqual => Comparison::LessOrEqual,
    }
}

fn constant_elements(elements: &[Typed]) -> Option<Vec<&Literal>> {
    elements.iter().map(Typed::constant).collect()
}

/// A literal as operators see it.
pub(super) fn datum(literal: &Literal) -> Datum<'_> {
    match literal {
        Literal::Number(number) => Datum::Number((*number).into()),
        Literal::Text(text) => Datum::Text(text),
        Literal::Boolean(value) => Datum::Boolean(*value),
        Literal::Date(date) => Datum::Date(*date),
        Literal::DateTime(instant) => Datum::DateTime(*instant),
    }
}
