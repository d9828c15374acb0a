//! The compiler for wasm32: rustup's when it has or can fetch the target, else Debian's with a standard library that
//! is built here once.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};

use super::{apt, cargo, find_or_install};
use crate::stamp::{self, Stamp};
use crate::{paths, step};

/// The target of the edge and the app.
pub const TARGET: &str = "wasm32-unknown-unknown";
/// Long enough for 30 MB on a slow line; a machine without the site gets its answer at once.
const RUSTUP_LIMIT: Duration = Duration::from_secs(180);
const DEBIAN_BIN: &str = "/usr/bin";
const DEBIAN_PACKAGES: [&str; 4] = ["rustc-web", "cargo-web", "rust-web-src", "lld-19"];
const DEBIAN_LINKER: &str = "wasm-ld-19";
/// Where Debian's compiler looks for the target's libraries.
const DEBIAN_TARGET: &str = "/usr/lib/rustlib/wasm32-unknown-unknown";
/// The compiler's version and a hash of the libraries that were built for it; beside them.
const STAMP: &str = "coupons.stamp";

/// Where the compiler for wasm32 comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WasmToolchain {
    /// The same as for native code.
    Rustup {
        /// What `rustc -vV` says.
        version: String,
    },
    /// Debian's, with the standard library that its stamp describes.
    Debian {
        /// The compiler's version and a hash of its standard library.
        stamp: String,
    },
}

/// Finds or sets up a compiler for wasm32.
///
/// # Errors
/// When neither rustup nor Debian can provide one; says what to do.
pub fn ensure() -> Result<WasmToolchain> {
    let toolchain = find_or_install("the wasm32 target", find, install)?;
    toolchain.claim_target_dir()?;
    Ok(toolchain)
}

impl WasmToolchain {
    /// The build folder of wasm32 code: two compilers must not share one.
    #[must_use]
    pub fn target_dir() -> PathBuf {
        paths::target().join("wasm")
    }

    /// What a build's result depends on, for stamps.
    #[must_use]
    pub fn id(&self) -> &str {
        match self {
            Self::Rustup { version } => version,
            Self::Debian { stamp } => stamp,
        }
    }

    /// Makes `command` build wasm32 code with this compiler; `node` runs the tools that are scripts.
    pub fn apply(&self, command: &mut Command, node: &Path) {
        let mut path: Vec<PathBuf> = node.parent().map(Path::to_path_buf).into_iter().collect();
        if matches!(self, Self::Debian { .. }) {
            use_debian(command, &mut path);
        }
        command
            .env("PATH", prefixed_path(&path))
            .env("CARGO_TARGET_DIR", Self::target_dir());
    }

    /// A `cargo` that builds wasm32 code.
    #[must_use]
    pub fn cargo(&self, node: &Path) -> Command {
        let mut command = cargo::command();
        self.apply(&mut command, node);
        command
    }

    /// Objects built against another copy of the standard library make the build fail (E0463): they go first.
    fn claim_target_dir(&self) -> Result<()> {
        let dir = Self::target_dir();
        let mark = dir.join("toolchain.stamp");
        if stamp::is_current(&mark, self.id()) {
            return Ok(());
        }
        if dir.exists() {
            eprintln!("• the wasm32 compiler has changed: removing {}", dir.display());
            fs::remove_dir_all(&dir).with_context(|| format!("cannot remove {}", dir.display()))?;
        }
        stamp::keep(&mark, self.id())
    }
}

fn find() -> Result<Option<WasmToolchain>> {
    let sysroot = step::read(
        Command::new("rustc")
            .args(["--print", "sysroot"])
            .current_dir(paths::root()),
    )?;
    if holds_std(&Path::new(&sysroot).join("lib/rustlib").join(TARGET).join("lib")) {
        let version = step::read(Command::new("rustc").arg("-vV").current_dir(paths::root()))?;
        return Ok(Some(WasmToolchain::Rustup { version }));
    }
    let lib = Path::new(DEBIAN_TARGET).join("lib");
    let Ok(stamp) = fs::read_to_string(lib.join(STAMP)) else {
        return Ok(None);
    };
    let current = debian_version().is_ok_and(|version| stamp.starts_with(&version)) && holds_std(&lib);
    Ok(current.then_some(WasmToolchain::Debian { stamp }))
}

