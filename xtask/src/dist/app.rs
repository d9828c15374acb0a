//! The app: two Wasm modules with their glue, optimised, under names that hold a hash of their content, so that browsers may
//! keep them for ever; and the page that names them. The page loads the app, and the app loads the workbench, the engine in
//! the browser, when it needs it.
//!
//! The app's own module is taken apart: what all pages need is loaded at once, and the rest, in the parts that
//! `ui/src/pages.rs` names, when one of their pages is shown. The splitter follows the linker's relocations from the marks that
//! `wasm_split` leaves, which is why the module is linked with them.
//!
//! `ui/index.html` is the template: `{{app_js}}`, `{{app_wasm}}`, `{{app_css}}` and `{{workbench_js}}` stand for the
//! addresses. The sheets of `ui/style/` become one, in the order of their names; everything in `ui/public/` is copied. Beside
//! them are the locations, which no page loads: the Worker does (`edge/src/routes/locations.rs`).

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use super::parts;
use crate::stamp::Stamp;
use crate::toolchain::Tools;
use crate::toolchain::wasm::{TARGET, WasmToolchain};
use crate::{paths, step};

/// The folder of what browsers may keep for ever: see `ui/public/_headers`.
const ASSETS: &str = "assets";
/// How much of a content's hash its name holds: enough that two contents never share a name.
const HASH_CHARS: usize = 16;
/// What the Rust compiler uses by default for this target, and every browser that runs the app has.
const WASM_FEATURES: [&str; 6] = [
    "--enable-bulk-memory",
    "--enable-nontrapping-float-to-int",
    "--enable-sign-ext",
    "--enable-mutable-globals",
    "--enable-reference-types",
    "--enable-multivalue",
];

/// How it is compiled: for size, for it is downloaded before it is run.
const OPTIONS: [&str; 2] = [
    // Views by their kind and not by their very type: each page would bring its own copy of what builds and updates one.
    "target.wasm32-unknown-unknown.rustflags=[\"--cfg\", \"erase_components\"]",
    "profile.release.opt-level=\"z\"",
];

/// What the locations are made of, as `engine/build.rs` makes those that the engine was built with.
const LOCATIONS_LIST: &str = "engine/data/unlocode.csv";

/// Wants the page of the component kit.
const KIT_VARIABLE: &str = "COUPONS_KIT";

/// A Wasm module and its script.
struct Module {
    /// The crate that it is made of.
    package: &'static str,
    /// How its files are called, and its glue before it is bundled.
    name: &'static str,
    /// What the script does besides the glue; `{wasm}` stands for the module's address. A file of its own because the content
    /// policy allows no inline ones.
    start: &'static str,
    /// Whether it marks parts that are fetched later.
    has_parts: bool,
}

/// Starts at once.
const APP: Module = Module {
    package: "ui",
    name: "app",
    start: "import init from \"./app.js\";\ninit({ module_or_path: \"{wasm}\" });\n",
    has_parts: true,
};

/// Imported by the app, which finds its functions there once it can run.
const WORKBENCH: Module = Module {
    package: "workbench",
    name: "workbench",
    start: "import init from \"./workbench.js\";\nexport * from \"./workbench.js\";\n\
        await init({ module_or_path: \"{wasm}\" });\n",
    has_parts: false,
};

/// The splitter's script, which fetches parts; the glue imports it.
const LINKS: &str = "__wasm_split.js";
/// What the parts call the module that they import from.
const LINKED: &str = "__wasm_split";
/// A chunk below so many bytes is worth no file of its own: to fetch it takes a browser longer than to have it at once.
const SMALL_CHUNK: u64 = 5_000;

/// The addresses of what the page names.
struct Addresses {
    app_js: String,
    app_wasm: String,
    app_css: String,
    workbench_js: String,
}

/// Builds it into `ui/dist/`, replacing what was there at once.
pub(super) fn build(tools: &Tools) -> Result<()> {
    let ui = paths::root().join("ui");
    let work = paths::scratch().join("app");
    recreate(&work)?;
    let new = work.join("dist");
    paths::create_dir(&new.join(ASSETS))?;
    let (app_js, app_wasm) = APP.build(tools, &work, &new)?;
    let (workbench_js, _) = WORKBENCH.build(tools, &work, &new)?;
    let sheet = work.join("style.css");
    join_sheets(&ui.join("style"), &sheet)?;
    minify(tools, &sheet)?;
    let addresses = Addresses {
        app_js,
        app_wasm,
        app_css: copy_hashed(&sheet, &new, "style", "css")?,
        workbench_js,
    };
    let template = fs::read_to_string(ui.join("index.html")).context("cannot read ui/index.html")?;
    fs::write(new.join("index.html"), fill(&template, &addresses)?).context("cannot write index.html")?;
    copy_all(&ui.join("public"), &new)?;
    place_locations(&new)?;
    let dist = ui.join("dist");
    remove_if_there(&dist)?;
    move_dir(&new, &dist)
}

