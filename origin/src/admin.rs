//! What an operator does by hand: `origin admin …`.

use crate::app::App;
use crate::auth::rotation::{self, Rotated, Rotation};
use crate::problem::Error;

/// Makes the next signing key: published ahead of its use, or in use at once when a key has leaked.
///
/// # Errors
/// When the database fails.
pub async fn rotate_signing_keys(app: &App, at_once: bool) -> Result<Rotated, Error> {
    let rotation = if at_once { Rotation::Now } else { Rotation::Ahead };
    rotation::rotate(app, rotation)
        .await?
        .ok_or_else(|| Error::fault("the table signing_keys is empty: restore it from a backup"))
}
