//! The checked tree: names are places in the inputs, calls are known functions, and every operand has its type.
//!
//! Two things are made of it: the program that the edge runs ([`super::lower`]) and the trace that people read
//! ([`super::trace`]).

use super::tree::{Arithmetic, Comparison, Span};
use super::types::Literal;
use crate::calendar::LocalDateTime;

/// A checked expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Typed {
    pub(crate) span: Span,
    pub(crate) kind: TypedKind,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum TypedKind {
    Constant(Literal),
    /// A date and time without an offset: an instant once the promotion's zone is known.
    Local(LocalDateTime),
    /// A value of the request.
    Slot(u16),
    /// A column of the element that an aggregate looks at; level 0 is the outermost aggregate.
    Element {
        level: u8,
        column: u16,
    },
    /// A column of one element of a list.
    Item {
        list: Box<Typed>,
        index: Box<Typed>,
        column: u16,
    },
    List(Vec<Typed>),
    Negate(Box<Typed>),
    Not(Box<Typed>),
    Arithmetic {
        operator: Arithmetic,
        left: Box<Typed>,
        right: Box<Typed>,
    },
    /// Two strings as one.
    Join {
        left: Box<Typed>,
        right: Box<Typed>,
    },
    Compare {
        operator: Comparison,
        left: Box<Typed>,
        right: Box<Typed>,
    },
    In {
        negated: bool,
        item: Box<Typed>,
        list: Box<Typed>,
    },
    Between {
        negated: bool,
        item: Box<Typed>,
        low: Box<Typed>,
        high: Box<Typed>,
    },
    And(Vec<Typed>),
    Or(Vec<Typed>),
    If {
        condition: Box<Typed>,
        then: Box<Typed>,
        otherwise: Box<Typed>,
    },
    Has(Box<Typed>),
    Default {
        value: Box<Typed>,
        otherwise: Box<Typed>,
    },
    Call {
        function: Function,
        arguments: Vec<Typed>,
    },
    Aggregate {
        aggregate: Aggregate,
        list: Box<Typed>,
        body: Box<Typed>,
    },
}

impl Typed {
    pub(crate) const fn new(span: Span, kind: TypedKind) -> Self {
        Self { span, kind }
    }

    /// The value, of a constant.
    pub(crate) const fn constant(&self) -> Option<&Literal> {
        if let TypedKind::Constant(literal) = &self.kind {
            Some(literal)
        } else {
            None
        }
    }

    /// The value, of a constant that is true or false.
    pub(crate) const fn boolean(&self) -> Option<bool> {
        if let TypedKind::Constant(Literal::Boolean(value)) = self.kind {
            Some(value)
        } else {
            None
        }
    }

    /// The elements, of a list that is written in the condition.
    pub(crate) fn elements(&self) -> Option<&[Self]> {
        if let TypedKind::List(elements) = &self.kind {
            Some(elements)
        } else {
            None
        }
    }

    /// The direct parts, in the order of their evaluation.
    pub(crate) fn parts(&self) -> Vec<&Self> {
        match &self.kind {
            TypedKind::Constant(_) | TypedKind::Local(_) | TypedKind::Slot(_) | TypedKind::Element { .. } => Vec::new(),
            TypedKind::Item { list, index, .. } => vec![list, index],
            TypedKind::List(parts) | TypedKind::And(parts) | TypedKind::Or(parts) => parts.iter().collect(),
            TypedKind::Call { arguments, .. } => arguments.iter().collect(),
            TypedKind::Negate(inner) | TypedKind::Not(inner) | TypedKind::Has(inner) => vec![inner],
            TypedKind::Arithmetic { left, right, .. }
            | TypedKind::Join { left, right }
            | TypedKind::Compare { left, right, .. } => vec![left, right],
            TypedKind::In { item, list, .. } => vec![item, list],
            TypedKind::Between { item, low, high, .. } => vec![item, low, high],
            TypedKind::If {
                condition,
                then,
                otherwise,
            } => vec![condition, then, otherwise],
            TypedKind::Default { value, otherwise } => vec![value, otherwise],
            TypedKind::Aggregate { list, body, .. } => vec![list, body],
        }
    }

