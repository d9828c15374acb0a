//! A row while it is filled in.

use engine::wire::workbench::{Operator, Row, ValueType, Values};

use super::Field;

/// A row, and how far it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FilledRow {
    pub(crate) row: Row,
    /// Under a `not` for which no operator stands.
    pub(crate) negated: bool,
    /// Added and not filled in yet: no part of the condition.
    pub(crate) is_unfinished: bool,
}

impl FilledRow {
    /// A row for a field, about to be filled in.
    pub(crate) fn new(field: &Field) -> Self {
        let op = field.first_operator();
        let mut new = Self {
            row: Row {
                field: field.path.clone(),
                function: field.function,
                kind: field.kind,
                list: field.list,
                op,
                values: Vec::new(),
            },
            negated: false,
            is_unfinished: true,
        };
        new.fit();
        new
    }

    /// Takes another field; the operator and the values stay where they fit it.
    pub(crate) fn set_field(&mut self, field: &Field) {
        let row = &mut self.row;
        let keeps_values = row.kind == field.kind;
        row.field.clone_from(&field.path);
        row.function = field.function;
        row.kind = field.kind;
        row.list = field.list;
        if !field.operators(None).contains(&row.op) {
            row.op = field.first_operator();
        }
        if !keeps_values {
            row.values.clear();
            self.is_unfinished = true;
        }
        self.fit();
    }

    /// Asks something else; the values stay.
    pub(crate) fn set_operator(&mut self, op: Operator) {
        self.row.op = op;
        self.fit();
    }

    /// Changes a value; one beyond those that are there is added.
    pub(crate) fn set_value(&mut self, index: usize, value: String) {
        match self.row.values.get_mut(index) {
            Some(known) => *known = value,
            None => self.row.values.push(value),
        }
        self.finish();
    }

    /// Adds a value to choose from, once.
    pub(crate) fn add_value(&mut self, value: String) {
        if !self.row.values.contains(&value) {
            self.row.values.push(value);
        }
        self.finish();
    }

    /// Removes a value to choose from.
    pub(crate) fn remove_value(&mut self, value: &str) {
        self.row.values.retain(|known| known != value);
    }

    /// Gives it as many values as its operator takes.
    fn fit(&mut self) {
        let values = &mut self.row.values;
        match self.row.op.values() {
            Values::None => values.clear(),
            Values::One => values.resize(1, String::new()),
            Values::Two => values.resize(2, String::new()),
            Values::Some => values.retain(|value| !value.is_empty()),
        }
        if self.row.kind == ValueType::Boolean {
            for value in self.row.values.iter_mut().filter(|value| value.is_empty()) {
                "true".clone_into(value);
            }
        }
        self.finish();
    }

    fn finish(&mut self) {
        let values = &self.row.values;
        let is_filled = match self.row.op.values() {
            Values::None => true,
            Values::One | Values::Two => values.iter().all(|value| !value.is_empty()),
            Values::Some => !values.is_empty(),
        };
        self.is_unfinished &= !is_filled;
    }
}
