//! The fields of a request, typed by the promotion's attributes.

use engine::effect::Effect;
use engine::expression::AttributeType;
use engine::money::Currency;
use engine::promotion::Kind;
use leptos::prelude::*;

use super::live::Live;
use crate::browser::random_hex;
use crate::components::{Button, Choice, Look, SelectField, TextArea, TextField};
use crate::forms::field_errors::pointer;
use crate::forms::try_out::TryOut;
use crate::i18n::{trace, try_out as text};
use crate::pages::new_promotion::currencies;
use crate::wire::promotions::Terms;

/// What an amount is counted in when the promotion names no currency.
const DEFAULT_CURRENCY: &str = "USD";

/// The fields' texts.
#[derive(Clone, Copy)]
pub(super) struct Fields {
    kind: Kind,
    attributes: StoredValue<Vec<(String, AttributeType, RwSignal<String>)>>,
    country: RwSignal<String>,
    city: RwSignal<String>,
    birth_date: RwSignal<String>,
    amount: RwSignal<String>,
    currency: RwSignal<String>,
    transaction_id: RwSignal<String>,
    coupon_code: RwSignal<String>,
    customer_id: RwSignal<String>,
}

impl Fields {
    /// Empty, but for the id of a transaction.
    pub(super) fn new(terms: &Terms) -> Self {
        let empty = || RwSignal::new(String::new());
        let attributes = terms
            .attributes
            .iter()
            .map(|(name, kind)| (name.clone(), kind.kind().clone(), empty()));
        let currency = currency_of(&terms.effect).map_or(DEFAULT_CURRENCY, Currency::code);
        Self {
            kind: terms.kind,
            attributes: StoredValue::new(attributes.collect()),
            country: empty(),
            city: empty(),
            birth_date: empty(),
            amount: empty(),
            currency: RwSignal::new(currency.to_owned()),
            transaction_id: RwSignal::new(first_transaction(terms.kind)),
            coupon_code: empty(),
            customer_id: empty(),
        }
    }

    /// What the promotion consumes.
    pub(super) const fn kind(self) -> Kind {
        self.kind
    }

    /// What is typed, tracked; `None` when the currency is none, which the list does not let happen.
    pub(super) fn try_out(self) -> Option<TryOut> {
        let attributes = self.attributes.get_value().into_iter();
        Some(TryOut {
            attributes: attributes
                .map(|(name, kind, typed)| (name, kind, typed.get()))
                .collect(),
            country: self.country.get(),
            city: self.city.get(),
            birth_date: self.birth_date.get(),
            amount: self.amount.get(),
            currency: self.currency.get().parse().ok()?,
            transaction_id: self.transaction_id.get(),
            coupon_code: self.coupon_code.get(),
            customer_id: self.customer_id.get(),
        })
    }

    /// Shows a request; one without a transaction gets a new id, as each counts once. Whether the fields can show it.
    pub(super) fn show(self, body: &str) -> bool {
        let declared = self.attributes.get_value();
        let schema: Vec<_> = declared
            .iter()
            .map(|(name, kind, _)| (name.clone(), kind.clone()))
            .collect();
        let currency = self.currency.get_untracked().parse().ok();
        let Some(read) = currency.and_then(|currency| TryOut::read(body, &schema, currency)) else {
            return false;
        };
        for ((_, _, field), (_, _, typed)) in declared.into_iter().zip(read.attributes) {
            field.set(typed);
        }
        self.country.set(read.country);
        self.city.set(read.city);
        self.birth_date.set(read.birth_date);
        self.amount.set(read.amount);
        self.currency.set(read.currency.code().to_owned());
        self.coupon_code.set(read.coupon_code);
        self.customer_id.set(read.customer_id);
        self.transaction_id.set(if read.transaction_id.is_empty() {
            first_transaction(self.kind)
        } else {
            read.transaction_id
        });
        true
    }

    /// Another purchase, unless the merchant has typed an id since `sent` went out.
    pub(super) fn renew_transaction(self, sent: &str) {
        if !sent.is_empty() && self.transaction_id.get_untracked() == sent {
            self.transaction_id.set(new_transaction_id());
        }
    }
}

fn currency_of(effect: &Effect) -> Option<Currency> {
    match effect {
        Effect::Percentage { max_amount, .. } => max_amount.map(|cap| cap.get().currency()),
        Effect::FixedAmount { amount } => Some(amount.get().currency()),
        Effect::Tiered { tiers, .. } => Some(tiers.currency()),
    }
}

/// The id that a request begins with: a coupon needs none.
fn first_transaction(kind: Kind) -> String {
    match kind {
        Kind::Discount => new_transaction_id(),
        Kind::Coupon => String::new(),
    }
}

/// An id that no other purchase has.
pub(super) fn new_transaction_id() -> String {
    format!("try-{}", random_hex())
}

