//! The values that a program takes from a request, by name: for telling one request from another.

use super::inputs::Inputs;
use super::layout::{Layout, LayoutField, Take};
use super::program::Program;
use super::value::{List, ListOrigin, Value};

/// Bytes that a fingerprint is usually made of, with some room.
const USUAL_BYTES: usize = 512;

/// What a fingerprint is made of: a name, the length of a text and the text, one after the other.
pub(crate) struct Fingerprinted {
    bytes: Vec<u8>,
    /// Where the value at hand is found in the attributes.
    path: String,
}

impl Fingerprinted {
    pub(crate) fn new() -> Self {
        Self {
            bytes: Vec::with_capacity(USUAL_BYTES),
            path: String::new(),
        }
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// A part that is no attribute.
    pub(crate) fn add(&mut self, name: &str, text: &str) {
        add(&mut self.bytes, name, &[], text);
    }

    /// The attributes, in an order that depends on their names only. Two spellings of a number are one value; what is absent
    /// is left out.
    pub(crate) fn add_attributes(&mut self, inputs: &Inputs, program: &Program) {
        let layout = &program.layout;
        Attributes {
            inputs,
            layout,
            parts: self,
        }
        .fields(&layout.attributes, 0, 0);
    }

    /// The value at hand.
    fn value(&mut self, kind: u8, text: &str) {
        add(&mut self.bytes, &self.path, &[kind], text);
    }

    fn whole(&mut self, kind: u8, number: i64) {
        self.value(kind, itoa::Buffer::new().format(number));
    }
}

/// A length before each text keeps ("a", "bc") apart from ("ab", "c").
fn add(bytes: &mut Vec<u8>, name: &str, kind: &[u8], text: &str) {
    bytes.extend_from_slice(name.as_bytes());
    bytes.push(b':');
    bytes.extend_from_slice(itoa::Buffer::new().format(kind.len() + text.len()).as_bytes());
    bytes.push(b':');
    bytes.extend(kind);
    bytes.extend_from_slice(text.as_bytes());
    bytes.push(b';');
}

struct Attributes<'a> {
    inputs: &'a Inputs,
    layout: &'a Layout,
    parts: &'a mut Fingerprinted,
}

impl Attributes<'_> {
    fn fields(&mut self, fields: &[LayoutField], table: u16, row: usize) {
        for field in fields {
            self.within(&field.name, |attributes| attributes.take(&field.take, table, row));
        }
    }

    /// What is found under a name.
    fn within(&mut self, name: &str, work: impl FnOnce(&mut Self)) {
        let length = self.parts.path.len();
        self.parts.path.push('/');
        self.parts.path.push_str(name);
        work(self);
        self.parts.path.truncate(length);
    }

    fn take(&mut self, take: &Take, table: u16, row: usize) {
        let inputs = self.inputs;
        let cell = |cell: u16| inputs.table(table).get(row + usize::from(cell)).copied();
        match take {
            Take::Scalar { cell: at, .. } => self.single(cell(*at)),
            Take::Object { cell: at, fields } => {
                if let Some(at) = at {
                    self.single(cell(*at));
                }
                self.fields(fields, table, row);
            }
            Take::List { cell: at, element, .. } => {
                if let Some(Value::List(list)) = cell(*at) {
                    self.list(list, element.as_deref());
                }
            }
        }
    }

    fn list(&mut self, list: List, element: Option<&Take>) {
        self.parts.whole(b'l', list.len.into());
        let (ListOrigin::Table(table), Some(element)) = (list.origin, element) else {
            return;
        };
        let width = self.layout.widths.get(usize::from(table)).copied().unwrap_or_default();
        for position in 0..list.len as usize {
            let row = list.start as usize + position * usize::from(width);
            self.within(itoa::Buffer::new().format(position), |attributes| {
                attributes.take(element, table, row)
            });
        }
    }

    fn single(&mut self, value: Option<Value>) {
        let parts = &mut *self.parts;
        match value {
            None | Some(Value::Absent | Value::List(_)) => {}
            Some(Value::Boolean(value)) => parts.value(b'b', if value { "true" } else { "false" }),
            Some(Value::Number(number)) => match number.parts() {
                Some((whole, 0)) => parts.whole(b'n', whole),
                Some(_) | None => parts.value(b'n', &number.decimal().normalize().to_string()),
            },
            Some(Value::Date(date)) => parts.value(b'd', &date.to_string()),
            Some(Value::DateTime(instant)) => parts.value(b't', &instant.to_string()),
            Some(Value::Text(text)) => parts.value(b's', self.inputs.text_of(text)),
        }
    }
}
