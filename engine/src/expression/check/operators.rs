//! Operators: what each takes and what it yields.

use super::kind::{self, Checked, Element, Kind};
use super::{Checker, boolean};
use crate::expression::error::{Diagnostic, DiagnosticCode};
use crate::expression::layout::Scalar;
use crate::expression::parse::plain_number;
use crate::expression::tree::{Arithmetic, Comparison, Expr, ExprKind, Span};
use crate::expression::typed::{Typed, TypedKind};

impl Checker<'_> {
    pub(super) fn negation(&mut self, span: Span, inner: &Expr) -> Option<Checked> {
        let checked = self.value(inner)?;
        if !checked.kind.is_number() {
            let message = format!("Only a number has a negative, and this is {}.", checked.kind);
            self.error(inner.span, DiagnosticCode::NotANumber, message);
            return None;
        }
        Some(Checked {
            typed: Typed::new(span, TypedKind::Negate(Box::new(checked.typed))),
            kind: checked.kind,
        })
    }

    pub(super) fn arithmetic(
        &mut self,
        span: Span,
        operator: Arithmetic,
        left_expr: &Expr,
        right_expr: &Expr,
    ) -> Option<Checked> {
        let (left, right) = (self.value(left_expr), self.value(right_expr));
        let (left, right) = (left?, right?);
        if operator == Arithmetic::Add && left.kind == Kind::STRING && right.kind == Kind::STRING {
            let join = TypedKind::Join {
                left: Box::new(left.typed),
                right: Box::new(right.typed),
            };
            return Some(Checked {
                typed: Typed::new(span, join),
                kind: Kind::STRING,
            });
        }
        let wrong = [(&left, left_expr), (&right, right_expr)]
            .into_iter()
            .find(|(side, _)| !side.kind.is_number());
        if let Some((side, expr)) = wrong {
            let message = arithmetic_message(operator, left.kind, right.kind, side.kind);
            self.error(expr.span, DiagnosticCode::NotANumber, message);
            return None;
        }
        let whole = left.kind == Kind::INTEGER && right.kind == Kind::INTEGER && operator != Arithmetic::Divide;
        let kind = TypedKind::Arithmetic {
            operator,
            left: Box::new(left.typed),
            right: Box::new(right.typed),
        };
        Some(Checked {
            typed: Typed::new(span, kind),
            kind: if whole { Kind::INTEGER } else { Kind::NUMBER },
        })
    }

    pub(super) fn comparison(
        &mut self,
        span: Span,
        operator: Comparison,
        left_expr: &Expr,
        right_expr: &Expr,
    ) -> Option<Checked> {
        let (left, right) = (self.compared(left_expr), self.compared(right_expr));
        let ((left, left_kind), (right, right_kind)) = (left?, right?);
        if kind::common(left_kind, right_kind).is_none() {
            let pairs = [(left_kind, right_kind, right_expr), (right_kind, left_kind, left_expr)];
            self.types_differ(span, "compares", left_kind, right_kind, &pairs);
            return None;
        }
        if operator.is_ordering() && left_kind == Scalar::Boolean {
            self.error(
                span,
                DiagnosticCode::NotOrdered,
                "true and false have no order: use `==` or `!=`, or the value itself.",
            );
            return None;
        }
        let kind = TypedKind::Compare {
            operator,
            left: Box::new(left),
            right: Box::new(right),
        };
        Some(boolean(span, kind))
    }

    pub(super) fn between(&mut self, span: Span, negated: bool, parts: [&Expr; 3]) -> Option<Checked> {
        let [item_expr, low_expr, high_expr] = parts;
        let (item, low, high) = (
            self.compared(item_expr),
            self.compared(low_expr),
            self.compared(high_expr),
        );
        let ((item, item_kind), (low, low_kind), (high, high_kind)) = (item?, low?, high?);
        let ends = [(low_kind, low_expr), (high_kind, high_expr)];
        let other = ends.map(|(kind, expr)| kind::common(item_kind, kind).is_none().then_some((kind, expr)));
        for (end_kind, end_expr) in other.iter().flatten().copied() {
            let pairs = [(item_kind, end_kind, end_expr), (end_kind, item_kind, item_expr)];
            self.types_differ(end_expr.span, "compares", item_kind, end_kind, &pairs);
        }
        if other.iter().any(Option::is_some) {
            return None;
        }
        if item_kind == Scalar::Boolean {
            self.error(
                span,
                DiagnosticCode::NotOrdered,
                "true and false have no order: nothing is between them.",
            );
            return None;
        }
        let kind = TypedKind::Between {
            negated,
            item: Box::new(item),
            low: Box::new(low),
            high: Box::new(high),
        };
        Some(boolean(span, kind))
    }

    /// An operand of a comparison.
    fn compared(&mut self, expr: &Expr) -> Option<(Typed, Scalar)> {
        let checked = self.value(expr)?;
        match checked.kind {
            Kind::Single(single) => Some((checked.typed, single)),
            Kind::List(_) => {
                let message = "A list cannot be compared: use `in`, or ask its elements, as in `any(…, x => x == 1)`.";
                self.error(expr.span, DiagnosticCode::ListCompared, message);
                None
            }
            Kind::Object(_) => {
                self.error(
                    expr.span,
                    DiagnosticCode::ObjectCompared,
                    "An object cannot be compared: compare one of its fields.",
                );
                None
            }
        }
    }

    /// Reports two types that do not fit. Each of `pairs` is the type that is wanted, the one that is found, and where
    /// it stands: a text that could be written as what is wanted gets that as its replacement.
    fn types_differ(&mut self, span: Span, verb: &str, left: Scalar, right: Scalar, pairs: &[(Scalar, Scalar, &Expr)]) {
        let message = format!("This {verb} {} with {}", kind::name(left), kind::name(right));
        for (wanted, found, expr) in pairs {
            if let Some(replacement) = rewritten(*wanted, *found, expr) {
                let message = format!("{message}: write `{replacement}`.");
                let diagnostic = Diagnostic::error(expr.span, DiagnosticCode::TypesDiffer, message);
                self.diagnostics.push(diagnostic.replace_by(replacement));
                return;
            }
        }
        let advice =
            if [left, right] == [Scalar::Date, Scalar::DateTime] || [left, right] == [Scalar::DateTime, Scalar::Date] {
                "take the day of the latter with `date(…)`"
            } else {
                "compare values of one type"
            };
        self.error(span, DiagnosticCode::TypesDiffer, format!("{message}: {advice}."));
    }

    pub(super) fn membership(&mut self, span: Span, negated: bool, item: &Expr, list: &Expr) -> Option<Checked> {
        let (checked_item, checked_list) = (self.value(item), self.value(list));
        if let Some(found) = &checked_list
            && !matches!(found.kind, Kind::List(_))
        {
            let message = if found.kind == Kind::STRING {
                "After `in` stands a list, such as ['visa', 'oca']; for a part of a string write `contains(text, part)`."
                    .to_owned()
            } else {
                format!(
                    "After `in` stands a list, such as ['visa', 'oca']; this is {}.",
                    found.kind
                )
            };
            self.error(list.span, DiagnosticCode::NotAList, message);
            return None;
        }
        let (checked_item, checked_list) = (checked_item?, checked_list?);
        let Kind::Single(item_kind) = checked_item.kind else {
            let message = format!("Before `in` stands a single value, and this is {}.", checked_item.kind);
            self.error(item.span, DiagnosticCode::NotSingle, message);
            return None;
        };
        let Kind::List(element) = checked_list.kind else {
            return None;
        };
        let element_kind = match self.element_kind(element) {
            Ok(kind) => kind,
            Err(kind) => {
                let message = format!("Each element of this list is {kind}: use `any(…, x => …)` instead of `in`.");
                self.error(list.span, DiagnosticCode::ListCompared, message);
                return None;
            }
        };
        if let Some(element_kind) = element_kind
            && kind::common(item_kind, element_kind).is_none()
        {
            let message = format!(
                "This looks for {} in a list of which each element is {}.",
                kind::name(item_kind),
                kind::name(element_kind)
            );
            self.error(span, DiagnosticCode::TypesDiffer, message);
            return None;
        }
        let kind = TypedKind::In {
            negated,
            item: Box::new(checked_item.typed),
            list: Box::new(checked_list.typed),
        };
        Some(boolean(span, kind))
    }

    /// The single type of a list's elements (`None` when it is empty), or what they are instead. The elements are read
    /// from now on.
    pub(super) fn element_kind(&mut self, element: Element) -> Result<Option<Scalar>, &'static str> {
        match element {
            Element::Written(kind) => Ok(kind),
            Element::Declared(shape) => {
                let declared = self.shapes.kind(shape);
                match declared.and_then(kind::single) {
                    Some(single) => {
                        self.shapes.take(shape);
                        Ok(Some(single))
                    }
                    None => Err(match declared {
                        Some(crate::expression::types::AttributeType::Object(_)) => "an object",
                        Some(_) | None => "a list",
                    }),
                }
            }
        }
    }

    pub(super) fn conditional(
        &mut self,
        span: Span,
        condition: &Expr,
        then_expr: &Expr,
        otherwise_expr: &Expr,
    ) -> Option<Checked> {
        let condition = self.condition(condition);
        let (then, otherwise) = (self.single(then_expr), self.single(otherwise_expr));
        let (condition, (then, then_kind), (otherwise, otherwise_kind)) = (condition?, then?, otherwise?);
        let Some(kind) = kind::common(then_kind, otherwise_kind) else {
            let message = format!(
                "`then` gives {} and `else` {}: both give one type.",
                kind::name(then_kind),
                kind::name(otherwise_kind)
            );
            self.error(span, DiagnosticCode::TypesDiffer, message);
            return None;
        };
        let typed = TypedKind::If {
            condition: Box::new(condition),
            then: Box::new(then),
            otherwise: Box::new(otherwise),
        };
        Some(Checked {
            typed: Typed::new(span, typed),
            kind: Kind::Single(kind),
        })
    }
}