/// The fields by what they are about.
#[component]
pub(super) fn RequestFields(fields: Fields, live: Live) -> impl IntoView {
    view! {
        <AttributeFields fields=fields live=live />
        <ShopperFields fields=fields live=live />
        <PurchaseFields fields=fields live=live />
    }
    .into_any()
}

#[component]
fn AttributeFields(fields: Fields, live: Live) -> impl IntoView {
    let attributes = fields.attributes.get_value();
    let inputs: Vec<_> = attributes
        .into_iter()
        .map(|(name, kind, typed)| attribute_field(name, &kind, typed, live))
        .collect();
    (!inputs.is_empty()).then(|| {
        view! {
            <fieldset>
                <legend>{text::attributes()}</legend>
                <div class="fields">{inputs}</div>
            </fieldset>
        }
    })
}

fn attribute_field(name: String, kind: &AttributeType, typed: RwSignal<String>, live: Live) -> AnyView {
    let id = format!("attribute-{name}");
    let errors = live.errors_of(&pointer("/attributes", &name), typed);
    match kind {
        AttributeType::Boolean => {
            let choices = vec![
                Choice::new("", text::not_sent()),
                Choice::new("true", text::yes()),
                Choice::new("false", text::no()),
            ];
            view! { <SelectField id=id label=name value=typed choices=choices errors=errors /> }.into_any()
        }
        AttributeType::Number | AttributeType::Integer => {
            view! { <TextField id=id label=name value=typed errors=errors inputmode="decimal" /> }.into_any()
        }
        AttributeType::Date => {
            view! { <TextField id=id label=name value=typed errors=errors kind="date" /> }.into_any()
        }
        AttributeType::List(_) | AttributeType::Object(_) => {
            let hint = format!("{kind}. {}", kind_hint(kind));
            view! { <TextArea id=id label=name value=typed errors=errors hint=hint rows=2 /> }.into_any()
        }
        AttributeType::String | AttributeType::DateTime => {
            view! { <TextField id=id label=name value=typed errors=errors hint=kind_hint(kind) /> }.into_any()
        }
    }
}

/// How a value that is more than a word is written.
fn kind_hint(kind: &AttributeType) -> &'static str {
    match kind {
        AttributeType::DateTime => text::hint_date_time(),
        AttributeType::List(_) => text::hint_list(),
        AttributeType::Object(_) => text::hint_object(),
        AttributeType::Number
        | AttributeType::Integer
        | AttributeType::String
        | AttributeType::Boolean
        | AttributeType::Date => "",
    }
}

#[component]
fn ShopperFields(fields: Fields, live: Live) -> impl IntoView {
    let errors_of = move |pointer: &str, typed| live.errors_of(pointer, typed);
    view! {
        <fieldset>
            <legend>{trace::shopper()}</legend>
            <div class="fields">
                <TextField
                    id="country"
                    label=text::country()
                    value=fields.country
                    errors=errors_of("/country", fields.country)
                    is_optional=true
                    hint=text::country_hint()
                />
                <TextField
                    id="city"
                    label=text::city()
                    value=fields.city
                    errors=errors_of("/city", fields.city)
                    is_optional=true
                    hint=text::city_hint()
                />
                <TextField
                    id="birth-date"
                    label=text::birth_date()
                    value=fields.birth_date
                    errors=errors_of("/birth_date", fields.birth_date)
                    kind="date"
                    is_optional=true
                />
                <TextField
                    id="customer-id"
                    label=trace::customer_id()
                    value=fields.customer_id
                    errors=errors_of("/customer_id", fields.customer_id)
                    is_optional=true
                    hint=trace::customer_hint()
                />
            </div>
        </fieldset>
    }
    .into_any()
}

#[component]
fn PurchaseFields(fields: Fields, live: Live) -> impl IntoView {
    let errors_of = move |pointer: &str, typed| live.errors_of(pointer, typed);
    let is_coupon = fields.kind == Kind::Coupon;
    view! {
        <fieldset>
            <legend>{trace::purchase()}</legend>
            <div class="fields">
                <TextField
                    id="amount"
                    label=text::amount()
                    value=fields.amount
                    errors=errors_of("/amount", fields.amount)
                    is_optional=true
                    inputmode="decimal"
                />
                <SelectField id="currency" label=text::currency() value=fields.currency choices=currencies() />
                <TextField
                    id="transaction-id"
                    label=text::transaction_id()
                    value=fields.transaction_id
                    errors=errors_of("/transaction_id", fields.transaction_id)
                    is_optional=is_coupon
                    hint=text::transaction_hint()
                />
                <TextField
                    id="coupon-code"
                    label=trace::coupon_code()
                    value=fields.coupon_code
                    errors=errors_of("/coupon_code", fields.coupon_code)
                    is_optional=!is_coupon
                />
            </div>
            <p>
                <Button look=Look::Quiet on_press=move |()| fields.transaction_id.set(new_transaction_id())>
                    {text::new_transaction()}
                </Button>
            </p>
        </fieldset>
    }
    .into_any()
}
