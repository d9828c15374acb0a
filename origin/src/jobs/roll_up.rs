//! The roll-up: sums what ingest left waiting.
//!
//! ```text
//! every second ─▶ each organisation that has something waiting, one after the other ─▶ a turn of bounded length
//!                   └──────────────── again at once, while turns find more than their bound ◀──┘
//! ```
//!
//! Any number of processes run one: an organisation's sums are written by one of them at a time. No notification wakes it,
//! for those make commits wait for each other, and ingest has many.

use std::time::Duration;

use engine::ids::OrganizationId;
use tokio_util::sync::CancellationToken;

use crate::app::App;
use crate::problem::Error;
use crate::store::{EvaluationStore, Turn};

/// Between two looks: reports are some seconds behind in any case, and what waits together is summed together.
const POLL: Duration = Duration::from_secs(1);

/// Works until `stop`. A failure of the database starts it over.
pub(super) async fn run(app: &App, stop: CancellationToken) {
    while !stop.is_cancelled() {
        match round(app).await {
            Ok(Turn::More) => continue,
            Ok(Turn::Busy | Turn::Done) => {}
            Err(error) => tracing::error!(
                error = crate::problem::chain(&error),
                "the roll-up lost its database, starting over"
            ),
        }
        stop.run_until_cancelled(tokio::time::sleep(POLL)).await;
    }
}

/// Sums all that waits, as far as no other worker does.
///
/// # Errors
/// When the database fails.
pub async fn roll_up_waiting(app: &App) -> Result<(), Error> {
    while round(app).await? == Turn::More {}
    Ok(())
}

/// One turn for each organisation that has something waiting: whether one of them had more. One whose turn fails keeps the
/// others from nothing.
async fn round(app: &App) -> Result<Turn, Error> {
    let mut found = Turn::Done;
    let mut after: Option<OrganizationId> = None;
    while let Some(organization) = app.store.find_waiting(after).await? {
        match app.store.roll_up(organization).await {
            Ok(Turn::More) => found = Turn::More,
            Ok(Turn::Busy | Turn::Done) => {}
            Err(error) => tracing::error!(
                %organization,
                error = crate::problem::chain(&error),
                "an organisation's turn of the roll-up failed, to be tried again"
            ),
        }
        after = Some(organization);
    }
    Ok(found)
}
