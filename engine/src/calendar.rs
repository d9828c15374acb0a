//! Dates and times of the proleptic Gregorian calendar, for the years 0001 to 9999 that RFC 3339 can write.
//!
//! [`Date`] is a day, [`Instant`] a point in time, [`LocalDateTime`] what a wall clock shows; a [`Zone`] leads from one
//! of the last two to the other. All are plain numbers, so that comparing them costs a comparison, a compiled program
//! can hold them, and reading or printing them needs no allocation.
//!
//! The conversion between days and civil dates is Howard Hinnant's `days_from_civil` and `civil_from_days`
//! ("chrono-Compatible Low-Level Date Algorithms", <https://howardhinnant.github.io/date_algorithms.html>): years are
//! counted from March, so that the leap day is the last of a year.
//!
//! [`Zone`]: crate::zone::Zone

use std::fmt;

/// Days from 0000-03-01, where Hinnant's eras start, to 1970-01-01.
const DAYS_BEFORE_1970: i32 = 719_468;
const DAYS_PER_ERA: u32 = 146_097;
const YEARS_PER_ERA: u32 = 400;
const MINUTES_PER_HOUR: i64 = 60;
const HOURS_PER_DAY: i64 = 24;
const MINUTES_PER_DAY: i64 = HOURS_PER_DAY * MINUTES_PER_HOUR;
const SECONDS_PER_MINUTE: i64 = 60;
const MILLIS_PER_SECOND: i64 = 1_000;
pub(crate) const MILLIS_PER_MINUTE: i64 = SECONDS_PER_MINUTE * MILLIS_PER_SECOND;
const MILLIS_PER_HOUR: i64 = MINUTES_PER_HOUR * MILLIS_PER_MINUTE;
const MILLIS_PER_DAY: i64 = MINUTES_PER_DAY * MILLIS_PER_MINUTE;
/// 0001-01-01T00:00:00.000, in milliseconds since 1970-01-01.
const MIN_MILLIS: i64 = Date::MIN.0 as i64 * MILLIS_PER_DAY;
/// 9999-12-31T23:59:59.999, in milliseconds since 1970-01-01.
const MAX_MILLIS: i64 = (Date::MAX.0 as i64 + 1) * MILLIS_PER_DAY - 1;

/// A day, from [`Date::MIN`] to [`Date::MAX`].
///
/// ```
/// use engine::calendar::Date;
///
/// let date = Date::parse(b"2026-12-24").unwrap();
/// assert_eq!(date.civil(), (2026, 12, 24));
/// assert_eq!(date.weekday(), 4);
/// assert_eq!(date.to_string(), "2026-12-24");
/// assert!(date > Date::from_civil(2026, 12, 23).unwrap());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(i32);

impl Date {
    /// 0001-01-01.
    pub const MIN: Self = Self(-719_162);
    /// 9999-12-31.
    pub const MAX: Self = Self(2_932_896);

    /// The day that is `days` after 1970-01-01; `None` outside [`Date::MIN`] to [`Date::MAX`].
    pub const fn from_days(days: i32) -> Option<Self> {
        if Self::MIN.0 <= days && days <= Self::MAX.0 {
            Some(Self(days))
        } else {
            None
        }
    }

    /// Days since 1970-01-01, negative before.
    pub const fn days(self) -> i32 {
        self.0
    }

    /// A day by year (1 to 9999), month (1 to 12) and day of the month; `None` when the calendar has no such day.
    pub const fn from_civil(year: u32, month: u32, day: u32) -> Option<Self> {
        let in_calendar = 1 <= year && year <= 9999 && 1 <= month && month <= 12;
        if !in_calendar || day == 0 || day > days_in_month(year, month) {
            return None;
        }
        let year_from_march = if month > 2 { year } else { year - 1 };
        let month_from_march = (month + 9) % 12;
        let era = year_from_march / YEARS_PER_ERA;
        let year_of_era = year_from_march % YEARS_PER_ERA;
        let day_of_year = (153 * month_from_march + 2) / 5 + day - 1;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        Some(Self((era * DAYS_PER_ERA + day_of_era).cast_signed() - DAYS_BEFORE_1970))
    }

