//! The time that a report covers: whole intervals of a time zone, or whole quarters of an hour.

use chrono::offset::LocalResult;
use chrono::{DateTime, Datelike, Months, NaiveDate, NaiveTime, Offset, TimeDelta, TimeZone, Timelike, Utc};
use chrono_tz::Tz;
use engine::problem::FieldError;

use super::UsageQuery;
use crate::routes::input::{TIME_HELP, parse_time};

/// What the sums are kept by, in seconds: the offsets of all time zones are multiples of it.
const QUARTER_SECS: i64 = 15 * 60;
/// Most hours of a series: a month with the change of the clocks. More is a picture that nobody reads, and a long answer.
const MAX_HOURS: usize = 31 * 24 + 1;
/// Most days of a series: a year and what is beside it.
const MAX_DAYS: usize = 400;
/// Most months of a series: ten years.
const MAX_MONTHS: usize = 120;
/// How many intervals a series has when only its interval is named: a day of hours, 30 days, a year of months.
const USUAL_HOURS: i64 = 24;
const USUAL_DAYS: i64 = 30;
const USUAL_MONTHS: u32 = 12;
const TIME_ZONE_HELP: &str = "Send the name of a time zone, such as America/Montevideo.";
const INTERVAL_HELP: &str = "Send `hour`, `day` or `month`.";
const COMPARE_HELP: &str = "Send `previous`.";

/// What a report covers.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Period {
    /// None: from the beginning.
    pub(super) from: Option<DateTime<Utc>>,
    /// None: to the present.
    pub(super) to: Option<DateTime<Utc>>,
    /// Where intervals begin; none without an interval.
    pub(super) starts: Vec<DateTime<Utc>>,
    /// The time before, of as many intervals, or as long.
    pub(super) previous: Option<(DateTime<Utc>, DateTime<Utc>)>,
}

/// How a series is cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Interval {
    Hour,
    Day,
    Month,
}

impl Period {
    /// Checks what is asked, with every error at once.
    pub(super) fn parse(query: &UsageQuery, now: DateTime<Utc>) -> Result<Self, Vec<FieldError>> {
        let mut errors = Vec::new();
        let from = read_time(&mut errors, "from", &query.from);
        let to = read_time(&mut errors, "to", &query.to);
        let interval = read(
            &mut errors,
            "interval",
            "interval_invalid",
            INTERVAL_HELP,
            &query.interval,
            Interval::parse,
        );
        let zone = read(
            &mut errors,
            "time_zone",
            "time_zone_invalid",
            TIME_ZONE_HELP,
            &query.time_zone,
            |name| name.parse::<Tz>().ok(),
        );
        let compares = read(
            &mut errors,
            "compare",
            "compare_invalid",
            COMPARE_HELP,
            &query.compare,
            |word| (word == "previous").then_some(()),
        );
        if !errors.is_empty() {
            return Err(errors);
        }
        let zone = zone.unwrap_or(Tz::UTC);
        let mut period = match interval {
            Some(interval) => Self::of_intervals(interval, zone, from, to, now)?,
            None => Self::of_quarters(from, to)?,
        };
        if compares.is_some() {
            period.previous = Some(period.find_previous(interval, zone, now)?);
        }
        Ok(period)
    }

    /// Whole quarters of an hour between two times, either of which may be left out.
    pub(super) fn parse_times(from: &Option<String>, to: &Option<String>) -> Result<Self, Vec<FieldError>> {
        let mut errors = Vec::new();
        let (from, to) = (read_time(&mut errors, "from", from), read_time(&mut errors, "to", to));
        if errors.is_empty() {
            Self::of_quarters(from, to)
        } else {
            Err(errors)
        }
    }

    fn of_quarters(from: Option<DateTime<Utc>>, to: Option<DateTime<Utc>>) -> Result<Self, Vec<FieldError>> {
        let from = from.map(quarter_of);
        let to = to.map(|to| match quarter_of(to) {
            quarter if quarter == to => to,
            quarter => quarter + TimeDelta::seconds(QUARTER_SECS),
        });
        if from.zip(to).is_some_and(|(from, to)| to <= from) {
            return Err(vec![ends_before_start()]);
        }
        Ok(Self {
            from,
            to,
            starts: Vec::new(),
            previous: None,
        })
    }

    fn of_intervals(
        interval: Interval,
        zone: Tz,
        from: Option<DateTime<Utc>>,
        to: Option<DateTime<Utc>>,
        now: DateTime<Utc>,
    ) -> Result<Self, Vec<FieldError>> {
        let to = to.unwrap_or(now);
        let from = from.unwrap_or_else(|| interval.usual_start(zone, to));
        if to <= from {
            return Err(vec![ends_before_start()]);
        }
        let mut starts = Vec::new();
        let mut end = interval.start_of(zone, from);
        while end < to {
            starts.push(end);
            if starts.len() > interval.most() {
                return Err(vec![interval.too_long()]);
            }
            end = interval.next(zone, end);
        }
        Ok(Self {
            from: starts.first().copied(),
            to: Some(end),
            starts,
            previous: None,
        })
    }

