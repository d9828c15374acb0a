//! Functions: their names, what each takes and what it yields.

use super::kind::{self, Checked, Kind};
use super::rewrite::rewritten;
use super::{Checker, boolean};
use crate::expression::error::DiagnosticCode;
use crate::expression::layout::Scalar;
use crate::expression::tree::{Argument, Comparison, Expr, ExprKind, Identifier, Span};
use crate::expression::typed::{Aggregate, Function, Typed, TypedKind};

/// Every function with its form, in the order of docs/language.md.
const FUNCTIONS: &[(&str, &str)] = &[
    ("len", "len(list)"),
    ("lower", "lower(text)"),
    ("upper", "upper(text)"),
    ("trim", "trim(text)"),
    ("starts_with", "starts_with(text, start)"),
    ("ends_with", "ends_with(text, end)"),
    ("contains", "contains(text, part)"),
    ("min", "min(a, b, …)"),
    ("max", "max(a, b, …)"),
    ("abs", "abs(number)"),
    ("round", "round(number, decimals)"),
    ("floor", "floor(number)"),
    ("ceil", "ceil(number)"),
    ("has", "has(attribute)"),
    ("default", "default(attribute, value)"),
    ("date", "date('2026-12-24')"),
    ("date_time", "date_time('2026-12-24T18:00')"),
    ("year", "year(time)"),
    ("month", "month(time)"),
    ("day", "day(time)"),
    ("weekday", "weekday(time)"),
    ("hour", "hour(time)"),
    ("days_between", "days_between(earlier, later)"),
    ("any", "any(list, x => condition)"),
    ("all", "all(list, x => condition)"),
    ("count", "count(list, x => condition)"),
    ("sum", "sum(list, x => number)"),
    ("min_of", "min_of(list, x => value)"),
    ("max_of", "max_of(list, x => value)"),
];

/// The names of the functions, for editors.
///
/// ```
/// assert!(engine::expression::function_names().any(|name| name == "starts_with"));
/// ```
pub fn function_names() -> impl Iterator<Item = &'static str> {
    FUNCTIONS.iter().map(|(name, _)| *name)
}

/// How a function is written; `None` when there is none of this name.
pub(in crate::expression) fn function_form(name: &str) -> Option<&'static str> {
    FUNCTIONS
        .iter()
        .find(|(known, _)| *known == name)
        .map(|(_, form)| *form)
}

