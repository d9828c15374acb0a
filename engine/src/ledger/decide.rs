//! The decision on one command.

use chrono::{DateTime, Utc};

use super::judge::judge;
use super::{Changed, Command, Event, Handle, Outcome, Redeem, Remembered, RollBack, State, Stored, Unreadable};
use crate::ids::AppKeyId;
use crate::money::Money;
use crate::wire::v1::RedemptionStatus;

/// What a command does to a redemption that is there.
type Decided = (Option<Changed>, Outcome);

/// Decides one command at `now` on what the ledger knows. An event is to be written before the outcome is told.
///
/// # Errors
/// The first answer is to be given again, and what is stored is none.
pub fn decide(state: &State<'_>, command: Command, now: DateTime<Utc>) -> Result<(Option<Event>, Outcome), Unreadable> {
    if state.key_revoked && command.app_key().is_some() {
        return Ok((None, Outcome::KeyRevoked));
    }
    let (changed, outcome) = match command {
        Command::Redeem(redeem) => match taken(state, now) {
            None => return Ok(consume(state, *redeem, now)),
            Some(stored) => redeem_again(stored, &redeem, now)?,
        },
        Command::LookUp { fingerprint, .. } => (None, look_up(state, &fingerprint, now)?),
        Command::Confirm(handle) => with(state, &handle, |stored| confirm(stored, now)),
        Command::Release(handle) => with(state, &handle, |stored| release(stored, now)),
        Command::RollBack(wanted) => with(state, &wanted.handle, |stored| roll_back(state, stored, &wanted, now)),
        Command::Find(handle) => with(state, &handle, |stored| (None, stands(stored, now))),
        Command::Expire => expire(state, now),
    };
    Ok((changed.map(|changed| Event::Changed(Box::new(changed))), outcome))
}

impl Command {
    /// Who asks; `None` for the host.
    pub const fn app_key(&self) -> Option<AppKeyId> {
        match self {
            Self::Redeem(redeem) => Some(redeem.entry.facts().app_key_id),
            Self::LookUp { app_key_id, .. } => Some(*app_key_id),
            Self::Confirm(handle) | Self::Release(handle) | Self::Find(handle) => Some(handle.app_key_id),
            Self::RollBack(wanted) => Some(wanted.handle.app_key_id),
            Self::Expire => None,
        }
    }
}

/// The same order again, or another one at its place.
fn redeem_again(stored: &Stored, redeem: &Redeem, now: DateTime<Utc>) -> Result<Decided, Unreadable> {
    if stored.entry.fingerprint() != redeem.entry.fingerprint() {
        return Ok((None, Outcome::Conflict));
    }
    let is_own_reservation = stored.status == RedemptionStatus::Reserved && redeem.until.is_none();
    if !is_own_reservation {
        return Ok((None, Outcome::Replayed(Box::new(stored.replayed(now)?))));
    }
    let changed = Changed::to(stored.clone(), RedemptionStatus::Committed, now);
    let answer = changed.after.replayed(now)?;
    Ok((Some(changed), Outcome::Replayed(Box::new(answer))))
}

fn consume(state: &State<'_>, redeem: Redeem, now: DateTime<Utc>) -> (Option<Event>, Outcome) {
    match judge(state, &redeem, now) {
        Ok(exhausted) => {
            let granted = Event::Granted(Box::new(grant(redeem, exhausted, now)));
            (Some(granted), Outcome::Granted { exhausted })
        }
        Err(by) => (None, Outcome::Refused { by }),
    }
}

fn grant(redeem: Redeem, exhausted: bool, now: DateTime<Utc>) -> Stored {
    let Redeem {
        mut entry,
        id,
        claim,
        transaction_id,
        until,
    } = redeem;
    let elapsed = (now - entry.facts().at).num_milliseconds().max(0);
    entry.complete(exhausted, u32::try_from(elapsed).unwrap_or(u32::MAX));
    let status = match until {
        Some(_) => RedemptionStatus::Reserved,
        None => RedemptionStatus::Committed,
    };
    Stored {
        id,
        entry,
        transaction_id,
        customer_id: claim.customer_id,
        coupon: claim.coupon.map(|coupon| coupon.code),
        counted: claim.counted,
        status,
        reserved_until: until,
        rolled_back: 0,
        updated_at: now,
    }
}

fn look_up(state: &State<'_>, fingerprint: &str, now: DateTime<Utc>) -> Result<Outcome, Unreadable> {
    match taken(state, now) {
        None => Ok(Outcome::Unused),
        Some(stored) if stored.entry.fingerprint() == fingerprint => {
            stored.replayed(now).map(|answer| Outcome::Replayed(Box::new(answer)))
        }
        Some(_) => Ok(Outcome::Conflict),
    }
}

