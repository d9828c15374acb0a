//! Yes or no, one of few, and how far something is.

use leptos::prelude::*;

use crate::components::{Checkbox, Choice, Progress, Segments};
use crate::pages::kit::Sample;

pub(super) fn samples() -> AnyView {
    view! {
        <Sample name="Box to tick">{boxes()}</Sample>
        <Sample name="One of few">{few()}</Sample>
        <Sample name="Progress">{progress()}</Sample>
    }
    .into_any()
}

/// Some choices.
pub(super) fn effects() -> Vec<Choice> {
    vec![
        Choice::new("percent", "Percentage"),
        Choice::new("amount", "Amount"),
        Choice::new("shipping", "Free shipping"),
    ]
}

fn boxes() -> impl IntoView {
    let (yes, no) = (RwSignal::new(true), RwSignal::new(false));
    view! {
        <Checkbox id="kit-check" label="Not ticked" value=no />
        <Checkbox id="kit-check-hint" label="Ticked, with a hint" value=yes hint="It can be changed later." />
        <fieldset disabled>
            <legend class="visually-hidden">"Disabled boxes"</legend>
            <Checkbox id="kit-check-off" label="Disabled" value=yes />
        </fieldset>
    }
}

fn few() -> impl IntoView {
    let value = RwSignal::new("amount".to_owned());
    view! {
        <Segments name="kit-segments" label="What customers get" value=value choices=effects() />
        <fieldset disabled>
            <legend class="visually-hidden">"Disabled choice"</legend>
            <Segments name="kit-segments-off" label="Disabled" value=value choices=effects() />
        </fieldset>
    }
}

fn progress() -> impl IntoView {
    view! {
        <Progress label="Nothing done" done=0 of=1_200 />
        <Progress label="Some done" done=450 of=1_200 />
        <Progress label="All done" done=1_200 of=1_200 />
    }
}
