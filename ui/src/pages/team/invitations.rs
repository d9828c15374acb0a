//! Invitations: where each stands, how its mail fares, sending it again and taking it back.

use std::time::Duration;

use leptos::prelude::*;

use super::invite::InviteModal;
use crate::api::Answer;
use crate::api::team as api;
use crate::browser::format_date;
use crate::components::{Badge, Button, ConfirmDialog, EmptyState, Form, Loaded, Look, More, News, Tone};
use crate::i18n::team as text;
use crate::load::Load;
use crate::session::Session;
use crate::wire::Page;
use crate::wire::team::{InvitationStatus, MailStatus, Role, RoleName, SentInvitation};

/// How often the list is asked for again while a mail is on its way.
const POLL: Duration = Duration::from_secs(3);

pub(super) fn load_invitations() -> Load<Page<SentInvitation>> {
    let session = Session::current();
    let load = Load::new(move || session.call(async |token| api::invitations(token, None).await));
    load.poll(POLL, move || {
        load.value().is_some_and(|page| page.items.iter().any(is_on_its_way))
    });
    load
}

fn is_on_its_way(invitation: &SentInvitation) -> bool {
    invitation.status == InvitationStatus::Open && invitation.mail.status == MailStatus::Queued
}

/// Whether it can be sent again or taken back.
const fn is_unanswered(status: InvitationStatus) -> bool {
    match status {
        InvitationStatus::Open | InvitationStatus::Expired => true,
        InvitationStatus::Accepted | InvitationStatus::Revoked | InvitationStatus::Declined => false,
    }
}

/// What is done about an invitation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Resend,
    Revoke,
}

/// The list and what changes it.
#[component]
pub(super) fn InvitationsCard(roles: Load<Page<Role>>, invitations: Load<Page<SentInvitation>>) -> impl IntoView {
    let session = Session::current();
    let news = News::current();
    let form = Form::new();
    let wanted = RwSignal::new(None::<(SentInvitation, Step)>);
    let open = RwSignal::new(false);
    let question = RwSignal::new(None::<String>);
    let take_step = Callback::new(move |()| {
        let Some((SentInvitation { id, email, .. }, step)) = wanted.get_untracked() else {
            return;
        };
        let call = session.call(async move |token| -> Answer<()> {
            match step {
                Step::Resend => api::resend_invitation(token, &id).await.map(drop),
                Step::Revoke => api::revoke_invitation(token, &id).await,
            }
        });
        form.submit(call, move |()| {
            news.say(match step {
                Step::Resend => text::resent(&email),
                Step::Revoke => text::revoked(&email),
            });
            invitations.reload();
        });
    });
    let step = Callback::new(move |(invitation, step): (SentInvitation, Step)| {
        let asked = text::revoke_question(&invitation.email);
        wanted.set(Some((invitation, step)));
        match step {
            Step::Resend => take_step.run(()),
            Step::Revoke => question.set(Some(asked)),
        }
    });
    let busy = form.busy();
    view! {
        <section class="invitations" aria-labelledby="invitations-title">
            <div class="page-head">
                <h2 id="invitations-title">{text::invitations()}</h2>
                <Button on_press=move |()| open.set(true)>{text::invite()}</Button>
            </div>
            {form.summary(take_step)}
            <Loaded
                load=invitations
                children=move |page| {
                    view! { <List roles=roles invitations=invitations page=page step=step busy=busy /> }.into_any()
                }
            />
            <InviteModal open=open roles=roles invitations=invitations />
            <ConfirmDialog
                id="revoke-question"
                question=question
                confirm=text::revoke()
                cancel=text::cancel()
                on_confirm=take_step
            />
        </section>
    }
    .into_any()
}

