//! What was probably meant, as source text: for replacements.

use crate::calendar::Date;
use crate::expression::layout::Scalar;
use crate::expression::parse::plain_number;
use crate::expression::tree::{Arithmetic, Comparison, Expr, ExprKind};
use crate::expression::typed::{Function, Typed, TypedKind};

/// Longest text of an expression that a message repeats, in characters: a part of a line.
const MAX_REPEATED_CHARS: usize = 40;

const WEEKDAYS: [&str; 7] = [
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
];
const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// A literal in the form of the wanted type, when its value allows it: `'2026-12-24'` as a date, `'12'` as a number, and
/// the name of a day where it stands `beside` a weekday.
pub(super) fn rewritten(wanted: Scalar, expr: &Expr, beside: Option<&Typed>) -> Option<String> {
    match (wanted, &expr.kind) {
        (Scalar::Number | Scalar::Integer, ExprKind::Text(text)) => named(text, beside).or_else(|| plain_number(text)),
        (Scalar::Boolean, ExprKind::Text(text)) => truth(&text.to_lowercase()),
        (Scalar::Boolean, ExprKind::Number(number)) => truth(&number.to_string()),
        (Scalar::String, ExprKind::Number(number)) => Some(ExprKind::Text(number.to_string()).to_string()),
        (Scalar::Date, _) => day(expr).map(|day| format!("date('{day}')")),
        (Scalar::DateTime, ExprKind::Text(text)) => {
            super::times::parse_time(text).map(|_| format!("date_time({expr})"))
        }
        _ => None,
    }
}

fn truth(word: &str) -> Option<String> {
    let truth = match word {
        "true" | "yes" | "1" => "true",
        "false" | "no" | "0" => "false",
        _ => return None,
    };
    Some(truth.to_owned())
}

/// The number of a weekday or a month by its name or the first three letters of it.
fn named(text: &str, beside: Option<&Typed>) -> Option<String> {
    let part = calendar_part(beside?)?;
    let names: &[_] = if part == Function::Weekday {
        &WEEKDAYS
    } else if part == Function::Month {
        &MONTHS
    } else {
        return None;
    };
    let lower = text.to_lowercase();
    let is_meant = |name: &&str| **name == lower || name.get(..3) == Some(lower.as_str());
    names
        .iter()
        .position(is_meant)
        .map(|position| (position + 1).to_string())
}

/// What part of a time a number is.
pub(super) const fn calendar_part(typed: &Typed) -> Option<Function> {
    if let TypedKind::Call {
        function: function @ (Function::Weekday | Function::Month | Function::Hour),
        ..
    } = &typed.kind
    {
        Some(*function)
    } else {
        None
    }
}

/// The day that a text or an expression such as `2026-12-24` means.
pub(super) fn day(expr: &Expr) -> Option<Date> {
    if let ExprKind::Text(text) = &expr.kind {
        return Date::parse(text.as_bytes()).or_else(|| day_of_text(text));
    }
    let (rest, day) = difference(expr)?;
    let (year, month) = difference(rest)?;
    let number = |expr: &Expr| {
        let whole = if let ExprKind::Number(number) = &expr.kind {
            number.is_integer().then_some(*number)
        } else {
            None
        };
        u32::try_from(whole?).ok()
    };
    Date::from_civil(number(year)?, number(month)?, number(day)?)
}

fn difference(expr: &Expr) -> Option<(&Expr, &Expr)> {
    if let ExprKind::Arithmetic {
        operator: Arithmetic::Subtract,
        left,
        right,
    } = &expr.kind
    {
        Some((left, right))
    } else {
        None
    }
}

/// `24/12/2026`, `12/24/2026` and `2026/12/24`, unless day and month could be exchanged.
fn day_of_text(text: &str) -> Option<Date> {
    let parts: Vec<u32> = text
        .split(['/', '.', '-'])
        .map(str::parse)
        .collect::<Result<_, _>>()
        .ok()?;
    match parts[..] {
        [year, month, day] if year > 31 => Date::from_civil(year, month, day),
        [day, month, year] if day > 12 || day == month => Date::from_civil(year, month, day),
        [month, day, year] if day > 12 => Date::from_civil(year, month, day),
        _ => None,
    }
}

/// `'new' in tags` for a list that is compared with a value.
pub(super) fn membership(operator: Comparison, item: &Expr, list: &Expr) -> Option<String> {
    let negated = match operator {
        Comparison::Equal => false,
        Comparison::NotEqual => true,
        Comparison::Less | Comparison::LessOrEqual | Comparison::Greater | Comparison::GreaterOrEqual => return None,
    };
    let kind = ExprKind::In {
        negated,
        item: Box::new(item.clone()),
        list: Box::new(list.clone()),
    };
    Some(kind.to_string())
}

/// A written list with each element in the form of the wanted type.
pub(super) fn elements(wanted: Scalar, list: &Expr, item: &Typed) -> Option<String> {
    let ExprKind::List(elements) = &list.kind else {
        return None;
    };
    let elements = elements.iter().map(|element| rewritten(wanted, element, Some(item)));
    let elements: Vec<_> = elements.collect::<Option<_>>()?;
    Some(format!("[{}]", elements.join(", ")))
}

/// `['visa', 'oca']` for `'visa, oca'`.
pub(super) fn list_of_words(expr: &Expr) -> Option<String> {
    let ExprKind::Text(text) = &expr.kind else { return None };
    let words = text
        .split(',')
        .map(|word| ExprKind::Text(word.trim().to_owned()).to_string());
    Some(format!("[{}]", words.collect::<Vec<_>>().join(", ")))
}

/// `method in ['visa', 'oca']` for `method == 'visa' or 'oca'`.
pub(super) fn alternatives(parts: &[Expr]) -> Option<String> {
    let (first, rest) = parts.split_first()?;
    let ExprKind::Compare {
        operator: Comparison::Equal,
        left,
        right,
    } = &first.kind
    else {
        return None;
    };
    let is_like_it = |part: &Expr| {
        matches!(
            (&right.kind, &part.kind),
            (ExprKind::Text(_), ExprKind::Text(_)) | (ExprKind::Number(_), ExprKind::Number(_))
        )
    };
    let elements = std::iter::once(&**right).chain(rest).map(ToString::to_string);
    let list = elements.collect::<Vec<_>>().join(", ");
    rest.iter().all(is_like_it).then(|| format!("{left} in [{list}]"))
}

/// An expression as a message repeats it.
pub(super) fn repeated(expr: &Expr) -> String {
    let text = expr.to_string();
    if text.chars().count() > MAX_REPEATED_CHARS {
        "…".to_owned()
    } else {
        text
    }
}
