//! Reading requests: a JSON body field by field with every error at once, a page of a list, a query.

use std::fmt;
use std::str::FromStr;

use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use engine::problem::{FieldError, ProblemType};
pub(crate) use engine::promotion::parse_time;
use schemars::JsonSchema;
use serde::de::{self, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

use crate::openapi::doc::Field;
use crate::problem::Error;

/// Deepest nesting of a body: far above any form of the API, and bounds recursion over it.
const MAX_JSON_DEPTH: usize = 32;
/// Rows of a page unless asked otherwise.
const DEFAULT_PAGE_ROWS: i64 = 20;
/// Most rows of a page: each is at most 64 KiB, so an answer stays in single megabytes.
pub(crate) const MAX_PAGE_ROWS: i64 = 100;
/// Longest name of anything, in characters: a line of a list.
pub(crate) const MAX_NAME_CHARS: usize = 200;

/// A JSON body of any form.
#[derive(Debug)]
pub(crate) struct JsonBody(pub(crate) Value);

impl<S: Send + Sync> FromRequest<S> for JsonBody {
    type Rejection = Error;

    async fn from_request(request: Request, state: &S) -> Result<Self, Error> {
        let axum::Json(Unique(json)) = axum::Json::<Unique>::from_request(request, state).await?;
        if is_deeper(&json, MAX_JSON_DEPTH) {
            let detail = format!("Send JSON that nests at most {MAX_JSON_DEPTH} deep.");
            return Err(Error::new(ProblemType::Malformed, detail));
        }
        if has_nul(&json) {
            return Err(Error::new(
                ProblemType::Malformed,
                "Send text without the character U+0000.",
            ));
        }
        Ok(Self(json))
    }
}

/// The same with its text: for whoever needs numbers and white space as they were written.
#[derive(Debug)]
pub(crate) struct JsonText {
    pub(crate) json: Value,
    pub(crate) text: Bytes,
}

impl<S: Send + Sync> FromRequest<S> for JsonText {
    type Rejection = Error;

    async fn from_request(request: Request, state: &S) -> Result<Self, Error> {
        let (parts, body) = request.into_parts();
        let text = Bytes::from_request(Request::from_parts(parts.clone(), body), state).await?;
        let request = Request::from_parts(parts, Body::from(text.clone()));
        let JsonBody(json) = JsonBody::from_request(request, state).await?;
        Ok(Self { json, text })
    }
}

/// JSON in which no object names a field twice: readers would disagree about which one counts.
struct Unique(Value);

impl<'de> Deserialize<'de> for Unique {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(UniqueVisitor).map(Self)
    }
}

struct UniqueVisitor;

impl<'de> Visitor<'de> for UniqueVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut array = Vec::new();
        while let Some(Unique(item)) = items.next_element()? {
            array.push(item);
        }
        Ok(array.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some((name, Unique(value))) = fields.next_entry::<String, _>()? {
            if object.insert(name.clone(), value).is_some() {
                return Err(de::Error::custom(format!(
                    "the field {name:?} stands twice in one object"
                )));
            }
        }
        Ok(object.into())
    }
}

