//! Functions: their names, what each takes and what it yields.

use super::kind::{self, Checked, Element, Kind};
use super::{Checker, boolean, suggest};
use crate::calendar::{Date, Instant, LocalDateTime};
use crate::expression::error::{Diagnostic, DiagnosticCode};
use crate::expression::layout::Scalar;
use crate::expression::tree::{Argument, Expr, ExprKind, Identifier, Span};
use crate::expression::typed::{Aggregate, Function, Typed, TypedKind};
use crate::expression::types::Literal;

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

/// A time in the text of a literal.
pub(super) enum Time {
    At(Instant),
    /// Without an offset: in the promotion's zone.
    Local(LocalDateTime),
}

pub(super) fn parse_time(text: &str) -> Option<Time> {
    let instant = Instant::parse_rfc3339(text.as_bytes()).map(Time::At);
    instant.or_else(|| LocalDateTime::parse(text.as_bytes()).map(Time::Local))
}

impl Checker<'_> {
    pub(super) fn call(&mut self, span: Span, name: &Identifier, arguments: &[Argument]) -> Option<Checked> {
        let aggregate = Aggregate::ALL.into_iter().find(|one| one.as_str() == name.text);
        if let Some(aggregate) = aggregate {
            return self.aggregate(span, name, aggregate, arguments);
        }
        if !FUNCTIONS.iter().any(|(known, _)| *known == name.text) {
            self.unknown_function(name);
            return None;
        }
        let arguments = self.values_only(name, arguments)?;
        match (name.text.as_str(), arguments.as_slice()) {
            ("len", [of]) => self.length(span, of),
            ("lower", [text]) => self.text_call(span, Function::Lower, &[text], Kind::STRING),
            ("upper", [text]) => self.text_call(span, Function::Upper, &[text], Kind::STRING),
            ("trim", [text]) => self.text_call(span, Function::Trim, &[text], Kind::STRING),
            ("starts_with", [text, part]) => self.text_call(span, Function::StartsWith, &[text, part], Kind::BOOLEAN),
            ("ends_with", [text, part]) => self.text_call(span, Function::EndsWith, &[text, part], Kind::BOOLEAN),
            ("contains", [text, part]) => self.text_call(span, Function::Contains, &[text, part], Kind::BOOLEAN),
            ("min", [_, _, ..]) => self.extreme(span, Function::Min, &arguments),
            ("max", [_, _, ..]) => self.extreme(span, Function::Max, &arguments),
            ("abs", [number]) => self.number_call(span, Function::Abs, &[number], None),
            ("floor", [number]) => self.number_call(span, Function::Floor, &[number], Some(Kind::INTEGER)),
            ("ceil", [number]) => self.number_call(span, Function::Ceil, &[number], Some(Kind::INTEGER)),
            ("round", [number]) => self.number_call(span, Function::Round, &[number], Some(Kind::INTEGER)),
            ("round", [number, decimals]) => self.round(span, number, decimals),
            ("has", [of]) => self.has(span, of),
            ("default", [value, otherwise]) => self.default(span, value, otherwise),
            ("date", [of]) => self.date(span, of),
            ("date_time", [of]) => self.date_time(span, of),
            ("year", [of]) => self.calendar_call(span, Function::Year, of),
            ("month", [of]) => self.calendar_call(span, Function::Month, of),
            ("day", [of]) => self.calendar_call(span, Function::Day, of),
            ("weekday", [of]) => self.calendar_call(span, Function::Weekday, of),
            ("hour", [of]) => self.hour(span, of),
            ("days_between", [from, to]) => self.days_between(span, from, to),
            _ => {
                self.wrong_count(span, &name.text);
                None
            }
        }
    }

    fn unknown_function(&mut self, name: &Identifier) {
        let suggestion = suggest::nearest(&name.text, function_names());
        let message = match suggestion {
            Some(_) => format!("There is no function `{}`.{}", name.text, suggest::question(suggestion)),
            None => {
                let names: Vec<_> = function_names().collect();
                format!("There is no function `{}`: there are {}.", name.text, names.join(", "))
            }
        };
        let diagnostic = Diagnostic::error(name.span, DiagnosticCode::FunctionUnknown, message);
        self.diagnostics.push(match suggestion {
            Some(name) => diagnostic.replace_by(name),
            None => diagnostic,
        });
    }

    fn wrong_count(&mut self, span: Span, name: &str) {
        let form = function_form(name).unwrap_or(name);
        self.error(span, DiagnosticCode::ArgumentCount, format!("Write `{form}`."));
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
    fn argument(&mut self, expr: &Expr, wanted: Kind) -> Option<Typed> {
        let checked = self.value(expr)?;
        let fits = checked.kind == wanted || (wanted == Kind::NUMBER && checked.kind == Kind::INTEGER);
        if !fits {
            let wanted = if wanted == Kind::INTEGER {
                "a whole number".to_owned()
            } else {
                wanted.to_string()
            };
            let message = format!("Here stands {wanted}, and this is {}.", checked.kind);
            self.error(expr.span, DiagnosticCode::ArgumentInvalid, message);
            return None;
        }
        Some(checked.typed)
    }

    fn arguments(&mut self, exprs: &[&Expr], wanted: Kind) -> Option<Vec<Typed>> {
        let typed: Vec<_> = exprs.iter().map(|expr| self.argument(expr, wanted)).collect();
        typed.into_iter().collect()
    }

    fn text_call(&mut self, span: Span, function: Function, exprs: &[&Expr], kind: Kind) -> Option<Checked> {
        let arguments = self.arguments(exprs, Kind::STRING)?;
        Some(call(span, function, arguments, kind))
    }

    /// A function of numbers; without a kind, whole numbers stay whole.
    fn number_call(&mut self, span: Span, function: Function, exprs: &[&Expr], kind: Option<Kind>) -> Option<Checked> {
        let checked: Vec<_> = exprs.iter().map(|expr| self.number(expr)).collect();
        let checked: Vec<_> = checked.into_iter().collect::<Option<_>>()?;
        let whole = checked.iter().all(|(_, kind)| *kind == Kind::INTEGER);
        let own = if whole { Kind::INTEGER } else { Kind::NUMBER };
        let arguments = checked.into_iter().map(|(typed, _)| typed).collect();
        Some(call(span, function, arguments, kind.unwrap_or(own)))
    }

    fn number(&mut self, expr: &Expr) -> Option<(Typed, Kind)> {
        let checked = self.value(expr)?;
        if !checked.kind.is_number() {
            let message = format!("Here stands a number, and this is {}.", checked.kind);
            self.error(expr.span, DiagnosticCode::ArgumentInvalid, message);
            return None;
        }
        Some((checked.typed, checked.kind))
    }

    fn round(&mut self, span: Span, number: &Expr, decimals: &Expr) -> Option<Checked> {
        let (number, places) = (self.number(number), self.argument(decimals, Kind::INTEGER));
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
            self.error(otherwise.span, DiagnosticCode::TypesDiffer, message);
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

    /// `date('2026-12-24')` is a literal; `date(now)` is the day of an instant.
    fn date(&mut self, span: Span, of: &Expr) -> Option<Checked> {
        if let ExprKind::Text(text) = &of.kind {
            let Some(date) = Date::parse(text.as_bytes()) else {
                let message = "Write a day of the calendar as `date('2026-12-24')`.";
                self.error(of.span, DiagnosticCode::LiteralInvalid, message);
                return None;
            };
            return Some(Checked {
                typed: Typed::new(span, TypedKind::Constant(Literal::Date(date))),
                kind: Kind::DATE,
            });
        }
        let day = self.day(of)?;
        Some(Checked {
            typed: Typed::new(span, day.kind),
            kind: Kind::DATE,
        })
    }

    fn date_time(&mut self, span: Span, of: &Expr) -> Option<Checked> {
        let kind = if let ExprKind::Text(text) = &of.kind {
            match parse_time(text) {
                Some(Time::At(instant)) => TypedKind::Constant(Literal::DateTime(instant)),
                Some(Time::Local(local)) => TypedKind::Local(local),
                None => {
                    let message = "Write a time as `date_time('2026-12-24T18:00')`, in the promotion's time zone, or with \
                                   an offset as `date_time('2026-12-24T18:00:00Z')`.";
                    self.error(of.span, DiagnosticCode::LiteralInvalid, message);
                    return None;
                }
            }
        } else {
            let day = self.argument(of, Kind::DATE)?;
            TypedKind::Call {
                function: Function::StartOfDay,
                arguments: vec![day],
            }
        };
        Some(Checked {
            typed: Typed::new(span, kind),
            kind: Kind::DATE_TIME,
        })
    }

    /// A date, or the day of an instant in the promotion's zone.
    fn day(&mut self, expr: &Expr) -> Option<Typed> {
        let checked = self.value(expr)?;
        if checked.kind == Kind::DATE {
            return Some(checked.typed);
        }
        if checked.kind == Kind::DATE_TIME {
            return Some(call(expr.span, Function::DateOf, vec![checked.typed], Kind::DATE).typed);
        }
        let advice = match checked.kind {
            Kind::Single(Scalar::String) => ": declare the attribute as `date`, or write `date('2026-12-24')`",
            Kind::Single(_) | Kind::List(_) | Kind::Object(_) => "",
        };
        let message = format!(
            "Here stands a date or a date and time, and this is {}{advice}.",
            checked.kind
        );
        self.error(expr.span, DiagnosticCode::ArgumentInvalid, message);
        None
    }

    fn calendar_call(&mut self, span: Span, function: Function, of: &Expr) -> Option<Checked> {
        let day = self.day(of)?;
        Some(call(span, function, vec![day], Kind::INTEGER))
    }

    fn hour(&mut self, span: Span, of: &Expr) -> Option<Checked> {
        let time = self.argument(of, Kind::DATE_TIME)?;
        Some(call(span, Function::Hour, vec![time], Kind::INTEGER))
    }

    fn days_between(&mut self, span: Span, from: &Expr, to: &Expr) -> Option<Checked> {
        let (from, to) = (self.day(from), self.day(to));
        Some(call(span, Function::DaysBetween, vec![from?, to?], Kind::INTEGER))
    }

    fn aggregate(
        &mut self,
        span: Span,
        name: &Identifier,
        aggregate: Aggregate,
        arguments: &[Argument],
    ) -> Option<Checked> {
        let (list_expr, question) = match arguments {
            [Argument::Value(list)] => (list, None),
            [Argument::Value(list), Argument::Lambda { element, body }] => (list, Some((element, body))),
            _ => {
                self.wrong_count(span, &name.text);
                return None;
            }
        };
        let list = self.value(list_expr)?;
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
            None => self.itself(list_expr.span, &name.text, element)?,
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

    /// What is asked of each element.
    fn body(&mut self, name: &Identifier, element: Element, body: &Expr) -> Option<Checked> {
        let taken = self.elements.iter().any(|(bound, _)| *bound == name.text)
            || self.schema.contains_key(&name.text)
            || super::BUILT_IN_NAMES.contains(&name.text.as_str());
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
    fn itself(&mut self, span: Span, name: &str, element: Element) -> Option<Checked> {
        if let Err(kind) = self.element_kind(element) {
            let message =
                format!("Each element of this list is {kind}: say what to ask of it, as in `{name}(…, x => x.…)`.");
            self.error(span, DiagnosticCode::ArgumentCount, message);
            return None;
        }
        let level = u8::try_from(self.elements.len()).ok()?;
        self.element(span, level, element)
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

fn call(span: Span, function: Function, arguments: Vec<Typed>, kind: Kind) -> Checked {
    Checked {
        typed: Typed::new(span, TypedKind::Call { function, arguments }),
        kind,
    }
}
