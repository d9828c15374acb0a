//! What is deployed: the Worker in `edge/build/` and the app in `ui/dist/`, each rebuilt only when an input changed.

mod app;
mod imports;
mod parts;

use std::collections::BTreeSet;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;

use anyhow::{Context as _, Result, bail, ensure};
use flate2::Compression;
use flate2::write::GzEncoder;

use crate::stamp::Stamp;
use crate::toolchain::Tools;
use crate::{lock, paths, stamp, step};

/// What is inside a part and its build does not read. The Worker's entry stands in front of what is built.
const NOT_INPUTS: [&str; 6] = ["build", "dist", "target", "tests", "fuzz", "entry.js"];

/// Builds both where they are out of date.
///
/// # Errors
/// When something does not compile; shows what the compiler said.
pub fn build(tools: &Tools) -> Result<()> {
    let _locked = lock::acquire(&paths::scratch().join("dist.lock"), "building the Worker and the app")?;
    let root = paths::root();
    let (worker_js, page) = (root.join("edge/build/index.js"), root.join("ui/dist/index.html"));
    // Beside each other: much of each is the linker's work, which takes one core.
    thread::scope(|scope| {
        let worker = scope.spawn(|| when_changed("worker", "edge", &worker_js, tools, || build_worker(tools)));
        let app = when_changed("app", "ui", &page, tools, || app::build(tools));
        let worker = worker
            .join()
            .unwrap_or_else(|_| bail!("building the Worker panicked: see above"));
        worker.and(app)
    })
}

/// What may be uploaded as the Worker, in bytes of gzip: 400 kB, of which some are left. A reader or a table too many is more
/// than that.
const WORKER_LIMIT: usize = 400_000;
/// What may be sent before the app can be used, in bytes of gzip: a second or two on a phone's connection.
const FIRST_LOAD_LIMIT: usize = 350_000;
/// The parts of the app that somebody may see first: the sign-in page and the home page.
const FIRST_PARTS: [&str; 2] = ["entry", "home"];

/// The sizes, for people: gzip, as a browser and the platform's limit count.
///
/// # Errors
/// When nothing has been built, or the app's first load is above its limit.
pub fn print_sizes() -> Result<()> {
    let worker = print_size("Worker", &worker_files()?)?;
    let first = print_size("every page", &first_files()?)?;
    for (part, files) in app::parts()? {
        let size = gzip_sizes(&addressed(&files))?;
        println!("part {part}: {} files, {} KB gzip", files.len(), in_kilobytes(size));
    }
    let later = print_size("workbench", &workbench_files()?)?;
    let first_load = first_load_gzip_bytes()?;
    println!(
        "gzip: Worker {} KB, first load of the app {} KB of which {} KB are for every page, workbench {} KB",
        in_kilobytes(worker),
        in_kilobytes(first_load),
        in_kilobytes(first),
        in_kilobytes(later)
    );
    ensure!(
        worker <= WORKER_LIMIT,
        "the Worker is above {} KB: see what docs/benchmarks.md says of its size",
        in_kilobytes(WORKER_LIMIT)
    );
    // With the kit, which is not published, the parts are cut finer.
    ensure!(
        first_load <= FIRST_LOAD_LIMIT || app::is_with_kit(),
        "the first load of the app is above {} KB: move what its first pages do not need into another part",
        in_kilobytes(FIRST_LOAD_LIMIT)
    );
    Ok(())
}

/// The app's first load in bytes of gzip: what every page needs, and the larger of the pages that are seen first.
///
/// # Errors
/// When it has not been built.
pub fn first_load_gzip_bytes() -> Result<usize> {
    let parts = app::parts()?;
    let mut largest = 0;
    for name in FIRST_PARTS {
        let files = parts
            .get(name)
            .with_context(|| format!("the app has no part {name}: name it in ui/src/pages.rs"))?;
        largest = largest.max(gzip_sizes(&addressed(files))?);
    }
    Ok(gzip_sizes(&first_files()?)? + largest)
}

