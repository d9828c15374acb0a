//! The language of names in an answer.

use axum::http::HeaderMap;
use axum::http::header::ACCEPT_LANGUAGE;
use engine::problem::FieldError;
use schemars::{Schema, SchemaGenerator};

use crate::mail::Language;
use crate::openapi::schema;

const LANGUAGES: [Language; 2] = [Language::English, Language::Spanish];

/// The language that is asked for by name, else the one that the client's user likes best (RFC 9110 §12.5.4), else English.
pub(crate) fn choose_language(lang: Option<&str>, headers: &HeaderMap) -> Result<Language, FieldError> {
    if let Some(tag) = lang {
        let language = LANGUAGES.into_iter().find(|language| language.tag() == tag);
        return language.ok_or_else(|| {
            let detail = "Send `en` or `es`, or leave it out for the language of `Accept-Language`.";
            FieldError::new("/lang", "lang_invalid", detail)
        });
    }
    let accepted = headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    Ok(accepted.map_or(Language::English, liked_best))
}

/// The parameter `lang` of a query.
pub(crate) fn lang_schema(_: &mut SchemaGenerator) -> Schema {
    schema::words(LANGUAGES.map(Language::tag))
}

fn liked_best(accepted: &str) -> Language {
    let weight = |language: &Language| {
        let ranges = accepted.split(',').filter(|range| {
            let tag = range.split(';').next().unwrap_or_default().trim();
            let primary = tag.split('-').next().unwrap_or_default();
            primary.eq_ignore_ascii_case(language.tag())
        });
        ranges.map(quality_thousandths).max().unwrap_or(0)
    };
    let [english, spanish] = LANGUAGES.each_ref().map(weight);
    if spanish > english {
        Language::Spanish
    } else {
        Language::English
    }
}

/// The weight of a range: 1,000 unless it says less.
fn quality_thousandths(range: &str) -> u32 {
    let weight = range.split(';').find_map(|part| part.trim().strip_prefix("q="));
    let Some(weight) = weight else { return 1_000 };
    let digits: String = weight
        .chars()
        .filter(char::is_ascii_digit)
        .chain("000".chars())
        .take(4)
        .collect();
    digits.parse().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_liked_best() {
        let check = |accepted: &str, expected| assert_eq!(liked_best(accepted), expected, "{accepted}");
        check("es", Language::Spanish);
        check("es-UY,es;q=0.9,en;q=0.8", Language::Spanish);
        check("en-GB, es;q=0.5", Language::English);
        check("es;q=0.4, en;q=0.45", Language::English);
        check("fr, es;q=0.1", Language::Spanish);
        check("es;q=0", Language::English);
        check("ES-419", Language::Spanish);
        check("*", Language::English);
        check("", Language::English);
    }
}
