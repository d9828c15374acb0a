//! Inviting somebody.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;

use crate::api::team as api;
use crate::components::{Button, Choice, Form, Loaded, Modal, News, SelectField, TextField};
use crate::i18n::team as text;
use crate::load::Load;
use crate::session::Session;
use crate::wire::Page;
use crate::wire::team::{Role, SentInvitation};

/// The dialog; its form begins anew each time.
#[component]
pub(super) fn InviteModal(
    open: RwSignal<bool>,
    roles: Load<Page<Role>>,
    invitations: Load<Page<SentInvitation>>,
) -> impl IntoView {
    view! {
        <Modal id="invite" title=text::invite_title() open=open>
            <Loaded
                load=roles
                children=move |_| {
                    view! { <InviteForm open=open roles=roles invitations=invitations /> }.into_any()
                }
            />
        </Modal>
    }
}

#[component]
fn InviteForm(open: RwSignal<bool>, roles: Load<Page<Role>>, invitations: Load<Page<SentInvitation>>) -> impl IntoView {
    let session = Session::current();
    let news = News::current();
    let form = Form::new();
    let email = RwSignal::new(String::new());
    let roles = roles
        .signal()
        .get_untracked()
        .map(|page| page.items)
        .unwrap_or_default();
    // The one that permits least, so that more is given on purpose.
    let least = roles.iter().min_by_key(|role| role.permissions.len());
    let role = RwSignal::new(least.map(|role| role.id.clone()).unwrap_or_default());
    let choice = |role: Role| Choice::new(role.id, text::role_label(role.built_in.as_deref(), &role.name));
    let choices: Vec<_> = roles.into_iter().map(choice).collect();
    let send = Callback::new(move |()| {
        let (to, role) = (email.get_untracked(), role.get_untracked());
        form.submit(
            async move { session.call(async |token| api::invite(token, &to, &role).await).await },
            move |invitation| {
                news.say(text::invited(&invitation.email));
                open.set(false);
                invitations.reload();
            },
        );
    });
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        send.run(());
    };
    view! {
        <form on:submit=submit novalidate>
            <p class="lead">{text::invite_lead()}</p>
            {form.summary(send)}
            <TextField
                id="invite-email"
                label=text::email()
                kind="email"
                inputmode="email"
                value=email
                errors=form.errors_at("/email".to_owned())
            />
            <SelectField
                id="invite-role"
                label=text::role()
                value=role
                choices=choices
                errors=form.errors_at("/role_id".to_owned())
            />
            <div class="actions">
                <Button submit=true busy=form.busy()>{text::invite_send()}</Button>
            </div>
        </form>
    }
}
