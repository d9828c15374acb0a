//! A copy of a promotion under another code.

use engine::promotion::MAX_CODE_CHARS;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos_router::hooks::use_navigate;

use crate::api::promotions::duplicate_promotion;
use crate::components::{Button, Form, Modal, News, TextField};
use crate::forms::promotion_action::copy_code;
use crate::i18n::promotion_list as text;
use crate::session::Session;
use crate::wire::promotions::{Duplicate, ListedPromotion};

/// Asks for the copy's code and name while `promotion` is there; then leads to the copy.
#[component]
pub(super) fn DuplicateDialog(promotion: RwSignal<Option<ListedPromotion>>) -> impl IntoView {
    let open = RwSignal::new(false);
    Effect::new(move |_| open.set(promotion.with(Option::is_some)));
    Effect::new(move |_| {
        // Setting it again, although it is so, would wake the effect above, and so on for ever.
        if !open.get() && promotion.with_untracked(Option::is_some) {
            promotion.set(None);
        }
    });
    let content = move || {
        promotion
            .get_untracked()
            .map(|promotion| view! { <DuplicateForm promotion=promotion /> })
    };
    view! { <Modal id="duplicate" title=text::duplicate_title() open=open>{content()}</Modal> }.into_any()
}

#[component]
fn DuplicateForm(promotion: ListedPromotion) -> impl IntoView {
    let (session, news, navigate) = (Session::current(), News::current(), use_navigate());
    let form = Form::new();
    let code = RwSignal::new(copy_code(&promotion.code, MAX_CODE_CHARS));
    let name = RwSignal::new(text::copy_of(&promotion.name));
    let lead = text::duplicate_lead(&promotion.name);
    let original = promotion.code;
    let send = Callback::new(move |()| {
        let copy = Duplicate {
            code: code.get_untracked(),
            name: name.get_untracked(),
        };
        let original = original.clone();
        let navigate = navigate.clone();
        form.submit(
            async move {
                session
                    .call(async |token| duplicate_promotion(token, &original, &copy).await)
                    .await
            },
            move |draft| {
                news.say(text::was_copied(&draft.name));
                navigate(&format!("/promotions/{}/edit", draft.code), Default::default());
            },
        );
    });
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        send.run(());
    };
    let word = move || {
        if form.busy().get() {
            text::making_copy()
        } else {
            text::make_copy()
        }
    };
    view! {
        <form on:submit=submit novalidate>
            <p class="lead">{lead}</p>
            {form.summary(send)}
            <TextField id="copy-code" label=text::new_code() value=code errors=form.errors_at("/code".to_owned()) />
            <TextField id="copy-name" label=text::new_name() value=name errors=form.errors_at("/name".to_owned()) />
            <Button submit=true busy=form.busy()>{word}</Button>
        </form>
    }
    .into_any()
}
