//! What operators and functions compute, for single values of the right types. Exact or refused: nothing wraps,
//! nothing is infinite.

use std::cmp::Ordering;

use rust_decimal::prelude::ToPrimitive as _;
use rust_decimal::{Decimal, RoundingStrategy};

use super::number::Number;
use super::tree::Arithmetic;
use super::typed::Function;
use super::value::{Datum, order};
use crate::calendar::{Date, Instant, LocalDateTime};
use crate::zone::Zone;

/// Why a condition cannot be decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FaultKind {
    /// By `/` or `%`.
    #[error("division by zero")]
    DivisionByZero,
    /// A number needs more than 28 digits before the point, or a time lies outside the years 1 to 9999.
    #[error("a number that is too large")]
    Overflow,
    /// More steps than [`super::FUEL`].
    #[error("more steps than an evaluation may take")]
    OutOfFuel,
    /// The program does not fit the values that it works on; the loader admits none such.
    #[error("a program that cannot be run; publish the promotion again")]
    Corrupt,
}

/// `+ - * / %` on exact decimals. Products and quotients that need more than 28 decimals are rounded half to even, as
/// `rust_decimal` does; the remainder has the sign of the dividend.
pub(crate) fn arithmetic(operator: Arithmetic, left: Decimal, right: Decimal) -> Result<Decimal, FaultKind> {
    let by_zero = matches!(operator, Arithmetic::Divide | Arithmetic::Remainder) && right.is_zero();
    if by_zero {
        return Err(FaultKind::DivisionByZero);
    }
    let result = match operator {
        Arithmetic::Add => left.checked_add(right),
        Arithmetic::Subtract => left.checked_sub(right),
        Arithmetic::Multiply => left.checked_mul(right),
        Arithmetic::Divide => left.checked_div(right),
        Arithmetic::Remainder => left.checked_rem(right),
    };
    result.ok_or(FaultKind::Overflow)
}

/// The negative; zero has none of its own.
pub(crate) fn negate(number: Decimal) -> Decimal {
    if number.is_zero() { number } else { -number }
}

/// A function of up to two values that yields no text; absent arguments make it absent.
pub(crate) fn call<'a>(
    function: Function,
    first: Datum<'a>,
    second: Datum<'a>,
    zone: &Zone,
) -> Result<Datum<'a>, FaultKind> {
    let number = |value: i64| Ok(Datum::Number(Number::whole(value)));
    match (function, first, second) {
        (_, Datum::Absent, _) => Ok(Datum::Absent),
        (Function::Length, Datum::Text(text), _) => number(text.chars().count().try_into().unwrap_or(i64::MAX)),
        (Function::Trim, Datum::Text(text), _) => Ok(Datum::Text(text.trim())),
        (Function::Abs, Datum::Number(value), _) => Ok(Datum::Number(value.decimal().abs().into())),
        (Function::Floor, Datum::Number(value), _) => Ok(Datum::Number(value.decimal().floor().into())),
        (Function::Ceil, Datum::Number(value), _) => Ok(Datum::Number(negate(negate(value.decimal()).floor()).into())),
        (Function::DateOf, Datum::DateTime(instant), _) => Ok(Datum::Date(zone.local(instant).date())),
        (Function::Hour, Datum::DateTime(instant), _) => number(zone.local(instant).hour().into()),
        (Function::StartOfDay, Datum::Date(date), _) => Ok(Datum::DateTime(start_of_day(date, zone))),
        (Function::Year, Datum::Date(date), _) => number(date.civil().0.into()),
        (Function::Month, Datum::Date(date), _) => number(date.civil().1.into()),
        (Function::Day, Datum::Date(date), _) => number(date.civil().2.into()),
        (Function::Weekday, Datum::Date(date), _) => number(date.weekday().into()),
        (_, _, Datum::Absent) => Ok(Datum::Absent),
        (Function::StartsWith, Datum::Text(text), Datum::Text(part)) => Ok(Datum::Boolean(text.starts_with(part))),
        (Function::EndsWith, Datum::Text(text), Datum::Text(part)) => Ok(Datum::Boolean(text.ends_with(part))),
        (Function::Contains, Datum::Text(text), Datum::Text(part)) => Ok(Datum::Boolean(text.contains(part))),
        (Function::Min, first, second) => Ok(extreme(Ordering::Less, first, second)),
        (Function::Max, first, second) => Ok(extreme(Ordering::Greater, first, second)),
        (Function::Round, Datum::Number(value), Datum::Number(places)) => {
            Ok(Datum::Number(round(value.decimal(), places.decimal()).into()))
        }
        (Function::DaysBetween, Datum::Date(from), Datum::Date(to)) => {
            number(i64::from(to.days()) - i64::from(from.days()))
        }
        _ => Err(FaultKind::Corrupt),
    }
}

/// The second value if it stands to the first as `wanted`, else the first.
pub(crate) fn extreme<'a>(wanted: Ordering, first: Datum<'a>, second: Datum<'a>) -> Datum<'a> {
    if order(second, first) == Some(wanted) {
        second
    } else {
        first
    }
}

/// Half away from zero, to a number of decimals; fewer than 0 are taken as 0, more than 28 change nothing.
fn round(value: Decimal, places: Decimal) -> Decimal {
    let places = places.max(Decimal::ZERO);
    let places = places.to_u32().unwrap_or(Decimal::MAX_SCALE).min(Decimal::MAX_SCALE);
    value.round_dp_with_strategy(places, RoundingStrategy::MidpointAwayFromZero)
}

fn start_of_day(date: Date, zone: &Zone) -> Instant {
    const MILLIS_PER_DAY: i64 = 86_400_000;
    let midnight = LocalDateTime::clamp_millis(i64::from(date.days()) * MILLIS_PER_DAY);
    zone.instant_of(midnight)
}

/// The letters of a character in lower or upper case; each stands by itself, whatever is around it.
pub(crate) fn cased(function: Function, char: char) -> impl Iterator<Item = char> {
    let lower = (function == Function::Lower).then(|| char.to_lowercase());
    let upper = (function == Function::Upper).then(|| char.to_uppercase());
    lower.into_iter().flatten().chain(upper.into_iter().flatten())
}

/// The position that an index names; `None` outside of `0..len`.
pub(crate) fn position(index: Number, len: u32) -> Option<u32> {
    let position = match index {
        Number::Small { scale: 0, mantissa } => u32::try_from(mantissa).ok(),
        Number::Small { .. } | Number::Large { .. } => index.decimal().to_u32(),
    };
    position.filter(|position| *position < len)
}
