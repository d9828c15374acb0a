//! Names, fields and elements: what a condition reads of a request.

use super::Checker;
use super::calls::function_form;
use super::kind::{Checked, Element, Kind, single};
use super::rewrite::repeated;
use super::shapes::ShapeId;
use crate::expression::error::DiagnosticCode;
use crate::expression::layout::{Scalar, slot};
use crate::expression::tree::{Expr, ExprKind, Identifier, Span};
use crate::expression::typed::{Typed, TypedKind};
use crate::expression::types::{AttributeType, is_name};

impl Checker<'_> {
    pub(super) fn name(&mut self, span: Span, name: &str) -> Option<Checked> {
        let bound = self.elements.iter().rposition(|(bound, _)| bound == name);
        if let Some((level, element)) = bound.and_then(|level| Some((level, self.elements.get(level)?.1))) {
            return self.element(span, u8::try_from(level).ok()?, element);
        }
        if let Some((slot, kind)) = built_in(name) {
            self.references.insert(name.to_owned());
            return Some(Checked {
                typed: Typed::new(span, TypedKind::Slot(slot)),
                kind: Kind::Single(kind),
            });
        }
        let Some(shape) = self.shapes.attribute(name) else {
            self.unknown_name(span, name);
            return None;
        };
        self.references.insert(name.to_owned());
        // An object has no value of its own: this place is only where its fields are counted from.
        self.read(shape, Typed::new(span, TypedKind::Slot(0)))
    }

    /// The element that an aggregate looks at.
    pub(super) fn element(&mut self, span: Span, level: u8, element: Element) -> Option<Checked> {
        let row = Typed::new(span, TypedKind::Element { level, column: 0 });
        match element {
            Element::Declared(shape) => self.read(shape, row),
            // Without a type the list is empty, and any type fits the element that it does not have.
            Element::Written(kind) => Some(Checked {
                typed: row,
                kind: Kind::Single(kind.unwrap_or(Scalar::Boolean)),
            }),
        }
    }

    /// The value of a shape, which stands beside `base`: in the slots or in the same row.
    fn read(&mut self, shape: ShapeId, base: Typed) -> Option<Checked> {
        let declared = self.shapes.kind(shape)?;
        if matches!(declared, AttributeType::Object(_)) {
            return Some(Checked {
                typed: base,
                kind: Kind::Object(shape),
            });
        }
        let typed = self.take(shape, base)?;
        let kind = match single(declared) {
            Some(single) => Kind::Single(single),
            None => Kind::List(Element::Declared(self.shapes.element(shape)?)),
        };
        Some(Checked { typed, kind })
    }

    /// The cell of a shape beside `base`.
    pub(super) fn take(&mut self, shape: ShapeId, base: Typed) -> Option<Typed> {
        let (table, cell) = self.shapes.take(shape)?;
        let kind = if table == 0 {
            TypedKind::Slot(cell)
        } else if let TypedKind::Element { level, .. } = base.kind {
            TypedKind::Element { level, column: cell }
        } else if let TypedKind::Item { list, index, .. } = base.kind {
            let column = cell;
            TypedKind::Item { list, index, column }
        } else {
            return None;
        };
        Some(Typed::new(base.span, kind))
    }

    pub(super) fn field(&mut self, span: Span, object_expr: &Expr, name: &Identifier) -> Option<Checked> {
        let object = self.value(object_expr)?;
        let Kind::Object(shape) = object.kind else {
            self.no_fields(span, object_expr, object.kind, name);
            return None;
        };
        let Some(field) = self.shapes.field(shape, &name.text) else {
            self.unknown_field(shape, name);
            return None;
        };
        let base = Typed::new(span, object.typed.kind);
        self.read(field, base)
    }

    /// `lines.sku` and `tags.length`.
    fn no_fields(&mut self, span: Span, object: &Expr, kind: Kind, name: &Identifier) {
        let function = match name.text.as_str() {
            "length" | "size" | "count" => "len",
            other => other,
        };
        let takes_one = |form: &str| !form.contains(',');
        if function_form(function).is_some_and(takes_one) {
            let meant = format!("{function}({object})");
            let message = format!("`{function}` is a function: write `{meant}`.");
            self.error_with(span, DiagnosticCode::NoFields, message, Some(meant));
            return;
        }
        let message = match kind {
            Kind::List(_) => format!(
                "A list has no fields: name an element, as in `{of}[0].{name}`, or ask all, as in `any({of}, x => x.{name} …)`.",
                of = repeated(object),
                name = name.text
            ),
            Kind::Single(_) | Kind::Object(_) => format!("This is {kind} and has no fields."),
        };
        self.error(name.span, DiagnosticCode::NoFields, message);
    }

    pub(super) fn index(&mut self, span: Span, list: &Expr, index: &Expr) -> Option<Checked> {
        let (checked, position) = (self.value(list), self.value(index));
        let (checked, position) = (checked?, position?);
        let Kind::List(element) = checked.kind else {
            let code = DiagnosticCode::NotAList;
            match (&checked.kind, &index.kind) {
                (Kind::Object(_), ExprKind::Text(name)) if is_name(name) => {
                    let meant = format!("{list}.{name}");
                    self.error_with(span, code, format!("Write a field as `{meant}`."), Some(meant));
                }
                (kind, _) => {
                    let message = format!("Only a list has elements, and this is {kind}.");
                    self.error(list.span, code, message);
                }
            }
            return None;
        };
        let negative = matches!(&index.kind, ExprKind::Number(number) if number.is_sign_negative());
        if position.kind != Kind::INTEGER || negative {
            let message = format!(
                "An element is named by a whole number from 0: `{}[0]` is the first.",
                repeated(list)
            );
            self.error(index.span, DiagnosticCode::IndexInvalid, message);
            return None;
        }
        let item = TypedKind::Item {
            list: Box::new(checked.typed),
            index: Box::new(position.typed),
            column: 0,
        };
        let row = Typed::new(span, item);
        match element {
            Element::Declared(shape) => self.read(shape, row),
            Element::Written(kind) => Some(Checked {
                typed: row,
                kind: Kind::Single(kind.unwrap_or(Scalar::Boolean)),
            }),
        }
    }
}

/// The slot and the type of a built-in name.
fn built_in(name: &str) -> Option<(u16, Scalar)> {
    match name {
        "country" => Some((slot::COUNTRY, Scalar::String)),
        "city" => Some((slot::CITY, Scalar::String)),
        "age" => Some((slot::AGE, Scalar::Integer)),
        "amount" => Some((slot::AMOUNT, Scalar::Number)),
        "customer_id" => Some((slot::CUSTOMER_ID, Scalar::String)),
        "now" => Some((slot::NOW, Scalar::DateTime)),
        _ => None,
    }
}