/// Whether arrays and objects nest deeper. The parser stops at 128 levels, which bounds this recursion too.
fn is_deeper(json: &Value, depth: usize) -> bool {
    let inside = depth.checked_sub(1);
    match json {
        Value::Array(items) => inside.is_none_or(|depth| items.iter().any(|item| is_deeper(item, depth))),
        Value::Object(fields) => inside.is_none_or(|depth| fields.values().any(|field| is_deeper(field, depth))),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

/// The one character that the database cannot store.
fn has_nul(json: &Value) -> bool {
    match json {
        Value::String(text) => text.contains('\0'),
        Value::Array(items) => items.iter().any(has_nul),
        Value::Object(fields) => fields.iter().any(|(name, field)| name.contains('\0') || has_nul(field)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

/// A query string, whose problems are problems.
#[derive(Debug, FromRequestParts)]
#[from_request(via(axum::extract::Query), rejection(Error))]
pub(crate) struct Query<T>(pub(crate) T);

/// The parameters in a path. What cannot be read there names nothing: 404.
#[derive(Debug, FromRequestParts)]
#[from_request(via(axum::extract::Path), rejection(Error))]
pub(crate) struct Path<T>(pub(crate) T);

/// An answer with which something began to exist.
pub(crate) struct Created<T>(pub(crate) T);

impl<T: IntoResponse> IntoResponse for Created<T> {
    fn into_response(self) -> Response {
        (StatusCode::CREATED, self.0).into_response()
    }
}

/// An answer to what goes on after it.
pub(crate) struct Accepted<T>(pub(crate) T);

impl<T: IntoResponse> IntoResponse for Accepted<T> {
    fn into_response(self) -> Response {
        (StatusCode::ACCEPTED, self.0).into_response()
    }
}

/// The fields of a body, and what is wrong with them so far.
pub(crate) struct Fields<'a> {
    json: &'a Value,
    errors: Vec<FieldError>,
}

impl<'a> Fields<'a> {
    /// The fields of an object.
    pub(crate) fn of(json: &'a Value) -> Result<Self, Error> {
        if json.is_object() {
            return Ok(Self {
                json,
                errors: Vec::new(),
            });
        }
        Err(Error::invalid(vec![FieldError::new(
            "",
            "not_an_object",
            "Send a JSON object.",
        )]))
    }

    /// The fields of an object that has these and no others: a misspelt one would be taken for left out.
    pub(crate) fn only(json: &'a Value, known: &[Field]) -> Result<Self, Error> {
        let mut fields = Self::of(json)?;
        let names: Vec<_> = known.iter().map(|field| field.name).collect();
        let known = names.join("`, `");
        for name in json.as_object().into_iter().flat_map(Map::keys) {
            if !names.contains(&name.as_str()) {
                // RFC 6901 §3.
                let pointer = format!("/{}", name.replace('~', "~0").replace('/', "~1"));
                fields.error(
                    pointer,
                    "field_unknown",
                    format!("Leave it out: the fields here are `{known}`."),
                );
            }
        }
        Ok(fields)
    }

    /// Whether a field is there, be it null.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.json.get(name).is_some()
    }

    /// A field's value; `None` when it is absent or null.
    pub(crate) fn value(&self, name: &str) -> Option<&'a Value> {
        self.json.get(name).filter(|value| !value.is_null())
    }

    /// A field's text.
    pub(crate) fn text(&self, name: &str) -> Option<&'a str> {
        self.value(name).and_then(Value::as_str)
    }

    /// Notes errors.
    pub(crate) fn extend(&mut self, errors: impl IntoIterator<Item = FieldError>) {
        self.errors.extend(errors);
    }

    /// Notes an error.
    pub(crate) fn error(&mut self, pointer: impl Into<String>, code: &str, detail: impl Into<String>) {
        self.errors.push(FieldError::new(pointer, code, detail));
    }

    /// A name: some characters, no control characters, spaces around it dropped.
    pub(crate) fn name(&mut self, name: &str) -> Option<&'a str> {
        let fits =
            |text: &&str| (1..=MAX_NAME_CHARS).contains(&text.chars().count()) && !text.chars().any(char::is_control);
        let text = self.text(name).map(str::trim).filter(fits);
        if text.is_none() {
            let detail = format!("Send 1 to {MAX_NAME_CHARS} characters without control characters.");
            self.error(format!("/{name}"), "name_invalid", detail);
        }
        text
    }

    /// A time, or none.
    pub(crate) fn time(&mut self, name: &str) -> Option<DateTime<Utc>> {
        let value = self.value(name)?;
        let time = value.as_str().and_then(parse_time);
        if time.is_none() {
            self.error(format!("/{name}"), "time_invalid", TIME_HELP);
        }
        time
    }

    /// 422 with what is wrong so far.
    pub(crate) fn into_error(self) -> Error {
        Error::invalid(self.errors)
    }

    /// 422 when anything was wrong.
    pub(crate) fn finish(self) -> Result<(), Error> {
        if self.errors.is_empty() {
            Ok(())
        } else {
            Err(self.into_error())
        }
    }
}

