//! Names and types of a syntax tree against the declared attributes; every error at once.

mod aggregates;
mod calls;
mod kind;
mod names;
mod operators;
mod rewrite;
mod shapes;
mod suggest;
mod times;
mod unknown;

pub(super) use calls::function_form;
pub use calls::function_names;

use std::collections::BTreeSet;

use super::error::{Diagnostic, DiagnosticCode};
use super::layout::{Layout, Scalar, slot};
use super::tree::{Expr, ExprKind, Span};
use super::typed::{Typed, TypedKind};
use super::types::{Literal, Schema};
use kind::{Checked, Element, Kind};
use rewrite::{alternatives, repeated, rewritten};
use shapes::Shapes;

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
            diagnostics.dedup();
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

    /// An error, and what to write instead where that can be told.
    fn error_with(&mut self, span: Span, code: DiagnosticCode, message: impl Into<String>, meant: Option<String>) {
        let diagnostic = Diagnostic::error(span, code, message);
        self.diagnostics.push(match meant {
            Some(meant) => diagnostic.replace_by(meant),
            None => diagnostic,
        });
    }

    /// A part that has to be true or false.
    fn condition(&mut self, expr: &Expr) -> Option<Typed> {
        let checked = self.value(expr)?;
        if checked.kind == Kind::BOOLEAN {
            return Some(checked.typed);
        }
        let of = if matches!(expr.kind, ExprKind::If { .. }) {
            "…".to_owned()
        } else {
            repeated(expr)
        };
        let is_literal = matches!(expr.kind, ExprKind::Number(_) | ExprKind::Text(_));
        let example = match checked.kind {
            Kind::Single(_) if is_literal => format!("compare something with it, such as `… == {of}`"),
            Kind::Single(Scalar::String) => format!("compare it with something, such as `{of} == 'visa'`"),
            Kind::Single(Scalar::Number | Scalar::Integer) => {
                format!("compare it with something, such as `{of} >= 100`")
            }
            Kind::Single(Scalar::Boolean | Scalar::Date) => {
                format!("compare it with something, such as `{of} >= date('2026-12-24')`")
            }
            Kind::Single(Scalar::DateTime) => {
                format!("compare it with something, such as `{of} >= date_time('2026-12-24T18:00')`")
            }
            Kind::List(_) => format!("ask something of it, such as `len({of}) > 0`"),
            Kind::Object(_) => "ask something of one of its fields".to_owned(),
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
                let parts = self.alternatives(span, parts)?;
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

    /// The operands of an `or`; `method == 'visa' or 'oca'` is one mistake, not one for each value.
    fn alternatives(&mut self, span: Span, parts: &[Expr]) -> Option<Vec<Typed>> {
        let Some(meant) = alternatives(parts) else {
            return self.conditions(parts);
        };
        let first = parts.first().and_then(|first| self.condition(first));
        if first.is_some() {
            let message = format!("`or` joins whole conditions: write `{meant}`.");
            self.error_with(span, DiagnosticCode::NotBoolean, message, Some(meant));
        }
        None
    }

    /// A part that is a single value.
    fn single(&mut self, expr: &Expr) -> Option<(Typed, Scalar)> {
        let checked = self.value(expr)?;
        match checked.kind {
            Kind::Single(single) => Some((checked.typed, single)),
            Kind::List(_) | Kind::Object(_) => {
                let message = format!("A single value should stand here, and this is {}.", checked.kind);
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
                    let meant = rewritten(first, element, None);
                    self.error_with(element.span, DiagnosticCode::ListMixed, message, meant);
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
}

fn boolean(span: Span, kind: TypedKind) -> Checked {
    Checked {
        typed: Typed::new(span, kind),
        kind: Kind::BOOLEAN,
    }
}
