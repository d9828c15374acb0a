//! A coupon with a chosen code.

use engine::problem::FieldError;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;

use super::Coupons;
use crate::api;
use crate::components::{Button, Form, Look, Modal, TextField};
use crate::forms::coupons::{CouponDraft, UseDraft};
use crate::i18n::coupons as text;

/// What was typed.
#[derive(Clone, Copy)]
struct Fields {
    code: RwSignal<String>,
    customer_id: RwSignal<String>,
    max_uses: RwSignal<String>,
    expires_at: RwSignal<String>,
}

/// The dialog that makes a coupon.
#[component]
pub(super) fn NewCouponDialog(coupons: Coupons, open: RwSignal<bool>) -> impl IntoView {
    view! {
        <Modal id="new-coupon" title=text::new_coupon() open=open>
            <NewCouponForm coupons=coupons open=open />
        </Modal>
    }
}

#[component]
fn NewCouponForm(coupons: Coupons, open: RwSignal<bool>) -> impl IntoView {
    let form = Form::new();
    let fields = Fields {
        code: RwSignal::new(String::new()),
        customer_id: RwSignal::new(String::new()),
        max_uses: RwSignal::new("1".to_owned()),
        expires_at: RwSignal::new(String::new()),
    };
    let send = Callback::new(move |()| make(coupons, fields, form, open));
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        send.run(());
    };
    let errors_at = |pointer: &str| form.errors_at(pointer.to_owned());
    view! {
        <form on:submit=submit novalidate>
            {form.summary(send)}
            <TextField
                id="coupon-code"
                label=text::code()
                value=fields.code
                errors=errors_at("/code")
                hint=text::code_hint()
            />
            <div class="fields">
                <UsesField id="coupon-uses" value=fields.max_uses errors=errors_at("/max_uses") />
                <ExpiryField id="coupon-expiry" coupons=coupons value=fields.expires_at errors=errors_at("/expires_at") />
            </div>
            <TextField
                id="coupon-customer"
                label=text::customer()
                value=fields.customer_id
                errors=errors_at("/customer_id")
                hint=text::customer_hint()
                is_optional=true
            />
            <div class="actions">
                <Button look=Look::Secondary on_press=move |()| open.set(false)>{text::cancel()}</Button>
                <Button submit=true busy=form.busy()>
                    {move || if form.busy().get() { text::making() } else { text::make_coupon() }}
                </Button>
            </div>
        </form>
    }
    .into_any()
}

fn make(coupons: Coupons, fields: Fields, form: Form, open: RwSignal<bool>) {
    let draft = CouponDraft {
        code: fields.code.get_untracked(),
        customer_id: fields.customer_id.get_untracked(),
        uses: UseDraft {
            max_uses: fields.max_uses.get_untracked(),
            expires_at: fields.expires_at.get_untracked(),
        },
    };
    let body = match draft.to_body(|wall| coupons.instant(wall)) {
        Ok(body) => body,
        Err(errors) => return form.refuse(errors),
    };
    let (promotion, session) = (coupons.promotion.get_value(), coupons.session);
    form.submit(
        async move {
            session
                .call(async |token| api::coupons::create_coupon(token, &promotion, &body).await)
                .await
        },
        move |coupon| {
            coupons.news.say(text::coupon_is_made(&coupon.code));
            open.set(false);
            coupons.changed();
        },
    );
}

/// How often a coupon can be used.
#[component]
pub(super) fn UsesField(id: &'static str, value: RwSignal<String>, errors: Signal<Vec<FieldError>>) -> impl IntoView {
    view! {
        <TextField
            id=id
            label=text::max_uses()
            value=value
            errors=errors
            hint=text::max_uses_hint()
            inputmode="numeric"
            is_optional=true
        />
    }
}

/// Until when a coupon is good, in the promotion's zone.
#[component]
pub(super) fn ExpiryField(
    id: &'static str,
    coupons: Coupons,
    value: RwSignal<String>,
    errors: Signal<Vec<FieldError>>,
) -> impl IntoView {
    let hint = coupons.zone.with_value(|zone| text::expires_hint(zone));
    view! {
        <TextField
            id=id
            label=text::column_expires()
            value=value
            errors=errors
            kind="datetime-local"
            hint=hint
            is_optional=true
        />
    }
}
