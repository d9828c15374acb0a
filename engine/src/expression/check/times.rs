//! Dates and times: literals and functions.

use super::calls::call;
use super::kind::{Checked, Kind};
use super::{Checker, rewrite};
use crate::calendar::{Date, Instant, LocalDateTime};
use crate::expression::error::DiagnosticCode;
use crate::expression::layout::Scalar;
use crate::expression::tree::{Expr, ExprKind, Span};
use crate::expression::typed::{Function, Typed, TypedKind};
use crate::expression::types::Literal;

/// Characters of a date, with which a date and time begins.
const DATE_CHARS: usize = 10;

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
    /// `date('2026-12-24')` is a literal; `date(now)` is the day of an instant.
    pub(super) fn date(&mut self, span: Span, of: &Expr) -> Option<Checked> {
        if let ExprKind::Text(text) = &of.kind {
            let Some(date) = Date::parse(text.as_bytes()) else {
                let of_time = text.get(..DATE_CHARS).and_then(|day| Date::parse(day.as_bytes()));
                let meant = rewrite::day(of).or(of_time).map(|day| format!("'{day}'"));
                let message = "Write a day of the calendar as `date('2026-12-24')`.";
                self.error_with(of.span, DiagnosticCode::LiteralInvalid, message, meant);
                return None;
            };
            return Some(Checked {
                typed: Typed::new(span, TypedKind::Constant(Literal::Date(date))),
                kind: Kind::DATE,
            });
        }
        let day = self.day("date", of)?;
        Some(Checked {
            typed: Typed::new(span, day.kind),
            kind: Kind::DATE,
        })
    }

    pub(super) fn date_time(&mut self, span: Span, of: &Expr) -> Option<Checked> {
        let kind = if let ExprKind::Text(text) = &of.kind {
            match parse_time(text) {
                Some(Time::At(instant)) => TypedKind::Constant(Literal::DateTime(instant)),
                Some(Time::Local(local)) => TypedKind::Local(local),
                None => {
                    let message = "Write a time as `date_time('2026-12-24T18:00')`, in the promotion's time zone, or with \
                                   an offset as `date_time('2026-12-24T18:00:00Z')`.";
                    let meant = rewrite::day(of).map(|day| format!("'{day}T00:00'"));
                    self.error_with(of.span, DiagnosticCode::LiteralInvalid, message, meant);
                    return None;
                }
            }
        } else {
            let day = self.argument("date_time", of, Kind::DATE)?;
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
    fn day(&mut self, name: &str, expr: &Expr) -> Option<Typed> {
        let checked = self.value(expr)?;
        if checked.kind == Kind::DATE {
            return Some(checked.typed);
        }
        if checked.kind == Kind::DATE_TIME {
            return Some(call(expr.span, Function::DateOf, vec![checked.typed], Kind::DATE).typed);
        }
        let meant = match rewrite::day(expr) {
            Some(day) if name == "date" => Some(format!("'{day}'")),
            Some(day) => Some(format!("date('{day}')")),
            None => None,
        };
        let advice = match (&meant, checked.kind) {
            (Some(meant), _) => format!(": write `{meant}`"),
            (None, Kind::Single(Scalar::String)) => ": declare the attribute as `date`".to_owned(),
            (None, Kind::Single(_) | Kind::List(_) | Kind::Object(_)) => String::new(),
        };
        let message = format!(
            "`{name}` takes a date or a date and time, and this is {}{advice}.",
            checked.kind
        );
        self.error_with(expr.span, DiagnosticCode::ArgumentInvalid, message, meant);
        None
    }

    pub(super) fn calendar_call(&mut self, span: Span, name: &str, function: Function, of: &Expr) -> Option<Checked> {
        let day = self.day(name, of)?;
        Some(call(span, function, vec![day], Kind::INTEGER))
    }

    pub(super) fn hour(&mut self, span: Span, of: &Expr) -> Option<Checked> {
        let time = self.argument("hour", of, Kind::DATE_TIME)?;
        Some(call(span, Function::Hour, vec![time], Kind::INTEGER))
    }

    pub(super) fn days_between(&mut self, span: Span, from: &Expr, to: &Expr) -> Option<Checked> {
        let (from, to) = (self.day("days_between", from), self.day("days_between", to));
        Some(call(span, Function::DaysBetween, vec![from?, to?], Kind::INTEGER))
    }
}
