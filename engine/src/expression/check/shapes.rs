//! Which parts of a request a condition reads, each with its place in the inputs.
//!
//! The fields of nested objects lie beside each other, in the slots of the request or in the columns of a list's rows;
//! each list has a table of its own.

use std::collections::BTreeMap;

use crate::expression::layout::{Layout, LayoutField, Scalar, Take};
use crate::expression::types::{Attribute, AttributeType, Literal, Schema};

/// A part of the declared attributes.
pub(super) type ShapeId = usize;

struct Shape<'s> {
    kind: &'s AttributeType,
    optional: bool,
    default: Option<&'s Literal>,
    /// The table whose rows hold it; 0 stands for the slots of the request.
    table: u16,
    cell: Option<u16>,
    /// Of an object; the key is the field's name.
    fields: BTreeMap<&'s str, ShapeId>,
    /// Of a list, once it is read.
    element: Option<ShapeId>,
}

/// The parts that are read.
pub(super) struct Shapes<'s> {
    schema: &'s Schema,
    shapes: Vec<Shape<'s>>,
    attributes: BTreeMap<&'s str, ShapeId>,
    /// Cells in use: of the slots, then of each table's rows.
    widths: Vec<u16>,
}

impl<'s> Shapes<'s> {
    /// Nothing is read but the built-in names, whose slots come first.
    pub(super) fn new(schema: &'s Schema, built_in_slots: u16) -> Self {
        Self {
            schema,
            shapes: Vec::new(),
            attributes: BTreeMap::new(),
            widths: vec![built_in_slots],
        }
    }

    pub(super) fn attribute(&mut self, name: &str) -> Option<ShapeId> {
        let (name, attribute): (&'s String, &'s Attribute) = self.schema.get_key_value(name)?;
        if let Some(id) = self.attributes.get(name.as_str()) {
            return Some(*id);
        }
        let id = self.add(attribute.kind(), attribute.is_optional(), attribute.default(), 0);
        self.attributes.insert(name, id);
        Some(id)
    }

    /// A field of an object; `None` when it has none of that name.
    pub(super) fn field(&mut self, object: ShapeId, name: &str) -> Option<ShapeId> {
        let shape = self.shapes.get(object)?;
        if let Some(id) = shape.fields.get(name) {
            return Some(*id);
        }
        let AttributeType::Object(fields) = shape.kind else {
            return None;
        };
        let field = fields.iter().find(|field| field.name == name)?;
        let table = shape.table;
        let id = self.add(&field.kind, field.optional, None, table);
        self.shapes.get_mut(object)?.fields.insert(&field.name, id);
        Some(id)
    }

    /// The elements of a list.
    pub(super) fn element(&mut self, list: ShapeId) -> Option<ShapeId> {
        let shape = self.shapes.get(list)?;
        if let Some(id) = shape.element {
            return Some(id);
        }
        let AttributeType::List(kind) = shape.kind else {
            return None;
        };
        let table = u16::try_from(self.widths.len()).ok()?;
        self.widths.push(0);
        let id = self.add(kind, false, None, table);
        self.shapes.get_mut(list)?.element = Some(id);
        Some(id)
    }

    pub(super) fn kind(&self, id: ShapeId) -> Option<&'s AttributeType> {
        self.shapes.get(id).map(|shape| shape.kind)
    }

    /// Its table (0 for the slots) and its cell, which exists from now on. An object's cell tells whether it is there.
    pub(super) fn take(&mut self, id: ShapeId) -> Option<(u16, u16)> {
        let shape = self.shapes.get_mut(id)?;
        if let Some(cell) = shape.cell {
            return Some((shape.table, cell));
        }
        let width = self.widths.get_mut(usize::from(shape.table))?;
        let cell = *width;
        *width = width.checked_add(1)?;
        shape.cell = Some(cell);
        Some((shape.table, cell))
    }

    fn add(&mut self, kind: &'s AttributeType, optional: bool, default: Option<&'s Literal>, table: u16) -> ShapeId {
        self.shapes.push(Shape {
            kind,
            optional,
            default,
            table,
            cell: None,
            fields: BTreeMap::new(),
            element: None,
        });
        self.shapes.len() - 1
    }

    pub(super) fn into_layout(self) -> Layout {
        Layout {
            attributes: self.fields(&self.attributes),
            widths: self.widths,
        }
    }

    fn fields(&self, fields: &BTreeMap<&'s str, ShapeId>) -> Vec<LayoutField> {
        let taken = fields.iter().filter_map(|(name, id)| {
            let shape = self.shapes.get(*id)?;
            let (name, default) = ((*name).to_owned(), shape.default.cloned());
            Some(LayoutField::new(name, shape.optional, default, self.take_of(shape)?))
        });
        taken.collect()
    }

    /// `None` for a part of which nothing is read.
    fn take_of(&self, shape: &Shape<'s>) -> Option<Take> {
        let scalar = |kind| {
            Some(Take::Scalar {
                cell: shape.cell?,
                kind,
            })
        };
        match shape.kind {
            AttributeType::Number => scalar(Scalar::Number),
            AttributeType::Integer => scalar(Scalar::Integer),
            AttributeType::String => scalar(Scalar::String),
            AttributeType::Boolean => scalar(Scalar::Boolean),
            AttributeType::Date => scalar(Scalar::Date),
            AttributeType::DateTime => scalar(Scalar::DateTime),
            AttributeType::List(_) => {
                let element = self.shapes.get(shape.element?)?;
                Some(Take::List {
                    cell: shape.cell?,
                    table: element.table,
                    element: self.take_of(element).map(Box::new),
                })
            }
            AttributeType::Object(_) => {
                let fields = self.fields(&shape.fields);
                (shape.cell.is_some() || !fields.is_empty()).then_some(Take::Object {
                    cell: shape.cell,
                    fields,
                })
            }
        }
    }
}
