//! Application keys: listing, creating (shown once), revoking.

use chrono::{DateTime, Utc};
use engine::app_key::Mode;
use engine::wire::v1::KeyScope;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;

use crate::api;
use crate::browser::{format_time, now};
use crate::components::{
    Alert, AlertKind, Badge, Button, Card, Choice, ConfirmDialog, Copyable, EmptyState, Form, Loaded, Look, More,
    PageTitle, SelectField, TextField, Tone,
};
use crate::i18n::keys as text;
use crate::load::Load;
use crate::session::Session;
use crate::wire::{AppKey, NewAppKey, Page};

/// The organisation's keys.
#[component]
pub(crate) fn AppKeysPage() -> impl IntoView {
    let session = Session::current();
    let load = Load::new(move || session.call(async |token| api::app_keys(token, None).await));
    view! {
        <PageTitle title=text::title() />
        <p class="lead">{text::lead()}</p>
        <NewKeyCard load=load />
        <Loaded load=load children=move |page| view! { <List load=load page=page /> } />
    }
}

#[component]
fn NewKeyCard(load: Load<Page<AppKey>>) -> impl IntoView {
    let session = Session::current();
    let form = Form::new();
    let name = RwSignal::new(String::new());
    let mode = RwSignal::new(Mode::Live.as_str().to_owned());
    let created = RwSignal::new(None::<String>);
    let send = Callback::new(move |()| {
        let mode = if mode.get_untracked() == Mode::Test.as_str() {
            Mode::Test
        } else {
            Mode::Live
        };
        let key = NewAppKey {
            name: name.get_untracked(),
            mode,
            promotions: KeyScope::ALL,
        };
        form.submit(
            async move { session.call(async |token| api::create_app_key(token, &key).await).await },
            move |answer| {
                created.set(Some(answer.key));
                name.set(String::new());
                load.reload();
            },
        );
    });
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        send.run(());
    };
    let modes = vec![
        Choice::new(Mode::Live.as_str(), text::mode_live()),
        Choice::new(Mode::Test.as_str(), text::mode_test()),
    ];
    view! {
        <Card title=text::create_title()>
            <form on:submit=submit novalidate>
                {form.summary(send)}
                <div class="fields">
                    <TextField
                        id="key-name"
                        label=text::name()
                        value=name
                        errors=form.errors_at("/name".to_owned())
                        hint=text::name_hint()
                    />
                    <SelectField
                        id="key-mode"
                        label=text::mode()
                        value=mode
                        choices=modes
                        errors=form.errors_at("/mode".to_owned())
                    />
                </div>
                <Button submit=true busy=form.busy()>
                    {move || if form.busy().get() { text::creating() } else { text::create() }}
                </Button>
            </form>
            {move || created.get().map(|key| view! { <CreatedKey key_text=key created=created /> })}
        </Card>
    }
}

/// The one time that a key is shown.
#[component]
fn CreatedKey(key_text: String, created: RwSignal<Option<String>>) -> impl IntoView {
    view! {
        <Alert kind=AlertKind::Success title=text::created_title()>
            <p>{text::created_body()}</p>
            <Copyable id="created-key" label=text::the_key() text=key_text />
            <Button look=Look::Secondary on_press=move |()| created.set(None)>{text::done()}</Button>
        </Alert>
    }
}

