//! Countries and their locations, with names, for pickers.

use axum::Json;
use axum::http::HeaderMap;
use engine::demographics::Country;
use engine::problem::FieldError;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::input::{Page, Query};
use super::language::{choose_language, lang_schema};
use crate::auth::Principal;
use crate::openapi::doc::Doc;
use crate::places::{self, Location, MAX_LOCATIONS};
use crate::problem::Error;

/// Longest text that is looked for: longer than the longest name.
const MAX_SEARCH_CHARS: usize = 100;

/// In which language.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct CountriesQuery {
    /// The language of the names; that of `Accept-Language` when absent.
    #[schemars(schema_with = "lang_schema")]
    lang: Option<String>,
}

/// A country.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Country")]
pub(crate) struct CountryOut {
    /// ISO 3166-1 alpha-2.
    code: &'static str,
    name: &'static str,
}

pub(crate) const LIST_COUNTRIES: Doc = Doc::new("list_countries", "Every country, in the order of their names.");

/// `GET /v1/countries`.
pub(crate) async fn list_countries(
    _: Principal,
    headers: HeaderMap,
    Query(query): Query<CountriesQuery>,
) -> Result<Json<Page<CountryOut>>, Error> {
    let language = choose_language(query.lang.as_deref(), &headers).map_err(|error| Error::invalid(vec![error]))?;
    let countries = places::list_countries(language).into_iter();
    let items = countries.map(|(code, name)| CountryOut { code, name });
    Ok(Json(Page::whole(items.collect())))
}

/// What is looked for.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct LocationsQuery {
    /// The country's code.
    #[schemars(with = "String", regex(pattern = "^[A-Z]{2}$"))]
    country: Option<String>,
    /// A code, or how the name or a word of it begins. Case and accents do not matter.
    #[schemars(length(max = MAX_SEARCH_CHARS))]
    q: Option<String>,
}

/// A location.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Location")]
pub(crate) struct LocationOut {
    /// The three characters of UN/LOCODE that evaluations send as `city`.
    code: &'static str,
    name: &'static str,
    /// The part of the country in which it lies, as ISO 3166-2 has it; not known of all.
    subdivision: Option<&'static str>,
}

pub(crate) const LIST_LOCATIONS: Doc = Doc::new(
    "list_locations",
    "Locations of a country, the likeliest first: the first 50 that fit.",
);

/// `GET /v1/locations`.
pub(crate) async fn list_locations(
    _: Principal,
    Query(query): Query<LocationsQuery>,
) -> Result<Json<Page<LocationOut>>, Error> {
    let mut errors = Vec::new();
    let country = Country::parse(query.country.as_deref().unwrap_or_default())
        .inspect_err(|error| errors.push(FieldError::new("/country", "country_unknown", error.to_string())));
    let q = query.q.as_deref().unwrap_or_default();
    if q.chars().count() > MAX_SEARCH_CHARS {
        let detail = format!("Send at most {MAX_SEARCH_CHARS} characters.");
        errors.push(FieldError::new("/q", "text_too_long", detail));
    }
    match country {
        Ok(country) if errors.is_empty() => {
            let found = places::search_locations(country, q);
            Ok(Json(Page::whole(found.into_iter().map(LocationOut::of).collect())))
        }
        Ok(_) | Err(_) => Err(Error::invalid(errors)),
    }
}

impl LocationOut {
    fn of(location: &'static Location) -> Self {
        Self {
            code: &location.code,
            name: &location.name,
            subdivision: location.subdivision.as_deref(),
        }
    }
}

const _: () = assert!(
    MAX_LOCATIONS == 50,
    "the documentation of `list_locations` names the bound"
);
