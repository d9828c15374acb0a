//! Names, types and defaults as a promotion declares them.

use pest::Parser as _;
use pest::iterators::Pair;
use rust_decimal::Decimal;

use super::{AttributeType, Field, Literal, MAX_FIELDS, MAX_TYPE_BYTES, MAX_TYPE_DEPTH, TypeError};
use crate::calendar::{Date, Instant};
use crate::expression::limits::MAX_NAME_BYTES;

#[derive(pest_derive::Parser)]
#[grammar = "expression/words.pest"]
#[grammar = "expression/types.pest"]
struct Declarations;

/// Whether `text` can name an attribute: 1 to [`MAX_NAME_BYTES`] ASCII letters, digits and `_`, no digit first and no word
/// of the language.
///
/// ```
/// use engine::expression::is_name;
///
/// assert!(is_name("payment_method"));
/// assert!(!is_name("2nd") && !is_name("and") && !is_name("año"));
/// ```
pub fn is_name(text: &str) -> bool {
    text.len() <= MAX_NAME_BYTES
        && Declarations::parse(Rule::name, text)
            .is_ok_and(|mut pairs| pairs.next().is_some_and(|pair| pair.as_str() == text))
}

pub(super) fn parse_default(kind: &AttributeType, json: &serde_json::Value) -> Result<Literal, TypeError> {
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

pub(super) fn parse_type(text: &str) -> Result<(AttributeType, bool), TypeError> {
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
    let mut pairs = Declarations::parse(Rule::declaration, text).map_err(|_| TypeError::Unknown)?;
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
