//! `cargo xtask shots`: a picture of every page of the app, in both languages, light and dark, wide and narrow.

use anyhow::Result;

use crate::{drill, paths};

/// Takes them, on a stack of their own, into `target/screenshots`.
///
/// # Errors
/// When a page does not come up, or is not as the browser tests want it.
pub fn run() -> Result<()> {
    drill::end_to_end(
        "taking pictures of every page",
        "browser_areas",
        ("COUPONS_SHOTS", "all"),
    )?;
    println!("the pictures are in {}", paths::target().join("screenshots").display());
    Ok(())
}
