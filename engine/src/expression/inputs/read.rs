//! The attributes of a request, read along a program's layout.

use super::Inputs;
use crate::calendar::{Date, Instant};
use crate::decimal::DecimalError;
use crate::expression::layout::{Layout, LayoutField, Scalar, Take};
use crate::expression::limits::MAX_LIST_ELEMENTS;
use crate::expression::types::{Literal, MAX_FIELDS};
use crate::expression::value::{List, ListOrigin, Text, TextOrigin, Value};
use crate::json::{KeyOrder, RawString, Scanned, Scanner, Start};
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
    /// Reads the value of `attributes`, at which the scanner stands and which begins like `start`.
    pub(crate) fn read_attributes(
        &mut self,
        layout: &Layout,
        start: Start,
        scanner: &mut Scanner<'_>,
        issues: &mut Issues,
    ) -> Scanned<()> {
        let mut reader = Reader {
            inputs: self,
            layout,
            scanner,
            issues,
        };
        reader.attributes(start)
    }

    /// What follows from a request without attributes.
    pub(crate) fn without_attributes(&mut self, layout: &Layout, issues: &mut Issues) {
        for field in &layout.attributes {
            self.missing(field, SLOTS, &ATTRIBUTES, issues);
        }
    }

    /// What a string of the text that the inputs were reset with says; `None` when it is no Unicode.
    #[inline]
    pub(crate) fn add_string(&mut self, scanner: &Scanner<'_>, string: RawString) -> Option<Text> {
        if string.escaped() {
            let start = self.text.len();
            let is_unicode = scanner.unescape(string, &mut self.text);
            return is_unicode.then(|| self.text_since(start));
        }
        Some(Text {
            origin: TextOrigin::Inputs,
            start: string.start(),
            len: string.len(),
        })
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
            Literal::Text(text) => {
                let start = self.text.len();
                self.text.push_str(text);
                Value::Text(self.text_since(start))
            }
            Literal::Boolean(value) => Value::Boolean(*value),
            Literal::Date(date) => Value::Date(*date),
            Literal::DateTime(instant) => Value::DateTime(*instant),
        }
    }

    #[expect(
        clippy::cast_possible_truncation,
        reason = "a body has at most 64 KiB, its strings are no longer, and defaults 4 KiB"
    )]
    fn text_since(&self, start: usize) -> Text {
        Text {
            origin: TextOrigin::Inputs,
            start: start as u32,
            len: (self.text.len() - start) as u32,
        }
    }

    #[inline]
    fn set(&mut self, row: Row, cell: u16, value: Value) {
        let cells = self.cells.get_mut(usize::from(row.table));
        if let Some(slot) = cells.and_then(|cells| cells.get_mut(row.start + usize::from(cell))) {
            *slot = value;
        }
    }

    fn add_row(&mut self, table: u16, width: usize) -> Row {
        let mut start = 0;
        if let Some(cells) = self.cells.get_mut(usize::from(table)) {
            start = cells.len();
            cells.resize(start + width, Value::Absent);
        }
        Row { table, start }
    }
}

/// Follows a layout through the text of a request.
struct Reader<'r, 's> {
    inputs: &'r mut Inputs,
    layout: &'r Layout,
    scanner: &'r mut Scanner<'s>,
    issues: &'r mut Issues,
}

const ATTRIBUTES: Path<'static> = Path::Key(&Path::Root, "attributes");

impl Reader<'_, '_> {
    fn attributes(&mut self, start: Start) -> Scanned<()> {
        let layout = self.layout;
        match start {
            Start::Object => {
                let mut order = self.inputs.order;
                let read = self.fields(&layout.attributes, SLOTS, &mut order, &ATTRIBUTES);
                self.inputs.order = order;
                read
            }
            Start::Null => {
                self.inputs.without_attributes(layout, self.issues);
                self.scanner.skip()
            }
            Start::Array | Start::String | Start::Number | Start::True | Start::False => {
                let detail = "Send an object, such as {\"total\": 120.50}.";
                self.issues.add(ATTRIBUTES.pointer(), "not_an_object", detail);
                self.scanner.skip()
            }
        }
    }