#[component]
fn List(load: Load<Page<AppKey>>, page: Signal<Option<Page<AppKey>>>) -> impl IntoView {
    let session = Session::current();
    let revoking = RwSignal::new(None::<AppKey>);
    let next_page = move |cursor: String| async move {
        session
            .call(async |token| api::app_keys(token, Some(&cursor)).await)
            .await
    };
    let is_empty = Memo::new(move |_| page.with(|page| page.as_ref().is_none_or(|page| page.items.is_empty())));
    let items = move || page.with(|page| page.as_ref().map(|page| page.items.clone()).unwrap_or_default());
    let table = move || {
        if is_empty.get() {
            return view! { <EmptyState title=text::empty_title() body=text::empty_body()>""</EmptyState> }.into_any();
        }
        view! {
            <div class="table-box">
                <table>
                    <caption>{text::list_caption()}</caption>
                    <thead>
                        <tr>
                            <th scope="col">{text::column_name()}</th>
                            <th scope="col">{text::column_key()}</th>
                            <th scope="col">{text::column_promotions()}</th>
                            <th scope="col">{text::column_created()}</th>
                            <th scope="col">{text::column_state()}</th>
                            <th scope="col">{text::column_actions()}</th>
                        </tr>
                    </thead>
                    <tbody>
                        <For each=items key=|key| (key.id, key.revoked_at) let:key>
                            <Row app_key=key revoking=revoking />
                        </For>
                    </tbody>
                </table>
            </div>
            <More load=load fetch=next_page />
        }
        .into_any()
    };
    view! {
        <Revocation load=load revoking=revoking />
        {table}
    }
}

/// Asks, then revokes.
#[component]
fn Revocation(load: Load<Page<AppKey>>, revoking: RwSignal<Option<AppKey>>) -> impl IntoView {
    let session = Session::current();
    let form = Form::new();
    let news = RwSignal::new(None::<String>);
    let question = RwSignal::new(None::<String>);
    Effect::new(move |_| question.set(revoking.get().map(|key| text::revoke_question(&key.name))));
    let revoke = Callback::new(move |()| {
        let Some(AppKey { id, name, .. }) = revoking.get_untracked() else {
            return;
        };
        news.set(None);
        form.submit(
            async move { session.call(async |token| api::revoke_app_key(token, id).await).await },
            move |()| {
                news.set(Some(text::revoked(&name)));
                load.reload();
            },
        );
    });
    view! {
        {form.summary(revoke)}
        {move || news.get().map(|news| view! { <Alert kind=AlertKind::Success><p>{news}</p></Alert> })}
        <ConfirmDialog
            question=question
            confirm=text::revoke_confirm()
            cancel=text::revoke_cancel()
            on_confirm=revoke
        />
    }
}

#[component]
fn Row(app_key: AppKey, revoking: RwSignal<Option<AppKey>>) -> impl IntoView {
    let mode = match app_key.mode {
        Mode::Live => text::mode_live(),
        Mode::Test => text::mode_test(),
    };
    let promotions = match &app_key.promotions {
        KeyScope::All(_) => text::all_promotions().to_owned(),
        KeyScope::Named(codes) => codes.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
    };
    let (tone, state) = state(&app_key, now());
    let key = app_key.clone();
    let revoke = app_key.revoked_at.is_none().then(|| {
        let press = move |()| revoking.set(Some(key.clone()));
        view! {
            <Button look=Look::Quiet label=text::revoke_key(&app_key.name) on_press=press>{text::revoke()}</Button>
        }
    });
    view! {
        <tr>
            <th scope="row">{app_key.name.clone()} <span class="hint">{mode}</span></th>
            <td data-label=text::column_key()><code>{app_key.preview.map(|preview| format!("{preview}…"))}</code></td>
            <td data-label=text::column_promotions()>{promotions}</td>
            <td data-label=text::column_created()>{app_key.created_at.map(|at| format_time(at, None))}</td>
            <td data-label=text::column_state()><Badge tone=tone>{state}</Badge></td>
            <td>{revoke}</td>
        </tr>
    }
}

fn state(key: &AppKey, now: DateTime<Utc>) -> (Tone, &'static str) {
    if key.revoked_at.is_some() {
        (Tone::Bad, text::state_revoked())
    } else if key.expires_at.is_some_and(|expires_at| expires_at <= now) {
        (Tone::Neutral, text::state_expired())
    } else {
        (Tone::Good, text::state_active())
    }
}
