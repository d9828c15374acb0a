//! The languages of mails, and how each writes a time.

use chrono::{DateTime, Datelike, Utc};

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
        let (day, year, clock) = (at.day(), at.year(), at.format("%H:%M"));
        match self {
            Self::English => format!("{day} {} {year} at {clock} UTC", month(&ENGLISH_MONTHS, at)),
            Self::Spanish => format!("{day} de {} de {year} a las {clock} UTC", month(&SPANISH_MONTHS, at)),
        }
    }
}

fn month(names: &[&'static str; 12], at: &DateTime<Utc>) -> &'static str {
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
}