    /// The same with each direct part replaced.
    pub(crate) fn map_parts(self, mut map: impl FnMut(Self) -> Self) -> Self {
        let mut boxed = |part: Box<Self>| Box::new(map(*part));
        let kind = match self.kind {
            kind @ (TypedKind::Constant(_) | TypedKind::Local(_) | TypedKind::Slot(_) | TypedKind::Element { .. }) => {
                kind
            }
            TypedKind::Item { list, index, column } => TypedKind::Item {
                list: boxed(list),
                index: boxed(index),
                column,
            },
            TypedKind::List(parts) => TypedKind::List(parts.into_iter().map(map).collect()),
            TypedKind::And(parts) => TypedKind::And(parts.into_iter().map(map).collect()),
            TypedKind::Or(parts) => TypedKind::Or(parts.into_iter().map(map).collect()),
            TypedKind::Call { function, arguments } => TypedKind::Call {
                function,
                arguments: arguments.into_iter().map(map).collect(),
            },
            TypedKind::Negate(inner) => TypedKind::Negate(boxed(inner)),
            TypedKind::Not(inner) => TypedKind::Not(boxed(inner)),
            TypedKind::Has(inner) => TypedKind::Has(boxed(inner)),
            TypedKind::Arithmetic { operator, left, right } => TypedKind::Arithmetic {
                operator,
                left: boxed(left),
                right: boxed(right),
            },
            TypedKind::Join { left, right } => TypedKind::Join {
                left: boxed(left),
                right: boxed(right),
            },
            TypedKind::Compare { operator, left, right } => TypedKind::Compare {
                operator,
                left: boxed(left),
                right: boxed(right),
            },
            TypedKind::In { negated, item, list } => TypedKind::In {
                negated,
                item: boxed(item),
                list: boxed(list),
            },
            TypedKind::Between {
                negated,
                item,
                low,
                high,
            } => TypedKind::Between {
                negated,
                item: boxed(item),
                low: boxed(low),
                high: boxed(high),
            },
            TypedKind::If {
                condition,
                then,
                otherwise,
            } => TypedKind::If {
                condition: boxed(condition),
                then: boxed(then),
                otherwise: boxed(otherwise),
            },
            TypedKind::Default { value, otherwise } => TypedKind::Default {
                value: boxed(value),
                otherwise: boxed(otherwise),
            },
            TypedKind::Aggregate { aggregate, list, body } => TypedKind::Aggregate {
                aggregate,
                list: boxed(list),
                body: boxed(body),
            },
        };
        Self { span: self.span, kind }
    }
}

/// A function on values; what depends on the zone takes it from the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Function {
    /// Characters of a string.
    Length,
    /// Elements of a list.
    Size,
    Lower,
    Upper,
    Trim,
    StartsWith,
    EndsWith,
    Contains,
    Min,
    Max,
    Abs,
    /// Half away from zero, to a number of decimals.
    Round,
    Floor,
    Ceil,
    /// The day of an instant in the zone.
    DateOf,
    /// The first instant of a day in the zone.
    StartOfDay,
    Year,
    Month,
    Day,
    Weekday,
    /// The hour of an instant in the zone.
    Hour,
    DaysBetween,
}

impl Function {
    /// Every function, in the order of their stored codes.
    pub(crate) const ALL: [Self; 22] = [
        Self::Length,
        Self::Size,
        Self::Lower,
        Self::Upper,
        Self::Trim,
        Self::StartsWith,
        Self::EndsWith,
        Self::Contains,
        Self::Min,
        Self::Max,
        Self::Abs,
        Self::Round,
        Self::Floor,
        Self::Ceil,
        Self::DateOf,
        Self::StartOfDay,
        Self::Year,
        Self::Month,
        Self::Day,
        Self::Weekday,
        Self::Hour,
        Self::DaysBetween,
    ];

    /// Whether its result depends on the promotion's zone.
    pub(crate) const fn needs_zone(self) -> bool {
        matches!(self, Self::DateOf | Self::StartOfDay | Self::Hour)
    }
}

/// What is asked of all elements of a list together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Aggregate {
    Any,
    All,
    Count,
    Sum,
    MinOf,
    MaxOf,
}

impl Aggregate {
    /// Every aggregate, in the order of their stored codes.
    pub(crate) const ALL: [Self; 6] = [Self::Any, Self::All, Self::Count, Self::Sum, Self::MinOf, Self::MaxOf];

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Any => "any",
            Self::All => "all",
            Self::Count => "count",
            Self::Sum => "sum",
            Self::MinOf => "min_of",
            Self::MaxOf => "max_of",
        }
    }
}
