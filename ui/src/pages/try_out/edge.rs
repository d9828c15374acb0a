//! The same request at the edge: what a shop does, with a shop's credential.

use engine::app_key::Mode;
use engine::promotion::{PromotionCode, Standing};
use engine::wire::v1::{EvaluateAnswer, KeyScope};
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use serde::Deserialize;

use super::decision::EdgeDecision;
use super::live::{Live, Said};
use super::request::Request;
use super::subject::Subject;
use crate::api;
use crate::components::{Alert, AlertKind, Button, Card, Form, Look, TextField};
use crate::i18n::{trace, try_out as text};
use crate::pages::promotion::CurrentPromotion;
use crate::session::Session;
use crate::wire::{NewAppKey, Permission};

/// The key stays in memory and goes with the page.
#[derive(Clone, Copy)]
struct Key {
    typed: RwSignal<String>,
    /// The key that was created here, if one was.
    created: RwSignal<Option<String>>,
}

/// The answer shown, with the transaction that it was for, and whether the browser said the same of that request.
#[derive(Clone, PartialEq)]
struct Answered {
    answer: EvaluateAnswer,
    transaction: String,
    agreement: Option<&'static str>,
}

/// The key, the button, and the answer beside which the browser's stands.
#[component]
pub(super) fn EdgeCard(request: Request, live: Live, subject: Subject) -> impl IntoView {
    let promotion = CurrentPromotion::load();
    let is_draft = Memo::new(move |_| {
        promotion
            .value()
            .is_some_and(|promotion| promotion.status == Standing::Draft)
    });
    let key = Key {
        typed: RwSignal::new(String::new()),
        created: RwSignal::new(None),
    };
    let form = Form::new();
    let answered: RwSignal<Option<Answered>> = RwSignal::new(None);
    let send = sender(Trial { request, live, subject }, key, form, answered);
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        send.run(());
    };
    let key_is_new = move || {
        let is_refused = form.failure().is_some_and(|failure| failure.is_unauthenticated());
        let is_created = key.created.get().is_some_and(|created| created == key.typed.get());
        (is_refused && is_created).then(|| view! { <p class="hint">{text::key_not_yet_known()}</p> })
    };
    let decision = move || match answered.get() {
        Some(Answered {
            answer, transaction, ..
        }) => {
            let look_up = format!("?evaluation={}", answer.evaluation_id);
            view! { <EdgeDecision answer=answer transaction=transaction look_up=look_up /> }.into_any()
        }
        None => ().into_any(),
    };
    let agreement = move || answered.get()?.agreement;
    view! {
        <Card title=trace::edge_title() lead=trace::edge_lead()>
            <Show when=move || is_draft.get()>
                <Alert kind=AlertKind::Info><p>{text::needs_activation()}</p></Alert>
            </Show>
            <Show when=move || !subject.is_stored()>
                <p class="hint">{trace::edge_stored()}</p>
            </Show>
            <form on:submit=submit novalidate>
                <KeyFields key=key />
                {form.summary(send)}
                {key_is_new}
                <Button submit=true busy=form.busy()>
                    {move || if form.busy().get() { text::evaluating() } else { trace::evaluate() }}
                </Button>
            </form>
            <div role="status" aria-label=text::decision()>{decision}</div>
            <p class="hint" role="status">{agreement}</p>
        </Card>
    }
    .into_any()
}

/// Whether edge and browser say the same of the stored promotion.
fn agreement(edge: &EvaluateAnswer, said: &Said, is_stored: bool) -> Option<&'static str> {
    match said {
        Said::Decided { answer, .. } if is_stored => {
            let here = &answer.answer;
            let is_same = (here.applicable, here.discount) == (edge.applicable, edge.discount);
            Some(if is_same { trace::agrees() } else { trace::differs() })
        }
        Said::Decided { .. } | Said::Working | Said::Wrong(_) | Said::Failed(_) => None,
    }
}

/// What is tried, and what the browser says of it.
#[derive(Clone, Copy)]
struct Trial {
    request: Request,
    live: Live,
    subject: Subject,
}

