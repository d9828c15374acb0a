//! What is said of conditions that are wrong, beside their source, as snapshots in `snapshots/`. After a change,
//! `INSTA_UPDATE=always cargo test -p engine --test diagnostics` writes them anew: read what differs.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may fail loudly"
)]

use std::collections::BTreeSet;
use std::fmt::Write as _;

use annotate_snippets::{AnnotationKind, Level, Patch, Renderer, Snippet};
use engine::expression::{Condition, Diagnostic, DiagnosticCode, Schema, Severity};
use proptest::prelude::*;
use proptest::sample::Index;
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Cases {
    attributes: Schema,
    group: Vec<Group>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Group {
    /// Of its snapshot.
    name: String,
    cases: Vec<String>,
}

fn cases() -> Cases {
    toml::from_str(include_str!("cases/diagnostics.toml")).unwrap()
}

/// Errors, or the warnings of a condition that can be saved.
fn diagnostics(source: &str, schema: &Schema) -> Vec<Diagnostic> {
    match Condition::check(source, schema) {
        Ok(condition) => condition.warnings().to_vec(),
        Err(diagnostics) => diagnostics,
    }
}

fn render(source: &str, diagnostics: &[Diagnostic]) -> String {
    let renderer = Renderer::plain();
    let mut text = String::new();
    for diagnostic in diagnostics {
        let level = match diagnostic.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
        };
        let (start, end) = (diagnostic.start, diagnostic.end);
        let snippet = Snippet::source(source).annotation(AnnotationKind::Primary.span(start..end));
        let title = level
            .primary_title(diagnostic.message.as_str())
            .id(diagnostic.code.as_str());
        let mut report = vec![title.element(snippet)];
        if let Some(replacement) = &diagnostic.replacement {
            let patch = Snippet::source(source).patch(Patch::new(start..end, replacement.as_str()));
            report.push(Level::HELP.secondary_title("replace it").element(patch));
        }
        writeln!(text, "{}\n", renderer.render(&report)).unwrap();
    }
    text
}

fn snapshot(group: &Group, schema: &Schema) -> String {
    let mut text = String::new();
    for source in &group.cases {
        let found = diagnostics(source, schema);
        text += &render(source, &found);
        if found.is_empty() {
            writeln!(text, "nothing: {source}\n").unwrap();
        }
    }
    text
}

#[test]
fn snapshots() {
    let cases = cases();
    for group in &cases.group {
        insta::assert_snapshot!(group.name.as_str(), snapshot(group, &cases.attributes));
    }
}

#[test]
fn every_code_has_a_case() {
    let cases = cases();
    let sources = cases.group.iter().flat_map(|group| &group.cases);
    let found: BTreeSet<_> = sources
        .flat_map(|source| diagnostics(source, &cases.attributes))
        .map(|diagnostic| diagnostic.code)
        .collect();
    for code in DiagnosticCode::ALL {
        let is_limit = limits().iter().any(|(limit, _)| *limit == code);
        assert!(found.contains(code.as_str()) || is_limit, "{code:?}");
    }
}

/// Sources that are too large, in lines, so that the middle of them is left out of the snapshot.
fn limits() -> Vec<(DiagnosticCode, String)> {
    let lines = |line: &str, count| line.repeat(count);
    vec![
        (DiagnosticCode::TooLong, format!("{}true", lines("member or\n", 410))),
        (DiagnosticCode::TooDeep, format!("{}member", lines("(\n", 33))),
        (DiagnosticCode::TooDeep, format!("{}member", lines("not\n", 32))),
        (
            DiagnosticCode::TooManyNodes,
            format!("{}member", lines("member or\n", 256)),
        ),
        (
            DiagnosticCode::ListTooLong,
            format!("total in [\n{}]", lines("1,\n", 1_001)),
        ),
        (DiagnosticCode::NameTooLong, format!("{} > 1", "x".repeat(65))),
        (DiagnosticCode::NumberTooLong, format!("total > {}", "9".repeat(30))),
        (DiagnosticCode::ControlCharacter, "total > 1\u{7}00".to_owned()),
    ]
}

#[test]
fn limits_are_told() {
    let schema = cases().attributes;
    let mut text = String::new();
    for (code, source) in limits() {
        let found = diagnostics(&source, &schema);
        assert_eq!(
            found.first().map(|diagnostic| diagnostic.code.as_str()),
            Some(code.as_str())
        );
        text += &render(&source, &found);
    }
    insta::assert_snapshot!("limits", text);
}

