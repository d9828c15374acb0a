//! The list of promotions.

use leptos::prelude::*;
use leptos_router::components::A;

use super::effect::describe;
use super::status::{StatusBadge, published};
use crate::api;
use crate::components::{EmptyState, Loaded, Look, More, PageTitle};
use crate::i18n::promotions as text;
use crate::load::Load;
use crate::session::Session;
use crate::wire::{Page, Promotion};

/// Every promotion of the organisation, with its state and counts.
#[component]
pub(crate) fn PromotionsPage() -> impl IntoView {
    let session = Session::current();
    let load = Load::new(move || session.call(async |token| api::promotions(token, None).await));
    load.poll(super::promotion::PUBLISH_POLL, move || {
        // A reload shows the first page alone: not under the hands of somebody who reads on.
        let is_first_page = |page: &Page<Promotion>| page.items.len() <= api::PAGE_SIZE;
        load.value()
            .is_some_and(|page| is_first_page(&page) && page.items.iter().any(Promotion::is_publishing))
    });
    view! {
        <div class="page-head">
            <div>
                <PageTitle title=text::title() />
                <p class="lead">{text::lead()}</p>
            </div>
            <A href="/new-promotion" attr:class=Look::Primary.class()>{text::create()}</A>
        </div>
        <Loaded load=load children=move |page| view! { <List load=load page=page /> } />
    }
}

#[component]
fn List(load: Load<Page<Promotion>>, page: Signal<Option<Page<Promotion>>>) -> impl IntoView {
    let is_empty = Memo::new(move |_| page.with(|page| page.as_ref().is_none_or(|page| page.items.is_empty())));
    let session = Session::current();
    let next_page = move |cursor: String| async move {
        session
            .call(async |token| api::promotions(token, Some(&cursor)).await)
            .await
    };
    let items = move || page.with(|page| page.as_ref().map(|page| page.items.clone()).unwrap_or_default());
    move || {
        if is_empty.get() {
            return view! {
                <EmptyState title=text::empty_title() body=text::empty_body()>
                    <A href="/new-promotion" attr:class=Look::Primary.class()>{text::create()}</A>
                </EmptyState>
            }
            .into_any();
        }
        view! {
            <div class="table-box">
                <table>
                    <caption>{text::list_caption()}</caption>
                    <thead>
                        <tr>
                            <th scope="col">{text::column_promotion()}</th>
                            <th scope="col">{text::column_status()}</th>
                            <th scope="col">{text::column_edge()}</th>
                            <th scope="col">{text::column_gives()}</th>
                            <th scope="col" class="number">{text::column_evaluations()}</th>
                            <th scope="col" class="number">{text::column_applicable()}</th>
                        </tr>
                    </thead>
                    <tbody>
                        <For
                            each=items
                            key=|promotion| (promotion.code.clone(), promotion.status.as_str(), published(promotion))
                            let:promotion
                        >
                            <Row promotion=promotion />
                        </For>
                    </tbody>
                </table>
            </div>
            <More load=load fetch=next_page />
        }
        .into_any()
    }
}

#[component]
fn Row(promotion: Promotion) -> impl IntoView {
    let session = Session::current();
    let code = promotion.code.clone();
    let usage = Load::new(move || {
        let code = code.clone();
        async move { session.call(async |token| api::usage(token, &code).await).await }
    });
    let count = move |pick: fn(&crate::wire::UsageTotals) -> u64| {
        move || match (usage.value(), usage.failure()) {
            (Some(usage), _) => pick(&usage.totals).to_string(),
            (None, None) => "…".to_owned(),
            (None, Some(_)) => "–".to_owned(),
        }
    };
    let edge = published(&promotion);
    view! {
        <tr>
            <th scope="row">
                <A href=format!("/promotions/{}", promotion.code)>{promotion.name}</A>
                <span class="code">{promotion.code}</span>
            </th>
            <td data-label=text::column_status()><StatusBadge status=promotion.status /></td>
            <td data-label=text::column_edge()>{edge}</td>
            <td data-label=text::column_gives()>{describe(&promotion.effect)}</td>
            <td data-label=text::column_evaluations() class="number">{count(|totals| totals.evaluations)}</td>
            <td data-label=text::column_applicable() class="number">{count(|totals| totals.applicable)}</td>
        </tr>
    }
}
