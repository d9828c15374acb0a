//! The list of application keys: replacing one, revoking one.

use std::str::FromStr as _;

use engine::app_key::Mode;
use engine::wire::v1::KeyScope;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;

use super::fresh::FreshKeys;
use super::new_key::NewKeyDialog;
use super::state::KeyState;
use crate::api;
use crate::browser::{format_date, format_relative, format_time, now};
use crate::components::{
    Badge, Button, Choice, ConfirmDialog, EmptyState, Form, Loaded, Look, Modal, More, News, SelectField,
};
use crate::i18n::{coupons as coupon_text, developers as text, keys as key_text};
use crate::load::Load;
use crate::session::Session;
use crate::wire::keys::Rotation;
use crate::wire::{AppKey, Page};

/// How long a replaced key can stay good, in seconds: from nothing to the most that the origin allows.
const OVERLAPS: [u32; 5] = [0, 60 * 60, DEFAULT_OVERLAP, 7 * DEFAULT_OVERLAP, 30 * DEFAULT_OVERLAP];
/// A day is enough to change a shop's settings.
const DEFAULT_OVERLAP: u32 = 24 * 60 * 60;
/// Names of promotions that a row of the table has room for.
const SHOWN_SCOPE: usize = 3;

/// What can be done to a key of the list.
#[derive(Clone, Copy)]
struct Asked {
    revoking: RwSignal<Option<AppKey>>,
    rotating: RwSignal<Option<AppKey>>,
}

/// The section of keys.
#[component]
pub(super) fn KeysCard(load: Load<Page<AppKey>>) -> impl IntoView {
    let is_making = RwSignal::new(false);
    let asked = Asked {
        revoking: RwSignal::new(None),
        rotating: RwSignal::new(None),
    };
    view! {
        <section class="card" aria-labelledby="keys-title">
            <div class="section-head">
                <h2 id="keys-title">{text::your_keys()}</h2>
                <Button on_press=move |()| is_making.set(true)>{key_text::create()}</Button>
            </div>
            <Revocation load=load revoking=asked.revoking />
            <Loaded load=load children=move |page| view! { <List load=load page=page asked=asked /> } />
            <NewKeyDialog load=load open=is_making />
            <RotationDialog load=load rotating=asked.rotating />
        </section>
    }
    .into_any()
}

#[component]
fn List(load: Load<Page<AppKey>>, page: Signal<Option<Page<AppKey>>>, asked: Asked) -> impl IntoView {
    let session = Session::current();
    let next_page = move |cursor: String| async move {
        session
            .call(async |token| api::keys::app_keys(token, Some(&cursor)).await)
            .await
    };
    let is_empty = Memo::new(move |_| page.with(|page| page.as_ref().is_none_or(|page| page.items.is_empty())));
    let items = move || page.with(|page| page.as_ref().map(|page| page.items.clone()).unwrap_or_default());
    move || {
        if is_empty.get() {
            return view! {
                <EmptyState title=key_text::empty_title() body=key_text::empty_body() />
            }
            .into_any();
        }
        view! {
            <div class="table-box">
                <table>
                    <caption>{key_text::list_caption()}</caption>
                    <thead>
                        <tr>
                            <th scope="col">{key_text::column_name()}</th>
                            <th scope="col">{key_text::column_key()}</th>
                            <th scope="col">{key_text::column_promotions()}</th>
                            <th scope="col">{key_text::column_state()}</th>
                            <th scope="col">{text::column_last_used()}</th>
                            <th scope="col">{text::column_expires()}</th>
                            <th scope="col">{key_text::column_actions()}</th>
                        </tr>
                    </thead>
                    <tbody>
                        <For
                            each=items
                            key=|key| (key.id, key.revoked_at, key.rotated_to, key.expires_at, key.last_used_at)
                            let:key
                        >
                            <Row app_key=key asked=asked />
                        </For>
                    </tbody>
                </table>
            </div>
            <More load=load fetch=next_page />
        }
        .into_any()
    }
}

#[component]
fn Row(app_key: AppKey, asked: Asked) -> impl IntoView {
    let state = KeyState::of(&app_key, now());
    let (tone, word) = state.words();
    let mode = match app_key.mode {
        Mode::Live => key_text::mode_live(),
        Mode::Test => key_text::mode_test(),
    };
    let used = app_key.last_used_at.map_or_else(
        || text::never_used().into_any(),
        |at| view! { <span title=format_time(at, None)>{format_relative(at, now())}</span> }.into_any(),
    );
    let expires = app_key
        .expires_at
        .map_or_else(|| text::no_end().to_owned(), |at| format_time(at, None));
    let key = StoredValue::new(app_key.clone());
    let rotate = (state == KeyState::Active).then(|| {
        let press = move |()| asked.rotating.set(Some(key.get_value()));
        view! {
            <Button look=Look::Quiet label=text::rotate_key(&app_key.name) on_press=press>{text::rotate()}</Button>
        }
    });
    let revoke = state.is_good().then(|| {
        let press = move |()| asked.revoking.set(Some(key.get_value()));
        view! {
            <Button look=Look::Quiet label=key_text::revoke_key(&app_key.name) on_press=press>
                {key_text::revoke()}
            </Button>
        }
    });
    view! {
        <tr>
            <th scope="row">
                {app_key.name.clone()}
                <span class="hint">{text::mode_since(mode, &format_date(app_key.created_at, None))}</span>
            </th>
            <td data-label=key_text::column_key()><code>{format!("{}…", app_key.preview)}</code></td>
            <td data-label=key_text::column_promotions()>{scope(&app_key.promotions)}</td>
            <td data-label=key_text::column_state()><Badge tone=tone>{word}</Badge></td>
            <td data-label=text::column_last_used()>{used}</td>
            <td data-label=text::column_expires()>{expires}</td>
            <td><div class="row-actions">{rotate} {revoke}</div></td>
        </tr>
    }
    .into_any()
}

