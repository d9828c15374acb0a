//! What is taken from a request, and where it goes: made by the checker, carried by the program, followed by the
//! reader of requests.

use super::types::Literal;
use crate::json::Key;

/// The slots of built-in names, which every program has.
pub(crate) mod slot {
    pub(crate) const COUNTRY: u16 = 0;
    pub(crate) const CITY: u16 = 1;
    pub(crate) const AGE: u16 = 2;
    pub(crate) const AMOUNT: u16 = 3;
    pub(crate) const CUSTOMER_ID: u16 = 4;
    pub(crate) const NOW: u16 = 5;
    /// How many there are.
    pub(crate) const COUNT: u16 = 6;
}

/// The parts of a request that a condition reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Layout {
    /// In the order of the alphabet.
    pub(crate) attributes: Vec<LayoutField>,
    /// How many cells the slots have, then each table's rows.
    pub(crate) widths: Vec<u16>,
}

/// An attribute, or a field of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LayoutField {
    pub(crate) name: String,
    /// The name as most requests send it.
    pub(crate) key: Key,
    pub(crate) optional: bool,
    pub(crate) default: Option<Literal>,
    pub(crate) take: Take,
}

impl LayoutField {
    pub(crate) fn new(name: String, optional: bool, default: Option<Literal>, take: Take) -> Self {
        Self {
            key: Key::new(&name),
            name,
            optional,
            default,
            take,
        }
    }
}

/// What is taken of a value; cells are those of the slots or of the row that it stands in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Take {
    Scalar {
        cell: u16,
        kind: Scalar,
    },
    Object {
        /// Tells whether it is there, if that is asked.
        cell: Option<u16>,
        fields: Vec<LayoutField>,
    },
    List {
        cell: u16,
        table: u16,
        /// `None` when only their number is read.
        element: Option<Box<Take>>,
    },
}

/// The type of a single value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scalar {
    Number,
    Integer,
    String,
    Boolean,
    Date,
    DateTime,
}

impl Scalar {
    /// Every type, in the order of their stored codes.
    pub(crate) const ALL: [Self; 6] = [
        Self::Number,
        Self::Integer,
        Self::String,
        Self::Boolean,
        Self::Date,
        Self::DateTime,
    ];

    /// For sentences such as "Send …".
    pub(crate) const fn article(self) -> &'static str {
        match self {
            Self::Number => "a number",
            Self::Integer => "a whole number",
            Self::String => "a string",
            Self::Boolean => "true or false",
            Self::Date => "a date such as \"2026-12-24\"",
            Self::DateTime => "a time in RFC 3339 such as \"2026-12-24T18:00:00Z\"",
        }
    }
}