fn install() -> Result<()> {
    let rustup = super::chromium::find_in_path(&["rustup"]);
    if let Some(rustup) = rustup {
        let mut command = Command::new(rustup);
        command.args(["target", "add", TARGET]).current_dir(paths::root());
        if step::try_quietly("adding the wasm32 target with rustup", &mut command, RUSTUP_LIMIT)? {
            return Ok(());
        }
        eprintln!("  rustup cannot fetch the wasm32 target here: using Debian's compiler instead");
    }
    if !apt::is_usable() {
        bail!("there is no compiler for wasm32: run rustup target add {TARGET}, then this again");
    }
    apt::install(&DEBIAN_PACKAGES)?;
    build_debian_std()
}

/// Builds the standard library from Debian's sources, with bitcode because the release profile links with LTO.
fn build_debian_std() -> Result<()> {
    let dir = paths::cache()?.join("build").join("wasm32-std");
    write_empty_crate(&dir)?;
    let mut command = cargo::command();
    let mut path = Vec::new();
    use_debian(&mut command, &mut path);
    command
        .current_dir(&dir)
        .env("PATH", prefixed_path(&path))
        .env("CARGO_TARGET_DIR", dir.join("target"));
    command.args([
        "build",
        "--release",
        "-Zbuild-std=std,panic_abort,panic_unwind",
        "--target",
        TARGET,
    ]);
    command
        .env("RUSTC_BOOTSTRAP", "1")
        .env("RUSTFLAGS", "-Cembed-bitcode=yes");
    step::run_quietly(
        "building the standard library for wasm32, about a minute once",
        &mut command,
    )
    .context("the standard library for wasm32 could not be built: check that crates.io can be reached")?;
    install_debian_std(&dir.join("target").join(TARGET).join("release/deps"))?;
    fs::remove_dir_all(&dir).with_context(|| format!("cannot remove {}", dir.display()))
}

fn write_empty_crate(dir: &Path) -> Result<()> {
    paths::create_dir(&dir.join("src"))?;
    let manifest = "[package]\nname = \"empty\"\nversion = \"0.0.0\"\nedition = \"2021\"\n\
        [lib]\ncrate-type = [\"cdylib\"]\n[workspace]\n";
    fs::write(dir.join("Cargo.toml"), manifest).context("cannot write to the tool cache")?;
    fs::write(dir.join("src/lib.rs"), "").context("cannot write to the tool cache")
}

/// Copies the libraries to a folder beside the final one and renames it: never half a standard library.
fn install_debian_std(built: &Path) -> Result<()> {
    let describe = || format!("cannot install the standard library into {DEBIAN_TARGET}");
    let (new, lib) = (
        Path::new(DEBIAN_TARGET).join("lib.new"),
        Path::new(DEBIAN_TARGET).join("lib"),
    );
    remove_if_there(&new).with_context(describe)?;
    fs::create_dir_all(&new).with_context(describe)?;
    for entry in fs::read_dir(built).with_context(describe)? {
        let file = entry.with_context(describe)?.path();
        if let (Some("rlib"), Some(name)) = (file.extension().and_then(|e| e.to_str()), file.file_name()) {
            fs::copy(&file, new.join(name)).with_context(describe)?;
        }
    }
    let hash = Stamp::new().path(&new, &[])?.finish();
    fs::write(new.join(STAMP), format!("{}\n{hash}\n", debian_version()?)).with_context(describe)?;
    remove_if_there(&lib).with_context(describe)?;
    fs::rename(&new, &lib).with_context(describe)
}

fn remove_if_there(dir: &Path) -> std::io::Result<()> {
    if dir.exists() { fs::remove_dir_all(dir) } else { Ok(()) }
}

fn use_debian(command: &mut Command, path: &mut Vec<PathBuf>) {
    path.push(PathBuf::from(DEBIAN_BIN));
    command.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", DEBIAN_LINKER);
    // Those of the native toolchain: its libraries and the name rustup would choose it by.
    command.env_remove("LD_LIBRARY_PATH").env_remove("RUSTUP_TOOLCHAIN");
}

fn debian_version() -> Result<String> {
    step::read(
        Command::new(Path::new(DEBIAN_BIN).join("rustc"))
            .arg("-vV")
            .env_remove("LD_LIBRARY_PATH"),
    )
}

fn prefixed_path(first: &[PathBuf]) -> OsString {
    let rest = env::var_os("PATH").unwrap_or_default();
    let all = first.iter().cloned().chain(env::split_paths(&rest));
    // Only a folder whose name holds a colon cannot be joined, and PATH cannot name one.
    env::join_paths(all).unwrap_or(rest)
}

fn holds_std(lib: &Path) -> bool {
    fs::read_dir(lib).is_ok_and(|entries| {
        entries.flatten().any(|entry| {
            let name = entry.file_name();
            let name = name.to_string_lossy();
            name.starts_with("libstd-") && name.ends_with(".rlib")
        })
    })
}
