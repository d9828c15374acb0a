//! Keeps the signing keys young, and the edge informed of them.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::app::App;
use crate::auth::rotation::{Rotation, rotate};
use crate::problem::chain;

/// How often a look is taken: what retires is taken from the edge about this late, which harms nobody, for the tokens
/// that it signed have expired.
const LOOK_EVERY: Duration = Duration::from_secs(60);

/// Looks until `stop`, at once for the first time. Every process may: a rotation happens once.
pub(super) async fn run(app: &App, stop: CancellationToken) {
    while let Some(result) = stop.run_until_cancelled(rotate(app, Rotation::IfDue)).await {
        match result {
            Ok(None) => {}
            Ok(Some(rotated)) => tracing::info!(
                generation = rotated.generation,
                active_at = %rotated.active_at,
                "the signing key rotates"
            ),
            Err(error) => tracing::error!(error = chain(&error), "the signing keys cannot be looked after"),
        }
        stop.run_until_cancelled(tokio::time::sleep(LOOK_EVERY)).await;
    }
}
