//! End-to-end tests: the built Worker in workerd, the origin, a real Postgres and a real browser, over HTTP.
//!
//! One stack serves all cases, one after the other; each registers organisations of its own.

#![allow(clippy::indexing_slicing, reason = "indexing JSON yields null for what is missing")]

mod browser;
mod client;
mod coupons;
mod gateway;
mod ledger;
mod path;
mod refusals;
mod service;
mod stack;

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
    ("values_only_go_forward", ledger::values_only_go_forward),
    ("ledger_configuration", ledger::ledger_configuration),
    ("bodies", refusals::bodies),
    ("keys", refusals::keys),
    ("saving", refusals::saving),
    ("tenants", refusals::tenants),
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
