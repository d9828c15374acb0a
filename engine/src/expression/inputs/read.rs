//! The attributes of a request, read along a program's layout.

use super::Inputs;
use crate::calendar::{Date, Instant};
use crate::expression::layout::{Layout, LayoutField, Scalar, Take};
use crate::expression::limits::MAX_LIST_ELEMENTS;
use crate::expression::types::{Literal, MAX_FIELDS};
use crate::expression::value::{List, ListOrigin, Text, TextOrigin, Value};
use crate::json::{JsonError, RawString, Scanner, Start};
use crate::problem::FieldError;
use crate::promotion::escape_pointer;

/// Most field errors that are told: who sends a thousand wrong lines has one mistake, not a thousand.
const MAX_FIELD_ERRORS: usize = 50;

/// What is wrong with a request.
#[derive(Debug, Default)]
pub(crate) struct Issues(pub(crate) Vec<FieldError>);

impl Issues {
    pub(crate) fn add(&mut self, pointer: impl Into<String>, code: &str, detail: impl Into<String>) {
        self.push(FieldError::new(pointer, code, detail));
    }

    pub(crate) fn push(&mut self, error: FieldError) {
        if self.0.len() < MAX_FIELD_ERRORS {
            self.0.push(error);
        }
    }
}

/// A place in the request; a pointer is made of it only for an error.
#[derive(Clone, Copy)]
pub(crate) enum Path<'a> {
    Root,
    Key(&'a Path<'a>, &'a str),
    Element(&'a Path<'a>, u32),
}

impl Path<'_> {
    pub(crate) fn pointer(&self) -> String {
        match self {
            Self::Root => String::new(),
            Self::Key(parent, key) => format!("{}/{}", parent.pointer(), escape_pointer(key)),
            Self::Element(parent, position) => format!("{}/{position}", parent.pointer()),
        }
    }
}

/// Where cells are counted from: a table and the first cell of a row; the slots are the one row of table 0.
#[derive(Clone, Copy)]
struct Row {
    table: u16,
    start: usize,
}

const SLOTS: Row = Row { table: 0, start: 0 };

impl Inputs {
    /// Reads the value of `attributes`, at which the scanner stands.
    pub(crate) fn read_attributes(
        &mut self,
        layout: &Layout,
        scanner: &mut Scanner<'_>,
        issues: &mut Issues,
    ) -> Result<(), JsonError> {
        let path = Path::Key(&Path::Root, "attributes");
        match scanner.start()? {
            Start::Object => self.read_fields(&layout.attributes, SLOTS, scanner, &path, issues),
            Start::Null => {
                scanner.skip()?;
                self.without_attributes(layout, issues);
                Ok(())
            }
            Start::Array | Start::String | Start::Number | Start::True | Start::False => {
                let detail = "Send an object, such as {\"total\": 120.50}.";
                issues.add(path.pointer(), "not_an_object", detail);
                scanner.skip()
            }
        }
    }

    /// What follows from a request without attributes.
    pub(crate) fn without_attributes(&mut self, layout: &Layout, issues: &mut Issues) {
        let path = Path::Key(&Path::Root, "attributes");
        for field in &layout.attributes {
            self.missing(field, SLOTS, &path, issues);
        }
    }

    /// Appends a text.
    pub(crate) fn add_text(&mut self, text: &str) -> Text {
        let start = self.text.len();
        self.text.push_str(text);
        self.text_since(start)
    }

    /// Appends what a string says; `None` when it is no Unicode.
    pub(crate) fn add_string(&mut self, string: RawString<'_>) -> Option<Text> {
        let start = self.text.len();
        if string.escaped {
            if !string.append_to(&mut self.text) {
                return None;
            }
        } else {
            self.text.push_str(string.text());
        }
        Some(self.text_since(start))
    }

