//! Creating a promotion.

use leptos::prelude::*;
use leptos_router::components::A;

pub(super) use super::editor::currencies;
use super::editor::{PromotionForm, blank};
use crate::components::PageTitle;
use crate::i18n::{editor as text, promotions};

/// The editor of a new promotion.
#[component]
pub(crate) fn NewPromotionPage() -> impl IntoView {
    let saved = RwSignal::new(None);
    view! {
        <p class="back"><A href="/promotions">{promotions::back()}</A></p>
        <PageTitle title=text::title() />
        {blank().map(|draft| view! { <PromotionForm draft=draft saved=saved /> })}
    }
}
