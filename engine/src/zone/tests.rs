use base16ct::lower as hex;
use proptest::prelude::*;

use super::*;
use crate::calendar::Date;

fn transition(at: &str, offset_minutes: i16) -> Transition {
    let at = Instant::parse_rfc3339(at.as_bytes()).unwrap();
    Transition {
        at_minutes: u32::try_from(at.millis() / MILLIS_PER_MINUTE).unwrap(),
        offset_minutes,
    }
}

/// New York's clocks in 2026 and 2027: UTC-5, in summer UTC-4.
fn new_york() -> Zone {
    let transitions = [
        transition("2026-03-08T07:00:00Z", -240),
        transition("2026-11-01T06:00:00Z", -300),
        transition("2027-03-14T07:00:00Z", -240),
        transition("2027-11-07T06:00:00Z", -300),
    ];
    Zone::new(-300, &transitions).unwrap()
}

#[test]
fn instants_become_local() {
    let check = |instant: &str, local: &str| {
        let instant = Instant::parse_rfc3339(instant.as_bytes()).unwrap();
        assert_eq!(new_york().local(instant).to_string(), local, "{instant}");
    };
    check("1990-07-01T12:00:00Z", "1990-07-01T07:00:00");
    check("2026-03-08T06:59:59.999Z", "2026-03-08T01:59:59.999");
    check("2026-03-08T07:00:00Z", "2026-03-08T03:00:00");
    check("2026-11-01T05:30:00Z", "2026-11-01T01:30:00");
    check("2026-11-01T06:30:00Z", "2026-11-01T01:30:00");
    check("2027-07-01T12:00:00Z", "2027-07-01T08:00:00");
    check("2050-07-01T12:00:00Z", "2050-07-01T07:00:00");
    check("1969-12-31T23:59:59Z", "1969-12-31T18:59:59");
    check("0001-01-01T00:00:00Z", "0001-01-01T00:00:00");
}

#[test]
fn local_times_become_instants() {
    let check = |local: &str, instant: &str| {
        let local = LocalDateTime::parse(local.as_bytes()).unwrap();
        assert_eq!(new_york().instant_of(local).to_string(), instant, "{local}");
    };
    check("2026-01-15T12:00", "2026-01-15T17:00:00Z");
    check("2026-07-15T12:00", "2026-07-15T16:00:00Z");
    // Skipped: later by the gap.
    check("2026-03-08T01:59:59.999", "2026-03-08T06:59:59.999Z");
    check("2026-03-08T02:00", "2026-03-08T07:00:00Z");
    check("2026-03-08T02:30", "2026-03-08T07:30:00Z");
    check("2026-03-08T03:00", "2026-03-08T07:00:00Z");
    // Shown twice: the first.
    check("2026-11-01T00:59", "2026-11-01T04:59:00Z");
    check("2026-11-01T01:00", "2026-11-01T05:00:00Z");
    check("2026-11-01T01:59:59", "2026-11-01T05:59:59Z");
    check("2026-11-01T02:00", "2026-11-01T07:00:00Z");
    check("9999-12-31T23:00", "9999-12-31T23:59:59.999Z");
}

#[test]
fn utc_changes_nothing() {
    let instant = Instant::parse_rfc3339(b"2026-12-24T18:00:00.001Z").unwrap();
    assert_eq!(Zone::utc().local(instant), instant.utc());
    assert_eq!(Zone::utc().instant_of(instant.utc()), instant);
    assert_eq!(Zone::new(0, &[]), Ok(Zone::utc()));
}

#[test]
fn what_is_no_zone() {
    let check = |first_offset, transitions: &[(u32, i16)], expected| {
        let transitions: Vec<_> = transitions
            .iter()
            .map(|&(at_minutes, offset_minutes)| Transition {
                at_minutes,
                offset_minutes,
            })
            .collect();
        assert_eq!(Zone::new(first_offset, &transitions).err(), expected);
    };
    check(1439, &[(0, -1439)], None);
    check(1440, &[], Some(ZoneError::OffsetOutOfRange));
    check(i16::MIN, &[], Some(ZoneError::OffsetOutOfRange));
    check(0, &[(0, -1440)], Some(ZoneError::OffsetOutOfRange));
    check(0, &[(60, 60), (60, 0)], Some(ZoneError::NotAscending));
    check(0, &[(60, 60), (59, 0)], Some(ZoneError::NotAscending));
    check(0, &[(u32::MAX - 1, 60), (u32::MAX, 120)], None);
    // Back by an hour and, a minute later, by another: the same wall clock would stand for three instants.
    check(120, &[(600, 60), (601, 0)], Some(ZoneError::NotAscending));
    check(120, &[(600, 60), (660, 0)], Some(ZoneError::NotAscending));
    check(120, &[(600, 60), (661, 0)], None);
    let many: Vec<_> = (0..=400).map(|index| (index * 10_000, 0)).collect();
    check(0, &many, Some(ZoneError::TooManyTransitions));
    check(0, many.get(1..).unwrap(), None);
}

#[test]
fn the_compact_form_is_pinned() {
    let check = |zone: &Zone, expected: &str| {
        let mut bytes = Vec::new();
        zone.encode(&mut bytes);
        assert_eq!(hex::encode_string(&bytes), expected);
        assert_eq!(Zone::decode(&bytes), Ok((zone.clone(), &[][..])));
        bytes.extend_from_slice(b"next");
        assert_eq!(Zone::decode(&bytes).unwrap().1, b"next");
    };
    check(&Zone::utc(), "0000");
    check(&Zone::new(-180, &[]).unwrap(), "e70200");
    check(&new_york(), "d70404a4c58b0e7884f51477dcd80b7884f51477");
}

