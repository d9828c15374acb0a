//! The values that a program takes from a request, by name: for telling one request from another.

use super::inputs::Inputs;
use super::layout::{Layout, LayoutField, Take};
use super::program::Program;
use super::value::{List, ListOrigin, Value};

pub(crate) struct Fingerprint<'a> {
    inputs: &'a Inputs,
    layout: &'a Layout,
}

impl<'a> Fingerprint<'a> {
    pub(crate) const fn new(inputs: &'a Inputs, program: &'a Program) -> Self {
        Self {
            inputs,
            layout: &program.layout,
        }
    }

    /// Gives each value to `part` with its path, in an order that depends on the names only. Two spellings of a number
    /// are one value; what is absent is left out.
    pub(crate) fn attributes(&self, part: &mut impl FnMut(&str, &str)) {
        self.fields(&self.layout.attributes, "", 0, 0, part);
    }

    fn fields(&self, fields: &[LayoutField], path: &str, table: u16, row: usize, part: &mut impl FnMut(&str, &str)) {
        for field in fields {
            self.take(&field.take, &format!("{path}/{}", field.name), table, row, part);
        }
    }

    fn take(&self, take: &Take, path: &str, table: u16, row: usize, part: &mut impl FnMut(&str, &str)) {
        let cell = |cell: u16| self.inputs.table(table).get(row + usize::from(cell)).copied();
        match take {
            Take::Scalar { cell: at, .. } => self.single(cell(*at), path, part),
            Take::Object { cell: at, fields } => {
                if let Some(at) = at {
                    self.single(cell(*at), path, part);
                }
                self.fields(fields, path, table, row, part);
            }
            Take::List { cell: at, element, .. } => {
                if let Some(Value::List(list)) = cell(*at) {
                    self.list(list, element.as_deref(), path, part);
                }
            }
        }
    }

    fn list(&self, list: List, element: Option<&Take>, path: &str, part: &mut impl FnMut(&str, &str)) {
        part(path, &format!("l{}", list.len));
        let (ListOrigin::Table(table), Some(element)) = (list.origin, element) else {
            return;
        };
        let width = self.layout.widths.get(usize::from(table)).copied().unwrap_or_default();
        for position in 0..list.len as usize {
            let row = list.start as usize + position * usize::from(width);
            self.take(element, &format!("{path}/{position}"), table, row, part);
        }
    }

    fn single(&self, value: Option<Value>, path: &str, part: &mut impl FnMut(&str, &str)) {
        match value {
            None | Some(Value::Absent | Value::List(_)) => {}
            Some(Value::Boolean(value)) => part(path, &format!("b{value}")),
            Some(Value::Number(number)) => part(path, &format!("n{}", number.decimal().normalize())),
            Some(Value::Date(date)) => part(path, &format!("d{date}")),
            Some(Value::DateTime(instant)) => part(path, &format!("t{instant}")),
            Some(Value::Text(text)) => part(path, &format!("s{}", self.inputs.text_of(text))),
        }
    }
}
