//! The fields of a promotion, each read and checked by itself, so that every error is told at once.

use chrono::{DateTime, Datelike, Utc};
use serde_json::{Map, Value};

use super::{CodeError, Kind, PromotionCode, escape_pointer};
use crate::expression::{Attribute, BUILT_IN_NAMES, Condition, Diagnostic, Schema, is_name};
use crate::problem::FieldError;

/// Longest name, in characters: a line of a list.
pub const MAX_NAME_CHARS: usize = 200;
/// Most declared attributes: a condition has at most 256 nodes, so it cannot read more in a useful way.
pub const MAX_ATTRIBUTES: usize = 64;
/// Longest IANA time zone name, in characters; the longest that exists has 32.
pub const MAX_TIME_ZONE_CHARS: usize = 64;

/// The last year that four digits write.
const LAST_YEAR: i32 = 9_999;

/// The fields of a promotion under way, and what is wrong with them.
pub(super) struct Fields<'a> {
    pub(super) object: &'a Map<String, Value>,
    pub(super) errors: Vec<FieldError>,
}

impl Fields<'_> {
    pub(super) fn error(&mut self, pointer: &str, code: &str, detail: &str) {
        self.errors.push(FieldError::new(pointer, code, detail));
    }

    pub(super) fn keep<T>(&mut self, result: Result<T, Vec<FieldError>>) -> Option<T> {
        result.map_err(|errors| self.errors.extend(errors)).ok()
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.object.get(name).and_then(Value::as_str)
    }

    pub(super) fn code(&mut self) -> Option<PromotionCode> {
        let code = self.text("code").and_then(|text| text.parse().ok());
        if code.is_none() {
            self.error("/code", "code_invalid", &format!("Send a code: {CodeError}."));
        }
        code
    }

    pub(super) fn name(&mut self) -> Option<String> {
        let name = self
            .text("name")
            .map(str::trim)
            .filter(|name| (1..=MAX_NAME_CHARS).contains(&name.chars().count()) && !name.chars().any(char::is_control));
        let name = name.map(str::to_owned);
        if name.is_none() {
            let detail = format!("Send a name of 1 to {MAX_NAME_CHARS} characters without control characters.");
            self.error("/name", "name_invalid", &detail);
        }
        name
    }

    pub(super) fn kind(&mut self) -> Option<Kind> {
        let sent = self.text("kind");
        let kind = Kind::ALL.into_iter().find(|kind| sent == Some(kind.as_str()));
        if kind.is_none() {
            self.error("/kind", "kind_unknown", "Send \"discount\" or \"coupon\".");
        }
        kind
    }

    pub(super) fn attributes(&mut self) -> Option<Schema> {
        let declared = self.object.get("attributes").unwrap_or(&Value::Null);
        self.keep(parse_schema(declared))
    }

    pub(super) fn condition(&mut self, attributes: &Schema) -> Option<Condition> {
        let Some(source) = self.text("condition") else {
            self.error(
                "/condition",
                "condition_missing",
                "Send a condition, such as \"total >= 100\"; \"true\" always applies.",
            );
            return None;
        };
        let checked = Condition::check(source, attributes);
        self.keep(checked.map_err(|diagnostics| diagnostics.into_iter().map(field_error).collect()))
    }

    pub(super) fn time(&mut self, name: &str) -> Option<DateTime<Utc>> {
        let json = self.object.get(name).filter(|json| !json.is_null())?;
        let time = json.as_str().and_then(parse_time);
        if time.is_none() {
            self.error(
                &format!("/{name}"),
                "time_invalid",
                "Send RFC 3339, such as \"2027-01-31T23:59:59Z\", or null.",
            );
        }
        time
    }

    pub(super) fn time_zone(&mut self) -> Option<String> {
        let zone = match self.object.get("time_zone") {
            None | Some(Value::Null) => Some("UTC"),
            Some(json) => json.as_str(),
        };
        let zone = zone.filter(|zone| (1..=MAX_TIME_ZONE_CHARS).contains(&zone.len()) && zone.is_ascii());
        if zone.is_none() {
            self.error(
                "/time_zone",
                "time_zone_unknown",
                "Send an IANA name, such as \"America/Montevideo\".",
            );
        }
        zone.map(str::to_owned)
    }
}

/// A time in RFC 3339, if it is one of the years 0 to 9999 in UTC as well: RFC 3339 writes no other.
///
/// ```
/// use engine::promotion::parse_time;
///
/// assert_eq!(parse_time("2027-01-31T21:00:00-03:00"), parse_time("2027-02-01T00:00:00Z"));
/// assert_eq!(parse_time("9999-12-31T23:59:59-03:00"), None);
/// ```
pub fn parse_time(text: &str) -> Option<DateTime<Utc>> {
    let time = DateTime::parse_from_rfc3339(text).ok()?.to_utc();
    (0..=LAST_YEAR).contains(&time.year()).then_some(time)
}

fn field_error(diagnostic: Diagnostic) -> FieldError {
    FieldError {
        start: Some(diagnostic.start),
        end: Some(diagnostic.end),
        ..FieldError::new("/condition", diagnostic.code, diagnostic.message)
    }
}

/// Reads declared attributes, `{"total": "number"}`; `null` declares none.
///
/// # Errors
/// All that is wrong, with pointers below `/attributes`.
///
/// ```
/// use engine::promotion::parse_schema;
/// use serde_json::json;
///
/// assert_eq!(parse_schema(&json!({"total": "number"})).unwrap().len(), 1);
/// assert_eq!(parse_schema(&json!({"total": "float"})).unwrap_err()[0].pointer, "/attributes/total");
/// ```
pub fn parse_schema(json: &Value) -> Result<Schema, Vec<FieldError>> {
    let declared = match json {
        Value::Null => return Ok(Schema::new()),
        Value::Object(declared) => declared,
        Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
            let detail = "Send an object of names and types, such as {\"total\": \"number\"}.";
            return Err(vec![FieldError::new("/attributes", "not_an_object", detail)]);
        }
    };
    if declared.len() > MAX_ATTRIBUTES {
        let detail = format!("Declare at most {MAX_ATTRIBUTES} attributes.");
        return Err(vec![FieldError::new("/attributes", "too_many", detail)]);
    }
    let mut errors = Vec::new();
    let mut schema = Schema::new();
    for (name, declaration) in declared {
        let pointer = format!("/attributes/{}", escape_pointer(name));
        if let Some((code, detail)) = name_error(name) {
            errors.push(FieldError::new(pointer.clone(), code, detail));
        }
        match Attribute::parse(declaration) {
            Ok(attribute) => _ = schema.insert(name.clone(), attribute),
            Err(error) => errors.push(FieldError::new(
                pointer,
                "type_unknown",
                format!("Send a type: {error}."),
            )),
        }
    }
    if errors.is_empty() { Ok(schema) } else { Err(errors) }
}

fn name_error(name: &str) -> Option<(&'static str, String)> {
    if BUILT_IN_NAMES.contains(&name) {
        return Some(("name_built_in", format!("`{name}` is built in: choose another name.")));
    }
    (!is_name(name)).then(|| {
        let detail =
            "A name is 1 to 64 letters, digits and `_`, does not start with a digit and is no word of the language.";
        ("name_invalid", detail.to_owned())
    })
}
