//! A JSON schema as people read it: its type in a few words, its bounds, and the fields one level down.

use serde_json::Value;

use super::document::{Document, component_name, optional_text};
use crate::i18n::developers as text;

/// Types within types that one line tells: deeper ones are told where they are opened.
const MAX_KIND_DEPTH: usize = 3;

/// What a schema says of its own value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Shape {
    /// Such as `string`, `list of Coupon` or `Money or null`.
    pub(super) kind: String,
    pub(super) description: Option<String>,
    /// Bounds and forms, each a few words.
    pub(super) notes: Vec<String>,
    /// The values, where they are listed.
    pub(super) values: Vec<String>,
}

/// An object inside of a schema, whose fields are shown when it is opened.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Part {
    /// The component's name, or what is said of it; `None` for the only one.
    pub(super) name: Option<String>,
    pub(super) fields: Vec<Field>,
}

/// A field of an object.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Field {
    pub(super) name: String,
    pub(super) is_required: bool,
    pub(super) schema: Value,
}

impl Document {
    pub(super) fn shape(&self, schema: &Value) -> Shape {
        let resolved = self.resolve(schema);
        // What is said beside a reference is about this place.
        let description =
            optional_text(schema.get("description")).or_else(|| optional_text(resolved.get("description")));
        Shape {
            kind: self.kind(schema, 0),
            description,
            notes: notes(resolved),
            values: values(resolved),
        }
    }

    /// The type, in words.
    fn kind(&self, schema: &Value, depth: usize) -> String {
        let resolved = self.resolve(schema);
        if let Some(name) = component_name(schema)
            && has_parts(resolved)
        {
            return name.to_owned();
        }
        if depth == MAX_KIND_DEPTH {
            return text::kind_any().to_owned();
        }
        let alternatives: Vec<_> = alternatives(resolved).map(|one| self.kind(one, depth + 1)).collect();
        if !alternatives.is_empty() {
            return either(alternatives);
        }
        let words: Vec<&str> = match resolved.get("type") {
            Some(Value::Array(words)) => words.iter().filter_map(Value::as_str).collect(),
            Some(Value::String(word)) => vec![word.as_str()],
            _ => Vec::new(),
        };
        if words.is_empty() {
            return text::kind_any().to_owned();
        }
        let word = |word: &&str| match resolved.get("items").filter(|_| *word == "array") {
            Some(items) => text::kind_list(&self.kind(items, depth + 1)),
            None => (*word).to_owned(),
        };
        either(words.iter().map(word).collect())
    }

    /// The objects in a schema: itself, the elements of a list, what it can be instead.
    pub(super) fn parts(&self, schema: &Value) -> Vec<Part> {
        let mut parts = Vec::new();
        self.collect_parts(schema, &mut parts, 0);
        if let [part] = parts.as_mut_slice() {
            part.name = None;
        }
        parts
    }

    fn collect_parts(&self, schema: &Value, parts: &mut Vec<Part>, depth: usize) {
        if depth > MAX_KIND_DEPTH {
            return;
        }
        let resolved = self.resolve(schema);
        let fields = fields(resolved);
        if !fields.is_empty() {
            let name = component_name(schema).map(str::to_owned);
            let name = name.or_else(|| optional_text(resolved.get("description")));
            parts.push(Part { name, fields });
        }
        let inner = alternatives(resolved).chain(resolved.get("items"));
        inner.for_each(|inner| self.collect_parts(inner, parts, depth + 1));
    }
}

/// Whether there is something to open.
fn has_parts(resolved: &Value) -> bool {
    resolved.get("properties").is_some() || alternatives(resolved).next().is_some()
}

fn alternatives(schema: &Value) -> impl Iterator<Item = &Value> {
    let of = |name: &str| schema.get(name).and_then(Value::as_array).into_iter().flatten();
    of("anyOf").chain(of("oneOf"))
}

fn fields(schema: &Value) -> Vec<Field> {
    let required: Vec<_> = schema
        .get("required")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .collect();
    let properties = schema
        .get("properties")
        .and_then(Value::as_object)
        .into_iter()
        .flatten();
    let field = |(name, schema): (&String, &Value)| Field {
        name: name.clone(),
        is_required: required.iter().any(|required| required.as_str() == Some(name)),
        schema: schema.clone(),
    };
    let mut fields: Vec<_> = properties.map(field).collect();
    // What has to be sent comes first.
    fields.sort_by_key(|field| !field.is_required);
    fields
}

