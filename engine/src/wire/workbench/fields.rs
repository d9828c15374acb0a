//! The types of what rows are about, and what can be taken of a field.

use serde::{Deserialize, Serialize};

use crate::expression::AttributeType;

/// The type of values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ValueType {
    /// A decimal.
    Number,
    /// A number of a field without decimals.
    Integer,
    /// Text.
    String,
    /// True or false.
    Boolean,
    /// A day.
    Date,
    /// A moment.
    DateTime,
    /// The shopper's country, ISO 3166-1 alpha-2.
    Country,
    /// The shopper's city, UN/LOCODE.
    City,
    /// Fields of its own.
    Object,
    /// A list, as the element of another.
    List,
}

impl ValueType {
    /// The type of a declared attribute's rows, and whether it is a list.
    ///
    /// ```
    /// use engine::wire::workbench::ValueType;
    ///
    /// let check = |declared: &str, expected| assert_eq!(ValueType::of(&declared.parse().unwrap()), expected);
    /// check("date", (ValueType::Date, false));
    /// check("list<string>", (ValueType::String, true));
    /// check("list<list<string>>", (ValueType::List, true));
    /// ```
    pub fn of(kind: &AttributeType) -> (Self, bool) {
        let single = match kind {
            AttributeType::Number => Self::Number,
            AttributeType::Integer => Self::Integer,
            AttributeType::String => Self::String,
            AttributeType::Boolean => Self::Boolean,
            AttributeType::Date => Self::Date,
            AttributeType::DateTime => Self::DateTime,
            AttributeType::Object(_) => Self::Object,
            AttributeType::List(element) => {
                let (element, is_list) = Self::of(element);
                return (if is_list { Self::List } else { element }, true);
            }
        };
        (single, false)
    }

    /// The type of a [built-in name](crate::expression::BUILT_IN_NAMES); `None` for any other.
    pub fn of_built_in(name: &str) -> Option<Self> {
        match name {
            "age" => Some(Self::Integer),
            "amount" => Some(Self::Number),
            "city" => Some(Self::City),
            "country" => Some(Self::Country),
            "customer_id" => Some(Self::String),
            "now" => Some(Self::DateTime),
            _ => None,
        }
    }

    /// What can be taken of a field of this type, or of a list of them, in the order of a menu.
    pub const fn functions(self, of_list: bool) -> &'static [Function] {
        use Function as F;
        match (self, of_list) {
            (_, true) => &[F::Len],
            (Self::String | Self::Country | Self::City, false) => &[F::Lower, F::Upper, F::Trim, F::Len],
            (Self::Date, false) => &[F::Weekday, F::Day, F::Month, F::Year],
            (Self::DateTime, false) => &[F::Date, F::Hour, F::Weekday, F::Day, F::Month, F::Year],
            (Self::Number | Self::Integer | Self::Boolean | Self::Object | Self::List, false) => &[],
        }
    }
}

/// What is taken of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Function {
    /// The year of a date or a time.
    Year,
    /// Its month, 1 to 12.
    Month,
    /// Its day of the month.
    Day,
    /// Its day of the week: 1 is Monday.
    Weekday,
    /// The hour of a time, 0 to 23.
    Hour,
    /// The day of a time.
    Date,
    /// Characters of a text, elements of a list.
    Len,
    /// A text in small letters.
    Lower,
    /// A text in capitals.
    Upper,
    /// A text without white space at both ends.
    Trim,
}

impl Function {
    /// Every function.
    pub const ALL: [Self; 10] = [
        Self::Year,
        Self::Month,
        Self::Day,
        Self::Weekday,
        Self::Hour,
        Self::Date,
        Self::Len,
        Self::Lower,
        Self::Upper,
        Self::Trim,
    ];

    /// Its name in the language.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Year => "year",
            Self::Month => "month",
            Self::Day => "day",
            Self::Weekday => "weekday",
            Self::Hour => "hour",
            Self::Date => "date",
            Self::Len => "len",
            Self::Lower => "lower",
            Self::Upper => "upper",
            Self::Trim => "trim",
        }
    }

    /// The type of what it gives.
    pub const fn gives(self) -> ValueType {
        match self {
            Self::Year | Self::Month | Self::Day | Self::Weekday | Self::Hour | Self::Len => ValueType::Integer,
            Self::Date => ValueType::Date,
            Self::Lower | Self::Upper | Self::Trim => ValueType::String,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expression::{BUILT_IN_NAMES, Condition, Schema};

    #[test]
    fn built_in_names_have_types() {
        assert!(BUILT_IN_NAMES.iter().all(|name| ValueType::of_built_in(name).is_some()));
        assert_eq!(ValueType::of_built_in("total"), None);
    }

    #[test]
    fn functions_are_those_of_the_language() {
        for declared in [
            "number",
            "string",
            "boolean",
            "date",
            "date_time",
            "list<string>",
            "object{}",
        ] {
            let schema: Schema = [("x".to_owned(), declared.parse::<AttributeType>().unwrap().into())].into();
            let (kind, is_list) = ValueType::of(&declared.parse().unwrap());
            for function in Function::ALL {
                let call = format!("{}(x)", function.as_str());
                let compared = if function.gives() == ValueType::Integer {
                    format!("{call} > 1")
                } else if function.gives() == ValueType::Date {
                    format!("{call} > date('2026-12-24')")
                } else {
                    format!("{call} == 'x'")
                };
                // A date's own day is taken in vain, and no menu offers it.
                let in_vain = kind == ValueType::Date && function == Function::Date;
                let expected = in_vain || kind.functions(is_list).contains(&function);
                assert_eq!(
                    Condition::check(&compared, &schema).is_ok(),
                    expected,
                    "{compared} of {declared}"
                );
            }
        }
    }
}
