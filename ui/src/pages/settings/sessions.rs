//! Where one is signed in, and ending it.

use leptos::prelude::*;

use super::device::device_name;
use crate::api::accounts as api;
use crate::browser::format_time;
use crate::components::{Badge, Button, Card, ConfirmDialog, Form, Loaded, Look, News, Tone};
use crate::i18n::settings as text;
use crate::load::Load;
use crate::session::Session;
use crate::wire::accounts::{OwnSession, Whole};

/// One's sessions in all organisations.
pub(super) fn own_sessions() -> Load<Whole<OwnSession>> {
    let session = Session::current();
    Load::new(move || session.call(async |token| api::own_sessions(token).await))
}

/// The list, and what ends a session or all others.
#[component]
pub(super) fn SessionsCard(sessions: Load<Whole<OwnSession>>) -> impl IntoView {
    let session = Session::current();
    let news = News::current();
    let (one, others) = (Form::new(), Form::new());
    let ending = RwSignal::new(None::<OwnSession>);
    let question = RwSignal::new(None::<String>);
    let end_one = Callback::new(move |()| {
        let Some(item) = ending.get_untracked() else { return };
        let device = name(&item);
        one.submit(
            async move {
                session
                    .call(async |token| api::end_session(token, &item.id).await)
                    .await
            },
            move |()| {
                news.say(text::session_ended(&device));
                sessions.reload();
            },
        );
    });
    let end_others = Callback::new(move |()| {
        others.submit(
            async move { session.call(async |token| api::end_other_sessions(token).await).await },
            move |()| {
                news.say(text::others_ended());
                sessions.reload();
            },
        );
    });
    let end = Callback::new(move |item| {
        ending.set(Some(item));
        end_one.run(());
    });
    let ask = move |()| question.set(Some(text::end_others_question().to_owned()));
    let has_others = move || sessions.value().is_some_and(|list| list.items.len() > 1);
    let busy = one.busy();
    view! {
        <Card title=text::sessions() lead=text::sessions_lead()>
            {one.summary(end_one)}
            {others.summary(end_others)}
            <Loaded load=sessions children=move |list| view! { <List list=list end=end busy=busy /> }.into_any() />
            <Show when=has_others>
                <Button look=Look::Secondary busy=others.busy() on_press=ask>{text::end_others()}</Button>
            </Show>
            <ConfirmDialog question=question confirm=text::end_others() cancel=text::keep() on_confirm=end_others />
        </Card>
    }
    .into_any()
}

fn name(item: &OwnSession) -> String {
    let device = item.user_agent.as_deref().map(device_name);
    device.unwrap_or_else(|| text::unknown_device().to_owned())
}

#[component]
fn List(list: Signal<Option<Whole<OwnSession>>>, end: Callback<OwnSession>, busy: Signal<bool>) -> impl IntoView {
    let items = move || list.with(|list| list.as_ref().map(|list| list.items.clone()).unwrap_or_default());
    view! {
        <ul class="plain sessions">
            <For each=items key=|item| item.id.clone() let:item>
                <Row item=item end=end busy=busy />
            </For>
        </ul>
    }
}

#[component]
fn Row(item: OwnSession, end: Callback<OwnSession>, busy: Signal<bool>) -> impl IntoView {
    let device = name(&item);
    let address = item.address.clone();
    let address = address.unwrap_or_else(|| text::unknown_address().to_owned());
    let used = format_time(item.last_used_at, None);
    let action = if item.current {
        view! { <Badge tone=Tone::Good>{text::this_session()}</Badge> }.into_any()
    } else {
        let label = text::end_session_of(&device);
        let press = move |()| end.run(item.clone());
        view! { <Button look=Look::Quiet label=label busy=busy on_press=press>{text::end_session()}</Button> }
            .into_any()
    };
    view! {
        <li>
            <span>
                <strong>{device}</strong>
                <span class="hint">
                    {text::address()} " " {address} " · " {text::last_used()} " " {used}
                </span>
            </span>
            {action}
        </li>
    }
}
