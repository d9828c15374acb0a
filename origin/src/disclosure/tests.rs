//! The rules one by one, then all of them against somebody who subtracts.

mod attacker;

use super::*;

/// A table of `key evaluations/applicable`.
pub(super) fn table(text: &str) -> Table {
    let cell = |text: &str| {
        let (key, counts) = text.trim().split_once(' ').unwrap();
        let (evaluations, applicable) = counts.split_once('/').unwrap();
        let cell = Cell {
            evaluations: evaluations.parse().unwrap(),
            applicable: applicable.parse().unwrap(),
        };
        (key.trim_matches('-').to_owned(), cell)
    };
    text.split(',').filter(|text| !text.is_empty()).map(cell).collect()
}

#[test]
fn tables_tell_no_small_number() {
    let check = |cells: &str, expected: Option<&str>| {
        let told = disclose_ages(&table(cells), TimeDelta::days(8));
        assert_eq!(told, expected.map(table), "{cells}");
    };
    check("18-24 5/5,25-34 12/6", Some("18-24 5/5,25-34 12/6"));
    check("18-24 12/0", Some("18-24 12/0"));
    // Nothing to tell.
    check("", None);
    check("18-24 4/4", None);
    // Each part of a cell counts.
    check("18-24 9/5", None);
    check("18-24 9/4", None);
    check("18-24 6/1", None);
    // Several small ones hide each other.
    check("18-24 3/3,25-34 2/2,35-44 9/9", Some("35-44 9/9,* 5/5"));
    // One of them does not, nor do some whose sum is small in a part: the next smallest helps.
    check("18-24 3/3,25-34 20/20,35-44 9/9", Some("25-34 20/20,* 12/12"));
    check("18-24 3/3,25-34 3/2,35-44 9/9,45-54 20/10", None);
    check(
        "18-24 3/3,25-34 3/2,35-44 10/5,45-54 20/10",
        Some("45-54 20/10,* 16/10"),
    );
    check("18-24 1/1,25-34 1000/1000", None);
    // Unknown is a key like any other.
    check("-- 3/3,25-34 3/3,35-44 9/9", Some("35-44 9/9,* 6/6"));
}

#[test]
fn cities_are_told_within_their_country() {
    let check = |countries: &str, cities: &str, expected: Option<(&str, &str)>| {
        let places = Places {
            countries: table(countries),
            cities: table(cities),
        };
        let expected = expected.map(|(countries, cities)| Places {
            countries: table(countries),
            cities: table(cities),
        });
        let told = disclose_places(&places, TimeDelta::days(8));
        assert_eq!(told, expected, "{countries} {cities}");
    };
    check(
        "UY 12/12",
        "UYMVD 7/7,UYPDU 5/5",
        Some(("UY 12/12", "UYMVD 7/7,UYPDU 5/5")),
    );
    // A small city takes the smallest with it, and its country is told.
    check("UY 10/10", "UYMVD 7/7,UY 3/3", Some(("UY 10/10", "* 10/10")));
    check(
        "UY 30/30",
        "UYMVD 20/20,UYPDU 7/7,UY 3/3",
        Some(("UY 30/30", "UYMVD 20/20,* 10/10")),
    );
    // A small city of another country hides nobody here.
    check(
        "AR 23/23,UY 13/13",
        "ARBUE 20/20,AR 3/3,UYMVD 10/10,UY 3/3",
        Some(("AR 23/23,UY 13/13", "* 36/36")),
    );
    // What would add up to a hidden country is hidden.
    check(
        "AR 20/20,BR 3/3,UY 10/10",
        "ARBUE 20/20,BRSAO 3/3,UYMVD 10/10",
        Some(("AR 20/20,* 13/13", "ARBUE 20/20,* 13/13")),
    );
}

#[test]
fn a_period_waits_before_it_hides_much() {
    let check = |cells: &str, hours: i64, expected| {
        let told = disclose_ages(&table(cells), TimeDelta::hours(hours)).is_some();
        assert_eq!(told, expected, "{cells} after {hours} h");
    };
    let (tenth, half, most) = (
        "18-24 3/3,25-34 2/2,35-44 45/45",
        "18-24 3/3,25-34 2/2,35-44 5/5",
        "18-24 3/3,25-34 3/3,35-44 5/5",
    );
    check(tenth, 1, true);
    check(half, 24, false);
    check(half, 25, true);
    check(most, 7 * 24, false);
    check(most, 7 * 24 + 1, true);
    check("18-24 3/3", 1_000, false);
}
