//! Signing in.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::components::A;
use leptos_router::hooks::{use_navigate, use_query_map};

use crate::api;
use crate::app::HOME;
use crate::components::{Button, Form, PageTitle, TextField};
use crate::i18n::{common, session as text};
use crate::language::LanguageSwitch;
use crate::session::{Session, State};
use crate::wire::Credentials;

/// E-mail and password; then back to where one was.
#[component]
pub(crate) fn SignInPage() -> impl IntoView {
    let session = Session::current();
    let form = Form::new();
    let email = RwSignal::new(String::new());
    let password = RwSignal::new(String::new());
    leave_when_signed_in(session);
    let send = Callback::new(move |()| {
        let credentials = Credentials {
            email: email.get_untracked(),
            password: password.get_untracked(),
        };
        form.submit(
            async move {
                session.begin(api::login(&credentials).await?);
                Ok(())
            },
            drop,
        );
    });
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        send.run(());
    };
    view! {
        <main id="content" class="narrow">
            <p class="brand">{common::product()}</p>
            <PageTitle title=text::sign_in_title() />
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
                <TextField
                    id="password"
                    label=text::password()
                    value=password
                    errors=form.errors_at("/password".to_owned())
                    kind="password"
                    autocomplete="current-password"
                />
                <Button submit=true busy=form.busy()>{text::sign_in()}</Button>
            </form>
            <p><A href="/forgot-password">{text::forgot_link()}</A></p>
            <p>{text::no_account()} " " <A href="/sign-up">{text::sign_up()}</A></p>
            <LanguageSwitch />
        </main>
    }
}

/// Goes on as soon as somebody is signed in: by this form, or because the session was restored.
pub(super) fn leave_when_signed_in(session: Session) {
    let navigate = use_navigate();
    let query = use_query_map();
    Effect::new(move |_| {
        if matches!(session.state(), State::SignedIn(..)) {
            let next = query.read_untracked().get("next").unwrap_or_default();
            navigate(
                safe_path(&next),
                NavigateOptions {
                    replace: true,
                    ..NavigateOptions::default()
                },
            );
        }
    });
}

/// A path of this app, never an address elsewhere that somebody put into a link.
fn safe_path(next: &str) -> &str {
    let is_path = next.starts_with('/') && !next.starts_with("//") && !next.contains('\\');
    if is_path { next } else { HOME }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_of_the_app() {
        let check = |next: &str, expected: &str| assert_eq!(safe_path(next), expected, "{next}");
        check("/promotions/summer-10", "/promotions/summer-10");
        for next in [
            "",
            "//evil.example",
            "https://evil.example",
            "/\\evil.example",
            "javascript:alert(1)",
        ] {
            check(next, HOME);
        }
    }
}
