//! Birth dates become ages, and ages become bands, so that no record names a birth date.

use serde::{Deserialize, Serialize};

use crate::calendar::{Date, parse_civil};

/// The greatest age that is believed, in years: above the oldest documented (122), so that a wrong century is noticed.
pub const MAX_AGE_YEARS: u8 = 130;

/// The age bands of reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum AgeBand {
    /// Under 18.
    #[serde(rename = "0-17")]
    Under18,
    /// 18 to 24.
    #[serde(rename = "18-24")]
    From18,
    /// 25 to 34.
    #[serde(rename = "25-34")]
    From25,
    /// 35 to 44.
    #[serde(rename = "35-44")]
    From35,
    /// 45 to 54.
    #[serde(rename = "45-54")]
    From45,
    /// 55 to 64.
    #[serde(rename = "55-64")]
    From55,
    /// 65 and over.
    #[serde(rename = "65+")]
    From65,
}

impl AgeBand {
    /// The band of an age in whole years.
    pub const fn of(age_years: u8) -> Self {
        match age_years {
            0..=17 => Self::Under18,
            18..=24 => Self::From18,
            25..=34 => Self::From25,
            35..=44 => Self::From35,
            45..=54 => Self::From45,
            55..=64 => Self::From55,
            65.. => Self::From65,
        }
    }
}

/// Why a text is not a believable birth date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum BirthDateError {
    /// Not `YYYY-MM-DD`, or no day of the calendar.
    #[error("Send a birth date as YYYY-MM-DD, such as \"1990-04-05\".")]
    Malformed,
    /// Today or later.
    #[error("Send a birth date in the past.")]
    NotPast,
    /// Longer ago than anyone lives.
    #[error("Send a birth date at most {MAX_AGE_YEARS} years ago.")]
    TooLongAgo,
}

/// The day on which ages are told, worked out once for all requests of a day.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Today {
    date: Date,
    civil: (u32, u32, u32),
}

impl Today {
    /// Moves on to `date`, unless it is there.
    pub(crate) fn on(&mut self, date: Date) -> Self {
        if self.date != date {
            *self = date.into();
        }
        *self
    }
}

impl From<Date> for Today {
    fn from(date: Date) -> Self {
        let civil = date.civil();
        Self { date, civil }
    }
}

impl Default for Today {
    fn default() -> Self {
        Date::MIN.into()
    }
}

/// Reads `YYYY-MM-DD` as a birth date before `today`, and tells the age in whole years.
pub(crate) fn parse_birth_date(text: &[u8], today: Today) -> Result<(Date, u8), BirthDateError> {
    let civil = parse_civil(text).ok_or(BirthDateError::Malformed)?;
    let date = Date::from_civil(civil.0, civil.1, civil.2).ok_or(BirthDateError::Malformed)?;
    if date >= today.date {
        return Err(BirthDateError::NotPast);
    }
    let age = age_on(civil, today.civil).ok_or(BirthDateError::TooLongAgo)?;
    Ok((date, age))
}

/// Whole years from `birth` to `today`, each as year, month and day; `None` before birth or above [`MAX_AGE_YEARS`].
/// Someone born on 29 February completes a year on 1 March of years without one.
fn age_on(birth: (u32, u32, u32), today: (u32, u32, u32)) -> Option<u8> {
    let (birth_year, birth_month, birth_day) = birth;
    let (year, month, day) = today;
    let before_birthday = (month, day) < (birth_month, birth_day);
    let years = year.checked_sub(birth_year)?.checked_sub(u32::from(before_birthday))?;
    u8::try_from(years).ok().filter(|age| *age <= MAX_AGE_YEARS)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Date {
        Date::parse(text.as_bytes()).unwrap()
    }

    #[test]
    fn ages() {
        let check =
            |birth, today, age| assert_eq!(age_on(day(birth).civil(), day(today).civil()), age, "{birth} {today}");
        check("1990-04-05", "2026-04-04", Some(35));
        check("1990-04-05", "2026-04-05", Some(36));
        check("2000-02-29", "2026-02-28", Some(25));
        check("2000-02-29", "2026-03-01", Some(26));
        check("2000-02-29", "2024-02-29", Some(24));
        check("2026-04-05", "2026-04-05", Some(0));
        check("2026-04-06", "2026-04-05", None);
        check("1896-04-05", "2026-04-05", Some(130));
        check("1895-04-05", "2026-04-05", None);
    }

    #[test]
    fn birth_dates() {
        let mut today = Today::default();
        let today = today.on(day("2026-11-21"));
        let check =
            |text: &str, expected| assert_eq!(parse_birth_date(text.as_bytes(), today).err(), expected, "{text}");
        check("1990-04-05", None);
        check("2026-11-20", None);
        check("2026-11-21", Some(BirthDateError::NotPast));
        check("2090-01-01", Some(BirthDateError::NotPast));
        check("1790-01-01", Some(BirthDateError::TooLongAgo));
        for text in [
            "",
            "1990-4-5",
            "1990-02-30",
            "1990-02-3",
            "0000-01-01",
            "05/04/1990",
            "1990-04-05T00:00",
            "+990-04-05",
            " 1990-04-0",
        ] {
            check(text, Some(BirthDateError::Malformed));
        }
    }

    #[test]
    fn each_day_has_its_ages() {
        let mut today = Today::default();
        for (date, age) in [
            ("2026-04-04", 35),
            ("2026-04-05", 36),
            ("2026-04-05", 36),
            ("2026-04-04", 35),
        ] {
            let parsed = parse_birth_date(b"1990-04-05", today.on(day(date)));
            assert_eq!(parsed, Ok((day("1990-04-05"), age)), "{date}");
        }
    }

    #[test]
    fn bands_are_pinned() {
        let check = |age, json: &str| assert_eq!(serde_json::to_string(&AgeBand::of(age)).unwrap(), json);
        check(0, "\"0-17\"");
        check(17, "\"0-17\"");
        check(18, "\"18-24\"");
        check(25, "\"25-34\"");
        check(44, "\"35-44\"");
        check(54, "\"45-54\"");
        check(64, "\"55-64\"");
        check(65, "\"65+\"");
        check(255, "\"65+\"");
    }
}
