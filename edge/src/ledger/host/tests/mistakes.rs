//! Mistakes that the object's code could have, each switched on while the check runs that has to find it.
//!
//! The shipped code knows nothing of them: what is between it and SQLite here says other SQL than it does, or says it at
//! another time, or hands it something else than the object would.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::*;

/// What is done instead of what the object does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum How {
    /// Where a statement has the first text of a pair, it has the second.
    Say(&'static [(&'static str, &'static str)]),
    /// What a command writes is written after the next command has read.
    WriteLate,
    /// An event is written after the rest, by a statement of its own.
    TellAfterwards,
    /// The outbox is read from where the last reading ended.
    SendByLastId,
    /// What is read from the outbox is dropped there.
    DropRead,
    /// The alarm counts as set when it is not.
    SayArmed,
    /// A command has nothing by which its cart could be told from another.
    DropFingerprint,
}

/// A mistake, and the check that finds it: a test, so that it passes without the mistake.
struct Mistake {
    name: &'static str,
    how: How,
    found_by: fn(),
}

const MISTAKES: &[Mistake] = &[
    Mistake {
        name: "a wait between decision and write",
        how: How::WriteLate,
        found_by: a_limit_holds_for_callers_at_once,
    },
    Mistake {
        name: "a change over another state than was read",
        how: How::Say(&[(" AND status = NEW.old_status AND rolled_back = NEW.old_rolled_back", "")]),
        found_by: a_statement_writes_all_or_nothing,
    },
    Mistake {
        name: "a change of no row that passes for one",
        how: How::Say(&[(
            "SELECT RAISE(ABORT, 'the redemption is not as it was read') WHERE changes() = 0;",
            "",
        )]),
        found_by: a_statement_writes_all_or_nothing,
    },
    Mistake {
        name: "a place that two may take",
        how: How::Say(&[("CREATE UNIQUE INDEX places", "CREATE INDEX places")]),
        found_by: a_statement_writes_all_or_nothing,
    },
    Mistake {
        name: "a count that is never taken back",
        how: How::Say(&[("WHERE NEW.uses <> OLD.uses", "WHERE false")]),
        found_by: histories::some_histories,
    },
    Mistake {
        name: "a count that goes down with each change, whatever the row holds",
        how: How::Say(&[(
            "value + NEW.uses - OLD.uses\n        WHERE NEW.uses <> OLD.uses",
            "value - 1\n        WHERE NEW.status <> OLD.status",
        )]),
        found_by: histories::some_histories,
    },
    Mistake {
        name: "a budget that does not get back what was given back",
        how: How::Say(&[("WHERE NEW.held <> OLD.held", "WHERE false")]),
        found_by: histories::some_histories,
    },
    Mistake {
        name: "a coupon whose uses nobody counts",
        how: How::Say(&[("UNION ALL SELECT 'coupon:' || NEW.coupon, NEW.uses", "")]),
        found_by: histories::some_histories,
    },
    Mistake {
        name: "a reservation that ends a millisecond late",
        how: How::Say(&[("reserved_until <= ?1", "reserved_until < ?1")]),
        found_by: reservations_end_on_time,
    },
    Mistake {
        name: "a decision before what is over has ended",
        how: How::Say(&[(
            "(SELECT min(reserved_until) FROM redemptions WHERE status = 'reserved')",
            "NULL",
        )]),
        found_by: histories::some_histories,
    },
    Mistake {
        name: "an end that nobody is woken for",
        how: How::Say(&[(
            "SELECT json_array(min(reserved_until)) AS row FROM redemptions WHERE status = 'reserved'",
            "SELECT json_array(NULL)",
        )]),
        found_by: relay::reservations_are_due_at_their_end,
    },
    Mistake {
        name: "a roll-back that is not remembered",
        how: How::Say(&[("WHERE NEW.idempotency_key IS NOT NULL", "WHERE false")]),
        found_by: a_statement_writes_all_of_it,
    },
    Mistake {
        name: "no fingerprint",
        how: How::DropFingerprint,
        found_by: another_cart_at_a_place_is_a_conflict,
    },
    Mistake {
        name: "a revoked key that nobody asks for",
        how: How::Say(&[("EXISTS (SELECT 1 FROM revoked_keys WHERE key_id = ?1 ->> 0)", "false")]),
        found_by: a_revoked_key_is_refused,
    },
    Mistake {
        name: "an older configuration in place of a newer one",
        how: How::Say(&[(" WHERE excluded.revision >= config.revision", "")]),
        found_by: the_newest_word_of_the_origin_stays,
    },
    Mistake {
        name: "an older state of a coupon in place of a newer one",
        how: How::Say(&[(" WHERE excluded.revision >= coupons.revision", "")]),
        found_by: the_newest_word_of_the_origin_stays,
    },
    Mistake {
        name: "a write while no alarm is set",
        how: How::SayArmed,
        found_by: nothing_is_written_that_would_not_be_sent,
    },
    Mistake {
        name: "an event in a second step",
        how: How::TellAfterwards,
        found_by: a_statement_writes_all_or_nothing,
    },
    Mistake {
        name: "two events of one identifier",
        how: How::Say(&[
            (
                "CREATE TABLE outbox (\n    id TEXT PRIMARY KEY",
                "CREATE TABLE outbox (\n    id TEXT",
            ),
            (
                "    at INTEGER NOT NULL\n) WITHOUT ROWID;",
                "    at INTEGER NOT NULL\n);",
            ),
        ]),
        found_by: a_statement_writes_all_or_nothing,
    },
    Mistake {
        name: "an event in memory alone",
        how: How::Say(WITHOUT_EVENT),
        found_by: relay::a_new_instance_sends_what_the_last_one_may_not_have,
    },
    Mistake {
        name: "an event that says what its redemption is now, not what it was",
        how: How::Say(&[
            ("outbox.status, transaction_id", "redemptions.status, transaction_id"),
            ("outbox.rolled_back, at", "redemptions.rolled_back, at"),
        ]),
        found_by: histories::some_histories,
    },
    Mistake {
        name: "events sent by the last identifier",
        how: How::SendByLastId,
        found_by: relay::an_event_is_sent_whatever_its_identifier,
    },
    Mistake {
        name: "an event that the queue took for one that the origin stored",
        how: How::DropRead,
        found_by: relay::events_are_sent_again_until_they_are_acknowledged,
    },
    Mistake {
        name: "everything acknowledged up to an identifier",
        how: How::Say(&[(
            "DELETE FROM outbox WHERE id IN (SELECT value FROM",
            "DELETE FROM outbox WHERE id <= (SELECT max(value) FROM",
        )]),
        found_by: relay::only_what_is_stored_is_dropped,
    },
];

