//! Names and types of a syntax tree against the declared attributes; every error at once.

mod calls;
mod kind;
mod operators;
mod shapes;
mod suggest;

pub(super) use calls::function_form;
pub use calls::function_names;

use std::collections::BTreeSet;

use super::error::{Diagnostic, DiagnosticCode};
use super::layout::{Layout, Scalar, slot};
use super::tree::{Expr, ExprKind, Identifier, Span};
use super::typed::{Typed, TypedKind};
use super::types::{AttributeType, Literal, Schema};
use kind::{Checked, Element, Kind, single};
use shapes::{ShapeId, Shapes};

/// Names that every condition may read; no attribute may take one.
pub const BUILT_IN_NAMES: &[&str] = &["age", "amount", "city", "country", "customer_id", "now"];

/// A condition whose names and types fit.
#[derive(Debug, Clone)]
pub(super) struct CheckedCondition {
    pub(super) root: Typed,
    pub(super) layout: Layout,
    /// The attributes and built-in names that it reads.
    pub(super) references: BTreeSet<String>,
}

/// Checks a condition.
///
/// # Errors
/// Every error, in the order of the source.
pub(super) fn check(root: &Expr, schema: &Schema) -> Result<CheckedCondition, Vec<Diagnostic>> {
    let mut checker = Checker {
        schema,
        shapes: Shapes::new(schema, slot::COUNT),
        references: BTreeSet::new(),
        elements: Vec::new(),
        diagnostics: Vec::new(),
    };
    let root = checker.condition(root);
    match root {
        Some(root) if checker.diagnostics.is_empty() => Ok(CheckedCondition {
            root,
            layout: checker.shapes.into_layout(),
            references: checker.references,
        }),
        Some(_) | None => {
            let mut diagnostics = checker.diagnostics;
            diagnostics.sort_by_key(|diagnostic| (diagnostic.start, diagnostic.end));
            Err(diagnostics)
        }
    }
}

struct Checker<'s> {
    schema: &'s Schema,
    shapes: Shapes<'s>,
    references: BTreeSet<String>,
    /// The names of the elements that the aggregates around look at, the outermost first.
    elements: Vec<(String, Element)>,
    diagnostics: Vec<Diagnostic>,
}

