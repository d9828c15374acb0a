//! Forms and their fields.

mod choices;
mod searches;

use engine::problem::{FieldError, Problem, ProblemType};
use leptos::ev::SubmitEvent;
use leptos::prelude::*;

use super::Sample;
use crate::api::Failure;
use crate::components::{Button, Form, Look, SelectField, TextArea, TextField};

pub(super) fn samples() -> AnyView {
    view! {
        <Sample name="Form">{form()}</Sample>
        <Sample name="Text">{texts()}</Sample>
        <Sample name="Text of several lines">{areas()}</Sample>
        <Sample name="One of a list">{selects()}</Sample>
        {choices::samples()}
        {searches::samples()}
        <Sample name="Disabled">{disabled()}</Sample>
    }
    .into_any()
}

/// What is wrong with a field.
fn wrong(detail: &str) -> Vec<FieldError> {
    vec![FieldError::new("", "kit", detail)]
}

/// A form that always fails: at its field and as a whole, or because the service is away.
fn form() -> impl IntoView {
    let form = Form::new();
    let name = RwSignal::new(String::new());
    let refuse = move |event: SubmitEvent| {
        event.prevent_default();
        form.refuse(vec![
            FieldError::new("/name", "kit", "Give it a name."),
            FieldError::new("/elsewhere", "kit", "No field shows this one, so it stands here."),
        ]);
    };
    let fail = Callback::new(move |()| {
        let problem = Problem::new(ProblemType::Unavailable, "Try again in a minute.", "req_7f3a9c");
        form.submit(async { Err::<(), _>(Failure::Problem(Box::new(problem))) }, drop);
    });
    view! {
        <form class="card" on:submit=refuse novalidate>
            {form.summary(fail)}
            <TextField id="kit-form-name" label="Name" value=name errors=form.errors_at("/name".to_owned()) />
            <div class="actions">
                <Button submit=true busy=form.busy()>"Send what is wrong"</Button>
                <Button look=Look::Secondary busy=form.busy() on_press=fail>"Send to nobody"</Button>
            </div>
        </form>
    }
}

fn texts() -> impl IntoView {
    let empty = RwSignal::new(String::new());
    let filled = RwSignal::new("Summer sale".to_owned());
    let code = RwSignal::new("Summer sale!".to_owned());
    let start = RwSignal::new("2026-12-01T00:00:00".to_owned());
    view! {
        <div class="fields">
            <TextField id="kit-text" label="Empty" value=empty />
            <TextField id="kit-text-hint" label="With a hint" value=filled hint="Shown to customers." />
            <TextField id="kit-text-optional" label="Not required" value=empty is_optional=true />
            <TextField
                id="kit-text-wrong"
                label="Wrong"
                value=code
                hint="It stands in addresses."
                errors=wrong("Use small letters, digits and hyphens.")
            />
            <TextField id="kit-text-secret" label="Secret" value=filled kind="password" />
            <TextField id="kit-text-time" label="Date and time" value=start kind="datetime-local" />
        </div>
    }
}

fn areas() -> impl IntoView {
    let value = RwSignal::new("A line\nand another".to_owned());
    view! {
        <div class="fields">
            <TextArea id="kit-area" label="With a hint" value=value hint="One on each line." />
            <TextArea id="kit-area-wrong" label="Wrong" value=value errors=wrong("The second line is no code.") />
        </div>
    }
}

fn selects() -> impl IntoView {
    let value = RwSignal::new("percent".to_owned());
    let choices = choices::effects;
    view! {
        <div class="fields">
            <SelectField id="kit-select" label="With a hint" value=value choices=choices() hint="What customers get." />
            <SelectField
                id="kit-select-wrong"
                label="Wrong"
                value=value
                choices=choices()
                errors=wrong("Choose another one.")
            />
        </div>
    }
}

fn disabled() -> impl IntoView {
    let text = RwSignal::new("Summer sale".to_owned());
    let choice = RwSignal::new("percent".to_owned());
    view! {
        <fieldset disabled>
            <legend>"A group that is off"</legend>
            <div class="fields">
                <TextField id="kit-off-text" label="Text" value=text />
                <TextArea id="kit-off-area" label="Several lines" value=text rows=1 />
                <SelectField id="kit-off-select" label="One of a list" value=choice choices=choices::effects() />
            </div>
        </fieldset>
    }
}
