//! Messages that concern a whole page or form.

use leptos::prelude::*;

use super::{Button, Look, prose};
use crate::api::Failure;
use crate::i18n::{common, failures as text};

/// What a message is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AlertKind {
    Danger,
    Success,
    Info,
}

impl AlertKind {
    const fn class(self) -> &'static str {
        match self {
            Self::Danger => "alert alert-danger",
            Self::Success => "alert alert-success",
            Self::Info => "alert alert-info",
        }
    }

    /// A failure interrupts a screen reader, other news wait.
    const fn role(self) -> &'static str {
        match self {
            Self::Danger => "alert",
            Self::Success | Self::Info => "status",
        }
    }
}

/// A message, announced when it appears.
#[component]
pub(crate) fn Alert(
    kind: AlertKind,
    #[prop(into, optional)] title: Option<String>,
    children: Children,
) -> impl IntoView {
    view! {
        <div class=kind.class() role=kind.role()>
            {title.map(|title| view! { <p class="alert-title">{title}</p> })}
            {children()}
        </div>
    }
}

/// Why a call failed, with its request id and, when the service is away, a way to try again.
#[component]
pub(crate) fn FailureAlert(
    failure: Failure,
    /// Makes the call again.
    #[prop(optional_no_strip)]
    retry: Option<Callback<()>>,
    /// What else to say.
    #[prop(optional_no_strip)]
    note: Option<String>,
    /// Details, after the sentence.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let title = if failure.is_outage() {
        text::outage_title()
    } else if !failure.field_errors().is_empty() {
        text::check_fields()
    } else {
        text::title()
    };
    let request_id = failure.request_id().map(|id| {
        view! { <p class="request-id">{text::request_id()} " " <code>{id.to_owned()}</code></p> }
    });
    let retry = retry.map(|retry| {
        view! { <Button look=Look::Secondary on_press=move |()| retry.run(())>{common::retry()}</Button> }
    });
    view! {
        <Alert kind=AlertKind::Danger title=title>
            {said(&failure)}
            {children.map(|children| children())}
            {note.map(|note| view! { <p>{note}</p> })}
            {request_id}
            {retry}
        </Alert>
    }
}

/// What is wrong. The browser's own refusal is of fields alone: its sentence is the title.
fn said(failure: &Failure) -> AnyView {
    match failure {
        Failure::Invalid(errors) => {
            let items = errors.iter().map(|error| view! { <li>{prose(&error.detail)}</li> });
            view! { <ul class="plain">{items.collect_view()}</ul> }.into_any()
        }
        Failure::Problem(_) | Failure::Unreachable | Failure::NotLoaded | Failure::Unexpected { .. } => {
            view! { <p>{prose(&failure.detail())}</p> }.into_any()
        }
    }
}
