//! The list of coupons: chosen and imported ones, those of a batch, or the one of a code.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos_router::components::A;

use super::address::{Address, Guide, Shown};
use super::import::ImportDialog;
use super::new_coupon::NewCouponDialog;
use super::state::{coupon_state, uses};
use super::{Coupons, PUBLISH_POLL};
use crate::api::{self, Answer};
use crate::browser::{format_date, format_time};
use crate::components::{Badge, Button, Choice, EmptyState, Loaded, Look, More, SearchField, SelectField};
use crate::i18n::coupons as text;
use crate::load::Load;
use crate::wire::Page;
use crate::wire::coupons::{Batch, Coupon};

/// The section of single coupons.
#[component]
pub(super) fn CouponsCard(coupons: Coupons) -> impl IntoView {
    let address = Address::current();
    let shown = Memo::new(move |_| address.with(|address| address.shown.clone()));
    let (is_making, is_importing) = (RwSignal::new(false), RwSignal::new(false));
    let changes = move || {
        coupons.may_change.get().then(|| {
            view! {
                <Button look=Look::Secondary on_press=move |()| is_importing.set(true)>{text::import()}</Button>
                <Button on_press=move |()| is_making.set(true)>{text::new_coupon()}</Button>
            }
        })
    };
    view! {
        <section class="card" aria-labelledby="coupons-title">
            <div class="section-head">
                <div>
                    <h2 id="coupons-title">{text::coupons()}</h2>
                    <p class="lead">{text::coupons_lead()}</p>
                </div>
                <div class="actions">{changes}</div>
            </div>
            <Filters coupons=coupons shown=shown />
            {move || view! { <List coupons=coupons shown=shown.get() /> }}
            <NewCouponDialog coupons=coupons open=is_making />
            <ImportDialog coupons=coupons open=is_importing />
        </section>
    }
    .into_any()
}

/// The search by code and the choice of a batch, as the address has them.
#[component]
fn Filters(coupons: Coupons, shown: Memo<Shown>) -> impl IntoView {
    let guide = Guide::new(coupons.promotion);
    let (found, id) = fields(shown.get_untracked());
    let (typed, batch) = (RwSignal::new(found), RwSignal::new(id));
    Effect::new(move |_| {
        let (found, id) = fields(shown.get());
        typed.set(found);
        batch.set(id);
    });
    let show = move |shown| guide.go(&Address { shown, coupon: None });
    let search = move |event: SubmitEvent| {
        event.prevent_default();
        let code = typed.get_untracked().trim().to_owned();
        show(if code.is_empty() {
            Shown::Listed
        } else {
            Shown::Found(code)
        });
    };
    Effect::new(move |_| {
        let chosen = batch.get();
        if chosen != fields(shown.get_untracked()).1 {
            show(if chosen.is_empty() {
                Shown::Listed
            } else {
                Shown::Batch(chosen)
            });
        }
    });
    let zone = coupons.zone.get_value();
    let choices = Memo::new(move |_| {
        let label = |batch: &Batch| text::batch_choice(&batch.pattern, &format_date(batch.created_at, Some(&zone)));
        let batches = coupons.batches.signal().get().unwrap_or_default();
        let listed = [Choice::new("", text::listed())].into_iter();
        listed
            .chain(
                batches
                    .iter()
                    .map(|batch| Choice::new(batch.id.to_string(), label(batch))),
            )
            .collect::<Vec<_>>()
    });
    view! {
        <div class="filters">
            <form class="search-form" on:submit=search>
                <SearchField id="coupon-search" label=text::search() value=typed placeholder=text::search_placeholder() />
                <Button look=Look::Secondary submit=true>{text::search_button()}</Button>
            </form>
            {move || {
                view! { <SelectField id="coupon-batch" label=text::which() value=batch choices=choices.get() /> }
            }}
        </div>
    }
    .into_any()
}

/// What the search and the choice show.
fn fields(shown: Shown) -> (String, String) {
    match shown {
        Shown::Listed => (String::new(), String::new()),
        Shown::Batch(id) => (String::new(), id),
        Shown::Found(code) => (code, String::new()),
    }
}

