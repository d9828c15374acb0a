//! The page for addresses that lead nowhere.

use leptos::prelude::*;
use leptos_router::components::A;

use crate::app::HOME;
use crate::components::{Look, PageTitle};
use crate::i18n::common;

/// Says that nothing is here, and where something is.
#[component]
pub(crate) fn NotFoundPage() -> impl IntoView {
    view! {
        <PageTitle title=common::not_found_title() />
        <p>{common::not_found_body()}</p>
        <A href=HOME attr:class=Look::Secondary.class()>{common::to_promotions()}</A>
    }
}
