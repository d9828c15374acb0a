//! The app: Wasm and its glue, optimised, under names that hold a hash of their content, so that browsers may keep them
//! for ever; and the page that names them.
//!
//! `ui/index.html` is the template: `{{app_js}}`, `{{app_wasm}}` and `{{app_css}}` stand for the addresses.
//! `ui/style.css` is the style sheet, everything in `ui/public/` is copied.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};

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

/// Builds it into `ui/dist/`, replacing what was there at once.
pub(super) fn build(tools: &Tools) -> Result<()> {
    let ui = paths::root().join("ui");
    let work = paths::scratch().join("app");
    recreate(&work)?;
    let new = work.join("dist");
    paths::create_dir(&new.join(ASSETS))?;
    compile(tools, &work)?;
    let wasm = copy_hashed(&work.join("app_bg.opt.wasm"), &new, "app", "wasm")?;
    bundle(tools, &work, &wasm)?;
    let js = copy_hashed(&work.join("start.bundle.js"), &new, "app", "js")?;
    let css = copy_hashed(&ui.join("style.css"), &new, "style", "css")?;
    let template = fs::read_to_string(ui.join("index.html")).context("cannot read ui/index.html")?;
    fs::write(new.join("index.html"), fill(&template, &js, &wasm, &css)?).context("cannot write index.html")?;
    copy_all(&ui.join("public"), &new)?;
    let dist = ui.join("dist");
    remove_if_there(&dist)?;
    move_dir(&new, &dist)
}

fn compile(tools: &Tools, work: &Path) -> Result<()> {
    let mut cargo = tools.wasm.cargo(tools.npm.node());
    cargo.args(["build", "--quiet", "--release", "--package", "ui", "--target", TARGET]);
    step::run_quietly("building the app", &mut cargo)?;
    let built = WasmToolchain::target_dir().join(TARGET).join("release/ui.wasm");
    let mut bindgen = Command::new(&tools.wasm_bindgen);
    bindgen
        .args(["--target", "web", "--no-typescript", "--out-name", "app", "--out-dir"])
        .arg(work)
        .arg(built);
    step::run_quietly("making the app's glue", &mut bindgen)?;
    let mut optimise = Command::new(tools.npm.node());
    optimise.arg(tools.npm.wasm_opt()).arg("-Oz").args(WASM_FEATURES);
    optimise
        .arg(work.join("app_bg.wasm"))
        .arg("-o")
        .arg(work.join("app_bg.opt.wasm"));
    step::run_quietly("optimising the app", &mut optimise)
}

/// One script: the glue, and the line that starts it. A file of its own because the content policy allows no inline ones.
fn bundle(tools: &Tools, work: &Path, wasm: &str) -> Result<()> {
    let start = format!("import init from \"./app.js\";\ninit({{ module_or_path: \"{wasm}\" }});\n");
    fs::write(work.join("start.js"), start).context("cannot write the app's start")?;
    let mut command = Command::new(tools.npm.node());
    command.arg(tools.npm.esbuild()).current_dir(work);
    command.args([
        "start.js",
        "--bundle",
        "--minify",
        "--format=esm",
        "--log-level=warning",
    ]);
    command.arg("--outfile=start.bundle.js");
    step::run_quietly("bundling the app", &mut command)
}

/// The page, with the addresses in their places.
fn fill(template: &str, js: &str, wasm: &str, css: &str) -> Result<String> {
    let mut page = template.to_owned();
    for (place, address, required) in [
        ("{{app_js}}", js, true),
        ("{{app_css}}", css, true),
        ("{{app_wasm}}", wasm, false),
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

    #[test]
    fn every_place_is_filled() {
        let template = "<link href=\"{{app_css}}\"><script type=\"module\" src=\"{{app_js}}\"></script>";
        let page = fill(template, "/a-1.js", "/a-2.wasm", "/s-3.css").unwrap();
        assert_eq!(
            page,
            "<link href=\"/s-3.css\"><script type=\"module\" src=\"/a-1.js\"></script>"
        );
        let check = |template: &str, said: &str| {
            let error = fill(template, "/a", "/b", "/c").unwrap_err().to_string();
            assert!(error.contains(said), "{error}");
        };
        check("{{app_js}}", "no {{app_css}}");
        check("{{app_css}}", "no {{app_js}}");
        check("{{app_css}}{{app_js}}{{app_icon}}", "{{app_icon}}");
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
}
