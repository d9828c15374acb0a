//! Sets up what a machine lacks, and does nothing when all is in place.
//!
//! Tools go to the per-user cache ([`paths::cache`]), keyed by version, so that a fresh clone on the same machine
//! starts fast. Each is looked for first; only when it is missing is the cache locked, looked at again, and the tool
//! installed, so that two commands never install the same thing at once.

pub mod apt;
pub mod cargo;
pub mod chromium;
pub mod npm;
pub mod python;
pub mod wasm;

use std::path::PathBuf;

use anyhow::{Context as _, Result};

use crate::{lock, paths};
use npm::Npm;
use wasm::WasmToolchain;

/// The splitter is released apart from the library that marks where to split: the library writes the version of its marks
/// into the module, and the splitter refuses those that it does not know.
const WASM_SPLIT_VERSION: &str = "0.2.4";

/// Everything that building and running the parts needs beside the native toolchain.
#[derive(Debug, Clone)]
pub struct Tools {
    /// The compiler for wasm32.
    pub wasm: WasmToolchain,
    /// The `wasm-bindgen` program of the version that Cargo.lock names.
    pub wasm_bindgen: PathBuf,
    /// The `wasm-split-cli` program, which takes a module apart.
    pub wasm_split: PathBuf,
    /// The `worker-build` program of the version that Cargo.lock names.
    pub worker_build: PathBuf,
    /// The tools from npm.
    pub npm: Npm,
}

/// Finds or installs all of them.
///
/// # Errors
/// When something is missing and cannot be installed; names the registry call that failed and what to do.
pub fn ensure() -> Result<Tools> {
    Ok(Tools {
        npm: npm::ensure()?,
        wasm: wasm::ensure()?,
        wasm_bindgen: cargo::ensure(
            "wasm-bindgen-cli",
            "wasm-bindgen",
            &cargo::locked_version("wasm-bindgen")?,
            &[],
        )?,
        wasm_split: cargo::ensure(
            "wasm_split_cli_support",
            "wasm-split-cli",
            WASM_SPLIT_VERSION,
            &["build-binary"],
        )?,
        worker_build: cargo::ensure("worker-build", "worker-build", &cargo::locked_version("worker")?, &[])?,
    })
}

/// `find`s something, else `install`s it while no other command does.
///
/// # Errors
/// When it cannot be installed, or is not found afterwards.
pub fn find_or_install<T>(
    what: &str,
    find: impl Fn() -> Result<Option<T>>,
    install: impl FnOnce() -> Result<()>,
) -> Result<T> {
    if let Some(found) = find()? {
        return Ok(found);
    }
    let _locked = lock::acquire(&paths::cache()?.join("lock"), "installing tools")?;
    if let Some(found) = find()? {
        return Ok(found);
    }
    install()?;
    find()?.with_context(|| format!("{what} is still missing after its installation"))
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    #[test]
    fn what_is_found_is_not_installed() {
        let found = find_or_install("a tool", || Ok(Some(7)), || anyhow::bail!("must not be called"));
        assert_eq!(found.unwrap(), 7);
    }

    #[test]
    fn an_installation_without_result_is_an_error() {
        let installed = Cell::new(false);
        let install = || {
            installed.set(true);
            Ok(())
        };
        let error = find_or_install::<()>("a tool", || Ok(None), install)
            .unwrap_err()
            .to_string();
        assert!(installed.get() && error.contains("still missing"), "{error}");
    }
}
