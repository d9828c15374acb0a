//! The window of a promotion in its merchant's clock: local times become instants.
//!
//! Twice a year clocks jump. A local time that they leave out names no instant, and is refused with the next one that
//! exists; one that they show twice is the first for a start and the second for an end, so that a window is never
//! shorter than it reads.

use chrono::{DateTime, Datelike, NaiveDateTime, Offset, TimeDelta, TimeZone, Timelike, Utc};
use chrono_tz::Tz;

/// The last year that RFC 3339 writes.
const LAST_YEAR: i32 = 9_999;
/// Before a local time in a gap, read as UTC, no clock has jumped yet: offsets are below a day, and so are gaps.
const BEFORE_GAP: TimeDelta = TimeDelta::days(2);

/// Which side of a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Bound {
    Start,
    End,
}

/// Why a local time is no instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LocalTimeError {
    /// The clocks jump over it, to this time.
    InGap { next: NaiveDateTime },
    /// RFC 3339 cannot write it in UTC.
    OutOfRange,
}

/// A time without an offset, such as `2027-03-28T02:30:00`.
pub(crate) fn parse_local(text: &str) -> Option<NaiveDateTime> {
    // The seconds may be left out, as browsers do.
    let local = text
        .parse()
        .or_else(|_| NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M"));
    local.ok()
}

/// The instant of a local time in a zone.
pub(crate) fn instant_of(zone: Tz, local: NaiveDateTime, bound: Bound) -> Result<DateTime<Utc>, LocalTimeError> {
    if !(1..LAST_YEAR).contains(&local.year()) {
        return Err(LocalTimeError::OutOfRange);
    }
    let found = zone.from_local_datetime(&local);
    let instant = match bound {
        Bound::Start => found.earliest(),
        Bound::End => found.latest(),
    };
    instant
        .map(|instant| instant.to_utc())
        .ok_or_else(|| LocalTimeError::InGap {
            next: next_local(zone, local),
        })
}

/// The first local time behind the gap that `local` lies in: by bisection, for the clock only jumps forward there.
fn next_local(zone: Tz, local: NaiveDateTime) -> NaiveDateTime {
    let local_at = |utc: NaiveDateTime| utc + zone.offset_from_utc_datetime(&utc).fix();
    // Clocks jump at whole seconds.
    let local = local.with_nanosecond(0).unwrap_or(local);
    let (mut before, mut after) = (local - BEFORE_GAP, local + BEFORE_GAP);
    while after - before > TimeDelta::seconds(1) {
        let middle = before + TimeDelta::seconds((after - before).num_seconds() / 2);
        if local_at(middle) < local {
            before = middle;
        } else {
            after = middle;
        }
    }
    local_at(after)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn local_times_are_read() {
        let check = |text: &str, expected: Option<&str>| {
            let found = parse_local(text).map(|local| local.to_string());
            assert_eq!(found.as_deref(), expected, "{text}");
        };
        check("2027-03-28T02:30:00", Some("2027-03-28 02:30:00"));
        check("2027-03-28T02:30", Some("2027-03-28 02:30:00"));
        check("2027-03-28T02:30:00.125", Some("2027-03-28 02:30:00.125"));
        check("2027-03-28T02:30:00Z", None);
        check("2027-03-28T02:30:00+01:00", None);
        check("2027-03-28", None);
        check("2027-02-30T00:00:00", None);
        check("tomorrow", None);
    }

    #[test]
    fn local_times_become_instants() {
        let check = |zone: &str, local: &str, start: &str, end: &str| {
            let zone: Tz = zone.parse().unwrap();
            let local = parse_local(local).unwrap();
            for (bound, expected) in [(Bound::Start, start), (Bound::End, end)] {
                let found = match instant_of(zone, local, bound) {
                    Ok(instant) => instant.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true),
                    Err(LocalTimeError::InGap { next }) => format!("gap until {}", next.format("%Y-%m-%dT%H:%M:%S")),
                    Err(LocalTimeError::OutOfRange) => "out of range".to_owned(),
                };
                assert_eq!(found, expected, "{zone} {local} {bound:?}");
            }
        };
        let same = |zone: &str, local: &str, expected: &str| check(zone, local, expected, expected);
        // No changes of the clock.
        same("UTC", "2027-01-31T23:59:59", "2027-01-31T23:59:59Z");
        same("America/Montevideo", "2027-01-31T23:59:59", "2027-02-01T02:59:59Z");
        same("Asia/Kolkata", "2027-01-31T23:59:59.999", "2027-01-31T18:29:59.999Z");
        // Madrid: from 02:00 to 03:00 in March, from 03:00 back to 02:00 in October.
        same("Europe/Madrid", "2027-03-28T01:59:59.999", "2027-03-28T00:59:59.999Z");
        same("Europe/Madrid", "2027-03-28T02:00:00", "gap until 2027-03-28T03:00:00");
        same("Europe/Madrid", "2027-03-28T02:30:00", "gap until 2027-03-28T03:00:00");
        same(
            "Europe/Madrid",
            "2027-03-28T02:59:59.999",
            "gap until 2027-03-28T03:00:00",
        );
        same("Europe/Madrid", "2027-03-28T03:00:00", "2027-03-28T01:00:00Z");
        same("Europe/Madrid", "2027-10-31T01:59:59", "2027-10-30T23:59:59Z");
        check(
            "Europe/Madrid",
            "2027-10-31T02:00:00",
            "2027-10-31T00:00:00Z",
            "2027-10-31T01:00:00Z",
        );
        check(
            "Europe/Madrid",
            "2027-10-31T02:59:59",
            "2027-10-31T00:59:59Z",
            "2027-10-31T01:59:59Z",
        );
        same("Europe/Madrid", "2027-10-31T03:00:00", "2027-10-31T02:00:00Z");
        // New York: in March and November.
        same(
            "America/New_York",
            "2027-03-14T02:30:00",
            "gap until 2027-03-14T03:00:00",
        );
        check(
            "America/New_York",
            "2027-11-07T01:30:00",
            "2027-11-07T05:30:00Z",
            "2027-11-07T06:30:00Z",
        );
        // Santiago jumps at midnight: the day begins at one, and its last hour comes twice.
        same(
            "America/Santiago",
            "2027-09-05T00:00:00",
            "gap until 2027-09-05T01:00:00",
        );
        check(
            "America/Santiago",
            "2027-04-03T23:30:00",
            "2027-04-04T02:30:00Z",
            "2027-04-04T03:30:00Z",
        );
        // Half an hour at Lord Howe.
        same(
            "Australia/Lord_Howe",
            "2027-10-03T02:15:00",
            "gap until 2027-10-03T02:30:00",
        );
        check(
            "Australia/Lord_Howe",
            "2027-04-04T01:45:00",
            "2027-04-03T14:45:00Z",
            "2027-04-03T15:15:00Z",
        );
        // Samoa left out a day.
        same("Pacific/Apia", "2011-12-30T12:00:00", "gap until 2011-12-31T00:00:00");
        same("UTC", "0000-12-31T00:00:00", "out of range");
        same("Pacific/Apia", "9999-01-01T00:00:00", "out of range");
    }
}
