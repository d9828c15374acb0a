//! A command on an object's rows: read, decide, write. Nothing here waits, so nothing comes in between.

use engine::ids::LedgerEventId;
use engine::ledger::{Command, Config, Outcome, State, decide};

use super::row::{Fallible, text, time};
use super::store::{Sql, Store};

/// How far a command got.
#[derive(Debug, PartialEq)]
pub(super) enum Step {
    /// It is done.
    Answered(Outcome),
    /// It writes, and what it writes would not be sent. Nothing was written.
    Unarmed,
}

/// A moment at an object.
pub(super) struct Moment<'m> {
    /// In milliseconds.
    pub(super) now: u64,
    /// Whether the alarm is set that sends what is written now.
    pub(super) is_armed: bool,
    /// Makes an identifier for an event.
    pub(super) new_id: &'m dyn Fn() -> Fallible<LedgerEventId>,
}

/// Carries out a command. Everything that can fail comes before the one write.
pub(super) fn carry_out<S: Sql>(
    store: &Store<S>,
    config: Option<&Config>,
    key: &str,
    command: Command,
    moment: &Moment<'_>,
) -> Fallible<Step> {
    let mut known = store.known(key, &command, config)?;
    if known.is_behind(moment.now) {
        if !moment.is_armed {
            return Ok(Step::Unarmed);
        }
        end_reservations(store, moment)?;
        known = store.known(key, &command, config)?;
    }
    let idempotency_key = idempotency_key(&command);
    let (event, outcome) = decide(&known.state, command, time(moment.now)).map_err(text)?;
    if let Some(event) = event {
        if !moment.is_armed {
            return Ok(Step::Unarmed);
        }
        store.write(key, idempotency_key.as_deref(), &event, (moment.new_id)()?)?;
    }
    Ok(Step::Answered(outcome))
}

/// Writes the end of every reservation whose time is over.
pub(super) fn end_reservations<S: Sql>(store: &Store<S>, moment: &Moment<'_>) -> Fallible<()> {
    for redemption in store.ended(moment.now)? {
        let known = State {
            redemption: Some(redemption),
            ..State::default()
        };
        if let (Some(event), _) = decide(&known, Command::Expire, time(moment.now)).map_err(text)? {
            store.write("", None, &event, (moment.new_id)()?)?;
        }
    }
    Ok(())
}

fn idempotency_key(command: &Command) -> Option<String> {
    match command {
        Command::RollBack(wanted) => wanted.idempotency_key.clone(),
        Command::Redeem(_)
        | Command::LookUp { .. }
        | Command::Confirm(_)
        | Command::Release(_)
        | Command::Find(_)
        | Command::Expire => None,
    }
}

#[cfg(test)]
mod tests;
