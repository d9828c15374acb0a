//! Calls: countries and cities by name.

use super::{Answer, get, segment};
use crate::i18n::Language;
use crate::wire::accounts::Whole;
use crate::wire::places::Place;

/// Every country, named in the language of the app, in the order of their names.
pub(crate) async fn countries(token: &str) -> Answer<Whole<Place>> {
    get(&format!("/v1/countries?lang={}", Language::current().tag()), token).await
}

/// Cities of a country whose code or name begins so, the likeliest first; no more than a screen or two.
pub(crate) async fn locations(token: &str, country: &str, query: &str) -> Answer<Whole<Place>> {
    let (country, query) = (segment(country), segment(query));
    get(&format!("/v1/locations?country={country}&q={query}"), token).await
}
