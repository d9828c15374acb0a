//! How batches and coupons stand, in words.

use crate::browser::format_number;
use crate::components::Tone;
use crate::i18n::coupons as text;
use crate::wire::coupons::{BatchStatus, Coupon, CouponState};

pub(super) fn batch_status(status: BatchStatus) -> (Tone, &'static str) {
    match status {
        BatchStatus::Prepared => (Tone::Neutral, text::batch_prepared()),
        BatchStatus::Publishing => (Tone::Waiting, text::batch_publishing()),
        BatchStatus::Ready => (Tone::Good, text::batch_ready()),
        BatchStatus::Revoked => (Tone::Bad, text::batch_revoked()),
    }
}

pub(super) fn coupon_state(state: CouponState) -> (Tone, &'static str) {
    match state {
        CouponState::Active => (Tone::Good, text::state_active()),
        CouponState::Exhausted => (Tone::Neutral, text::state_exhausted()),
        CouponState::Expired => (Tone::Neutral, text::state_expired()),
        CouponState::Revoked => (Tone::Bad, text::state_revoked()),
    }
}

/// What the state means for a shopper who shows the coupon.
pub(super) fn coupon_sentence(coupon: &Coupon) -> &'static str {
    match (coupon.state, &coupon.customer_id) {
        (CouponState::Active, None) => text::active_sentence(),
        (CouponState::Active, Some(_)) => text::active_sentence_customer(),
        (CouponState::Exhausted, _) => text::exhausted_sentence(),
        (CouponState::Expired, _) => text::expired_sentence(),
        (CouponState::Revoked, _) => text::revoked_sentence(),
    }
}

/// Uses of those allowed.
pub(super) fn uses(coupon: &Coupon) -> String {
    let used = format_number(coupon.uses);
    match coupon.max_uses {
        Some(max) => text::uses_of(&used, &format_number(max.into())),
        None => text::uses_unlimited(&used),
    }
}

/// How often each coupon can be used.
pub(super) fn max_uses(max: Option<u32>) -> String {
    max.map_or_else(|| text::unlimited().to_owned(), |max| format_number(max.into()))
}