    /// Year, month (1 to 12) and day of the month (1 to 31).
    pub const fn civil(self) -> (u32, u32, u32) {
        let days = (self.0 + DAYS_BEFORE_1970).cast_unsigned();
        let era = days / DAYS_PER_ERA;
        let day_of_era = days % DAYS_PER_ERA;
        let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month_from_march = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
        let month = (month_from_march + 2) % 12 + 1;
        let year_from_march = year_of_era + era * YEARS_PER_ERA;
        let year = if month > 2 {
            year_from_march
        } else {
            year_from_march + 1
        };
        (year, month, day)
    }

    /// The ISO 8601 day of the week: 1 is Monday, 7 is Sunday.
    pub const fn weekday(self) -> u32 {
        // 0000-03-01 was a Wednesday.
        ((self.0 + DAYS_BEFORE_1970).cast_unsigned() + 2) % 7 + 1
    }

    /// Reads exactly `YYYY-MM-DD` in ASCII digits; `None` for another shape or a day that the calendar does not have.
    pub fn parse(text: &[u8]) -> Option<Self> {
        let (year, month, day) = parse_civil(text)?;
        Self::from_civil(year, month, day)
    }
}

/// Year, month and day of exactly `YYYY-MM-DD`, whether the calendar has such a day or not.
pub(crate) fn parse_civil(text: &[u8]) -> Option<(u32, u32, u32)> {
    let &[y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = text else {
        return None;
    };
    let digits = [y1, y2, y3, y4, m1, m2, d1, d2];
    let are_digits = digits.iter().fold(true, |are, digit| are & digit.is_ascii_digit());
    let [y1, y2, y3, y4, m1, m2, d1, d2] = digits.map(|digit| u32::from(digit & 0xF));
    are_digits.then_some((y1 * 1_000 + y2 * 100 + y3 * 10 + y4, m1 * 10 + m2, d1 * 10 + d2))
}

/// As `YYYY-MM-DD`.
impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.civil();
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

/// A point in time, in whole milliseconds, from [`Instant::MIN`] to [`Instant::MAX`].
///
/// ```
/// use engine::calendar::Instant;
///
/// let instant = Instant::parse_rfc3339(b"2026-12-24T18:00:00.5-03:00").unwrap();
/// assert_eq!(instant.to_string(), "2026-12-24T21:00:00.500Z");
/// assert_eq!(instant.utc().hour(), 21);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(i64);

impl Instant {
    /// 0001-01-01T00:00:00Z.
    pub const MIN: Self = Self(MIN_MILLIS);
    /// 9999-12-31T23:59:59.999Z.
    pub const MAX: Self = Self(MAX_MILLIS);

    /// The point in time `millis` after 1970-01-01T00:00:00Z; `None` outside [`Instant::MIN`] to [`Instant::MAX`].
    pub const fn from_millis(millis: i64) -> Option<Self> {
        if MIN_MILLIS <= millis && millis <= MAX_MILLIS {
            Some(Self(millis))
        } else {
            None
        }
    }

    /// Milliseconds since 1970-01-01T00:00:00Z without leap seconds, negative before.
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// What a clock on UTC shows.
    pub const fn utc(self) -> LocalDateTime {
        LocalDateTime(self.0)
    }

    /// Reads RFC 3339's `date-time`: `YYYY-MM-DD`, then `T`, `t` or a space, `HH:MM:SS`, an optional fraction and `Z`,
    /// `z` or `±HH:MM`. `None` for anything else, and for an instant outside the years 0001 to 9999.
    ///
    /// A fraction is cut to milliseconds. Second 60 is read only where RFC 3339 allows a leap second, at the end of a
    /// month in UTC, and means the second after it, as on a clock that repeats or stretches seconds.
    pub fn parse_rfc3339(text: &[u8]) -> Option<Self> {
        let (date, rest) = split_date(text)?;
        let (minutes, rest) = split_hour_minute(rest)?;
        let (seconds, rest) = split_second(rest)?;
        let (millis, rest) = split_fraction(rest)?;
        let minutes = i64::from(date.0) * MINUTES_PER_DAY + minutes - offset_minutes(rest)?;
        if seconds == SECONDS_PER_MINUTE && !starts_month(minutes + 1) {
            return None;
        }
        Self::from_millis(minutes * MILLIS_PER_MINUTE + seconds * MILLIS_PER_SECOND + millis)
    }

    /// Like [`Instant::from_millis`], with a point in time outside cut to the nearest inside.
    pub(crate) fn clamp_millis(millis: i64) -> Self {
        Self(millis.clamp(MIN_MILLIS, MAX_MILLIS))
    }
}

/// Cut to milliseconds, and to [`Instant::MIN`] or [`Instant::MAX`] where chrono reaches further.
impl From<chrono::DateTime<chrono::Utc>> for Instant {
    fn from(time: chrono::DateTime<chrono::Utc>) -> Self {
        Self::clamp_millis(time.timestamp_millis())
    }
}

/// As RFC 3339 in UTC, such as `2026-12-24T21:00:00Z`; milliseconds follow unless they are zero.
impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}Z", self.utc())
    }
}

