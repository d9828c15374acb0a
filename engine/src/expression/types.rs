//! What a promotion declares of a request: attributes and their types.
//!
//! ```text
//! "number"   "string?"   "list<object{sku: string, quantity: integer, gift: boolean?}>"   {"type": "integer", "default": 1}
//! ```

mod parse;

use std::collections::BTreeMap;
use std::fmt::{self, Display, Formatter};
use std::str::FromStr;

use rust_decimal::Decimal;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::calendar::{Date, Instant};
pub use parse::is_name;
use parse::{parse_default, parse_type};

/// The declared attributes of a promotion, by name.
///
/// ```
/// use engine::expression::Schema;
///
/// let schema: Schema = serde_json::from_str(r#"{"total": "number", "note": "string?"}"#).unwrap();
/// assert!(schema["note"].is_optional());
/// ```
pub type Schema = BTreeMap<String, Attribute>;

/// Longest text of a type, in bytes: room for 32 fields with long names.
pub const MAX_TYPE_BYTES: usize = 4 * 1024;
/// Deepest nesting of a type: an order of lines of options of values has four.
pub const MAX_TYPE_DEPTH: usize = 8;
/// Most fields of an object: as many as attributes of a promotion.
pub const MAX_FIELDS: usize = 64;

/// The type of an attribute, of a list's elements or of an object's field.
///
/// ```
/// use engine::expression::AttributeType;
///
/// let lines: AttributeType = "list<object{sku: string, gift: boolean?}>".parse().unwrap();
/// assert_eq!(lines.to_string(), "list<object{gift: boolean?, sku: string}>");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AttributeType {
    /// An exact decimal.
    Number,
    /// A number without decimals.
    Integer,
    /// Text.
    String,
    /// True or false.
    Boolean,
    /// A day of the calendar, `"2026-12-24"`.
    Date,
    /// An instant, RFC 3339 with its offset, `"2026-12-24T18:00:00Z"`.
    DateTime,
    /// Values of one type; none of them is left out.
    List(Box<AttributeType>),
    /// Named fields, in the order of the alphabet.
    Object(Vec<Field>),
}

/// A field of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// Its type.
    pub kind: AttributeType,
    /// Whether a request may leave it out.
    pub optional: bool,
}

/// A declared attribute.
///
/// ```
/// use engine::expression::{Attribute, AttributeType};
///
/// let attribute: Attribute = serde_json::from_str(r#"{"type": "integer", "default": 1}"#).unwrap();
/// assert_eq!(attribute.kind(), &AttributeType::Integer);
/// assert!(attribute.is_optional());
/// assert!(serde_json::from_str::<Attribute>("\"float\"").is_err());
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attribute {
    kind: AttributeType,
    optional: bool,
    default: Option<Literal>,
}

/// A value written in a declaration or in a condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Literal {
    /// An exact decimal.
    Number(Decimal),
    /// Text.
    Text(String),
    /// True or false.
    Boolean(bool),
    /// A day.
    Date(Date),
    /// An instant.
    DateTime(Instant),
}

/// Why a text is not a type, or a value not an attribute.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TypeError {
    /// The text does not parse.
    #[error(
        "a type is `number`, `integer`, `string`, `boolean`, `date`, `date_time`, `list<…>` or `object{{name: …}}`, with `?` after it when it may be left out"
    )]
    Unknown,
    /// Too long or too deep.
    #[error("a type has at most {MAX_TYPE_BYTES} bytes, {MAX_TYPE_DEPTH} levels and {MAX_FIELDS} fields an object")]
    TooLarge,
    /// Elements of a list cannot be left out.
    #[error("the elements of a list cannot be optional: remove the `?` inside `list<…>`")]
    OptionalElement,
    /// Two fields with one name.
    #[error("an object has two fields called `{0}`: rename one")]
    DuplicateField(String),
    /// Not of the declared type, or the type has no defaults.
    #[error("a default is a value of the declared type; lists and objects have none")]
    Default,
    /// Not a string and not an object with `type`.
    #[error("declare an attribute as \"number\" or as {{\"type\": \"number\", \"default\": 0}}")]
    Form,
}

impl AttributeType {
    /// The types without parts, for pickers.
    pub const SIMPLE: [Self; 6] = [
        Self::Number,
        Self::Integer,
        Self::String,
        Self::Boolean,
        Self::Date,
        Self::DateTime,
    ];

    /// The word that a declaration begins with.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Number => "number",
            Self::Integer => "integer",
            Self::String => "string",
            Self::Boolean => "boolean",
            Self::Date => "date",
            Self::DateTime => "date_time",
            Self::List(_) => "list",
            Self::Object(_) => "object",
        }
    }
}

