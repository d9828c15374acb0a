//! Who is asking: country, city and age, as far as the shop says.

mod age;
mod places;

pub use age::{AgeBand, MAX_AGE_YEARS};
pub(crate) use age::{Today, parse_birth_date};
pub use places::{City, Country, Locations, LocationsError, PlaceError};
