//! Making an application key.

use std::collections::BTreeSet;

use engine::app_key::Mode;
use engine::problem::FieldError;
use engine::promotion::PromotionCode;
use engine::wire::v1::KeyScope;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;

use super::fresh::FreshKeys;
use super::scope::PromotionsField;
use crate::api;
use crate::browser::{current_time_zone, offset_at};
use crate::components::{Button, Choice, Form, Look, Modal, Segments, TextField};
use crate::forms::window::{Bound, instant_of, parse_wall};
use crate::i18n::{coupons as coupon_text, developers as text, forms as form_text, keys as key_text};
use crate::load::Load;
use crate::session::Session;
use crate::wire::{AppKey, NewAppKey, Page};

/// The choice of every promotion.
const ALL: &str = "all";
/// The choice of some.
const NAMED: &str = "named";

/// What was typed and chosen.
#[derive(Clone, Copy)]
struct Fields {
    name: RwSignal<String>,
    mode: RwSignal<String>,
    scope: RwSignal<String>,
    promotions: RwSignal<BTreeSet<PromotionCode>>,
    expires_at: RwSignal<String>,
}

impl Fields {
    /// A test key for every promotion, without an end.
    fn new() -> Self {
        Self {
            name: RwSignal::new(String::new()),
            mode: RwSignal::new(Mode::Test.as_str().to_owned()),
            scope: RwSignal::new(ALL.to_owned()),
            promotions: RwSignal::new(BTreeSet::new()),
            expires_at: RwSignal::new(String::new()),
        }
    }

    /// The body to send.
    fn read(self) -> Result<NewAppKey, Vec<FieldError>> {
        let mut errors = Vec::new();
        let mode = if self.mode.get_untracked() == Mode::Live.as_str() {
            Mode::Live
        } else {
            Mode::Test
        };
        let promotions = if self.scope.get_untracked() == ALL {
            KeyScope::ALL
        } else {
            let chosen = self.promotions.get_untracked();
            if chosen.is_empty() {
                errors.push(FieldError::new("/promotions", "scope_invalid", text::scope_empty()));
            }
            KeyScope::Named(chosen)
        };
        let typed = self.expires_at.get_untracked();
        let zone = current_time_zone();
        let expires_at =
            parse_wall(&typed).and_then(|wall| instant_of(wall, Bound::End, |at| offset_at(&zone, at)).ok());
        if expires_at.is_none() && !typed.is_empty() {
            errors.push(FieldError::new(
                "/expires_at",
                "time_invalid",
                form_text::time_invalid(),
            ));
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        Ok(NewAppKey {
            name: self.name.get_untracked(),
            mode,
            promotions,
            expires_at,
        })
    }
}

/// The dialog that makes a key.
#[component]
pub(super) fn NewKeyDialog(load: Load<Page<AppKey>>, open: RwSignal<bool>) -> impl IntoView {
    view! {
        <Modal id="new-key" title=key_text::create_title() open=open>
            <NewKeyForm load=load open=open />
        </Modal>
    }
}

#[component]
fn NewKeyForm(load: Load<Page<AppKey>>, open: RwSignal<bool>) -> impl IntoView {
    let form = Form::new();
    let fields = Fields::new();
    let send = sender(fields, form, load, open);
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        send.run(());
    };
    view! {
        <form on:submit=submit novalidate>
            {form.summary(send)}
            <KeyFields fields=fields form=form />
            <div class="actions">
                <Button look=Look::Secondary on_press=move |()| open.set(false)>{coupon_text::cancel()}</Button>
                <Button submit=true busy=form.busy()>
                    {move || if form.busy().get() { key_text::creating() } else { key_text::create() }}
                </Button>
            </div>
        </form>
    }
    .into_any()
}

/// Makes the key of the fields, then closes the dialog: the page shows the key.
fn sender(fields: Fields, form: Form, load: Load<Page<AppKey>>, open: RwSignal<bool>) -> Callback<()> {
    let session = Session::current();
    let keys = FreshKeys::current();
    Callback::new(move |()| {
        let key = match fields.read() {
            Ok(key) => key,
            Err(errors) => return form.refuse(errors),
        };
        form.submit(
            async move {
                session
                    .call(async |token| api::keys::create_app_key(token, &key).await)
                    .await
            },
            move |created| {
                open.set(false);
                keys.add(created);
                load.reload();
            },
        );
    })
}

#[component]
fn KeyFields(fields: Fields, form: Form) -> impl IntoView {
    let modes = vec![
        Choice::new(Mode::Test.as_str(), key_text::mode_test()),
        Choice::new(Mode::Live.as_str(), key_text::mode_live()),
    ];
    let scopes = vec![
        Choice::new(ALL, text::scope_all()),
        Choice::new(NAMED, text::scope_named()),
    ];
    let promotion_errors = form.errors_at("/promotions".to_owned());
    let is_named = move || fields.scope.with(|scope| scope == NAMED);
    view! {
        <TextField
            id="key-name"
            label=key_text::name()
            value=fields.name
            errors=form.errors_at("/name".to_owned())
            hint=key_text::name_hint()
        />
        <Segments name="key-mode" label=key_text::mode() value=fields.mode choices=modes />
        <p class="hint">{text::mode_hint()}</p>
        <Segments name="key-scope" label=key_text::column_promotions() value=fields.scope choices=scopes />
        {move || is_named().then(|| {
            view! { <PromotionsField chosen=fields.promotions errors=promotion_errors /> }
        })}
        <TextField
            id="key-expiry"
            label=text::column_expires()
            value=fields.expires_at
            errors=form.errors_at("/expires_at".to_owned())
            kind="datetime-local"
            hint=text::expires_hint(&current_time_zone())
            is_optional=true
        />
    }
    .into_any()
}
