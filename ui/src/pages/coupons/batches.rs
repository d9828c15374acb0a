//! The batches of generated coupons: how they stand, their files, taking one back.

use leptos::prelude::*;
use leptos_router::components::A;

use super::Coupons;
use super::address::{Address, Shown};
use super::download::{Download, DownloadLine};
use super::new_batch::NewBatchDialog;
use super::state::{batch_status, max_uses};
use crate::api;
use crate::api::coupons::Export;
use crate::browser::{format_number, format_time};
use crate::components::{Badge, Button, ConfirmDialog, EmptyState, Form, Icon, IconMark, Loaded, Look};
use crate::i18n::coupons as text;
use crate::wire::coupons::{Batch, BatchStatus};

/// Coupons of one file, the most: some 300 MB, which a browser still gathers in memory. More are downloaded batch by
/// batch.
const MAX_DOWNLOAD_COUPONS: u64 = 5_000_000;

/// The section of batches.
#[component]
pub(super) fn Batches(coupons: Coupons) -> impl IntoView {
    let is_making = RwSignal::new(false);
    let download = Download::new(coupons);
    let make = move || {
        coupons.may_change.get().then(|| {
            view! { <Button on_press=move |()| is_making.set(true)>{text::new_batch()}</Button> }
        })
    };
    view! {
        <section class="card" aria-labelledby="batches-title">
            <div class="section-head">
                <div>
                    <h2 id="batches-title">{text::batches()}</h2>
                    <p class="lead">{text::batches_lead()}</p>
                </div>
                <div class="actions">
                    <Button look=Look::Secondary busy=download.busy() on_press=move |()| download_all(coupons, download)>
                        <IconMark icon=Icon::Download />
                        {text::download_all()}
                    </Button>
                    {make}
                </div>
            </div>
            <DownloadLine download=download />
            <Loaded
                load=coupons.batches
                children=move |batches| view! { <Table coupons=coupons download=download batches=batches /> }
            />
            <NewBatchDialog coupons=coupons open=is_making />
        </section>
    }
    .into_any()
}

/// One file of everything: listed coupons first, then batch by batch.
fn download_all(coupons: Coupons, download: Download) {
    // Without the batches it would not be everything.
    let Some(batches) = coupons.batches.signal().get_untracked() else {
        coupons.batches.reload();
        return;
    };
    let generated: u64 = batches.iter().map(|batch| u64::from(batch.count)).sum();
    if generated > MAX_DOWNLOAD_COUPONS {
        coupons
            .news
            .say(text::download_too_large(&format_number(MAX_DOWNLOAD_COUPONS)));
        return;
    }
    let exports = [Export::Listed].into_iter();
    let exports = exports.chain(batches.iter().map(|batch| Export::Batch(batch.id)));
    let promotion = coupons.promotion.get_value();
    download.start(exports.collect(), None, format!("coupons-{promotion}.csv"));
}

#[component]
fn Table(coupons: Coupons, download: Download, batches: Signal<Option<Vec<Batch>>>) -> impl IntoView {
    let is_empty = Memo::new(move |_| batches.with(|batches| batches.as_ref().is_none_or(Vec::is_empty)));
    let items = move || batches.get().unwrap_or_default();
    let revoking = RwSignal::new(None::<Batch>);
    let table = move || {
        if is_empty.get() {
            return view! { <EmptyState title=text::no_batches_title() body=text::no_batches_body() /> }.into_any();
        }
        view! {
            <div class="table-box">
                <table>
                    <caption>{text::batches_caption()}</caption>
                    <thead>
                        <tr>
                            <th scope="col">{text::column_pattern()}</th>
                            <th scope="col">{text::column_status()}</th>
                            <th scope="col" class="number">{text::column_coupons()}</th>
                            <th scope="col" class="number">{text::column_max_uses()}</th>
                            <th scope="col">{text::column_expires()}</th>
                            <th scope="col">{text::column_actions()}</th>
                        </tr>
                    </thead>
                    <tbody>
                        <For each=items key=|batch| (batch.id, batch.status) let:batch>
                            <Row coupons=coupons download=download batch=batch revoking=revoking />
                        </For>
                    </tbody>
                </table>
            </div>
        }
        .into_any()
    };
    view! {
        <Revocation coupons=coupons revoking=revoking />
        {table}
    }
    .into_any()
}

