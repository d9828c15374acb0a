//! What follows at once from records and events that were stored: uses of coupons, and what is exhausted. Pure sums, so that
//! it is the same in any order. Reports follow later, from what is stored.
//!
//! A redemption counts once: by its record when the record names it, else, when a reservation was confirmed, by the event.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use engine::coupon::CouponCode;
use engine::ids::PromotionId;
use engine::wire::v1::{LedgerEvent, LedgerEventKind};
use uuid::Uuid;

use crate::store::Entries;

/// Uses of coupons to be added, or taken back when negative.
pub(super) type Uses<'m> = BTreeMap<PromotionId, BTreeMap<&'m CouponCode, i64>>;

/// What a change of the ledger counts for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Weight {
    /// Redemptions consumed for good that no record tells of.
    redemptions: i64,
    /// Redemptions given back whole.
    rolled_back: i64,
    /// Whether limits have something to give again.
    frees: bool,
}

impl Weight {
    const fn of(event: &LedgerEvent) -> Self {
        let none = Self {
            redemptions: 0,
            rolled_back: 0,
            frees: false,
        };
        match event.kind {
            LedgerEventKind::Reserved => none,
            LedgerEventKind::Committed => Self {
                redemptions: if event.record.is_none() { 1 } else { 0 },
                ..none
            },
            LedgerEventKind::Released | LedgerEventKind::Expired | LedgerEventKind::PartlyRolledBack => {
                Self { frees: true, ..none }
            }
            LedgerEventKind::RolledBack => Self {
                rolled_back: 1,
                frees: true,
                ..none
            },
        }
    }
}

/// What became of the uses of coupons.
pub(super) fn uses<'m>(stored: &Entries<'m>) -> Uses<'m> {
    let mut uses = Uses::new();
    let mut add = |promotion, coupon: &'m Option<CouponCode>, count| {
        if let Some(coupon) = coupon.as_ref().filter(|_| count != 0) {
            *uses.entry(promotion).or_default().entry(coupon).or_default() += count;
        }
    };
    for record in &stored.records {
        let count = i64::from(record.redemption_id.is_some());
        add(record.promotion_id, &record.coupon, count);
    }
    for event in &stored.events {
        let weight = Weight::of(event);
        add(event.promotion_id, &event.coupon, weight.redemptions);
        add(event.promotion_id, &event.coupon, -weight.rolled_back);
    }
    uses
}

/// The promotions that the ledger found exhausted: which, at which version, and when. A grant was decided when its
/// event says, a refusal soon after its request.
pub(super) fn exhausted(stored: &Entries<'_>) -> (Vec<Uuid>, Vec<i64>, Vec<DateTime<Utc>>) {
    let records = stored.records.iter().map(|record| (*record, record.at));
    let grants = stored
        .events
        .iter()
        .filter_map(|event| Some((event.record.as_deref()?, event.at)));
    let mut told = (Vec::new(), Vec::new(), Vec::new());
    for (record, at) in records.chain(grants).filter(|(record, _)| record.exhausted) {
        told.0.push(record.promotion_id.uuid());
        told.1.push(i64::try_from(record.version).unwrap_or(i64::MAX));
        told.2.push(at);
    }
    told
}

/// The promotions of whose limits something was given back, and when last.
pub(super) fn given_back(stored: &Entries<'_>) -> (Vec<Uuid>, Vec<DateTime<Utc>>) {
    let mut latest: BTreeMap<Uuid, DateTime<Utc>> = BTreeMap::new();
    for event in stored.events.iter().filter(|event| Weight::of(event).frees) {
        let at = latest.entry(event.promotion_id.uuid()).or_insert(event.at);
        *at = event.at.max(*at);
    }
    latest.into_iter().unzip()
}
