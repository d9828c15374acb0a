//! The promotion's window: wall-clock time in its zone ↔ instants. The browser knows the zones; the arithmetic is here.

use chrono::{DateTime, Days, NaiveDateTime, TimeDelta, Utc};

/// Reads the value of a `datetime-local` input.
pub(crate) fn parse_wall(text: &str) -> Option<NaiveDateTime> {
    ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%dT%H:%M"]
        .iter()
        .find_map(|form| NaiveDateTime::parse_from_str(text, form).ok())
}

/// What the clocks of a zone show at an instant, as the value of a `datetime-local` input; `offset_at` tells the zone's
/// distance from UTC in seconds.
pub(crate) fn wall_of(instant: DateTime<Utc>, offset_at: impl Fn(DateTime<Utc>) -> Option<i32>) -> Option<String> {
    let offset = TimeDelta::seconds(i64::from(offset_at(instant)?));
    let wall = instant.naive_utc().checked_add_signed(offset)?;
    Some(wall.format("%Y-%m-%dT%H:%M:%S%.f").to_string())
}

/// Which side of a window a time is: where clocks are put back, a start is the first of two such times, an end the second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Bound {
    Start,
    End,
}

/// Why a wall time is no instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WallError {
    /// The clocks jump over it.
    InGap,
    /// The zone is unknown, or the time beyond the calendar.
    Unknown,
}

/// The instant at which the clocks of a zone show `wall`; `offset_at` tells the zone's distance from UTC in seconds.
///
/// # Errors
/// Says why there is none.
pub(crate) fn instant_of(
    wall: NaiveDateTime,
    bound: Bound,
    offset_at: impl Fn(DateTime<Utc>) -> Option<i32>,
) -> Result<DateTime<Utc>, WallError> {
    // No zone is more than a day from UTC, and none changes its clocks twice within two days.
    let before = wall.and_utc().checked_sub_days(Days::new(1)).and_then(&offset_at);
    let after = wall.and_utc().checked_add_days(Days::new(1)).and_then(&offset_at);
    let (before, after) = before.zip(after).ok_or(WallError::Unknown)?;
    let with_offset = |seconds: i32| {
        wall.and_utc()
            .checked_sub_signed(TimeDelta::seconds(i64::from(seconds)))
            .filter(|instant| offset_at(*instant) == Some(seconds))
    };
    let instant = match bound {
        Bound::Start => with_offset(before).or_else(|| with_offset(after)),
        Bound::End => with_offset(after).or_else(|| with_offset(before)),
    };
    instant.ok_or(WallError::InGap)
}

/// Seconds from the browser's `longOffset` zone name: `GMT`, `GMT-03:00`, `GMT-03:44:51`.
pub(crate) fn parse_offset(name: &str) -> Option<i32> {
    let rest = name.strip_prefix("GMT")?;
    if rest.is_empty() {
        return Some(0);
    }
    let (sign, rest) = match (rest.strip_prefix('+'), rest.strip_prefix(['-', '\u{2212}'])) {
        (Some(rest), _) => (1, rest),
        (None, Some(rest)) => (-1, rest),
        (None, None) => return None,
    };
    let mut seconds = 0_i32;
    for (part, unit) in rest.split(':').zip([3_600, 60, 1]) {
        seconds = seconds.checked_add(part.parse::<i32>().ok()?.checked_mul(unit)?)?;
    }
    Some(sign * seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wall_times() {
        let check = |text: &str, expected: Option<&str>| {
            assert_eq!(
                parse_wall(text).map(|wall| wall.to_string()).as_deref(),
                expected,
                "{text}"
            );
        };
        check("2027-01-31T23:59", Some("2027-01-31 23:59:00"));
        check("2027-01-31T23:59:59", Some("2027-01-31 23:59:59"));
        check("2027-01-31T23:59:59.999", Some("2027-01-31 23:59:59.999"));
        check("2027-02-30T00:00", None);
        check("", None);
    }

    #[test]
    fn offsets() {
        let check = |name: &str, expected: Option<i32>| assert_eq!(parse_offset(name), expected, "{name}");
        check("GMT", Some(0));
        check("GMT-03:00", Some(-10_800));
        check("GMT+05:45", Some(20_700));
        check("GMT\u{2212}03:00", Some(-10_800));
        check("GMT-03:44:51", Some(-13_491));
        check("UTC", None);
        check("GMT3", None);
        check("GMT+x", None);
    }

    /// Berlin in 2027: +1 h, from 28 March 01:00 UTC +2 h, from 31 October 01:00 UTC +1 h again.
    fn berlin(at: DateTime<Utc>) -> Option<i32> {
        let summer =
            "2027-03-28T01:00:00Z".parse().unwrap()..("2027-10-31T01:00:00Z".parse::<DateTime<Utc>>().unwrap());
        Some(if summer.contains(&at) { 7_200 } else { 3_600 })
    }

    #[test]
    fn instants() {
        let check = |wall: &str, bound, expected: &str| {
            let found = instant_of(parse_wall(wall).unwrap(), bound, berlin).unwrap();
            assert_eq!(found, expected.parse::<DateTime<Utc>>().unwrap(), "{wall}");
            assert_eq!(parse_wall(&wall_of(found, berlin).unwrap()), parse_wall(wall));
        };
        check("2027-01-31T23:59:59", Bound::End, "2027-01-31T22:59:59Z");
        check("2027-01-31T23:59:59.999", Bound::End, "2027-01-31T22:59:59.999Z");
        check("2027-07-01T00:00", Bound::Start, "2027-06-30T22:00:00Z");
        check("2027-03-28T01:59:59", Bound::Start, "2027-03-28T00:59:59Z");
        check("2027-03-28T03:00", Bound::Start, "2027-03-28T01:00:00Z");
        // Exists twice.
        check("2027-10-31T02:30", Bound::Start, "2027-10-31T00:30:00Z");
        check("2027-10-31T02:30", Bound::End, "2027-10-31T01:30:00Z");
        check("2027-10-31T03:00", Bound::Start, "2027-10-31T02:00:00Z");
    }

    #[test]
    fn times_that_are_none() {
        let gap = parse_wall("2027-03-28T02:30").unwrap();
        assert_eq!(instant_of(gap, Bound::Start, berlin), Err(WallError::InGap));
        assert_eq!(instant_of(gap, Bound::Start, |_| None), Err(WallError::Unknown));
    }
}
