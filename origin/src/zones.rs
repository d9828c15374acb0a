//! What a promotion needs of its time zone, taken from the time-zone database, which the edge does not have.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, PoisonError};

use chrono::{DateTime, Offset, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;
use engine::zone::{Zone, ZoneError};

/// Minutes between two looks at the database: closer than any two transitions by far.
const STEP_MINUTES: u32 = 12 * 60;

/// Zones already built: that takes milliseconds and the database cannot change while the process runs. There are some
/// 600, of at most 2 KB.
static ZONES: LazyLock<Mutex<HashMap<Tz, Zone>>> = LazyLock::new(Mutex::default);

/// The offsets of `tz` that travel with a program.
///
/// # Errors
/// [`ZoneError`] when the database holds what no zone may have: only with a defect there.
///
/// ```
/// let zone = origin::zones::zone(chrono_tz::America::Montevideo).unwrap();
/// let now = engine::calendar::Instant::parse_rfc3339(b"2026-11-21T12:00:00Z").unwrap();
/// assert_eq!(zone.local(now).hour(), 9);
/// ```
pub fn zone(tz: Tz) -> Result<Zone, ZoneError> {
    // A panic elsewhere leaves the map whole: entries are only ever added.
    let lock = || ZONES.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(zone) = lock().get(&tz) {
        return Ok(zone.clone());
    }
    let zone = Zone::observe(STEP_MINUTES, |minutes| offset_minutes(tz, minutes))?;
    lock().insert(tz, zone.clone());
    Ok(zone)
}

/// The database's offset, in minutes east of UTC.
fn offset_minutes(tz: Tz, minutes: u32) -> Result<i16, ZoneError> {
    let time = DateTime::<Utc>::UNIX_EPOCH + TimeDelta::minutes(minutes.into());
    let offset_secs = tz.offset_from_utc_datetime(&time.naive_utc()).fix().local_minus_utc();
    i16::try_from(offset_secs / 60).map_err(|_| ZoneError::OffsetOutOfRange)
}

#[cfg(test)]
mod tests {
    use chrono::LocalResult;
    use engine::calendar::Instant;
    use engine::zone::{MAX_TRANSITIONS, OBSERVED_EVERY_MINUTES, ZONE_FROM_MINUTES, ZONE_TO_MINUTES};

    use super::*;

    /// Around a transition: more than any gap or fold of the zones below.
    const NEAR_MINUTES: i64 = 180;

    fn time(minutes: i64) -> DateTime<Utc> {
        DateTime::<Utc>::UNIX_EPOCH + TimeDelta::minutes(minutes)
    }

    fn check_offset(zone: &Zone, tz: Tz, minutes: i64) {
        let expected = tz.offset_from_utc_datetime(&time(minutes).naive_utc()).fix();
        let offset_secs = i32::from(zone.offset_minutes_at(time(minutes).into())) * 60;
        assert_eq!(offset_secs, expected.local_minus_utc(), "{tz} {}", time(minutes));
    }

    /// From the wall clock to the instant, at a local time in minutes since 1970.
    fn check_local(zone: &Zone, tz: Tz, minutes: i64) {
        let local = time(minutes).naive_utc();
        let expected = match tz.from_local_datetime(&local) {
            LocalResult::Single(time) | LocalResult::Ambiguous(time, _) => time.to_utc(),
            // In a gap: the offset of the day before.
            LocalResult::None => {
                let before = tz.offset_from_utc_datetime(&(local - TimeDelta::days(1))).fix();
                (local - before).and_utc()
            }
        };
        let found = zone.instant_of(Instant::from(time(minutes)).utc());
        assert_eq!(found, expected.into(), "{tz} {local}");
    }

    #[test]
    fn the_range_is_what_it_says() {
        assert_eq!(time(ZONE_FROM_MINUTES.into()).to_string(), "2020-01-01 00:00:00 UTC");
        assert_eq!(time(ZONE_TO_MINUTES.into()).to_string(), "2050-01-01 00:00:00 UTC");
    }

    #[test]
    fn zones_agree_with_the_database() {
        let check = |name: &str, max_bytes: usize| {
            let tz: Tz = name.parse().unwrap();
            let zone = zone(tz).unwrap();
            assert_eq!(zone, super::zone(tz).unwrap(), "the second time, from the cache");
            let mut bytes = Vec::new();
            zone.encode(&mut bytes);
            println!(
                "{name}: {} transitions, {} bytes",
                zone.transitions().len(),
                bytes.len()
            );
            assert!(
                bytes.len() <= max_bytes,
                "{name}: {} transitions, {} bytes",
                zone.transitions().len(),
                bytes.len()
            );
            for minutes in (ZONE_FROM_MINUTES..ZONE_TO_MINUTES).step_by(60) {
                check_offset(&zone, tz, minutes.into());
            }
            for transition in zone.transitions() {
                let at = i64::from(transition.at_minutes);
                let wall = at + i64::from(transition.offset_minutes);
                for distance in -NEAR_MINUTES..NEAR_MINUTES {
                    check_offset(&zone, tz, at + distance);
                    check_local(&zone, tz, wall + distance);
                }
            }
        };
        check("UTC", 2);
        check("America/Montevideo", 3);
        check("Asia/Kolkata", 3);
        check("America/New_York", 250);
        check("Europe/London", 250);
        // Half an hour of summer time.
        check("Australia/Lord_Howe", 250);
        // Away from summer time for each Ramadan.
        check("Africa/Casablanca", 260);
        check("Asia/Gaza", 400);
        // A change of the standard time, and of summer time's rule, within the range.
        check("America/Nuuk", 250);
        check("Pacific/Apia", 20);
    }

    /// What makes the step safe, the browser's as well, and the bound on transitions ample.
    #[test]
    fn no_zone_changes_too_often() {
        let mut closest = u32::MAX;
        let mut most = 0;
        for tz in chrono_tz::TZ_VARIANTS {
            let zone = zone(tz).unwrap();
            let transitions: Vec<_> = zone.transitions().collect();
            most = most.max(transitions.len());
            for (first, second) in transitions.iter().zip(transitions.iter().skip(1)) {
                closest = closest.min(second.at_minutes - first.at_minutes);
            }
            let sparsely = Zone::observe(OBSERVED_EVERY_MINUTES, |minutes| offset_minutes(tz, minutes));
            assert_eq!(sparsely, Ok(zone), "{tz}");
        }
        assert!(closest > 10 * STEP_MINUTES, "{closest} minutes between two transitions");
        assert!(most <= MAX_TRANSITIONS / 2, "{most} transitions");
    }
}