impl Checker<'_> {
    fn error(&mut self, span: Span, code: DiagnosticCode, message: impl Into<String>) {
        self.diagnostics.push(Diagnostic::error(span, code, message));
    }

    /// A part that has to be true or false.
    fn condition(&mut self, expr: &Expr) -> Option<Typed> {
        let checked = self.value(expr)?;
        if checked.kind == Kind::BOOLEAN {
            return Some(checked.typed);
        }
        let example = match checked.kind {
            Kind::Single(Scalar::String) => "compare it with something, such as `… == 'visa'`",
            Kind::Single(Scalar::Number | Scalar::Integer) => "compare it with something, such as `… >= 100`",
            Kind::Single(Scalar::Boolean | Scalar::Date | Scalar::DateTime) => "compare it with another",
            Kind::List(_) => "ask something of it, such as `any(…, x => x == 1)`",
            Kind::Object(_) => "ask something of one of its fields",
        };
        let message = format!("A condition is true or false, and this is {}: {example}.", checked.kind);
        self.error(expr.span, DiagnosticCode::NotBoolean, message);
        None
    }

    /// A part and its type; `None` when an error in it was reported.
    fn value(&mut self, expr: &Expr) -> Option<Checked> {
        let span = expr.span;
        let constant = |literal, kind| {
            Some(Checked {
                typed: Typed::new(span, TypedKind::Constant(literal)),
                kind,
            })
        };
        match &expr.kind {
            ExprKind::Number(number) => {
                let kind = if number.is_integer() {
                    Kind::INTEGER
                } else {
                    Kind::NUMBER
                };
                constant(Literal::Number(*number), kind)
            }
            ExprKind::Text(text) => constant(Literal::Text(text.clone()), Kind::STRING),
            ExprKind::Boolean(value) => constant(Literal::Boolean(*value), Kind::BOOLEAN),
            ExprKind::List(elements) => self.list(span, elements),
            ExprKind::Name(name) => self.name(span, name),
            ExprKind::Field { object, name } => self.field(span, object, name),
            ExprKind::Index { list, index } => self.index(span, list, index),
            ExprKind::Not(inner) => {
                let inner = Box::new(self.condition(inner)?);
                Some(boolean(span, TypedKind::Not(inner)))
            }
            ExprKind::Negate(inner) => self.negation(span, inner),
            ExprKind::Arithmetic { operator, left, right } => self.arithmetic(span, *operator, left, right),
            ExprKind::Compare { operator, left, right } => self.comparison(span, *operator, left, right),
            ExprKind::In { negated, item, list } => self.membership(span, *negated, item, list),
            ExprKind::Between {
                negated,
                item,
                low,
                high,
            } => self.between(span, *negated, [item, low, high]),
            ExprKind::And(parts) => {
                let parts = self.conditions(parts)?;
                Some(boolean(span, TypedKind::And(parts)))
            }
            ExprKind::Or(parts) => {
                let parts = self.conditions(parts)?;
                Some(boolean(span, TypedKind::Or(parts)))
            }
            ExprKind::If {
                condition,
                then,
                otherwise,
            } => self.conditional(span, condition, then, otherwise),
            ExprKind::Call { function, arguments } => self.call(span, function, arguments),
        }
    }

    /// All of them, so that an error in one does not hide those in the others.
    fn conditions(&mut self, parts: &[Expr]) -> Option<Vec<Typed>> {
        let parts: Vec<_> = parts.iter().map(|part| self.condition(part)).collect();
        parts.into_iter().collect()
    }

    /// A part that is a single value.
    fn single(&mut self, expr: &Expr) -> Option<(Typed, Scalar)> {
        let checked = self.value(expr)?;
        match checked.kind {
            Kind::Single(single) => Some((checked.typed, single)),
            Kind::List(_) | Kind::Object(_) => {
                let message = format!("Here stands a single value, and this is {}.", checked.kind);
                self.error(expr.span, DiagnosticCode::NotSingle, message);
                None
            }
        }
    }

    fn list(&mut self, span: Span, elements: &[Expr]) -> Option<Checked> {
        let mut kind: Option<Scalar> = None;
        let mut typed = Some(Vec::with_capacity(elements.len()));
        for element in elements {
            let Some((value, found)) = self.single(element) else {
                typed = None;
                continue;
            };
            let first = *kind.get_or_insert(found);
            match kind::common(first, found) {
                Some(common) => kind = Some(common),
                None => {
                    let message = format!(
                        "The list starts with {} and this is {}: a list holds one type.",
                        kind::name(first),
                        kind::name(found)
                    );
                    self.error(element.span, DiagnosticCode::ListMixed, message);
                    typed = None;
                }
            }
            if let Some(typed) = &mut typed {
                typed.push(value);
            }
        }
        Some(Checked {
            typed: Typed::new(span, TypedKind::List(typed?)),
            kind: Kind::List(Element::Written(kind)),
        })
    }

    fn name(&mut self, span: Span, name: &str) -> Option<Checked> {
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

    fn unknown_name(&mut self, span: Span, name: &str) {
        let bound = self.elements.iter().map(|(name, _)| name.as_str());
        let declared = self.schema.keys().map(String::as_str);
        let known = bound.chain(declared).chain(BUILT_IN_NAMES.iter().copied());
        let suggestion = suggest::nearest(name, known).map(str::to_owned);
        let message = match &suggestion {
            Some(_) => format!("`{name}` is not declared.{}", suggest::question(suggestion.as_deref())),
            None => {
                let declared: Vec<_> = self.schema.keys().map(|name| format!("`{name}`")).collect();
                let known = if declared.is_empty() {
                    "no attribute".to_owned()
                } else {
                    declared.join(", ")
                };
                format!("`{name}` is not declared: declare it as an attribute, or use what is ({known}).")
            }
        };
        let diagnostic = Diagnostic::error(span, DiagnosticCode::NameUnknown, message);
        self.diagnostics.push(match suggestion {
            Some(name) => diagnostic.replace_by(name),
            None => diagnostic,
        });
    }

    /// The element that an aggregate looks at.
    fn element(&mut self, span: Span, level: u8, element: Element) -> Option<Checked> {
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
    fn take(&mut self, shape: ShapeId, base: Typed) -> Option<Typed> {
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

    fn field(&mut self, span: Span, object: &Expr, name: &Identifier) -> Option<Checked> {
        let object = self.value(object)?;
        let Kind::Object(shape) = object.kind else {
            let message = match object.kind {
                Kind::List(_) => format!(
                    "A list has no fields: name an element, as in `…[0].{0}`, or ask all, as in `any(…, x => x.{0} …)`.",
                    name.text
                ),
                Kind::Single(_) | Kind::Object(_) => {
                    format!("This is {} and has no fields.", object.kind)
                }
            };
            self.error(name.span, DiagnosticCode::NoFields, message);
            return None;
        };
        let Some(field) = self.shapes.field(shape, &name.text) else {
            self.unknown_field(shape, name);
            return None;
        };
        let base = Typed::new(span, object.typed.kind);
        self.read(field, base)
    }

    fn unknown_field(&mut self, shape: ShapeId, name: &Identifier) {
        let fields = match self.shapes.kind(shape) {
            Some(AttributeType::Object(fields)) => fields.iter().map(|field| field.name.as_str()).collect(),
            Some(_) | None => Vec::new(),
        };
        let suggestion = suggest::nearest(&name.text, fields.iter().copied());
        let message = match suggestion {
            Some(_) => format!("There is no field `{}`.{}", name.text, suggest::question(suggestion)),
            None if fields.is_empty() => format!("There is no field `{}`: the object declares none.", name.text),
            None => format!(
                "There is no field `{}`: the object has `{}`.",
                name.text,
                fields.join("`, `")
            ),
        };
        let diagnostic = Diagnostic::error(name.span, DiagnosticCode::FieldUnknown, message);
        self.diagnostics.push(match suggestion {
            Some(name) => diagnostic.replace_by(name),
            None => diagnostic,
        });
    }

    fn index(&mut self, span: Span, list: &Expr, index: &Expr) -> Option<Checked> {
        let (checked, position) = (self.value(list), self.value(index));
        let (checked, position) = (checked?, position?);
        let Kind::List(element) = checked.kind else {
            let message = match (&checked.kind, &index.kind) {
                (Kind::Object(_), ExprKind::Text(name)) => format!("Write a field as `….{name}`."),
                (kind, _) => format!("Only a list has elements, and this is {kind}."),
            };
            self.error(list.span, DiagnosticCode::NotAList, message);
            return None;
        };
        let negative = matches!(&index.kind, ExprKind::Number(number) if number.is_sign_negative());
        if position.kind != Kind::INTEGER || negative {
            let message = "An element is named by a whole number from 0: `…[0]` is the first.";
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

fn boolean(span: Span, kind: TypedKind) -> Checked {
    Checked {
        typed: Typed::new(span, kind),
        kind: Kind::BOOLEAN,
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
