//! Questions to the elements of a list.

use super::kind::{Checked, Element, Kind};
use super::rewrite::repeated;
use super::{BUILT_IN_NAMES, Checker};
use crate::expression::error::{Diagnostic, DiagnosticCode};
use crate::expression::layout::Scalar;
use crate::expression::tree::{Argument, Expr, ExprKind, Identifier, Span};
use crate::expression::typed::{Aggregate, Typed, TypedKind};

impl Checker<'_> {
    pub(super) fn aggregate(
        &mut self,
        span: Span,
        name: &Identifier,
        aggregate: Aggregate,
        arguments: &[Argument],
    ) -> Option<Checked> {
        let (list_expr, question) = self.asked(span, name, arguments)?;
        let known = self.diagnostics.len();
        let list = self.value(list_expr);
        if list.is_none() && question.is_none() {
            self.field_of_elements(span, name, list_expr, known);
        }
        let list = list?;
        let Kind::List(element) = list.kind else {
            let message = format!(
                "`{}` asks the elements of a list, and this is {}.",
                name.text, list.kind
            );
            self.error(list_expr.span, DiagnosticCode::NotAList, message);
            return None;
        };
        let body = match question {
            Some((name, body)) => self.body(name, element, body)?,
            None => self.itself(list_expr, &name.text, element)?,
        };
        let place = question.map_or(list_expr.span, |(_, body)| body.span);
        let kind = self.aggregate_kind(aggregate, &body, place)?;
        let typed = TypedKind::Aggregate {
            aggregate,
            list: Box::new(list.typed),
            body: Box::new(body.typed),
        };
        Some(Checked {
            typed: Typed::new(span, typed),
            kind,
        })
    }

    /// The list, and what is asked of each element under which name.
    fn asked<'e>(
        &mut self,
        span: Span,
        name: &Identifier,
        arguments: &'e [Argument],
    ) -> Option<(&'e Expr, Option<(&'e Identifier, &'e Expr)>)> {
        match arguments {
            [Argument::Value(list)] => Some((list, None)),
            [Argument::Value(list), Argument::Lambda { element, body }] => Some((list, Some((element, body)))),
            [Argument::Value(list), Argument::Value(_)] => {
                let (name, of) = (&name.text, repeated(list));
                let message = format!("Name the elements before what is asked of them: `{name}({of}, x => …)`.");
                self.error(span, DiagnosticCode::ArgumentCount, message);
                None
            }
            _ => {
                self.wrong_count(span, &name.text, arguments.len());
                None
            }
        }
    }

    /// `sum(lines.price)`: what was said of it since `known` is replaced by what to write.
    fn field_of_elements(&mut self, span: Span, name: &Identifier, list: &Expr, known: usize) {
        let ExprKind::Field { object, name: field } = &list.kind else {
            return;
        };
        let is_said = |said: &Diagnostic| said.code == DiagnosticCode::NoFields.as_str();
        if self.diagnostics.get(known).is_some_and(is_said) && self.diagnostics.len() == known + 1 {
            self.diagnostics.truncate(known);
            let meant = format!("{}({object}, x => x.{})", name.text, field.text);
            let message = format!("A list has no fields: ask each element, as in `{meant}`.");
            self.error_with(span, DiagnosticCode::NoFields, message, Some(meant));
        }
    }

    /// What is asked of each element.
    fn body(&mut self, name: &Identifier, element: Element, body: &Expr) -> Option<Checked> {
        let taken = self.elements.iter().any(|(bound, _)| *bound == name.text)
            || self.schema.contains_key(&name.text)
            || BUILT_IN_NAMES.contains(&name.text.as_str());
        if taken {
            let message = format!(
                "`{}` already names something else: call the elements by another name.",
                name.text
            );
            self.error(name.span, DiagnosticCode::NameTaken, message);
        }
        self.elements.push((name.text.clone(), element));
        let body = self.value(body);
        self.elements.pop();
        body
    }

    /// `sum(prices)` asks each element for itself.
    fn itself(&mut self, list: &Expr, name: &str, element: Element) -> Option<Checked> {
        if let Err(kind) = self.element_kind(element) {
            let message = format!(
                "Each element of this list is {kind}: say what to ask of it, as in `{name}({}, x => x.…)`.",
                repeated(list)
            );
            self.error(list.span, DiagnosticCode::ArgumentCount, message);
            return None;
        }
        let level = u8::try_from(self.elements.len()).ok()?;
        self.element(list.span, level, element)
    }

    fn aggregate_kind(&mut self, aggregate: Aggregate, body: &Checked, place: Span) -> Option<Kind> {
        let (wanted, kind) = match (aggregate, body.kind) {
            (Aggregate::Any | Aggregate::All, Kind::Single(Scalar::Boolean)) => return Some(Kind::BOOLEAN),
            (Aggregate::Count, Kind::Single(Scalar::Boolean)) => return Some(Kind::INTEGER),
            (Aggregate::Sum, kind) if kind.is_number() => return Some(kind),
            (Aggregate::MinOf | Aggregate::MaxOf, Kind::Single(single)) if single != Scalar::Boolean => {
                return Some(body.kind);
            }
            (Aggregate::Any | Aggregate::All | Aggregate::Count, kind) => ("a condition", kind),
            (Aggregate::Sum, kind) => ("a number", kind),
            (Aggregate::MinOf | Aggregate::MaxOf, kind) => ("a value that has an order", kind),
        };
        let message = format!(
            "`{}` asks each element for {wanted}, and this is {kind}.",
            aggregate.as_str()
        );
        self.error(place, DiagnosticCode::ArgumentInvalid, message);
        None
    }
}
