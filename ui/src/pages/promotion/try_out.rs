//! Trying a promotion: the request of a shop, with a shop's credential, to the edge.

mod decision;

use engine::app_key::Mode;
use engine::effect::Effect;
use engine::expression::AttributeType;
use engine::money::Currency;
use engine::promotion::{PromotionCode, Standing};
use engine::wire::v1::{EvaluateAnswer, KeyScope};
use leptos::ev::SubmitEvent;
use leptos::prelude::*;

use self::decision::Decision;
use crate::api;
use crate::browser::random_hex;
use crate::components::{Alert, AlertKind, Button, Card, Choice, Form, Look, SelectField, TextField};
use crate::forms::field_errors::pointer;
use crate::forms::try_out::TryOut;
use crate::i18n::try_out as text;
use crate::load::Load;
use crate::pages::new_promotion::currencies;
use crate::session::Session;
use crate::wire::{NewAppKey, Promotion, Usage};

/// What an amount is counted in when the promotion names no currency.
const DEFAULT_CURRENCY: &str = "USD";

/// The fields' texts; the key too stays in memory and goes with the page.
#[derive(Clone, Copy)]
struct Fields {
    code: StoredValue<String>,
    key: RwSignal<String>,
    /// The key that was created here, if one was.
    created_key: RwSignal<Option<String>>,
    attributes: StoredValue<Vec<(String, AttributeType, RwSignal<String>)>>,
    country: RwSignal<String>,
    city: RwSignal<String>,
    birth_date: RwSignal<String>,
    amount: RwSignal<String>,
    currency: RwSignal<String>,
    transaction_id: RwSignal<String>,
}

impl Fields {
    fn new(promotion: &Promotion) -> Self {
        let empty = || RwSignal::new(String::new());
        let attributes = promotion
            .attributes
            .iter()
            .map(|(name, kind)| (name.clone(), kind.kind().clone(), empty()));
        let currency = currency_of(&promotion.effect).map_or(DEFAULT_CURRENCY, Currency::code);
        Self {
            code: StoredValue::new(promotion.code.clone()),
            key: empty(),
            created_key: RwSignal::new(None),
            attributes: StoredValue::new(attributes.collect()),
            country: empty(),
            city: empty(),
            birth_date: empty(),
            amount: empty(),
            currency: RwSignal::new(currency.to_owned()),
            transaction_id: RwSignal::new(new_transaction_id()),
        }
    }

    /// `None` when the currency is none, which the list does not let happen.
    fn try_out(self) -> Option<TryOut> {
        let attributes = self.attributes.get_value().into_iter();
        Some(TryOut {
            attributes: attributes
                .map(|(name, kind, typed)| (name, kind, typed.get_untracked()))
                .collect(),
            country: self.country.get_untracked(),
            city: self.city.get_untracked(),
            birth_date: self.birth_date.get_untracked(),
            amount: self.amount.get_untracked(),
            currency: self.currency.get_untracked().parse().ok()?,
            transaction_id: self.transaction_id.get_untracked(),
        })
    }
}

fn currency_of(effect: &Effect) -> Option<Currency> {
    match effect {
        Effect::Percentage { max_amount, .. } => max_amount.map(|cap| cap.get().currency()),
        Effect::FixedAmount { amount } => Some(amount.get().currency()),
        Effect::Tiered { tiers, .. } => Some(tiers.currency()),
    }
}

fn new_transaction_id() -> String {
    format!("try-{}", random_hex())
}

/// The form and its answer.
#[component]
pub(super) fn TryOutCard(promotion: Promotion, status: Memo<Option<Standing>>, usage: Load<Usage>) -> impl IntoView {
    let fields = Fields::new(&promotion);
    let form = Form::new();
    let answer = RwSignal::new(None);
    let send = sender(fields, form, answer, usage);
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        send.run(());
    };
    let is_draft = move || status.get() == Some(Standing::Draft);
    let key_is_new = move || {
        let is_refused = form.failure().is_some_and(|failure| failure.is_unauthenticated());
        let is_created = fields
            .created_key
            .get()
            .is_some_and(|created| created == fields.key.get());
        (is_refused && is_created).then(|| view! { <p class="hint">{text::key_not_yet_known()}</p> })
    };
    let decision = move || {
        let answered = answer.get();
        answered.map(|(answer, transaction)| view! { <Decision answer=answer transaction=transaction /> })
    };
    view! {
        <Card title=text::title() lead=text::lead()>
            <Show when=is_draft>
                <Alert kind=AlertKind::Info><p>{text::needs_activation()}</p></Alert>
            </Show>
            <form on:submit=submit novalidate>
                <KeyFields fields=fields />
                <AttributeFields fields=fields form=form />
                <PurchaseFields fields=fields form=form />
                {form.summary(send)}
                {key_is_new}
                <Button submit=true busy=form.busy()>
                    {move || if form.busy().get() { text::evaluating() } else { text::evaluate() }}
                </Button>
            </form>
            <div role="status" aria-label=text::decision()>
                {decision}
            </div>
        </Card>
    }
}

