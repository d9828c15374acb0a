//! Which demographic figures may be told, so that nobody is found in them.
//!
//! ```text
//! cells of a promotion's hours since the last period ─▶ which may be told? ─▶ told, and the sum of the others
//!                                                        └ too much would be hidden: the period goes on
//! ```
//!
//! Whoever reads reports may subtract: a city from its country, a report from a longer one, all rows from the usage report,
//! which tells every quarter of an hour how many evaluations there were. So:
//!
//! 1. A number is told if it is 0 or at least [`THRESHOLD`], and a cell if its applicable and its other evaluations both are.
//! 2. So is the sum of what is hidden, or more is hidden: the smallest cells first.
//! 3. A country's cities are such a table of their own, within what is told of the country; of a hidden country all are
//!    hidden.
//! 4. Periods share no evaluation, all cells have the same ones, and what is hidden in one stays hidden. So what is
//!    known of two periods tells nothing that each does not tell alone.
//!
//! A period in which everybody was of one country says so, by a row of everybody and nothing hidden.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;

/// The least number of evaluations that is told.
pub(crate) const THRESHOLD: u64 = 5;
/// The key of the sum of what is hidden.
pub(crate) const HIDDEN: &str = "*";

/// How much of a period may be hidden, in hundredths of its evaluations, as long as it has lasted no longer: with time more
/// cells pass the threshold, so a short period waits rather than hide for good. After the last of them it ends as soon as
/// anything may be told.
const PATIENCE: [(TimeDelta, u64); 2] = [(TimeDelta::hours(24), 10), (TimeDelta::days(7), 50)];
/// Letters of a country's code, with which the keys of its cities begin.
const COUNTRY_CHARS: usize = 2;

/// Evaluations with something in common.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Cell {
    pub(crate) evaluations: u64,
    /// How many of them the promotion applied to.
    pub(crate) applicable: u64,
}

/// Cells by key: a country's code, a city's with its country's before it, an age band; '' for unknown.
pub(crate) type Table = BTreeMap<String, Cell>;

/// Countries and their cities: the same evaluations twice.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Places {
    pub(crate) countries: Table,
    pub(crate) cities: Table,
}

/// The countries and cities that a period tells after so much time, with the sums of the others; `None` if it goes on.
pub(crate) fn disclose_places(places: &Places, lasted: TimeDelta) -> Option<Places> {
    let countries = select(cells(&places.countries));
    let cities = select_cities(&places.cities, &countries);
    let is_enough = !countries.is_empty()
        && hides_little(&places.countries, &countries, lasted)
        && hides_little(&places.cities, &cities, lasted);
    is_enough.then(|| Places {
        countries: keep(&places.countries, &countries),
        cities: keep(&places.cities, &cities),
    })
}

/// The same of age bands.
pub(crate) fn disclose_ages(ages: &Table, lasted: TimeDelta) -> Option<Table> {
    let bands = select(cells(ages));
    let is_enough = !bands.is_empty() && hides_little(ages, &bands, lasted);
    is_enough.then(|| keep(ages, &bands))
}

/// The country of a city's key.
pub(crate) fn country_of(city: &str) -> &str {
    city.get(..COUNTRY_CHARS).unwrap_or_default()
}

impl Cell {
    /// How many of them the promotion did not apply to.
    pub(crate) const fn not_applicable(self) -> u64 {
        self.evaluations.saturating_sub(self.applicable)
    }

    fn may_be_told(self) -> bool {
        let is_safe = |count| count == 0 || count >= THRESHOLD;
        is_safe(self.applicable) && is_safe(self.not_applicable())
    }

    const fn plus(self, other: Self) -> Self {
        Self {
            evaluations: self.evaluations + other.evaluations,
            applicable: self.applicable + other.applicable,
        }
    }
}

fn cells(table: &Table) -> impl Iterator<Item = (&str, Cell)> {
    table.iter().map(|(key, cell)| (key.as_str(), *cell))
}

/// The keys that are told of cells whose sum is known.
fn select<'a>(cells: impl Iterator<Item = (&'a str, Cell)>) -> BTreeSet<&'a str> {
    let (mut told, hidden): (Vec<_>, Vec<_>) = cells.partition(|(_, cell)| cell.may_be_told());
    told.sort_by_key(|(key, cell)| (Reverse(cell.evaluations), *key));
    let mut rest = hidden
        .into_iter()
        .map(|(_, cell)| cell)
        .fold(Cell::default(), Cell::plus);
    while !rest.may_be_told() {
        let Some((_, smallest)) = told.pop() else { break };
        rest = rest.plus(smallest);
    }
    told.into_iter().map(|(key, _)| key).collect()
}

/// The keys of the cities that are told.
fn select_cities<'a>(cities: &'a Table, countries: &BTreeSet<&str>) -> BTreeSet<&'a str> {
    let mut by_country: BTreeMap<&str, Vec<_>> = BTreeMap::new();
    for (key, cell) in cells(cities).filter(|(key, _)| countries.contains(country_of(key))) {
        by_country.entry(country_of(key)).or_default().push((key, cell));
    }
    let told = by_country.into_values().map(|cells| select(cells.into_iter()));
    told.flatten().collect()
}

fn hides_little(table: &Table, told: &BTreeSet<&str>, lasted: TimeDelta) -> bool {
    let count = |cells: &mut dyn Iterator<Item = (&str, Cell)>| cells.map(|(_, cell)| cell.evaluations).sum::<u64>();
    let hidden = count(&mut cells(table).filter(|(key, _)| !told.contains(key)));
    let patience = PATIENCE.iter().find(|(longest, _)| lasted <= *longest);
    patience.is_none_or(|(_, percent)| hidden * 100 <= count(&mut cells(table)) * percent)
}

/// The cells that are told, and the sum of the others if there are any.
fn keep(table: &Table, told: &BTreeSet<&str>) -> Table {
    let mut kept = Table::new();
    for (key, cell) in cells(table) {
        let key = if told.contains(key) { key } else { HIDDEN };
        let sum = kept.entry(key.to_owned()).or_default();
        *sum = sum.plus(cell);
    }
    kept
}

#[cfg(test)]
mod tests;