/// What every page needs: all but the parts and the workbench.
fn first_files() -> Result<Vec<PathBuf>> {
    let parts: BTreeSet<_> = app::parts()?
        .into_values()
        .flat_map(|files| addressed(&files))
        .collect();
    let files = sent_files(&app_dir())?;
    let is_first = |file: &PathBuf| !is_of_workbench(file) && !parts.contains(file);
    Ok(files.into_iter().filter(is_first).collect())
}

fn workbench_files() -> Result<Vec<PathBuf>> {
    let files = sent_files(&app_dir())?;
    Ok(files.into_iter().filter(|file| is_of_workbench(file)).collect())
}

fn app_dir() -> PathBuf {
    paths::root().join("ui/dist")
}

/// The files that are sent for addresses.
fn addressed(addresses: &[String]) -> Vec<PathBuf> {
    let file = |address: &String| app_dir().join(address.trim_start_matches('/'));
    addresses.iter().map(file).collect()
}

/// Whether the app fetches a file only when an editor opens.
fn is_of_workbench(file: &Path) -> bool {
    let name = file.file_name().and_then(|name| name.to_str());
    name.is_some_and(|name| name.starts_with("workbench-"))
}

/// The Worker's size in bytes of gzip.
///
/// # Errors
/// When it has not been built.
pub fn worker_gzip_bytes() -> Result<usize> {
    gzip_sizes(&worker_files()?)
}

fn gzip_sizes(files: &[PathBuf]) -> Result<usize> {
    files.iter().map(|file| gzip_size(&read(file)?)).sum()
}

/// What is uploaded: the built module and the entry in front of it.
fn worker_files() -> Result<Vec<PathBuf>> {
    let edge = paths::root().join("edge");
    let mut files = sent_files(&edge.join("build"))?;
    files.push(edge.join("entry.js"));
    Ok(files)
}

/// The app's, the Worker's and the engine's sources, the versions of everything, and the compiler.
fn inputs(part: &str, tools: &Tools) -> Result<String> {
    let root = paths::root();
    let mut stamp = Stamp::new().text(part).text(tools.wasm.id());
    if app::is_with_kit() {
        stamp = stamp.text("kit");
    }
    for folder in ["engine", part] {
        stamp = stamp.path(&root.join(folder), &NOT_INPUTS)?;
    }
    for file in [
        "Cargo.toml",
        "Cargo.lock",
        "package-lock.json",
        "xtask/src/dist.rs",
        "xtask/src/dist/app.rs",
        "xtask/src/dist/parts.rs",
    ] {
        stamp = stamp.path(&root.join(file), &[])?;
    }
    Ok(stamp.finish())
}

fn when_changed(
    name: &str,
    part: &str,
    output: &Path,
    tools: &Tools,
    build: impl FnOnce() -> Result<()>,
) -> Result<()> {
    let file = paths::scratch().join(format!("{name}.stamp"));
    let before = inputs(part, tools)?;
    if output.exists() && stamp::is_current(&file, &before) {
        return Ok(());
    }
    build()?;
    // What was saved while it was building is built the next time.
    stamp::keep(&file, &before)
}

/// How the Worker is compiled: for size, for it is uploaded, and compiled again in every isolate, while its glue runs for
/// microseconds. The engine is allowed a little more; built for speed, it would take 0.4 µs less of a request's hundred and
/// more, and the upload a twentieth more. Hashes, of keys and of what is consumed, are built for speed: they are all loop. It is
/// said here because the origin shares the profile.
const WORKER_OPTIONS: [&str; 3] = [
    "profile.release.opt-level=\"z\"",
    "profile.release.package.engine.opt-level=\"s\"",
    "profile.release.package.sha2.opt-level=3",
];

/// The platform has vectors, by which texts are read. Browsers that still run the app do not all have them.
const VECTORS: &str = "target.wasm32-unknown-unknown.rustflags=[\"-Ctarget-feature=+simd128\"]";

/// Has cargo compile for a machine with vectors; after the `--` of a command that hands over to it.
pub(crate) fn compile_with_vectors(command: &mut Command) {
    command.args(["--config", VECTORS]);
}

