//! Whether a redemption may be: the promotion's state, the coupon, the limits.

use chrono::{DateTime, Utc};

use super::{Config, CouponClaim, Redeem, Refused, State};
use crate::promotion::{Limits, Status};

/// Whether the redemption takes the last of the promotion, or why it cannot be.
pub(super) fn judge(state: &State<'_>, redeem: &Redeem, now: DateTime<Utc>) -> Result<bool, Refused> {
    let claim = &redeem.claim;
    let config = state.config.filter(|config| config.revision >= claim.revision);
    if let Some(config) = config {
        check_window(config, now)?;
    }
    if let Some(coupon) = &claim.coupon {
        check_coupon(state, config, coupon, claim.customer_id.as_deref(), now)?;
    }
    let limits = config.map_or(&claim.limits, |config| &config.limits);
    check_limits(state, limits, redeem)
}

fn check_window(config: &Config, now: DateTime<Utc>) -> Result<(), Refused> {
    if config.status != Status::Active {
        return Err(Refused::NotActive);
    }
    match config.ends_at.filter(|ends_at| now > *ends_at) {
        Some(at) => Err(Refused::Expired { at }),
        None => Ok(()),
    }
}

/// What is listed counts before what holds for the batch.
fn check_coupon(
    state: &State<'_>,
    config: Option<&Config>,
    claim: &CouponClaim,
    customer_id: Option<&str>,
    now: DateTime<Utc>,
) -> Result<(), Refused> {
    let batch = claim
        .batch
        .map(|batch| config.and_then(|config| config.batch(batch.id)).unwrap_or(batch));
    if batch.is_some_and(|batch| batch.revoked) || state.coupon.as_ref().is_some_and(|coupon| coupon.revoked) {
        return Err(Refused::CouponRevoked);
    }
    let (max_uses, expires_at, bound_to) = match (&state.coupon, batch) {
        (Some(listed), _) => (listed.max_uses, listed.expires_at, listed.customer_id.as_deref()),
        (None, Some(batch)) => (batch.max_uses, batch.expires_at, None),
        (None, None) => return Err(Refused::CouponNotFound),
    };
    if expires_at.is_some_and(|expires_at| now > expires_at) {
        return Err(Refused::CouponExpired);
    }
    if bound_to.is_some() && bound_to != customer_id {
        return Err(Refused::WrongCustomer);
    }
    if max_uses.is_some_and(|max_uses| state.coupon_uses >= u64::from(max_uses.get())) {
        return Err(Refused::CouponExhausted);
    }
    Ok(())
}

fn check_limits(state: &State<'_>, limits: &Limits, redeem: &Redeem) -> Result<bool, Refused> {
    if limits
        .per_customer()
        .is_some_and(|most| redeem.claim.customer_id.is_none() || state.customer_redemptions >= most.get())
    {
        return Err(Refused::CustomerLimit);
    }
    let redemptions = state.redemptions.saturating_add(1);
    if limits.total().is_some_and(|most| redemptions > most.get()) {
        return Err(Refused::PromotionLimit);
    }
    let last = limits.total().is_some_and(|most| redemptions == most.get());
    let Some(budget) = limits.budget() else { return Ok(last) };
    // The edge asks for an amount in the budget's currency; what has none cannot be counted.
    let discount = redeem.entry.facts().discount.ok_or(Refused::Budget)?;
    let spent = state.spent.saturating_add(discount.amount());
    if discount.currency() != budget.get().currency() || spent > budget.get().amount() {
        return Err(Refused::Budget);
    }
    Ok(last || spent == budget.get().amount())
}