async fn fetch(coupons: Coupons, shown: Shown, cursor: Option<String>) -> Answer<Page<Coupon>> {
    let promotion = coupons.promotion.get_value();
    let call = async |token: &str| match &shown {
        Shown::Listed => api::coupons::coupons(token, &promotion, None, cursor.as_deref()).await,
        Shown::Batch(id) => api::coupons::coupons(token, &promotion, Some(id), cursor.as_deref()).await,
        Shown::Found(typed) => api::coupons::find_coupon(token, &promotion, typed).await,
    };
    coupons.session.call(call).await
}

#[component]
fn List(coupons: Coupons, shown: Shown) -> impl IntoView {
    let own = StoredValue::new(shown);
    let load = Load::new(move || fetch(coupons, own.get_value(), None));
    Effect::new(move |before: Option<u64>| {
        let changes = coupons.changes.get();
        if before.is_some_and(|before| before != changes) {
            load.reload();
        }
        changes
    });
    load.poll(PUBLISH_POLL, move || {
        // A reload shows the first page alone: not under the hands of somebody who reads on.
        let is_first_page = |page: &Page<Coupon>| page.items.len() <= api::PAGE_SIZE;
        load.value()
            .is_some_and(|page| is_first_page(&page) && page.items.iter().any(|coupon| !coupon.published))
    });
    view! {
        <Loaded load=load children=move |page| view! { <Table coupons=coupons shown=own load=load page=page /> } />
    }
    .into_any()
}

#[component]
fn Table(
    coupons: Coupons,
    shown: StoredValue<Shown>,
    load: Load<Page<Coupon>>,
    page: Signal<Option<Page<Coupon>>>,
) -> impl IntoView {
    let is_empty = Memo::new(move |_| page.with(|page| page.as_ref().is_none_or(|page| page.items.is_empty())));
    let items = move || page.with(|page| page.as_ref().map(|page| page.items.clone()).unwrap_or_default());
    let next_page = move |cursor: String| fetch(coupons, shown.get_value(), Some(cursor));
    move || {
        if is_empty.get() {
            return nothing(&shown.get_value());
        }
        view! {
            <div class="table-box">
                <table>
                    <caption>{text::coupons()}</caption>
                    <thead>
                        <tr>
                            <th scope="col">{text::code()}</th>
                            <th scope="col">{text::column_state()}</th>
                            <th scope="col" class="number">{text::column_uses()}</th>
                            <th scope="col">{text::column_expires()}</th>
                            <th scope="col">{text::customer()}</th>
                        </tr>
                    </thead>
                    <tbody>
                        <For
                            each=items
                            key=|coupon| (coupon.code.clone(), coupon.state, coupon.uses, coupon.published)
                            let:coupon
                        >
                            <Row coupons=coupons shown=shown coupon=coupon />
                        </For>
                    </tbody>
                </table>
            </div>
            <More load=load fetch=next_page />
        }
        .into_any()
    }
}

/// What stands in place of an empty list.
fn nothing(shown: &Shown) -> AnyView {
    let (title, body) = match shown {
        Shown::Listed => (text::none_listed_title().to_owned(), text::none_listed_body()),
        Shown::Batch(_) => (text::none_in_batch_title().to_owned(), text::none_in_batch_body()),
        Shown::Found(typed) => (text::not_found_title(typed), text::not_found_body()),
    };
    view! { <EmptyState title=title body=body /> }.into_any()
}

#[component]
fn Row(coupons: Coupons, shown: StoredValue<Shown>, coupon: Coupon) -> impl IntoView {
    let (tone, state) = coupon_state(coupon.state);
    let details = Address {
        shown: shown.get_value(),
        coupon: Some(coupon.code.clone()),
    };
    let expires = coupon.expires_at.map_or_else(
        || text::no_end().to_owned(),
        |at| coupons.zone.with_value(|zone| format_time(at, Some(zone))),
    );
    let on_its_way = (!coupon.published).then(|| view! { " " <span class="hint">{text::on_its_way()}</span> });
    let (used, code) = (uses(&coupon), coupon.code);
    view! {
        <tr>
            <th scope="row">
                <A href=details.path(&coupons.promotion.get_value()) scroll=false>
                    <code>{code}</code>
                </A>
            </th>
            <td data-label=text::column_state()>
                <span><Badge tone=tone>{state}</Badge>{on_its_way}</span>
            </td>
            <td data-label=text::column_uses() class="number">{used}</td>
            <td data-label=text::column_expires()>{expires}</td>
            <td data-label=text::customer()>{coupon.customer_id.unwrap_or_else(|| text::everybody().to_owned())}</td>
        </tr>
    }
    .into_any()
}
