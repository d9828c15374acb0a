//! The condition language: source text → syntax tree → checked condition → decision.
//!
//! ```text
//! source ── parse ──▶ tree ── check (declared attributes) ──▶ Condition ── eval (inputs) ──▶ bool
//!              │                    │
//!              └──── diagnostics ◀──┘   with places in the source
//! ```
//!
//! Numbers are exact decimals, strings compare by code point, `and` and `or` stop at the first operand that decides.

mod check;
mod error;
mod eval;
mod parse;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

use rust_decimal::Decimal;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

pub use error::{Diagnostic, Severity};
pub use parse::is_name;

/// Longest source of a condition, in bytes: far above what a person reads, and it bounds the parser's work.
pub const MAX_SOURCE_BYTES: usize = 4 * 1024;
/// Deepest nesting: bounds recursion, whose frames must fit the 1 MiB stack of a Wasm module.
pub const MAX_DEPTH: usize = 32;
/// Most nodes of a condition, a list counting as one: bounds the cost of an evaluation.
pub const MAX_NODES: usize = 256;
/// Most elements of a list.
pub const MAX_LIST_ELEMENTS: usize = 1_000;
/// Longest name, in bytes.
pub const MAX_NAME_BYTES: usize = 64;

/// Names that every condition may read; no attribute may take one.
pub const BUILT_IN_NAMES: &[&str] = &["age", "amount", "city", "country", "customer_id", "now"];

/// The declared attributes of a promotion.
pub type Schema = BTreeMap<String, AttributeType>;

/// The type of an attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AttributeType {
    /// An exact decimal.
    Number,
    /// A whole number.
    Integer,
    /// Text.
    String,
    /// True or false.
    Boolean,
}

impl AttributeType {
    /// Every type, for pickers.
    pub const ALL: [Self; 4] = [Self::Number, Self::Integer, Self::String, Self::Boolean];

    /// The word in a declaration.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Number => "number",
            Self::Integer => "integer",
            Self::String => "string",
            Self::Boolean => "boolean",
        }
    }
}

/// Why a text is not a type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a type is one of `number`, `integer`, `string` and `boolean`")]
pub struct TypeError;

impl FromStr for AttributeType {
    type Err = TypeError;

    fn from_str(text: &str) -> Result<Self, TypeError> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.as_str() == text)
            .ok_or(TypeError)
    }
}

impl fmt::Display for AttributeType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for AttributeType {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for AttributeType {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// A value that a condition reads or names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// An exact decimal.
    Number(Decimal),
    /// Text.
    String(String),
    /// True or false.
    Boolean(bool),
}

/// The values of the names that a condition reads.
pub type Inputs<'a> = BTreeMap<&'a str, Value>;

/// A condition that parsed and fits its schema: evaluating it cannot fail. Serializes to its source.
#[derive(Debug, Clone)]
pub struct Condition {
    source: String,
    root: Node,
    references: BTreeSet<String>,
}

impl Condition {
    /// Parses `source` and checks it against the declared attributes.
    ///
    /// # Errors
    /// The first error of syntax, or every error of types and names.
    ///
    /// ```
    /// use engine::expression::{AttributeType, Condition, Inputs, Schema, Value};
    ///
    /// let schema = Schema::from([("total".to_owned(), AttributeType::Number)]);
    /// let condition = Condition::compile("total >= 100", &schema).unwrap();
    /// assert!(condition.evaluate(&Inputs::from([("total", Value::Number(120.into()))])));
    ///
    /// let diagnostics = Condition::compile("totl >= 100", &schema).unwrap_err();
    /// assert_eq!((diagnostics[0].start, diagnostics[0].end), (0, 4));
    /// ```
    pub fn compile(source: &str, schema: &Schema) -> Result<Self, Vec<Diagnostic>> {
        let root = parse::parse(source).map_err(|diagnostic| vec![diagnostic])?;
        let references = check::check(&root, schema)?;
        Ok(Self {
            source: source.to_owned(),
            root,
            references,
        })
    }

    /// What the merchant wrote.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The attributes and built-in names that it reads, in order of the alphabet.
    pub fn references(&self) -> impl Iterator<Item = &str> {
        self.references.iter().map(String::as_str)
    }

    /// Whether it reads `name`.
    pub fn reads(&self, name: &str) -> bool {
        self.references.contains(name)
    }

    /// Decides. A name without a value, which a checked request does not leave, makes its comparison false.
    pub fn evaluate(&self, inputs: &Inputs<'_>) -> bool {
        eval::truth(&self.root, inputs)
    }
}

impl Serialize for Condition {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.source)
    }
}

/// Half-open range of bytes in the source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) start: usize,
    pub(crate) end: usize,
}

/// A node of the syntax tree.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    pub(crate) span: Span,
    pub(crate) kind: NodeKind,
}

#[derive(Debug, Clone)]
pub(crate) enum NodeKind {
    Literal(Value),
    List(Vec<Node>),
    Name(String),
    Not(Box<Node>),
    And(Vec<Node>),
    Or(Vec<Node>),
    Compare {
        operator: Comparison,
        left: Box<Node>,
        right: Box<Node>,
    },
    Member {
        negated: bool,
        item: Box<Node>,
        list: Box<Node>,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Comparison {
    /// Whether it needs an order, not only equality.
    pub(crate) const fn is_ordering(self) -> bool {
        match self {
            Self::Equal | Self::NotEqual => false,
            Self::Less | Self::LessOrEqual | Self::Greater | Self::GreaterOrEqual => true,
        }
    }
}