/// Has cargo compile as for the Worker; after the `--` of a command that hands over to it.
pub(crate) fn compile_as_worker(command: &mut Command) {
    compile_with_vectors(command);
    for option in WORKER_OPTIONS {
        command.args(["--config", option]);
    }
}

fn build_worker(tools: &Tools) -> Result<()> {
    let mut command = Command::new(&tools.worker_build);
    command
        .args(["--release", ".", "--"])
        .current_dir(paths::root().join("edge"));
    compile_as_worker(&mut command);
    tools.wasm.apply(&mut command, tools.npm.node());
    command
        .env("WASM_BINDGEN_BIN", &tools.wasm_bindgen)
        .env("WASM_OPT_BIN", tools.npm.wasm_opt());
    command.env("ESBUILD_BIN", tools.npm.esbuild());
    step::run_quietly("building the Worker", &mut command)?;
    strip_names(tools)?;
    shorten_imports()
}

/// The names of functions, which worker-build keeps, are a tenth of what is uploaded; a panic is found by its message and
/// its place. Before they go they give the functions' order: instances of one generic function, which are alike, stand side by
/// side, where gzip, which looks back 32 KiB, sees both.
fn strip_names(tools: &Tools) -> Result<()> {
    let module = paths::root().join("edge/build/index_bg.wasm");
    let mut command = Command::new(tools.npm.node());
    command.arg(tools.npm.wasm_opt());
    command
        .args(["--reorder-functions-by-name", "--strip-debug"])
        .arg(&module);
    command.arg("--output").arg(&module);
    step::run_quietly("stripping the Worker", &mut command)
}

fn shorten_imports() -> Result<()> {
    let built = paths::root().join("edge/build");
    let (module, glue) = (built.join("index_bg.wasm"), built.join("index.js"));
    let text = String::from_utf8(read(&glue)?).context("the glue is no text")?;
    let (short_module, short_glue) = imports::shorten(&read(&module)?, &text)?;
    fs::write(&module, short_module)
        .and_then(|()| fs::write(&glue, short_glue))
        .context("the Worker cannot be written")
}

/// Prints each file that is sent, and answers with their sum in bytes.
fn print_size(name: &str, files: &[PathBuf]) -> Result<usize> {
    let mut sum = 0;
    for file in files {
        let content = read(file)?;
        let size = gzip_size(&content)?;
        let shown = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        println!(
            "{name}: {shown} {} KB ({} KB gzip)",
            in_kilobytes(content.len()),
            in_kilobytes(size)
        );
        sum += size;
    }
    Ok(sum)
}

fn read(file: &Path) -> Result<Vec<u8>> {
    fs::read(file).with_context(|| format!("cannot read {}", file.display()))
}

fn gzip_size(content: &[u8]) -> Result<usize> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(content).context("cannot compress")?;
    Ok(encoder.finish().context("cannot compress")?.len())
}

fn sent_files(dir: &Path) -> Result<Vec<PathBuf>> {
    let describe = || format!("{} is not built: run cargo xtask dist", dir.display());
    let mut files = Vec::new();
    for entry in fs::read_dir(dir).with_context(describe)? {
        let path = entry.with_context(describe)?.path();
        let extension = path.extension().and_then(|extension| extension.to_str());
        if path.is_dir() {
            files.extend(sent_files(&path)?);
        } else if matches!(extension, Some("wasm" | "js" | "css" | "html")) {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// With one decimal, rounded up.
fn in_kilobytes(bytes: usize) -> String {
    let tenths = bytes.div_ceil(100);
    format!("{}.{}", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_workbench_is_told_apart() {
        let check = |file: &str, expected| assert_eq!(is_of_workbench(Path::new(file)), expected, "{file}");
        check("dist/assets/workbench-0123456789abcdef.wasm", true);
        check("dist/assets/app-0123456789abcdef.wasm", false);
        check("dist/index.html", false);
    }

    #[test]
    fn sizes_are_shown_in_kilobytes() {
        let check = |bytes, shown: &str| assert_eq!(in_kilobytes(bytes), shown);
        check(0, "0.0");
        check(1, "0.1");
        check(400_000, "400.0");
        check(123_450, "123.5");
    }
}
