//! What a report is asked for, as it stands in the page's address, and the question to the server that follows from it.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use super::days::{Days, Interval, Range, day_of, end_of, same_time_on, start_of};

/// What the rows of the demographics are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum By {
    #[default]
    Country,
    City,
    Age,
}

impl By {
    pub(super) const ALL: [Self; 3] = [Self::Country, Self::City, Self::Age];

    /// The word in the address and on the wire.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Country => "country",
            Self::City => "city",
            Self::Age => "age",
        }
    }

    pub(super) fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|by| by.as_str() == word)
    }
}

/// What is asked. Both reports have the same address behind their paths, so that one leads to the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Filters {
    /// A promotion's code; `None` for all.
    pub(super) promotion: Option<String>,
    pub(super) range: Range,
    /// Days chosen by hand, in place of the range.
    pub(super) custom: Option<(NaiveDate, NaiveDate)>,
    /// `None` for what shows the days best.
    pub(super) interval: Option<Interval>,
    /// IANA name; `None` for the browser's.
    pub(super) zone: Option<String>,
    pub(super) compares: bool,
    pub(super) by: By,
}

/// The word for no comparison: without it there is one.
const NOTHING: &str = "none";

impl Filters {
    /// From the parameters of an address; what cannot be read there is as if it were not.
    pub(super) fn read(parameter: impl Fn(&str) -> Option<String>) -> Self {
        let text = |name| parameter(name).filter(|text| !text.is_empty());
        let day = |name| text(name).and_then(|day| day.parse().ok());
        Self {
            promotion: text("promotion"),
            range: text("range").and_then(|word| Range::of(&word)).unwrap_or_default(),
            custom: day("from").zip(day("to")),
            interval: text("interval").and_then(|word| Interval::of(&word)),
            zone: text("time_zone"),
            compares: text("compare").as_deref() != Some(NOTHING),
            by: text("by").and_then(|word| By::of(&word)).unwrap_or_default(),
        }
    }

    /// The parameters of its address: those that are not as usual.
    pub(super) fn write(&self) -> Vec<(&'static str, String)> {
        let range = Some(self.range).filter(|range| *range != Range::default() && self.custom.is_none());
        let by = Some(self.by).filter(|by| *by != By::default());
        let parameters = [
            ("promotion", self.promotion.clone()),
            ("range", range.map(|range| range.as_str().to_owned())),
            ("from", self.custom.map(|(from, _)| from.to_string())),
            ("to", self.custom.map(|(_, to)| to.to_string())),
            ("interval", self.interval.map(|interval| interval.as_str().to_owned())),
            ("time_zone", self.zone.clone()),
            ("compare", (!self.compares).then(|| NOTHING.to_owned())),
            ("by", by.map(|by| by.as_str().to_owned())),
        ];
        let given = parameters.into_iter();
        given.filter_map(|(name, value)| Some((name, value?))).collect()
    }

    pub(super) fn days(&self, today: NaiveDate) -> Days {
        match self.custom {
            Some((from, to)) => Days::chosen(from, to, today),
            None => self.range.days(today),
        }
    }

    /// Whether a month is compared with the month before rather than with as many days.
    fn is_by_month(&self) -> bool {
        self.custom.is_none() && self.range == Range::ThisMonth
    }
}