/// What a wall clock shows, in whole milliseconds: a date and a time of day without a zone.
///
/// ```
/// use engine::calendar::LocalDateTime;
///
/// let local = LocalDateTime::parse(b"2026-12-24T18:30").unwrap();
/// assert_eq!((local.date().weekday(), local.hour(), local.minute()), (4, 18, 30));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LocalDateTime(i64);

impl LocalDateTime {
    /// The day.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "MIN_MILLIS and MAX_MILLIS bound the days"
    )]
    pub const fn date(self) -> Date {
        Date(self.0.div_euclid(MILLIS_PER_DAY) as i32)
    }

    /// The hour of the day, 0 to 23.
    pub const fn hour(self) -> u32 {
        self.part(MILLIS_PER_HOUR, HOURS_PER_DAY)
    }

    /// The minute of the hour, 0 to 59.
    pub const fn minute(self) -> u32 {
        self.part(MILLIS_PER_MINUTE, MINUTES_PER_HOUR)
    }

    /// The second of the minute, 0 to 59.
    pub const fn second(self) -> u32 {
        self.part(MILLIS_PER_SECOND, SECONDS_PER_MINUTE)
    }

    /// Reads `YYYY-MM-DD`, `T`, `t` or a space, and `HH:MM`, `HH:MM:SS` or `HH:MM:SS` with a fraction, which is cut to
    /// milliseconds. `None` for anything else: an offset, and second 60, which without an offset names no leap second.
    pub fn parse(text: &[u8]) -> Option<Self> {
        let (date, rest) = split_date(text)?;
        let (minutes, rest) = split_hour_minute(rest)?;
        let (seconds, rest) = if rest.is_empty() {
            (0, rest)
        } else {
            split_second(rest)?
        };
        let (millis, rest) = split_fraction(rest)?;
        if !rest.is_empty() || seconds == SECONDS_PER_MINUTE {
            return None;
        }
        let minutes = i64::from(date.0) * MINUTES_PER_DAY + minutes;
        Some(Self(minutes * MILLIS_PER_MINUTE + seconds * MILLIS_PER_SECOND + millis))
    }

    /// Milliseconds since 1970-01-01T00:00:00 on this clock.
    pub(crate) const fn millis(self) -> i64 {
        self.0
    }

    /// Inverse of [`LocalDateTime::millis`], cut to the years 0001 to 9999.
    pub(crate) fn clamp_millis(millis: i64) -> Self {
        Self(millis.clamp(MIN_MILLIS, MAX_MILLIS))
    }

    /// Whole units so far, counted from zero again after `wrap` of them.
    #[expect(clippy::cast_possible_truncation, reason = "0 to 59")]
    const fn part(self, unit_millis: i64, wrap: i64) -> u32 {
        self.0.div_euclid(unit_millis).rem_euclid(wrap) as u32
    }
}