impl Attribute {
    /// An attribute that every request carries.
    pub const fn required(kind: AttributeType) -> Self {
        Self {
            kind,
            optional: false,
            default: None,
        }
    }

    /// An attribute that a request may leave out.
    pub const fn optional(kind: AttributeType) -> Self {
        Self {
            kind,
            optional: true,
            default: None,
        }
    }

    /// Its type.
    pub const fn kind(&self) -> &AttributeType {
        &self.kind
    }

    /// Whether a request may leave it out.
    pub const fn is_optional(&self) -> bool {
        self.optional
    }

    /// What it is when a request leaves it out; without a default it is absent.
    pub const fn default(&self) -> Option<&Literal> {
        self.default.as_ref()
    }

    /// Reads the API's form: a type, or an object with a type and a default. A number of more than 15 digits is written as
    /// a string.
    ///
    /// # Errors
    /// See [`TypeError`].
    ///
    /// ```
    /// use engine::expression::{Attribute, Literal, TypeError};
    /// use serde_json::json;
    ///
    /// let channel = Attribute::parse(&json!({"type": "string", "default": "web"})).unwrap();
    /// assert_eq!(channel.default(), Some(&Literal::Text("web".to_owned())));
    /// assert_eq!(Attribute::parse(&json!("list<number?>")), Err(TypeError::OptionalElement));
    /// ```
    pub fn parse(json: &serde_json::Value) -> Result<Self, TypeError> {
        if let Some(text) = json.as_str() {
            let (kind, optional) = parse_type(text)?;
            return Ok(Self {
                kind,
                optional,
                default: None,
            });
        }
        let object = json.as_object().ok_or(TypeError::Form)?;
        if object.keys().any(|key| key != "type" && key != "default") {
            return Err(TypeError::Form);
        }
        let text = object.get("type").and_then(serde_json::Value::as_str);
        let (kind, optional) = parse_type(text.ok_or(TypeError::Form)?)?;
        let default = match object.get("default") {
            None | Some(serde_json::Value::Null) => None,
            Some(value) => Some(parse_default(&kind, value)?),
        };
        Ok(Self {
            optional: optional || default.is_some(),
            kind,
            default,
        })
    }
}

impl From<AttributeType> for Attribute {
    fn from(kind: AttributeType) -> Self {
        Self::required(kind)
    }
}

impl FromStr for AttributeType {
    type Err = TypeError;

    /// Reads a type without `?`.
    fn from_str(text: &str) -> Result<Self, TypeError> {
        match parse_type(text)? {
            (kind, false) => Ok(kind),
            (_, true) => Err(TypeError::Unknown),
        }
    }
}

impl Display for AttributeType {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number | Self::Integer | Self::String | Self::Boolean | Self::Date | Self::DateTime => {
                f.write_str(self.word())
            }
            Self::List(element) => write!(f, "{}<{element}>", self.word()),
            Self::Object(fields) => {
                write!(f, "{}{{", self.word())?;
                for (position, field) in fields.iter().enumerate() {
                    let separator = if position == 0 { "" } else { ", " };
                    let mark = if field.optional { "?" } else { "" };
                    write!(f, "{separator}{}: {}{mark}", field.name, field.kind)?;
                }
                f.write_str("}")
            }
        }
    }
}

impl Serialize for Attribute {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct WithDefault<'a> {
            r#type: String,
            default: &'a Literal,
        }
        match &self.default {
            Some(default) => {
                let r#type = self.kind.to_string();
                WithDefault { r#type, default }.serialize(serializer)
            }
            None => {
                let mark = if self.optional { "?" } else { "" };
                serializer.collect_str(&format_args!("{}{mark}", self.kind))
            }
        }
    }
}

impl Serialize for Literal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Number(number) => match i64::try_from(*number) {
                Ok(integer) if number.scale() == 0 && integer.unsigned_abs() < 1 << 53 => {
                    serializer.serialize_i64(integer)
                }
                _ => serializer.collect_str(number),
            },
            Self::Text(text) => serializer.serialize_str(text),
            Self::Boolean(value) => serializer.serialize_bool(*value),
            Self::Date(date) => serializer.collect_str(date),
            Self::DateTime(instant) => serializer.collect_str(instant),
        }
    }
}

impl<'de> Deserialize<'de> for Attribute {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let json = serde_json::Value::deserialize(deserializer)?;
        Self::parse(&json).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests;
