//! A form that calls the server: whether it is under way, and what is wrong with it.

use std::pin::Pin;

use engine::problem::FieldError;
use leptos::prelude::*;

use super::{Alert, AlertKind, FailureAlert, prose};
use crate::api::{Answer, Failure};
use crate::browser::focus_first_invalid;
use crate::forms::field_errors::{at, elsewhere};
use crate::i18n::failures as text;
use crate::task::spawn;

/// The state of a form. Fields register their JSON pointers, so that an error that none of them shows is shown for
/// the form as a whole.
#[derive(Clone, Copy)]
pub(crate) struct Form {
    errors: RwSignal<Vec<FieldError>>,
    failure: RwSignal<Option<Failure>>,
    fields: RwSignal<Vec<Signal<String>>>,
    is_busy: RwSignal<bool>,
}

/// What follows a call that succeeded, its value inside: so what is around a call does not depend on its type.
type Done = Box<dyn FnOnce()>;

impl Form {
    /// Nothing sent, nothing wrong.
    pub(crate) fn new() -> Self {
        Self {
            errors: RwSignal::new(Vec::new()),
            failure: RwSignal::new(None),
            fields: RwSignal::new(Vec::new()),
            is_busy: RwSignal::new(false),
        }
    }

    /// Whether a call is under way.
    pub(crate) fn busy(self) -> Signal<bool> {
        self.is_busy.into()
    }

    /// The call's failure, tracked.
    pub(crate) fn failure(self) -> Option<Failure> {
        self.failure.get()
    }

    /// Shows what is wrong with the input; nothing was sent.
    pub(crate) fn refuse(self, errors: Vec<FieldError>) {
        self.failure.set(None);
        self.show(errors);
    }

    /// Marks the fields, and leads to the first of them.
    fn show(self, errors: Vec<FieldError>) {
        let is_wrong = !errors.is_empty();
        self.errors.set(errors);
        if is_wrong {
            request_animation_frame(focus_first_invalid);
        }
    }

    /// Makes a call, unless one is under way, then does `done` with its value, if the form is still there.
    pub(crate) fn submit<T: 'static>(
        self,
        call: impl Future<Output = Answer<T>> + 'static,
        done: impl FnOnce(T) + 'static,
    ) {
        self.run(Box::pin(async move {
            let answer = call.await;
            answer.map(|value| -> Done { Box::new(move || done(value)) })
        }));
    }

    fn run(self, call: Pin<Box<dyn Future<Output = Answer<Done>>>>) {
        if self.is_busy.get_untracked() {
            return;
        }
        self.refuse(Vec::new());
        self.is_busy.set(true);
        spawn(async move {
            let answer = call.await;
            if self.is_busy.try_set(false).is_some() {
                return;
            }
            match answer {
                Ok(done) => done(),
                Err(Failure::Invalid(errors)) => self.refuse(errors),
                Err(failure) => {
                    self.show(failure.field_errors().to_vec());
                    self.failure.set(Some(failure));
                }
            }
        });
    }

    /// The errors of the field at a pointer, for as long as the calling component lives.
    pub(crate) fn errors_at(self, pointer: impl Into<Signal<String>>) -> Signal<Vec<FieldError>> {
        let pointer = pointer.into();
        self.fields.update(|fields| fields.push(pointer));
        on_cleanup(move || {
            _ = self
                .fields
                .try_update(|fields| fields.retain(|field| *field != pointer))
        });
        Signal::derive(move || self.errors.with(|errors| at(errors, &pointer.get())))
    }

    /// Everything that is wrong with single fields, tracked.
    pub(crate) fn errors(self) -> Vec<FieldError> {
        self.errors.get()
    }

    /// The errors that no field shows.
    fn rest(self) -> Vec<FieldError> {
        let fields: Vec<_> = self
            .fields
            .get()
            .iter()
            .filter_map(|pointer| pointer.try_get())
            .collect();
        self.errors.with(|errors| elsewhere(errors, &fields))
    }

    /// Says that the call failed or that the input is wrong, and what no field says. `retry` makes the call again;
    /// it is offered when the service was away.
    pub(crate) fn summary(self, retry: impl Into<Callback<()>>) -> impl IntoView {
        let retry = retry.into();
        let list = move || {
            let rest = self.rest();
            let items = rest
                .iter()
                .map(|error| view! { <li>{prose(&error.detail)}</li> })
                .collect_view();
            (!rest.is_empty()).then(|| view! { <ul class="plain">{items}</ul> })
        };
        move || match self.failure.get() {
            Some(failure) => {
                let retry = failure.is_outage().then_some(retry);
                view! { <FailureAlert failure=failure retry=retry>{list}</FailureAlert> }.into_any()
            }
            None if self.errors.with(|errors| !errors.is_empty()) => {
                view! { <Alert kind=AlertKind::Danger title=text::check_fields()>{list}</Alert> }.into_any()
            }
            None => ().into_any(),
        }
    }
}