#[component]
fn Row(coupons: Coupons, download: Download, batch: Batch, revoking: RwSignal<Option<Batch>>) -> impl IntoView {
    let (tone, status) = batch_status(batch.status);
    let zone = coupons.zone.get_value();
    let expires = batch
        .expires_at
        .map_or_else(|| text::no_end().to_owned(), |at| format_time(at, Some(&zone)));
    let list = Address {
        shown: Shown::Batch(batch.id.to_string()),
        coupon: None,
    };
    let save_label = text::download_batch(&batch.pattern);
    let (id, count) = (batch.id, u64::from(batch.count));
    let save = move |()| {
        let file = format!("coupons-{}-{id}.csv", coupons.promotion.get_value());
        download.start(vec![Export::Batch(id)], Some(count), file);
    };
    let pattern = batch.pattern.clone();
    let own = StoredValue::new(batch.clone());
    let revoke = move || {
        let is_offered = coupons.may_change.get() && own.with_value(|batch| batch.status != BatchStatus::Revoked);
        is_offered.then(|| {
            let pattern = own.with_value(|batch| batch.pattern.clone());
            let press = move |()| revoking.set(Some(own.get_value()));
            view! {
                <Button look=Look::Quiet label=text::revoke_batch(&pattern) on_press=press>{text::revoke()}</Button>
            }
        })
    };
    view! {
        <tr>
            <th scope="row">
                <code>{batch.pattern}</code>
                <span class="hint">{text::made_at(&format_time(batch.created_at, Some(&zone)))}</span>
            </th>
            <td data-label=text::column_status()><Badge tone=tone>{status}</Badge></td>
            <td data-label=text::column_coupons() class="number">{format_number(count)}</td>
            <td data-label=text::column_max_uses() class="number">{max_uses(batch.max_uses)}</td>
            <td data-label=text::column_expires()>{expires}</td>
            <td>
                <div class="row-actions">
                    <A href=list.path(&coupons.promotion.get_value()) scroll=false attr:class=Look::Quiet.class()>
                        {text::show_coupons()}
                        <span class="visually-hidden">" " {pattern}</span>
                    </A>
                    <Button
                        look=Look::Quiet
                        busy=download.busy()
                        label=save_label
                        on_press=save
                    >
                        {text::download()}
                    </Button>
                    {revoke}
                </div>
            </td>
        </tr>
    }
    .into_any()
}

/// Asks, then takes a batch back.
#[component]
fn Revocation(coupons: Coupons, revoking: RwSignal<Option<Batch>>) -> impl IntoView {
    let form = Form::new();
    let question = RwSignal::new(None::<String>);
    Effect::new(move |_| {
        question.set(
            revoking
                .get()
                .map(|batch| text::revoke_batch_question(u64::from(batch.count), &batch.pattern)),
        );
    });
    let revoke = Callback::new(move |()| {
        let Some(batch) = revoking.get_untracked() else {
            return;
        };
        let promotion = coupons.promotion.get_value();
        form.submit(
            async move {
                coupons
                    .session
                    .call(async |token| api::coupons::revoke_batch(token, &promotion, batch.id).await)
                    .await
            },
            move |revoked| {
                coupons.news.say(text::batch_is_revoked(&revoked.pattern));
                coupons.batches.reload();
                coupons.changed();
            },
        );
    });
    view! {
        {form.summary(revoke)}
        <ConfirmDialog
            id="revoke-batch-question"
            question=question
            confirm=text::revoke_batch_confirm()
            cancel=text::keep()
            on_confirm=revoke
        />
    }
}
