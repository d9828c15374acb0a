//! A call that works: for a chosen promotion, with a chosen key, in several languages.

use leptos::ev::Event;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_query_map};

use super::fresh::FreshKeys;
use super::sample::sample_request;
use super::scope::follow;
use super::snippet::{Call, KEY_VARIABLE, Language};
use super::state::KeyState;
use crate::api;
use crate::browser::now;
use crate::components::{Card, Choice, CodeBlock, EmptyState, Loaded, Look, Segments, SelectField};
use crate::i18n::{developers as text, promotions as promotion_text};
use crate::load::Load;
use crate::session::Session;
use crate::wire::{AppKey, Page, Promotion};

/// The section of calls. The promotion stands in the address: `?promotion=`.
#[component]
pub(super) fn CallCard(keys: Load<Page<AppKey>>) -> impl IntoView {
    let session = Session::current();
    let query = use_query_map();
    let wanted = Memo::new(move |_| {
        query
            .with(|query| query.get("promotion"))
            .filter(|code| !code.is_empty())
    });
    let typed = RwSignal::new(String::new());
    let options = Load::new(move || {
        let typed = typed.get_untracked();
        async move {
            session
                .call(async |token| api::keys::promotions_like(token, typed.trim()).await)
                .await
        }
    });
    follow(typed, options);
    let has_none = Memo::new(move |_| {
        let is_empty = |page: &Page<Promotion>| page.items.is_empty();
        wanted.get().is_none()
            && typed.with(String::is_empty)
            && options.signal().with(|page| page.as_ref().is_some_and(is_empty))
    });
    // Without a choice, the first of the whole list.
    let first = Memo::new(move |before: Option<&Option<String>>| {
        let first = |page: &Page<Promotion>| page.items.first().map(|promotion| promotion.code.clone());
        let known = before.cloned().flatten();
        known.or_else(|| options.signal().with(|page| page.as_ref().and_then(first)))
    });
    let code = Memo::new(move |_| wanted.get().or_else(|| first.get()));
    let call = move || code.get().map(|code| view! { <CallOf keys=keys code=code /> });
    move || {
        if has_none.get() {
            return view! {
                <Card title=text::call_title()>
                    <EmptyState title=promotion_text::empty_title() body=text::call_needs_promotion()>
                        <a href="/new-promotion" class=Look::Primary.class()>{promotion_text::create()}</a>
                    </EmptyState>
                </Card>
            }
            .into_any();
        }
        view! {
            <Card title=text::call_title() lead=text::call_lead()>
                <PromotionField typed=typed options=options code=code />
                {call}
            </Card>
        }
        .into_any()
    }
}

/// A field that proposes promotions as one types.
#[component]
fn PromotionField(
    typed: RwSignal<String>,
    options: Load<Page<Promotion>>,
    code: Memo<Option<String>>,
) -> impl IntoView {
    let navigate = use_navigate();
    let choose = move |event: Event| {
        let chosen = event_target_value(&event);
        if !chosen.trim().is_empty() {
            let mut query = leptos_router::params::ParamsMap::new();
            query.insert("promotion", chosen.trim().to_owned());
            let options = NavigateOptions {
                replace: true,
                scroll: false,
                ..NavigateOptions::default()
            };
            navigate(&format!("/developers{}", query.to_query_string()), options);
        }
    };
    let items = move || {
        let items = options
            .signal()
            .with(|page| page.as_ref().map(|page| page.items.clone()));
        let items = items.unwrap_or_default().into_iter();
        items
            .map(|promotion| view! { <option value=promotion.code>{promotion.name}</option> })
            .collect_view()
    };
    view! {
        <div class="field">
            <label for="call-promotion">{text::call_promotion()}</label>
            <input
                id="call-promotion"
                list="call-promotions"
                prop:value=move || code.get().unwrap_or_default()
                on:input=move |event| typed.set(event_target_value(&event))
                on:change=choose
                autocomplete="off"
                autocapitalize="none"
                spellcheck="false"
                aria-describedby="call-promotion-hint"
            />
            <datalist id="call-promotions">{items}</datalist>
            <div class="hint" id="call-promotion-hint">{text::call_promotion_hint()}</div>
        </div>
    }
    .into_any()
}

#[component]
fn CallOf(keys: Load<Page<AppKey>>, code: String) -> impl IntoView {
    let session = Session::current();
    let code = StoredValue::new(code);
    let load = Load::new(move || async move {
        session
            .call(async |token| api::promotion(token, &code.get_value()).await)
            .await
    });
    let shown = move |promotion: Signal<Option<Promotion>>| {
        move || {
            promotion
                .get()
                .map(|promotion| view! { <Programs keys=keys promotion=promotion /> })
        }
    };
    view! { <Loaded load=load children=shown /> }.into_any()
}

#[component]
fn Programs(keys: Load<Page<AppKey>>, promotion: Promotion) -> impl IntoView {
    let fresh = FreshKeys::current();
    let language = RwSignal::new(Language::Curl.name().to_owned());
    let key = RwSignal::new(String::new());
    let code = promotion.code.clone();
    let choices = Memo::new(move |_| {
        let page = keys.signal().get();
        let usable = page.map(|page| usable_keys(&page.items, &code)).unwrap_or_default();
        usable
            .iter()
            .map(|key| Choice::new(key.id.to_string(), format!("{} · {}…", key.name, key.preview)))
            .collect::<Vec<_>>()
    });
    // Of the keys that fit, one that was made here, or else the newest.
    Effect::new(move |_| {
        let choices = choices.get();
        if !choices.iter().any(|choice| key.with(|key| *key == choice.value)) {
            let made_here = choices.iter().find(|choice| fresh.find(&choice.value).is_some());
            let chosen = made_here.or_else(|| choices.first());
            key.set(chosen.map(|choice| choice.value.clone()).unwrap_or_default());
        }
    });
    let secret = Memo::new(move |_| fresh.find(&key.get()));
    let call = StoredValue::new(Call {
        url: format!("{}/v1/promotions/{}/evaluate", origin(), promotion.code),
        body: sample_request(&promotion),
        key: None,
    });
    let program = Signal::derive(move || {
        let call = Call {
            key: secret.get(),
            ..call.get_value()
        };
        call.write(Language::named(&language.get()))
    });
    let languages = Language::ALL
        .map(|language| Choice::new(language.name(), language.name()))
        .to_vec();
    let key_note = move || {
        if choices.with(Vec::is_empty) {
            text::call_needs_key().to_owned()
        } else if secret.with(Option::is_some) {
            text::call_with_key().to_owned()
        } else {
            text::call_without_key(KEY_VARIABLE)
        }
    };
    view! {
        {move || {
            let choices = choices.get();
            (!choices.is_empty())
                .then(|| view! { <SelectField id="call-key" label=text::call_key() value=key choices=choices /> })
        }}
        <p class="hint">{key_note}</p>
        <Segments name="call-language" label=text::call_language() value=language choices=languages />
        <CodeBlock label=text::call_title() text=program />
        <p class="hint">{text::call_counts()}</p>
    }
    .into_any()
}

/// The keys that the edge takes for a promotion.
fn usable_keys(keys: &[AppKey], code: &str) -> Vec<AppKey> {
    let now = now();
    let Ok(code) = code.parse() else {
        return Vec::new();
    };
    let is_usable = |key: &&AppKey| KeyState::of(key, now).is_good() && key.promotions.contains(&code);
    keys.iter().filter(is_usable).cloned().collect()
}

/// Where this app is served, and the API with it.
fn origin() -> String {
    window().location().origin().unwrap_or_default()
}
