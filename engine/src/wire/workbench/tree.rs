//! The rule builder's tree: a condition as groups and rows, as people fill them in.
//!
//! ```json
//! {"all": [
//!   {"row": {"field": "total", "type": "number", "op": "at_least", "values": ["100"]}},
//!   {"row": {"field": "country", "type": "country", "op": "one_of", "values": ["UY", "AR"]}},
//!   {"row": {"field": "now", "function": "weekday", "type": "integer", "op": "between", "values": ["1", "5"]}},
//!   {"not": {"any": [
//!     {"row": {"field": "tags", "type": "string", "list": true, "op": "contains", "values": ["sale"]}},
//!     {"row": {"field": "customer.tier", "type": "string", "op": "starts_with", "values": ["go"]}}
//!   ]}},
//!   {"some": {"list": "lines", "element": "line", "where":
//!     {"row": {"field": "line.quantity", "type": "integer", "op": "more", "values": ["2"]}}}}
//! ]}
//! ```
//!
//! It stands for `total >= 100 and country in ['UY', 'AR'] and weekday(now) between 1 and 5 and not ('sale' in tags or
//! starts_with(customer.tier, 'go')) and any(lines, line => line.quantity > 2)`.
//!
//! Two trees may mean one condition; of these one is **normal**, and a condition's outline is that one: groups have at least
//! two members, but for the outermost, which may be `{"all": []}` and means `true`; a row is not negated by `not` when an
//! operator says the same ([`Operator::negative`]); numbers are written without zeros in front.

use serde::{Deserialize, Serialize};

use super::{Function, Operator, ValueType};

/// A group, a row, or a question to a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Node {
    /// Every member has to be true: `a and b`.
    All(Vec<Node>),
    /// One has to be: `a or b`.
    Any(Vec<Node>),
    /// It has to be false: `not a`.
    Not(Box<Node>),
    /// One field, asked for one thing.
    Row(Row),
    /// True of one element of a list at least: `any(list, element => …)`.
    Some(Question),
    /// True of each element: `all(list, element => …)`.
    Every(Question),
}

/// A field, an operator and the values it is compared with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Row {
    /// A name, or a path such as `customer.tier`.
    pub field: String,
    /// What is taken of the field before it is asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub function: Option<Function>,
    /// The type of what is asked: of the field, of what the function gives, or of the elements of a list.
    #[serde(rename = "type")]
    pub kind: ValueType,
    /// Whether the field is a list.
    #[serde(default, skip_serializing_if = "is_false")]
    pub list: bool,
    /// What is asked.
    pub op: Operator,
    /// As many as the operator takes ([`Operator::values`]), as text: `12.5`, `visa`, `true`, `2026-12-24`,
    /// `2026-12-24T18:00` or with an offset, a code of a country or a city.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<String>,
}

/// What is asked of the elements of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// The list: a name or a path.
    pub list: String,
    /// What each element is called inside; nothing else may have this name.
    pub element: String,
    /// What has to be true of it. Fields of the element start with its name.
    pub r#where: Box<Node>,
}

const fn is_false(value: &bool) -> bool {
    !*value
}