/// The answer shown, with the transaction that it was for.
type Answered = RwSignal<Option<(EvaluateAnswer, String)>>;

fn sender(fields: Fields, form: Form, shown: Answered, usage: Load<Usage>) -> Callback<()> {
    Callback::new(move |()| {
        let Some(try_out) = fields.try_out() else { return };
        shown.set(None);
        let (key, code) = (fields.key.get_untracked(), fields.code.get_value());
        match try_out.to_json() {
            Ok(body) => form.submit(
                async move { api::evaluate(key.trim(), &code, body).await },
                move |answer| {
                    let is_consumed = answer.redemption.is_some();
                    shown.set(Some((answer, try_out.transaction_id.clone())));
                    // The next press is another purchase, unless the merchant has typed an id since.
                    if is_consumed && fields.transaction_id.get_untracked() == try_out.transaction_id {
                        fields.transaction_id.set(new_transaction_id());
                    }
                    usage.reload();
                },
            ),
            Err(errors) => form.refuse(errors),
        }
    })
}

#[component]
fn KeyFields(fields: Fields) -> impl IntoView {
    let session = Session::current();
    let form = Form::new();
    let create = Callback::new(move |()| {
        let code = fields.code.get_value();
        let Ok(scope) = code.parse::<PromotionCode>() else {
            return;
        };
        let promotions = KeyScope::Named([scope].into());
        let key = NewAppKey {
            name: text::test_key_name(&code),
            mode: Mode::Test,
            promotions,
        };
        form.submit(
            async move { session.call(async |token| api::create_app_key(token, &key).await).await },
            move |created| {
                fields.key.set(created.key.clone());
                fields.created_key.set(Some(created.key));
            },
        );
    });
    let is_created = move || fields.created_key.with(Option::is_some);
    view! {
        {form.summary(create)}
        <TextField id="app-key" label=text::app_key() value=fields.key hint=text::app_key_hint() />
        <p>
            <Button look=Look::Secondary busy=form.busy() on_press=create>
                {move || if form.busy().get() { text::creating_key() } else { text::create_key() }}
            </Button>
        </p>
        <Show when=is_created>
            <Alert kind=AlertKind::Success><p>{text::key_created()}</p></Alert>
        </Show>
    }
}

#[component]
fn AttributeFields(fields: Fields, form: Form) -> impl IntoView {
    let attributes = fields.attributes.get_value();
    let is_empty = attributes.is_empty();
    let inputs = attributes.into_iter().map(|(name, kind, typed)| {
        let id = format!("attribute-{name}");
        let errors = form.errors_at(pointer("/attributes", &name));
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
            AttributeType::String
            | AttributeType::Date
            | AttributeType::DateTime
            | AttributeType::List(_)
            | AttributeType::Object(_) => {
                view! { <TextField id=id label=name value=typed errors=errors hint=kind_hint(&kind) /> }.into_any()
            }
        }
    });
    let inputs = inputs.collect_view();
    (!is_empty).then(|| {
        view! {
            <fieldset>
                <legend>{text::attributes()}</legend>
                <div class="fields">{inputs}</div>
            </fieldset>
        }
    })
}

/// How a value that is more than a word is written.
const fn kind_hint(kind: &AttributeType) -> &'static str {
    match kind {
        AttributeType::Date => text::hint_date(),
        AttributeType::DateTime => text::hint_date_time(),
        AttributeType::List(_) => text::hint_list(),
        AttributeType::Object(_) => text::hint_object(),
        AttributeType::Number | AttributeType::Integer | AttributeType::String | AttributeType::Boolean => "",
    }
}

#[component]
fn PurchaseFields(fields: Fields, form: Form) -> impl IntoView {
    let errors_at = move |pointer: &str| form.errors_at(pointer.to_owned());
    view! {
        <fieldset>
            <legend>{text::shopper()}</legend>
            <div class="fields">
                <TextField
                    id="country"
                    label=text::country()
                    value=fields.country
                    errors=errors_at("/country")
                    is_optional=true
                    hint=text::country_hint()
                />
                <TextField
                    id="city"
                    label=text::city()
                    value=fields.city
                    errors=errors_at("/city")
                    is_optional=true
                    hint=text::city_hint()
                />
                <TextField
                    id="birth-date"
                    label=text::birth_date()
                    value=fields.birth_date
                    errors=errors_at("/birth_date")
                    kind="date"
                    is_optional=true
                />
                <TextField
                    id="amount"
                    label=text::amount()
                    value=fields.amount
                    errors=errors_at("/amount")
                    is_optional=true
                    inputmode="decimal"
                />
                <SelectField id="currency" label=text::currency() value=fields.currency choices=currencies() />
                <TextField
                    id="transaction-id"
                    label=text::transaction_id()
                    value=fields.transaction_id
                    errors=errors_at("/transaction_id")
                    hint=text::transaction_hint()
                />
            </div>
            <p>
                <Button look=Look::Secondary on_press=move |()| fields.transaction_id.set(new_transaction_id())>
                    {text::new_transaction()}
                </Button>
            </p>
        </fieldset>
    }
}
