//! What is written when the ledger changes, and how the origin learns of it.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Entry, Stored};
use crate::ids::LedgerEventId;
use crate::money::Money;
use crate::wire::v1::{EvaluationRecord, LedgerEvent, LedgerEventKind, RedemptionAnswer, RedemptionStatus, V1};

/// What has to be written, all of it or nothing, together with the [`LedgerEvent`] that tells of it.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// A redemption that is reserved or committed.
    Granted(Box<Stored>),
    /// A redemption that stands elsewhere, or of which a part was given back.
    Changed(Box<Changed>),
}

/// A change of a redemption. The host writes it only over what it was decided on: `before`'s status and amount.
#[derive(Debug, Clone, PartialEq)]
pub struct Changed {
    /// As it was.
    pub before: Stored,
    /// As it is.
    pub after: Stored,
    /// What to answer when the same call comes again.
    pub remembered: Option<Remembered>,
}

/// The answer to a call that named itself by an idempotency key.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Remembered {
    /// What the call asked for; `None` for all.
    pub amount: Option<Money>,
    /// What it was answered.
    pub answer: RedemptionAnswer,
}

impl Event {
    /// What the origin is told, under an identifier of the host.
    pub fn message(&self, id: LedgerEventId) -> LedgerEvent {
        match self {
            Self::Granted(stored) => granted(id, stored),
            Self::Changed(changed) => {
                let Changed { before, after, .. } = &**changed;
                self::changed(id, before.status, before.rolled_back, after)
            }
        }
    }
}

/// The same of an event that a host has kept by what it changed: where the redemption stood before, with how much of it
/// rolled back, or nothing for a grant; and the redemption as it stood after.
pub fn message_of(id: LedgerEventId, before: Option<(RedemptionStatus, u64)>, after: &Stored) -> LedgerEvent {
    match before {
        None => granted(id, after),
        Some((status, rolled_back)) => changed(id, status, rolled_back, after),
    }
}

fn granted(id: LedgerEventId, stored: &Stored) -> LedgerEvent {
    let record = stored.entry.record.clone();
    if stored.status == RedemptionStatus::Reserved {
        // What a reservation would give counts when it is confirmed.
        let record = EvaluationRecord {
            discount: None,
            redemption_id: None,
            coupon: None,
            ..record
        };
        return LedgerEvent {
            record: Some(Box::new(record)),
            ..message(id, LedgerEventKind::Reserved, stored)
        };
    }
    LedgerEvent {
        discount: stored.discount(),
        record: Some(Box::new(record)),
        ..message(id, LedgerEventKind::Committed, stored)
    }
}

fn changed(id: LedgerEventId, old_status: RedemptionStatus, old_rolled_back: u64, after: &Stored) -> LedgerEvent {
    let returned = after.rolled_back.saturating_sub(old_rolled_back);
    let returned = after
        .discount()
        .and_then(|discount| Money::new(returned, discount.currency()).ok());
    let (kind, discount) = match after.status {
        RedemptionStatus::Reserved => (LedgerEventKind::Reserved, None),
        RedemptionStatus::Committed if old_status == RedemptionStatus::Reserved => {
            (LedgerEventKind::Committed, after.discount())
        }
        RedemptionStatus::Committed => (LedgerEventKind::PartlyRolledBack, returned),
        RedemptionStatus::Released => (LedgerEventKind::Released, None),
        RedemptionStatus::Expired => (LedgerEventKind::Expired, None),
        RedemptionStatus::RolledBack => (LedgerEventKind::RolledBack, returned),
    };
    LedgerEvent {
        discount,
        ..message(id, kind, after)
    }
}

fn message(id: LedgerEventId, kind: LedgerEventKind, stored: &Stored) -> LedgerEvent {
    let Entry { record, .. } = &stored.entry;
    LedgerEvent {
        v: V1,
        id,
        kind,
        organization_id: record.organization_id,
        promotion_id: record.promotion_id,
        redemption_id: stored.id,
        mode: record.mode,
        at: stored.updated_at,
        discount: None,
        coupon: stored.coupon.clone(),
        record: None,
    }
}

impl Changed {
    /// A redemption that stands elsewhere from `now` on.
    pub(super) fn to(before: Stored, status: RedemptionStatus, now: DateTime<Utc>) -> Self {
        let after = Stored {
            status,
            updated_at: now,
            ..before.clone()
        };
        Self {
            before,
            after,
            remembered: None,
        }
    }
}
