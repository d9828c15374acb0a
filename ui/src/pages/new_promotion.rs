//! Creating a promotion. The engine checks it here as it is typed and as a whole before it is sent; the origin has the
//! last word, with the same pointers.

mod attributes;

use engine::expression::Schema;
use engine::money::Currency;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::components::A;
use leptos_router::hooks::use_navigate;

use self::attributes::{Attributes, AttributesEditor};
use crate::api;
use crate::app::HOME;
use crate::browser::{current_time_zone, offset_at, time_zones};
use crate::components::{Button, Card, Choice, ConditionEditor, Form, Look, PageTitle, SelectField, TextField};
use crate::forms::promotion::{Draft, EffectDraft, schema};
use crate::forms::window::instant_of;
use crate::i18n::{editor as text, promotions};
use crate::session::Session;

/// What an effect is counted in until the merchant chooses.
const DEFAULT_CURRENCY: &str = "USD";
const PERCENTAGE: &str = "percentage";
const FIXED_AMOUNT: &str = "fixed_amount";

/// The fields' texts.
#[derive(Clone, Copy)]
struct Fields {
    code: RwSignal<String>,
    name: RwSignal<String>,
    attributes: Attributes,
    condition: RwSignal<String>,
    effect: RwSignal<String>,
    percent: RwSignal<String>,
    cap: RwSignal<String>,
    amount: RwSignal<String>,
    currency: RwSignal<String>,
    starts_at: RwSignal<String>,
    ends_at: RwSignal<String>,
    time_zone: RwSignal<String>,
}

impl Fields {
    fn new() -> Self {
        let empty = || RwSignal::new(String::new());
        Self {
            code: empty(),
            name: empty(),
            attributes: Attributes::new(),
            condition: RwSignal::new("total >= 100".to_owned()),
            effect: RwSignal::new(PERCENTAGE.to_owned()),
            percent: RwSignal::new("10".to_owned()),
            cap: empty(),
            amount: empty(),
            currency: RwSignal::new(DEFAULT_CURRENCY.to_owned()),
            starts_at: empty(),
            ends_at: empty(),
            time_zone: RwSignal::new(current_time_zone()),
        }
    }

    /// `None` when the currency is none, which the list does not let happen.
    fn draft(self) -> Option<Draft> {
        let currency: Currency = self.currency.get_untracked().parse().ok()?;
        let effect = if self.effect.get_untracked() == FIXED_AMOUNT {
            EffectDraft::FixedAmount {
                amount: self.amount.get_untracked(),
                currency,
            }
        } else {
            EffectDraft::Percentage {
                percent: self.percent.get_untracked(),
                cap: self.cap.get_untracked(),
                currency,
            }
        };
        Some(Draft {
            code: self.code.get_untracked(),
            name: self.name.get_untracked(),
            attributes: untrack(|| self.attributes.rows()),
            condition: self.condition.get_untracked(),
            effect,
            starts_at: self.starts_at.get_untracked(),
            ends_at: self.ends_at.get_untracked(),
            time_zone: self.time_zone.get_untracked(),
        })
    }
}

/// The form of a new promotion.
#[component]
pub(crate) fn NewPromotionPage() -> impl IntoView {
    let fields = Fields::new();
    let form = Form::new();
    let send = sender(fields, form);
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        send.run(());
    };
    let schema: Signal<Schema> = Memo::new(move |_| schema(&fields.attributes.rows())).into();
    let errors_at = move |pointer: &str| form.errors_at(pointer.to_owned());
    view! {
        <p class="back"><A href=HOME>{promotions::back()}</A></p>
        <PageTitle title=text::title() />
        <form on:submit=submit novalidate>
            <Card title=text::basics()>
                <div class="fields">
                    <TextField
                        id="code"
                        label=text::code()
                        value=fields.code
                        errors=errors_at("/code")
                        hint=text::code_hint()
                    />
                    <TextField
                        id="name"
                        label=text::name()
                        value=fields.name
                        errors=errors_at("/name")
                        hint=text::name_hint()
                    />
                </div>
            </Card>
            <AttributesEditor attributes=fields.attributes form=form />
            <Card title=text::condition()>
                <ConditionEditor id="condition" value=fields.condition schema=schema errors=errors_at("/condition") />
            </Card>
            <EffectFields fields=fields form=form />
            <WindowFields fields=fields form=form />
            {form.summary(send)}
            <div class="actions">
                <Button submit=true busy=form.busy()>
                    {move || if form.busy().get() { text::saving() } else { text::save() }}
                </Button>
                <A href=HOME attr:class=Look::Quiet.class()>{text::cancel()}</A>
            </div>
        </form>
    }
}

