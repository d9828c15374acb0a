//! What a promotion gives.

use engine::money::{Currency, Rounding};
use leptos::prelude::*;

use super::fields::{FIXED_AMOUNT, Fields, PERCENTAGE, TIERED};
use super::tiers::TiersEditor;
use crate::components::{Card, Choice, Form, SelectField, TextField};
use crate::i18n::editor as text;

/// The effect's card.
#[component]
pub(super) fn EffectCard(fields: Fields, form: Form) -> impl IntoView {
    let kinds = vec![
        Choice::new(PERCENTAGE, text::effect_percentage()),
        Choice::new(FIXED_AMOUNT, text::effect_fixed_amount()),
        Choice::new(TIERED, text::effect_tiered()),
    ];
    let kind = Memo::new(move |_| fields.effect.get());
    let amounts = move || match kind.get().as_str() {
        FIXED_AMOUNT => view! { <AmountFields fields=fields form=form /> }.into_any(),
        TIERED => ().into_any(),
        _ => view! { <PercentageFields fields=fields form=form /> }.into_any(),
    };
    let has_tiers = move || kind.with(|kind| kind == TIERED);
    let has_shares = move || kind.with(|kind| kind != FIXED_AMOUNT);
    view! {
        <Card title=text::effect() lead=text::effect_lead()>
            <div class="fields">
                <SelectField
                    id="effect"
                    label=text::effect_kind()
                    value=fields.effect
                    choices=kinds
                    errors=form.errors_at("/effect/type".to_owned())
                />
                {amounts}
                <SelectField
                    id="currency"
                    label=text::currency()
                    value=fields.currency
                    choices=currencies()
                    hint=text::currency_hint()
                />
            </div>
            <Show when=has_tiers>
                <TiersEditor tiers=fields.tiers form=form />
            </Show>
            <Show when=has_shares>
                <div class="fields">
                    <SelectField
                        id="rounding"
                        label=text::rounding()
                        value=fields.rounding
                        choices=roundings()
                        errors=form.errors_at("/effect/rounding".to_owned())
                        hint=text::rounding_hint()
                    />
                </div>
            </Show>
        </Card>
    }
    .into_any()
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
    }
}

/// Every currency, in order of the alphabet.
pub(in crate::pages) fn currencies() -> Vec<Choice> {
    let mut codes: Vec<_> = Currency::all().map(Currency::code).collect();
    codes.sort_unstable();
    codes.into_iter().map(|code| Choice::new(code, code)).collect()
}

fn roundings() -> Vec<Choice> {
    let choice = |rounding: Rounding, name| Choice::new(rounding.as_str(), name);
    vec![
        choice(Rounding::HalfUp, text::rounding_half_up()),
        choice(Rounding::HalfEven, text::rounding_half_even()),
        choice(Rounding::Down, text::rounding_down()),
        choice(Rounding::Up, text::rounding_up()),
    ]
}
