//! What the server and the engine say, in the app's language. They speak English: English is shown as it came, Spanish
//! is found by the sentence, or else by the code that comes with it. What neither tells stays English.

/// A table of rows `"what is known" => "what it is in Spanish";`.
macro_rules! sentences {
    ($($english:literal => $spanish:literal;)*) => {
        &[$(($english, $spanish)),*]
    };
}

mod details;
mod diagnostics;
mod fields;

use engine::expression::{Diagnostic, DiagnosticCode};
use engine::problem::{FieldError, Problem, ProblemType};
use engine::wire::v1::Reason;
use wasm_split_helpers::{SplitLoaderError, wasm_split};

use super::Language;

/// The place of something that varies, in a pattern of a sentence.
const HOLE: &str = "{}";

/// A problem as the server sent it → the same in the app's language. The tables are a part of the app of their own, which is
/// fetched for the first problem that is not to be told in English; without them English is better than nothing.
pub(crate) async fn told(problem: Problem) -> Problem {
    match Language::current() {
        Language::English => problem,
        Language::Spanish => translated(problem.clone()).await.unwrap_or(problem),
    }
}

#[wasm_split(sentences, fallible)]
fn translated(untold: Problem) -> Result<Problem, SplitLoaderError> {
    Ok(problem(untold))
}

fn problem(problem: Problem) -> Problem {
    let kind = ProblemType::ALL.iter().find(|kind| kind.code() == problem.code);
    Problem {
        detail: spoken(problem.detail, || kind.copied().map(details::general)),
        errors: field_errors(problem.errors),
        ..problem
    }
}

/// Field errors as the server or the engine made them → the same in the app's language.
pub(crate) fn field_errors(errors: Vec<FieldError>) -> Vec<FieldError> {
    errors.into_iter().map(field_error).collect()
}

fn field_error(error: FieldError) -> FieldError {
    // Only what is said of a condition has a place in it.
    let general = || match error.start {
        Some(_) => general_diagnostic(&error.code),
        None => fields::general(&error.code),
    };
    FieldError {
        detail: spoken(error.detail, general),
        ..error
    }
}

/// What a diagnostic of a condition says.
pub(crate) fn diagnostic(diagnostic: Diagnostic) -> String {
    spoken(diagnostic.message, || general_diagnostic(&diagnostic.code))
}

/// Why a promotion does not apply.
pub(crate) fn reason(reason: Reason) -> String {
    spoken(reason.detail, || Some(details::general_reason(reason.code)))
}

fn general_diagnostic(code: &str) -> Option<&'static str> {
    let code = DiagnosticCode::ALL.into_iter().find(|known| known.as_str() == code)?;
    Some(diagnostics::general(code))
}

fn spoken(english: String, general: impl FnOnce() -> Option<&'static str>) -> String {
    match Language::current() {
        Language::English => english,
        Language::Spanish => in_spanish(&english)
            .or_else(|| general().map(str::to_owned))
            .unwrap_or(english),
    }
}

/// A sentence by the first pattern of the tables that it follows.
fn in_spanish(english: &str) -> Option<String> {
    let tables = [details::SENTENCES, fields::SENTENCES, diagnostics::SENTENCES];
    tables.into_iter().flatten().find_map(|(pattern, spanish)| {
        let holes = holes(pattern, english)?;
        Some(fill(pattern, spanish, &holes))
    })
}

/// What stands in the holes of a pattern that `text` follows as a whole: the shortest text that fits each, the last of
/// them to the end.
fn holes<'t>(pattern: &str, text: &'t str) -> Option<Vec<&'t str>> {
    let mut literals = pattern.split(HOLE);
    let mut rest = text.strip_prefix(literals.next()?)?;
    let mut holes = Vec::new();
    let mut literals = literals.peekable();
    while let Some(literal) = literals.next() {
        let (hole, after) = if literals.peek().is_some() {
            rest.split_once(literal)?
        } else {
            (rest.strip_suffix(literal)?, "")
        };
        holes.push(hole);
        rest = after;
    }
    rest.is_empty().then_some(holes)
}

