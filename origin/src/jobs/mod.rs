//! What runs beside the requests, in the same process or in one of its own.

mod publisher;
mod signing_keys;

pub use publisher::Publisher;

use tokio_util::sync::CancellationToken;

use crate::app::App;

/// Runs every job until `stop`.
///
/// # Errors
/// When a job cannot be set up.
pub async fn run(app: &App, stop: CancellationToken) -> anyhow::Result<()> {
    let publisher = Publisher::new(app)?;
    tokio::join!(publisher.run(stop.clone()), signing_keys::run(app, stop));
    Ok(())
}