/// The promotions of a key, as far as there is room.
fn scope(scope: &KeyScope) -> String {
    let codes = match scope {
        KeyScope::All(_) => return key_text::all_promotions().to_owned(),
        KeyScope::Named(codes) => codes,
    };
    let shown: Vec<_> = codes.iter().take(SHOWN_SCOPE).map(ToString::to_string).collect();
    let shown = shown.join(", ");
    match u64::try_from(codes.len().saturating_sub(SHOWN_SCOPE)) {
        Ok(0) | Err(_) => shown,
        Ok(rest) => text::and_more(rest, &shown),
    }
}

/// Asks, then revokes.
#[component]
fn Revocation(load: Load<Page<AppKey>>, revoking: RwSignal<Option<AppKey>>) -> impl IntoView {
    let session = Session::current();
    let news = News::current();
    let form = Form::new();
    let question = RwSignal::new(None::<String>);
    Effect::new(move |_| question.set(revoking.get().map(|key| key_text::revoke_question(&key.name))));
    let revoke = Callback::new(move |()| {
        let Some(AppKey { id, name, .. }) = revoking.get_untracked() else {
            return;
        };
        form.submit(
            async move {
                session
                    .call(async |token| api::keys::revoke_app_key(token, id).await)
                    .await
            },
            move |()| {
                news.say(key_text::revoked(&name));
                load.reload();
            },
        );
    });
    view! {
        {form.summary(revoke)}
        <ConfirmDialog
            id="revoke-key-question"
            question=question
            confirm=key_text::revoke_confirm()
            cancel=key_text::revoke_cancel()
            on_confirm=revoke
        />
    }
}

/// Asks how long both keys shall work, then replaces one.
#[component]
fn RotationDialog(load: Load<Page<AppKey>>, rotating: RwSignal<Option<AppKey>>) -> impl IntoView {
    let open = RwSignal::new(false);
    Effect::new(move |_| open.set(rotating.with(Option::is_some)));
    Effect::new(move |_| {
        // Setting it again, although it is so, would wake the effect above, and so on for ever.
        if !open.get() && rotating.with_untracked(Option::is_some) {
            rotating.set(None);
        }
    });
    view! {
        <Modal id="rotate-key" title=text::rotate_title() open=open>
            {move || rotating.get().map(|key| view! { <RotationForm load=load app_key=key open=open /> })}
        </Modal>
    }
    .into_any()
}

#[component]
fn RotationForm(load: Load<Page<AppKey>>, app_key: AppKey, open: RwSignal<bool>) -> impl IntoView {
    let session = Session::current();
    let keys = FreshKeys::current();
    let form = Form::new();
    let overlap = RwSignal::new(DEFAULT_OVERLAP.to_string());
    let id = app_key.id;
    let send = Callback::new(move |()| {
        let overlap_seconds = u32::from_str(&overlap.get_untracked()).unwrap_or(DEFAULT_OVERLAP);
        let rotation = Rotation { overlap_seconds };
        form.submit(
            async move {
                session
                    .call(async |token| api::keys::rotate_app_key(token, id, rotation).await)
                    .await
            },
            move |created| {
                open.set(false);
                keys.add(created);
                load.reload();
            },
        );
    });
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        send.run(());
    };
    let names = [
        text::overlap_none().to_owned(),
        coupon_text::hours(1),
        coupon_text::days(1),
        coupon_text::days(7),
        coupon_text::days(30),
    ];
    let choices = OVERLAPS.iter().zip(names);
    let choices = choices
        .map(|(seconds, name)| Choice::new(seconds.to_string(), name))
        .collect();
    view! {
        <form on:submit=submit novalidate>
            {form.summary(send)}
            <p>{text::rotate_lead(&app_key.name)}</p>
            <SelectField
                id="rotation-overlap"
                label=text::overlap()
                value=overlap
                choices=choices
                errors=form.errors_at("/overlap_seconds".to_owned())
                hint=text::overlap_hint()
            />
            <div class="actions">
                <Button look=Look::Secondary on_press=move |()| open.set(false)>{coupon_text::cancel()}</Button>
                <Button submit=true busy=form.busy()>
                    {move || if form.busy().get() { text::rotating() } else { text::rotate_title() }}
                </Button>
            </div>
        </form>
    }
    .into_any()
}
