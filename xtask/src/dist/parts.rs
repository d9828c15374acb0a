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
const CHUNK: &str = "chunk_";
const PART: &str = "wasm_split_load_";

/// The names of the modules that the script fetches, without `./` and `.wasm`.
pub(super) fn modules(script: &str) -> Vec<&str> {
    let fetched = script.split("new URL(\"./").skip(1);
    fetched.filter_map(|rest| Some(rest.split_once(".wasm\"")?.0)).collect()
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
}
