//! The end of the form: what is wrong, what the promotion does, and the buttons.

use engine::effect::Effect;
use engine::promotion::{Limits, Standing};
use leptos::prelude::*;

use super::Editor;
use super::changes::DifferenceList;
use super::saving::Saver;
use super::sentence::{Facts, Names, sentence};
use crate::browser::{focus, offset_at};
use crate::components::{Button, Look, Modal, Places, prose};
use crate::forms::window::Bound;
use crate::i18n::editor as text;

impl Names for Places {
    fn country(&self, code: &str) -> String {
        self.country_name(code)
    }

    fn city(&self, country: Option<&str>, code: &str) -> String {
        self.city_name(country, code)
    }
}

/// Each error as a link to its field.
#[component]
pub(super) fn ErrorLinks(editor: Editor) -> impl IntoView {
    move || {
        let errors = editor.form.errors();
        let links = errors.into_iter().filter_map(|error| {
            let control = editor.fields.control_of(&error.pointer)?;
            let href = format!("#{control}");
            // The router would scroll there and leave the focus.
            let lead = move |event: leptos::ev::MouseEvent| {
                event.prevent_default();
                focus(&control);
            };
            Some(view! { <li><a href=href on:click=lead>{prose(&error.detail)}</a></li> })
        });
        let links: Vec<_> = links.collect();
        (!links.is_empty()).then(|| view! { <ul class="error-links" aria-label=text::errors()>{links}</ul> })
    }
}

/// What the promotion does, and the buttons: in sight wherever one is in the form.
#[component]
pub(super) fn SaveBar(editor: Editor, saver: Saver, places: Places) -> impl IntoView {
    let said = Memo::new(move |_| said(editor, places));
    let busy = editor.form.busy();
    let is_published = Memo::new(move |_| editor.is_published());
    let draft_buttons = move || {
        view! {
            <Button look=Look::Primary busy=busy on_press=move |()| saver.save_and_activate()>
                {text::save_and_activate()}
            </Button>
            <Button look=Look::Secondary submit=true busy=busy>
                {move || if busy.get() { text::saving() } else { text::save_draft() }}
            </Button>
        }
    };
    let publish_button = move || {
        let word = if matches!(editor.status(), Some(Standing::Paused)) {
            text::save_changes()
        } else {
            text::publish_changes()
        };
        view! { <Button submit=true busy=busy>{move || if busy.get() { text::saving() } else { word }}</Button> }
    };
    let buttons = move || {
        if is_published.get() {
            publish_button().into_any()
        } else {
            draft_buttons().into_any()
        }
    };
    view! {
        <div class="editor-bar">
            <p class="sentence"><span class="visually-hidden">{text::sentence()} " "</span>{said}</p>
            <div class="actions">{buttons}</div>
        </div>
    }
    .into_any()
}

/// The sentence of what stands in the fields; tracked.
fn said(editor: Editor, places: Places) -> String {
    let Some(draft) = editor.fields.draft() else {
        return String::new();
    };
    let (body, _) = draft.body(&offset_at);
    let effect = body.get("effect").and_then(|effect| Effect::parse(effect).ok());
    let limits = body.get("limits").and_then(|limits| Limits::parse(limits).ok());
    let tree = editor.rules.said();
    let facts = Facts {
        kind: draft.kind,
        effect: effect.as_ref(),
        tree: tree.as_ref(),
        condition: &draft.condition,
        starts_at: draft.instant(Bound::Start, &offset_at),
        ends_at: draft.instant(Bound::End, &offset_at),
        time_zone: &draft.time_zone,
        limits: limits.unwrap_or_default(),
    };
    sentence(&facts, &places)
}

/// What is about to be published, before it is.
#[component]
pub(super) fn ReviewDialog(editor: Editor, saver: Saver) -> impl IntoView {
    let title = if untrack(|| editor.status()) == Some(Standing::Paused) {
        text::save_changes()
    } else {
        text::publish_changes()
    };
    view! {
        <Modal id="review" title=title open=saver.is_reviewing>
            <p>{text::review_lead()}</p>
            {move || view! { <DifferenceList differences=saver.review.get() /> }}
            <div class="actions">
                <Button look=Look::Secondary on_press=move |()| saver.is_reviewing.set(false)>{text::cancel()}</Button>
                <Button on_press=move |()| saver.publish()>{text::publish()}</Button>
            </div>
        </Modal>
    }
}
