//! Writes the location sets of `demographics`, which `locations` codes, and the source that reads them.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    reason = "this runs at build time, where the engine's purity does not apply"
)]

use std::error::Error;
use std::path::PathBuf;

const LIST: &str = "data/unlocode.csv";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed={LIST}");
    println!("cargo::rerun-if-changed=build.rs");
    let coded = locations::code(&std::fs::read_to_string(LIST)?).map_err(|error| format!("{LIST}: {error}"))?;
    let out = PathBuf::from(std::env::var("OUT_DIR")?);
    std::fs::write(out.join("locations.bin"), &coded.bytes)?;
    std::fs::write(out.join("locations.rs"), &coded.source)?;
    Ok(())
}
