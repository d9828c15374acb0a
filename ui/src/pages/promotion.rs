//! One promotion: the head of its pages, and its overview.

mod actions;
mod details;
mod limits;
mod overview;
mod usage;

use std::time::Duration;

use leptos::prelude::*;
use leptos_router::components::{A, Outlet};
use leptos_router::hooks::use_params_map;

use self::actions::Actions;
pub(super) use self::details::declaration;
pub(crate) use self::overview::OverviewPage;
use super::status::{StatusBadge, published};
use crate::api;
use crate::components::{Loaded, PageTitle, TabLinks};
use crate::i18n::promotions as text;
use crate::load::Load;
use crate::session::Session;
use crate::wire::Promotion;

/// How often to ask whether the edge has a new version: publishing takes a few seconds.
pub(super) const PUBLISH_POLL: Duration = Duration::from_secs(1);

/// The promotion that the pages of one are about; its frame loads it and keeps it fresh.
#[derive(Clone, Copy)]
pub(crate) struct CurrentPromotion(Load<Promotion>);

impl CurrentPromotion {
    /// The promotion of the frame around.
    pub(crate) fn load() -> Load<Promotion> {
        let Self(load) = expect_context();
        load
    }

    /// Its code, which is settled while its pages are shown.
    pub(crate) fn code() -> String {
        let load = Self::load().signal();
        load.with_untracked(|promotion| promotion.as_ref().map(|promotion| promotion.code.clone()))
            .unwrap_or_default()
    }
}

/// The head of every page of the promotion of the address: its name, its state, what can be done, its pages.
#[component]
pub(crate) fn PromotionFrame() -> impl IntoView {
    let params = use_params_map();
    let code = Memo::new(move |_| params.read().get("code").unwrap_or_default());
    move || view! { <FrameOf code=code.get() /> }.into_any()
}

#[component]
fn FrameOf(code: String) -> impl IntoView {
    let session = Session::current();
    let own = StoredValue::new(code);
    let load = Load::new(move || {
        let code = own.get_value();
        async move { session.call(async |token| api::promotion(token, &code).await).await }
    });
    load.poll(PUBLISH_POLL, move || {
        load.value().is_some_and(|promotion| promotion.is_publishing())
    });
    provide_context(CurrentPromotion(load));
    view! {
        <p class="back"><A href="/promotions">{text::back()}</A></p>
        <Show when=move || load.failure().is_some() && load.value().is_none()>
            <PageTitle title=own.get_value() />
        </Show>
        <Loaded load=load children=move |promotion| view! { <Head load=load promotion=promotion /> <Outlet /> } />
    }
}

#[component]
fn Head(load: Load<Promotion>, promotion: Signal<Option<Promotion>>) -> impl IntoView {
    let name = Signal::derive(move || promotion.get().map(|promotion| promotion.name).unwrap_or_default());
    let edge = Memo::new(move |_| promotion.get().as_ref().map(published).unwrap_or_default());
    let is_publishing =
        Memo::new(move |_| promotion.with(|promotion| promotion.as_ref().is_some_and(Promotion::is_publishing)));
    let status = Memo::new(move |_| promotion.get().map(|promotion| promotion.status));
    let code = promotion
        .get_untracked()
        .map(|promotion| promotion.code)
        .unwrap_or_default();
    let actions = Actions::new(load);
    let page = |path: &str, name: &str| (format!("/promotions/{code}{path}"), name.to_owned());
    let tabs = vec![
        page("", text::overview()),
        page("/try", text::try_it()),
        page("/coupons", text::coupons()),
        page("/versions", text::versions()),
    ];
    view! {
        <div class="page-head">
            <div>
                <PageTitle title=name />
                <p class="state-line">
                    {move || status.get().map(|status| view! { <StatusBadge status=status /> })}
                    <span role="status">{move || edge.get()}</span>
                    <Show when=move || is_publishing.get()>
                        <progress class="publishing" aria-hidden="true"></progress>
                    </Show>
                </p>
                {actions.dialogs()}
            </div>
            {move || actions.buttons(status.get())}
        </div>
        {actions.news()}
        <TabLinks label=name.get_untracked() tabs=tabs />
    }
    .into_any()
}
