//! What runs beside the requests, in the same process or in one of its own.
//!
//! ```text
//! a change's transaction ── outbox row ──▶ publisher ──▶ edge
//!                       └── jobs row ────▶ runner: claim, lease ▶ Job::run ▶ finished, put off or given up
//! ingest's transaction ──── batch ─────────▶ roll-up ▶ sums
//! ```

mod clean_up;
mod coupons;
mod customers;
mod demographics;
mod invitations;
mod job;
mod ledger;
mod notices;
mod partitions;
mod passwords;
mod publisher;
mod reconcile;
mod revoked_keys;
mod roll_up;
mod runner;
mod signing_keys;
mod tally;

pub(crate) use customers::ask_to_forget;
pub use job::Job;
pub(crate) use job::JobError;
pub use ledger::{LedgerFilter, reconcile_ledger};
pub(crate) use notices::ask_for_page as reschedule_notices;
pub(crate) use passwords::RESET_LIFETIME;
pub use publisher::Publisher;
pub use reconcile::{Reconciled, Repair, reconcile_all};
pub(crate) use revoked_keys::ask_for_page as push_revoked_key;
pub use roll_up::roll_up_waiting;
pub use tally::{Difference, Tally};

use tokio_util::sync::CancellationToken;

use crate::app::App;
use runner::Runner;

/// Jobs of one process at a time: they wait for others more than they compute, and each holds a connection to the
/// database now and then.
pub(crate) const MAX_RUNNING_JOBS: u32 = 4;

/// Runs the publisher, the roll-up and every job until `stop`; jobs that run then are waited for.
///
/// # Errors
/// When a job cannot be set up.
pub async fn run(app: &App, stop: CancellationToken) -> anyhow::Result<()> {
    let (publisher, runner) = (Publisher::new(app)?, Runner::new(app));
    tokio::join!(
        publisher.run(stop.clone()),
        runner.run(stop.clone()),
        roll_up::run(app, stop.clone()),
        signing_keys::run(app, stop)
    );
    Ok(())
}