/// Whether the app is built with the page of its component kit, which is not published.
pub(super) fn is_with_kit() -> bool {
    std::env::var_os(KIT_VARIABLE).is_some()
}

/// The addresses of the modules of each part, by its name.
///
/// # Errors
/// When the app has not been built.
pub(super) fn parts() -> Result<BTreeMap<String, Vec<String>>> {
    let text = fs::read_to_string(parts_file()).context("the app is not built: run cargo xtask dist")?;
    serde_json::from_str(&text).context("the parts of the app cannot be read: remove ui/dist and run cargo xtask dist")
}

fn parts_file() -> PathBuf {
    paths::scratch().join("app-parts.json")
}

/// Beside the Worker's build, whose dependencies are compiled in another way.
fn target_dir() -> PathBuf {
    WasmToolchain::target_dir().join("app")
}

impl Module {
    fn compile(&self, tools: &Tools) -> Result<()> {
        let mut cargo = tools.wasm.cargo(tools.npm.node());
        cargo.args([
            "rustc",
            "--quiet",
            "--release",
            "--target",
            TARGET,
            "--package",
            self.package,
        ]);
        for option in OPTIONS {
            cargo.args(["--config", option]);
        }
        if is_with_kit() && self.package == APP.package {
            cargo.args(["--features", "kit"]);
        }
        if self.has_parts {
            // What the splitter follows.
            cargo.args(["--", "-Clink-args=--emit-relocs"]);
        }
        cargo.env("CARGO_TARGET_DIR", target_dir());
        step::run_quietly(&format!("compiling the {}", self.name), &mut cargo)
    }

    /// Makes its two files; answers with the addresses of the script and of the module.
    fn build(&self, tools: &Tools, work: &Path, dist: &Path) -> Result<(String, String)> {
        let work = work.join(self.name);
        paths::create_dir(&work)?;
        self.compile(tools)?;
        let built = self.built();
        if self.has_parts {
            let first = self.take_apart(tools, &built, &work)?;
            self.glue(tools, &first, &work)?;
            self.place_parts(tools, &work, dist)?;
        } else {
            self.glue(tools, &built, &work)?;
        }
        let optimised = work.join("optimised.wasm");
        let mut command = optimise(tools, &self.glued(&work), &optimised);
        step::run_quietly(&format!("optimising the {}", self.name), &mut command)?;
        let wasm = copy_hashed(&optimised, dist, self.name, "wasm")?;
        self.bundle(tools, &work, &wasm)?;
        let js = copy_hashed(&work.join("bundle.js"), dist, self.name, "js")?;
        Ok((js, wasm))
    }

    /// What the compiler made.
    fn built(&self) -> PathBuf {
        let release = target_dir().join(TARGET).join("release");
        release.join(format!("{}.wasm", self.package))
    }

    /// What remains of it beside its glue.
    fn glued(&self, work: &Path) -> PathBuf {
        work.join(format!("{}_bg.wasm", self.name))
    }

    /// Writes what is loaded at once, whose path it answers with, the parts, and [`LINKS`].
    fn take_apart(&self, tools: &Tools, built: &Path, work: &Path) -> Result<PathBuf> {
        let mut split = Command::new(&tools.wasm_split);
        split
            .arg(built)
            .arg(work)
            .args(["--target", "web", "--out-name", self.name]);
        step::run_quietly(&format!("taking the {} apart", self.name), &mut split)?;
        Ok(work.join(format!("{}.wasm", self.name)))
    }

    fn glue(&self, tools: &Tools, module: &Path, work: &Path) -> Result<()> {
        let mut bindgen = Command::new(&tools.wasm_bindgen);
        bindgen
            .args([
                "--target",
                "web",
                "--no-typescript",
                // The parts link to the table of functions.
                "--keep-lld-exports",
                "--out-name",
                self.name,
                "--out-dir",
            ])
            .arg(work)
            .arg(module);
        step::run_quietly(&format!("making the glue of the {}", self.name), &mut bindgen)
    }