/// As RFC 3339 without an offset, such as `2026-12-24T18:00:00`; milliseconds follow unless they are zero.
impl fmt::Display for LocalDateTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (date, hour, minute, second) = (self.date(), self.hour(), self.minute(), self.second());
        write!(f, "{date}T{hour:02}:{minute:02}:{second:02}")?;
        match self.0.rem_euclid(MILLIS_PER_SECOND) {
            0 => Ok(()),
            millis => write!(f, ".{millis:03}"),
        }
    }
}

const fn days_in_month(year: u32, month: u32) -> u32 {
    match month {
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Whether a month starts `minutes` after 1970-01-01T00:00Z.
fn starts_month(minutes: i64) -> bool {
    let date = LocalDateTime::clamp_millis(minutes * MILLIS_PER_MINUTE).date();
    minutes.rem_euclid(MINUTES_PER_DAY) == 0 && date.civil().2 == 1
}

/// ASCII digits, few enough for the type.
fn number(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0, |number, digit| {
        digit.is_ascii_digit().then(|| number * 10 + u32::from(digit - b'0'))
    })
}

/// Takes `YYYY-MM-DD` and the separator before a time.
fn split_date(text: &[u8]) -> Option<(Date, &[u8])> {
    let (date, rest) = text.split_first_chunk::<10>()?;
    let (separator, rest) = rest.split_first()?;
    matches!(separator, b'T' | b't' | b' ').then_some((Date::parse(date)?, rest))
}

/// Takes `HH:MM`, in minutes.
fn split_hour_minute(text: &[u8]) -> Option<(i64, &[u8])> {
    let (&[h1, h2, colon, m1, m2], rest) = text.split_first_chunk()?;
    let (hour, minute) = (i64::from(number(&[h1, h2])?), i64::from(number(&[m1, m2])?));
    (colon == b':' && hour < HOURS_PER_DAY && minute < MINUTES_PER_HOUR)
        .then_some((hour * MINUTES_PER_HOUR + minute, rest))
}

/// Takes `:SS`, 60 included.
fn split_second(text: &[u8]) -> Option<(i64, &[u8])> {
    let (&[colon, s1, s2], rest) = text.split_first_chunk()?;
    let second = i64::from(number(&[s1, s2])?);
    (colon == b':' && second <= SECONDS_PER_MINUTE).then_some((second, rest))
}

/// Takes a point and digits if there is a point, in milliseconds; further digits count for nothing.
fn split_fraction(text: &[u8]) -> Option<(i64, &[u8])> {
    let Some((b'.', text)) = text.split_first() else {
        return Some((0, text));
    };
    let length = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (digits, rest) = text.split_at_checked(length)?;
    let millis = digits
        .iter()
        .chain(b"00")
        .take(3)
        .fold(0, |millis, digit| millis * 10 + i64::from(digit - b'0'));
    (length > 0).then_some((millis, rest))
}

/// `Z`, `z` or `±HH:MM`, which is all of `text`, in minutes east of UTC.
fn offset_minutes(text: &[u8]) -> Option<i64> {
    match text.split_first()? {
        (b'Z' | b'z', []) => Some(0),
        (b'+', offset) => Some(whole_offset(offset)?),
        (b'-', offset) => Some(-whole_offset(offset)?),
        _ => None,
    }
}

fn whole_offset(text: &[u8]) -> Option<i64> {
    let (minutes, rest) = split_hour_minute(text)?;
    rest.is_empty().then_some(minutes)
}

#[cfg(test)]
mod tests;
