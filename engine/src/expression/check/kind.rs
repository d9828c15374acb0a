//! What a part of a condition yields.

use std::fmt::{self, Display, Formatter};

use super::shapes::ShapeId;
use crate::expression::layout::Scalar;
use crate::expression::typed::Typed;
use crate::expression::types::AttributeType;

/// A checked part: its tree and its type.
pub(super) struct Checked {
    pub(super) typed: Typed,
    pub(super) kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Single(Scalar),
    List(Element),
    Object(ShapeId),
}

/// What a list holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Element {
    /// Of an attribute.
    Declared(ShapeId),
    /// Written in the condition; `None` when empty.
    Written(Option<Scalar>),
}

impl Kind {
    pub(super) const NUMBER: Self = Self::Single(Scalar::Number);
    pub(super) const INTEGER: Self = Self::Single(Scalar::Integer);
    pub(super) const STRING: Self = Self::Single(Scalar::String);
    pub(super) const BOOLEAN: Self = Self::Single(Scalar::Boolean);
    pub(super) const DATE: Self = Self::Single(Scalar::Date);
    pub(super) const DATE_TIME: Self = Self::Single(Scalar::DateTime);

    pub(super) const fn is_number(self) -> bool {
        matches!(self, Self::Single(Scalar::Number | Scalar::Integer))
    }
}

impl Display for Kind {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Single(single) => name(*single),
            Self::List(_) => "a list",
            Self::Object(_) => "an object",
        })
    }
}

/// With its article, for sentences.
pub(super) const fn name(single: Scalar) -> &'static str {
    match single {
        Scalar::Number | Scalar::Integer => "a number",
        Scalar::String => "a string",
        Scalar::Boolean => "true or false",
        Scalar::Date => "a date",
        Scalar::DateTime => "a date and time",
    }
}

/// The type that holds both, if one does: whole numbers are numbers.
pub(super) fn common(a: Scalar, b: Scalar) -> Option<Scalar> {
    match (a, b) {
        (Scalar::Number, Scalar::Integer) | (Scalar::Integer, Scalar::Number) => Some(Scalar::Number),
        (a, b) => (a == b).then_some(a),
    }
}

/// The single type that an attribute's type is, if it is one.
pub(super) const fn single(kind: &AttributeType) -> Option<Scalar> {
    match kind {
        AttributeType::Number => Some(Scalar::Number),
        AttributeType::Integer => Some(Scalar::Integer),
        AttributeType::String => Some(Scalar::String),
        AttributeType::Boolean => Some(Scalar::Boolean),
        AttributeType::Date => Some(Scalar::Date),
        AttributeType::DateTime => Some(Scalar::DateTime),
        AttributeType::List(_) | AttributeType::Object(_) => None,
    }
}