/// Words with an "or" before the last; each once.
fn either(words: Vec<String>) -> String {
    let mut unique: Vec<String> = Vec::new();
    for word in words {
        if !unique.contains(&word) {
            unique.push(word);
        }
    }
    match unique.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, rest)) => text::kind_or(&rest.join(", "), last),
        None => String::new(),
    }
}

/// The values that are allowed, where they are listed.
fn values(schema: &Value) -> Vec<String> {
    let listed = schema.get("enum").and_then(Value::as_array).into_iter().flatten();
    listed.chain(schema.get("const")).map(plain).collect()
}

/// Bounds and forms in words.
fn notes(schema: &Value) -> Vec<String> {
    let mut notes = Vec::new();
    let mut note = |name: &str, words: fn(&str) -> String| {
        if let Some(value) = schema.get(name) {
            notes.push(words(&plain(value)));
        }
    };
    note("format", |value| value.to_owned());
    note("minimum", text::note_minimum);
    note("maximum", text::note_maximum);
    note("minLength", text::note_min_length);
    note("maxLength", text::note_max_length);
    note("minItems", text::note_min_items);
    note("maxItems", text::note_max_items);
    note("pattern", text::note_pattern);
    note("default", text::note_default);
    if let Some(example) = schema.pointer("/examples/0") {
        notes.push(text::note_example(&plain(example)));
    }
    notes
}

/// A value as it is written, a text without its quotes.
fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::document::tests::document;
    use super::*;

    #[test]
    fn kinds() {
        let check = |schema: Value, expected: &str| assert_eq!(document().shape(&schema).kind, expected, "{schema}");
        let coupon = json!({"$ref": "#/components/schemas/Coupon"});
        check(json!({"type": "string"}), "string");
        check(json!({"type": ["integer", "null"]}), "integer or null");
        check(coupon.clone(), "Coupon");
        check(json!({"$ref": "#/components/schemas/State"}), "string");
        check(json!({"type": "array", "items": coupon}), "list of Coupon");
        check(json!({"anyOf": [coupon, {"type": "null"}]}), "Coupon or null");
        check(
            json!({"anyOf": [{"type": "string"}, {"type": "integer"}, {"type": "string"}, {"type": "null"}]}),
            "string, integer or null",
        );
        check(json!({}), "any value");
        check(json!({"$ref": "#/components/schemas/Circle"}), "any value");
    }

    #[test]
    fn what_is_said_of_a_value() {
        let shape = document().shape(&json!({
            "type": "string", "format": "date-time", "minLength": 1, "maxLength": 128, "pattern": "^a$",
            "default": "a", "examples": ["a", "b"], "description": "A letter.",
        }));
        let notes = [
            "date-time",
            "at least 1 characters",
            "at most 128 characters",
            "matches ^a$",
            "a unless sent",
            "such as a",
        ];
        assert_eq!(shape.notes, notes);
        assert_eq!(shape.description.as_deref(), Some("A letter."));
        let state = document().shape(&json!({"$ref": "#/components/schemas/State", "description": "Now."}));
        assert_eq!(state.values, ["active", "revoked"]);
        assert_eq!(state.description.as_deref(), Some("Now."));
        assert_eq!(document().shape(&json!({"const": "tiered"})).values, ["tiered"]);
    }

    #[test]
    fn parts_one_level_down() {
        let document = document();
        let parts = document.parts(&json!({"$ref": "#/components/schemas/Coupon"}));
        let [part] = parts.as_slice() else {
            panic!("{parts:?}");
        };
        assert_eq!(part.name, None);
        let names: Vec<_> = part
            .fields
            .iter()
            .map(|field| (field.name.as_str(), field.is_required))
            .collect();
        assert_eq!(
            names,
            [("code", true), ("lines", false), ("parent", false), ("state", false)]
        );
        // The elements of a list, each of its kinds by what is said of it.
        let names: Vec<_> = document
            .parts(&part.fields[1].schema)
            .into_iter()
            .map(|part| part.name)
            .collect();
        assert_eq!(names, [Some("With a sum.".to_owned()), None]);
        // A coupon in a coupon is told when it is opened.
        assert_eq!(document.parts(&part.fields[2].schema).len(), 1);
        assert!(document.parts(&json!({"type": "string"})).is_empty());
        assert!(
            document
                .parts(&json!({"$ref": "#/components/schemas/Circle"}))
                .is_empty()
        );
    }
}
