//! Values while a condition is evaluated: small, copied, and without memory of their own, so that a warm evaluation
//! allocates nothing.

use std::cmp::Ordering;

use super::number::Number;
use crate::calendar::{Date, Instant};

/// A value; text and lists say where they lie.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Value {
    /// Nothing was sent, or nothing is there.
    Absent,
    Boolean(bool),
    Number(Number),
    Text(Text),
    Date(Date),
    DateTime(Instant),
    List(List),
}

impl Value {
    pub(crate) const fn is_absent(&self) -> bool {
        matches!(self, Self::Absent)
    }

    pub(crate) const fn is_true(&self) -> bool {
        matches!(self, Self::Boolean(true))
    }
}

/// A part of one of the texts of an evaluation, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Text {
    pub(crate) origin: TextOrigin,
    pub(crate) start: u32,
    pub(crate) len: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TextOrigin {
    Inputs,
    Program,
    Machine,
}

/// Elements that lie beside each other, each with as many cells as its table is wide.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct List {
    pub(crate) origin: ListOrigin,
    /// The first cell of the first element.
    pub(crate) start: u32,
    /// Elements.
    pub(crate) len: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ListOrigin {
    /// A table of the inputs; the number is its place among them.
    Table(u16),
    /// The program's constants, one cell an element.
    Program,
    /// The machine's cells, one cell an element.
    Machine,
}

/// A value as operators see it: text resolved, lists left out.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Datum<'a> {
    Absent,
    Boolean(bool),
    Number(Number),
    Text(&'a str),
    Date(Date),
    DateTime(Instant),
}

/// How two values of one type stand to each other; `None` when one is absent. Strings compare by code point, which for
/// UTF-8 is the order of their bytes.
pub(crate) fn order(left: Datum<'_>, right: Datum<'_>) -> Option<Ordering> {
    match (left, right) {
        (Datum::Number(left), Datum::Number(right)) => Some(left.order(&right)),
        (Datum::Text(left), Datum::Text(right)) => Some(left.cmp(right)),
        (Datum::Boolean(left), Datum::Boolean(right)) => Some(left.cmp(&right)),
        (Datum::Date(left), Datum::Date(right)) => Some(left.cmp(&right)),
        (Datum::DateTime(left), Datum::DateTime(right)) => Some(left.cmp(&right)),
        _ => None,
    }
}
