use chrono::{Datelike, NaiveDate, Timelike, Utc};
use proptest::prelude::*;

use super::*;

fn shown<T: ToString>(value: Option<T>) -> Option<String> {
    value.map(|value| value.to_string())
}

#[test]
fn every_day_agrees_with_chrono() {
    let mut expected = NaiveDate::from_ymd_opt(1, 1, 1).unwrap();
    for days in Date::MIN.days()..=Date::MAX.days() {
        let date = Date::from_days(days).unwrap();
        let (year, month, day) = date.civil();
        assert_eq!(
            (year.cast_signed(), month, day, date.weekday()),
            (
                expected.year(),
                expected.month(),
                expected.day(),
                expected.weekday().number_from_monday()
            )
        );
        assert_eq!(Date::from_civil(year, month, day), Some(date));
        expected = expected.succ_opt().unwrap();
    }
    assert_eq!(expected.to_string(), "+10000-01-01");
}

#[test]
fn days_outside_the_calendar() {
    assert_eq!(Date::from_days(Date::MIN.days() - 1), None);
    assert_eq!(Date::from_days(Date::MAX.days() + 1), None);
    assert_eq!(Date::from_days(i32::MIN), None);
    assert_eq!(Date::from_days(i32::MAX), None);
    assert_eq!(
        shown(Instant::from_millis(MIN_MILLIS)).as_deref(),
        Some("0001-01-01T00:00:00Z")
    );
    assert_eq!(
        shown(Instant::from_millis(MAX_MILLIS)).as_deref(),
        Some("9999-12-31T23:59:59.999Z")
    );
    for millis in [MIN_MILLIS - 1, MAX_MILLIS + 1, i64::MIN, i64::MAX] {
        assert_eq!(Instant::from_millis(millis), None, "{millis}");
    }
    assert_eq!(Instant::from(chrono::DateTime::<Utc>::MIN_UTC), Instant::MIN);
    assert_eq!(Instant::from(chrono::DateTime::<Utc>::MAX_UTC), Instant::MAX);
}

#[test]
fn dates() {
    let check = |text: &str, days: Option<i32>| {
        assert_eq!(Date::parse(text.as_bytes()).map(Date::days), days, "{text}");
    };
    check("1970-01-01", Some(0));
    check("1969-12-31", Some(-1));
    check("0001-01-01", Some(-719_162));
    check("9999-12-31", Some(2_932_896));
    check("2000-02-29", Some(11_016));
    check("2024-02-29", Some(19_782));
    for text in [
        "",
        "0000-12-31",
        "1900-02-29",
        "2023-02-29",
        "2026-04-31",
        "2026-00-10",
        "2026-13-10",
        "2026-01-00",
        "2026-01-32",
        "2026-1-01",
        "2026-01-1",
        "20260101",
        "2026/01/01",
        "+026-01-01",
        "-001-01-01",
        " 2026-01-1",
        "2026-01-01 ",
        "2026-01-01T",
        "٢٠٢٦-01-01",
        "2026-0１-01",
        "10000-01-01",
    ] {
        check(text, None);
    }
}

#[test]
fn instants() {
    let check = |text: &str, expected: Option<&str>| {
        assert_eq!(
            shown(Instant::parse_rfc3339(text.as_bytes())).as_deref(),
            expected,
            "{text}"
        );
    };
    check("1970-01-01T00:00:00Z", Some("1970-01-01T00:00:00Z"));
    check("2026-12-24t18:00:00z", Some("2026-12-24T18:00:00Z"));
    check("2026-12-24 18:00:00Z", Some("2026-12-24T18:00:00Z"));
    check("2026-12-24T18:00:00-03:00", Some("2026-12-24T21:00:00Z"));
    check("2026-12-24T18:00:00+05:30", Some("2026-12-24T12:30:00Z"));
    check("2026-12-24T18:00:00-00:00", Some("2026-12-24T18:00:00Z"));
    check("2026-12-31T23:59:59-23:59", Some("2027-01-01T23:58:59Z"));
    check("1969-12-31T23:59:59.5Z", Some("1969-12-31T23:59:59.500Z"));
    check("2026-12-24T18:00:00.05Z", Some("2026-12-24T18:00:00.050Z"));
    check(
        "2026-12-24T18:00:00.123999999999999999999999Z",
        Some("2026-12-24T18:00:00.123Z"),
    );
    check("2026-12-24T18:00:00.0009Z", Some("2026-12-24T18:00:00Z"));
    // A leap second, in UTC and elsewhere, and what is none.
    check("2016-12-31T23:59:60Z", Some("2017-01-01T00:00:00Z"));
    check("2016-12-31T23:59:60.25Z", Some("2017-01-01T00:00:00.250Z"));
    check("1990-12-31T15:59:60-08:00", Some("1991-01-01T00:00:00Z"));
    check("2016-12-31T23:59:60-08:00", None);
    check("2016-12-30T23:59:60Z", None);
    check("2016-12-31T23:58:60Z", None);
    check("2016-12-31T23:59:61Z", None);
    check("9999-12-31T23:59:60Z", None);
    // The bounds.
    check("0001-01-01T00:00:00Z", Some("0001-01-01T00:00:00Z"));
    check("0001-01-01T00:00:00+00:01", None);
    check("9999-12-31T23:59:59.999Z", Some("9999-12-31T23:59:59.999Z"));
    check("9999-12-31T23:59:59-00:01", None);
    for text in [
        "",
        "2026-12-24",
        "2026-12-24T",
        "2026-12-24T18:00Z",
        "2026-12-24T18:00:00",
        "2026-12-24T18:00:00.Z",
        "2026-12-24T18:00:00,5Z",
        "2026-12-24T24:00:00Z",
        "2026-12-24T18:60:00Z",
        "2026-12-24T1:00:00Z",
        "2026-12-24_18:00:00Z",
        "2026-12-24  18:00:00Z",
        "2026-12-24T18:00:00 Z",
        "2026-12-24T18:00:00ZZ",
        "2026-12-24T18:00:00Z ",
        "2026-12-24T18:00:00+0300",
        "2026-12-24T18:00:00+03",
        "2026-12-24T18:00:00+24:00",
        "2026-12-24T18:00:00+03:60",
        "2026-12-24T18:00:00+03:00x",
        "2026-12-24T18-00:00Z",
        "2026-12-24T18:00-00Z",
        "2026-02-30T18:00:00Z",
        "0000-12-24T18:00:00Z",
        "2026-12-24T18:00:00\u{2212}03:00",
        "2026-12-24T18:0é:00Z",
    ] {
        check(text, None);
    }
}