    /// Optimises the modules of the parts, puts them beside the rest and their addresses into [`LINKS`], and keeps which part
    /// consists of which. Small chunks go into the module itself.
    fn place_parts(&self, tools: &Tools, work: &Path, dist: &Path) -> Result<()> {
        let links = work.join(LINKS);
        let mut script = fs::read_to_string(&links).context("the splitter wrote no links")?;
        let modules: Vec<_> = parts::modules(&script).into_iter().map(str::to_owned).collect();
        let optimised = |module: &str| work.join(format!("{module}.optimised.wasm"));
        let mut commands: Vec<_> = modules
            .iter()
            .map(|module| optimise(tools, &work.join(format!("{module}.wasm")), &optimised(module)))
            .collect();
        step::run_all(&format!("optimising the parts of the {}", self.name), &mut commands)?;
        let mut small = Vec::new();
        for module in &modules {
            let path = optimised(module);
            let size = fs::metadata(&path).with_context(|| format!("cannot read {}", path.display()))?;
            if parts::is_chunk(module) && size.len() < SMALL_CHUNK {
                let without = parts::without(&script, module);
                script = without.with_context(|| format!("the splitter's links do not load {module}"))?;
                small.push(path);
            } else {
                let address = copy_hashed(&path, dist, module, "wasm")?;
                script = script.replace(&format!("\"./{module}.wasm\""), &format!("\"{address}\""));
            }
        }
        self.take_in(tools, work, &small)?;
        fs::write(&links, &script).context("cannot write the links of the parts")?;
        let parts = serde_json::to_string(&parts::parts(&script)).context("cannot write the parts")?;
        fs::write(parts_file(), parts).context("cannot write the parts")
    }

    /// Makes chunks a part of the module that is loaded at once. What they import is what it exports, and they export nothing:
    /// their functions are called by their places in its table.
    fn take_in(&self, tools: &Tools, work: &Path, chunks: &[PathBuf]) -> Result<()> {
        let module = self.glued(work);
        let whole = work.join("whole.wasm");
        let mut command = Command::new(tools.npm.node());
        command.arg(tools.npm.wasm_merge()).args(WASM_FEATURES);
        command.arg(&module).arg(LINKED);
        for chunk in chunks {
            command.arg(chunk).arg(chunk.file_stem().unwrap_or_default());
        }
        command.arg("-o").arg(&whole);
        step::run_quietly(&format!("putting small chunks into the {}", self.name), &mut command)?;
        fs::rename(&whole, &module).with_context(|| format!("cannot replace {}", module.display()))
    }

    /// One script: the glue and the start.
    fn bundle(&self, tools: &Tools, work: &Path, wasm: &str) -> Result<()> {
        let start = self.start.replace("{wasm}", wasm);
        fs::write(work.join("start.js"), start).with_context(|| format!("cannot write the {}'s start", self.name))?;
        let mut command = Command::new(tools.npm.node());
        command.arg(tools.npm.esbuild()).current_dir(work);
        command.args([
            "start.js",
            "--bundle",
            "--minify",
            "--format=esm",
            "--log-level=warning",
        ]);
        command.arg("--outfile=bundle.js");
        step::run_quietly(&format!("bundling the {}", self.name), &mut command)
    }
}

fn optimise(tools: &Tools, module: &Path, to: &Path) -> Command {
    let mut command = Command::new(tools.npm.node());
    command.arg(tools.npm.wasm_opt()).arg("-Oz").args(WASM_FEATURES);
    command.arg(module).arg("-o").arg(to);
    command
}

/// One style sheet of all, in the order of their names.
fn join_sheets(dir: &Path, to: &Path) -> Result<()> {
    let describe = || format!("cannot read the style sheets in {}", dir.display());
    let mut sheets = Vec::new();
    for entry in fs::read_dir(dir).with_context(describe)? {
        sheets.push(entry.with_context(describe)?.path());
    }
    sheets.sort();
    let mut joined = String::new();
    for sheet in sheets {
        joined += &fs::read_to_string(&sheet).with_context(|| format!("cannot read {}", sheet.display()))?;
    }
    fs::write(to, joined).with_context(|| format!("cannot write {}", to.display()))
}

/// Drops what only people read.
fn minify(tools: &Tools, sheet: &Path) -> Result<()> {
    let mut command = Command::new(tools.npm.node());
    command.arg(tools.npm.esbuild()).arg(sheet).arg("--minify");
    // Browsers that run the app know all that the sheets use: nothing is to be rewritten for older ones.
    command.args(["--target=esnext", "--log-level=warning", "--allow-overwrite"]);
    command.arg(format!("--outfile={}", sheet.display()));
    step::run_quietly("minifying the style sheet", &mut command)
}

/// The page, with the addresses in their places.
fn fill(template: &str, addresses: &Addresses) -> Result<String> {
    let mut page = template.to_owned();
    for (place, address, required) in [
        ("{{app_js}}", &addresses.app_js, true),
        ("{{app_css}}", &addresses.app_css, true),
        ("{{app_wasm}}", &addresses.app_wasm, false),
        ("{{workbench_js}}", &addresses.workbench_js, true),
    ] {
        if required && !page.contains(place) {
            bail!("ui/index.html has no {place}");
        }
        page = page.replace(place, address);
    }
    if let Some((_, rest)) = page.split_once("{{") {
        bail!(
            "ui/index.html has a place that nothing fills: {{{{{}",
            rest.chars().take(20).collect::<String>()
        );
    }
    Ok(page)
}