#[test]
fn damaged_bytes() {
    let check =
        |bytes: &str, expected| assert_eq!(Zone::decode(&hex::decode_vec(bytes).unwrap()), Err(expected), "{bytes}");
    check("", ZoneError::Damaged);
    check("00", ZoneError::Damaged);
    check("0001", ZoneError::Damaged);
    check("000100", ZoneError::Damaged);
    check("80", ZoneError::Damaged);
    // Zero in two bytes, a number of 33 bits, one that never ends.
    check("800000", ZoneError::Damaged);
    check("ffffffff1f00", ZoneError::Damaged);
    check("ffffffffffffff00", ZoneError::Damaged);
    check("0002ffffffff0f0001", ZoneError::Damaged);
    check("0002ffffffff0f000100", ZoneError::Damaged);
    check("c01600", ZoneError::OffsetOutOfRange);
    check("ffffffff0f00", ZoneError::OffsetOutOfRange);
    check("bf160100ffffffff0f", ZoneError::OffsetOutOfRange);
    check("009103", ZoneError::TooManyTransitions);
    check("00ffffffff0f", ZoneError::TooManyTransitions);
    check("000200000000", ZoneError::NotAscending);
}

/// Zones whose transitions are at least `apart` minutes from each other, and a wall-clock time in the midst.
fn zone(apart: u32) -> impl Strategy<Value = (Zone, i64)> {
    let transition = (apart..apart + 3_000, -1_439_i16..=1_439);
    (
        -1_439_i16..=1_439,
        prop::collection::vec(transition, 0..8),
        any::<prop::sample::Index>(),
        -9_000_i64..9_000,
    )
        .prop_map(|(first_offset, gaps, chosen, distance)| {
            let mut at_minutes = 100_000;
            let transitions: Vec<_> = gaps
                .into_iter()
                .map(|(gap, offset_minutes)| {
                    at_minutes += gap;
                    Transition {
                        at_minutes,
                        offset_minutes,
                    }
                })
                .collect();
            let near = transitions
                .get(chosen.index(8))
                .map_or(100_000, |transition| transition.at_minutes);
            (
                Zone::new(first_offset, &transitions).unwrap(),
                i64::from(near) + distance,
            )
        })
}

/// The offset by looking at each transition in turn.
fn offset_by_scan(zone: &Zone, minutes: i64) -> i16 {
    let passed = zone.steps.iter().rfind(|step| i64::from(step.at_minutes) <= minutes);
    passed.map_or(zone.first_offset_minutes, |step| step.offset_minutes)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_096))]

    #[test]
    fn searching_is_scanning((zone, minutes) in zone(3_000)) {
        let instant = Instant::from_millis(minutes * MILLIS_PER_MINUTE + 59_999).unwrap();
        prop_assert_eq!(zone.offset_minutes_at(instant), offset_by_scan(&zone, minutes));
    }

    /// The definition: the earliest instant that shows the time, else the reading with the offset before the gap.
    #[test]
    fn local_times_follow_the_definition((zone, minutes) in zone(3_000)) {
        let local = LocalDateTime::clamp_millis(minutes * MILLIS_PER_MINUTE + 1);
        let shows = |offset: &i16| zone.local(local_with(local, *offset)) == local;
        let offsets = || zone.steps.iter().map(|step| step.offset_minutes).chain([zone.first_offset_minutes]);
        let expected = offsets().filter(shows).map(|offset| local_with(local, offset)).min();
        let found = zone.instant_of(local);
        match expected {
            Some(expected) => prop_assert_eq!(found, expected),
            None => {
                let gap = zone.steps.iter().find(|step| {
                    let before = offset_by_scan(&zone, i64::from(step.at_minutes) - 1);
                    let starts = i64::from(step.at_minutes) + i64::from(before);
                    starts <= minutes && minutes < i64::from(step.at_minutes) + i64::from(step.offset_minutes)
                }).unwrap();
                let before = offset_by_scan(&zone, i64::from(gap.at_minutes) - 1);
                prop_assert_eq!(found, local_with(local, before));
                prop_assert!(zone.local(found) > local);
            }
        }
    }

    #[test]
    fn what_is_encoded_is_decoded((zone, _) in zone(3_000)) {
        let mut bytes = vec![];
        zone.encode(&mut bytes);
        prop_assert_eq!(Zone::decode(&bytes), Ok((zone, &[][..])));
        for length in 0..bytes.len() {
            prop_assert_eq!(Zone::decode(&bytes[..length]), Err(ZoneError::Damaged));
        }
    }

    /// Small numbers, so that many get past the first check.
    #[test]
    fn any_bytes_are_a_zone_in_its_one_form_or_refused(bytes in prop::collection::vec(0_u8..0x90, 0..40)) {
        if let Ok((zone, rest)) = Zone::decode(&bytes) {
            let mut again = vec![];
            zone.encode(&mut again);
            again.extend_from_slice(rest);
            prop_assert_eq!(again, bytes);
            for instant in [Instant::MIN, Instant::MAX, Instant::from_millis(0).unwrap()] {
                _ = zone.instant_of(zone.local(instant));
            }
        }
    }
}

fn local_with(local: LocalDateTime, offset_minutes: i16) -> Instant {
    Instant::clamp_millis(local.millis() - i64::from(offset_minutes) * MILLIS_PER_MINUTE)
}

#[test]
fn the_calendar_cuts_at_its_ends() {
    let east = Zone::new(60, &[]).unwrap();
    assert_eq!(east.local(Instant::MAX).date(), Date::MAX);
    assert_eq!(
        east.instant_of(LocalDateTime::parse(b"0001-01-01T00:30").unwrap()),
        Instant::MIN
    );
}
