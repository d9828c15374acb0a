//! Today so far, and the same time a week before, by the clock of a zone.

use chrono::{DateTime, Days, NaiveDateTime, NaiveTime, TimeDelta, Utc};

use super::window::{Bound, instant_of};

/// What reports are summed by, in seconds: they take a period's end up to the end of its quarter of an hour.
const QUARTER_SECS: i64 = 15 * 60;
const WEEK: Days = Days::new(7);

/// The two times that are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SameTimes {
    /// Where today begins; it goes on to the present.
    pub(crate) today: DateTime<Utc>,
    /// Where the day a week before began.
    pub(crate) before_from: DateTime<Utc>,
    /// Up to where that day is counted: the end of the quarter of an hour in which the clock showed the present time.
    pub(crate) before_to: DateTime<Utc>,
}

/// The times to compare at `now`; `offset_at` tells the zone's distance from UTC in seconds. `None` for a zone that is
/// not known.
pub(crate) fn same_times(now: DateTime<Utc>, offset_at: impl Fn(DateTime<Utc>) -> Option<i32>) -> Option<SameTimes> {
    let wall = (now + TimeDelta::seconds(i64::from(offset_at(now)?))).naive_utc();
    let before = wall.checked_sub_days(WEEK)?;
    let midnight = |day: NaiveDateTime| instant_of(day.date().and_time(NaiveTime::MIN), Bound::Start, &offset_at).ok();
    let before_from = midnight(before)?;
    let passed = (instant_of(before, Bound::Start, &offset_at).ok()? - before_from).num_seconds();
    // At midnight itself the first quarter: an empty time has no report.
    let quarters = passed.div_euclid(QUARTER_SECS) + i64::from(passed.rem_euclid(QUARTER_SECS) > 0);
    Some(SameTimes {
        today: midnight(wall)?,
        before_from,
        before_to: before_from + TimeDelta::seconds(quarters.max(1) * QUARTER_SECS),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    /// Berlin in 2027: +1 h, from 28 March 01:00 UTC +2 h.
    fn berlin(at: DateTime<Utc>) -> Option<i32> {
        Some(if at >= time("2027-03-28T01:00:00Z") {
            7_200
        } else {
            3_600
        })
    }

    #[test]
    fn the_same_time_a_week_before() {
        let check = |now: &str, today: &str, from: &str, to: &str| {
            let expected = SameTimes {
                today: time(today),
                before_from: time(from),
                before_to: time(to),
            };
            assert_eq!(same_times(time(now), berlin), Some(expected), "{now}");
        };
        check(
            "2027-02-10T13:20:30Z",
            "2027-02-09T23:00:00Z",
            "2027-02-02T23:00:00Z",
            "2027-02-03T13:30:00Z",
        );
        check(
            "2027-02-10T13:30:00Z",
            "2027-02-09T23:00:00Z",
            "2027-02-02T23:00:00Z",
            "2027-02-03T13:30:00Z",
        );
        // Midnight: the first quarter of an hour of that day.
        check(
            "2027-02-09T23:00:00Z",
            "2027-02-09T23:00:00Z",
            "2027-02-02T23:00:00Z",
            "2027-02-02T23:15:00Z",
        );
        // The clocks were set forward in between: by the clock, both days are counted up to noon.
        check(
            "2027-03-30T10:00:00Z",
            "2027-03-29T22:00:00Z",
            "2027-03-22T23:00:00Z",
            "2027-03-23T11:00:00Z",
        );
        assert_eq!(same_times(time("2027-02-10T13:20:30Z"), |_| None), None);
    }
}
