//! Conditions that only compute, and requests with numbers of any digits: small numbers, large ones and what changes
//! from one to the other must all be the same exact decimals.

use crate::random::Random;
use crate::values;

/// The numbers that a condition reads.
pub(crate) const NAMES: [&str; 4] = ["a", "b", "c", "d"];
const MAX_LEVELS: usize = 3;

/// The declarations of [`NAMES`], and of what is compared with.
pub(crate) fn attributes() -> String {
    let members = NAMES.map(|name| format!("\"{name}\":\"number\""));
    format!("{{{},\"expected\":\"number\"}}", members.join(","))
}

/// A computed number, compared with `expected`.
pub(crate) fn source(random: &mut Random) -> String {
    format!("{} == expected", number(random, 0))
}

/// A request with `expected` 0.
pub(crate) fn body(random: &mut Random) -> String {
    let mut numbers = NAMES.map(|_| sent(random));
    if random.percent(30)
        && let [first, second, ..] = &mut numbers
    {
        (*first, *second) = similar(random);
    }
    let members: Vec<_> = NAMES
        .iter()
        .zip(numbers)
        .map(|(name, number)| format!("\"{name}\":{number}"))
        .collect();
    let members = members.join(",");
    format!("{{\"transaction_id\":\"t-1\",\"attributes\":{{{members},\"expected\":0}}}}")
}

/// Two numbers with the same digits, or of the same value.
fn similar(random: &mut Random) -> (String, String) {
    let (mantissa, scale) = values::decimal(random);
    let small = mantissa / 1_000_000;
    let (mantissa, scale, other) = match random.below(3) {
        0 => (small, scale, (small * 10, scale + 1)),
        1 => (small, scale, (small * 10, scale)),
        _ => (mantissa, scale, (mantissa, random.below(values::MAX_SCALE + 1))),
    };
    let other = values::written(other.0, other.1.min(values::MAX_SCALE));
    (values::written(mantissa, scale), other)
}

fn number(random: &mut Random, level: usize) -> String {
    const ELEMENTS: [&str; MAX_LEVELS] = ["x", "y", "z"];
    let Some(element) = ELEMENTS.get(level).filter(|_| level == 0 || random.percent(75)) else {
        return if random.percent(85) {
            random.text(&NAMES).to_owned()
        } else {
            sent(random)
        };
    };
    let (left, right) = (number(random, level + 1), number(random, level + 1));
    match random.below(24) {
        0 => format!("-({left})"),
        1 => format!("abs({left})"),
        2 => format!("floor({left})"),
        3 => format!("ceil({left})"),
        4 => format!("round({left}, {})", random.below(30)),
        5 => format!("min({left}, {right})"),
        6 => format!("max({left}, {right})"),
        7 => format!("sum([{left}, {right}, {left}])"),
        8 => format!("max_of([{left}, {right}], {element} => {element} - ({right}))"),
        9 => format!("sum([if {left} < {right} then {right} else {left}])"),
        _ => format!(
            "{} {} {}",
            bracketed(left),
            random.text(&["+", "-", "*", "%", "/"]),
            bracketed(right)
        ),
    }
}

fn bracketed(operand: String) -> String {
    if operand.contains(' ') {
        format!("({operand})")
    } else {
        operand
    }
}

/// Zeros, powers of ten, the ends of 63 bits and of a decimal, or any digits.
fn sent(random: &mut Random) -> String {
    const ENDS: [&str; 12] = [
        "0.0",
        "1.0",
        "0.1",
        "1000000000000000000",
        "9223372036854775807",
        "-9223372036854775808",
        "922337203685477580.8",
        "0.000000000000000001",
        "0.0000000000000000000000000001",
        "-0.00",
        "79228162514264337593543950335",
        "-7.9228162514264337593543950335",
    ];
    match random.below(10) {
        0..6 => values::digits(random, false),
        6..8 => values::number(random, false),
        _ => random.text(&ENDS).to_owned(),
    }
}