/// The redemption that the place is taken by. What was reserved and is over leaves it free; what was rolled back does
/// not, so that a late repetition of its request consumes nothing.
fn taken<'s>(state: &'s State<'_>, now: DateTime<Utc>) -> Option<&'s Stored> {
    let stored = state.redemption.as_ref()?;
    match stored.status_at(now) {
        RedemptionStatus::Reserved | RedemptionStatus::Committed | RedemptionStatus::RolledBack => Some(stored),
        RedemptionStatus::Released | RedemptionStatus::Expired => None,
    }
}

/// Goes on with the redemption that `handle` names, if there is one and the key may.
fn with(state: &State<'_>, handle: &Handle, then: impl FnOnce(&Stored) -> Decided) -> Decided {
    let named = state
        .redemption
        .as_ref()
        .filter(|stored| stored.id == handle.redemption_id);
    match named {
        None => (None, Outcome::Unknown),
        Some(stored) if !handle.scope.contains(&stored.entry.facts().promotion.code) => (None, Outcome::NotAllowed),
        Some(stored) => then(stored),
    }
}

fn confirm(stored: &Stored, now: DateTime<Utc>) -> Decided {
    match stored.status_at(now) {
        RedemptionStatus::Reserved => change(stored, RedemptionStatus::Committed, now),
        RedemptionStatus::Committed => (None, stands(stored, now)),
        status @ (RedemptionStatus::Released | RedemptionStatus::Expired | RedemptionStatus::RolledBack) => {
            (None, Outcome::Closed { status })
        }
    }
}

fn release(stored: &Stored, now: DateTime<Utc>) -> Decided {
    match stored.status_at(now) {
        RedemptionStatus::Reserved => change(stored, RedemptionStatus::Released, now),
        RedemptionStatus::Released | RedemptionStatus::Expired => (None, stands(stored, now)),
        status @ (RedemptionStatus::Committed | RedemptionStatus::RolledBack) => (None, Outcome::Closed { status }),
    }
}

fn roll_back(state: &State<'_>, stored: &Stored, wanted: &RollBack, now: DateTime<Utc>) -> Decided {
    if let Some(remembered) = &state.remembered {
        if remembered.amount != wanted.amount {
            return (None, Outcome::Conflict);
        }
        return (None, Outcome::Stands(Box::new(remembered.answer.clone())));
    }
    match (stored.status_at(now), wanted.amount) {
        (RedemptionStatus::Committed, None) => give_back(stored, stored.left(), wanted, now),
        (RedemptionStatus::Committed, Some(part)) if fits(stored, part) => {
            give_back(stored, part.amount(), wanted, now)
        }
        (RedemptionStatus::RolledBack, None) => (None, stands(stored, now)),
        (RedemptionStatus::Committed | RedemptionStatus::RolledBack, Some(_)) => {
            (None, Outcome::Excess { left: stored.left() })
        }
        (status @ (RedemptionStatus::Reserved | RedemptionStatus::Released | RedemptionStatus::Expired), _) => {
            (None, Outcome::Closed { status })
        }
    }
}

fn fits(stored: &Stored, part: Money) -> bool {
    let same_currency = stored
        .discount()
        .is_some_and(|discount| discount.currency() == part.currency());
    same_currency && (1..=stored.left()).contains(&part.amount())
}

/// Gives `amount` back; with the last of it the use.
fn give_back(stored: &Stored, amount: u64, wanted: &RollBack, now: DateTime<Utc>) -> Decided {
    let is_whole = amount == stored.left();
    let status = if is_whole {
        RedemptionStatus::RolledBack
    } else {
        RedemptionStatus::Committed
    };
    let mut changed = Changed::to(stored.clone(), status, now);
    changed.after.rolled_back = stored.rolled_back.saturating_add(amount);
    let answer = changed.after.answer(now);
    changed.remembered = wanted.idempotency_key.is_some().then(|| Remembered {
        amount: wanted.amount,
        answer: answer.clone(),
    });
    (Some(changed), Outcome::Stands(Box::new(answer)))
}

fn expire(state: &State<'_>, now: DateTime<Utc>) -> Decided {
    match &state.redemption {
        Some(stored) if stored.status == RedemptionStatus::Reserved => match stored.status_at(now) {
            RedemptionStatus::Expired => change(stored, RedemptionStatus::Expired, now),
            RedemptionStatus::Reserved
            | RedemptionStatus::Committed
            | RedemptionStatus::Released
            | RedemptionStatus::RolledBack => (None, stands(stored, now)),
        },
        Some(stored) => (None, stands(stored, now)),
        None => (None, Outcome::Unknown),
    }
}

fn change(stored: &Stored, status: RedemptionStatus, now: DateTime<Utc>) -> Decided {
    let changed = Changed::to(stored.clone(), status, now);
    let outcome = stands(&changed.after, now);
    (Some(changed), outcome)
}

fn stands(stored: &Stored, now: DateTime<Utc>) -> Outcome {
    Outcome::Stands(Box::new(stored.answer(now)))
}