fn sender(trial: Trial, key: Key, form: Form, shown: RwSignal<Option<Answered>>) -> Callback<()> {
    let Trial { request, live, subject } = trial;
    let code = StoredValue::new(CurrentPromotion::code());
    Callback::new(move |()| {
        shown.set(None);
        let (key, code) = (key.typed.get_untracked(), code.get_value());
        match untrack(|| request.body()) {
            Ok(body) => {
                let transaction = transaction_of(body.get());
                let (said, is_stored) = untrack(|| (live.said(), subject.is_stored()));
                form.submit(
                    async move { api::evaluate(key.trim(), &code, body.get().to_owned()).await },
                    move |answer| {
                        // The next press is another purchase.
                        if answer.redemption.is_some() {
                            request.renew_transaction(&transaction);
                        }
                        shown.set(Some(Answered {
                            agreement: agreement(&answer, &said, is_stored),
                            answer,
                            transaction,
                        }));
                    },
                );
            }
            Err(errors) => form.refuse(errors),
        }
    })
}

/// The transaction that a body names; empty when none.
fn transaction_of(body: &str) -> String {
    #[derive(Deserialize)]
    struct Named {
        transaction_id: Option<String>,
    }
    let named = serde_json::from_str(body).ok();
    named.and_then(|named: Named| named.transaction_id).unwrap_or_default()
}

#[component]
fn KeyFields(key: Key) -> impl IntoView {
    let session = Session::current();
    let form = Form::new();
    let code = StoredValue::new(CurrentPromotion::code());
    let create = Callback::new(move |()| {
        let code = code.get_value();
        let Ok(scope) = code.parse::<PromotionCode>() else {
            return;
        };
        let new = NewAppKey {
            name: text::test_key_name(&code),
            mode: Mode::Test,
            promotions: KeyScope::Named([scope].into()),
            expires_at: None,
        };
        form.submit(
            async move {
                session
                    .call(async |token| api::keys::create_app_key(token, &new).await)
                    .await
            },
            move |created| {
                key.typed.set(created.key.clone());
                key.created.set(Some(created.key));
            },
        );
    });
    let may_create = session.may(Permission::AppKeysManage);
    let button = may_create.then(|| {
        view! {
            <p>
                <Button look=Look::Secondary busy=form.busy() on_press=create>
                    {move || if form.busy().get() { text::creating_key() } else { text::create_key() }}
                </Button>
            </p>
        }
    });
    view! {
        {form.summary(create)}
        <TextField id="app-key" label=text::app_key() value=key.typed hint=text::app_key_hint() />
        {button}
        <Show when=move || key.created.with(Option::is_some)>
            <Alert kind=AlertKind::Success><p>{text::key_created()}</p></Alert>
        </Show>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn transactions() {
        let check = |body: &str, expected: &str| assert_eq!(transaction_of(body), expected, "{body}");
        check(r#"{"transaction_id": "order-1", "amount": null}"#, "order-1");
        check(r#"{"transaction_id": null}"#, "");
        check("{}", "");
        check("[", "");
    }

    #[test]
    fn both_beside_each_other() {
        let answer = |applicable: bool, discount: &str| -> EvaluateAnswer {
            let json = format!(
                r#"{{"evaluation_id":"eval_01a0c4506c0071018101010101010101","promotion":{{"code":"summer-10","version":3}},"applicable":{applicable},"reason":null,"effect":null,"discount":{discount},"redemption":null,"rule_age_seconds":0}}"#
            );
            serde_json::from_str(&json).unwrap()
        };
        let decided = |answer| Said::Decided {
            condition: "true".to_owned(),
            answer: Box::new(engine::wire::v1::PreviewAnswer {
                answer,
                trace: Vec::new(),
            }),
        };
        let given = r#"{"amount":5,"currency":"UYU"}"#;
        let check = |edge: &EvaluateAnswer, said: &Said, is_stored, expected: Option<&str>| {
            assert_eq!(agreement(edge, said, is_stored), expected);
        };
        let same = decided(answer(true, given));
        check(&answer(true, given), &same, true, Some(trace::agrees()));
        check(&answer(true, "null"), &same, true, Some(trace::differs()));
        check(&answer(false, "null"), &same, true, Some(trace::differs()));
        check(&answer(true, given), &same, false, None);
        check(&answer(true, given), &Said::Working, true, None);
    }
}