#[test]
fn local_date_times() {
    let check = |text: &str, expected: Option<&str>| {
        assert_eq!(
            shown(LocalDateTime::parse(text.as_bytes())).as_deref(),
            expected,
            "{text}"
        );
    };
    check("2026-12-24T18:00", Some("2026-12-24T18:00:00"));
    check("2026-12-24t18:00", Some("2026-12-24T18:00:00"));
    check("2026-12-24 18:00:59", Some("2026-12-24T18:00:59"));
    check("2026-12-24T18:00:59.0019", Some("2026-12-24T18:00:59.001"));
    check("0001-01-01T00:00", Some("0001-01-01T00:00:00"));
    check("9999-12-31T23:59:59.999", Some("9999-12-31T23:59:59.999"));
    for text in [
        "",
        "2026-12-24",
        "2026-12-24T18",
        "2026-12-24T18:",
        "2026-12-24T18:00:",
        "2026-12-24T18:00.5",
        "2026-12-24T18:00Z",
        "2026-12-24T18:00:00Z",
        "2026-12-24T18:00:00-03:00",
        "2016-12-31T23:59:60",
        "2026-12-24T24:00",
        "2026-12-24T18:00 ",
    ] {
        check(text, None);
    }
}

/// Text near RFC 3339, so that most of it reaches the end of the parser.
fn almost_rfc3339() -> impl Strategy<Value = String> {
    "[0-2][0-9]{3}-[01][0-9]-[0-3][0-9][Tt ][0-2][0-9]:[0-5][0-9]:[0-5][0-9](\\.[0-9]{1,12})?([Zz]|[+-][0-2][0-9]:[0-5][0-9])"
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_096))]

    #[test]
    fn instants_agree_with_chrono(millis in MIN_MILLIS..=MAX_MILLIS) {
        let expected = chrono::DateTime::<Utc>::from_timestamp_millis(millis).unwrap();
        let instant = Instant::from_millis(millis).unwrap();
        let local = instant.utc();
        prop_assert_eq!(Instant::from(expected), instant);
        prop_assert_eq!(
            (local.date().to_string(), local.hour(), local.minute(), local.second()),
            (expected.date_naive().to_string(), expected.hour(), expected.minute(), expected.second())
        );
        prop_assert_eq!(instant.to_string(), expected.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true));
    }

    #[test]
    fn what_is_printed_is_read_back(millis in MIN_MILLIS..=MAX_MILLIS) {
        let instant = Instant::from_millis(millis).unwrap();
        prop_assert_eq!(Instant::parse_rfc3339(instant.to_string().as_bytes()), Some(instant));
        let local = instant.utc();
        prop_assert_eq!(LocalDateTime::parse(local.to_string().as_bytes()), Some(local));
        prop_assert_eq!(Date::parse(local.date().to_string().as_bytes()), Some(local.date()));
    }

    #[test]
    fn reading_agrees_with_chrono(text in almost_rfc3339()) {
        let expected = chrono::DateTime::parse_from_rfc3339(&text).ok();
        let expected = expected.and_then(|time| Instant::from_millis(time.timestamp_millis()));
        prop_assert_eq!(Instant::parse_rfc3339(text.as_bytes()), expected, "{}", text);
    }

    #[test]
    fn any_bytes_are_read_or_refused(text in prop::collection::vec(any::<u8>(), 0..40)) {
        _ = Date::parse(&text);
        _ = Instant::parse_rfc3339(&text);
        _ = LocalDateTime::parse(&text);
    }
}
