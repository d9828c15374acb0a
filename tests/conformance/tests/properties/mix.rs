//! The random cases are of every kind: a generator that made only one would prove nothing.

use conformance::{Case, Mix, run};
use engine::expression::Program;

const CASES: u32 = 4_000;

#[test]
fn every_outcome_is_frequent() {
    let Mix {
        met,
        not_met,
        absent,
        fault,
        condition_refused,
        request_refused,
        broken,
    } = run(21, CASES).mix;
    let parts = [
        ("met", met, 15),
        ("not met", not_met, 20),
        ("absent", absent, 10),
        ("fault", fault, 2),
        ("condition refused", condition_refused, 2),
        ("request refused", request_refused, 2),
    ];
    for (name, count, least_percent) in parts {
        assert!(
            count * 100 >= CASES * least_percent,
            "only {count} of {CASES} cases are {name}"
        );
    }
    assert_eq!(broken, 0);
}

/// What the language has, as it stands in a source; each with what has to be beside it.
const WORDS: [&str; 54] = [
    " and ",
    "&&",
    " or ",
    " || ",
    "not ",
    "!",
    "==",
    "!=",
    "<",
    "<=",
    ">",
    ">=",
    " in ",
    " not in ",
    " between ",
    " not\tbetween ",
    "+",
    "-",
    "*",
    "%",
    "/",
    "if ",
    "[0]",
    ".",
    "len(",
    "lower(",
    "upper(",
    "trim(",
    "starts_with(",
    "ends_with(",
    "contains(",
    "min(",
    "max(",
    "abs(",
    "round(",
    "floor(",
    "ceil(",
    "has(",
    "default(",
    "date(",
    "date_time(",
    "year(",
    "month(",
    "day(",
    "weekday(",
    "hour(",
    "days_between(",
    "any(",
    "all(",
    "count(",
    "sum(",
    "min_of(",
    "max_of(",
    "// ",
];

/// The operations of a program, as its debug form names them.
const OPERATIONS: [&str; 33] = [
    "Met",
    "Require",
    "RequireSlot",
    "Jump(",
    "JumpIfFalse",
    "JumpIfTrue",
    "JumpIfPresent",
    "Branch",
    "Begin",
    "Next",
    "Constant(",
    "Constants",
    "Slot(",
    "Element",
    "Item",
    "List {",
    "Negate",
    "Not",
    "Arithmetic(Add)",
    "Arithmetic(Subtract)",
    "Arithmetic(Multiply)",
    "Arithmetic(Divide)",
    "Arithmetic(Remainder)",
    "Join",
    "Compare(",
    "CompareConstant",
    "CompareSlot",
    "CompareElement",
    "In {",
    "InSet",
    "Between",
    "Has",
    "Call",
];

#[test]
fn every_part_of_the_language_is_frequent() {
    let (mut words, mut operations) = ([0_u32; WORDS.len()], [0_u32; OPERATIONS.len()]);
    for number in 0..CASES {
        let case = Case::generate(22, number);
        let Ok(terms) = case.terms() else { continue };
        let program = format!("{:?}", Program::compile_unoptimised(terms.condition(), &case.zone));
        for (count, word) in words.iter_mut().zip(WORDS) {
            *count += u32::from(case.source.contains(word));
        }
        for (count, operation) in operations.iter_mut().zip(OPERATIONS) {
            *count += u32::from(program.contains(operation));
        }
    }
    let counts = WORDS.iter().zip(&words).chain(OPERATIONS.iter().zip(&operations));
    let rare: Vec<_> = counts.filter(|(_, count)| **count < CASES / 400).collect();
    assert!(
        rare.is_empty(),
        "in fewer than {} of {CASES} cases: {rare:?}",
        CASES / 400
    );
}
