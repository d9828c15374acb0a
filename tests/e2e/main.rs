//! End-to-end tests: the built Worker in workerd, the origin, a real Postgres and a real browser, over HTTP.
//!
//! One stack serves all cases, one after the other; each registers organisations of its own.

#![allow(clippy::indexing_slicing, reason = "indexing JSON yields null for what is missing")]

mod bad_input;
mod browser;
mod client;
mod coupons;
mod gateway;
mod guesses;
mod hammer;
mod headers;
mod kill;
mod ledger;
mod path;
mod races;
mod redemptions;
mod refusals;
mod service;
mod stack;
mod till;
mod warm;
mod wire;

use std::process::ExitCode;
use std::sync::Arc;

use libtest_mimic::{Arguments, Failed, Trial};

use stack::Stack;

type Case = fn(&Stack) -> anyhow::Result<()>;

const CASES: &[(&str, Case)] = &[
    ("from_registration_to_report", path::from_registration_to_report),
    ("a_transaction_counts_once", path::a_transaction_counts_once),
    ("limits", ledger::limits),
    ("coupons", ledger::coupons),
    ("from_batch_to_checkout", coupons::from_batch_to_checkout),
    ("large_imports", coupons::large_imports),
    ("hammer_kills", kill::edge),
    ("hammer_rounds", hammer::rounds),
    ("hammer_storm", hammer::storm),
    ("hammer_lowered_limit", hammer::lowered_limit),
    ("values_only_go_forward", ledger::values_only_go_forward),
    ("ledger_configuration", ledger::ledger_configuration),
    ("ways", redemptions::ways),
    ("reservations", redemptions::reservations),
    ("capacity_returns_once", races::capacity_returns_once),
    ("confirmed_at_the_end", races::confirmed_at_the_end),
    ("one_order_at_once", races::one_order_at_once),
    ("two_coupons_on_one_budget", races::two_coupons_on_one_budget),
    ("strangers", redemptions::strangers),
    ("revoked_keys", redemptions::revoked_keys),
    ("bodies", refusals::bodies),
    ("bad_bodies", bad_input::bodies_of_every_kind),
    ("bad_encodings", bad_input::encoded_bodies),
    ("bad_lengths", bad_input::wrong_lengths),
    ("bad_speed", bad_input::slow_bodies),
    ("bad_identifiers", bad_input::identifiers),
    ("bad_paths", bad_input::paths),
    ("traces", headers::traces),
    ("security_headers", headers::security_headers),
    ("pages_of_other_sites", headers::pages_of_other_sites),
    ("guessed_coupons", guesses::guessed_coupons),
    ("guessing_shops", guesses::guessing_shops),
    ("previews", guesses::previews),
    ("keys", refusals::keys),
    ("saving", refusals::saving),
    ("tenants", refusals::tenants),
    ("both_ways", warm::both_ways),
    ("batches", warm::batches),
    ("unsigned_calls", refusals::unsigned_calls),
    ("tokens", gateway::tokens),
    ("contexts", gateway::contexts),
    ("rotation", gateway::rotation),
    ("addresses", service::addresses),
    ("origin_away", service::origin_away),
    ("database_restarts", service::database_restarts),
    ("browser", browser::path),
];

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    // A case may take the origin away: nothing else runs meanwhile.
    arguments.test_threads = Some(1);
    if arguments.list {
        return libtest_mimic::run(&arguments, trials(None)).exit_code();
    }
    if let Err(error) = xtask::process::stop_all_on_interrupt() {
        eprintln!("{error:#}");
        return ExitCode::FAILURE;
    }
    match Stack::start() {
        Ok(stack) => libtest_mimic::run(&arguments, trials(Some(Arc::new(stack)))).exit_code(),
        Err(error) => {
            eprintln!("the stack does not start: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn trials(stack: Option<Arc<Stack>>) -> Vec<Trial> {
    let trial = |(name, case): &(&'static str, Case)| {
        let (stack, case) = (stack.clone(), *case);
        Trial::test(*name, move || match stack {
            Some(stack) => case(&stack).map_err(|error| Failed::from(format!("{error:#}"))),
            None => Ok(()),
        })
    };
    CASES.iter().map(trial).collect()
}
