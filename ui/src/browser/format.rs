//! Dates, times, numbers and money as people of the current locale write them, by the browser's `Intl`. Where that
//! lacks a feature, and in native tests, a plain form in the language's own manner.

use std::cell::RefCell;
use std::collections::BTreeMap;

use chrono::{DateTime, SecondsFormat, TimeDelta, Timelike as _, Utc};
use engine::money::Money;
use js_sys::{Array, Date, Function, JsString, Object, Reflect};
use wasm_bindgen::prelude::*;

use crate::i18n::{Language, common, locale};

/// Digits between two separators.
const GROUP: usize = 3;

thread_local! {
    /// The formatters made so far: making one takes the browser longer than hundreds of uses of it. There are few:
    /// one for each set of options, and of these only the zone and the currency vary.
    static FORMATTERS: RefCell<BTreeMap<String, JsValue>> = const { RefCell::new(BTreeMap::new()) };
}

/// An instant to the minute, in `zone` (an IANA name) or else in the browser's.
pub(crate) fn format_time(instant: DateTime<Utc>, zone: Option<&str>) -> String {
    instant_as(instant, zone, &[("dateStyle", "medium"), ("timeStyle", "short")])
        .unwrap_or_else(|| plain_minute(instant))
}

/// An instant to the second: of what happens many times a minute and is told apart by it.
pub(crate) fn format_exact_time(instant: DateTime<Utc>, zone: Option<&str>) -> String {
    instant_as(instant, zone, &[("dateStyle", "medium"), ("timeStyle", "medium")])
        .unwrap_or_else(|| instant.to_rfc3339_opts(SecondsFormat::Secs, true))
}

/// An instant that somebody chose, where it is told from others: to the minute, unless they chose a second.
pub(crate) fn format_chosen_time(instant: DateTime<Utc>, zone: Option<&str>) -> String {
    if instant.second() == 0 {
        format_time(instant, zone)
    } else {
        format_exact_time(instant, zone)
    }
}

/// `2027-01-31T23:59Z`. Cut, because chrono's own formats are more code than all else that the first page needs of it.
fn plain_minute(instant: DateTime<Utc>) -> String {
    let second = instant.to_rfc3339_opts(SecondsFormat::Secs, true);
    format!(
        "{}Z",
        second.rsplit_once(':').map_or(second.as_str(), |(minute, _)| minute)
    )
}

/// The day of an instant, in `zone` (an IANA name) or else in the browser's.
pub(crate) fn format_date(instant: DateTime<Utc>, zone: Option<&str>) -> String {
    instant_as(instant, zone, &[("dateStyle", "medium")]).unwrap_or_else(|| instant.date_naive().to_string())
}

/// What of an instant is written where the rest is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Grain {
    Hour,
    /// The hour with its day.
    DayAndHour,
    Day,
    Month,
}

/// The hour, day or month of an instant, as short as may be: `14:00`, `21 Nov`, `Nov 2026`.
pub(crate) fn format_grain(instant: DateTime<Utc>, zone: Option<&str>, grain: Grain) -> String {
    let hour = [("hour", "2-digit"), ("minute", "2-digit")];
    let day = [("day", "numeric"), ("month", "short")];
    let options = match grain {
        Grain::Hour => hour.to_vec(),
        Grain::DayAndHour => day.into_iter().chain(hour).collect(),
        Grain::Day => day.to_vec(),
        Grain::Month => vec![("month", "short"), ("year", "numeric")],
    };
    let plain = match grain {
        Grain::Hour => "%H:%M",
        Grain::DayAndHour => "%m-%d %H:%M",
        Grain::Day => "%m-%d",
        Grain::Month => "%Y-%m",
    };
    instant_as(instant, zone, &options).unwrap_or_else(|| instant.format(plain).to_string())
}

fn instant_as(instant: DateTime<Utc>, zone: Option<&str>, options: &[(&str, &str)]) -> Option<String> {
    let mut options = options.to_vec();
    options.extend(zone.map(|zone| ("timeZone", zone)));
    // Some Spanish locales have twelve hours by default; their shops write twenty-four.
    if Language::current() == Language::Spanish {
        options.push(("hourCycle", "h23"));
    }
    formatted("DateTimeFormat", &options, || date(instant).into())
}

