//! Changing one's password.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;

use crate::api::accounts::change_password;
use crate::components::{Button, Card, Form, News, TextField};
use crate::i18n::{session as session_text, settings as text};
use crate::load::Load;
use crate::session::Session;
use crate::wire::accounts::{OwnSession, Whole};

/// The password; the other sessions end with the old one.
#[component]
pub(super) fn PasswordCard(sessions: Load<Whole<OwnSession>>) -> impl IntoView {
    let session = Session::current();
    let news = News::current();
    let form = Form::new();
    let current = RwSignal::new(String::new());
    let new = RwSignal::new(String::new());
    let change = Callback::new(move |()| {
        let (typed, wanted) = (current.get_untracked(), new.get_untracked());
        form.submit(
            async move {
                session
                    .call(async |token| change_password(token, &typed, &wanted).await)
                    .await
            },
            move |()| {
                current.set(String::new());
                new.set(String::new());
                news.say(text::password_changed());
                sessions.reload();
            },
        );
    });
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        change.run(());
    };
    view! {
        <Card title=text::password() lead=text::password_lead()>
            <form on:submit=submit novalidate>
                {form.summary(change)}
                <TextField
                    id="current-password"
                    label=text::current_password()
                    kind="password"
                    value=current
                    errors=form.errors_at("/current_password".to_owned())
                    autocomplete="current-password"
                />
                <TextField
                    id="new-password"
                    label=text::new_password()
                    kind="password"
                    value=new
                    errors=form.errors_at("/new_password".to_owned())
                    hint=session_text::password_hint()
                    autocomplete="new-password"
                />
                <Button submit=true busy=form.busy()>{text::change_password()}</Button>
            </form>
        </Card>
    }
    .into_any()
}