#[component]
fn List(
    roles: Load<Page<Role>>,
    invitations: Load<Page<SentInvitation>>,
    page: Signal<Option<Page<SentInvitation>>>,
    step: Callback<(SentInvitation, Step)>,
    busy: Signal<bool>,
) -> impl IntoView {
    let session = Session::current();
    let next_page = move |cursor: String| async move {
        session
            .call(async |token| api::invitations(token, Some(&cursor)).await)
            .await
    };
    let items = move || page.with(|page| page.as_ref().map(|page| page.items.clone()).unwrap_or_default());
    let is_empty = Memo::new(move |_| items().is_empty());
    move || {
        if is_empty.get() {
            let (title, body) = (text::no_invitations_title(), text::no_invitations_body());
            return view! { <EmptyState title=title body=body /> }.into_any();
        }
        view! {
            <div class="table-box">
                <table>
                    <caption>{text::invitations_caption()}</caption>
                    <thead>
                        <tr>
                            <th scope="col">{text::email()}</th>
                            <th scope="col">{text::role()}</th>
                            <th scope="col">{text::state()}</th>
                            <th scope="col">{text::mail()}</th>
                            <th scope="col">{text::actions()}</th>
                        </tr>
                    </thead>
                    <tbody>
                        <For each=items key=key let:invitation>
                            <Row roles=roles invitation=invitation step=step busy=busy />
                        </For>
                    </tbody>
                </table>
            </div>
            <More load=invitations fetch=next_page />
        }
        .into_any()
    }
}

/// A row is drawn anew when what it shows has changed.
fn key(invitation: &SentInvitation) -> String {
    format!(
        "{} {:?} {:?} {}",
        invitation.id, invitation.status, invitation.mail.status, invitation.sent_at
    )
}

#[component]
fn Row(
    roles: Load<Page<Role>>,
    invitation: SentInvitation,
    step: Callback<(SentInvitation, Step)>,
    busy: Signal<bool>,
) -> impl IntoView {
    let (tone, state) = state(&invitation);
    let (mail_tone, mail) = mail(&invitation);
    let refused = invitation.mail.detail.clone();
    let role = invitation.role.clone();
    let role = move || role.as_ref().map(|role| label(role, roles));
    let email = invitation.email.clone();
    let actions = is_unanswered(invitation.status).then(|| {
        let (again, back) = (text::resend_to(&email), text::revoke_of(&email));
        let resent = invitation.clone();
        let resend = move |()| step.run((resent.clone(), Step::Resend));
        let revoke = move |()| step.run((invitation.clone(), Step::Revoke));
        view! {
            <Button look=Look::Quiet label=again busy=busy on_press=resend>{text::resend()}</Button>
            <Button look=Look::Quiet label=back busy=busy on_press=revoke>{text::revoke()}</Button>
        }
    });
    view! {
        <tr>
            <th scope="row">{email}</th>
            <td data-label=text::role()>{role}</td>
            <td data-label=text::state()><Badge tone=tone>{state}</Badge></td>
            <td data-label=text::mail()>
                <span><Badge tone=mail_tone>{mail}</Badge> " " <span class="hint">{refused}</span></span>
            </td>
            <td><div class="actions">{actions}</div></td>
        </tr>
    }
}

/// What an invitation tells of its role does not say whether it is built in; the list of roles does.
fn label(role: &RoleName, roles: Load<Page<Role>>) -> String {
    roles.signal().with(|page| {
        let mut roles = page.iter().flat_map(|page| &page.items);
        let built_in = roles
            .find(|one| one.id == role.id)
            .and_then(|one| one.built_in.as_deref());
        text::role_label(built_in, &role.name)
    })
}

fn state(invitation: &SentInvitation) -> (Tone, String) {
    match invitation.status {
        InvitationStatus::Open => (
            Tone::Waiting,
            text::invitation_open(&format_date(invitation.expires_at, None)),
        ),
        InvitationStatus::Expired => (Tone::Neutral, text::invitation_expired().to_owned()),
        InvitationStatus::Accepted => (Tone::Good, text::invitation_accepted().to_owned()),
        InvitationStatus::Revoked => (Tone::Neutral, text::invitation_revoked().to_owned()),
        InvitationStatus::Declined => (Tone::Bad, text::invitation_declined().to_owned()),
    }
}

fn mail(invitation: &SentInvitation) -> (Tone, String) {
    match invitation.mail.status {
        MailStatus::Queued => (Tone::Waiting, text::mail_queued().to_owned()),
        MailStatus::Sent => (Tone::Neutral, text::mail_sent(&format_date(invitation.sent_at, None))),
        MailStatus::Failed => (Tone::Bad, text::mail_failed().to_owned()),
    }
}