/// How long ago `instant` was, or how far ahead it is, in the largest unit of which there is a whole one:
/// `12 sec. ago`, `yesterday`, `in 3 days`.
pub(crate) fn format_relative(instant: DateTime<Utc>, now: DateTime<Utc>) -> String {
    let (count, unit) = distance(instant - now);
    let options = [("numeric", "auto"), ("style", "short")];
    let shown = formatter(&locale(), "RelativeTimeFormat", &options).and_then(|formatter| {
        let format: Function = Reflect::get(&formatter, &"format".into()).ok()?.dyn_into().ok()?;
        // Exact: no two instants are 2⁵³ units apart.
        let count = JsValue::from_f64(count as f64);
        format.call2(&formatter, &count, &unit.name().into()).ok()?.as_string()
    });
    shown.unwrap_or_else(|| unit.plain(count))
}

/// A unit of [`format_relative`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unit {
    Second,
    Minute,
    Hour,
    Day,
}

impl Unit {
    const fn name(self) -> &'static str {
        match self {
            Self::Second => "second",
            Self::Minute => "minute",
            Self::Hour => "hour",
            Self::Day => "day",
        }
    }

    /// Without the browser's help.
    fn plain(self, count: i64) -> String {
        let amount = count.unsigned_abs();
        match (self, count > 0) {
            (Self::Second, false) => common::seconds_ago(amount),
            (Self::Minute, false) => common::minutes_ago(amount),
            (Self::Hour, false) => common::hours_ago(amount),
            (Self::Day, false) => common::days_ago(amount),
            (Self::Second, true) => common::in_seconds(amount),
            (Self::Minute, true) => common::in_minutes(amount),
            (Self::Hour, true) => common::in_hours(amount),
            (Self::Day, true) => common::in_days(amount),
        }
    }
}

/// Whole units, towards zero, negative in the past.
fn distance(delta: TimeDelta) -> (i64, Unit) {
    let larger = [
        (delta.num_days(), Unit::Day),
        (delta.num_hours(), Unit::Hour),
        (delta.num_minutes(), Unit::Minute),
    ];
    let largest = larger.into_iter().find(|(count, _)| *count != 0);
    largest.unwrap_or((delta.num_seconds(), Unit::Second))
}

/// A count.
pub(crate) fn format_number(number: u64) -> String {
    format_decimal(&number.to_string())
}

/// A number written as digits, with a point before its decimals, of which none is lost.
pub(crate) fn format_decimal(digits: &str) -> String {
    number_as(digits, &[("maximumFractionDigits", "20")]).unwrap_or_else(|| plain_number(digits))
}

/// A share as a percentage with at most one decimal: 0.125 is `12.5%`.
pub(crate) fn format_percent(ratio: f64) -> String {
    let options = [("style", "percent"), ("maximumFractionDigits", "1")];
    formatted("NumberFormat", &options, || JsValue::from_f64(ratio)).unwrap_or_else(|| {
        let percent = format!("{:.1}", ratio * 100.0);
        format!("{} %", plain_number(percent.strip_suffix(".0").unwrap_or(&percent)))
    })
}

/// Money with all decimals of its currency, and the currency by its code: signs such as `$` are many countries'.
pub(crate) fn format_money(money: &Money) -> String {
    let (digits, currency) = (money.to_decimal().to_string(), money.currency());
    let decimals = currency.decimals().to_string();
    let options = [
        ("style", "currency"),
        ("currency", currency.code()),
        ("currencyDisplay", "code"),
        ("minimumFractionDigits", decimals.as_str()),
        ("maximumFractionDigits", decimals.as_str()),
    ];
    number_as(&digits, &options).unwrap_or_else(|| format!("{} {currency}", plain_number(&digits)))
}

/// `Intl` takes a decimal text exactly, which a float is not.
fn number_as(digits: &str, options: &[(&str, &str)]) -> Option<String> {
    formatted("NumberFormat", options, || digits.into())
}

/// A value by a formatter; `value` is made only where there is one.
fn formatted(kind: &str, options: &[(&str, &str)], value: impl FnOnce() -> JsValue) -> Option<String> {
    let formatter = formatter(&locale(), kind, options)?;
    let format: Function = Reflect::get(&formatter, &"format".into()).ok()?.dyn_into().ok()?;
    format.call1(&formatter, &value()).ok()?.as_string()
}

/// The browser's formatter of a kind; `None` without a browser, in one that lacks the kind, and for options that it
/// refuses, such as an unknown zone.
pub(super) fn formatter(locale: &str, kind: &str, options: &[(&str, &str)]) -> Option<JsValue> {
    if !cfg!(target_family = "wasm") {
        return None;
    }
    let key = format!("{locale} {kind} {options:?}");
    if let Some(made) = FORMATTERS.with_borrow(|made| made.get(&key).cloned()) {
        return Some(made);
    }
    let made = make(locale, kind, options)?;
    FORMATTERS.with_borrow_mut(|all| all.insert(key, made.clone()));
    Some(made)
}

