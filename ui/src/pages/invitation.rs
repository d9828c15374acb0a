//! Answering an invitation, with the link of a mail.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

use super::reset_password::LinkMissing;
use crate::api;
use crate::app::HOME;
use crate::browser::format_time;
use crate::components::{Alert, AlertKind, Button, Form, Loaded, Look, PageTitle, TextField};
use crate::i18n::team::role_label;
use crate::i18n::{common, invitation as text, session};
use crate::language::LanguageSwitch;
use crate::link::LinkSecret;
use crate::load::Load;
use crate::session::Session;
use crate::wire::{Acceptance, Invitation, Link};

/// Who invites into what; then accepting, which signs in, or declining.
#[component]
pub(crate) fn InvitationPage() -> impl IntoView {
    let token = LinkSecret::take();
    view! {
        <main id="content" class="narrow">
            <p class="brand">{common::product()}</p>
            {match token {
                Some(token) => view! { <Answer link=Link { token } /> }.into_any(),
                None => {
                    view! {
                        <PageTitle title=text::page() />
                        <LinkMissing />
                    }
                        .into_any()
                }
            }}
            <LanguageSwitch />
        </main>
    }
}

#[component]
fn Answer(link: Link) -> impl IntoView {
    let link = StoredValue::new(link);
    let is_declined = RwSignal::new(false);
    let load = Load::new(move || {
        let link = link.get_value();
        async move { api::inspect_invitation(&link).await }
    });
    move || {
        if is_declined.get() {
            return view! {
                <PageTitle title=text::page() />
                <Alert kind=AlertKind::Success title=text::declined_title()>{text::declined()}</Alert>
            }
            .into_any();
        }
        let form = move |invitation: Signal<Option<Invitation>>| {
            let invitation = invitation.get_untracked()?;
            Some(view! { <AnswerForm invitation=invitation link=link is_declined=is_declined /> })
        };
        view! { <Loaded load=load children=form /> }.into_any()
    }
}

#[component]
fn AnswerForm(invitation: Invitation, link: StoredValue<Link>, is_declined: RwSignal<bool>) -> impl IntoView {
    let current = Session::current();
    let (form, decline_form) = (Form::new(), Form::new());
    let [name, password] = std::array::from_fn(|_| RwSignal::new(String::new()));
    let has_account = invitation.has_account;
    let navigate = use_navigate();
    let enter = move |answer| {
        current.begin(answer);
        navigate(HOME, NavigateOptions::default());
    };
    let send = Callback::new(move |()| {
        let acceptance = Acceptance {
            token: link.get_value().token,
            name: (!has_account).then(|| name.get_untracked()),
            password: password.get_untracked(),
        };
        form.submit(async move { api::accept_invitation(&acceptance).await }, enter.clone());
    });
    let decline = Callback::new(move |()| {
        let link = link.get_value();
        decline_form.submit(async move { api::decline_invitation(&link).await }, move |()| {
            is_declined.set(true)
        });
    });
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        send.run(());
    };
    let lead = match &invitation.inviter_name {
        Some(inviter) => text::by(inviter, &invitation.email),
        None => text::by_nobody(&invitation.email),
    };
    let name_field = (!has_account).then(|| {
        let errors = form.errors_at("/name".to_owned());
        view! { <TextField id="name" label=session::name() value=name errors=errors autocomplete="name" /> }
    });
    let (hint, autocomplete) = if has_account {
        (text::has_account(), "current-password")
    } else {
        (session::password_hint(), "new-password")
    };
    let role = invitation.role_name.map(|name| {
        let role = role_label(invitation.role_built_in.as_deref(), &name);
        view! { {text::role(&role)} <br /> }
    });
    view! {
        <PageTitle title=text::title(&invitation.organization_name) />
        <p class="lead">{lead}</p>
        <p>
            {role}
            {text::until(&format_time(invitation.expires_at, None))}
        </p>
        <form class="card" on:submit=submit novalidate>
            {form.summary(send)}
            {decline_form.summary(decline)}
            {name_field}
            <TextField
                id="password"
                label=session::password()
                value=password
                errors=form.errors_at("/password".to_owned())
                kind="password"
                hint=hint
                autocomplete=autocomplete
            />
            <div class="actions">
                <Button submit=true busy=form.busy()>{text::accept()}</Button>
                <Button look=Look::Quiet busy=decline_form.busy() on_press=decline>{text::decline()}</Button>
            </div>
        </form>
    }
}
