//! Short names for what a Wasm module imports from its glue.
//!
//! wasm-bindgen gives each import a name with sixteen digits of a hash, once in the module and once in the glue. No gzip
//! shortens digits of a hash: they are 5 kB of the Worker's 400.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, ensure};
use wasm_encoder::reencode::{Reencode as _, RoundtripReencoder};
use wasm_encoder::{ImportSection, Module, RawSection};
use wasmparser::{Import, ImportSectionReader, Parser, Payload};

/// What the glue calls itself towards the module.
const GLUE: &str = "./index_bg.js";
/// The same after shortening.
const SHORT_GLUE: &str = "a";

/// The module and its glue with short names, without the module's custom sections, which only tools read.
///
/// # Errors
/// When the module cannot be read, or the glue does not name each import exactly once.
pub(super) fn shorten(module: &[u8], glue: &str) -> Result<(Vec<u8>, String)> {
    let mut names = BTreeMap::new();
    let module = shorten_module(module, &mut names).context("the module cannot be read")?;
    let quoted = format!("\"{GLUE}\"");
    ensure!(
        glue.matches(&quoted).count() == 1,
        "the glue does not name itself once: see whether wasm-bindgen still calls it {GLUE}"
    );
    let glue = shorten_glue(&glue.replace(&quoted, SHORT_GLUE), &names)?;
    Ok((module, glue))
}

/// Notes the short name of each import.
fn shorten_module(wasm: &[u8], names: &mut BTreeMap<String, String>) -> Result<Vec<u8>> {
    let mut module = Module::new();
    for payload in Parser::new(0).parse_all(wasm) {
        let payload = payload?;
        if let Payload::ImportSection(imports) = payload {
            module.section(&shorten_imports(imports, names)?);
        } else if !matches!(payload, Payload::CustomSection(_))
            && let Some((id, range)) = payload.as_section()
        {
            let range = usize::try_from(range.start)?..usize::try_from(range.end)?;
            let data = wasm.get(range).context("a section is beyond the end")?;
            module.section(&RawSection { id, data });
        }
    }
    Ok(module.finish())
}

fn shorten_imports(imports: ImportSectionReader<'_>, names: &mut BTreeMap<String, String>) -> Result<ImportSection> {
    let mut section = ImportSection::new();
    for import in imports.into_imports() {
        let Import { module, name, ty } = import?;
        ensure!(module == GLUE, "{name} is imported from {module}");
        let short = short_name(names.len());
        section.import(SHORT_GLUE, &short, RoundtripReencoder.entity_type(ty)?);
        names.insert(name.to_owned(), short);
    }
    Ok(section)
}

/// `a` to `z`, then with a number behind.
fn short_name(number: usize) -> String {
    let letter = ('a'..='z').nth(number % 26).unwrap_or('a');
    match number / 26 {
        0 => letter.to_string(),
        round => format!("{letter}{round}"),
    }
}

/// Renames whole words.
fn shorten_glue(glue: &str, names: &BTreeMap<String, String>) -> Result<String> {
    let is_of_word = |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '$');
    let mut found: BTreeMap<&str, usize> = names.keys().map(|name| (name.as_str(), 0)).collect();
    let mut short = String::with_capacity(glue.len());
    let mut rest = glue;
    while !rest.is_empty() {
        let (between, behind) = rest.split_at(rest.find(is_of_word).unwrap_or(rest.len()));
        let (word, behind) = behind.split_at(behind.find(|letter| !is_of_word(letter)).unwrap_or(behind.len()));
        short.push_str(between);
        short.push_str(names.get(word).map_or(word, String::as_str));
        if let Some(found) = found.get_mut(word) {
            *found += 1;
        }
        rest = behind;
    }
    for (name, times) in found {
        ensure!(times == 1, "the glue names {name} {times} times instead of once");
    }
    Ok(short)
}

#[cfg(test)]
mod tests {
    use wasm_encoder::{CustomSection, EntityType, TypeSection};

    use super::*;

    fn module(names: &[&str]) -> Vec<u8> {
        let mut types = TypeSection::new();
        types.ty().function([], []);
        let mut imports = ImportSection::new();
        for name in names {
            imports.import(GLUE, name, EntityType::Function(0));
        }
        let producers = CustomSection {
            name: "producers".into(),
            data: (&[1, 2]).into(),
        };
        let mut module = Module::new();
        module.section(&types).section(&imports).section(&producers);
        module.finish()
    }

    /// The module's imports and its custom sections.
    fn imports(wasm: &[u8]) -> (Vec<(String, String)>, usize) {
        let (mut imports, mut custom) = (Vec::new(), 0);
        for payload in Parser::new(0).parse_all(wasm) {
            let payload = payload.unwrap();
            custom += usize::from(matches!(payload, Payload::CustomSection(_)));
            if let Payload::ImportSection(section) = payload {
                let names = section.into_imports().map(Result::unwrap);
                imports.extend(names.map(|import| (import.module.to_owned(), import.name.to_owned())));
            }
        }
        (imports, custom)
    }

    #[test]
    fn both_sides_agree() {
        let wasm = module(&["__wbg_new_1", "__wbg_new_12"]);
        let glue = r#"let i={__wbg_new_12:()=>1,__wbg_new_1:()=>f(o.__wbg_new)};make({"./index_bg.js":i})"#;
        let (wasm, glue) = shorten(&wasm, glue).unwrap();
        assert_eq!(glue, "let i={b:()=>1,a:()=>f(o.__wbg_new)};make({a:i})");
        let pair = |name: &str| ("a".to_owned(), name.to_owned());
        assert_eq!(imports(&wasm), (vec![pair("a"), pair("b")], 0));
    }

    #[test]
    fn what_is_not_named_once_is_told() {
        let check = |glue: &str, expected: &str| {
            let error = shorten(&module(&["__wbg_new_1"]), glue).unwrap_err().to_string();
            assert!(error.contains(expected), "{glue}: {error}");
        };
        check(r#"{"./index_bg.js":{}}"#, "names __wbg_new_1 0 times");
        check(
            r#"{"./index_bg.js":{__wbg_new_1:__wbg_new_1}}"#,
            "names __wbg_new_1 2 times",
        );
        check("{__wbg_new_1:1}", "does not name itself once");
    }

    #[test]
    fn names_are_short_and_differ() {
        let names: Vec<_> = (0..2_000).map(short_name).collect();
        assert_eq!(
            (names[0].as_str(), names[25].as_str(), names[26].as_str()),
            ("a", "z", "a1")
        );
        let different: std::collections::BTreeSet<_> = names.iter().collect();
        assert_eq!(different.len(), names.len());
    }
}
