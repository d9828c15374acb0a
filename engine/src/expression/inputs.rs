//! What a request says, in the places that a program reads: filled in one pass over the request's JSON.

mod read;

use super::layout::{Layout, slot};
use super::value::{Text, TextOrigin, Value};
use crate::json::KeyOrder;

pub(crate) use read::Issues;

/// The values of a request. Its buffers are kept from one request to the next.
#[derive(Debug, Default)]
pub struct Inputs {
    /// The slots, then each table's cells, row by row.
    cells: Vec<Vec<Value>>,
    /// The request, then what its escaped strings and the defaults say.
    text: String,
    /// Of the attributes.
    order: KeyOrder,
}

impl Inputs {
    /// Makes room for a program's layout, with everything absent, and keeps the request's text.
    pub(crate) fn reset(&mut self, layout: &Layout, text: &str) {
        self.text.clear();
        self.text.push_str(text);
        self.cells.resize_with(layout.widths.len().max(1), Vec::new);
        self.cells.iter_mut().for_each(Vec::clear);
        let width = layout.widths.first().copied().unwrap_or(slot::COUNT);
        if let Some(slots) = self.cells.first_mut() {
            slots.resize(usize::from(width), Value::Absent);
        }
    }

    pub(crate) fn slots(&self) -> &[Value] {
        self.table(0)
    }

    pub(crate) fn slot(&self, slot: u16) -> Option<Value> {
        self.cells.first()?.get(usize::from(slot)).copied()
    }

    pub(crate) fn set_slot(&mut self, slot: u16, value: Value) {
        let cell = self
            .cells
            .first_mut()
            .and_then(|slots| slots.get_mut(usize::from(slot)));
        if let Some(cell) = cell {
            *cell = value;
        }
    }

    pub(crate) fn table(&self, table: u16) -> &[Value] {
        self.cells
            .get(usize::from(table))
            .map(Vec::as_slice)
            .unwrap_or_default()
    }

    /// A text that was read from the request; empty for one that lies elsewhere.
    pub(crate) fn text_of(&self, text: Text) -> &str {
        let start = text.start as usize;
        let range = start..start + text.len as usize;
        let whole = if text.origin == TextOrigin::Inputs {
            &self.text
        } else {
            ""
        };
        whole.get(range).unwrap_or_default()
    }

    /// The same without looking whether the ends are those of characters.
    pub(crate) fn bytes_of(&self, text: Text) -> &[u8] {
        let start = text.start as usize;
        let range = start..start + text.len as usize;
        let whole = if text.origin == TextOrigin::Inputs {
            self.text.as_bytes()
        } else {
            &[]
        };
        whole.get(range).unwrap_or_default()
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }
}