/// What is wrong with a diagnostic: with its place, or with its replacement, after which it must not be said again.
fn fault(source: &str, diagnostic: &Diagnostic, schema: &Schema) -> Option<String> {
    let place = source.get(diagnostic.start..diagnostic.end);
    if place.is_none() {
        return Some(format!("no place of the source: {diagnostic:?}"));
    }
    let replacement = diagnostic.replacement.as_deref()?;
    if place == Some(replacement) {
        return Some(format!("replaces a text by itself: {diagnostic:?}"));
    }
    let replaced = replace(source, diagnostic, replacement);
    let left = diagnostics(&replaced, schema);
    // Of what stands before the same rest.
    let is_told_again = |left: &Diagnostic| {
        let is_here = replaced.get(left.end..) == source.get(diagnostic.end..);
        is_here && (&left.code, &left.message) == (&diagnostic.code, &diagnostic.message)
    };
    let breaks = |left: &Diagnostic| left.code == "syntax" && diagnostic.code != "syntax";
    let is_gone = !left.iter().any(|left| is_told_again(left) || breaks(left));
    (!is_gone).then(|| format!("{replaced:?} is no better: {left:?}"))
}

fn replace(source: &str, diagnostic: &Diagnostic, replacement: &str) -> String {
    let (before, after) = (&source[..diagnostic.start], &source[diagnostic.end..]);
    format!("{before}{replacement}{after}")
}

fn check_replacements(source: &str, schema: &Schema) -> Result<(), String> {
    let all = diagnostics(source, schema);
    let mut faults = all.iter().filter_map(|diagnostic| fault(source, diagnostic, schema));
    faults
        .next()
        .map_or(Ok(()), |fault| Err(format!("{source:?}: {all:?}\n{fault}")))
}

/// Replaces as often as there is something to replace.
fn replace_all(mut source: String, schema: &Schema) -> String {
    for _ in 0..10 {
        let found = diagnostics(&source, schema);
        let Some(diagnostic) = found.iter().find(|diagnostic| diagnostic.replacement.is_some()) else {
            return source;
        };
        let replacement = diagnostic.replacement.as_deref().unwrap_or_default();
        source = replace(&source, diagnostic, replacement);
    }
    panic!("{source:?} has always something to replace");
}

#[test]
fn replacements_of_the_cases_help() {
    let cases = cases();
    let sources = || cases.group.iter().flat_map(|group| &group.cases);
    let faults: Vec<_> = sources()
        .filter_map(|source| check_replacements(source, &cases.attributes).err())
        .collect();
    assert!(faults.is_empty(), "{}", faults.join("\n\n"));
    for source in sources() {
        replace_all(source.clone(), &cases.attributes);
    }
}

/// A case of the list with a few of its characters replaced by pieces that people write.
fn slips() -> impl Strategy<Value = String> {
    const PIECES: [&str; 45] = [
        "", "", "", " ", "=", "==", "=>", ">", "<", "!", "(", ")", "[", "]", ",", ".", "'", "\"", "and", "or", "not",
        "in", "between", "if", "then", "else", " AND ", "1", "100", "1,000", "%", "$", "-", "/", "//", "#", "total",
        "method", "tags", "é", "’", "😀", " is ", "null", ";",
    ];
    let sources: Vec<_> = cases().group.into_iter().flat_map(|group| group.cases).collect();
    let edits = prop::collection::vec(
        (any::<Index>(), prop::sample::select(PIECES.to_vec()), 0_usize..3),
        1..4,
    );
    (prop::sample::select(sources), edits).prop_map(|(source, edits)| {
        let mut chars: Vec<_> = source.chars().collect();
        for (at, piece, gone) in edits {
            let start = at.index(chars.len() + 1);
            let end = (start + gone).min(chars.len());
            chars.splice(start..end, piece.chars());
        }
        chars.into_iter().collect()
    })
}

#[test]
fn replacements_of_slips_help() {
    let schema = cases().attributes;
    let config = ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::with_cases(2_000)
    };
    proptest!(config, |(source in slips())| {
        let result = check_replacements(&source, &schema);
        prop_assert!(result.is_ok(), "{}", result.unwrap_err());
    });
}
