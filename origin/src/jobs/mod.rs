//! What runs beside the requests, in the same process or in one of its own.

mod publisher;

pub use publisher::Publisher;

use tokio_util::sync::CancellationToken;

use crate::app::App;

/// Runs every job until `stop`.
///
/// # Errors
/// When a job cannot be set up.
pub async fn run(app: &App, stop: CancellationToken) -> anyhow::Result<()> {
    Publisher::new(app)?.run(stop).await;
    Ok(())
}
