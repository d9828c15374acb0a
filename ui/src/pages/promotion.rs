//! One promotion: what it says, where it stands, trying it, its counts.

mod details;
mod try_out;
mod usage;

use std::time::Duration;

use engine::promotion::Standing;
use leptos::prelude::*;
use leptos_router::components::A;
use leptos_router::hooks::use_params_map;

use self::details::Details;
use self::try_out::TryOutCard;
use self::usage::UsageCard;
use super::status::{StatusBadge, published};
use crate::api::{self, Answer};
use crate::app::HOME;
use crate::components::{Alert, AlertKind, Button, Form, Loaded, Look, PageTitle};
use crate::i18n::promotions as text;
use crate::load::Load;
use crate::session::Session;
use crate::wire::{Promotion, Usage};

/// How often to ask whether the edge has a new version: publishing takes a few seconds.
pub(super) const PUBLISH_POLL: Duration = Duration::from_secs(1);
/// How often to ask for counts: a try-out is counted within seconds, and somebody is waiting to see it.
const USAGE_POLL: Duration = Duration::from_secs(2);

/// The promotion of the address.
#[component]
pub(crate) fn PromotionPage() -> impl IntoView {
    let params = use_params_map();
    let code = Memo::new(move |_| params.read().get("code").unwrap_or_default());
    move || view! { <PromotionView code=code.get() /> }
}

#[component]
fn PromotionView(code: String) -> impl IntoView {
    let session = Session::current();
    let code = StoredValue::new(code);
    let load = Load::new(move || {
        let code = code.get_value();
        async move { session.call(async |token| api::promotion(token, &code).await).await }
    });
    load.poll(PUBLISH_POLL, move || {
        load.value().is_some_and(|promotion| promotion.is_publishing())
    });
    let usage = Load::new(move || {
        let code = code.get_value();
        async move { session.call(async |token| api::usage(token, &code).await).await }
    });
    let is_draft = move || load.value().is_none_or(|promotion| promotion.status == Standing::Draft);
    usage.poll(USAGE_POLL, move || !is_draft());
    view! {
        <p class="back"><A href=HOME>{text::back()}</A></p>
        <Loaded load=load children=move |promotion| view! { <Content load=load promotion=promotion usage=usage /> } />
    }
}

#[component]
fn Content(load: Load<Promotion>, promotion: Signal<Option<Promotion>>, usage: Load<Usage>) -> impl IntoView {
    let name = Signal::derive(move || promotion.get().map(|promotion| promotion.name).unwrap_or_default());
    let edge = Memo::new(move |_| promotion.get().as_ref().map(published).unwrap_or_default());
    let status = Memo::new(move |_| promotion.get().map(|promotion| promotion.status));
    let fixed = promotion.get_untracked();
    let switch = Switch::new(load);
    view! {
        <div class="page-head">
            <div>
                <PageTitle title=name />
                <p class="state-line">
                    {move || status.get().map(|status| view! { <StatusBadge status=status /> })}
                    <span role="status">{move || edge.get()}</span>
                </p>
            </div>
            {move || switch.button(status.get())}
        </div>
        {switch.news()}
        <div class="columns">
            <div>
                {fixed.clone().map(|promotion| view! { <Details promotion=promotion /> })}
                <UsageCard usage=usage />
            </div>
            <div>{fixed.map(|promotion| view! { <TryOutCard promotion=promotion status=status usage=usage /> })}</div>
        </div>
    }
}

/// Activating and pausing.
#[derive(Clone, Copy)]
struct Switch {
    form: Form,
    news: RwSignal<Option<&'static str>>,
    press: Callback<()>,
}

impl Switch {
    fn new(load: Load<Promotion>) -> Self {
        let session = Session::current();
        let form = Form::new();
        let news = RwSignal::new(None);
        let press = Callback::new(move |()| {
            let Some(Promotion { code, status, .. }) = load.signal().get_untracked() else {
                return;
            };
            let was_active = is_on(status);
            news.set(None);
            form.submit(switched(session, code, was_active), move |promotion| {
                load.replace(promotion);
                news.set(Some(if was_active { text::paused() } else { text::activated() }));
            });
        });
        Self { form, news, press }
    }

    /// None for a promotion that neither can be done to.
    fn button(self, status: Option<Standing>) -> Option<impl IntoView> {
        let (look, word) = match status {
            Some(Standing::Active | Standing::Exhausted) => (Look::Secondary, text::pause()),
            Some(Standing::Draft | Standing::Paused) | None => (Look::Primary, text::activate()),
            Some(Standing::Expired | Standing::Archived) => return None,
        };
        Some(view! { <Button look=look busy=self.form.busy() on_press=self.press>{word}</Button> })
    }

    /// What came of it.
    fn news(self) -> impl IntoView {
        let news = move || {
            self.news
                .get()
                .map(|news| view! { <Alert kind=AlertKind::Success><p>{news}</p></Alert> })
        };
        view! {
            {self.form.summary(self.press)}
            {news}
        }
    }
}

/// Whether it is active, be anything left of it or not.
const fn is_on(status: Standing) -> bool {
    matches!(status, Standing::Active | Standing::Exhausted)
}

async fn switched(session: Session, code: String, was_active: bool) -> Answer<Promotion> {
    if was_active {
        session
            .call(async |token| api::pause_promotion(token, &code).await)
            .await
    } else {
        session
            .call(async |token| api::activate_promotion(token, &code).await)
            .await
    }
}