/// Checks the draft, sends it, and shows the promotion.
fn sender(fields: Fields, form: Form) -> Callback<()> {
    let session = Session::current();
    let navigate = use_navigate();
    Callback::new(move |()| {
        let Some(draft) = fields.draft() else { return };
        let navigate = navigate.clone();
        let zone = draft.time_zone.clone();
        match draft.to_json(|wall| instant_of(wall, |instant| offset_at(&zone, instant))) {
            Ok(body) => form.submit(
                async move {
                    session
                        .call(async |token| api::create_promotion(token, &body).await)
                        .await
                },
                move |promotion| navigate(&format!("/promotions/{}", promotion.code), NavigateOptions::default()),
            ),
            Err(errors) => form.refuse(errors),
        }
    })
}

#[component]
fn EffectFields(fields: Fields, form: Form) -> impl IntoView {
    let is_percentage = Memo::new(move |_| fields.effect.with(|effect| effect == PERCENTAGE));
    let kinds = vec![
        Choice::new(PERCENTAGE, text::effect_percentage()),
        Choice::new(FIXED_AMOUNT, text::effect_fixed_amount()),
    ];
    let amounts = move || {
        if is_percentage.get() {
            view! { <PercentageFields fields=fields form=form /> }.into_any()
        } else {
            view! { <AmountFields fields=fields form=form /> }.into_any()
        }
    };
    view! {
        <Card title=text::effect()>
            <div class="fields">
                <SelectField
                    id="effect"
                    label=text::effect_kind()
                    value=fields.effect
                    choices=kinds
                    errors=form.errors_at("/effect/type".to_owned())
                />
                {amounts}
            </div>
        </Card>
    }
}

#[component]
fn PercentageFields(fields: Fields, form: Form) -> impl IntoView {
    view! {
        <TextField
            id="percent"
            label=text::percent()
            value=fields.percent
            errors=form.errors_at("/effect/percent".to_owned())
            inputmode="decimal"
        />
        <TextField
            id="cap"
            label=text::cap()
            value=fields.cap
            errors=form.errors_at("/effect/max_amount".to_owned())
            is_optional=true
            hint=text::cap_hint()
            inputmode="decimal"
        />
        <SelectField id="currency" label=text::currency() value=fields.currency choices=currencies() />
    }
}

#[component]
fn AmountFields(fields: Fields, form: Form) -> impl IntoView {
    view! {
        <TextField
            id="amount"
            label=text::amount()
            value=fields.amount
            errors=form.errors_at("/effect/amount".to_owned())
            inputmode="decimal"
        />
        <SelectField id="currency" label=text::currency() value=fields.currency choices=currencies() />
    }
}

/// Every currency, in order of the alphabet.
pub(super) fn currencies() -> Vec<Choice> {
    let mut codes: Vec<_> = Currency::all().map(Currency::code).collect();
    codes.sort_unstable();
    codes.into_iter().map(|code| Choice::new(code, code)).collect()
}

#[component]
fn WindowFields(fields: Fields, form: Form) -> impl IntoView {
    let zones = time_zones()
        .into_iter()
        .map(|zone| Choice::new(zone.clone(), zone))
        .collect();
    view! {
        <Card title=text::window() lead=text::window_lead()>
            <div class="fields">
                <TextField
                    id="starts-at"
                    label=text::starts_at()
                    value=fields.starts_at
                    errors=form.errors_at("/starts_at".to_owned())
                    kind="datetime-local"
                    is_optional=true
                />
                <TextField
                    id="ends-at"
                    label=text::ends_at()
                    value=fields.ends_at
                    errors=form.errors_at("/ends_at".to_owned())
                    kind="datetime-local"
                    is_optional=true
                    hint=text::ends_at_hint()
                />
                <SelectField
                    id="time-zone"
                    label=text::time_zone()
                    value=fields.time_zone
                    choices=zones
                    errors=form.errors_at("/time_zone".to_owned())
                />
            </div>
        </Card>
    }
}
