//! Locks between commands that run at the same time.

use std::fs::{File, TryLockError};
use std::path::Path;

use anyhow::{Context as _, Result};

use crate::paths;

/// Locks the file `path`, waiting for another command when needed. Held until the returned file is dropped; the system
/// releases it when the process ends in any way.
///
/// # Errors
/// When the file cannot be made or locked.
pub fn acquire(path: &Path, waiting_for: &str) -> Result<File> {
    if let Some(parent) = path.parent() {
        paths::create_dir(parent)?;
    }
    let describe = || format!("cannot lock {}", path.display());
    let file = File::create(path).with_context(describe)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            eprintln!("• waiting for another cargo xtask that is {waiting_for} …");
            file.lock().with_context(describe)?;
        }
        Err(TryLockError::Error(error)) => return Err(error).with_context(describe),
    }
    Ok(file)
}
