//! Builds the package `bench`, natively and as Wasm, and runs it.

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use anyhow::Result;

use super::{find_valgrind, run_bounded};
use crate::toolchain::wasm::{TARGET, WasmToolchain};
use crate::toolchain::{cargo, npm, wasm};
use crate::{dist, paths, step};

/// Three times what it takes on an idle machine of two cores.
const LIMIT: Duration = Duration::from_secs(600);
/// How it is built; one of the peers names a newer Rust than it needs.
const OPTIONS: [&str; 6] = [
    "--quiet",
    "--locked",
    "--release",
    "--ignore-rust-version",
    "--manifest-path",
    "bench/Cargo.toml",
];

pub(super) fn run() -> Result<()> {
    let (npm, toolchain) = (npm::ensure()?, wasm::ensure()?);
    let target = paths::target().join("bench");
    let mut native = cargo::command();
    native
        .arg("build")
        .args(OPTIONS)
        .arg("--bins")
        .env("CARGO_TARGET_DIR", &target);
    step::run_openly("building the engine and its peers, some minutes once", &mut native)?;
    let mut module = toolchain.cargo(npm.node());
    // Said here, not in Cargo.toml: a library that is an rlib too is not optimised at link time.
    module
        .arg("rustc")
        .args(OPTIONS)
        .args(["--lib", "--crate-type", "cdylib", "--target", TARGET]);
    dist::compile_with_vectors(&mut module);
    step::run_openly("building the engine as Wasm", &mut module)?;

    let programs = target.join("release");
    let results = paths::root().join("bench/results");
    paths::create_dir(&results)?;
    let mut measure = Command::new(programs.join("bench"));
    measure.arg("measure").current_dir(paths::root());
    measure.arg("--results").arg(results.join("engine.json"));
    measure.arg("--allocations").arg(programs.join("allocations"));
    measure.arg("--node").arg(npm.node());
    measure.arg("--wasm").arg(module_path());
    if let Some(valgrind) = find_valgrind()? {
        measure.arg("--valgrind").arg(valgrind);
    }
    run_bounded(&mut measure, LIMIT)
}

fn module_path() -> PathBuf {
    WasmToolchain::target_dir().join(TARGET).join("release/bench.wasm")
}