    #[expect(
        clippy::cast_possible_truncation,
        reason = "a body has at most 64 KiB, and defaults 4 KiB"
    )]
    fn text_since(&self, start: usize) -> Text {
        Text {
            origin: TextOrigin::Inputs,
            start: start as u32,
            len: (self.text.len() - start) as u32,
        }
    }

    fn set(&mut self, row: Row, cell: u16, value: Value) {
        let cells = self.cells.get_mut(usize::from(row.table));
        if let Some(slot) = cells.and_then(|cells| cells.get_mut(row.start + usize::from(cell))) {
            *slot = value;
        }
    }

    fn read_fields(
        &mut self,
        fields: &[LayoutField],
        row: Row,
        scanner: &mut Scanner<'_>,
        path: &Path<'_>,
        issues: &mut Issues,
    ) -> Result<(), JsonError> {
        scanner.enter()?;
        let (mut sent, mut present) = (0_u64, 0_u64);
        let mut first = true;
        while let Some(key) = scanner.next_key(&mut first)? {
            let Some((position, field)) = find(fields, key) else {
                scanner.skip()?;
                continue;
            };
            let path = Path::Key(path, &field.name);
            let bit = bit(position);
            if sent & bit != 0 {
                issues.add(path.pointer(), "duplicate", "Send the field once.");
                scanner.skip()?;
                continue;
            }
            sent |= bit;
            if scanner.start()? == Start::Null {
                scanner.word("null")?;
            } else {
                present |= bit;
                self.read_value(&field.take, row, scanner, &path, issues)?;
            }
        }
        for (position, field) in fields.iter().enumerate() {
            if present & bit(position) == 0 {
                self.missing(field, row, path, issues);
            }
        }
        Ok(())
    }

    fn missing(&mut self, field: &LayoutField, row: Row, path: &Path<'_>, issues: &mut Issues) {
        if !field.optional {
            let (what, detail) = (Path::Key(path, &field.name), describe(&field.take));
            let detail = format!("Send `{}`, {detail}.", field.name);
            issues.add(what.pointer(), "required", detail);
            return;
        }
        match &field.take {
            Take::Scalar { cell, .. } => {
                let value = field.default.as_ref().map(|default| self.literal(default));
                self.set(row, *cell, value.unwrap_or(Value::Absent));
            }
            Take::Object { cell: Some(cell), .. } => self.set(row, *cell, Value::Absent),
            Take::Object { cell: None, .. } | Take::List { .. } => {}
        }
    }

    fn literal(&mut self, literal: &Literal) -> Value {
        match literal {
            Literal::Number(number) => Value::Number((*number).into()),
            Literal::Text(text) => Value::Text(self.add_text(text)),
            Literal::Boolean(value) => Value::Boolean(*value),
            Literal::Date(date) => Value::Date(*date),
            Literal::DateTime(instant) => Value::DateTime(*instant),
        }
    }

    fn read_value(
        &mut self,
        take: &Take,
        row: Row,
        scanner: &mut Scanner<'_>,
        path: &Path<'_>,
        issues: &mut Issues,
    ) -> Result<(), JsonError> {
        let start = scanner.start()?;
        match (take, start) {
            (Take::Scalar { cell, kind }, _) => {
                if let Some(value) = self.read_scalar(*kind, start, scanner, path, issues)? {
                    self.set(row, *cell, value);
                }
                Ok(())
            }
            (Take::Object { cell, fields }, Start::Object) => {
                if let Some(cell) = cell {
                    self.set(row, *cell, Value::Boolean(true));
                }
                self.read_fields(fields, row, scanner, path, issues)
            }
            (Take::List { cell, table, element }, Start::Array) => {
                let list = self.read_list(*table, element.as_deref(), scanner, path, issues)?;
                self.set(row, *cell, Value::List(list));
                Ok(())
            }
            (Take::Object { .. } | Take::List { .. }, _) => {
                issues.add(path.pointer(), "wrong_type", format!("Send {}.", describe(take)));
                scanner.skip()
            }
        }
    }

    fn read_list(
        &mut self,
        table: u16,
        element: Option<&Take>,
        scanner: &mut Scanner<'_>,
        path: &Path<'_>,
        issues: &mut Issues,
    ) -> Result<List, JsonError> {
        let width = usize::from(self.widths.get(usize::from(table)).copied().unwrap_or_default());
        let begin = self.table(table).len();
        scanner.enter()?;
        let (mut first, mut len) = (true, 0_u32);
        while scanner.next_element(&mut first)? {
            if len as usize == MAX_LIST_ELEMENTS {
                let detail = format!("Send at most {MAX_LIST_ELEMENTS} elements.");
                issues.add(path.pointer(), "list_too_long", detail);
            }
            let path = Path::Element(path, len);
            len += 1;
            let start = scanner.start()?;
            match element {
                Some(element) if len as usize <= MAX_LIST_ELEMENTS => {
                    let row = self.add_row(table, width);
                    if start == Start::Null {
                        issues.add(path.pointer(), "wrong_type", format!("Send {}.", describe(element)));
                        scanner.skip()?;
                    } else {
                        self.read_value(element, row, scanner, &path, issues)?;
                    }
                }
                Some(_) | None => scanner.skip()?,
            }
        }
        Ok(List {
            origin: ListOrigin::Table(table),
            start: u32::try_from(begin).unwrap_or(u32::MAX),
            len,
        })
    }

    fn add_row(&mut self, table: u16, width: usize) -> Row {
        let mut start = 0;
        if let Some(cells) = self.cells.get_mut(usize::from(table)) {
            start = cells.len();
            cells.resize(start + width, Value::Absent);
        }
        Row { table, start }
    }

    fn read_scalar(
        &mut self,
        kind: Scalar,
        start: Start,
        scanner: &mut Scanner<'_>,
        path: &Path<'_>,
        issues: &mut Issues,
    ) -> Result<Option<Value>, JsonError> {
        let value = match (kind, start) {
            (Scalar::Number | Scalar::Integer, Start::Number) => match scanner.number()?.value() {
                Ok(number) if kind == Scalar::Number || number.is_whole() => Some(Value::Number(number)),
                Ok(_) => None,
                Err(error) => {
                    issues.add(path.pointer(), "wrong_type", format!("Send a shorter number: {error}."));
                    return Ok(None);
                }
            },
            (Scalar::String, Start::String) => {
                let string = scanner.string()?;
                self.add_string(string).map(Value::Text)
            }
            (Scalar::Boolean, Start::True) => {
                scanner.word("true")?;
                Some(Value::Boolean(true))
            }
            (Scalar::Boolean, Start::False) => {
                scanner.word("false")?;
                Some(Value::Boolean(false))
            }
            (Scalar::Date, Start::String) => Date::parse(scanner.string()?.bytes()).map(Value::Date),
            (Scalar::DateTime, Start::String) => Instant::parse_rfc3339(scanner.string()?.bytes()).map(Value::DateTime),
            _ => {
                scanner.skip()?;
                None
            }
        };
        if value.is_none() {
            issues.add(path.pointer(), "wrong_type", format!("Send {}.", kind.article()));
        }
        Ok(value)
    }
}

/// The field that a key names.
fn find<'f>(fields: &'f [LayoutField], key: RawString<'_>) -> Option<(usize, &'f LayoutField)> {
    fields
        .iter()
        .take(MAX_FIELDS)
        .enumerate()
        .find(|(_, field)| key.is(&field.name))
}

/// The mark of a field among those of its object, which are at most [`MAX_FIELDS`].
fn bit(position: usize) -> u64 {
    u32::try_from(position)
        .ok()
        .and_then(|position| 1_u64.checked_shl(position))
        .unwrap_or(0)
}

const fn describe(take: &Take) -> &'static str {
    match take {
        Take::Scalar { kind, .. } => kind.article(),
        Take::Object { .. } => "an object",
        Take::List { .. } => "a list",
    }
}
