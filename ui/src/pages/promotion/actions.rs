//! What can be done with a promotion: edit, activate, pause, duplicate, archive, and delete what was never published.

use engine::promotion::Standing;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

use crate::api::{self, Answer};
use crate::components::{Alert, AlertKind, Button, Form, Look, Modal, News, TextField};
use crate::i18n::{overview, promotions as text};
use crate::load::Load;
use crate::session::Session;
use crate::wire::promotions::Duplicate;
use crate::wire::{Permission, Promotion};

/// The actions of the head of a promotion's pages.
#[derive(Clone, Copy)]
pub(super) struct Actions {
    load: Load<Promotion>,
    session: Session,
    /// Activating and pausing.
    form: Form,
    news: RwSignal<Option<&'static str>>,
    switch: Callback<()>,
    is_duplicating: RwSignal<bool>,
    is_ending: RwSignal<bool>,
}

impl Actions {
    pub(super) fn new(load: Load<Promotion>) -> Self {
        let session = Session::current();
        let form = Form::new();
        let news = RwSignal::new(None);
        let switch = Callback::new(move |()| {
            let Some(Promotion { code, status, .. }) = load.signal().get_untracked() else {
                return;
            };
            let was_active = is_on(status);
            news.set(None);
            form.submit(switched(session, code, was_active), move |promotion| {
                load.replace(promotion);
                news.set(Some(if was_active { text::paused() } else { text::activated() }));
            });
        });
        Self {
            load,
            session,
            form,
            news,
            switch,
            is_duplicating: RwSignal::new(false),
            is_ending: RwSignal::new(false),
        }
    }

    /// None for whoever may only look.
    pub(super) fn buttons(self, status: Option<Standing>) -> Option<AnyView> {
        if !self.session.may(Permission::PromotionsWrite) {
            return None;
        }
        let is_final = status == Some(Standing::Archived);
        let code = self.code();
        let edit = (!is_final).then(|| {
            view! { <a class=Look::Secondary.class() href=format!("/promotions/{code}/edit")>{overview::edit()}</a> }
        });
        let end = match status {
            Some(Standing::Archived) | None => None,
            Some(Standing::Draft) => Some(overview::delete()),
            Some(Standing::Active | Standing::Paused | Standing::Expired | Standing::Exhausted) => {
                Some(overview::archive())
            }
        };
        let end = end.map(|word| {
            view! { <Button look=Look::Quiet on_press=move |()| self.is_ending.set(true)>{word}</Button> }
        });
        let buttons = view! {
            <div class="actions">
                {end}
                <Button look=Look::Quiet on_press=move |()| self.is_duplicating.set(true)>
                    {overview::duplicate()}
                </Button>
                {edit}
                {self.switch_button(status)}
            </div>
        };
        Some(buttons.into_any())
    }

    /// None for a promotion that can be neither activated nor paused.
    fn switch_button(self, status: Option<Standing>) -> Option<AnyView> {
        let (look, word) = match status {
            Some(Standing::Active | Standing::Exhausted) => (Look::Secondary, text::pause()),
            Some(Standing::Draft | Standing::Paused) | None => (Look::Primary, text::activate()),
            Some(Standing::Expired | Standing::Archived) => return None,
        };
        let button = view! { <Button look=look busy=self.form.busy() on_press=self.switch>{word}</Button> };
        Some(button.into_any())
    }

    /// What came of it.
    pub(super) fn news(self) -> AnyView {
        let news = move || {
            self.news
                .get()
                .map(|news| view! { <Alert kind=AlertKind::Success><p>{news}</p></Alert> })
        };
        view! {
            {self.form.summary(self.switch)}
            {news}
        }
        .into_any()
    }

    /// What is asked before duplicating, archiving and deleting.
    pub(super) fn dialogs(self) -> AnyView {
        let load = self.load;
        let is_draft = Memo::new(move |_| {
            load.value()
                .is_some_and(|promotion| promotion.status == Standing::Draft)
        });
        // A dialog for each, as the first activation makes the one the other.
        let ending = move || {
            let title = if is_draft.get() {
                overview::delete_title()
            } else {
                overview::archive_title()
            };
            view! {
                <Modal id="end" title=title open=self.is_ending>
                    <EndForm actions=self />
                </Modal>
            }
        };
        view! {
            <Modal id="duplicate" title=overview::duplicate_title() open=self.is_duplicating>
                <DuplicateForm actions=self />
            </Modal>
            {ending}
        }
        .into_any()
    }