    fn fields(&mut self, fields: &[LayoutField], row: Row, order: &mut KeyOrder, path: &Path<'_>) -> Scanned<()> {
        self.scanner.enter()?;
        let (mut sent, mut present) = (0_u64, 0_u64);
        let mut first = true;
        let mut place = 0;
        while self.scanner.next_entry(&mut first)? {
            let Some((position, field)) = next(fields, self.scanner, order, place)? else {
                self.scanner.skip()?;
                continue;
            };
            place += 1;
            let bit = bit(position);
            if sent & bit != 0 {
                let path = Path::Key(path, &field.name);
                self.issues.add(path.pointer(), "duplicate", "Send the field once.");
                self.scanner.skip()?;
                continue;
            }
            sent |= bit;
            let start = self.scanner.start()?;
            if start == Start::Null {
                self.scanner.word("null")?;
            } else {
                present |= bit;
                if let Take::Scalar { cell, kind } = field.take {
                    if let Some(misfit) = self.scalar(kind, cell, start, row)? {
                        self.misfit(&Path::Key(path, &field.name), misfit);
                    }
                } else {
                    let path = Path::Key(path, &field.name);
                    self.value(&field.take, start, row, &mut KeyOrder::default(), &path)?;
                }
            }
        }
        if present == all(fields.len()) {
            return Ok(());
        }
        for (position, field) in fields.iter().enumerate() {
            if present & bit(position) == 0 {
                self.inputs.missing(field, row, path, self.issues);
            }
        }
        Ok(())
    }

    /// A value of any form; `order` is that of its keys, if it is an object.
    fn value(&mut self, take: &Take, start: Start, row: Row, order: &mut KeyOrder, path: &Path<'_>) -> Scanned<()> {
        match (take, start) {
            (Take::Scalar { cell, kind }, _) => {
                if let Some(misfit) = self.scalar(*kind, *cell, start, row)? {
                    self.misfit(path, misfit);
                }
            }
            (Take::Object { cell, fields }, Start::Object) => {
                if let Some(cell) = cell {
                    self.inputs.set(row, *cell, Value::Boolean(true));
                }
                self.fields(fields, row, order, path)?;
            }
            (Take::List { cell, table, element }, Start::Array) => {
                let list = self.list(*table, element.as_deref(), path)?;
                self.inputs.set(row, *cell, Value::List(list));
            }
            (Take::Object { .. } | Take::List { .. }, _) => {
                self.wrong(path, describe(take));
                self.scanner.skip()?;
            }
        }
        Ok(())
    }

    fn list(&mut self, table: u16, element: Option<&Take>, path: &Path<'_>) -> Scanned<List> {
        let width = self.layout.widths.get(usize::from(table)).copied().unwrap_or_default();
        let begin = self.inputs.table(table).len();
        self.scanner.enter()?;
        let mut order = KeyOrder::default();
        let (mut first, mut len) = (true, 0_u32);
        while self.scanner.next_element(&mut first)? {
            if len as usize == MAX_LIST_ELEMENTS {
                let detail = format!("Send at most {MAX_LIST_ELEMENTS} elements.");
                self.issues.add(path.pointer(), "list_too_long", detail);
            }
            let path = Path::Element(path, len);
            len += 1;
            let start = self.scanner.start()?;
            match element {
                Some(element) if len as usize <= MAX_LIST_ELEMENTS => {
                    let row = self.inputs.add_row(table, width.into());
                    if start == Start::Null {
                        self.wrong(&path, describe(element));
                        self.scanner.skip()?;
                    } else {
                        self.value(element, start, row, &mut order, &path)?;
                    }
                }
                Some(_) | None => self.scanner.skip()?,
            }
        }
        Ok(List {
            origin: ListOrigin::Table(table),
            start: u32::try_from(begin).unwrap_or(u32::MAX),
            len,
        })
    }

