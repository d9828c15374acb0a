//! What the app says about a page, a thing, or what was just done.

use engine::problem::{FieldError, Problem, ProblemType};
use leptos::prelude::*;

use super::Sample;
use crate::api::Failure;
use crate::components::{Alert, AlertKind, Badge, Button, FailureAlert, Look, News, NewsLine, Tone, UpdatedAgo};

pub(super) fn samples() -> AnyView {
    view! {
        <Sample name="Badges">{badges()}</Sample>
        <Sample name="Alerts">{alerts()}</Sample>
        <Sample name="Failure: the service is away, with its request and another attempt">
            <FailureAlert failure=away() retry=Some(tried_again()) note=Some("What is shown may be old.".to_owned()) />
        </Sample>
        <Sample name="Failure: the input is wrong, with details">
            <FailureAlert failure=invalid()>
                <ul class="plain">
                    <li>"Give it a name."</li>
                </ul>
            </FailureAlert>
        </Sample>
        <Sample name="Failure: the input is wrong, as the browser says">
            <FailureAlert failure=refused() />
        </Sample>
        <Sample name="Failure: no answer">
            <FailureAlert failure=Failure::Unreachable retry=Some(tried_again()) />
        </Sample>
        <Sample name="Failure: a part of the app did not come">
            <FailureAlert failure=Failure::NotLoaded />
        </Sample>
        <Sample name="Failure: an answer that is none of ours">
            <FailureAlert failure=unexpected() />
        </Sample>
        <Sample name="News">{news()}</Sample>
        <Sample name="Age of figures">
            <p><UpdatedAgo at=Some(crate::browser::now()) /></p>
        </Sample>
    }
    .into_any()
}

fn badges() -> impl IntoView {
    view! {
        <div class="actions">
            <Badge tone=Tone::Neutral>"Neutral"</Badge>
            <Badge tone=Tone::Good>"Good"</Badge>
            <Badge tone=Tone::Waiting>"Waiting"</Badge>
            <Badge tone=Tone::Bad>"Bad"</Badge>
        </div>
    }
}

fn alerts() -> impl IntoView {
    view! {
        <Alert kind=AlertKind::Info>
            <p>"Information, without a title."</p>
        </Alert>
        <Alert kind=AlertKind::Info title="Information">
            <p>"What one should know."</p>
        </Alert>
        <Alert kind=AlertKind::Success title="Success">
            <p>"What was done."</p>
        </Alert>
        <Alert kind=AlertKind::Danger title="Danger">
            <p>"What failed, and what to do next."</p>
        </Alert>
    }
}

fn tried_again() -> Callback<()> {
    let news = News::current();
    Callback::new(move |()| news.say("Tried again"))
}

fn away() -> Failure {
    let problem = Problem::new(
        ProblemType::Unavailable,
        "The store cannot be reached. Try again in a minute.",
        "req_7f3a9c",
    );
    Failure::Problem(Box::new(problem))
}

fn invalid() -> Failure {
    let error = FieldError::new("/name", "kit", "Give it a name.");
    let problem = Problem::new(ProblemType::InvalidRequest, "One field is wrong.", "req_7f3a9c");
    Failure::Problem(Box::new(problem.with_errors(vec![error])))
}

fn refused() -> Failure {
    let detail = "Declare the attribute `total` as `number`.";
    Failure::Invalid(vec![FieldError::new("/attributes/total", "kit", detail)])
}

fn unexpected() -> Failure {
    Failure::Unexpected {
        status: 502,
        request_id: Some("req_7f3a9c".to_owned()),
    }
}

fn news() -> impl IntoView {
    let news = News::current();
    view! {
        <NewsLine />
        <Button look=Look::Secondary on_press=move |()| news.say("Summer sale was published.")>"Say something"</Button>
    }
}