fn arithmetic_message(operator: Arithmetic, left: Kind, right: Kind, found: Kind) -> String {
    let is_time = |kind| kind == Kind::DATE || kind == Kind::DATE_TIME;
    if operator == Arithmetic::Subtract && is_time(left) && is_time(right) {
        return "Count the days between two times with `days_between(earlier, later)`.".to_owned();
    }
    if operator == Arithmetic::Add && (left == Kind::STRING || right == Kind::STRING) {
        return format!("`+` adds two numbers or joins two strings, and this is {found}.");
    }
    format!("`{}` needs a number, and this is {found}.", operator.as_str())
}

/// A literal in the form of the wanted type, when its text allows it: `'2026-12-24'` as a date, `'12'` as a number.
fn rewritten(wanted: Scalar, found: Scalar, expr: &Expr) -> Option<String> {
    let ExprKind::Text(text) = &expr.kind else { return None };
    if found != Scalar::String {
        return None;
    }
    let function = match wanted {
        Scalar::Number | Scalar::Integer => return plain_number(text),
        Scalar::Boolean => return (text == "true" || text == "false").then(|| text.clone()),
        Scalar::Date => crate::calendar::Date::parse(text.as_bytes()).map(|_| "date")?,
        Scalar::DateTime => super::calls::parse_time(text).map(|_| "date_time")?,
        Scalar::String => return None,
    };
    Some(format!("{function}({expr})"))
}
