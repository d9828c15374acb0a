//! The splitter's script of links: which modules each part of the app consists of.
//!
//! A part is a module of its own and the chunks that it shares with others. The script has a loader for each chunk and for each
//! part, one a statement:
//!
//! ```js
//! const __chunk_7 = makeLoad(() => { … fetch(new URL("./chunk_7.wasm", …)) … }, []);
//! export const __wasm_split_load_home = wrapAsyncCb(makeLoad(() => { … }, [__chunk_7]));
//! ```

use std::collections::BTreeMap;

/// What begins a statement, once `export` is away.
const STATEMENT: &str = "\nconst __";
/// What ends the statement of a chunk, which needs no others.
const LOADER_END: &str = "\n, []);";
const CHUNK: &str = "chunk_";
const PART: &str = "wasm_split_load_";

/// The names of the modules that the script fetches, without `./` and `.wasm`.
pub(super) fn modules(script: &str) -> Vec<&str> {
    let fetched = script.split("new URL(\"./").skip(1);
    fetched.filter_map(|rest| Some(rest.split_once(".wasm\"")?.0)).collect()
}

/// Whether a module is what several parts share.
pub(super) fn is_chunk(module: &str) -> bool {
    module.starts_with(CHUNK)
}

/// The script when a chunk is within the app's own module, so that nothing is to be fetched for it; none when the script has no
/// loader of it.
pub(super) fn without(script: &str, chunk: &str) -> Option<String> {
    let (before, statement) = script.split_once(&format!("{STATEMENT}{chunk} = "))?;
    let (loader, after) = statement.split_once(LOADER_END)?;
    (!loader.contains(STATEMENT)).then(|| format!("{before}{STATEMENT}{chunk} = async () => {{}};{after}"))
}

/// The addresses of each part's modules, by its name.
pub(super) fn parts(script: &str) -> BTreeMap<String, Vec<String>> {
    let script = script.replace("\nexport const ", "\nconst ");
    let mut chunks = BTreeMap::new();
    let mut parts = BTreeMap::new();
    for statement in script.split(STATEMENT).skip(1) {
        let Some((name, loader)) = statement.split_once(" = ") else {
            continue;
        };
        let own = between(loader, "new URL(\"", "\"").map(str::to_owned);
        if name.starts_with(CHUNK) {
            chunks.extend(own.map(|address| (name.to_owned(), address)));
        } else if let Some(part) = name.strip_prefix(PART) {
            let shared = loader.rsplit_once(", [").and_then(|(_, rest)| rest.split_once(']'));
            let shared = shared.map_or("", |(names, _)| names).split(", ");
            let shared = shared.filter_map(|chunk| chunks.get(chunk.strip_prefix("__")?).cloned());
            parts.insert(part.to_owned(), own.into_iter().chain(shared).collect());
        }
    }
    parts
}

fn between<'t>(text: &'t str, before: &str, after: &str) -> Option<&'t str> {
    Some(text.split_once(before)?.1.split_once(after)?.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCRIPT: &str = r#"import { initSync } from "./app.js";
function makeLoad(fetcher, deps) {
    const loader = async () => {};
}
/* home, reports */
const __chunk_7 = makeLoad(() => {
    const src = fetch(new URL("./chunk_7.wasm", import.meta.url));
    return async (imports) => (WebAssembly.instantiateStreaming(src, imports));
}
, []);
export const __wasm_split_load_reports = wrapAsyncCb(makeLoad(() => {
    const src = fetch(new URL("./split_reports.wasm", import.meta.url));
}
, [__chunk_7]));
export const __wasm_split_load_home = wrapAsyncCb(makeLoad(() => async (_imp) => ({}), [__chunk_7]));
export const __wasm_split_load_entry = wrapAsyncCb(makeLoad(() => {
    const src = fetch(new URL("./split_entry.wasm", import.meta.url));
}
, []));
"#;

    #[test]
    fn modules_are_found() {
        assert_eq!(modules(SCRIPT), ["chunk_7", "split_reports", "split_entry"]);
    }

    #[test]
    fn parts_are_their_module_and_their_chunks() {
        let parts = parts(SCRIPT);
        let check = |part: &str, expected: &[&str]| assert_eq!(parts[part], expected, "{part}");
        check("reports", &["./split_reports.wasm", "./chunk_7.wasm"]);
        check("home", &["./chunk_7.wasm"]);
        check("entry", &["./split_entry.wasm"]);
        assert_eq!(parts.len(), 3);
    }

    #[test]
    fn a_chunk_within_the_app_is_fetched_by_no_part() {
        let script = without(SCRIPT, "chunk_7").unwrap();
        assert!(
            script.contains("\nconst __chunk_7 = async () => {};\nexport"),
            "{script}"
        );
        assert_eq!(modules(&script), ["split_reports", "split_entry"]);
        let parts = parts(&script);
        assert_eq!(parts["reports"], ["./split_reports.wasm"]);
        assert_eq!(parts["home"], [""; 0]);
        assert_eq!(without(SCRIPT, "chunk_8"), None);
        assert_eq!(without(&script, "chunk_7"), None);
    }
}
