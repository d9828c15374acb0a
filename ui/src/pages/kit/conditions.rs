//! A condition as it is written, and what became of its parts.

use engine::expression::{AttributeType, Schema, Trace, TraceOutcome, TraceValue};
use engine::problem::FieldError;
use leptos::prelude::*;

use super::Sample;
use crate::components::{ConditionEditor, TraceView};

pub(super) fn samples() -> AnyView {
    view! {
        <Sample name="Editor, valid">{editor("kit-valid", "total >= 100 and quantity > 2", None)}</Sample>
        <Sample name="Editor, with a warning">{editor("kit-doubtful", "total between 200 and 100", None)}</Sample>
        <Sample name="Editor, wrong">{editor("kit-wrong", "totl >= 100 and quantity > ", None)}</Sample>
        <Sample name="Editor, refused by the server">
            {editor("kit-refused", "total >= 100", Some("Another condition of this promotion says the same."))}
        </Sample>
        <Sample name="Trace, every outcome">
            <TraceView source=SOURCE.to_owned() traces=traces() />
        </Sample>
    }
    .into_any()
}

fn editor(id: &'static str, condition: &str, refusal: Option<&str>) -> impl IntoView + use<> {
    let value = RwSignal::new(condition.to_owned());
    let errors: Vec<_> = refusal
        .iter()
        .map(|detail| FieldError::new("/condition", "kit", *detail))
        .collect();
    view! { <ConditionEditor id=id value=value schema=attributes() errors=Signal::stored(errors) /> }
}

/// What the conditions may read.
fn attributes() -> Schema {
    let attributes = [("total", AttributeType::Number), ("quantity", AttributeType::Integer)];
    attributes.map(|(name, kind)| (name.to_owned(), kind.into())).into()
}

/// What is traced.
const SOURCE: &str = "(quantity > 2 or total >= 100) and not vip and points / visits > 3 and age >= 18 and total < 900";

/// A trace of each outcome; no evaluation has all of them at once.
fn traces() -> Vec<Trace> {
    use TraceOutcome::{Absent, False, Fault, Skipped, True};
    vec![
        Trace {
            parts: vec![
                part("quantity > 2", False, &[("quantity", "1")]),
                part("total >= 100", True, &[("total", "120.50")]),
            ],
            ..part("(quantity > 2 or total >= 100)", True, &[])
        },
        part("not vip", Absent, &[("vip", "absent")]),
        part("points / visits > 3", Fault, &[("points", "40"), ("visits", "0")]),
        part("age >= 18", False, &[("age", "17")]),
        part("total < 900", Skipped, &[]),
    ]
}

/// A part of [`SOURCE`], with the values of words in it.
fn part(text: &str, outcome: TraceOutcome, values: &[(&str, &str)]) -> Trace {
    let (start, end) = place(text);
    let values = values.iter().map(|(word, value)| {
        let (offset, length) = (text.find(word).unwrap_or_default(), word.len());
        TraceValue {
            start: start + offset,
            end: start + offset + length,
            value: (*value).to_owned(),
        }
    });
    Trace {
        start,
        end,
        outcome,
        element: None,
        values: values.collect(),
        parts: Vec::new(),
    }
}

/// Where a text stands in [`SOURCE`], in bytes.
fn place(text: &str) -> (usize, usize) {
    let start = SOURCE.find(text).unwrap_or_default();
    (start, start + text.len())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_outcome_is_shown() {
        let traces = traces();
        let all = traces.iter().chain(traces.iter().flat_map(|trace| &trace.parts));
        let outcomes: BTreeSet<_> = all.map(|trace| format!("{:?}", trace.outcome)).collect();
        assert_eq!(outcomes.len(), 5, "{outcomes:?}");
    }
}
