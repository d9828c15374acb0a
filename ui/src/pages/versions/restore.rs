//! The way back to a version: what would change, said before it is done.

use leptos::prelude::*;

use super::compare::difference_table;
use super::differences::compare_terms;
use crate::api;
use crate::components::{Button, Form, Loaded, Look, Modal, News};
use crate::i18n::versions as text;
use crate::load::Load;
use crate::pages::promotion::CurrentPromotion;
use crate::session::Session;
use crate::wire::promotions::PublishedVersion;

/// Which version somebody wants back.
#[derive(Clone, Copy)]
pub(super) struct Restore {
    version: RwSignal<u64>,
    is_asked: RwSignal<bool>,
}

impl Restore {
    /// None.
    pub(super) fn new() -> Self {
        Self {
            version: RwSignal::new(0),
            is_asked: RwSignal::new(false),
        }
    }

    /// Asks before it is done.
    pub(super) fn ask(self, version: u64) {
        self.version.set(version);
        self.is_asked.set(true);
    }

    /// The question.
    pub(super) fn dialog(self) -> AnyView {
        view! {
            <Modal id="restore" title=text::restore() open=self.is_asked>
                <Question restore=self />
            </Modal>
        }
        .into_any()
    }
}

#[component]
fn Question(restore: Restore) -> impl IntoView {
    let session = Session::current();
    let promotion = CurrentPromotion::load();
    let code = StoredValue::new(CurrentPromotion::code());
    let version = restore.version.get_untracked();
    let load = Load::new(move || {
        let code = code.get_value();
        async move {
            session
                .call(async |token| api::promotions::version(token, &code, version).await)
                .await
        }
    });
    let form = Form::new();
    let news = News::current();
    let send = Callback::new(move |()| {
        let code = code.get_value();
        form.submit(
            async move {
                session
                    .call(async |token| api::promotions::restore_version(token, &code, version).await)
                    .await
            },
            move |restored| {
                restore.is_asked.set(false);
                news.say(text::restored(version));
                promotion.replace(restored);
            },
        );
    });
    let shown = move |then: Signal<Option<PublishedVersion>>| {
        move || {
            let then = then.get()?;
            let present = promotion.value()?;
            let differences = compare_terms(&present.terms(), &then.terms);
            Some(if differences.is_empty() {
                view! { <p>{text::restore_same()}</p> }.into_any()
            } else {
                view! {
                    <p>{text::restore_live(present.version + 1)}</p>
                    {difference_table(text::restore_changes().to_owned(), differences)}
                }
                .into_any()
            })
        }
    };
    view! {
        <p><strong>{text::restore_title(version)}</strong></p>
        <Loaded load=load children=shown />
        {form.summary(send)}
        <div class="actions">
            <Button look=Look::Secondary on_press=move |()| restore.is_asked.set(false)>
                {text::restore_cancel()}
            </Button>
            <Button busy=form.busy() on_press=send>{text::restore_confirm()}</Button>
        </div>
    }
    .into_any()
}
