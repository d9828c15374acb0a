//! What a promotion declares of a request: attributes and their types.
//!
//! ```text
//! "number"   "string?"   "list<object{sku: string, quantity: integer, gift: boolean?}>"   {"type": "integer", "default": 1}
//! ```

use std::collections::BTreeMap;
use std::fmt::{self, Display, Formatter};
use std::str::FromStr;

use pest::Parser as _;
use pest::iterators::Pair;
use rust_decimal::Decimal;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::limits::MAX_NAME_BYTES;
use super::parse::{Grammar, Rule};
use crate::calendar::{Date, Instant};

/// The declared attributes of a promotion.
pub type Schema = BTreeMap<String, Attribute>;

/// Longest text of a type, in bytes: room for 32 fields with long names.
pub const MAX_TYPE_BYTES: usize = 4 * 1024;
/// Deepest nesting of a type: an order of lines of options of values has four.
pub const MAX_TYPE_DEPTH: usize = 8;
/// Most fields of an object: as many as attributes of a promotion.
pub const MAX_FIELDS: usize = 64;

/// The type of an attribute, of a list's elements or of an object's field.
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

    /// Reads the API's form.
    ///
    /// # Errors
    /// See [`TypeError`].
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

fn parse_default(kind: &AttributeType, json: &serde_json::Value) -> Result<Literal, TypeError> {
    let text = || json.as_str().ok_or(TypeError::Default);
    let number = || match json {
        // A number of at most 15 digits keeps them all; longer ones are sent as strings.
        serde_json::Value::Number(number) => crate::decimal::parse_json_number(&number.to_string()).ok(),
        serde_json::Value::String(text) => crate::decimal::parse_json_number(text).ok(),
        serde_json::Value::Null
        | serde_json::Value::Bool(_)
        | serde_json::Value::Array(_)
        | serde_json::Value::Object(_) => None,
    };
    let literal = match kind {
        AttributeType::Number => number().map(Literal::Number),
        AttributeType::Integer => number().filter(Decimal::is_integer).map(Literal::Number),
        AttributeType::String => Some(Literal::Text(text()?.to_owned())),
        AttributeType::Boolean => json.as_bool().map(Literal::Boolean),
        AttributeType::Date => Date::parse(text()?.as_bytes()).map(Literal::Date),
        AttributeType::DateTime => Instant::parse_rfc3339(text()?.as_bytes()).map(Literal::DateTime),
        AttributeType::List(_) | AttributeType::Object(_) => None,
    };
    literal.ok_or(TypeError::Default)
}

fn parse_type(text: &str) -> Result<(AttributeType, bool), TypeError> {
    let opened = text.bytes().scan(0_usize, |depth, byte| {
        match byte {
            b'<' | b'{' => *depth += 1,
            b'>' | b'}' => *depth = depth.saturating_sub(1),
            _ => {}
        }
        Some(*depth)
    });
    if text.len() > MAX_TYPE_BYTES || opened.max().unwrap_or_default() >= MAX_TYPE_DEPTH {
        return Err(TypeError::TooLarge);
    }
    let mut pairs = Grammar::parse(Rule::declaration, text).map_err(|_| TypeError::Unknown)?;
    let pair = pairs.next().and_then(|declaration| declaration.into_inner().next());
    build(pair.ok_or(TypeError::Unknown)?)
}

fn build(pair: Pair<'_, Rule>) -> Result<(AttributeType, bool), TypeError> {
    let mut inner = pair.into_inner();
    let body = inner.next().ok_or(TypeError::Unknown)?;
    let optional = inner.next().is_some();
    let rule = body.as_rule();
    let kind = if rule == Rule::list_type {
        let element = body.into_inner().next().ok_or(TypeError::Unknown)?;
        match build(element)? {
            (_, true) => return Err(TypeError::OptionalElement),
            (element, false) => AttributeType::List(Box::new(element)),
        }
    } else if rule == Rule::object_type {
        object(body)?
    } else {
        let mut simple = AttributeType::SIMPLE.into_iter();
        let named = simple.find(|kind| kind.word() == body.as_str());
        named.ok_or(TypeError::Unknown)?
    };
    Ok((kind, optional))
}

