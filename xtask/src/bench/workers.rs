//! The built Worker, its peers' Workers and the package `bench/edge` that measures them in the `workerd` binary.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, Result};
use serde_json::{Map, Value};

use super::{find_valgrind, run_bounded};
use crate::toolchain::{Tools, cargo};
use crate::{dist, paths, step, toolchain};

/// Three times what the longest measurement takes on an idle machine of two cores.
const LIMIT: Duration = Duration::from_secs(6_600);

/// Everything that a measurement needs.
pub(super) struct Workers {
    tools: Tools,
    program: PathBuf,
    modules: PathBuf,
}

impl Workers {
    /// Builds all and puts the Workers into one fresh folder; `name` tells it.
    pub(super) fn prepare(name: &str) -> Result<Self> {
        let tools = toolchain::ensure()?;
        dist::build(&tools)?;
        let source = paths::root().join("bench/edge");
        let target = paths::target().join("bench-edge");
        let mut build = cargo::command();
        build
            .args(["build", "--quiet", "--locked", "--release", "--manifest-path"])
            .arg(source.join("Cargo.toml"))
            .env("CARGO_TARGET_DIR", &target);
        step::run_openly("building the measurement", &mut build)?;
        let program = target.join("release/bench-edge");
        let modules = paths::scratch().join(name);
        gather(&modules, &source.join("workers"))?;
        step::run_quietly(
            "writing rules and requests",
            Command::new(&program).arg("prepare").arg(&modules),
        )?;
        Ok(Self {
            tools,
            program,
            modules,
        })
    }

    /// What the Workers are built with.
    pub(super) const fn tools(&self) -> &Tools {
        &self.tools
    }

    /// Where the Workers' modules are.
    pub(super) fn modules(&self) -> &Path {
        &self.modules
    }

    /// Runs the measurement `subject`, which writes its result beside those of the others.
    pub(super) fn measure(&self, subject: &str, mut versions: Map<String, Value>, options: &[&str]) -> Result<()> {
        let workerd = self.tools.npm.workerd()?;
        let version = step::read(Command::new(&workerd).arg("--version"))?;
        versions.insert("workerd".to_owned(), version.trim().into());
        let results = paths::root().join("bench/results");
        paths::create_dir(&results)?;
        let mut measure = Command::new(&self.program);
        measure.arg(subject).args(options).arg("--workerd").arg(workerd);
        measure.arg("--modules").arg(&self.modules);
        measure.arg("--results").arg(results.join(format!("{subject}.json")));
        measure.arg("--versions").arg(Value::from(versions).to_string());
        if let Some(valgrind) = find_valgrind()? {
            measure.arg("--valgrind").arg(valgrind);
        }
        run_bounded(&mut measure, LIMIT)
    }
}

/// Puts all Workers into one fresh folder.
fn gather(modules: &Path, workers: &Path) -> Result<()> {
    if modules.exists() {
        fs::remove_dir_all(modules).context("the Workers of the last measurement cannot be removed")?;
    }
    paths::create_dir(&modules.join("build"))?;
    let edge = paths::root().join("edge");
    let mut files: Vec<(PathBuf, PathBuf)> = ["entry.js", "build/index.js", "build/index_bg.wasm"]
        .map(|file| (edge.join(file), modules.join(file)))
        .into();
    for file in fs::read_dir(workers).context("no Workers to compare with")? {
        let path = file?.path();
        let name = path.file_name().unwrap_or_default().to_owned();
        files.push((path, modules.join(name)));
    }
    for (from, to) in files {
        fs::copy(&from, to).with_context(|| format!("cannot copy {}", from.display()))?;
    }
    Ok(())
}
