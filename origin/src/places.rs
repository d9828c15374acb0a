//! The names of countries and of their locations, for people who choose or read codes.
//!
//! Countries are named in the languages of the app, from the Unicode CLDR. A location has one name, that of UN/LOCODE, in
//! letters without accents.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use engine::demographics::Country;
use serde::Deserialize;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::mail::Language;

/// The source of the engine's codes as well, so that each of them has its name here.
const LOCATIONS_CSV: &str = include_str!("../../engine/data/unlocode.csv");
const COUNTRIES_CSV: &str = include_str!("../data/countries.csv");
/// Locations of one answer: what a picker shows without scrolling for long. Whoever looks for another types on.
pub(crate) const MAX_LOCATIONS: usize = 50;

/// By code.
static COUNTRIES: LazyLock<BTreeMap<String, Names>> = LazyLock::new(|| {
    let names = rows::<Names>(COUNTRIES_CSV);
    names.map(|names| (names.code.clone(), names)).collect()
});
/// By country and code.
static LOCATIONS: LazyLock<BTreeMap<String, BTreeMap<String, Location>>> = LazyLock::new(|| {
    let mut countries: BTreeMap<_, BTreeMap<_, _>> = BTreeMap::new();
    for (country, code, name, subdivision) in rows::<Row>(LOCATIONS_CSV) {
        let locations = countries.entry(country).or_default();
        let location = Location {
            code: code.clone(),
            name,
            subdivision,
        };
        locations.insert(code, location);
    }
    countries
});

/// Country, code, name, subdivision.
type Row = (String, String, String, Option<String>);

#[derive(Debug, Deserialize)]
struct Names {
    code: String,
    en: String,
    es: String,
}

/// A location of a country.
#[derive(Debug)]
pub(crate) struct Location {
    /// Three characters.
    pub(crate) code: String,
    pub(crate) name: String,
    /// The part of the country in which it lies, as ISO 3166-2 names it; not known of all.
    pub(crate) subdivision: Option<String>,
}

/// A country's name; `None` for what is no country.
pub(crate) fn country_name(code: &str, language: Language) -> Option<&'static str> {
    COUNTRIES.get(code).map(|names| names.in_language(language))
}

/// A location's name; `None` if the country has none with this code.
pub(crate) fn location_name(country: &str, code: &str) -> Option<&'static str> {
    let location = LOCATIONS.get(country)?.get(code)?;
    Some(&location.name)
}

/// Every country by code and name, in the order of the names.
pub(crate) fn list_countries(language: Language) -> Vec<(&'static str, &'static str)> {
    let names = COUNTRIES.values();
    let mut countries: Vec<_> = names
        .map(|names| (names.code.as_str(), names.in_language(language)))
        .collect();
    countries.sort_by_cached_key(|(_, name)| fold(name));
    countries
}

/// The locations of a country whose code is asked for or whose name has a word that begins so, the likeliest first, and at
/// most [`MAX_LOCATIONS`]. Case and accents do not matter.
pub(crate) fn search_locations(country: Country, query: &str) -> Vec<&'static Location> {
    let query = fold(query.trim());
    let locations = LOCATIONS.get(country.as_str()).into_iter().flat_map(BTreeMap::values);
    let mut found: Vec<_> = locations
        .filter_map(|location| Some((rank(location, &query)?, location)))
        .collect();
    found.sort_by(|(rank, location), (other_rank, other)| (rank, &location.name).cmp(&(other_rank, &other.name)));
    found.truncate(MAX_LOCATIONS);
    found.into_iter().map(|(_, location)| location).collect()
}

/// How well a location fits, 0 best; `None` if it does not.
fn rank(location: &Location, query: &str) -> Option<u8> {
    let name = fold(&location.name);
    if !query.is_empty() && (location.code.eq_ignore_ascii_case(query) || name == query) {
        return Some(0);
    }
    if name.starts_with(query) {
        return Some(1);
    }
    let mut words = name.match_indices(|c: char| !c.is_alphanumeric());
    words
        .any(|(at, _)| name.get(at + 1..).is_some_and(|word| word.starts_with(query)))
        .then_some(2)
}

/// In lower case and without accents.
fn fold(text: &str) -> String {
    let plain = text.nfd().filter(|c| !is_combining_mark(*c));
    plain.flat_map(char::to_lowercase).collect()
}

/// The rows of a file that is compiled in. A test reads them all.
fn rows<T: for<'de> Deserialize<'de>>(csv: &'static str) -> impl Iterator<Item = T> {
    let rows = csv::Reader::from_reader(csv.as_bytes()).into_deserialize();
    rows.filter_map(Result::ok)
}

impl Names {
    fn in_language(&self, language: Language) -> &str {
        match language {
            Language::English => &self.en,
            Language::Spanish => &self.es,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_a_name() {
        assert_eq!(COUNTRIES.len(), COUNTRIES_CSV.lines().count() - 1);
        assert_eq!(COUNTRIES.len(), 249);
        let locations = LOCATIONS.values().map(BTreeMap::len).sum::<usize>();
        assert_eq!(locations, LOCATIONS_CSV.lines().count() - 1);
        for code in LOCATIONS.keys().filter(|code| Country::parse(code).is_ok()) {
            assert!(country_name(code, Language::Spanish).is_some(), "{code}");
        }
        for (code, names) in COUNTRIES.iter() {
            assert!(
                Country::parse(code).is_ok() && !names.en.is_empty() && !names.es.is_empty(),
                "{names:?}"
            );
        }
    }

    #[test]
    fn names() {
        assert_eq!(country_name("DE", Language::Spanish), Some("Alemania"));
        assert_eq!(country_name("DE", Language::English), Some("Germany"));
        assert_eq!(country_name("XZ", Language::English), None);
        assert_eq!(location_name("UY", "MVD"), Some("Montevideo"));
        assert_eq!(location_name("US", "MVD"), Some("Maryville"));
        assert_eq!(location_name("UY", "NYC"), None);
    }

    #[test]
    fn countries_are_in_the_order_of_their_names() {
        let codes = |language| -> Vec<_> { list_countries(language).into_iter().map(|(code, _)| code).collect() };
        let (english, spanish) = (codes(Language::English), codes(Language::Spanish));
        assert_eq!((english.len(), spanish.len()), (249, 249));
        // Å is an A: Åland Islands come before Albania.
        assert_eq!(english[..3], ["AF", "AX", "AL"]);
        assert_eq!(spanish[..3], ["AF", "AL", "DE"]);
    }

    #[test]
    fn locations_are_found() {
        let check = |country: &str, query: &str, expected: &[&str]| {
            let found = search_locations(Country::parse(country).unwrap(), query);
            let codes: Vec<_> = found.iter().map(|location| location.code.as_str()).collect();
            assert!(
                codes.len() <= MAX_LOCATIONS && codes.starts_with(expected),
                "{query}: {codes:?}"
            );
            assert_eq!(codes.is_empty(), expected.is_empty(), "{query}: {codes:?}");
        };
        check("UY", "mon", &["MVD"]);
        check("UY", "MONTEVIDÉO ", &["MVD"]);
        check("UY", "mvd", &["MVD"]);
        check("US", "new york", &["NYC"]);
        // Not inside of a word.
        check("UY", "ontevideo", &[]);
        check("BR", "são paulo", &["SAO"]);
        check("UY", "franca", &["ZFL", "ZLI", "ZFM"]);
        check("BV", "", &[]);
        assert_eq!(search_locations(Country::parse("US").unwrap(), "").len(), MAX_LOCATIONS);
    }
}
