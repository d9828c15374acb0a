//! What is written when the ledger changes, and how the origin learns of it.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Stored, Unreadable};
use crate::ids::LedgerEventId;
use crate::money::Money;
use crate::wire::v1::{LedgerEvent, LedgerEventKind, RedemptionAnswer, RedemptionStatus, V1};

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
    /// What the origin is told under an identifier of the host, a [`LedgerEvent`] as its JSON text.
    ///
    /// # Errors
    /// The record of a reservation, of which a part is told, is none.
    pub fn message(&self, id: LedgerEventId) -> Result<Vec<u8>, Unreadable> {
        match self {
            Self::Granted(stored) => message_of(id, None, stored),
            Self::Changed(changed) => {
                let Changed { before, after, .. } = &**changed;
                message_of(id, Some((before.status, before.rolled_back)), after)
            }
        }
    }
}

/// The same of an event that a host has kept by what it changed: where the redemption stood before, with how much of it
/// rolled back, or nothing for a grant; and the redemption as it stood after.
///
/// # Errors
/// As [`Event::message`].
pub fn message_of(
    id: LedgerEventId,
    before: Option<(RedemptionStatus, u64)>,
    after: &Stored,
) -> Result<Vec<u8>, Unreadable> {
    let (kind, discount) = match before {
        None if after.status == RedemptionStatus::Reserved => (LedgerEventKind::Reserved, None),
        None => (LedgerEventKind::Committed, after.discount()),
        Some((status, rolled_back)) => changed(status, rolled_back, after),
    };
    let facts = after.entry.facts();
    let event = LedgerEvent {
        v: V1,
        id,
        kind,
        organization_id: facts.organization_id,
        promotion_id: facts.promotion_id,
        redemption_id: after.id,
        mode: facts.mode,
        at: after.updated_at,
        discount,
        coupon: after.coupon.clone(),
        record: None,
    };
    Ok(match (before, after.status) {
        (Some(_), _) => event.to_json_with(None),
        // What a reservation would give counts when it is confirmed.
        (None, RedemptionStatus::Reserved) => event.to_json_with(Some(&after.entry.record_without_gifts()?)),
        (
            None,
            RedemptionStatus::Committed
            | RedemptionStatus::Released
            | RedemptionStatus::Expired
            | RedemptionStatus::RolledBack,
        ) => event.to_json_with(Some(after.entry.record_json())),
    })
}

fn changed(old_status: RedemptionStatus, old_rolled_back: u64, after: &Stored) -> (LedgerEventKind, Option<Money>) {
    let returned = after.rolled_back.saturating_sub(old_rolled_back);
    let returned = after
        .discount()
        .and_then(|discount| Money::new(returned, discount.currency()).ok());
    match after.status {
        RedemptionStatus::Reserved => (LedgerEventKind::Reserved, None),
        RedemptionStatus::Committed if old_status == RedemptionStatus::Reserved => {
            (LedgerEventKind::Committed, after.discount())
        }
        RedemptionStatus::Committed => (LedgerEventKind::PartlyRolledBack, returned),
        RedemptionStatus::Released => (LedgerEventKind::Released, None),
        RedemptionStatus::Expired => (LedgerEventKind::Expired, None),
        RedemptionStatus::RolledBack => (LedgerEventKind::RolledBack, returned),
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
