//! Who is asking: country, city and age, as far as the shop says.

mod age;
mod places;

pub use age::{AgeBand, BirthDateError, MAX_AGE_YEARS, parse_birth_date};
pub use places::{City, Country, PlaceError};
