//! Random declarations of attributes.

use engine::expression::{AttributeType, Field};

use crate::random::Random;
use crate::values;

/// Names of attributes; some begin with a word of the language or are called like a function.
const NAMES: [&str; 20] = [
    "total",
    "quantity",
    "method",
    "member",
    "lines",
    "customer",
    "order",
    "android",
    "nothing",
    "iffy",
    "in_store",
    "between_days",
    "trueish",
    "len",
    "_private",
    "e1",
    "day",
    "then_some",
    "elsewhere",
    "tags",
];
const FIELDS: [&str; 10] = [
    "sku",
    "price",
    "quantity",
    "gift",
    "options",
    "tier",
    "address",
    "joined",
    "not_before",
    "or_else",
];
/// Lists of lists of objects of lists.
const MAX_LEVELS: usize = 4;

/// A declared attribute.
#[derive(Debug, Clone)]
pub(crate) struct Declared {
    pub(crate) name: &'static str,
    pub(crate) kind: AttributeType,
    pub(crate) optional: bool,
    /// As JSON.
    pub(crate) default: Option<String>,
}

/// One to eight attributes with different names.
pub(crate) fn attributes(random: &mut Random) -> Vec<Declared> {
    let most = if random.percent(80) { 4 } else { 8 };
    let count = 1 + random.below(most);
    let mut all: Vec<Declared> = Vec::with_capacity(count);
    for name in different(random, &NAMES, count) {
        let kind = kind(random, 0);
        let is_single = !matches!(kind, AttributeType::List(_) | AttributeType::Object(_));
        let default = (is_single && random.percent(20)).then(|| default(random, &kind));
        let optional = default.is_some() || random.percent(35);
        all.push(Declared {
            name,
            kind,
            optional,
            default,
        });
    }
    all
}

/// The declarations in the API's form.
pub(crate) fn to_json(attributes: &[Declared]) -> String {
    let members = attributes.iter().map(|attribute| {
        let Declared {
            name,
            kind,
            optional,
            default,
        } = attribute;
        match default {
            Some(default) => format!("\"{name}\":{{\"type\":\"{kind}\",\"default\":{default}}}"),
            None => format!("\"{name}\":\"{kind}{}\"", if *optional { "?" } else { "" }),
        }
    });
    format!("{{{}}}", members.collect::<Vec<_>>().join(","))
}

/// Defaults take long numbers as strings only.
fn default(random: &mut Random, kind: &AttributeType) -> String {
    match kind {
        AttributeType::Number => format!("\"{}\"", values::number(random, false)),
        AttributeType::Integer => format!("\"{}\"", values::number(random, true)),
        AttributeType::String
        | AttributeType::Boolean
        | AttributeType::Date
        | AttributeType::DateTime
        | AttributeType::List(_)
        | AttributeType::Object(_) => values::json(random, kind),
    }
}

fn kind(random: &mut Random, level: usize) -> AttributeType {
    // Fewer parts the deeper: else few types would end before the deepest level.
    match random.below(10 + 4 * level) {
        0..3 if level < MAX_LEVELS => AttributeType::List(Box::new(kind(random, level + 1))),
        3..5 if level < MAX_LEVELS => object(random, level + 1),
        _ => simple(random),
    }
}

/// A type without parts.
pub(crate) fn simple(random: &mut Random) -> AttributeType {
    let kind = random.pick(&AttributeType::SIMPLE).cloned();
    kind.unwrap_or(AttributeType::Number)
}

fn object(random: &mut Random, level: usize) -> AttributeType {
    let count = 1 + random.below(4);
    let names = different(random, &FIELDS, count);
    let fields = names.into_iter().map(|name| Field {
        name: name.to_owned(),
        kind: kind(random, level),
        optional: random.percent(35),
    });
    AttributeType::Object(fields.collect())
}

fn different(random: &mut Random, names: &[&'static str], count: usize) -> Vec<&'static str> {
    let mut drawn = Vec::with_capacity(count);
    while drawn.len() < count.min(names.len()) {
        let name = names.get(random.below(names.len())).copied().unwrap_or_default();
        if !drawn.contains(&name) {
            drawn.push(name);
        }
    }
    drawn
}
