//! Countries and cities with their names, as `GET /v1/countries` and `GET /v1/locations` tell them.

use serde::Deserialize;

/// A country or a city.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Place {
    /// ISO 3166-1 alpha-2, or the three characters of UN/LOCODE in its country.
    pub(crate) code: String,
    pub(crate) name: String,
    /// The part of the country in which a city lies.
    #[serde(default)]
    pub(crate) subdivision: Option<String>,
}
