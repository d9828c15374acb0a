//! Somebody who has every report, of every range and promotion, and does linear algebra.
//!
//! The unknowns are how many evaluations there were in each hour in each city. Known are the sum of each hour, from the usage
//! report; each row that a period told; and that nothing is what neither has a row nor is hidden. What can be computed is
//! what a linear combination of these is; of that, nothing may be a small number of people.

use std::cell::Cell as Counter;
use std::ops::Range;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use super::*;

const HOURS: usize = 8;
const CITIES: [&str; 7] = ["", "AR", "ARBUE", "ARROS", "UY", "UYMVD", "UYPDU"];
const HISTORIES: u32 = 500;
const PAIRS: usize = 40;

/// Of each hour the cells of its cities.
type History = Vec<Vec<Cell>>;
/// A period's hours, and what it told.
type Period = (Range<usize>, Places);
/// Whether each unknown is in it.
type Set = Vec<bool>;

#[derive(Debug, Clone, Copy, PartialEq)]
enum Who {
    Everybody,
    Country(&'static str),
    City(&'static str),
}

impl Who {
    fn holds(self, city: &str) -> bool {
        match self {
            Self::Everybody => true,
            Self::Country(key) => country_of(city) == key,
            Self::City(key) => city == key,
        }
    }
}

/// Whose evaluations a report counts, and of when.
type Filter = (Who, Range<usize>);

fn set(hours: &Range<usize>, holds: impl Fn(&str) -> bool) -> Set {
    let unknowns = (0..HOURS).flat_map(|hour| CITIES.map(|city| (hour, city)));
    unknowns
        .map(|(hour, city)| hours.contains(&hour) && holds(city))
        .collect()
}

/// What a report leaves when another one of a part of it is taken away.
fn difference((who, hours): &Filter, (other, others): &Filter) -> Set {
    let (all, part) = (
        set(hours, |city| who.holds(city)),
        set(others, |city| other.holds(city)),
    );
    let part: Set = all.iter().zip(&part).map(|(all, part)| *all && *part).collect();
    let rest: Set = all.iter().zip(&part).map(|(all, part)| *all && !part).collect();
    if rest.contains(&true) { rest } else { all }
}

fn filters() -> impl Strategy<Value = Filter> {
    let countries = ["", "AR", "UY"].map(Who::Country);
    let who: Vec<_> = [Who::Everybody]
        .into_iter()
        .chain(countries)
        .chain(CITIES.map(Who::City))
        .collect();
    let hours = (0..HOURS, 1..=HOURS).prop_map(|(from, hours)| from..(from + hours).min(HOURS));
    (prop::sample::select(who), hours)
}

fn histories() -> impl Strategy<Value = History> {
    let count = || prop_oneof![5 => Just(0_u64), 4 => 1..=4_u64, 3 => 5..=9_u64, 1 => 10..=60_u64];
    let cell = (count(), count()).prop_map(|(applicable, others)| Cell {
        evaluations: applicable + others,
        applicable,
    });
    vec(vec(cell, CITIES.len()), HOURS)
}

fn sum(history: &History, hours: Range<usize>) -> Places {
    let mut places = Places::default();
    for (key, cell) in hours.flat_map(|hour| CITIES.into_iter().zip(history[hour].iter().copied())) {
        if cell.evaluations > 0 {
            for (table, key) in [(&mut places.countries, country_of(key)), (&mut places.cities, key)] {
                let sum = table.entry(key.to_owned()).or_default();
                *sum = sum.plus(cell);
            }
        }
    }
    places
}

/// The periods of a history whose hours are `step` long.
fn settle(history: &History, step: TimeDelta) -> Vec<Period> {
    let (mut periods, mut start) = (Vec::new(), 0);
    for end in 1..=HOURS {
        let lasted = step * i32::try_from(end - start).unwrap();
        if let Some(told) = disclose_places(&sum(history, start..end), lasted) {
            periods.push((start..end, told));
            start = end;
        }
    }
    periods
}

/// Everything that reports tell.
fn learn(history: &History, periods: &[Period]) -> Equations {
    let mut equations = Equations::default();
    for (hour, cells) in history.iter().enumerate() {
        let all = set(&(hour..hour + 1), |_| true);
        if cells.iter().all(|cell| cell.evaluations == 0) {
            equations.add_zeros(&all);
        }
        equations.add(&all);
    }
    for (hours, told) in periods {
        equations.learn_rows(hours, told);
        equations.learn_absences(hours, told);
    }
    equations
}

/// Independent equations, each with its own first unknown; numbers modulo a prime, which no small system meets by chance.
#[derive(Default)]
struct Equations(Vec<(usize, Vec<u64>)>);

const PRIME: u64 = (1 << 61) - 1;

impl Equations {
    /// The sum of each row is known.
    fn learn_rows(&mut self, hours: &Range<usize>, told: &Places) {
        for (key, _) in cells(&told.countries) {
            self.add(&set(hours, |city| country_of(city) == key));
        }
        for (key, _) in cells(&told.cities) {
            self.add(&set(hours, |city| city == key));
        }
    }

    /// Nothing is what has no row where nothing is hidden. A period of one country says that everybody was of it, and then
    /// each hour's sum is that country's: nobody's secret, so it is not held against the rules.
    fn learn_absences(&mut self, hours: &Range<usize>, told: &Places) {
        let countries = &told.countries;
        if countries.len() > 1 && !countries.contains_key(HIDDEN) {
            self.add_zeros(&set(hours, |city| !countries.contains_key(country_of(city))));
        }
        for (country, cell) in cells(countries).filter(|(key, _)| *key != HIDDEN) {
            let cities = cells(&told.cities).filter(|(key, _)| *key != HIDDEN && country_of(key) == country);
            if cities.map(|(_, cell)| cell).fold(Cell::default(), Cell::plus) == cell {
                let is_absent = |city: &str| country_of(city) == country && !told.cities.contains_key(city);
                self.add_zeros(&set(hours, is_absent));
            }
        }
    }

    fn add_zeros(&mut self, set: &Set) {
        for at in (0..set.len()).filter(|at| set[*at]) {
            let mut one = vec![false; set.len()];
            one[at] = true;
            self.add(&one);
        }
    }

    fn add(&mut self, set: &Set) {
        let rest = self.reduce(set);
        if let Some(first) = rest.iter().position(|value| *value != 0) {
            let inverse = power(rest[first], PRIME - 2);
            let row = rest.into_iter().map(|value| multiply(value, inverse)).collect();
            self.0.push((first, row));
        }
    }

    /// What the equations do not explain of a set's sum.
    fn reduce(&self, set: &Set) -> Vec<u64> {
        let mut row: Vec<u64> = set.iter().map(|is_in| u64::from(*is_in)).collect();
        for (first, known) in &self.0 {
            let factor = row[*first];
            if factor != 0 {
                for (value, known) in row.iter_mut().zip(known) {
                    *value = (*value + PRIME - multiply(factor, *known)) % PRIME;
                }
            }
        }
        row
    }

    fn explain(&self, set: &Set) -> bool {
        self.reduce(set).iter().all(|value| *value == 0)
    }
}

fn multiply(a: u64, b: u64) -> u64 {
    u64::try_from(u128::from(a) * u128::from(b) % u128::from(PRIME)).unwrap()
}

fn power(base: u64, exponent: u64) -> u64 {
    (0..61).rev().fold(1, |result, bit| {
        let squared = multiply(result, result);
        if exponent >> bit & 1 == 1 {
            multiply(squared, base)
        } else {
            squared
        }
    })
}

fn count(history: &History, set: &Set) -> Cell {
    let cells = history.iter().flatten().zip(set);
    let chosen = cells.filter(|(_, is_in)| **is_in).map(|(cell, _)| *cell);
    chosen.fold(Cell::default(), Cell::plus)
}

/// Whether it tells of so few people that one of them could be meant.
fn is_small(cell: Cell) -> bool {
    let counts = [cell.evaluations, cell.applicable, cell.evaluations - cell.applicable];
    counts.iter().any(|count| (1..5).contains(count))
}

/// Whether the set is everybody of some hours, which is no demographic figure.
fn is_everybody(set: &Set) -> bool {
    set.chunks(CITIES.len())
        .all(|hour| hour.iter().all(|is_in| *is_in == hour[0]))
}

#[test]
fn no_pair_of_reports_tells_a_small_number() {
    let (pairs, computed) = (Counter::new(0), Counter::new(0));
    let steps = prop::sample::select(vec![1, 12, 48]);
    let inputs = (histories(), steps, vec((filters(), filters()), PAIRS));
    let config = Config {
        cases: HISTORIES,
        failure_persistence: None,
        ..Config::default()
    };
    let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let outcome = runner.run(&inputs, |(history, step, questions)| {
        let periods = settle(&history, TimeDelta::hours(step));
        let equations = learn(&history, &periods);
        for (filter, other) in questions {
            pairs.set(pairs.get() + 1);
            let set = difference(&filter, &other);
            if !is_everybody(&set) && equations.explain(&set) {
                computed.set(computed.get() + 1);
                let cell = count(&history, &set);
                prop_assert!(!is_small(cell), "{filter:?} without {other:?}: {cell:?}\n{periods:#?}");
            }
        }
        Ok(())
    });
    outcome.unwrap_or_else(|error| panic!("{error}"));
    println!("{} pairs of filters, of {} the difference", pairs.get(), computed.get());
    assert!(
        pairs.get() >= 10_000 && computed.get() >= 500,
        "{} {}",
        pairs.get(),
        computed.get()
    );
}
