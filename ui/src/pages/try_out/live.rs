//! The decision that the browser comes to, as one types: the workbench evaluates the terms on the request.

use engine::problem::FieldError;
use engine::wire::v1::PreviewAnswer;
use leptos::prelude::*;
use serde_json::value::RawValue;

use super::decision::Verdict;
use super::request::Request;
use super::subject::Subject;
use crate::api::{Answer, Failure};
use crate::browser::now;
use crate::components::{Card, FailureAlert, Loading, TraceView, prose};
use crate::forms::field_errors::at;
use crate::i18n::{trace as text, try_out};
use crate::task::spawn;
use crate::wire::promotions::Terms;
use crate::workbench;

/// What the browser says of terms on a request.
#[derive(Clone, PartialEq)]
pub(super) enum Said {
    /// Nothing yet.
    Working,
    Decided {
        /// The condition that the trace is of.
        condition: String,
        answer: Box<PreviewAnswer>,
    },
    /// The draft or the request is wrong; pointers into the draft begin with `/draft`.
    Wrong(Vec<FieldError>),
    /// The workbench did not come.
    Failed(Failure),
}

/// The newest decision; while the next one is worked out it stays.
#[derive(Clone, Copy)]
pub(super) struct Live {
    said: RwSignal<Said>,
    again: RwSignal<u64>,
}

impl Live {
    /// Decides again whenever the request or the terms change.
    pub(super) fn follow(request: Request, subject: Subject) -> Self {
        let live = Self {
            said: RwSignal::new(Said::Working),
            again: RwSignal::new(0),
        };
        // Counts questions: an answer to an older one is dropped.
        let turn = StoredValue::new(0_u64);
        Effect::new(move |_| {
            live.again.track();
            turn.try_update_value(|turn| *turn += 1);
            let asked = turn.get_value();
            let Some(terms) = subject.terms() else { return };
            match request.body() {
                Err(errors) => live.said.set(Said::Wrong(errors)),
                Ok(body) => spawn(async move {
                    let said = decide(&terms, body).await;
                    if turn.try_get_value() == Some(asked) {
                        live.said.try_set(said);
                    }
                }),
            }
        });
        live
    }

    /// What is said, tracked.
    pub(super) fn said(self) -> Said {
        self.said.get()
    }

    /// What is wrong at a pointer.
    pub(super) fn errors_at(self, pointer: &str) -> Signal<Vec<FieldError>> {
        let pointer = pointer.to_owned();
        let errors = Memo::new(move |_| {
            self.said.with(|said| match said {
                Said::Wrong(errors) => at(errors, &pointer),
                Said::Working | Said::Decided { .. } | Said::Failed(_) => Vec::new(),
            })
        });
        errors.into()
    }

    /// The same for a field: one that is still empty is not marked, it may be next.
    pub(super) fn errors_of(self, pointer: &str, typed: RwSignal<String>) -> Signal<Vec<FieldError>> {
        let errors = self.errors_at(pointer);
        Signal::derive(move || {
            if typed.with(|typed| typed.trim().is_empty()) {
                Vec::new()
            } else {
                errors.get()
            }
        })
    }
}

/// Asks the workbench.
pub(super) async fn preview(terms: &Terms, body: Box<RawValue>) -> Answer<PreviewAnswer> {
    workbench::preview(terms.to_json(), &terms.time_zone, body, now()).await
}

async fn decide(terms: &Terms, body: Box<RawValue>) -> Said {
    match preview(terms, body).await {
        Ok(answer) => Said::Decided {
            condition: terms.condition.clone(),
            answer: Box::new(answer),
        },
        Err(Failure::Invalid(errors)) => Said::Wrong(errors),
        Err(failure) => Said::Failed(failure),
    }
}

/// The decision with its trace.
#[component]
pub(super) fn LiveCard(live: Live, children: Children) -> impl IntoView {
    let retry = Callback::new(move |()| live.again.update(|again| *again += 1));
    let said = move || match live.said() {
        Said::Working => view! { <Loading /> }.into_any(),
        Said::Wrong(errors) => wrong(&errors),
        Said::Failed(failure) => {
            view! { <FailureAlert failure=failure retry=Some(retry)><p>{text::live_failed()}</p></FailureAlert> }
                .into_any()
        }
        Said::Decided { condition, answer } => {
            let PreviewAnswer { answer, trace } = *answer;
            view! {
                <Verdict answer=answer />
                <h3>{text::stored_condition()}</h3>
                <TraceView source=condition traces=trace />
            }
            .into_any()
        }
    };
    // Said when it changes; the trace is there to be read, not to be interrupted by.
    let in_short = Memo::new(move |_| match live.said() {
        Said::Decided { answer, .. } if answer.answer.applicable => try_out::applicable(),
        Said::Decided { .. } => try_out::not_applicable(),
        Said::Wrong(errors) => wrong_title(&errors),
        Said::Working | Said::Failed(_) => "",
    });
    view! {
        <Card title=text::live_title() lead=text::live_lead()>
            {children()}
            <p class="visually-hidden" role="status">{in_short}</p>
            <div class="live">{said}</div>
        </Card>
    }
    .into_any()
}

/// What is wrong, the draft before the request: without it the request is not looked at.
fn wrong(errors: &[FieldError]) -> AnyView {
    let title = wrong_title(errors);
    let is_draft = is_of_draft(errors);
    let items = errors.iter().map(|error| {
        let place = error
            .pointer
            .rsplit('/')
            .next()
            .unwrap_or_default()
            .replace("~1", "/")
            .replace("~0", "~");
        let place = (!place.is_empty() && !is_draft).then(|| view! { <code>{place}</code> ": " });
        view! { <li>{place}{prose(&error.detail)}</li> }
    });
    view! {
        <div class="decision decision-open">
            <p class="decision-title">{title}</p>
            <ul>{items.collect_view()}</ul>
        </div>
    }
    .into_any()
}

fn wrong_title(errors: &[FieldError]) -> &'static str {
    if is_of_draft(errors) {
        text::live_draft_wrong()
    } else {
        text::live_wrong()
    }
}

/// Whether anything is wrong with the draft.
pub(super) fn is_of_draft(errors: &[FieldError]) -> bool {
    errors.iter().any(|error| error.pointer.starts_with("/draft"))
}
