//! The days that a report covers, in the time zone that it is asked in, and those that it is compared with.

use chrono::{DateTime, Datelike, Months, NaiveDate, NaiveTime, TimeDelta, Utc};

use crate::forms::window::{Bound, instant_of};

/// Most days that are told by the hour: the server's bound, less the hour that a change of the clocks adds.
const MAX_DAYS_OF_HOURS: i64 = 31;
/// Most days that are told by the day: the server's bound, less the days at its edges.
const MAX_DAYS_OF_DAYS: i64 = 398;
/// Most months of a report: the server's bound.
const MAX_MONTHS: u32 = 120;
/// Up to so many days, hours are what a person wants to see first.
const DAYS_SEEN_BY_HOUR: i64 = 2;
/// Up to so many days, days are: three months.
const DAYS_SEEN_BY_DAY: i64 = 92;

/// A time to look at, by a name.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Range {
    Today,
    Week,
    #[default]
    Month,
    Quarter,
    /// The month of the calendar.
    ThisMonth,
}

impl Range {
    pub(super) const ALL: [Self; 5] = [Self::Today, Self::Week, Self::Month, Self::Quarter, Self::ThisMonth];

    /// The word in the address.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Today => "today",
            Self::Week => "7d",
            Self::Month => "30d",
            Self::Quarter => "90d",
            Self::ThisMonth => "month",
        }
    }

    pub(super) fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|range| range.as_str() == word)
    }

    /// Its days, up to today.
    pub(super) fn days(self, today: NaiveDate) -> Days {
        let back = |days| today.checked_sub_signed(TimeDelta::days(days)).unwrap_or(today);
        let first = match self {
            Self::Today => today,
            Self::Week => back(6),
            Self::Month => back(29),
            Self::Quarter => back(89),
            Self::ThisMonth => first_of_month(today),
        };
        Days { first, last: today }
    }
}

/// How a report is cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Interval {
    Hour,
    Day,
    Month,
}

impl Interval {
    const ALL: [Self; 3] = [Self::Hour, Self::Day, Self::Month];

    /// The word in the address and on the wire.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Hour => "hour",
            Self::Day => "day",
            Self::Month => "month",
        }
    }

    pub(super) fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|interval| interval.as_str() == word)
    }

    /// Those in which a report of these days has no more parts than the server tells.
    pub(super) fn fitting(days: Days) -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().filter(move |interval| match interval {
            Self::Hour => days.count() <= MAX_DAYS_OF_HOURS,
            Self::Day => days.count() <= MAX_DAYS_OF_DAYS,
            Self::Month => true,
        })
    }

    /// What these days are cut into: what was chosen, where it fits, or else what shows them best.
    pub(super) fn choose(chosen: Option<Self>, days: Days) -> Self {
        let usual = match days.count() {
            ..=DAYS_SEEN_BY_HOUR => Self::Hour,
            count if count <= DAYS_SEEN_BY_DAY => Self::Day,
            _ => Self::Month,
        };
        Self::fitting(days)
            .find(|fitting| Some(*fitting) == chosen)
            .unwrap_or(usual)
    }
}

/// Days of a calendar, the first and the last among them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Days {
    pub(super) first: NaiveDate,
    pub(super) last: NaiveDate,
}

impl Days {
    /// The days from one to another, in whichever order they come: none after today, of which nothing is known, and
    /// no more than the server tells.
    pub(super) fn chosen(one: NaiveDate, other: NaiveDate, today: NaiveDate) -> Self {
        let last = one.max(other).min(today);
        let earliest = first_of_month(last)
            .checked_sub_months(Months::new(MAX_MONTHS - 1))
            .unwrap_or(last);
        Self {
            first: one.min(other).clamp(earliest, last),
            last,
        }
    }

    pub(super) fn count(self) -> i64 {
        (self.last - self.first).num_days() + 1
    }

    /// With months, the days from the first of a month: half of one is compared with nothing.
    pub(super) fn cut_into(self, interval: Interval) -> Self {
        let first = match interval {
            Interval::Hour | Interval::Day => self.first,
            Interval::Month => first_of_month(self.first),
        };
        Self { first, ..self }
    }

    /// As many days, or months, before these. `by_month` compares a month up to some day with the month before up to
    /// the same day.
    pub(super) fn before(self, interval: Interval, by_month: bool) -> Self {
        let back = |date: NaiveDate| {
            if interval == Interval::Month || by_month {
                date.checked_sub_months(Months::new(self.months()))
            } else {
                date.checked_sub_signed(TimeDelta::days(self.count()))
            }
        };
        Self {
            first: back(self.first).unwrap_or(self.first),
            last: back(self.last).unwrap_or(self.last),
        }
    }

    /// The months of the calendar that these days are of.
    fn months(self) -> u32 {
        let number = |date: NaiveDate| i64::from(date.year()) * 12 + i64::from(date.month0());
        u32::try_from(number(self.last) - number(self.first) + 1).unwrap_or(1)
    }
}

/// The day that the clocks of a zone show; `offset_at` tells the zone's distance from UTC in seconds.
pub(super) fn day_of(instant: DateTime<Utc>, offset_at: impl Fn(DateTime<Utc>) -> Option<i32>) -> NaiveDate {
    let offset = TimeDelta::seconds(offset_at(instant).unwrap_or_default().into());
    (instant + offset).date_naive()
}

/// When a day begins in a zone; `None` for a zone that is not known.
pub(super) fn start_of(day: NaiveDate, offset_at: impl Fn(DateTime<Utc>) -> Option<i32>) -> Option<DateTime<Utc>> {
    instant_of(day.and_time(NaiveTime::MIN), Bound::Start, offset_at).ok()
}