fn make(locale: &str, kind: &str, options: &[(&str, &str)]) -> Option<JsValue> {
    let object = Object::new();
    for (name, value) in options {
        Reflect::set(&object, &(*name).into(), &(*value).into()).ok()?;
    }
    let intl = Reflect::get(&js_sys::global(), &"Intl".into()).ok()?;
    let constructor: Function = Reflect::get(&intl, &kind.into()).ok()?.dyn_into().ok()?;
    let arguments = Array::of2(&JsString::from(locale).into(), &object.into());
    // Through `construct`, because the bindings' own constructors do not catch the error for an option refused.
    Reflect::construct(&constructor, &arguments).ok()
}

pub(super) fn date(instant: DateTime<Utc>) -> Date {
    Date::new(&instant.to_rfc3339_opts(SecondsFormat::Millis, true).into())
}

/// Digits with the language's separators.
fn plain_number(digits: &str) -> String {
    let (thousands, point) = match Language::current() {
        Language::English => (',', '.'),
        Language::Spanish => ('.', ','),
    };
    let (sign, unsigned) = digits.strip_prefix('-').map_or(("", digits), |rest| ("-", rest));
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
    let mut shown = sign.to_owned();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index) % GROUP == 0 {
            shown.push(thousands);
        }
        shown.push(digit);
    }
    if !fraction.is_empty() {
        shown.push(point);
        shown.push_str(fraction);
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::tests::in_language;

    /// What the plain forms are in English and in Spanish.
    fn check(show: impl Fn() -> String, english: &str, spanish: &str) {
        let shown = Language::ALL.map(|language| in_language(language, &show));
        assert_eq!(shown, [english, spanish]);
    }

    #[test]
    fn numbers() {
        check(|| format_number(0), "0", "0");
        check(|| format_number(999), "999", "999");
        check(|| format_number(1_000), "1,000", "1.000");
        check(|| format_number(1_234_567), "1,234,567", "1.234.567");
        check(|| format_decimal("12.5"), "12.5", "12,5");
        check(|| format_decimal("-1234.50"), "-1,234.50", "-1.234,50");
        check(|| format_percent(0.125), "12.5 %", "12,5 %");
        check(|| format_percent(1.0), "100 %", "100 %");
    }

    #[test]
    fn money() {
        let check_money = |amount, code: &str, english: &str, spanish: &str| {
            let money = Money::new(amount, code.parse().unwrap()).unwrap();
            check(|| format_money(&money), english, spanish);
        };
        check_money(123_456, "UYU", "1,234.56 UYU", "1.234,56 UYU");
        check_money(5, "USD", "0.05 USD", "0,05 USD");
        check_money(1_205, "JPY", "1,205 JPY", "1.205 JPY");
        check_money(1_005, "KWD", "1.005 KWD", "1,005 KWD");
        check_money(
            engine::money::MAX_AMOUNT,
            "USD",
            "90,071,992,547,409.91 USD",
            "90.071.992.547.409,91 USD",
        );
    }

    #[test]
    fn instants() {
        let instant = "2027-01-31T23:59:59.5Z".parse().unwrap();
        let chosen = "2027-01-31T23:59:00Z".parse().unwrap();
        let (minute, second) = ("2027-01-31T23:59Z", "2027-01-31T23:59:59Z");
        check(|| format_time(instant, None), minute, minute);
        check(|| format_exact_time(instant, None), second, second);
        check(|| format_chosen_time(instant, None), second, second);
        check(|| format_chosen_time(chosen, None), minute, minute);
        check(|| format_date(instant, None), "2027-01-31", "2027-01-31");
        check(
            || format_grain(instant, None, Grain::DayAndHour),
            "01-31 23:59",
            "01-31 23:59",
        );
        check(|| format_grain(instant, None, Grain::Month), "2027-01", "2027-01");
    }

    #[test]
    fn distances() {
        let check_distance = |seconds, english: &str, spanish: &str| {
            let now: DateTime<Utc> = "2027-01-31T12:00:00Z".parse().unwrap();
            check(
                || format_relative(now + TimeDelta::seconds(seconds), now),
                english,
                spanish,
            );
        };
        check_distance(0, "0 s ago", "hace 0 s");
        check_distance(-12, "12 s ago", "hace 12 s");
        check_distance(-60, "1 min ago", "hace 1 min");
        check_distance(-3_599, "59 min ago", "hace 59 min");
        check_distance(-3_600, "1 h ago", "hace 1 h");
        check_distance(-86_400, "1 day ago", "hace 1 día");
        check_distance(-31 * 86_400, "31 days ago", "hace 31 días");
        check_distance(90, "in 1 min", "en 1 min");
        check_distance(86_400 * 3, "in 3 days", "en 3 días");
    }
}