    fn find_previous(
        &self,
        interval: Option<Interval>,
        zone: Tz,
        now: DateTime<Utc>,
    ) -> Result<(DateTime<Utc>, DateTime<Utc>), Vec<FieldError>> {
        let Some(from) = self.from else {
            let detail = "Say from when on, so that there is a period before it.";
            return Err(vec![FieldError::new("/from", "required", detail)]);
        };
        let length = self.to.unwrap_or(now) - from;
        let before = match interval {
            None | Some(Interval::Hour) => quarter_of(from - length),
            Some(Interval::Day) => {
                let days = TimeDelta::days(i64::try_from(self.starts.len()).unwrap_or_default());
                midnight(zone, local_date(zone, from) - days)
            }
            Some(Interval::Month) => {
                let months = Months::new(u32::try_from(self.starts.len()).unwrap_or_default());
                midnight(zone, local_date(zone, from) - months)
            }
        };
        Ok((before, from))
    }
}

impl Interval {
    fn parse(word: &str) -> Option<Self> {
        match word {
            "hour" => Some(Self::Hour),
            "day" => Some(Self::Day),
            "month" => Some(Self::Month),
            _ => None,
        }
    }

    const fn most(self) -> usize {
        match self {
            Self::Hour => MAX_HOURS,
            Self::Day => MAX_DAYS,
            Self::Month => MAX_MONTHS,
        }
    }

    fn too_long(self) -> FieldError {
        let (most, word, longer) = match self {
            Self::Hour => (MAX_HOURS, "hours", "; or take the interval `day`"),
            Self::Day => (MAX_DAYS, "days", "; or take the interval `month`"),
            Self::Month => (MAX_MONTHS, "months", ""),
        };
        let detail = format!("Send an end that is at most {most} {word} after the start{longer}.");
        FieldError::new("/to", "period_too_long", detail)
    }

    /// Where a series begins that ends at `to`.
    fn usual_start(self, zone: Tz, to: DateTime<Utc>) -> DateTime<Utc> {
        // The interval that `to` ends is the last one.
        let last = self.start_of(zone, to - TimeDelta::milliseconds(1));
        match self {
            Self::Hour => last - TimeDelta::hours(USUAL_HOURS - 1),
            Self::Day => midnight(zone, local_date(zone, last) - TimeDelta::days(USUAL_DAYS - 1)),
            Self::Month => midnight(zone, local_date(zone, last) - Months::new(USUAL_MONTHS - 1)),
        }
    }

    /// Where the interval begins that a time lies in.
    fn start_of(self, zone: Tz, time: DateTime<Utc>) -> DateTime<Utc> {
        let date = local_date(zone, time);
        match self {
            Self::Hour => {
                let mut start = quarter_of(time);
                while !is_hour_start(zone, start) {
                    start -= TimeDelta::seconds(QUARTER_SECS);
                }
                start
            }
            Self::Day => midnight(zone, date),
            Self::Month => midnight(zone, date.with_day(1).unwrap_or(date)),
        }
    }

    /// Where the next interval begins.
    fn next(self, zone: Tz, start: DateTime<Utc>) -> DateTime<Utc> {
        match self {
            Self::Hour => {
                let mut next = start + TimeDelta::seconds(QUARTER_SECS);
                while !is_hour_start(zone, next) {
                    next += TimeDelta::seconds(QUARTER_SECS);
                }
                next
            }
            Self::Day => midnight(zone, local_date(zone, start) + TimeDelta::days(1)),
            Self::Month => midnight(zone, local_date(zone, start) + Months::new(1)),
        }
    }
}

/// Whether a quarter begins an hour of the wall clock: at its full hour, or where the clock jumps into another one.
fn is_hour_start(zone: Tz, quarter: DateTime<Utc>) -> bool {
    let local = quarter.with_timezone(&zone);
    let before = (quarter - TimeDelta::seconds(QUARTER_SECS)).with_timezone(&zone);
    local.minute() == 0 || local.hour() != before.hour()
}

fn local_date(zone: Tz, time: DateTime<Utc>) -> NaiveDate {
    time.with_timezone(&zone).date_naive()
}

/// When a day begins. Where the clocks skip midnight, it begins with what they skip to.
fn midnight(zone: Tz, date: NaiveDate) -> DateTime<Utc> {
    let local = date.and_time(NaiveTime::MIN);
    match zone.from_local_datetime(&local) {
        LocalResult::Single(time) | LocalResult::Ambiguous(time, _) => time.to_utc(),
        LocalResult::None => {
            let before = zone.offset_from_utc_datetime(&(local - TimeDelta::days(1))).fix();
            (local - before).and_utc()
        }
    }
}

/// The quarter of an hour in which a time lies.
fn quarter_of(time: DateTime<Utc>) -> DateTime<Utc> {
    let secs = time.timestamp();
    DateTime::from_timestamp(secs - secs.rem_euclid(QUARTER_SECS), 0).unwrap_or(time)
}

fn ends_before_start() -> FieldError {
    FieldError::new("/to", "ends_before_start", "Send an end that is after the start.")
}