    /// A value without parts; why it is not taken, if it is not.
    #[inline(always)]
    fn scalar(&mut self, kind: Scalar, cell: u16, start: Start, row: Row) -> Scanned<Option<Misfit>> {
        let scanner = &mut *self.scanner;
        let value = match (kind, start) {
            (Scalar::Number | Scalar::Integer, Start::Number) => {
                let number = scanner.number()?;
                match scanner.value(number) {
                    Ok(number) if kind == Scalar::Number || number.is_whole() => Some(Value::Number(number)),
                    Ok(_) => None,
                    Err(error) => return Ok(Some(Misfit::Number(error))),
                }
            }
            (Scalar::String, Start::String) => {
                let string = scanner.string()?;
                self.inputs.add_string(scanner, string).map(Value::Text)
            }
            (Scalar::Boolean, Start::True) => {
                scanner.word("true")?;
                Some(Value::Boolean(true))
            }
            (Scalar::Boolean, Start::False) => {
                scanner.word("false")?;
                Some(Value::Boolean(false))
            }
            (Scalar::Date, Start::String) => {
                let string = scanner.string()?;
                Date::parse(scanner.bytes(string)).map(Value::Date)
            }
            (Scalar::DateTime, Start::String) => {
                let string = scanner.string()?;
                Instant::parse_rfc3339(scanner.bytes(string)).map(Value::DateTime)
            }
            _ => {
                scanner.skip()?;
                None
            }
        };
        let Some(value) = value else {
            return Ok(Some(Misfit::Kind(kind)));
        };
        self.inputs.set(row, cell, value);
        Ok(None)
    }

    #[cold]
    fn misfit(&mut self, path: &Path<'_>, misfit: Misfit) {
        match misfit {
            Misfit::Kind(kind) => self.wrong(path, kind.article()),
            Misfit::Number(error) => self.wrong(path, &format!("a shorter number: {error}")),
        }
    }

    #[cold]
    fn wrong(&mut self, path: &Path<'_>, what: &str) {
        self.issues.add(path.pointer(), "wrong_type", format!("Send {what}."));
    }
}

/// Why a value without parts is not taken.
enum Misfit {
    /// It is of another type than this.
    Kind(Scalar),
    /// It is a number with more digits than a decimal.
    Number(DecimalError),
}

/// The field whose key is next; `None` for a key that is not read.
#[inline(always)]
fn next<'f>(
    fields: &'f [LayoutField],
    scanner: &mut Scanner<'_>,
    order: &mut KeyOrder,
    place: usize,
) -> Scanned<Option<(usize, &'f LayoutField)>> {
    let expected = order.expected(place);
    if let Some(field) = fields.get(expected)
        && scanner.take_key(&field.key)
    {
        return Ok(Some((expected, field)));
    }
    let key = scanner.key()?;
    let found = find(fields, scanner, key);
    if let Some((position, _)) = found {
        order.learn(place, position);
    }
    Ok(found)
}

/// The field that a key names.
fn find<'f>(fields: &'f [LayoutField], scanner: &Scanner<'_>, key: RawString) -> Option<(usize, &'f LayoutField)> {
    let mut fields = fields.iter().take(MAX_FIELDS).enumerate();
    if key.escaped() {
        return fields.find(|(_, field)| scanner.says(key, &field.name));
    }
    let name = scanner.bytes(key);
    fields.find(|(_, field)| field.name.as_bytes() == name)
}

/// The mark of a field among those of its object, which are at most [`MAX_FIELDS`].
const fn bit(position: usize) -> u64 {
    1 << (position % MAX_FIELDS)
}

/// The marks of so many fields.
const fn all(fields: usize) -> u64 {
    if fields == MAX_FIELDS {
        u64::MAX
    } else {
        bit(fields) - 1
    }
}

const fn describe(take: &Take) -> &'static str {
    match take {
        Take::Scalar { kind, .. } => kind.article(),
        Take::Object { .. } => "an object",
        Take::List { .. } => "a list",
    }
}
