//! What follows from records and events that were stored: pure sums, so that it is the same in any order.
//!
//! A redemption counts once: by its record when the record names it, else, when a reservation was confirmed, by the event.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use engine::coupon::CouponCode;
use engine::ids::PromotionId;
use engine::money::Money;
use engine::wire::v1::{EvaluationRecord, LedgerEvent, LedgerEventKind};
use uuid::Uuid;

use crate::db::usage::{UsageColumns, hour_of};

/// What was stored now.
#[derive(Debug, Default)]
pub(super) struct Inserted<'m> {
    pub(super) records: Vec<&'m EvaluationRecord>,
    pub(super) events: Vec<&'m LedgerEvent>,
}

/// Uses of coupons to be added, or taken back when negative.
pub(super) type Uses<'m> = BTreeMap<PromotionId, BTreeMap<&'m CouponCode, i64>>;

/// What is added to: promotion, hour, reason and currency.
type UsageKey<'m> = (Uuid, DateTime<Utc>, &'m str, &'m str);

#[derive(Default)]
struct Addition {
    evaluations: i64,
    discount: u128,
    response_ms: i64,
    redemptions: i64,
    rolled_back: i64,
    given_back: u128,
}

/// What a change of the ledger counts for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Weight {
    /// Redemptions consumed for good that no record tells of.
    redemptions: i64,
    /// Redemptions given back whole.
    rolled_back: i64,
    /// Whether its discount is one that was given back.
    gives_back: bool,
    /// Whether limits have something to give again.
    frees: bool,
}

impl Weight {
    const fn of(event: &LedgerEvent) -> Self {
        let none = Self {
            redemptions: 0,
            rolled_back: 0,
            gives_back: false,
            frees: false,
        };
        match event.kind {
            LedgerEventKind::Reserved => none,
            LedgerEventKind::Committed => Self {
                redemptions: if event.record.is_none() { 1 } else { 0 },
                ..none
            },
            LedgerEventKind::Released | LedgerEventKind::Expired => Self { frees: true, ..none },
            LedgerEventKind::PartlyRolledBack => Self {
                gives_back: true,
                frees: true,
                ..none
            },
            LedgerEventKind::RolledBack => Self {
                rolled_back: 1,
                gives_back: true,
                frees: true,
                ..none
            },
        }
    }
}

impl<'m> Inserted<'m> {
    pub(super) const fn is_empty(&self) -> bool {
        self.records.is_empty() && self.events.is_empty()
    }

    /// The additions by key, and so in the one order in which every transaction locks the roll-up's rows.
    pub(super) fn usage(&self) -> UsageColumns {
        let mut additions: BTreeMap<UsageKey<'_>, Addition> = BTreeMap::new();
        for record in &self.records {
            let reason = record.reason.map_or("", |reason| reason.as_str());
            let key = usage_key(record.promotion_id, record.at, reason, record.discount);
            let addition = additions.entry(key).or_default();
            addition.evaluations += 1;
            addition.discount += amount(record.discount);
            addition.response_ms += i64::from(record.response_ms);
            addition.redemptions += i64::from(record.redemption_id.is_some());
        }
        for event in &self.events {
            let weight = Weight::of(event);
            if weight.redemptions == 0 && !weight.gives_back {
                continue;
            }
            let key = usage_key(event.promotion_id, event.at, "", event.discount);
            let addition = additions.entry(key).or_default();
            addition.redemptions += weight.redemptions;
            addition.rolled_back += weight.rolled_back;
            if weight.gives_back {
                addition.given_back += amount(event.discount);
            } else {
                addition.discount += amount(event.discount);
            }
        }
        usage_columns(additions)
    }

    /// What becomes of the uses of coupons.
    pub(super) fn uses(&self) -> Uses<'m> {
        let mut uses = Uses::new();
        let mut add = |promotion, coupon: &'m Option<CouponCode>, count| {
            if let Some(coupon) = coupon.as_ref().filter(|_| count != 0) {
                *uses.entry(promotion).or_default().entry(coupon).or_default() += count;
            }
        };
        for record in &self.records {
            add(
                record.promotion_id,
                &record.coupon,
                i64::from(record.redemption_id.is_some()),
            );
        }
        for event in &self.events {
            let weight = Weight::of(event);
            add(event.promotion_id, &event.coupon, weight.redemptions);
            add(event.promotion_id, &event.coupon, -weight.rolled_back);
        }
        uses
    }

    /// The promotions that the ledger found exhausted: which, at which version, and when. A grant was decided when its
    /// event says, a refusal soon after its request.
    pub(super) fn exhausted(&self) -> (Vec<Uuid>, Vec<i64>, Vec<DateTime<Utc>>) {
        let records = self.records.iter().map(|record| (*record, record.at));
        let grants = self
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
    pub(super) fn given_back(&self) -> (Vec<Uuid>, Vec<DateTime<Utc>>) {
        let mut latest: BTreeMap<Uuid, DateTime<Utc>> = BTreeMap::new();
        for event in self.events.iter().filter(|event| Weight::of(event).frees) {
            let at = latest.entry(event.promotion_id.uuid()).or_insert(event.at);
            *at = event.at.max(*at);
        }
        latest.into_iter().unzip()
    }
}

fn usage_key(promotion: PromotionId, at: DateTime<Utc>, reason: &str, discount: Option<Money>) -> UsageKey<'_> {
    let currency = discount.map_or("", |money| money.currency().code());
    (promotion.uuid(), hour_of(at), reason, currency)
}

fn amount(money: Option<Money>) -> u128 {
    money.map_or(0, |money| money.amount().into())
}

fn usage_columns(additions: BTreeMap<UsageKey<'_>, Addition>) -> UsageColumns {
    let mut columns = UsageColumns::default();
    for ((promotion_id, hour, reason, currency), addition) in additions {
        columns.promotion_ids.push(promotion_id);
        columns.hours.push(hour);
        columns.reasons.push(reason.to_owned());
        columns.currencies.push(currency.to_owned());
        columns.evaluations.push(addition.evaluations);
        columns.discounts.push(addition.discount.to_string());
        columns.response_ms.push(addition.response_ms);
        columns.redemptions.push(addition.redemptions);
        columns.rolled_back.push(addition.rolled_back);
        columns.given_back.push(addition.given_back.to_string());
    }
    columns
}
