//! End-to-end tests: the built Worker in workerd, the origin, a real Postgres and a real browser, over HTTP.
//!
//! Two stacks serve the cases, one after the other: the whole one, with the edge as people develop on it, and one with a
//! bare edge for what needs to see or to disturb what is around the Worker. Each starts with the first case that needs it.

#![allow(clippy::indexing_slicing, reason = "indexing JSON yields null for what is missing")]

mod bad_bodies;
mod bad_input;
mod browser;
mod chart;
mod client;
mod coupons;
mod day;
mod delivery;
mod gateway;
mod guesses;
mod hammer;
mod headers;
mod kill;
mod ledger;
mod load;
mod locations;
mod losses;
mod outages;
mod path;
mod points;
mod races;
mod redemptions;
mod refusals;
mod service;
mod stack;
mod standin;
mod tenants;
mod till;
mod warm;
mod wire;

use std::process::ExitCode;
use std::sync::{Arc, OnceLock};

use libtest_mimic::{Arguments, Failed, Trial};

use stack::{Bare, Settings, Stack};

/// What a case runs on.
#[derive(Clone, Copy)]
enum Case {
    Whole(fn(&Stack) -> anyhow::Result<()>),
    Bare(fn(&Bare) -> anyhow::Result<()>),
}
use Case::{Bare as OnBare, Whole};

const CASES: &[(&str, Case)] = &[
    ("from_registration_to_report", Whole(path::from_registration_to_report)),
    ("a_transaction_counts_once", Whole(path::a_transaction_counts_once)),
    ("limits", Whole(ledger::limits)),
    ("coupons", Whole(ledger::coupons)),
    ("from_batch_to_checkout", Whole(coupons::from_batch_to_checkout)),
    ("large_imports", Whole(coupons::large_imports)),
    ("hammer_points", OnBare(points::killed_at_each)),
    ("object_that_hangs", OnBare(points::hanging)),
    ("hammer_kills", Whole(kill::edge)),
    ("hammer_rounds", Whole(hammer::rounds)),
    ("hammer_storm", OnBare(|bare| hammer::storm(&bare.stack))),
    ("hammer_lowered_limit", Whole(hammer::lowered_limit)),
    ("day", Whole(day::day)),
    ("values_only_go_forward", Whole(ledger::values_only_go_forward)),
    ("ledger_configuration", Whole(ledger::ledger_configuration)),
    ("ways", Whole(redemptions::ways)),
    ("reservations", Whole(redemptions::reservations)),
    ("capacity_returns_once", Whole(races::capacity_returns_once)),
    ("confirmed_at_the_end", Whole(races::confirmed_at_the_end)),
    ("one_order_at_once", Whole(races::one_order_at_once)),
    ("two_coupons_on_one_budget", Whole(races::two_coupons_on_one_budget)),
    ("strangers", Whole(redemptions::strangers)),
    ("revoked_keys", Whole(redemptions::revoked_keys)),
    ("bodies", Whole(refusals::bodies)),
    ("locations", OnBare(locations::locations)),
    ("bad_bodies", Whole(bad_bodies::bodies_of_every_kind)),
    ("bad_bodies_soon", OnBare(|bare| bad_bodies::soon(&bare.stack))),
    ("bad_encodings", Whole(bad_input::encoded_bodies)),
    ("bad_lengths", Whole(bad_input::wrong_lengths)),
    ("bad_speed", Whole(bad_input::slow_bodies)),
    ("bad_identifiers", Whole(bad_input::identifiers)),
    ("bad_paths", Whole(bad_input::paths)),
    ("traces", Whole(headers::traces)),
    ("security_headers", Whole(headers::security_headers)),
    ("pages_of_other_sites", Whole(headers::pages_of_other_sites)),
    ("guessed_coupons", Whole(guesses::guessed_coupons)),
    ("guessing_shops", OnBare(|bare| guesses::guessing_shops(&bare.stack))),
    ("previews", Whole(guesses::previews)),
    ("keys", Whole(refusals::keys)),
    ("saving", Whole(refusals::saving)),
    ("tenants", Whole(refusals::tenants)),
    ("tenant_of_the_key", OnBare(tenants::tenant_of_the_key)),
    ("both_ways", Whole(warm::both_ways)),
    ("batches", Whole(warm::batches)),
    ("poison_beside", Whole(delivery::poison_beside)),
    ("unsigned_calls", Whole(refusals::unsigned_calls)),
    ("tokens", Whole(gateway::tokens)),
    ("contexts", Whole(gateway::contexts)),
    ("rotation", Whole(gateway::rotation)),
    ("addresses", Whole(service::addresses)),
    ("origin_away", Whole(service::origin_away)),
    ("database_restarts", Whole(service::database_restarts)),
    ("bad_delivery", OnBare(delivery::badly)),
    ("poison", OnBare(delivery::poison)),
    ("losses", OnBare(losses::of_records)),
    ("outage_origin", OnBare(outages::origin_stopped)),
    ("outage_origin_killed", OnBare(outages::origin_killed)),
    ("outage_database", OnBare(outages::database_killed)),
    ("outage_disk", OnBare(outages::disk_full)),
    ("browser", Whole(browser::path)),
    ("browser_team", Whole(browser::team)),
    ("browser_coupons", Whole(browser::coupons)),
    ("browser_areas", Whole(browser::areas)),
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
    // Gone with the end of this function, which stops their parts.
    let stacks = Arc::new(Stacks::default());
    libtest_mimic::run(&arguments, trials(Some(&stacks))).exit_code()
}

/// The stacks, each from its first case on.
#[derive(Default)]
struct Stacks {
    whole: OnceLock<Result<Stack, String>>,
    bare: OnceLock<Result<Bare, String>>,
}

impl Stacks {
    fn run(&self, case: Case) -> anyhow::Result<()> {
        let failed = |error: &String| anyhow::anyhow!("the stack does not start: {error}");
        let said = |error: anyhow::Error| format!("{error:#}");
        match case {
            Whole(case) => {
                let stack = self.whole.get_or_init(|| Stack::start().map_err(said));
                case(stack.as_ref().map_err(failed)?)
            }
            OnBare(case) => {
                let start = || Bare::start(Settings::wanted()).map_err(said);
                case(self.bare.get_or_init(start).as_ref().map_err(failed)?)
            }
        }
    }
}

fn trials(stacks: Option<&Arc<Stacks>>) -> Vec<Trial> {
    let trial = |(name, case): &(&'static str, Case)| {
        let (stacks, case) = (stacks.cloned(), *case);
        Trial::test(*name, move || match stacks {
            Some(stacks) => stacks.run(case).map_err(|error| Failed::from(format!("{error:#}"))),
            None => Ok(()),
        })
    };
    CASES.iter().map(trial).collect()
}