/// A question about usage, and the one about the time before; by the clocks of a zone, `offset_at` of which tells the
/// distance from UTC in seconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Question {
    pub(super) days: Days,
    pub(super) interval: Interval,
    /// Whether the last day is today, so that the figures still change.
    pub(super) is_open: bool,
    /// The parameters of the report.
    pub(super) query: Vec<(&'static str, String)>,
    /// Those of the one to compare with.
    pub(super) before: Option<Vec<(&'static str, String)>>,
}

impl Question {
    /// The question at `now`.
    pub(super) fn of_usage(
        filters: &Filters,
        zone: &str,
        now: DateTime<Utc>,
        offset_at: impl Fn(DateTime<Utc>) -> Option<i32> + Copy,
    ) -> Self {
        let today = day_of(now, offset_at);
        let days = filters.days(today);
        let interval = Interval::choose(filters.interval, days);
        let days = days.cut_into(interval);
        let is_open = days.last == today;
        let query = |from, to| {
            let mut query = period(filters, from, to);
            query.push(("interval", interval.as_str().to_owned()));
            query.push(("time_zone", zone.to_owned()));
            query
        };
        let end = (!is_open).then(|| end_of(days.last, offset_at)).flatten();
        let before = filters.compares.then(|| {
            let before = days.before(interval, filters.is_by_month());
            let end = if is_open {
                same_time_on(before.last, now, offset_at)
            } else {
                end_of(before.last, offset_at)
            };
            let start = start_of(before.first, offset_at);
            // At midnight nothing of the day has passed, but an empty time has no report.
            let least = start.map(|start| start + TimeDelta::seconds(1));
            query(start, end.max(least))
        });
        Self {
            days,
            interval,
            is_open,
            query: query(start_of(days.first, offset_at), end),
            before,
        }
    }

    /// The question about demographics, of which neither intervals nor comparisons are told.
    pub(super) fn of_demographics(
        filters: &Filters,
        language: &str,
        now: DateTime<Utc>,
        offset_at: impl Fn(DateTime<Utc>) -> Option<i32> + Copy,
    ) -> Self {
        let today = day_of(now, offset_at);
        let days = filters.days(today);
        let is_open = days.last == today;
        let end = (!is_open).then(|| end_of(days.last, offset_at)).flatten();
        let mut query = period(filters, start_of(days.first, offset_at), end);
        query.push(("by", filters.by.as_str().to_owned()));
        query.push(("lang", language.to_owned()));
        Self {
            days,
            interval: Interval::Day,
            is_open,
            query,
            before: None,
        }
    }
}

fn period(filters: &Filters, from: Option<DateTime<Utc>>, to: Option<DateTime<Utc>>) -> Vec<(&'static str, String)> {
    let parameters = [
        ("promotion", filters.promotion.clone()),
        ("from", from.map(in_utc)),
        ("to", to.map(in_utc)),
    ];
    let given = parameters.into_iter();
    given.filter_map(|(name, value)| Some((name, value?))).collect()
}

fn in_utc(instant: DateTime<Utc>) -> String {
    instant.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(parameters: &[(&str, &str)]) -> Filters {
        Filters::read(|name| {
            let found = parameters.iter().find(|(other, _)| *other == name);
            found.map(|(_, value)| (*value).to_owned())
        })
    }

    fn written(parameters: &[(&'static str, String)]) -> Vec<String> {
        parameters
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect()
    }

    #[test]
    fn addresses() {
        let check = |parameters: &[(&str, &str)], expected: &[&str]| {
            assert_eq!(written(&read(parameters).write()), expected, "{parameters:?}");
        };
        check(&[], &[]);
        check(&[("promotion", "summer-10")], &["promotion=summer-10"]);
        check(
            &[("range", "today"), ("interval", "hour")],
            &["range=today", "interval=hour"],
        );
        check(
            &[("from", "2026-11-01"), ("to", "2026-11-10"), ("range", "today")],
            &["from=2026-11-01", "to=2026-11-10"],
        );
        check(
            &[("time_zone", "UTC"), ("compare", "none"), ("by", "age")],
            &["time_zone=UTC", "compare=none", "by=age"],
        );
        check(
            &[
                ("from", "soon"),
                ("to", "2026-11-10"),
                ("range", "x"),
                ("interval", "x"),
                ("compare", "x"),
                ("by", ""),
            ],
            &[],
        );
    }

    /// Montevideo: three hours behind UTC.
    fn ask(parameters: &[(&str, &str)]) -> Question {
        let now = "2026-11-21T10:30:00Z".parse().unwrap();
        Question::of_usage(&read(parameters), "America/Montevideo", now, |_| Some(-10_800))
    }

    #[test]
    fn questions() {
        let check = |parameters: &[(&str, &str)], expected: &[&str], before: &[&str]| {
            let question = ask(parameters);
            let zone = "time_zone=America/Montevideo";
            let with_zone = |query: &[&str]| -> Vec<String> {
                query.iter().chain(&[zone]).map(|part| (*part).to_owned()).collect()
            };
            assert_eq!(written(&question.query), with_zone(expected), "{parameters:?}");
            assert_eq!(written(&question.before.unwrap()), with_zone(before), "{parameters:?}");
        };
        // Until now, and yesterday until the same time.
        check(
            &[("range", "today"), ("promotion", "x")],
            &["promotion=x", "from=2026-11-21T03:00:00Z", "interval=hour"],
            &[
                "promotion=x",
                "from=2026-11-20T03:00:00Z",
                "to=2026-11-20T10:30:00Z",
                "interval=hour",
            ],
        );
        check(
            &[("range", "month")],
            &["from=2026-11-01T03:00:00Z", "interval=day"],
            &["from=2026-10-01T03:00:00Z", "to=2026-10-21T10:30:00Z", "interval=day"],
        );
        // Whole days that are over.
        check(
            &[("from", "2026-11-03"), ("to", "2026-11-05")],
            &["from=2026-11-03T03:00:00Z", "to=2026-11-06T03:00:00Z", "interval=day"],
            &["from=2026-10-31T03:00:00Z", "to=2026-11-03T03:00:00Z", "interval=day"],
        );
    }

    #[test]
    fn at_midnight_there_is_something_to_compare_with() {
        let midnight = "2026-11-21T00:00:00.4Z".parse().unwrap();
        let filters = read(&[("range", "today")]);
        let before = Question::of_usage(&filters, "UTC", midnight, |_| Some(0))
            .before
            .unwrap();
        let period = ["from=2026-11-20T00:00:00Z", "to=2026-11-20T00:00:01Z"];
        assert_eq!(written(&before)[..2], period);
    }

    #[test]
    fn without_comparison() {
        let question = ask(&[("compare", "none"), ("range", "7d")]);
        assert!(question.is_open && question.before.is_none());
        assert!(!ask(&[("from", "2026-11-03"), ("to", "2026-11-05")]).is_open);
    }

    #[test]
    fn questions_about_demographics() {
        let now = "2026-11-21T10:30:00Z".parse().unwrap();
        let filters = read(&[("range", "7d"), ("by", "city")]);
        let question = Question::of_demographics(&filters, "es", now, |_| Some(0));
        assert_eq!(
            written(&question.query),
            ["from=2026-11-15T00:00:00Z", "by=city", "lang=es"]
        );
    }
}