fn read_time(errors: &mut Vec<FieldError>, name: &str, text: &Option<String>) -> Option<DateTime<Utc>> {
    read(errors, name, "time_invalid", TIME_HELP, text, parse_time)
}

/// A parameter that may be left out; what it is not goes to the errors.
fn read<T>(
    errors: &mut Vec<FieldError>,
    name: &str,
    code: &'static str,
    help: &str,
    text: &Option<String>,
    parse: impl Fn(&str) -> Option<T>,
) -> Option<T> {
    let value = parse(text.as_deref()?);
    if value.is_none() {
        errors.push(FieldError::new(format!("/{name}"), code, help));
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn parse(query: &[(&str, &str)]) -> Result<Period, Vec<FieldError>> {
        let value = |name: &str| {
            let found = query.iter().find(|(other, _)| *other == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        let query = UsageQuery {
            promotion: None,
            from: value("from"),
            to: value("to"),
            interval: value("interval"),
            time_zone: value("time_zone"),
            compare: value("compare"),
        };
        Period::parse(&query, time("2026-11-21T10:30:00Z"))
    }

    #[test]
    fn quarters_are_full() {
        let check = |from: &str, to: &str, expected: Option<(&str, &str)>| {
            let period = parse(&[("from", from), ("to", to)]).ok();
            let found = period.map(|period| (period.from.unwrap(), period.to.unwrap()));
            assert_eq!(found, expected.map(|(from, to)| (time(from), time(to))), "{from} {to}");
        };
        check(
            "2026-11-21T10:14:59Z",
            "2026-11-21T11:00:00Z",
            Some(("2026-11-21T10:00:00Z", "2026-11-21T11:00:00Z")),
        );
        check(
            "2026-11-21T07:15:00-03:00",
            "2026-11-21T11:00:01Z",
            Some(("2026-11-21T10:15:00Z", "2026-11-21T11:15:00Z")),
        );
        check("2026-11-21T11:00:00Z", "2026-11-21T11:00:00Z", None);
        check("yesterday", "2026-11-21T11:00:00Z", None);
    }

    /// The lengths of the intervals of one local day or month, in minutes.
    #[test]
    fn intervals_follow_the_wall_clock() {
        let check = |interval: &str, zone: &str, from: &str, to: &str, expected: &[i64]| {
            let query = [("interval", interval), ("time_zone", zone), ("from", from), ("to", to)];
            let period = parse(&query).unwrap();
            let ends = period.starts.iter().skip(1).copied().chain(period.to);
            let lengths: Vec<_> = period
                .starts
                .iter()
                .zip(ends)
                .map(|(from, to)| (to - *from).num_minutes())
                .collect();
            assert_eq!(lengths, expected, "{query:?}");
        };
        let (from, to) = ("2026-03-28T12:00:00Z", "2026-03-30T12:00:00Z");
        check("day", "Europe/Madrid", from, to, &[24 * 60, 23 * 60, 24 * 60]);
        let (from, to) = ("2026-10-24T12:00:00Z", "2026-10-25T12:00:00Z");
        check("day", "Europe/Madrid", from, to, &[24 * 60, 25 * 60]);
        // Midnight does not exist on the day on which the clocks go forward.
        let (from, to) = ("2026-04-23T12:00:00Z", "2026-04-24T12:00:00Z");
        check("day", "Africa/Cairo", from, to, &[24 * 60, 23 * 60]);
        // Half an hour forward, and back.
        let (from, to) = ("2026-10-03T14:30:00Z", "2026-10-03T17:00:00Z");
        check("hour", "Australia/Lord_Howe", from, to, &[60, 30, 60]);
        let (from, to) = ("2026-04-04T14:00:00Z", "2026-04-04T16:30:00Z");
        check("hour", "Australia/Lord_Howe", from, to, &[90, 60]);
        let (from, to) = ("2026-02-10T00:00:00Z", "2026-03-01T00:00:00Z");
        check("month", "UTC", from, to, &[28 * 24 * 60]);
        // A day that was skipped whole.
        let (from, to) = ("2011-12-29T12:00:00Z", "2011-12-31T12:00:00Z");
        check("day", "Pacific/Apia", from, to, &[24 * 60, 24 * 60, 24 * 60]);
    }

    #[test]
    fn series_are_bounded() {
        let check = |interval: &str, from: &str, to: &str, expected: Option<usize>| {
            let period = parse(&[("interval", interval), ("from", from), ("to", to)]);
            let found = period.ok().map(|period| period.starts.len());
            assert_eq!(found, expected, "{interval} {from} {to}");
        };
        check("hour", "2026-10-01T00:00:00Z", "2026-11-01T01:00:00Z", Some(745));
        check("hour", "2026-10-01T00:00:00Z", "2026-11-01T01:00:01Z", None);
        check("day", "2025-01-01T00:00:00Z", "2026-02-05T00:00:00Z", Some(400));
        check("day", "2025-01-01T00:00:00Z", "2026-02-05T00:00:01Z", None);
        check("month", "2016-01-01T00:00:00Z", "2026-01-01T00:00:00Z", Some(120));
        check("month", "0000-01-01T00:00:00Z", "9999-12-31T23:59:59Z", None);
    }
}
