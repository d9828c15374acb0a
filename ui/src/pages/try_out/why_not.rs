//! The look back at one evaluation: what was asked and decided then, why, and the condition of that version.

use engine::app_key::Mode;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_query_map};

use super::subject::Subject;
use crate::api;
use crate::browser::{format_exact_time, format_money, format_number};
use crate::components::{Badge, Button, Card, Loaded, Look, TextField, Tone};
use crate::i18n::{keys, trace as text, try_out, usage};
use crate::load::Load;
use crate::pages::promotion::CurrentPromotion;
use crate::session::Session;
use crate::wire::promotions::{Evaluation, PublishedVersion};

/// The parameter of the address that names an evaluation.
const PARAMETER: &str = "evaluation";

/// The field for an id, and what is kept of the evaluation that the address names.
#[component]
pub(super) fn WhyNotCard(subject: Subject) -> impl IntoView {
    let query = use_query_map();
    let asked = Memo::new(move |_| query.read().get(PARAMETER).filter(|id| !id.is_empty()));
    let typed = RwSignal::new(String::new());
    Effect::new(move |_| {
        if let Some(id) = asked.get() {
            typed.set(id);
        }
    });
    let navigate = use_navigate();
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let id = typed.get_untracked();
        let id = String::from(js_sys::encode_uri_component(id.trim()));
        let options = NavigateOptions {
            scroll: false,
            ..NavigateOptions::default()
        };
        navigate(&format!("?{PARAMETER}={id}"), options);
    };
    let found = move || asked.get().map(|id| view! { <Found id=id subject=subject /> });
    view! {
        <Card title=text::why_title() lead=text::why_lead()>
            <form class="why-form" on:submit=submit novalidate>
                <TextField id="evaluation-id" label=text::why_id() value=typed hint=text::why_id_hint() />
                <Button look=Look::Secondary submit=true>{text::why_look_up()}</Button>
            </form>
            <div class="why" role="status" aria-label=text::why_title()>{found}</div>
        </Card>
    }
    .into_any()
}

#[component]
fn Found(id: String, subject: Subject) -> impl IntoView {
    let session = Session::current();
    let id = StoredValue::new(id);
    let load = Load::new(move || {
        let id = id.get_value();
        async move {
            session
                .call(async |token| api::promotions::evaluation(token, &id).await)
                .await
        }
    });
    let shown = move |evaluation: Signal<Option<Evaluation>>| {
        move || {
            let evaluation = evaluation.get()?;
            Some(view! { <Record evaluation=evaluation subject=subject /> })
        }
    };
    view! { <Loaded load=load children=shown /> }.into_any()
}

#[component]
fn Record(evaluation: Evaluation, subject: Subject) -> impl IntoView {
    let (tone, title) = if evaluation.applicable {
        (Tone::Good, try_out::applicable())
    } else {
        (Tone::Bad, try_out::not_applicable())
    };
    let reason = evaluation.reason.as_ref().map(|reason| {
        view! { <p><strong>{usage::reason(reason.code)}</strong> ". " {text::why(reason.code)}</p> }
    });
    let gave = evaluation.discount.map(|discount| {
        view! { <dt>{text::why_gave()}</dt><dd>{format_money(&discount)}</dd> }
    });
    let redemption = evaluation.redemption_id.map(|id| {
        view! { <dt>{text::why_redemption()}</dt><dd><code>{id.to_string()}</code></dd> }
    });
    let mode = match evaluation.mode {
        Mode::Live => keys::mode_live(),
        Mode::Test => keys::mode_test(),
    };
    let version = evaluation.promotion.version;
    let condition = if evaluation.promotion.code == CurrentPromotion::code() {
        view! { <ConditionThen version=version subject=subject /> }.into_any()
    } else {
        elsewhere(&evaluation)
    };
    view! {
        <p class="state-line"><Badge tone=tone>{title}</Badge> <code>{evaluation.id.to_string()}</code></p>
        {reason}
        <dl class="details">
            <dt>{text::why_when()}</dt>
            <dd>{format_exact_time(evaluation.at, None)} ", " {text::why_took(&format_number(evaluation.response_ms))}</dd>
            <dt>{text::why_version()}</dt>
            <dd>{format_number(version)}</dd>
            <dt>{text::why_mode()}</dt>
            <dd>{mode}</dd>
            <dt>{text::why_asked()}</dt>
            <dd>{asked(&evaluation)}</dd>
            {gave}
            {redemption}
        </dl>
        {condition}
    }
    .into_any()
}

/// What the record holds of the request: nothing that names a person, and no attributes.
fn asked(evaluation: &Evaluation) -> String {
    let Evaluation {
        country,
        city,
        age_band,
        ..
    } = evaluation;
    if country.is_none() && age_band.is_none() {
        return text::why_asked_nothing().to_owned();
    }
    let shown = |kept: &Option<String>| kept.clone().unwrap_or_else(|| text::why_not_sent().to_owned());
    text::why_asked_line(&shown(country), &shown(city), &shown(age_band))
}

/// Where an evaluation of another promotion is shown.
fn elsewhere(evaluation: &Evaluation) -> AnyView {
    let code = &evaluation.promotion.code;
    let path = format!("/promotions/{code}/try?{PARAMETER}={}", evaluation.id);
    view! { <p>{text::why_other(code)} " " <a href=path>{text::why_open_other()}</a></p> }.into_any()
}

/// The condition as it was, to be tried on the request that is typed.
#[component]
fn ConditionThen(version: u64, subject: Subject) -> impl IntoView {
    let session = Session::current();
    let code = StoredValue::new(CurrentPromotion::code());
    let load = Load::new(move || {
        let code = code.get_value();
        async move {
            session
                .call(async |token| api::promotions::version(token, &code, version).await)
                .await
        }
    });
    let shown = move |then: Signal<Option<PublishedVersion>>| {
        move || {
            let condition = StoredValue::new(then.get()?.terms.condition);
            Some(view! {
                <h3>{text::why_condition(version)}</h3>
                <p><code class="condition">{condition.get_value()}</code></p>
                <p>
                    <Button look=Look::Secondary on_press=move |()| subject.try_condition(condition.get_value())>
                        {text::why_try()}
                    </Button>
                </p>
            })
        }
    };
    view! { <Loaded load=load children=shown /> }.into_any()
}