impl Checker<'_> {
    pub(super) fn call(&mut self, span: Span, name: &Identifier, arguments: &[Argument]) -> Option<Checked> {
        let aggregate = Aggregate::ALL.into_iter().find(|one| one.as_str() == name.text);
        if let Some(aggregate) = aggregate {
            return self.aggregate(span, name, aggregate, arguments);
        }
        if !FUNCTIONS.iter().any(|(known, _)| *known == name.text) {
            self.unknown_function(span, name, arguments);
            return None;
        }
        let arguments = self.values_only(name, arguments)?;
        self.function(span, &name.text, &arguments)
    }

    fn function(&mut self, span: Span, name: &str, arguments: &[&Expr]) -> Option<Checked> {
        match (name, arguments) {
            ("len", [of]) => self.length(span, of),
            ("lower", [text]) => self.text_call(span, name, Function::Lower, &[text], Kind::STRING),
            ("upper", [text]) => self.text_call(span, name, Function::Upper, &[text], Kind::STRING),
            ("trim", [text]) => self.text_call(span, name, Function::Trim, &[text], Kind::STRING),
            ("starts_with", [text, part]) => {
                self.text_call(span, name, Function::StartsWith, &[text, part], Kind::BOOLEAN)
            }
            ("ends_with", [text, part]) => self.text_call(span, name, Function::EndsWith, &[text, part], Kind::BOOLEAN),
            ("contains", [text, part]) => self.contains(span, text, part),
            ("min", [_, _, ..]) => self.extreme(span, Function::Min, arguments),
            ("max", [_, _, ..]) => self.extreme(span, Function::Max, arguments),
            ("abs", [number]) => self.number_call(span, name, Function::Abs, number, None),
            ("floor", [number]) => self.number_call(span, name, Function::Floor, number, Some(Kind::INTEGER)),
            ("ceil", [number]) => self.number_call(span, name, Function::Ceil, number, Some(Kind::INTEGER)),
            ("round", [number]) => self.number_call(span, name, Function::Round, number, Some(Kind::INTEGER)),
            ("round", [number, decimals]) => self.round(span, number, decimals),
            ("has", [of]) => self.has(span, of),
            ("default", [value, otherwise]) => self.default(span, value, otherwise),
            ("date", [of]) => self.date(span, of),
            ("date_time", [of]) => self.date_time(span, of),
            ("year", [of]) => self.calendar_call(span, name, Function::Year, of),
            ("month", [of]) => self.calendar_call(span, name, Function::Month, of),
            ("day", [of]) => self.calendar_call(span, name, Function::Day, of),
            ("weekday", [of]) => self.calendar_call(span, name, Function::Weekday, of),
            ("hour", [of]) => self.hour(span, of),
            ("days_between", [from, to]) => self.days_between(span, from, to),
            _ => {
                self.wrong_count(span, name, arguments.len());
                None
            }
        }
    }

    pub(super) fn wrong_count(&mut self, span: Span, name: &str, count: usize) {
        let message = match (name, count) {
            ("min" | "max", 1) => format!("Write `{name}(a, b)`, or `{name}_of(prices)` for a whole list."),
            ("round", _) => "Write `round(number)` or `round(number, decimals)`.".to_owned(),
            _ => format!("Write it as `{}`.", function_form(name).unwrap_or(name)),
        };
        self.error(span, DiagnosticCode::ArgumentCount, message);
    }

    fn values_only<'e>(&mut self, name: &Identifier, arguments: &'e [Argument]) -> Option<Vec<&'e Expr>> {
        let mut values = Vec::with_capacity(arguments.len());
        for argument in arguments {
            match argument {
                Argument::Value(value) => values.push(value),
                Argument::Lambda { element, .. } => {
                    self.error(
                        element.span,
                        DiagnosticCode::ArgumentInvalid,
                        format!(
                            "`{}` asks nothing of the elements of a list: `=>` cannot stand here.",
                            name.text
                        ),
                    );
                    return None;
                }
            }
        }
        Some(values)
    }

    /// An argument of a wanted type.
    pub(super) fn argument(&mut self, name: &str, expr: &Expr, wanted: Kind) -> Option<Typed> {
        let checked = self.value(expr)?;
        self.fitting(name, expr, checked, wanted)
    }

    fn fitting(&mut self, name: &str, expr: &Expr, checked: Checked, wanted: Kind) -> Option<Typed> {
        let fits = checked.kind == wanted || (wanted == Kind::NUMBER && checked.kind == Kind::INTEGER);
        if fits {
            return Some(checked.typed);
        }
        let taken = if wanted == Kind::INTEGER {
            "a whole number of decimals".to_owned()
        } else {
            wanted.to_string()
        };
        let meant = match wanted {
            Kind::Single(single) if single != Scalar::Integer => rewritten(single, expr, None),
            Kind::Single(_) | Kind::List(_) | Kind::Object(_) => None,
        };
        let message = format!("`{name}` takes {taken}, and this is {}.", checked.kind);
        self.error_with(expr.span, DiagnosticCode::ArgumentInvalid, message, meant);
        None
    }

    fn text_call(
        &mut self,
        span: Span,
        name: &str,
        function: Function,
        exprs: &[&Expr],
        kind: Kind,
    ) -> Option<Checked> {
        let typed = exprs.iter().map(|expr| self.argument(name, expr, Kind::STRING));
        let typed: Vec<_> = typed.collect();
        let arguments = typed.into_iter().collect::<Option<_>>()?;
        Some(call(span, function, arguments, kind))
    }

    fn contains(&mut self, span: Span, text: &Expr, part: &Expr) -> Option<Checked> {
        let (checked, part_typed) = (self.value(text), self.value(part));
        let (checked, part_checked) = (checked?, part_typed?);
        if matches!((checked.kind, part_checked.kind), (Kind::List(_), Kind::Single(_)))
            && let Some(meant) = super::rewrite::membership(Comparison::Equal, part, text)
        {
            let message = format!("`contains` looks into a string: to look into a list write `{meant}`.");
            self.error_with(span, DiagnosticCode::ArgumentInvalid, message, Some(meant));
            return None;
        }
        let text = self.fitting("contains", text, checked, Kind::STRING);
        let part = self.fitting("contains", part, part_checked, Kind::STRING);
        Some(call(span, Function::Contains, vec![text?, part?], Kind::BOOLEAN))
    }

    /// A function of a number; without a kind, whole numbers stay whole.
    fn number_call(
        &mut self,
        span: Span,
        name: &str,
        function: Function,
        expr: &Expr,
        kind: Option<Kind>,
    ) -> Option<Checked> {
        let (typed, own) = self.number(name, expr)?;
        Some(call(span, function, vec![typed], kind.unwrap_or(own)))
    }

    fn number(&mut self, name: &str, expr: &Expr) -> Option<(Typed, Kind)> {
        let checked = self.value(expr)?;
        let kind = checked.kind;
        Some((self.fitting(name, expr, checked, Kind::NUMBER)?, kind))
    }

    fn round(&mut self, span: Span, number: &Expr, decimals: &Expr) -> Option<Checked> {
        let number = self.number("round", number);
        let places = self.argument("round", decimals, Kind::INTEGER);
        Some(call(span, Function::Round, vec![number?.0, places?], Kind::NUMBER))
    }

    fn length(&mut self, span: Span, of: &Expr) -> Option<Checked> {
        let checked = self.value(of)?;
        let function = match checked.kind {
            Kind::Single(Scalar::String) => Function::Length,
            Kind::List(_) => Function::Size,
            Kind::Single(_) | Kind::Object(_) => {
                let message = format!("Only strings and lists have a length, and this is {}.", checked.kind);
                self.error(of.span, DiagnosticCode::ArgumentInvalid, message);
                return None;
            }
        };
        Some(call(span, function, vec![checked.typed], Kind::INTEGER))
    }

    fn extreme(&mut self, span: Span, function: Function, exprs: &[&Expr]) -> Option<Checked> {
        let checked: Vec<_> = exprs.iter().map(|expr| Some((self.single(expr)?, expr.span))).collect();
        let checked: Vec<_> = checked.into_iter().collect::<Option<_>>()?;
        let mut kind = None;
        for ((_, found), place) in &checked {
            let first = *kind.get_or_insert(*found);
            let common = kind::common(first, *found).filter(|kind| *kind != Scalar::Boolean);
            let Some(common) = common else {
                let message = format!(
                    "`min` and `max` compare values of one type that has an order; here stand {} and {}.",
                    kind::name(first),
                    kind::name(*found)
                );
                self.error(*place, DiagnosticCode::ArgumentInvalid, message);
                return None;
            };
            kind = Some(common);
        }
        let arguments = checked.into_iter().map(|((typed, _), _)| typed).collect();
        Some(call(span, function, arguments, Kind::Single(kind?)))
    }

    fn has(&mut self, span: Span, of: &Expr) -> Option<Checked> {
        let is_path = matches!(
            of.kind,
            ExprKind::Name(_) | ExprKind::Field { .. } | ExprKind::Index { .. }
        );
        let checked = self.value(of)?;
        if !is_path {
            self.error(
                of.span,
                DiagnosticCode::ArgumentInvalid,
                "`has` asks for an attribute, a field or an element, such as `has(customer.tier)`.",
            );
            return None;
        }
        let typed = match checked.kind {
            Kind::Object(shape) => self.take(shape, checked.typed)?,
            Kind::Single(_) | Kind::List(_) => checked.typed,
        };
        Some(boolean(span, TypedKind::Has(Box::new(typed))))
    }

    fn default(&mut self, span: Span, value: &Expr, otherwise: &Expr) -> Option<Checked> {
        let (checked, other) = (self.single(value), self.single(otherwise));
        let ((value, value_kind), (other, other_kind)) = (checked?, other?);
        let Some(kind) = kind::common(value_kind, other_kind) else {
            let message = format!(
                "The value is {} and what replaces it {}: both have one type.",
                kind::name(value_kind),
                kind::name(other_kind)
            );
            let meant = rewritten(value_kind, otherwise, None);
            self.error_with(otherwise.span, DiagnosticCode::TypesDiffer, message, meant);
            return None;
        };
        let typed = TypedKind::Default {
            value: Box::new(value),
            otherwise: Box::new(other),
        };
        Some(Checked {
            typed: Typed::new(span, typed),
            kind: Kind::Single(kind),
        })
    }
}

pub(super) fn call(span: Span, function: Function, arguments: Vec<Typed>, kind: Kind) -> Checked {
    Checked {
        typed: Typed::new(span, TypedKind::Call { function, arguments }),
        kind,
    }
}
