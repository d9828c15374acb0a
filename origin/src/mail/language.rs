//! The languages of mails, and how each writes a time.

use std::fmt::Display;

use chrono::{DateTime, Datelike, TimeZone, Utc};
use chrono_tz::Tz;

use super::RoleName;
use crate::auth::permission::BuiltIn;

const ENGLISH_MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const SPANISH_MONTHS: [&str; 12] = [
    "enero",
    "febrero",
    "marzo",
    "abril",
    "mayo",
    "junio",
    "julio",
    "agosto",
    "septiembre",
    "octubre",
    "noviembre",
    "diciembre",
];

/// A language that mails are written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Language {
    English,
    Spanish,
}

impl Language {
    /// The language of a person with this locale: Spanish in all its countries, else English.
    pub(crate) fn of_locale(locale: Option<&str>) -> Self {
        let primary = locale
            .and_then(|locale| locale.split(['-', '_']).next())
            .unwrap_or_default();
        if primary.eq_ignore_ascii_case("es") {
            Self::Spanish
        } else {
            Self::English
        }
    }

    /// Its tag (BCP 47).
    pub(crate) const fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Spanish => "es",
        }
    }

    /// A time to the minute. In UTC and saying so: where the reader is nobody knows.
    pub(crate) fn time(self, at: &DateTime<Utc>) -> String {
        format!("{} UTC", self.local_time(at))
    }

    /// A time to the minute, and the time zone that it is of.
    pub(crate) fn time_in_zone(self, at: &DateTime<Tz>) -> String {
        format!("{} ({})", self.local_time(at), at.timezone().name())
    }

    /// A number of days from the day of writing.
    pub(crate) fn in_days(self, days: &i64) -> String {
        match (self, days) {
            (Self::English, 0) => "today".to_owned(),
            (Self::English, 1) => "tomorrow".to_owned(),
            (Self::English, days) => format!("in {days} days"),
            (Self::Spanish, 0) => "hoy".to_owned(),
            (Self::Spanish, 1) => "mañana".to_owned(),
            (Self::Spanish, days) => format!("en {days} días"),
        }
    }

    /// A role's name. One that every organisation has is named as the app does in this language.
    pub(crate) fn role(self, role: &RoleName) -> &str {
        match (role.built_in, self) {
            (Some(BuiltIn::Admin), Self::Spanish) => "Administrador",
            (Some(BuiltIn::Analyst), Self::Spanish) => "Analista",
            (Some(BuiltIn::Admin | BuiltIn::Analyst), Self::English) | (None, _) => &role.name,
        }
    }

    fn local_time<Z: TimeZone<Offset: Display>>(self, at: &DateTime<Z>) -> String {
        let (day, year, clock) = (at.day(), at.year(), at.format("%H:%M"));
        match self {
            Self::English => format!("{day} {} {year} at {clock}", month(&ENGLISH_MONTHS, at)),
            Self::Spanish => format!("{day} de {} de {year} a las {clock}", month(&SPANISH_MONTHS, at)),
        }
    }
}

fn month(names: &[&'static str; 12], at: &impl Datelike) -> &'static str {
    usize::try_from(at.month0())
        .ok()
        .and_then(|index| names.get(index))
        .copied()
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn locales() {
        let check = |locale, language| assert_eq!(Language::of_locale(locale), language, "{locale:?}");
        for locale in ["es", "es-UY", "ES", "es_ES", "es-419"] {
            check(Some(locale), Language::Spanish);
        }
        for locale in ["", "en", "en-US", "est", "et-EE", "pt-BR"] {
            check(Some(locale), Language::English);
        }
        check(None, Language::English);
    }

    #[test]
    fn roles() {
        let check = |built_in, name: &str, english, spanish| {
            let name = name.to_owned();
            let role = RoleName { built_in, name };
            let told = [Language::English.role(&role), Language::Spanish.role(&role)];
            assert_eq!(told, [english, spanish]);
        };
        check(Some(BuiltIn::Admin), "Admin", "Admin", "Administrador");
        check(Some(BuiltIn::Analyst), "Analyst", "Analyst", "Analista");
        check(None, "Analyst", "Analyst", "Analyst");
    }

    #[test]
    fn times() {
        let check = |text: &str, english, spanish| {
            let at = text.parse().unwrap();
            assert_eq!(
                [Language::English.time(&at), Language::Spanish.time(&at)],
                [english, spanish]
            );
        };
        check(
            "2026-11-21T10:30:00Z",
            "21 November 2026 at 10:30 UTC",
            "21 de noviembre de 2026 a las 10:30 UTC",
        );
        check(
            "2027-01-01T00:05:59Z",
            "1 January 2027 at 00:05 UTC",
            "1 de enero de 2027 a las 00:05 UTC",
        );
    }

    #[test]
    fn times_in_a_zone() {
        let at: DateTime<Utc> = "2027-02-01T02:59:59Z".parse().unwrap();
        let at = at.with_timezone(&chrono_tz::America::Montevideo);
        assert_eq!(
            [Language::English.time_in_zone(&at), Language::Spanish.time_in_zone(&at)],
            [
                "31 January 2027 at 23:59 (America/Montevideo)",
                "31 de enero de 2027 a las 23:59 (America/Montevideo)"
            ]
        );
    }

    #[test]
    fn days() {
        let check = |days: i64, english, spanish| {
            assert_eq!(
                [Language::English.in_days(&days), Language::Spanish.in_days(&days)],
                [english, spanish]
            );
        };
        check(0, "today", "hoy");
        check(1, "tomorrow", "mañana");
        check(2, "in 2 days", "en 2 días");
    }
}
