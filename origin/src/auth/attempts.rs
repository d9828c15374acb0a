//! Wrong passwords in a row: after some, each further attempt has to wait, twice as long as the one before.
//!
//! An attempt counts as failed before the password is compared, and a success clears the count: attempts at the same
//! moment cannot share one allowance. Whoever signed in before on the same device is counted apart (see
//! [`super::device`]), so a stranger's attempts do not keep the owner out.

use chrono::{DateTime, TimeDelta, Utc};

/// Attempts without delay: typing errors.
const FREE_ATTEMPTS: i32 = 5;
/// The first delay, in seconds.
const FIRST_DELAY_SECS: i64 = 1;
/// The longest delay, in seconds. A quarter of an hour leaves a guesser under a hundred attempts a day, and an owner
/// on a strange device a wait that they can sit out.
const LONGEST_DELAY_SECS: i64 = 15 * 60;
/// After this long without an attempt, counting begins anew.
pub(crate) const FAILURE_MEMORY: TimeDelta = TimeDelta::hours(24);

/// What is known of an account's failures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Failures {
    pub(crate) count: i32,
    pub(crate) last_at: DateTime<Utc>,
    pub(crate) blocked_until: DateTime<Utc>,
}

impl Failures {
    /// The last attempt may be later than `now`: of two at the same moment, the one that came first may be counted last.
    fn is_blocking(self, now: DateTime<Utc>) -> bool {
        let has_delay = self.last_at < self.blocked_until;
        has_delay && now < self.blocked_until
    }
}

/// Counts an attempt as failed, or refuses it and says until when.
pub(crate) fn count_attempt(before: Option<Failures>, now: DateTime<Utc>) -> Result<Failures, DateTime<Utc>> {
    let recent = before.filter(|failures| now - failures.last_at < FAILURE_MEMORY);
    if let Some(failures) = recent.filter(|failures| failures.is_blocking(now)) {
        return Err(failures.blocked_until);
    }
    let count = recent.map_or(0, |failures| failures.count).saturating_add(1);
    Ok(Failures {
        count,
        last_at: now,
        blocked_until: now + delay(count),
    })
}

fn delay(count: i32) -> TimeDelta {
    let Ok(doublings) = u32::try_from(count - FREE_ATTEMPTS) else {
        return TimeDelta::zero();
    };
    let secs = 2_i64
        .checked_pow(doublings)
        .and_then(|factor| factor.checked_mul(FIRST_DELAY_SECS));
    TimeDelta::seconds(secs.map_or(LONGEST_DELAY_SECS, |secs| secs.min(LONGEST_DELAY_SECS)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_double_up_to_the_longest() {
        let check = |count, secs| assert_eq!(delay(count), TimeDelta::seconds(secs), "{count}");
        for (count, secs) in [
            (1, 0),
            (4, 0),
            (5, 1),
            (6, 2),
            (7, 4),
            (14, 512),
            (15, 900),
            (16, 900),
            (i32::MAX, 900),
        ] {
            check(count, secs);
        }
    }

    #[test]
    fn of_two_at_the_same_moment_neither_is_refused() {
        let start = DateTime::from_timestamp(1_790_000_000, 0).unwrap();
        let later = count_attempt(None, start + TimeDelta::microseconds(1)).unwrap();
        assert_eq!(count_attempt(Some(later), start).unwrap().count, 2);
    }

    #[test]
    fn blocked_attempts_are_not_counted_and_old_ones_forgotten() {
        let start = DateTime::from_timestamp(1_790_000_000, 0).unwrap();
        let mut failures = None;
        for _ in 0..FREE_ATTEMPTS {
            failures = Some(count_attempt(failures, start).unwrap());
        }
        assert_eq!(count_attempt(failures, start), Err(start + TimeDelta::seconds(1)));
        let next = count_attempt(failures, start + TimeDelta::seconds(1)).unwrap();
        assert_eq!((next.count, next.blocked_until), (6, start + TimeDelta::seconds(3)));
        assert_eq!(
            count_attempt(Some(next), start + FAILURE_MEMORY + TimeDelta::seconds(1))
                .unwrap()
                .count,
            1
        );
    }
}
