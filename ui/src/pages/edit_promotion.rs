//! Changing a promotion.

use engine::promotion::Standing;
use leptos::prelude::*;
use leptos_router::components::A;
use leptos_router::hooks::use_params_map;

use super::editor::{PromotionForm, draft_of};
use super::promotion::PUBLISH_POLL;
use super::status::{StatusBadge, published};
use crate::api;
use crate::components::{Alert, AlertKind, Loaded, PageTitle};
use crate::i18n::editor as text;
use crate::load::Load;
use crate::session::Session;
use crate::wire::Promotion;
use crate::wire::promotions::Tagged;

/// The editor of the promotion of the address.
#[component]
pub(crate) fn EditPromotionPage() -> impl IntoView {
    let params = use_params_map();
    let code = Memo::new(move |_| params.read().get("code").unwrap_or_default());
    move || view! { <EditorOf code=code.get() /> }
}

#[component]
fn EditorOf(code: String) -> impl IntoView {
    let session = Session::current();
    let path = format!("/promotions/{code}");
    let load = Load::new(move || {
        let code = code.clone();
        async move {
            session
                .call(async |token| api::promotions::tagged_promotion(token, &code).await)
                .await
        }
    });
    view! {
        <p class="back"><A href=path>{text::back()}</A></p>
        <Loaded load=load children=move |_| view! { <Editing load=load /> } />
    }
}

/// The head, which follows the promotion on its way to the edge, and the form.
#[component]
fn Editing(load: Load<Tagged<Promotion>>) -> impl IntoView {
    let first = load.signal().get_untracked();
    let saved = RwSignal::new(first.clone());
    follow(load, saved);
    let promotion = move || saved.get().map(|saved| saved.value);
    let title = Signal::derive(move || {
        let name = saved.with(|saved| saved.as_ref().map(|saved| saved.value.name.clone()));
        text::edit_title(&name.unwrap_or_default())
    });
    let status = Memo::new(move |_| promotion().map(|promotion| promotion.status));
    let edge = Memo::new(move |_| promotion().as_ref().map(published).unwrap_or_default());
    let form = first.map(|first| {
        if first.value.status == Standing::Archived {
            return view! { <Alert kind=AlertKind::Info><p>{text::archived()}</p></Alert> }.into_any();
        }
        let draft = draft_of(&first.value);
        view! { {draft.map(|draft| view! { <PromotionForm draft=draft saved=saved /> })} }.into_any()
    });
    view! {
        <div class="page-head">
            <div>
                <PageTitle title=title />
                <p class="state-line">
                    {move || status.get().map(|status| view! { <StatusBadge status=status /> })}
                    <span role="status">{move || edge.get()}</span>
                </p>
            </div>
        </div>
        {form}
    }
}

/// Asks how far the edge is while it has yet to receive the newest version. Only of the same revision: a newer one is
/// somebody else's, which saving finds out.
fn follow(load: Load<Tagged<Promotion>>, saved: RwSignal<Option<Tagged<Promotion>>>) {
    load.poll(PUBLISH_POLL, move || {
        saved.with(|saved| saved.as_ref().is_some_and(|saved| saved.value.is_publishing()))
    });
    Effect::new(move |_| {
        let Some(found) = load.value() else { return };
        let is_same = saved.with_untracked(|saved| saved.as_ref().is_some_and(|saved| saved.tag == found.tag));
        if is_same {
            saved.set(Some(found));
        }
    });
}
