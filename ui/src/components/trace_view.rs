//! A condition with what became of each of its parts: drawn over its text, and as a list.

use engine::expression::{Trace, TraceOutcome, TraceValue};
use leptos::prelude::*;

use super::{Icon, IconMark};
use crate::browser::format_number;
use crate::forms::trace::{Piece, Stretch, element_count, stretches, text_at};
use crate::i18n::trace as text;

/// The condition's text with its parts marked, and below it the list of the parts, one inside the other. The drawing is for
/// the eye; a screen reader and a phone have the list, which says all that the drawing says.
#[component]
pub(crate) fn TraceView(source: String, traces: Vec<Trace>) -> impl IntoView {
    let drawn = stretches(&source, &traces).into_iter().map(stretch).collect_view();
    view! {
        <div class="trace">
            <p class="trace-text" aria-hidden="true">{drawn}</p>
            {list(&source, &traces, text::parts())}
        </div>
    }
    .into_any()
}

fn stretch(stretch: Stretch) -> AnyView {
    let pieces = stretch.pieces.into_iter().map(piece).collect_view();
    match stretch.outcome {
        None => pieces.into_any(),
        Some(outcome) => {
            view! { <span class=part_class(outcome)><IconMark icon=icon(outcome) />{pieces}</span> }.into_any()
        }
    }
}

fn piece(piece: Piece) -> AnyView {
    let value = piece
        .value
        .map(|value| view! { <span class="trace-value">{value_text(&value)}</span> });
    view! { {piece.text}{value} }.into_any()
}

fn list(source: &str, traces: &[Trace], label: &'static str) -> AnyView {
    let items = traces.iter().map(|trace| item(source, trace)).collect_view();
    view! { <ul class="trace-list" aria-label=label>{items}</ul> }.into_any()
}

fn item(source: &str, trace: &Trace) -> AnyView {
    let element = trace.element.map(|element| {
        let place = format_number(u64::from(element) + 1);
        view! { <span class="trace-element">{text::element(&place)}</span> }
    });
    let part = text_at(source, trace.start, trace.end).to_owned();
    let parts = (!trace.parts.is_empty()).then(|| list(source, &trace.parts, text::inside()));
    view! {
        <li>
            <div class="trace-row">
                <span class=outcome_class(trace.outcome)>
                    <IconMark icon=icon(trace.outcome) />
                    {outcome_name(trace.outcome)}
                </span>
                <span class="trace-what">{element}<code>{part}</code></span>
                {values(source, &trace.values)}
            </div>
            {parts}
        </li>
    }
    .into_any()
}

fn values(source: &str, values: &[TraceValue]) -> Option<AnyView> {
    let items = values.iter().map(|value| {
        let name = text_at(source, value.start, value.end).to_owned();
        view! { <li><code>{name}</code>" = "<strong>{value_text(&value.value)}</strong></li> }
    });
    let items = items.collect_view();
    (!values.is_empty()).then(|| view! { <ul class="trace-values" aria-label=text::values()>{items}</ul> }.into_any())
}

/// A value as a condition writes it; what a condition cannot write, in words.
fn value_text(value: &str) -> String {
    match (value, element_count(value)) {
        ("absent", _) => text::value_absent().to_owned(),
        (_, Some(count)) => text::elements(count),
        (_, None) => value.to_owned(),
    }
}

/// What became of a part, in a word.
fn outcome_name(outcome: TraceOutcome) -> &'static str {
    match outcome {
        TraceOutcome::True => text::outcome_true(),
        TraceOutcome::False => text::outcome_false(),
        TraceOutcome::Absent => text::outcome_absent(),
        TraceOutcome::Fault => text::outcome_fault(),
        TraceOutcome::Skipped => text::outcome_skipped(),
    }
}

const fn icon(outcome: TraceOutcome) -> Icon {
    match outcome {
        TraceOutcome::True => Icon::Check,
        TraceOutcome::False => Icon::Close,
        TraceOutcome::Absent => Icon::Question,
        TraceOutcome::Fault => Icon::Warning,
        TraceOutcome::Skipped => Icon::Minus,
    }
}

const fn part_class(outcome: TraceOutcome) -> &'static str {
    match outcome {
        TraceOutcome::True => "trace-part trace-true",
        TraceOutcome::False => "trace-part trace-false",
        TraceOutcome::Absent => "trace-part trace-absent",
        TraceOutcome::Fault => "trace-part trace-fault",
        TraceOutcome::Skipped => "trace-part trace-skipped",
    }
}

const fn outcome_class(outcome: TraceOutcome) -> &'static str {
    match outcome {
        TraceOutcome::True => "trace-outcome trace-true",
        TraceOutcome::False => "trace-outcome trace-false",
        TraceOutcome::Absent => "trace-outcome trace-absent",
        TraceOutcome::Fault => "trace-outcome trace-fault",
        TraceOutcome::Skipped => "trace-outcome trace-skipped",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_in_words() {
        assert_eq!(value_text("120.50"), "120.50");
        assert_eq!(value_text("'visa'"), "'visa'");
        assert_eq!(value_text("absent"), "not sent");
        assert_eq!(value_text("1 element"), "1 element");
        assert_eq!(value_text("1200 elements"), "1,200 elements");
    }
}