/// Copies a file under a name with its hash; answers with its address.
fn copy_hashed(from: &Path, to: &Path, name: &str, extension: &str) -> Result<String> {
    let hash = Stamp::new().path(from, &[])?.finish();
    let name = format!("{name}-{}.{extension}", hash.get(..HASH_CHARS).unwrap_or(&hash));
    fs::copy(from, to.join(ASSETS).join(&name)).with_context(|| format!("cannot copy {}", from.display()))?;
    Ok(format!("/{ASSETS}/{name}"))
}

/// Writes the locations under the name that the engine knows them by.
fn place_locations(to: &Path) -> Result<()> {
    let list = fs::read_to_string(paths::root().join(LOCATIONS_LIST));
    let list = list.with_context(|| format!("cannot read {LOCATIONS_LIST}"))?;
    let coded = locations::code(&list).with_context(|| format!("cannot code {LOCATIONS_LIST}"))?;
    fs::write(to.join(ASSETS).join(coded.file_name), coded.bytes).context("cannot write the locations")
}

fn copy_all(from: &Path, to: &Path) -> Result<()> {
    let describe = |path: &Path| format!("cannot copy {}", path.display());
    if !from.exists() {
        return Ok(());
    }
    for entry in fs::read_dir(from).with_context(|| describe(from))? {
        let path: PathBuf = entry.with_context(|| describe(from))?.path();
        let target = to.join(path.file_name().unwrap_or_default());
        if path.is_dir() {
            paths::create_dir(&target)?;
            copy_all(&path, &target)?;
        } else {
            fs::copy(&path, &target).with_context(|| describe(&path))?;
        }
    }
    Ok(())
}

/// Renames; copies where the build folder is on another disk.
fn move_dir(from: &Path, to: &Path) -> Result<()> {
    if fs::rename(from, to).is_ok() {
        return Ok(());
    }
    paths::create_dir(to)?;
    copy_all(from, to)
}

fn recreate(dir: &Path) -> Result<()> {
    remove_if_there(dir)?;
    paths::create_dir(dir)
}

fn remove_if_there(dir: &Path) -> Result<()> {
    if dir.exists() {
        fs::remove_dir_all(dir).with_context(|| format!("cannot remove {}", dir.display()))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn addresses() -> Addresses {
        Addresses {
            app_js: "/a-1.js".to_owned(),
            app_wasm: "/a-2.wasm".to_owned(),
            app_css: "/s-3.css".to_owned(),
            workbench_js: "/w-4.js".to_owned(),
        }
    }

    #[test]
    fn every_place_is_filled() {
        let template =
            "<link href=\"{{app_css}}\"><meta content=\"{{workbench_js}}\"><script src=\"{{app_js}}\"></script>";
        assert_eq!(
            fill(template, &addresses()).unwrap(),
            "<link href=\"/s-3.css\"><meta content=\"/w-4.js\"><script src=\"/a-1.js\"></script>"
        );
        let check = |template: &str, said: &str| {
            let error = fill(template, &addresses()).unwrap_err().to_string();
            assert!(error.contains(said), "{error}");
        };
        check("{{app_js}}{{workbench_js}}", "no {{app_css}}");
        check("{{app_css}}{{workbench_js}}", "no {{app_js}}");
        check("{{app_css}}{{app_js}}", "no {{workbench_js}}");
        check("{{app_css}}{{app_js}}{{workbench_js}}{{app_icon}}", "{{app_icon}}");
    }

    #[test]
    fn names_follow_contents() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("in.js");
        fs::create_dir(dir.path().join(ASSETS)).unwrap();
        let name = |content: &str| {
            fs::write(&file, content).unwrap();
            copy_hashed(&file, dir.path(), "app", "js").unwrap()
        };
        let first = name("a");
        assert!(first.starts_with("/assets/app-") && first.ends_with(".js"), "{first}");
        assert_eq!(first, name("a"));
        assert_ne!(first, name("b"));
    }

    #[test]
    fn locations_are_among_what_is_kept_for_ever() {
        let dir = tempfile::tempdir().unwrap();
        let assets = dir.path().join(ASSETS);
        fs::create_dir(&assets).unwrap();
        place_locations(dir.path()).unwrap();
        let list = fs::read_to_string(paths::root().join(LOCATIONS_LIST)).unwrap();
        let coded = locations::code(&list).unwrap();
        assert_eq!(fs::read(assets.join(coded.file_name)).unwrap(), coded.bytes);
        assert_eq!(fs::read_dir(&assets).unwrap().count(), 1);
    }
}
