//! The syntax tree: what a source says, before names and types are looked at.

use rust_decimal::Decimal;

/// Half-open range of bytes in a source.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Span {
    /// The first byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

/// An expression and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expr {
    /// Its place in the source, parentheses around it excluded.
    pub span: Span,
    /// What it is.
    pub kind: ExprKind,
}

/// What an expression is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExprKind {
    /// `12.50`; a minus sign before a literal belongs to it.
    Number(Decimal),
    /// `'visa'`.
    Text(String),
    /// `true`.
    Boolean(bool),
    /// `['visa', 'oca']`.
    List(Vec<Expr>),
    /// `total`.
    Name(String),
    /// `customer.tier`.
    Field {
        /// Of what.
        object: Box<Expr>,
        /// Which.
        name: Identifier,
    },
    /// `lines[0]`.
    Index {
        /// Of what.
        list: Box<Expr>,
        /// Which, from 0.
        index: Box<Expr>,
    },
    /// `not member`.
    Not(Box<Expr>),
    /// `-total`.
    Negate(Box<Expr>),
    /// `total + 1`.
    Arithmetic {
        /// Which.
        operator: Arithmetic,
        /// Left of it.
        left: Box<Expr>,
        /// Right of it.
        right: Box<Expr>,
    },
    /// `total >= 100`.
    Compare {
        /// Which.
        operator: Comparison,
        /// Left of it.
        left: Box<Expr>,
        /// Right of it.
        right: Box<Expr>,
    },
    /// `method in ['visa', 'oca']`.
    In {
        /// `not in`.
        negated: bool,
        /// What is looked for.
        item: Box<Expr>,
        /// Where.
        list: Box<Expr>,
    },
    /// `age between 18 and 25`, both ends included.
    Between {
        /// `not between`.
        negated: bool,
        /// What is compared.
        item: Box<Expr>,
        /// The least.
        low: Box<Expr>,
        /// The greatest.
        high: Box<Expr>,
    },
    /// `a and b and c`: at least two.
    And(Vec<Expr>),
    /// `a or b or c`: at least two.
    Or(Vec<Expr>),
    /// `if a then b else c`.
    If {
        /// What decides.
        condition: Box<Expr>,
        /// When it is true.
        then: Box<Expr>,
        /// When it is false.
        otherwise: Box<Expr>,
    },
    /// `len(lines)`.
    Call {
        /// The function's name.
        function: Identifier,
        /// What stands between the parentheses.
        arguments: Vec<Argument>,
    },
}

/// A name and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identifier {
    /// Its place in the source.
    pub span: Span,
    /// The name.
    pub text: String,
}

/// An argument of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Argument {
    /// `total`.
    Value(Expr),
    /// `l => l.sku == 'A'`.
    Lambda {
        /// The name of each element.
        element: Identifier,
        /// What is asked of it.
        body: Expr,
    },
}

/// An operator on two numbers; `+` also joins two strings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arithmetic {
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`
    Divide,
    /// `%`
    Remainder,
}

impl Arithmetic {
    /// Every operator, in the order of their stored codes.
    pub(crate) const ALL: [Self; 5] = [Self::Add, Self::Subtract, Self::Multiply, Self::Divide, Self::Remainder];

    /// As it is written.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Add => "+",
            Self::Subtract => "-",
            Self::Multiply => "*",
            Self::Divide => "/",
            Self::Remainder => "%",
        }
    }
}

/// An operator that compares two values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
}

impl Comparison {
    /// Every operator, in the order of their stored codes.
    pub(crate) const ALL: [Self; 6] = [
        Self::Equal,
        Self::NotEqual,
        Self::Less,
        Self::LessOrEqual,
        Self::Greater,
        Self::GreaterOrEqual,
    ];

    /// As it is written.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Equal => "==",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
        }
    }

    /// Whether it needs an order, not only equality.
    pub(crate) const fn is_ordering(self) -> bool {
        match self {
            Self::Equal | Self::NotEqual => false,
            Self::Less | Self::LessOrEqual | Self::Greater | Self::GreaterOrEqual => true,
        }
    }

    /// Whether it holds for two values in this order.
    pub(crate) const fn holds(self, order: std::cmp::Ordering) -> bool {
        use std::cmp::Ordering;
        match order {
            Ordering::Less => matches!(self, Self::Less | Self::LessOrEqual | Self::NotEqual),
            Ordering::Equal => matches!(self, Self::Equal | Self::LessOrEqual | Self::GreaterOrEqual),
            Ordering::Greater => matches!(self, Self::Greater | Self::GreaterOrEqual | Self::NotEqual),
        }
    }
}
