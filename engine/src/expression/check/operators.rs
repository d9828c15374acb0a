//! Operators: what each takes and what it yields.

use super::kind::{self, Checked, Element, Kind};
use super::rewrite::{self, calendar_part, repeated, rewritten};
use super::{Checker, boolean};
use crate::expression::error::DiagnosticCode;
use crate::expression::layout::Scalar;
use crate::expression::tree::{Arithmetic, Comparison, Expr, Span};
use crate::expression::typed::{Function, Typed, TypedKind};

/// A single value that is compared.
struct Operand<'e> {
    expr: &'e Expr,
    typed: Typed,
    kind: Scalar,
}

impl Operand<'_> {
    fn fits(&self, other: &Self) -> bool {
        kind::common(self.kind, other.kind).is_some()
    }
}

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
            let other = if std::ptr::eq(expr, left_expr) { &right } else { &left };
            let meant = rewritten(Scalar::Number, expr, None).filter(|_| other.kind.is_number());
            self.error_with(expr.span, DiagnosticCode::NotANumber, message, meant);
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
        let (left, right) = (self.value(left_expr), self.value(right_expr));
        if let (Some(left), Some(right)) = (&left, &right) {
            let meant = match (left.kind, right.kind) {
                (Kind::List(_), Kind::Single(_)) => rewrite::membership(operator, right_expr, left_expr),
                (Kind::Single(_), Kind::List(_)) => rewrite::membership(operator, left_expr, right_expr),
                _ => None,
            };
            if let Some(meant) = meant {
                let message = format!("A list cannot be compared: write `{meant}` to look for a value in it.");
                self.error_with(span, DiagnosticCode::ListCompared, message, Some(meant));
                return None;
            }
        }
        let (left, right) = (self.operand(left_expr, left), self.operand(right_expr, right));
        let (left, right) = (left?, right?);
        if !left.fits(&right) {
            self.types_differ(span, &left, &right);
            return None;
        }
        if operator.is_ordering() && left.kind == Scalar::Boolean {
            let message = "true and false have no order: use `==` or `!=`, or the value itself.";
            self.error(span, DiagnosticCode::NotOrdered, message);
            return None;
        }
        let kind = TypedKind::Compare {
            operator,
            left: Box::new(left.typed),
            right: Box::new(right.typed),
        };
        Some(boolean(span, kind))
    }

    pub(super) fn between(&mut self, span: Span, negated: bool, parts: [&Expr; 3]) -> Option<Checked> {
        let [item, low, high] = parts.map(|expr| {
            let checked = self.value(expr);
            self.operand(expr, checked)
        });
        let (item, low, high) = (item?, low?, high?);
        let [low_fits, high_fits] = [&low, &high].map(|end| {
            let fits = item.fits(end);
            if !fits {
                self.types_differ(end.expr.span, &item, end);
            }
            fits
        });
        if !low_fits || !high_fits {
            return None;
        }
        if item.kind == Scalar::Boolean {
            let message = "true and false have no order: nothing is between them.";
            self.error(span, DiagnosticCode::NotOrdered, message);
            return None;
        }
        let kind = TypedKind::Between {
            negated,
            item: Box::new(item.typed),
            low: Box::new(low.typed),
            high: Box::new(high.typed),
        };
        Some(boolean(span, kind))
    }

    /// An operand of a comparison.
    fn operand<'e>(&mut self, expr: &'e Expr, checked: Option<Checked>) -> Option<Operand<'e>> {
        let checked = checked?;
        let (code, message) = match checked.kind {
            Kind::Single(kind) => {
                let typed = checked.typed;
                return Some(Operand { expr, typed, kind });
            }
            Kind::List(_) => {
                let message = format!(
                    "A list cannot be compared: use `in`, or ask its elements, as in `any({}, x => x == 1)`.",
                    repeated(expr)
                );
                (DiagnosticCode::ListCompared, message)
            }
            Kind::Object(_) => {
                let message = "An object cannot be compared: compare one of its fields.".to_owned();
                (DiagnosticCode::ObjectCompared, message)
            }
        };
        self.error(expr.span, code, message);
        None
    }

    /// Reports two types that do not fit, with one side as what the other is where that can be written.
    fn types_differ(&mut self, span: Span, left: &Operand<'_>, right: &Operand<'_>) {
        let message = format!(
            "This compares {} with {}",
            kind::name(left.kind),
            kind::name(right.kind)
        );
        for (side, other) in [(right, left), (left, right)] {
            let in_days =
                side.kind == Scalar::DateTime && (other.kind == Scalar::Date || rewrite::day(other.expr).is_some());
            let meant = if in_days {
                Some(format!("date({})", side.expr))
            } else {
                rewritten(other.kind, side.expr, Some(&other.typed))
            };
            if let Some(meant) = meant {
                let message = format!("{message}: write `{meant}`.");
                self.error_with(side.expr.span, DiagnosticCode::TypesDiffer, message, Some(meant));
                return;
            }
        }
        let part = calendar_part(&left.typed).or_else(|| calendar_part(&right.typed));
        let message = format!("{message}: {}.", unit(part));
        self.error(span, DiagnosticCode::TypesDiffer, message);
    }

    pub(super) fn membership(
        &mut self,
        span: Span,
        negated: bool,
        item_expr: &Expr,
        list_expr: &Expr,
    ) -> Option<Checked> {
        let (item, list) = (self.value(item_expr), self.value(list_expr));
        if let Some(list) = &list
            && !matches!(list.kind, Kind::List(_))
        {
            self.no_list(span, negated, (item_expr, item.as_ref()), (list_expr, list));
            return None;
        }
        let (item, list) = (item?, list?);
        let Kind::Single(item_kind) = item.kind else {
            let message = format!("A single value should stand before `in`, and this is {}.", item.kind);
            self.error(item_expr.span, DiagnosticCode::NotSingle, message);
            return None;
        };
        let Kind::List(element) = list.kind else { return None };
        let element_kind = match self.element_kind(element) {
            Ok(kind) => kind,
            Err(kind) => {
                let of = repeated(list_expr);
                let message = format!("Each element of this list is {kind}: use `any({of}, x => …)` instead of `in`.");
                self.error(list_expr.span, DiagnosticCode::ListCompared, message);
                return None;
            }
        };
        if let Some(element_kind) = element_kind
            && kind::common(item_kind, element_kind).is_none()
        {
            let item = Operand {
                expr: item_expr,
                typed: item.typed,
                kind: item_kind,
            };
            self.elements_differ(span, &item, list_expr, element_kind);
            return None;
        }
        let kind = TypedKind::In {
            negated,
            item: Box::new(item.typed),
            list: Box::new(list.typed),
        };
        Some(boolean(span, kind))
    }

    /// `method in 'visa, oca'`, `'vis' in method` and `total in 100`.
    fn no_list(&mut self, span: Span, negated: bool, item: (&Expr, Option<&Checked>), list: (&Expr, &Checked)) {
        let ((item_expr, item), (list_expr, list)) = (item, list);
        let code = DiagnosticCode::NotAList;
        if let Some(meant) = rewrite::list_of_words(list_expr) {
            let message = format!("A list should follow `in`: write `{meant}`.");
            self.error_with(list_expr.span, code, message, Some(meant));
        } else if list.kind == Kind::STRING && item.is_some_and(|item| item.kind == Kind::STRING) {
            let not = if negated { "not " } else { "" };
            let meant = format!("{not}contains({list_expr}, {item_expr})");
            let message = format!("A list should follow `in`; for a part of a string write `{meant}`.");
            self.error_with(span, code, message, Some(meant));
        } else {
            let message = format!(
                "A list such as ['visa', 'oca'] should follow `in`, and this is {}.",
                list.kind
            );
            self.error(list_expr.span, code, message);
        }
    }

    /// Reports a value that is looked for in a list of another type.
    fn elements_differ(&mut self, span: Span, item: &Operand<'_>, list: &Expr, element_kind: Scalar) {
        let message = format!(
            "This looks for {} in a list of which each element is {}",
            kind::name(item.kind),
            kind::name(element_kind)
        );
        let (place, meant) = match rewritten(element_kind, item.expr, None) {
            Some(meant) => (item.expr.span, Some(meant)),
            None => (list.span, rewrite::elements(item.kind, list, &item.typed)),
        };
        match meant {
            Some(meant) => {
                let message = format!("{message}: write `{meant}`.");
                self.error_with(place, DiagnosticCode::TypesDiffer, message, Some(meant));
            }
            None => {
                let message = format!("{message}: {}.", unit(calendar_part(&item.typed)));
                self.error(span, DiagnosticCode::TypesDiffer, message);
            }
        }
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
            let meant = rewritten(then_kind, otherwise_expr, None);
            self.error_with(otherwise_expr.span, DiagnosticCode::TypesDiffer, message, meant);
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
    if is_time(left) || is_time(right) {
        return "Times are not computed with: count the days between two with `days_between(earlier, later)`."
            .to_owned();
    }
    if operator == Arithmetic::Add && (left == Kind::STRING || right == Kind::STRING) {
        return format!("`+` adds two numbers or joins two strings, and this is {found}.");
    }
    format!("`{}` needs a number, and this is {found}.", operator.as_str())
}

/// What to compare a number with that is a part of a time.
const fn unit(part: Option<Function>) -> &'static str {
    match part {
        Some(Function::Weekday) => "weekdays are numbers, from 1 for Monday to 7 for Sunday",
        Some(Function::Month) => "months are numbers, from 1 to 12",
        Some(Function::Hour) => "hours are numbers, from 0 to 23",
        Some(_) | None => "compare values of one type",
    }
}
