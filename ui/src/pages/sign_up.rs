//! Signing up: an organisation and its first user.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos_router::components::A;

use super::sign_in::leave_when_signed_in;
use crate::api;
use crate::components::{Button, Form, PageTitle, TextField};
use crate::i18n::{Language, common, session as text};
use crate::language::LanguageSwitch;
use crate::session::Session;
use crate::wire::NewAccount;

/// The form of a new account.
#[component]
pub(crate) fn SignUpPage() -> impl IntoView {
    let session = Session::current();
    let form = Form::new();
    let [organization, name, email, password] = std::array::from_fn(|_| RwSignal::new(String::new()));
    leave_when_signed_in(session);
    let send = Callback::new(move |()| {
        let account = NewAccount {
            organization_name: organization.get_untracked(),
            name: name.get_untracked(),
            email: email.get_untracked(),
            password: password.get_untracked(),
            locale: Language::current().tag(),
        };
        form.submit(
            async move {
                session.begin(api::register(&account).await?);
                Ok(())
            },
            drop,
        );
    });
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        send.run(());
    };
    let errors_at = move |pointer: &str| form.errors_at(pointer.to_owned());
    view! {
        <main id="content" class="narrow">
            <p class="brand">{common::product()}</p>
            <PageTitle title=text::sign_up_title() />
            <p class="lead">{text::sign_up_lead()}</p>
            <form class="card" on:submit=submit novalidate>
                {form.summary(send)}
                <TextField
                    id="organization"
                    label=text::organization_name()
                    value=organization
                    errors=errors_at("/organization_name")
                    autocomplete="organization"
                />
                <TextField id="name" label=text::name() value=name errors=errors_at("/name") autocomplete="name" />
                <TextField
                    id="email"
                    label=text::email()
                    value=email
                    errors=errors_at("/email")
                    kind="email"
                    autocomplete="username"
                    inputmode="email"
                />
                <TextField
                    id="password"
                    label=text::password()
                    value=password
                    errors=errors_at("/password")
                    kind="password"
                    hint=text::password_hint()
                    autocomplete="new-password"
                />
                <Button submit=true busy=form.busy()>{text::sign_up()}</Button>
            </form>
            <p>{text::have_account()} " " <A href="/sign-in">{text::sign_in()}</A></p>
            <LanguageSwitch />
        </main>
    }
}
