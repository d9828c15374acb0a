//! What a row can ask, by the type of what it asks.

use serde::{Deserialize, Serialize};

use super::ValueType;

/// What is asked of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Operator {
    /// `field == value`
    Equals,
    /// `field != value`
    NotEquals,
    /// `field < value`; before a day or a moment
    Less,
    /// `field <= value`; on or before
    AtMost,
    /// `field > value`; after
    More,
    /// `field >= value`; on or after
    AtLeast,
    /// `field between low and high`, both included
    Between,
    /// `field not between low and high`
    NotBetween,
    /// `field in [value, …]`
    OneOf,
    /// `field not in [value, …]`
    NoneOf,
    /// `contains(field, value)`; of a list `value in field`
    Contains,
    /// `not contains(field, value)`; of a list `value not in field`
    NotContains,
    /// `starts_with(field, value)`
    StartsWith,
    /// `not starts_with(field, value)`
    NotStartsWith,
    /// `ends_with(field, value)`
    EndsWith,
    /// `not ends_with(field, value)`
    NotEndsWith,
    /// `field`
    IsTrue,
    /// `not field`
    IsFalse,
    /// `has(field)`
    Present,
    /// `not has(field)`
    Absent,
}

/// How many values an operator takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Values {
    /// None.
    None,
    /// One.
    One,
    /// The least and the greatest.
    Two,
    /// One or more.
    Some,
}

impl Operator {
    /// How many values it takes.
    pub const fn values(self) -> Values {
        match self {
            Self::IsTrue | Self::IsFalse | Self::Present | Self::Absent => Values::None,
            Self::Between | Self::NotBetween => Values::Two,
            Self::OneOf | Self::NoneOf => Values::Some,
            Self::Equals
            | Self::NotEquals
            | Self::Less
            | Self::AtMost
            | Self::More
            | Self::AtLeast
            | Self::Contains
            | Self::NotContains
            | Self::StartsWith
            | Self::NotStartsWith
            | Self::EndsWith
            | Self::NotEndsWith => Values::One,
        }
    }

    /// The operator that `not` before this one's text makes; `None` where that stays a `not`.
    ///
    /// ```
    /// use engine::wire::workbench::Operator;
    ///
    /// assert_eq!(Operator::Present.negative(false), Some(Operator::Absent));
    /// // `not (total > 5)` and `total <= 5` are two conditions.
    /// assert_eq!(Operator::More.negative(false), None);
    /// ```
    pub const fn negative(self, of_list: bool) -> Option<Self> {
        match self {
            // Of a list it is written `not in`.
            Self::Contains if of_list => None,
            Self::Contains => Some(Self::NotContains),
            Self::StartsWith => Some(Self::NotStartsWith),
            Self::EndsWith => Some(Self::NotEndsWith),
            Self::IsTrue => Some(Self::IsFalse),
            Self::Present => Some(Self::Absent),
            Self::Equals
            | Self::NotEquals
            | Self::Less
            | Self::AtMost
            | Self::More
            | Self::AtLeast
            | Self::Between
            | Self::NotBetween
            | Self::OneOf
            | Self::NoneOf
            | Self::NotContains
            | Self::NotStartsWith
            | Self::NotEndsWith
            | Self::IsFalse
            | Self::Absent => None,
        }
    }
}

impl ValueType {
    /// The operators of a field of this type, or of a list of them, in the order of a menu.
    ///
    /// ```
    /// use engine::wire::workbench::{Operator, ValueType};
    ///
    /// assert!(ValueType::Date.operators(false).contains(&Operator::Between));
    /// assert!(!ValueType::String.operators(false).contains(&Operator::Less));
    /// ```
    pub const fn operators(self, of_list: bool) -> &'static [Operator] {
        use Operator as O;
        match (self, of_list) {
            (Self::Object | Self::List, _) => &[O::Present, O::Absent],
            (_, true) => &[O::Contains, O::NotContains, O::Present, O::Absent],
            (Self::Number | Self::Integer | Self::Date | Self::DateTime, false) => &[
                O::Equals,
                O::NotEquals,
                O::Less,
                O::AtMost,
                O::More,
                O::AtLeast,
                O::Between,
                O::NotBetween,
                O::OneOf,
                O::NoneOf,
                O::Present,
                O::Absent,
            ],
            (Self::String, false) => &[
                O::Equals,
                O::NotEquals,
                O::OneOf,
                O::NoneOf,
                O::Contains,
                O::NotContains,
                O::StartsWith,
                O::NotStartsWith,
                O::EndsWith,
                O::NotEndsWith,
                O::Present,
                O::Absent,
            ],
            (Self::Country | Self::City, false) => {
                &[O::Equals, O::NotEquals, O::OneOf, O::NoneOf, O::Present, O::Absent]
            }
            (Self::Boolean, false) => &[O::IsTrue, O::IsFalse, O::Equals, O::NotEquals, O::Present, O::Absent],
        }
    }
}
