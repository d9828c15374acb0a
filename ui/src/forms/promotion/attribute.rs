//! Declared attributes as they are typed.

use std::collections::BTreeMap;

use engine::expression::{Attribute, AttributeType, Schema, is_name};
use engine::problem::FieldError;
use serde_json::{Map, Value, json};

use super::pointer;
use crate::forms::number::is_json_number;
use crate::i18n::forms as text;

/// Most digits of a number that every JSON tool keeps.
const MAX_EXACT_DIGITS: usize = 15;

/// An attribute as it is typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AttributeDraft {
    pub(crate) name: String,
    /// A type without its mark, such as `number` or `list<string>`.
    pub(crate) kind: String,
    /// A request may leave it out.
    pub(crate) is_optional: bool,
    /// What it is then; empty for nothing.
    pub(crate) default: String,
}

impl AttributeDraft {
    /// The draft of a declaration.
    pub(crate) fn of(name: &str, attribute: &Attribute) -> Self {
        let declared = serde_json::to_value(attribute).unwrap_or_default();
        let default = match declared.get("default") {
            Some(Value::String(text)) => text.clone(),
            Some(other) => other.to_string(),
            None => String::new(),
        };
        Self {
            name: name.to_owned(),
            kind: attribute.kind().to_string(),
            is_optional: attribute.is_optional(),
            default,
        }
    }

    /// The API's form of its type.
    fn declaration(&self) -> Value {
        let kind = self.kind.trim();
        let default = self.default.trim();
        match (self.is_optional, default.is_empty()) {
            (false, _) => json!(kind),
            (true, true) => json!(format!("{kind}?")),
            (true, false) => json!({"type": kind, "default": self.default_json(default)}),
        }
    }

    fn default_json(&self, default: &str) -> Value {
        let is_number = matches!(self.kind.trim(), "number" | "integer");
        let is_exact = default.bytes().filter(u8::is_ascii_digit).count() <= MAX_EXACT_DIGITS;
        let number = || serde_json::from_str(default).ok();
        match (self.kind.trim(), default) {
            ("boolean", "true") => Value::Bool(true),
            ("boolean", "false") => Value::Bool(false),
            (_, _) if is_number && is_exact && is_json_number(default) => number().unwrap_or_default(),
            (_, _) => json!(default),
        }
    }
}

/// The declared attributes that can be used, for checking the condition while rows are still being typed.
pub(crate) fn schema(attributes: &[AttributeDraft]) -> Schema {
    let usable = attributes.iter().filter(|attribute| is_name(attribute.name.trim()));
    usable
        .filter_map(|attribute| {
            let parsed = Attribute::parse(&attribute.declaration()).ok();
            // Without its default it is still of its type.
            let parsed = parsed.or_else(|| Some(attribute.kind.trim().parse::<AttributeType>().ok()?.into()));
            Some((attribute.name.trim().to_owned(), parsed?))
        })
        .collect()
}

/// The API's form of all of them.
pub(super) fn to_json(attributes: &[AttributeDraft], errors: &mut Vec<FieldError>) -> Value {
    let mut declared = BTreeMap::new();
    for attribute in attributes {
        let name = attribute.name.trim();
        if declared.insert(name, attribute.declaration()).is_some() {
            errors.push(FieldError::new(
                pointer("/attributes", name),
                "name_taken",
                text::attribute_twice(),
            ));
        }
    }
    let declared = declared.into_iter().map(|(name, kind)| (name.to_owned(), kind));
    Value::Object(declared.collect::<Map<_, _>>())
}
