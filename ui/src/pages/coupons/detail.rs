//! One coupon, in a dialog that the address opens.

use leptos::prelude::*;
use leptos_router::components::A;

use super::address::{Address, Guide, Shown};
use super::state::{coupon_sentence, coupon_state, uses};
use super::{Coupons, PUBLISH_POLL};
use crate::api;
use crate::browser::format_time;
use crate::components::{Badge, Button, ConfirmDialog, Copyable, Form, Loaded, Look, Modal};
use crate::i18n::coupons as text;
use crate::load::Load;
use crate::wire::coupons::{Coupon, CouponState};

/// The dialog; open while the address names a coupon.
#[component]
pub(super) fn CouponDialog(coupons: Coupons) -> impl IntoView {
    let guide = Guide::new(coupons.promotion);
    let address = Address::current();
    let code = Memo::new(move |_| address.with(|address| address.coupon.clone()));
    let open = RwSignal::new(code.get_untracked().is_some());
    Effect::new(move |_| open.set(code.get().is_some()));
    Effect::new(move |_| {
        let address = address.get_untracked();
        if !open.get() && address.coupon.is_some() {
            guide.go(&Address {
                coupon: None,
                ..address
            });
        }
    });
    view! {
        <Modal id="coupon" title=text::coupon() open=open>
            {move || code.get().map(|code| view! { <Detail coupons=coupons code=code /> })}
        </Modal>
    }
    .into_any()
}

#[component]
fn Detail(coupons: Coupons, code: String) -> impl IntoView {
    let code = StoredValue::new(code);
    let load = Load::new(move || async move {
        let (promotion, code) = (coupons.promotion.get_value(), code.get_value());
        coupons
            .session
            .call(async |token| api::coupons::coupon(token, &promotion, &code).await)
            .await
    });
    load.poll(PUBLISH_POLL, move || {
        load.signal()
            .with(|coupon| coupon.as_ref().is_some_and(|coupon| !coupon.published))
    });
    let shown = move |coupon: Signal<Option<Coupon>>| {
        move || {
            coupon
                .get()
                .map(|coupon| view! { <Facts coupons=coupons coupon=coupon /> })
        }
    };
    view! {
        <Loaded load=load children=shown />
        <Revocation coupons=coupons load=load />
    }
    .into_any()
}

#[component]
fn Facts(coupons: Coupons, coupon: Coupon) -> impl IntoView {
    let zone = coupons.zone.get_value();
    let time = move |at| format_time(at, Some(&zone));
    let (tone, state) = coupon_state(coupon.state);
    let expires = coupon.expires_at.map_or_else(|| text::no_end().to_owned(), &time);
    let revoked = coupon
        .revoked_at
        .map(|at| view! { <dt>{text::revoked_at()}</dt><dd>{time(at)}</dd> });
    let batch = coupon.batch_id.map(|id| {
        let list = Address {
            shown: Shown::Batch(id.to_string()),
            coupon: None,
        };
        list.path(&coupons.promotion.get_value())
    });
    let origin = match batch {
        Some(path) => view! { <A href=path scroll=false>{text::from_batch()}</A> }.into_any(),
        None => text::from_list().into_any(),
    };
    view! {
        <Copyable id="shown-code" label=text::code() text=coupon.code.clone() />
        <p class="state-line"><Badge tone=tone>{state}</Badge> {coupon_sentence(&coupon)}</p>
        <dl class="details">
            <dt>{text::column_uses()}</dt>
            <dd>{uses(&coupon)}</dd>
            <dt>{text::column_expires()}</dt>
            <dd>{expires}</dd>
            <dt>{text::customer()}</dt>
            <dd>{coupon.customer_id.unwrap_or_else(|| text::everybody().to_owned())}</dd>
            <dt>{text::origin()}</dt>
            <dd>{origin}</dd>
            <dt>{text::created_at()}</dt>
            <dd>{time(coupon.created_at)}</dd>
            {revoked}
            <dt>{text::at_the_edge()}</dt>
            <dd>{if coupon.published { text::edge_knows() } else { text::on_its_way() }}</dd>
        </dl>
        <p class="hint">{text::uses_delay()}</p>
    }
    .into_any()
}

/// Asks, then takes the coupon back.
#[component]
fn Revocation(coupons: Coupons, load: Load<Coupon>) -> impl IntoView {
    let form = Form::new();
    let question = RwSignal::new(None::<String>);
    let code = Memo::new(move |_| {
        load.signal()
            .with(|coupon| coupon.as_ref().map(|coupon| coupon.code.clone()))
    });
    let is_offered = Memo::new(move |_| {
        let is_revoked = |coupon: &Coupon| coupon.state == CouponState::Revoked;
        coupons.may_change.get()
            && load
                .signal()
                .with(|coupon| coupon.as_ref().is_some_and(|coupon| !is_revoked(coupon)))
    });
    let revoke = Callback::new(move |()| {
        let Some(code) = code.get_untracked() else {
            return;
        };
        let promotion = coupons.promotion.get_value();
        form.submit(
            async move {
                coupons
                    .session
                    .call(async |token| api::coupons::revoke_coupon(token, &promotion, &code).await)
                    .await
            },
            move |coupon| {
                coupons.news.say(text::coupon_is_revoked(&coupon.code));
                load.replace(coupon);
                coupons.changed();
            },
        );
    });
    let ask = move |()| question.set(code.get_untracked().map(|code| text::revoke_coupon_question(&code)));
    let button = move || {
        is_offered.get().then(|| {
            view! {
                <div class="actions">
                    <Button look=Look::Danger busy=form.busy() on_press=ask>{text::revoke_coupon()}</Button>
                </div>
            }
        })
    };
    view! {
        {form.summary(revoke)}
        {button}
        <ConfirmDialog
            id="revoke-coupon-question"
            question=question
            confirm=text::revoke_coupon()
            cancel=text::keep()
            on_confirm=revoke
        />
    }
    .into_any()
}