    fn code(self) -> String {
        let load = self.load.signal();
        load.with_untracked(|promotion| promotion.as_ref().map(|promotion| promotion.code.clone()))
            .unwrap_or_default()
    }
}

#[component]
fn DuplicateForm(actions: Actions) -> impl IntoView {
    let Actions { load, session, .. } = actions;
    let original = load.signal().get_untracked();
    let (code, name) = original
        .map(|original| (original.code, original.name))
        .unwrap_or_default();
    let new_code = RwSignal::new(String::new());
    let new_name = RwSignal::new(name);
    let form = Form::new();
    let news = News::current();
    let navigate = use_navigate();
    let send = Callback::new(move |()| {
        let code = code.clone();
        let duplicate = Duplicate {
            code: new_code.get_untracked().trim().to_owned(),
            name: new_name.get_untracked().trim().to_owned(),
        };
        let navigate = navigate.clone();
        form.submit(
            async move {
                session
                    .call(async |token| api::promotions::duplicate_promotion(token, &code, &duplicate).await)
                    .await
            },
            move |draft| {
                actions.is_duplicating.set(false);
                news.say(overview::duplicated(&draft.name));
                navigate(&format!("/promotions/{}", draft.code), NavigateOptions::default());
            },
        );
    });
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        send.run(());
    };
    view! {
        <form on:submit=submit novalidate>
            <p class="lead">{overview::duplicate_lead()}</p>
            <TextField
                id="duplicate-code"
                label=overview::duplicate_code()
                value=new_code
                errors=form.errors_at("/code".to_owned())
            />
            <TextField
                id="duplicate-name"
                label=overview::duplicate_name()
                value=new_name
                errors=form.errors_at("/name".to_owned())
            />
            {form.summary(send)}
            <div class="actions">
                <Button submit=true busy=form.busy()>{overview::duplicate_confirm()}</Button>
            </div>
        </form>
    }
    .into_any()
}

/// Archiving what was published, deleting a draft.
#[component]
fn EndForm(actions: Actions) -> impl IntoView {
    let Actions { load, session, .. } = actions;
    let form = Form::new();
    let news = News::current();
    let navigate = use_navigate();
    let promotion = load.signal().get_untracked();
    let (code, name, status) = promotion
        .map(|promotion| (promotion.code, promotion.name, promotion.status))
        .unwrap_or((String::new(), String::new(), Standing::Draft));
    let is_draft = status == Standing::Draft;
    let (body, confirm) = if is_draft {
        (overview::delete_body(&name), overview::delete_confirm())
    } else {
        (overview::archive_body(&code), overview::archive())
    };
    let send = Callback::new(move |()| {
        let code = code.clone();
        if is_draft {
            let (name, navigate) = (name.clone(), navigate.clone());
            form.submit(deleted(session, code), move |()| {
                actions.is_ending.set(false);
                news.say(overview::deleted(&name));
                navigate("/promotions", NavigateOptions::default());
            });
        } else {
            form.submit(archived(session, code), move |promotion| {
                actions.is_ending.set(false);
                actions.news.set(Some(overview::archived()));
                load.replace(promotion);
            });
        }
    });
    view! {
        <p>{body}</p>
        {form.summary(send)}
        <div class="actions">
            <Button look=Look::Secondary on_press=move |()| actions.is_ending.set(false)>{overview::keep()}</Button>
            <Button look=Look::Danger busy=form.busy() on_press=send>{confirm}</Button>
        </div>
    }
    .into_any()
}

/// Whether it is active, be anything left of it or not.
const fn is_on(status: Standing) -> bool {
    matches!(status, Standing::Active | Standing::Exhausted)
}

async fn switched(session: Session, code: String, was_active: bool) -> Answer<Promotion> {
    if was_active {
        session
            .call(async |token| api::pause_promotion(token, &code).await)
            .await
    } else {
        session
            .call(async |token| api::activate_promotion(token, &code).await)
            .await
    }
}

async fn archived(session: Session, code: String) -> Answer<Promotion> {
    session
        .call(async |token| api::promotions::archive_promotion(token, &code).await)
        .await
}

async fn deleted(session: Session, code: String) -> Answer<()> {
    session
        .call(async |token| api::promotions::delete_promotion(token, &code).await)
        .await
}
