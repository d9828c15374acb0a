//! Choosing a new password, with the link of a mail.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos_router::components::A;

use crate::api;
use crate::components::{Alert, AlertKind, Button, Form, PageTitle, TextField};
use crate::i18n::{common, session as text};
use crate::language::LanguageSwitch;
use crate::link::LinkSecret;
use crate::wire::NewPassword;

/// The new password; then the way to the sign-in page.
#[component]
pub(crate) fn ResetPasswordPage() -> impl IntoView {
    let token = LinkSecret::take();
    view! {
        <main id="content" class="narrow">
            <p class="brand">{common::product()}</p>
            <PageTitle title=text::reset_title() />
            {match token {
                Some(token) => view! { <ResetForm token=token /> }.into_any(),
                None => view! { <LinkMissing /> }.into_any(),
            }}
            <p><A href="/sign-in">{text::back_to_sign_in()}</A></p>
            <LanguageSwitch />
        </main>
    }
}

/// Says that the address holds no secret.
#[component]
pub(super) fn LinkMissing() -> impl IntoView {
    view! { <Alert kind=AlertKind::Danger title=text::link_missing_title()>{text::link_missing()}</Alert> }
}

#[component]
fn ResetForm(token: String) -> impl IntoView {
    let form = Form::new();
    let password = RwSignal::new(String::new());
    let is_done = RwSignal::new(false);
    let token = StoredValue::new(token);
    let send = Callback::new(move |()| {
        let new = NewPassword {
            token: token.get_value(),
            password: password.get_untracked(),
        };
        form.submit(async move { api::reset_password(&new).await }, move |()| {
            is_done.set(true)
        });
    });
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        send.run(());
    };
    move || {
        if is_done.get() {
            return view! { <Alert kind=AlertKind::Success title=text::reset_done_title()>{text::reset_done()}</Alert> }
                .into_any();
        }
        view! {
            <p class="lead">{text::reset_lead()}</p>
            <form class="card" on:submit=submit novalidate>
                {form.summary(send)}
                <TextField
                    id="password"
                    label=text::reset_new()
                    value=password
                    errors=form.errors_at("/password".to_owned())
                    kind="password"
                    hint=text::password_hint()
                    autocomplete="new-password"
                />
                <Button submit=true busy=form.busy()>{text::reset_save()}</Button>
            </form>
        }
        .into_any()
    }
}