fn object(pair: Pair<'_, Rule>) -> Result<AttributeType, TypeError> {
    let mut fields = Vec::new();
    for member in pair.into_inner() {
        let mut parts = member.into_inner();
        let (Some(name), Some(text)) = (parts.next(), parts.next()) else {
            return Err(TypeError::Unknown);
        };
        let name = name.as_str().to_owned();
        if name.len() > MAX_NAME_BYTES || fields.len() == MAX_FIELDS {
            return Err(TypeError::TooLarge);
        }
        let (kind, optional) = build(text)?;
        fields.push(Field { name, kind, optional });
    }
    fields.sort_by(|a, b| a.name.cmp(&b.name));
    let twice = fields.windows(2).find_map(|pair| match pair {
        [a, b] if a.name == b.name => Some(a.name.clone()),
        _ => None,
    });
    twice.map_or(Ok(AttributeType::Object(fields)), |name| {
        Err(TypeError::DuplicateField(name))
    })
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
mod tests {
    use super::*;

    fn check(json: &str, expected: Result<&str, TypeError>) {
        let found = Attribute::parse(&serde_json::from_str(json).unwrap());
        let found = found.map(|attribute| serde_json::to_string(&attribute).unwrap());
        assert_eq!(found, expected.map(str::to_owned), "{json}");
    }

    #[test]
    fn declarations() {
        for same in [
            "\"number\"",
            "\"date_time?\"",
            "\"list<list<integer>>\"",
            "\"list<object{gift: boolean?, sku: string}>?\"",
            "\"object{}\"",
            r#"{"type":"integer","default":1}"#,
            r#"{"type":"number","default":"0.50"}"#,
            r#"{"type":"string","default":"none"}"#,
            r#"{"type":"date","default":"2026-12-24"}"#,
            r#"{"type":"date_time","default":"2026-12-24T18:00:00Z"}"#,
        ] {
            check(same, Ok(same));
        }
        check(
            "\" object { b : date , a : list < number > , } \"",
            Ok("\"object{a: list<number>, b: date}\""),
        );
        check(
            r#"{"type":"boolean?","default":true}"#,
            Ok(r#"{"type":"boolean","default":true}"#),
        );
        check(
            r#"{"type":"number","default":0.5}"#,
            Ok(r#"{"type":"number","default":"0.5"}"#),
        );
        check(r#"{"type":"number","default":null}"#, Ok("\"number\""));
    }

    #[test]
    fn refusals() {
        for json in [
            "\"\"",
            "\"float\"",
            "\"numbers\"",
            "\"list<>\"",
            "\"list<number\"",
            "\"object{a}\"",
        ] {
            check(json, Err(TypeError::Unknown));
        }
        check("\"list<number?>\"", Err(TypeError::OptionalElement));
        check(
            "\"object{a: date, a: date}\"",
            Err(TypeError::DuplicateField("a".to_owned())),
        );
        check(
            &format!("\"{}number{}\"", "list<".repeat(7), ">".repeat(7)),
            Ok(&format!("\"{}number{}\"", "list<".repeat(7), ">".repeat(7))),
        );
        check(&format!("\"{}\"", "list<".repeat(800)), Err(TypeError::TooLarge));
        check(&format!("\"{}\"", "x".repeat(5_000)), Err(TypeError::TooLarge));
        for json in ["1", "null", "{}", r#"{"type":"number","defualt":1}"#] {
            check(json, Err(TypeError::Form));
        }
        for (kind, default) in [
            ("integer", "1.5"),
            ("integer", "\"x\""),
            ("string", "1"),
            ("boolean", "0"),
            ("date", "\"2026-02-30\""),
            ("list<number>", "[]"),
            ("number", "true"),
            ("number", "1e40"),
        ] {
            check(
                &format!(r#"{{"type":"{kind}","default":{default}}}"#),
                Err(TypeError::Default),
            );
        }
    }
}
