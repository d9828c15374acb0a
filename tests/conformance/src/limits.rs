//! Conditions and requests at the limits, and beyond: what needs the most stack. A Wasm module has 1 MiB of it.

use engine::expression::{MAX_DEPTH, MAX_SOURCE_BYTES};

use crate::Case;

/// The deepest and the longest cases that the limits allow, and those that they have to refuse.
pub fn deepest() -> Vec<Case> {
    let mut sources = Vec::new();
    for levels in [MAX_DEPTH - 2, MAX_DEPTH - 1, MAX_DEPTH, MAX_DEPTH + 1] {
        sources.extend(nested(levels));
    }
    // As long as a source may be: each repeats what the grammar goes into.
    for levels in [100, 400, MAX_SOURCE_BYTES] {
        sources.extend(nested(levels).iter().map(|source| cut(source)));
    }
    let mut cases: Vec<_> = sources.into_iter().map(Case::of_source).collect();
    cases.extend(bodies());
    cases
}

/// Each way to nest, that often.
fn nested(levels: usize) -> Vec<String> {
    let around =
        |open: &str, inner: &str, close: &str| format!("{}{inner}{}", open.repeat(levels), close.repeat(levels));
    vec![
        around("(", "true", ")"),
        around("not ", "true", ""),
        around("!", "true", ""),
        around("!(", "true", ")"),
        around("-", "1", "") + " == 1",
        around("-(", "age", ")") + " == 1",
        around("if true then ", "true", " else false"),
        around("if ", "true", " then true else false"),
        around("if true then true else ", "true", ""),
        around("(if true then ", "true", " else true)"),
        around("[", "1", "]") + " == 1",
        around("1 in [", "1", "]"),
        around("len([", "1", "]) == 1"),
        around("[1][", "0", "]") + " == 1",
        around("1 + ", "1", "") + " == 2",
        around("age * ", "age", "") + " == 2",
        around("abs(", "age", ")") + " == 1",
        around("round(1, ", "age", ")") + " == 1",
        around("any([true], x => ", "true", ")"),
        around("(1 > ", "1", ")"),
        around("(1 < ", "1", ")"),
        around("(1 >= 1 and ", "true", ")"),
        around("not (1 > 2 or ", "true", ")"),
        around("1 < 2 and ", "true", ""),
        around("1 > 2 or ", "true", ""),
        around("now.", "x", ""),
        around("[0]", "", "") + "[0] == 1",
        around("'", "", "'"),
        around("'\\'", "", ""),
        around("// ", "", "\n") + "true",
        around("/", "", ""),
        around("{", "", "}"),
    ]
}

/// To the longest source.
fn cut(source: &str) -> String {
    source
        .get(..source.len().min(MAX_SOURCE_BYTES))
        .unwrap_or_default()
        .to_owned()
}

/// Deep and long requests for a deep type.
fn bodies() -> Vec<Case> {
    let attributes = format!("{{\"deep\":\"{}number{}\"}}", "list<".repeat(7), ">".repeat(7));
    let source = format!("deep{} == 1", "[0]".repeat(7));
    let long = vec!["1"; 999].join(",");
    let values = [
        format!("{}1{}", "[".repeat(7), "]".repeat(7)),
        format!("{}1{}", "[".repeat(33), "]".repeat(33)),
        format!("{}{}", "[".repeat(30_000), "]".repeat(30_000)),
        "{\"a\":".repeat(10_000),
        format!("{}{long}{}", "[".repeat(7), "]".repeat(7)),
    ];
    let body =
        |value: &str| format!("{{\"transaction_id\":\"t\",\"attributes\":{{\"other\":{value},\"deep\":{value}}}}}");
    let cases = values.iter().map(|value| Case {
        attributes: attributes.clone(),
        body: body(value),
        ..Case::of_source(source.clone())
    });
    cases.collect()
}
