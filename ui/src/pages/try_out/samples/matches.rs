//! Whether a sample's request matches the condition.

use engine::expression::{Trace, TraceOutcome};
use leptos::prelude::*;
use serde_json::value::RawValue;

use crate::api::Failure;
use crate::components::{Badge, Icon, IconMark, Tone};
use crate::forms::try_out::with_stand_in;
use crate::i18n::trace as text;
use crate::pages::try_out::live::{is_of_draft, preview};
use crate::wire::promotions::Terms;

/// What the condition says of a sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Match {
    Yes,
    No,
    /// The request is wrong.
    Refused,
    /// The terms are wrong, or the workbench did not come.
    Unknown,
}

/// What the condition says of a request, whatever window and limits say.
pub(super) async fn judge(terms: &Terms, request: &str) -> Match {
    let Ok(body) = RawValue::from_string(with_stand_in(request, terms.kind)) else {
        return Match::Refused;
    };
    match preview(terms, body).await {
        Ok(answer) if is_met(&answer.trace) => Match::Yes,
        Ok(_) => Match::No,
        Err(Failure::Invalid(errors)) if !is_of_draft(&errors) => Match::Refused,
        Err(_) => Match::Unknown,
    }
}

fn is_met(traces: &[Trace]) -> bool {
    traces.iter().all(|trace| trace.outcome == TraceOutcome::True)
}

/// The same in a word.
pub(super) fn badge(found: Match) -> AnyView {
    let (tone, icon, word) = match found {
        Match::Yes => (Tone::Good, Icon::Check, text::sample_matches()),
        Match::No => (Tone::Bad, Icon::Close, text::sample_differs()),
        Match::Refused => (Tone::Waiting, Icon::Warning, text::sample_refused()),
        Match::Unknown => (Tone::Neutral, Icon::Minus, text::sample_unknown()),
    };
    view! { <Badge tone=tone><IconMark icon=icon />" "{word}</Badge> }.into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_requirements_have_to_be_met() {
        let trace = |outcome| Trace {
            start: 0,
            end: 1,
            outcome,
            element: None,
            values: Vec::new(),
            parts: Vec::new(),
        };
        let check = |outcomes: &[TraceOutcome], expected| {
            let traces: Vec<_> = outcomes.iter().copied().map(trace).collect();
            assert_eq!(is_met(&traces), expected, "{outcomes:?}");
        };
        check(&[TraceOutcome::True, TraceOutcome::True], true);
        check(&[TraceOutcome::True, TraceOutcome::Absent], false);
        check(&[TraceOutcome::False, TraceOutcome::Skipped], false);
        check(&[], true);
    }
}