/// The schema without the events.
pub(super) const WITHOUT_EVENT: &[(&str, &str)] = &[
    (
        "    INSERT INTO outbox (id, redemption_id, status, rolled_back, at)
        VALUES (NEW.event_id, NEW.id, NEW.status, 0, NEW.updated_at);\n",
        "",
    ),
    (
        "    INSERT INTO outbox (id, redemption_id, old_status, old_rolled_back, status, rolled_back, at)
        VALUES (NEW.event_id, NEW.id, NEW.old_status, NEW.old_rolled_back, NEW.status, NEW.rolled_back, NEW.updated_at);\n",
        "",
    ),
];
/// What the schema does instead.
pub(super) const INSERT_EVENT: &str =
    "INSERT INTO outbox (id, redemption_id, status, rolled_back, at) VALUES (?, ?, '', 0, 0)";

thread_local! {
    static CURRENT: Cell<Option<How>> = const { Cell::new(None) };
    /// Whether it had anything to change.
    static HAS_CHANGED: Cell<bool> = const { Cell::new(false) };
}

/// The mistake that is switched on for this thread's objects.
pub(super) fn current() -> Option<How> {
    CURRENT.get()
}

pub(super) fn rewrite(statement: &str, rewrites: &[(&str, &str)]) -> String {
    let written = rewrites
        .iter()
        .fold(statement.to_owned(), |text, (from, to)| text.replace(from, to));
    if written != statement {
        HAS_CHANGED.set(true);
    }
    written
}

pub(super) fn is_read_of_command(statement: &str) -> bool {
    statement.contains("FROM revoked_keys")
}

pub(super) fn is_read_of_outbox(statement: &str) -> bool {
    statement.contains("FROM outbox JOIN")
}

pub(super) fn is_write_of_command(statement: &str) -> bool {
    ["INSERT INTO grants", "INSERT INTO transitions"]
        .iter()
        .any(|write| statement.starts_with(write))
}

pub(super) fn drop_fingerprint(command: &mut Command) {
    if let Command::Redeem(redeem) = command {
        redeem.entry = super::entry("");
    }
}

/// Whether `check` passes with a mistake.
fn passes(check: fn(), how: How) -> bool {
    CURRENT.set(Some(how));
    // What a failed check leaves behind is its own object.
    let result = catch_unwind(AssertUnwindSafe(check));
    CURRENT.set(None);
    result.is_ok()
}

/// What goes well with every mistake: each is of a kind that one may not see, and none is broken SQL.
fn one_order() {
    let object = Object::new();
    object.run("t/1", redeem(1, None, Some(START + 1_000)));
    assert_eq!(object.number("SELECT count(*) FROM redemptions"), 1);
    assert_eq!(object.send(START).len(), 1);
    assert!(object.next_due().is_ok_and(|due| due.is_some()));
}

#[test]
fn every_mistake_is_found() {
    for Mistake { name, how, found_by } in MISTAKES {
        HAS_CHANGED.set(!matches!(how, How::Say(_)));
        assert!(passes(one_order, *how), "{name}: nothing goes well with it");
        assert!(!passes(*found_by, *how), "{name}: not found");
        assert!(HAS_CHANGED.get(), "{name}: no statement has what it changes");
    }
}