/// When the day after begins.
pub(super) fn end_of(day: NaiveDate, offset_at: impl Fn(DateTime<Utc>) -> Option<i32>) -> Option<DateTime<Utc>> {
    start_of(day.succ_opt()?, offset_at)
}

/// When a zone's clocks show the same time as at `now`, but on `day`.
pub(super) fn same_time_on(
    day: NaiveDate,
    now: DateTime<Utc>,
    offset_at: impl Fn(DateTime<Utc>) -> Option<i32>,
) -> Option<DateTime<Utc>> {
    let time = (now + TimeDelta::seconds(offset_at(now)?.into())).time();
    instant_of(day.and_time(time), Bound::Start, offset_at).ok()
}

fn first_of_month(date: NaiveDate) -> NaiveDate {
    date.with_day(1).unwrap_or(date)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn days(first: &str, last: &str) -> Days {
        Days {
            first: day(first),
            last: day(last),
        }
    }

    #[test]
    fn ranges_end_today() {
        let check = |range: Range, expected: &str| {
            assert_eq!(range.days(day("2026-11-21")), days(expected, "2026-11-21"), "{range:?}");
            assert_eq!(Range::of(range.as_str()), Some(range));
        };
        check(Range::Today, "2026-11-21");
        check(Range::Week, "2026-11-15");
        check(Range::Month, "2026-10-23");
        check(Range::Quarter, "2026-08-24");
        check(Range::ThisMonth, "2026-11-01");
        assert_eq!(Range::of("year"), None);
    }

    #[test]
    fn chosen_days_are_put_in_order_and_bounded() {
        let check = |one: &str, other: &str, expected: Days| {
            assert_eq!(
                Days::chosen(day(one), day(other), day("2026-11-21")),
                expected,
                "{one} {other}"
            );
        };
        check("2026-11-01", "2026-11-10", days("2026-11-01", "2026-11-10"));
        check("2026-11-10", "2026-11-01", days("2026-11-01", "2026-11-10"));
        check("2026-11-01", "2027-11-10", days("2026-11-01", "2026-11-21"));
        check("2027-11-01", "2027-11-10", days("2026-11-21", "2026-11-21"));
        check("1999-01-01", "2026-11-10", days("2016-12-01", "2026-11-10"));
    }

    #[test]
    fn intervals_fit_the_server() {
        let check = |first: &str, last: &str, chosen: Option<Interval>, expected: Interval| {
            assert_eq!(
                Interval::choose(chosen, days(first, last)),
                expected,
                "{first} {last} {chosen:?}"
            );
        };
        check("2026-11-21", "2026-11-21", None, Interval::Hour);
        check("2026-11-01", "2026-11-21", None, Interval::Day);
        check("2026-01-01", "2026-11-21", None, Interval::Month);
        check("2026-10-01", "2026-10-31", Some(Interval::Hour), Interval::Hour);
        check("2026-10-01", "2026-11-01", Some(Interval::Hour), Interval::Day);
        check("2025-01-01", "2026-02-02", Some(Interval::Day), Interval::Day);
        check("2025-01-01", "2026-02-03", Some(Interval::Day), Interval::Month);
        check("2026-11-21", "2026-11-21", Some(Interval::Month), Interval::Month);
    }

    #[test]
    fn comparisons() {
        let check = |these: Days, interval, by_month, expected: Days| {
            let these = these.cut_into(interval);
            assert_eq!(
                these.before(interval, by_month),
                expected,
                "{these:?} {interval:?} {by_month}"
            );
        };
        let today = days("2026-11-21", "2026-11-21");
        check(today, Interval::Hour, false, days("2026-11-20", "2026-11-20"));
        let week = days("2026-11-15", "2026-11-21");
        check(week, Interval::Day, false, days("2026-11-08", "2026-11-14"));
        let month = days("2026-03-01", "2026-03-31");
        check(month, Interval::Day, true, days("2026-02-01", "2026-02-28"));
        check(month, Interval::Day, false, days("2026-01-29", "2026-02-28"));
        // Whole months before whole months: none is in both.
        let months = days("2026-09-15", "2026-11-21");
        check(months, Interval::Month, false, days("2026-06-01", "2026-08-21"));
    }

    /// Berlin in 2027: +1 h, from 28 March 01:00 UTC +2 h.
    fn berlin(at: DateTime<Utc>) -> Option<i32> {
        let summer: DateTime<Utc> = "2027-03-28T01:00:00Z".parse().unwrap();
        Some(if at >= summer { 7_200 } else { 3_600 })
    }

    #[test]
    fn days_of_a_zone() {
        let time = |text: &str| -> DateTime<Utc> { text.parse().unwrap() };
        assert_eq!(day_of(time("2027-03-27T22:59:59Z"), berlin), day("2027-03-27"));
        assert_eq!(day_of(time("2027-03-27T23:00:00Z"), berlin), day("2027-03-28"));
        assert_eq!(start_of(day("2027-03-28"), berlin), Some(time("2027-03-27T23:00:00Z")));
        assert_eq!(end_of(day("2027-03-28"), berlin), Some(time("2027-03-28T22:00:00Z")));
        let now = time("2027-03-29T10:30:00Z");
        assert_eq!(
            same_time_on(day("2027-03-27"), now, berlin),
            Some(time("2027-03-27T11:30:00Z"))
        );
        assert_eq!(start_of(day("2027-03-28"), |_| None), None);
    }
}