/// What a time looks like.
pub(crate) const TIME_HELP: &str = "Send RFC 3339, such as \"2027-01-31T23:59:59Z\".";

/// Which page of a list.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct PageQuery {
    /// How many items, 20 unless asked otherwise.
    #[schemars(with = "Option<i64>", range(min = 1, max = MAX_PAGE_ROWS))]
    limit: Option<String>,
    /// The `next_cursor` of the page before; the first page without one.
    cursor: Option<String>,
}

/// The same, checked.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PageRequest<Id> {
    pub(crate) limit: i64,
    pub(crate) before: Option<Id>,
}

impl PageQuery {
    /// Checks the limit, and the cursor, which is the last identifier of the page before.
    pub(crate) fn parse<Id: FromStr>(&self) -> Result<PageRequest<Id>, Error> {
        let mut errors = Vec::new();
        let limit = self
            .limit
            .as_deref()
            .map(|limit| limit.parse().ok().filter(|n| (1..=MAX_PAGE_ROWS).contains(n)));
        if limit == Some(None) {
            let detail = format!("Send a number from 1 to {MAX_PAGE_ROWS}.");
            errors.push(FieldError::new("/limit", "limit_invalid", detail));
        }
        let before = self.cursor.as_deref().map(str::parse);
        if matches!(before, Some(Err(_))) {
            let detail = "Send the `next_cursor` of the page before, or none for the first page.";
            errors.push(FieldError::new("/cursor", "cursor_invalid", detail));
        }
        if !errors.is_empty() {
            return Err(Error::invalid(errors));
        }
        Ok(PageRequest {
            limit: limit.flatten().unwrap_or(DEFAULT_PAGE_ROWS),
            before: before.and_then(Result::ok),
        })
    }
}

/// A page of a list.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "{T}Page")]
pub(crate) struct Page<T> {
    items: Vec<T>,
    /// Where the next page begins; null on the last one.
    next_cursor: Option<String>,
}

impl<T> Page<T> {
    /// A list of one page.
    pub(crate) const fn whole(items: Vec<T>) -> Self {
        Self {
            items,
            next_cursor: None,
        }
    }

    /// The same page of other items; one that is gone meanwhile is left out.
    pub(crate) fn try_filter_map<U, E>(self, map: impl FnMut(T) -> Result<Option<U>, E>) -> Result<Page<U>, E> {
        let items = self.items.into_iter().map(map).filter_map(Result::transpose);
        Ok(Page {
            items: items.collect::<Result<_, _>>()?,
            next_cursor: self.next_cursor,
        })
    }
}

impl<Id> PageRequest<Id> {
    /// Rows to read: one more than asked tells whether there is another page.
    pub(crate) const fn rows(&self) -> i64 {
        self.limit + 1
    }

    /// The page of the rows read, each with its cursor.
    pub(crate) fn page<T>(&self, mut rows: Vec<(String, T)>) -> Page<T> {
        let limit = usize::try_from(self.limit).unwrap_or(usize::MAX);
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next_cursor = rows.last().filter(|_| more).map(|(cursor, _)| cursor.clone());
        Page {
            items: rows.into_iter().map(|(_, item)| item).collect(),
            next_cursor,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn depth() {
        let check = |levels: usize, deeper| {
            let json = (0..levels).fold(Value::from(1), |inner, _| Value::Array(vec![inner]));
            assert_eq!(is_deeper(&json, MAX_JSON_DEPTH), deeper, "{levels}");
        };
        check(0, false);
        check(MAX_JSON_DEPTH, false);
        check(MAX_JSON_DEPTH + 1, true);
    }
}
