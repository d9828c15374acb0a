//! What a request is tried on: the promotion as it is stored, or with another condition that is not saved.

use leptos::prelude::*;

use super::live::Live;
use crate::components::{Choice, Segments, TextArea};
use crate::i18n::trace as text;
use crate::session::Session;
use crate::wire::Permission;
use crate::wire::promotions::Terms;

const STORED: &str = "stored";
const CHANGED: &str = "changed";

/// The terms that the browser tries.
#[derive(Clone, Copy)]
pub(super) struct Subject {
    stored: Memo<Option<Terms>>,
    /// [`STORED`] or [`CHANGED`].
    choice: RwSignal<String>,
    condition: RwSignal<String>,
}

impl Subject {
    /// The stored terms.
    pub(super) fn new(stored: Memo<Option<Terms>>, terms: &Terms) -> Self {
        Self {
            stored,
            choice: RwSignal::new(STORED.to_owned()),
            condition: RwSignal::new(terms.condition.clone()),
        }
    }

    /// The terms, tracked.
    pub(super) fn terms(self) -> Option<Terms> {
        let stored = self.stored.get()?;
        Some(if self.is_stored() {
            stored
        } else {
            Terms {
                condition: self.condition.get(),
                ..stored
            }
        })
    }

    /// Whether they are the stored ones, tracked.
    pub(super) fn is_stored(self) -> bool {
        self.choice.with(|choice| choice == STORED)
    }

    /// Tries another condition from now on.
    pub(super) fn try_condition(self, condition: String) {
        self.condition.set(condition);
        self.choice.set(CHANGED.to_owned());
    }
}

/// The choice between the two, and the other condition.
#[component]
pub(super) fn SubjectFields(subject: Subject, live: Live) -> impl IntoView {
    let choices = vec![
        Choice::new(STORED, text::subject_stored()),
        Choice::new(CHANGED, text::subject_changed()),
    ];
    let errors = live.errors_at("/draft/condition");
    let may_write = Session::current().may(Permission::PromotionsWrite);
    let editor = may_write.then(|| subject.stored.get_untracked()).flatten();
    let editor = StoredValue::new(editor.map(|terms| format!("/promotions/{}/edit", terms.code)));
    let changed = move || {
        let link = editor
            .get_value()
            .map(|path| view! { <p><a href=path>{text::edit_link()}</a></p> });
        (!subject.is_stored()).then(|| {
            view! {
                <TextArea
                    id="changed-condition"
                    label=text::changed_condition()
                    value=subject.condition
                    hint=text::changed_hint()
                    errors=errors
                />
                {link}
            }
        })
    };
    view! {
        <Segments name="subject" label=text::subject() value=subject.choice choices=choices />
        {changed}
    }
    .into_any()
}
