//! A promotion at a glance.

use engine::promotion::Standing;
use leptos::prelude::*;

use super::CurrentPromotion;
use super::details::Details;
use super::limits::LimitsCard;
use super::usage::UsageCard;
use crate::session::Session;
use crate::wire::{Permission, Promotion};

/// What it says, what it may give, and how often it was asked for.
#[component]
pub(crate) fn OverviewPage() -> impl IntoView {
    let load = CurrentPromotion::load();
    let is_asked_for = Memo::new(move |_| {
        load.value()
            .is_some_and(|promotion| promotion.status != Standing::Draft)
    });
    let terms = Memo::new(move |_| load.value().as_ref().map(Promotion::terms));
    let limits = Memo::new(move |_| terms.get().map(|terms| terms.limits).unwrap_or_default());
    let may_count = Session::current().may(Permission::ReportsRead);
    let usage = may_count.then(|| view! { <UsageCard is_asked_for=is_asked_for /> });
    view! {
        <div class="columns">
            <div>{move || terms.get().map(|terms| view! { <Details terms=terms /> })}</div>
            <div>
                {move || view! { <LimitsCard limits=limits.get() is_asked_for=is_asked_for /> }}
                {usage}
            </div>
        </div>
    }
    .into_any()
}
