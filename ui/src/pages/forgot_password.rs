//! Asking for a link to a new password.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos_router::components::A;

use crate::api;
use crate::components::{Alert, AlertKind, Button, Form, PageTitle, TextField};
use crate::i18n::{common, session as text};
use crate::language::LanguageSwitch;
use crate::wire::ForgottenPassword;

/// An e-mail; then the same words for every one, so that nobody learns here who has an account.
#[component]
pub(crate) fn ForgotPasswordPage() -> impl IntoView {
    let form = Form::new();
    let email = RwSignal::new(String::new());
    let sent_to = RwSignal::new(None::<String>);
    let send = Callback::new(move |()| {
        let forgotten = ForgottenPassword {
            email: email.get_untracked(),
        };
        form.submit(
            async move { api::forgot_password(&forgotten).await.map(|()| forgotten.email) },
            move |email| {
                sent_to.set(Some(email));
            },
        );
    });
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        send.run(());
    };
    let sent = move || {
        let email = sent_to.get()?;
        Some(
            view! { <Alert kind=AlertKind::Success title=text::forgot_sent_title()>{text::forgot_sent(&email)}</Alert> },
        )
    };
    view! {
        <main id="content" class="narrow">
            <p class="brand">{common::product()}</p>
            <PageTitle title=text::forgot_title() />
            <p class="lead">{text::forgot_lead()}</p>
            {sent}
            <form class="card" on:submit=submit novalidate>
                {form.summary(send)}
                <TextField
                    id="email"
                    label=text::email()
                    value=email
                    errors=form.errors_at("/email".to_owned())
                    kind="email"
                    autocomplete="username"
                    inputmode="email"
                />
                <Button submit=true busy=form.busy()>{text::forgot_send()}</Button>
            </form>
            <p><A href="/sign-in">{text::back_to_sign_in()}</A></p>
            <LanguageSwitch />
        </main>
    }
}