/// `spanish` with its holes filled in their order. What is quoted, such as a name, stays as it is; the rest, such as
/// the name of a type, is a sentence's part that the tables may know.
fn fill(pattern: &str, spanish: &str, holes: &[&str]) -> String {
    let mut literals = spanish.split(HOLE);
    let mut text = literals.next().unwrap_or_default().to_owned();
    for ((before, hole), after) in pattern.split(HOLE).zip(holes).zip(literals) {
        let part = if before.ends_with(['`', '\'']) {
            None
        } else {
            in_spanish(hole)
        };
        text.push_str(part.as_deref().unwrap_or(hole));
        text.push_str(after);
    }
    text
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use engine::evaluate::ReasonCode;
    use engine::expression::{Condition, Schema};

    use super::*;
    use crate::i18n::tests::in_language;

    #[test]
    fn holes_of_patterns() {
        let check = |pattern, text, expected: Option<&[&str]>| {
            assert_eq!(holes(pattern, text).as_deref(), expected, "{pattern} {text}");
        };
        check("a list", "a list", Some(&[]));
        check("a list", "a list of", None);
        check("`{}` is {}.", "`total` is a number.", Some(&["total", "a number"]));
        check("`{}` is {}.", "`total` is a number", None);
        check("From {} to {}", "From 1 to 2 to 3", Some(&["1", "2 to 3"]));
        check("{} to", "1 to", Some(&["1"]));
        check("{}", "", Some(&[""]));
    }

    #[test]
    fn patterns_have_the_same_holes_in_both_languages() {
        let tables = [details::SENTENCES, fields::SENTENCES, diagnostics::SENTENCES];
        for (english, spanish) in tables.into_iter().flatten() {
            assert_eq!(
                english.matches(HOLE).count(),
                spanish.matches(HOLE).count(),
                "{english}"
            );
        }
    }

    #[test]
    fn no_pattern_hides_a_later_one() {
        let all: Vec<_> = [details::SENTENCES, fields::SENTENCES, diagnostics::SENTENCES].concat();
        for (place, (english, _)) in all.iter().enumerate() {
            let sample = english.replace(HOLE, "x");
            let first = all.iter().position(|(pattern, _)| holes(pattern, &sample).is_some());
            assert_eq!(first, Some(place), "{english}");
        }
    }

    /// A problem of this code whose sentence is in no table.
    fn sent(code: &str) -> Problem {
        Problem {
            code: code.to_owned(),
            ..Problem::new(ProblemType::Internal, "Of a later server.", "req_1")
        }
    }

    #[test]
    fn every_problem_is_said_in_both_languages() {
        for kind in ProblemType::ALL {
            let english = in_language(Language::English, || problem(sent(kind.code())));
            assert_eq!(english.detail, "Of a later server.");
            let spanish = in_language(Language::Spanish, || problem(sent(kind.code())));
            assert_eq!(spanish.detail, details::general(*kind));
            assert!(spanish.detail.ends_with('.'), "{kind:?}");
        }
        let unknown = in_language(Language::Spanish, || problem(sent("of_a_later_server")));
        assert_eq!(unknown.detail, "Of a later server.");
    }

    #[test]
    fn every_reason_is_said_in_both_languages() {
        for code in ReasonCode::ALL {
            let told = || Reason {
                code,
                detail: "Of a later edge.".to_owned(),
            };
            assert_eq!(in_language(Language::English, || reason(told())), "Of a later edge.");
            let spanish = in_language(Language::Spanish, || reason(told()));
            assert_eq!(spanish, details::general_reason(code));
            assert!(spanish.ends_with('.'), "{code}");
        }
    }

    #[test]
    fn every_diagnostic_is_said_in_both_languages() {
        for code in DiagnosticCode::ALL {
            let error = || FieldError {
                start: Some(0),
                end: Some(1),
                ..FieldError::new("/condition", code.as_str(), "Of a later engine.")
            };
            let told = |language| in_language(language, || field_errors(vec![error()]).remove(0).detail);
            assert_eq!(told(Language::English), "Of a later engine.");
            assert_eq!(told(Language::Spanish), diagnostics::general(code));
            assert!(told(Language::Spanish).ends_with('.'), "{code:?}");
        }
    }

    /// The engine's own tests hold what it says of hundreds of conditions.
    #[test]
    fn every_sentence_of_the_engine_has_its_spanish() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../engine/tests/snapshots");
        let files = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
        let files = files.filter(|path| path.file_name().unwrap().to_str().unwrap().starts_with("diagnostics__"));
        let mut sentences = BTreeSet::new();
        for file in files {
            let text = std::fs::read_to_string(file).unwrap();
            let lines = text
                .lines()
                .filter(|line| line.starts_with("error[") || line.starts_with("warning["));
            sentences.extend(lines.map(|line| line.split_once("]: ").unwrap().1.to_owned()));
        }
        assert!(sentences.len() > 300, "only {} sentences", sentences.len());
        let missing: Vec<_> = sentences
            .iter()
            .filter(|english| in_spanish(english).is_none())
            .collect();
        assert_eq!(missing, Vec::<&String>::new());
    }

    #[test]
    fn codes_of_fields_are_in_order() {
        assert!(fields::CODES.is_sorted_by(|left, right| left.0 < right.0));
    }

    #[test]
    fn sentences() {
        let check = |source: &str, expected: &str| {
            let found = Condition::check(source, &Schema::new()).unwrap_err().remove(0);
            let said = in_language(Language::Spanish, || diagnostic(found));
            assert_eq!(said, expected, "{source}");
        };
        check("contry == 'UY'", "`contry` no está declarado. ¿Quiso decir `country`?");
        check(
            "age",
            "Una condición es verdadera o falsa, y esto es un número: compárelo con algo, como `age >= 100`.",
        );
        check(
            "",
            "La condición está vacía: escriba una, como `total >= 100`, o `true` para una promoción que siempre se aplica.",
        );
        let fields = |code: &str, detail: &str| {
            let error = vec![FieldError::new("/name", code, detail)];
            in_language(Language::Spanish, || field_errors(error).remove(0).detail)
        };
        assert_eq!(
            fields("name_invalid", "Send 1 to 200 characters without control characters."),
            "Escriba de 1 a 200 caracteres, sin caracteres de control."
        );
        assert_eq!(
            fields("required", "Send `total`, a number."),
            "Falta `total`, que es un número."
        );
        assert_eq!(fields("time_past", "Send a later time."), "Elija un momento futuro.");
        assert_eq!(fields("of_a_later_server", "Send more."), "Send more.");
    }
}
